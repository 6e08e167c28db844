"""Whom a consultation set out to reach and did, and which other consultations were regarded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import CheckConstraint, Date, ForeignKey, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from surveys import audit
from surveys.db import Base, new_id
from surveys.errors import SurveysError
from surveys.questionnaire.wordings import fingerprint
from surveys.sealing import Keyring
from surveys.surveys import london_day


class ConsultedGroup(Base):
    """A group of people or a body to be heard. ``expected`` and ``reached`` are about so many people."""

    __tablename__ = "consulted_group"
    __table_args__ = (
        UniqueConstraint("round_slug", "name"),
        CheckConstraint("expected >= 0 AND reached >= 0", name="counted"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=new_id)
    round_slug: Mapped[str] = mapped_column(ForeignKey("round.slug"))
    name: Mapped[str] = mapped_column(String(120))
    affected: Mapped[bool] = mapped_column(default=False)
    """Likely to be particularly affected."""
    expected: Mapped[int] = mapped_column(default=0)
    reached: Mapped[int] = mapped_column(default=0)
    how: Mapped[str] = mapped_column(Text, default="")
    """How they are reached, and what came of it."""
    noted_on: Mapped[dt.date] = mapped_column(Date)
    noted_by: Mapped[str] = mapped_column(String(80))

    @property
    def state(self) -> str:
        """Stands for what it says: whoever corrects it says which one they saw."""
        return fingerprint(repr((self.name, self.affected, self.expected, self.reached, self.how)))


class RegardedConsultation(Base):
    """Somebody else's consultation that was taken into account."""

    __tablename__ = "regarded_consultation"

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=new_id)
    round_slug: Mapped[str] = mapped_column(ForeignKey("round.slug"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(String(120))
    """Who held it."""
    taken: Mapped[str] = mapped_column(Text)
    """What was taken from it."""
    noted_on: Mapped[dt.date] = mapped_column(Date)
    noted_by: Mapped[str] = mapped_column(String(80))


def note_group(
    session: Session,
    round_slug: str,
    *,
    name: str,
    affected: bool,
    expected: int,
    reached: int,
    how: str,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> ConsultedGroup:
    """Adds a group. Raises ``group.name``, ``group.counts``, and ``group.exists`` with its ``id``."""
    group = ConsultedGroup(round_slug=round_slug)
    _write(session, group, name, affected, expected, reached, how)
    session.add(group)
    _noted(session, group, by, now, keys)
    return group


def amend_group(
    session: Session,
    group: ConsultedGroup,
    *,
    name: str,
    affected: bool,
    expected: int,
    reached: int,
    how: str,
    seen: str,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> None:
    """Corrects a group. Raises ``group.changed`` when it is not as ``seen``, its :attr:`state`, any more."""
    session.refresh(group, with_for_update=True)
    if group.state != seen:
        raise SurveysError("group.changed")
    _write(session, group, name, affected, expected, reached, how)
    _noted(session, group, by, now, keys)


def _write(
    session: Session, group: ConsultedGroup, name: str, affected: bool, expected: int, reached: int, how: str
) -> None:
    tidy = " ".join(name.split())
    if not 0 < len(tidy) <= 120:
        raise SurveysError("group.name", field="name")
    if expected < 0 or reached < 0:
        raise SurveysError("group.counts", field="reached")
    for other in groups(session, group.round_slug):
        if other is not group and other.name.casefold() == tidy.casefold():
            raise SurveysError("group.exists", field="name", id=other.id, name=other.name)
    group.name, group.affected, group.expected, group.reached = tidy, affected, expected, reached
    group.how = how.strip()


def _noted(session: Session, group: ConsultedGroup, by: str, now: dt.datetime, keys: Keyring) -> None:
    group.noted_on, group.noted_by = london_day(now), by
    session.flush()
    facts = {"expected": group.expected, "reached": group.reached, "affected": group.affected}
    _record(session, "group.noted", f"group:{group.id}", facts, by, now, keys)


def regard(
    session: Session,
    round_slug: str,
    *,
    title: str,
    body: str,
    taken: str,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> RegardedConsultation:
    """Puts another body's consultation on record. Raises ``regarded.title``, ``regarded.taken``."""
    if not 0 < len(title.strip()) <= 200 or not 0 < len(body.strip()) <= 120:
        raise SurveysError("regarded.title", field="title")
    if not taken.strip():
        raise SurveysError("regarded.taken", field="taken")
    made = RegardedConsultation(
        round_slug=round_slug, title=title.strip(), body=body.strip(), taken=taken.strip(),
        noted_on=london_day(now), noted_by=by,
    )  # fmt: skip
    session.add(made)
    session.flush()
    _record(session, "consultation.regarded", f"round:{round_slug}", {"id": made.id}, by, now, keys)
    return made


def groups(session: Session, round_slug: str) -> tuple[ConsultedGroup, ...]:
    """The groups of a consultation: those particularly affected first, then the furthest from its number."""
    found = session.scalars(select(ConsultedGroup).where(ConsultedGroup.round_slug == round_slug))
    return tuple(sorted(found, key=lambda one: (not one.affected, one.reached - one.expected, one.name)))


def regarded(session: Session, round_slug: str) -> tuple[RegardedConsultation, ...]:
    wanted = select(RegardedConsultation).where(RegardedConsultation.round_slug == round_slug)
    return tuple(session.scalars(wanted.order_by(RegardedConsultation.noted_on, RegardedConsultation.title)))


def _record(
    session: Session,
    action: str,
    subject: str,
    facts: Mapping[str, object],
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> None:
    audit.record(session, actor=by, action=action, subject=subject, facts=facts, now=now, keys=keys)

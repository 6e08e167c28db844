"""Leaving whole responses out of every count: under a rule, by two people, reported with and without.

The only act that changes what is counted. Withheld comments, spam and signs never do.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    func,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from surveys import audit, changes
from surveys.db import Base, UTCDateTime, new_id
from surveys.errors import SurveysError
from surveys.records import Response
from surveys.sealing import Keyring

RULES = ("automated", "repeated-by-one", "campaign-copies", "not-meant", "out-of-scope")
"""Why responses may be left out. What somebody thinks is never a reason."""
ALONE = "nobody-available"
"""Recorded when one officer has to do both steps; the year's evidence shows it."""
MOST = 2000
"""Responses of one proposal: as many as may change hands in one transaction."""


class Exclusion(Base):
    """A proposal to leave responses out, and what a second person made of it."""

    __tablename__ = "exclusion"
    __table_args__ = (
        CheckConstraint("state IN ('proposed', 'confirmed', 'refused', 'lifted')", name="state"),
        CheckConstraint("(state = 'proposed') = (decided_by IS NULL)", name="decided"),
        CheckConstraint(
            "decided_by IS NULL OR decided_by <> proposed_by OR override <> ''", name="two_people"
        ),
        CheckConstraint(f"rule IN ({', '.join(repr(rule) for rule in RULES)})", name="rule"),
    )

    survey_id: Mapped[str] = mapped_column(ForeignKey("survey.id"), primary_key=True)
    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=new_id)
    rule: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(10), default="proposed")
    proposed_by: Mapped[str] = mapped_column(String(80))
    proposed_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    decided_by: Mapped[str | None] = mapped_column(String(80))
    decided_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    override: Mapped[str] = mapped_column(String(20), default="")


class ExclusionResponse(Base):
    """A response named in a proposal."""

    __tablename__ = "exclusion_response"
    __table_args__ = (
        ForeignKeyConstraint(
            ["survey_id", "response_id"], ["response.survey_id", "response.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["survey_id", "exclusion_id"], ["exclusion.survey_id", "exclusion.id"]),
        Index(None, "survey_id", "exclusion_id"),
        {"sqlite_with_rowid": False},
    )

    survey_id: Mapped[str] = mapped_column(String(22), primary_key=True)
    response_id: Mapped[str] = mapped_column(String(22), primary_key=True)
    exclusion_id: Mapped[str] = mapped_column(String(22), primary_key=True)


@dataclass(frozen=True)
class Totals:
    """Both totals: how many count, and how many were left out under each rule."""

    counted: int
    excluded: int
    by_rule: dict[str, int]

    @property
    def everybody(self) -> int:
        return self.counted + self.excluded


def propose(
    session: Session,
    survey_id: str,
    response_ids: Sequence[str],
    *,
    rule: str,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> Exclusion:
    """The first step: nothing is left out yet. Those left out already are passed over.

    Raises ``exclusion.rule``, ``exclusion.nobody``, ``exclusion.many``, ``exclusion.waiting`` (some of them
    are in a proposal that waits).
    """
    if rule not in RULES:
        raise SurveysError("exclusion.rule", field="rule")
    ids = sorted(set(response_ids))
    if len(ids) > MOST:
        raise SurveysError("exclusion.many", most=MOST)
    counted = select(Response.id).where(
        Response.survey_id == survey_id, Response.id.in_(ids), Response.status == "counted"
    )
    standing = sorted(session.scalars(counted))
    if not standing:
        raise SurveysError("exclusion.nobody")
    waiting = (
        select(func.count())
        .select_from(ExclusionResponse)
        .join(
            Exclusion,
            (Exclusion.survey_id == ExclusionResponse.survey_id)
            & (Exclusion.id == ExclusionResponse.exclusion_id),
        )
    )
    if session.scalar(
        waiting.where(
            Exclusion.survey_id == survey_id,
            Exclusion.state == "proposed",
            ExclusionResponse.response_id.in_(standing),
        )
    ):
        raise SurveysError("exclusion.waiting")
    exclusion = Exclusion(survey_id=survey_id, id=new_id(), rule=rule, proposed_by=by, proposed_at=now)
    session.add(exclusion)
    session.flush()
    for response_id in standing:
        session.add(
            ExclusionResponse(survey_id=survey_id, response_id=response_id, exclusion_id=exclusion.id)
        )
    _record(session, exclusion, "propose", len(standing), by, now, keys)
    return exclusion


def confirm(
    session: Session,
    exclusion: Exclusion,
    *,
    by: str,
    now: dt.datetime,
    keys: Keyring,
    override: str = "",
) -> int:
    """The second step, by another person: these responses leave every count, and how many did.

    One officer may do both only with the override ``ALONE``, which stays on record. Raises
    ``exclusion.decided``, ``exclusion.same_person``.
    """
    _may_decide(exclusion, by, override)
    ids = members(session, exclusion)
    _move(session, exclusion.survey_id, ids, "counted", "excluded")
    _settle(exclusion, "confirmed", by, now, override)
    _record(session, exclusion, "confirm", len(ids), by, now, keys)
    return len(ids)


def refuse(session: Session, exclusion: Exclusion, *, by: str, now: dt.datetime, keys: Keyring) -> None:
    """A proposal comes to nothing; the one who made it may take it back. Raises ``exclusion.decided``."""
    if exclusion.state != "proposed":
        raise SurveysError("exclusion.decided")
    _settle(exclusion, "refused", by, now, "own" if by == exclusion.proposed_by else "")
    _record(session, exclusion, "refuse", 0, by, now, keys)


def lift(session: Session, exclusion: Exclusion, *, by: str, now: dt.datetime, keys: Keyring) -> int:
    """Brings the responses back into every count. Any one person may: it is what everybody starts from."""
    if exclusion.state != "confirmed":
        raise SurveysError("exclusion.decided")
    elsewhere = (
        select(ExclusionResponse.response_id)
        .join(
            Exclusion,
            (Exclusion.survey_id == ExclusionResponse.survey_id)
            & (Exclusion.id == ExclusionResponse.exclusion_id),
        )
        .where(
            Exclusion.survey_id == exclusion.survey_id,
            Exclusion.state == "confirmed",
            Exclusion.id != exclusion.id,
        )
    )
    stay = set(session.scalars(elsewhere))
    ids = [each for each in members(session, exclusion) if each not in stay]
    _move(session, exclusion.survey_id, ids, "excluded", "counted")
    exclusion.state = "lifted"
    _record(session, exclusion, "lift", len(ids), by, now, keys)
    return len(ids)


def find(session: Session, survey_id: str, exclusion_id: str) -> Exclusion:
    """The proposal. Raises ``exclusion.unknown``."""
    exclusion = session.get(Exclusion, (survey_id, exclusion_id))
    if exclusion is None:
        raise SurveysError("exclusion.unknown")
    return exclusion


def of_survey(session: Session, survey_id: str) -> list[Exclusion]:
    """Every proposal, the newest first."""
    query = select(Exclusion).where(Exclusion.survey_id == survey_id)
    return list(session.scalars(query.order_by(Exclusion.proposed_at.desc(), Exclusion.id)))


def members(session: Session, exclusion: Exclusion) -> list[str]:
    """Ids of the responses a proposal names; those erased since are gone from it."""
    query = select(ExclusionResponse.response_id).where(
        ExclusionResponse.survey_id == exclusion.survey_id, ExclusionResponse.exclusion_id == exclusion.id
    )
    return sorted(session.scalars(query))


def totals(session: Session, survey_id: str) -> Totals:
    """How many count, how many were left out, and under which rule; both totals are published."""
    states = dict(
        session.execute(
            select(Response.status, func.count())
            .where(Response.survey_id == survey_id)
            .group_by(Response.status)
        ).all()
    )
    rules = (
        select(Exclusion.rule, func.count(ExclusionResponse.response_id.distinct()))
        .join(
            ExclusionResponse,
            (Exclusion.survey_id == ExclusionResponse.survey_id)
            & (Exclusion.id == ExclusionResponse.exclusion_id),
        )
        .where(Exclusion.survey_id == survey_id, Exclusion.state == "confirmed")
        .group_by(Exclusion.rule)
    )
    return Totals(
        counted=states.get("counted", 0),
        excluded=states.get("excluded", 0),
        by_rule=dict(session.execute(rules).all()),
    )


def _may_decide(exclusion: Exclusion, by: str, override: str) -> None:
    if exclusion.state != "proposed":
        raise SurveysError("exclusion.decided")
    if by == exclusion.proposed_by and override != ALONE:
        raise SurveysError("exclusion.same_person")


def _move(session: Session, survey_id: str, ids: Sequence[str], old: str, new: str) -> None:
    """Changes who counts, and tells the change log so that the cubes follow."""
    session.execute(
        update(Response)
        .where(Response.survey_id == survey_id, Response.id.in_(ids), Response.status == old)
        .values(status=new)
    )
    for response_id in ids:
        changes.record(session.connection(), survey_id, response_id, "exclude")


def _settle(exclusion: Exclusion, state: str, by: str, now: dt.datetime, override: str) -> None:
    exclusion.state, exclusion.decided_by, exclusion.decided_at = state, by, now
    exclusion.override = override if by == exclusion.proposed_by else ""


def _record(
    session: Session, exclusion: Exclusion, act: str, number: int, by: str, now: dt.datetime, keys: Keyring
) -> None:
    session.flush()
    audit.record(
        session,
        actor=by,
        action=f"responses.exclude.{act}",
        subject=f"exclusion:{exclusion.id}",
        facts={"survey": exclusion.survey_id, "rule": exclusion.rule, "responses": number},
        now=now,
        keys=keys,
    )

"""What a consultation leaves on file: equality assessments, where it was announced, who was told when."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    func,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.partnership import outbox
from portal.partnership.rounds import Round, note
from surveys.db import Base, UTCDateTime, append_only, new_id
from surveys.errors import SurveysError
from surveys.questionnaire.wordings import fingerprint
from surveys.sealing import KEY_ID_CHARS, Keyring

MOST_CHARS = 10_000
BETWEEN = re.compile(r"[\s,;<>()\[\]\"]+")
"""What stands between an address and the words around it."""
WEB = re.compile(r"https://[^\s\"<>]+")


class EqualityAssessment(Base):
    """One version of the equality impact assessment; a later version is a new row."""

    __tablename__ = "equality_assessment"
    __table_args__ = (
        UniqueConstraint("round_id", "number"),
        CheckConstraint("words <> '' OR link <> ''", name="given"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=new_id)
    round_id: Mapped[str] = mapped_column(ForeignKey("round.id"))
    number: Mapped[int]
    on: Mapped[dt.date]
    author: Mapped[str] = mapped_column(String(120))
    words: Mapped[str] = mapped_column(Text)
    """Markdown; may be empty when there is a link."""
    link: Mapped[str] = mapped_column(String(500))
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


append_only(EqualityAssessment.__table__)


class Publicity(Base):
    """One time and place at which people were told about the consultation."""

    __tablename__ = "publicity"

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=new_id)
    round_id: Mapped[str] = mapped_column(ForeignKey("round.id"), index=True)
    on: Mapped[dt.date]
    what: Mapped[str] = mapped_column(String(200))
    where: Mapped[str] = mapped_column(String(200))
    link: Mapped[str] = mapped_column(String(500))
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


append_only(Publicity.__table__)


class Stakeholder(Base):
    """Somebody to be told: a body or a group, whom it speaks for, and how to reach it (sealed)."""

    __tablename__ = "stakeholder"
    __table_args__ = (
        UniqueConstraint("round_id", "name"),
        UniqueConstraint("round_id", "id"),
        CheckConstraint("(sealed IS NULL) = (key_id IS NULL)", name="sealed"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=new_id)
    round_id: Mapped[str] = mapped_column(ForeignKey("round.id"))
    name: Mapped[str] = mapped_column(String(120))
    speaks_for: Mapped[str] = mapped_column(String(200))
    particularly_affected: Mapped[bool] = mapped_column(default=False)
    """One of the groups that the consultation is likely to affect most."""
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The post and address, number or mailbox through which it is reached."""
    key_id: Mapped[str | None] = mapped_column(String(KEY_ID_CHARS))
    dropped_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)


class Sending(Base):
    """What one stakeholder was sent, and when."""

    __tablename__ = "stakeholder_sending"
    __table_args__ = (
        ForeignKeyConstraint(["round_id", "stakeholder_id"], ["stakeholder.round_id", "stakeholder.id"]),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=new_id)
    round_id: Mapped[str] = mapped_column(ForeignKey("round.id"), index=True)
    stakeholder_id: Mapped[str] = mapped_column(String(22))
    on: Mapped[dt.date]
    what: Mapped[str] = mapped_column(String(200))
    how: Mapped[str] = mapped_column(String(80))
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


append_only(Sending.__table__)


@dataclass(frozen=True)
class Told:
    """One stakeholder with everything it was sent, newest first; ``contact`` only when it was asked for."""

    stakeholder: Stakeholder
    contact: str
    sendings: tuple[Sending, ...]


# Equality -------------------------------------------------------------------------------------------------


def assess_equality(
    session: Session,
    round_: Round,
    *,
    on: dt.date,
    author: str,
    words: str = "",
    link: str = "",
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> EqualityAssessment:
    """Adds a version of the assessment. Raises "record.missing", "record.too_long", "record.link"."""
    author = _line(author, "author", 120)
    words, link = words.strip(), _link(link)
    if len(words) > MOST_CHARS:
        raise SurveysError("record.too_long", field="words", most=MOST_CHARS)
    if not words and not link:
        raise SurveysError("record.missing", field="words")
    last = session.scalar(
        select(func.max(EqualityAssessment.number)).where(EqualityAssessment.round_id == round_.id)
    )
    made = EqualityAssessment(
        round_id=round_.id,
        number=(last or 0) + 1,
        on=on,
        author=author,
        words=words,
        link=link,
        by=by,
        at=now,
    )
    session.add(made)
    session.flush()
    note(session, round_, "round.equality_assessed", {"number": made.number}, by=by, now=now, keys=keys)
    return made


def equality_of(session: Session, round_: Round) -> tuple[EqualityAssessment, ...]:
    """Every version, newest first."""
    wanted = select(EqualityAssessment).where(EqualityAssessment.round_id == round_.id)
    return tuple(session.scalars(wanted.order_by(EqualityAssessment.number.desc())))


# Publicity ------------------------------------------------------------------------------------------------


def log_publicity(
    session: Session,
    round_: Round,
    *,
    on: dt.date,
    what: str,
    where: str,
    link: str = "",
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> Publicity:
    """Notes that people were told. Raises "record.missing", "record.too_long", "record.link"."""
    made = Publicity(
        round_id=round_.id,
        on=on,
        what=_line(what, "what", 200),
        where=_line(where, "where", 200),
        link=_link(link),
        by=by,
        at=now,
    )
    session.add(made)
    session.flush()
    note(session, round_, "round.publicised", {"publicity": made.id}, by=by, now=now, keys=keys)
    return made


def publicity_of(session: Session, round_: Round) -> tuple[Publicity, ...]:
    """Newest first."""
    wanted = select(Publicity).where(Publicity.round_id == round_.id)
    return tuple(session.scalars(wanted.order_by(Publicity.on.desc(), Publicity.at.desc())))


# Stakeholders ---------------------------------------------------------------------------------------------


def list_stakeholder(
    session: Session,
    round_: Round,
    *,
    name: str,
    speaks_for: str = "",
    contact: str = "",
    particularly_affected: bool = False,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> Stakeholder:
    """Puts somebody on the list, or back on it.

    Raises "record.missing", "record.too_long", and "record.exists" with the ``id`` of who is on it already.
    """
    name = _line(name, "name", 120)
    there = _of_name(session, round_, name)
    if there is None:
        there = Stakeholder(round_id=round_.id)
    elif there.dropped_at is None:
        raise SurveysError("record.exists", field="name", id=there.id, name=there.name)
    _describe(there, name, speaks_for, contact, particularly_affected, keys)
    there.dropped_at = None
    session.add(there)
    session.flush()
    note(session, round_, "round.stakeholder_listed", {"stakeholder": there.id}, by=by, now=now, keys=keys)
    return there


def amend_stakeholder(
    session: Session,
    round_: Round,
    stakeholder_id: str,
    *,
    name: str,
    speaks_for: str,
    contact: str,
    particularly_affected: bool,
    seen: str,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> None:
    """Corrects somebody on the list. Raises what :func:`list_stakeholder` raises, "record.unknown", and
    "record.changed" when they are not as ``seen``, their :func:`stakeholder_state`, any more."""
    there = _stakeholder(session, round_, stakeholder_id)
    session.refresh(there, with_for_update=True)
    if there.dropped_at is not None:
        raise SurveysError("record.unknown")
    if stakeholder_state(there, keys) != seen:
        raise SurveysError("record.changed")
    name = _line(name, "name", 120)
    other = _of_name(session, round_, name)
    if other is not None and other is not there:
        raise SurveysError("record.exists", field="name", id=other.id, name=other.name)
    _describe(there, name, speaks_for, contact, particularly_affected, keys)
    session.flush()
    note(session, round_, "round.stakeholder_amended", {"stakeholder": there.id}, by=by, now=now, keys=keys)


def stakeholder_state(there: Stakeholder, keys: Keyring) -> str:
    """Stands for what is known of somebody: whoever corrects it says which one they saw."""
    return fingerprint(
        repr((there.name, there.speaks_for, there.particularly_affected, contact_of(there, keys)))
    )


def contact_of(there: Stakeholder, keys: Keyring) -> str:
    """How somebody is reached; empty when nobody said."""
    if there.sealed is None or there.key_id is None:
        return ""
    return keys.open(there.key_id, there.sealed)


def _describe(
    there: Stakeholder, name: str, speaks_for: str, contact: str, affected: bool, keys: Keyring
) -> None:
    there.name, there.speaks_for = name, _line(speaks_for, "speaks_for", 200, needed=False)
    there.particularly_affected = affected
    there.key_id, there.sealed = (
        keys.seal(_line(contact, "contact", 300)) if contact.strip() else (None, None)
    )


def _of_name(session: Session, round_: Round, name: str) -> Stakeholder | None:
    """Whoever is called so, on the list or taken off it."""
    of_round = session.scalars(select(Stakeholder).where(Stakeholder.round_id == round_.id))
    return next((one for one in of_round if one.name.casefold() == name.casefold()), None)


def drop_stakeholder(
    session: Session, round_: Round, stakeholder_id: str, *, by: str, now: dt.datetime, keys: Keyring
) -> None:
    """Takes somebody off the list and forgets the contact; what was sent stays. Raises "record.unknown"."""
    there = _stakeholder(session, round_, stakeholder_id)
    there.dropped_at, there.sealed, there.key_id = now, None, None
    session.flush()
    note(session, round_, "round.stakeholder_dropped", {"stakeholder": there.id}, by=by, now=now, keys=keys)


def log_sending(
    session: Session,
    round_: Round,
    stakeholder_ids: list[str],
    *,
    on: dt.date,
    what: str,
    how: str,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> int:
    """Notes what these stakeholders were sent; says how many. Raises "record.missing", "record.unknown"."""
    what, how = _line(what, "what", 200), _line(how, "how", 80)
    if not stakeholder_ids:
        raise SurveysError("record.missing", field="stakeholders")
    for wanted in dict.fromkeys(stakeholder_ids):
        told = _stakeholder(session, round_, wanted)
        session.add(
            Sending(round_id=round_.id, stakeholder_id=told.id, on=on, what=what, how=how, by=by, at=now)
        )
    session.flush()
    number = len(set(stakeholder_ids))
    note(session, round_, "round.sent", {"stakeholders": number}, by=by, now=now, keys=keys)
    return number


def stakeholders_of(session: Session, round_: Round, keys: Keyring | None = None) -> tuple[Told, ...]:
    """Everybody on the list by name, with what was sent; contacts only when the keys are given."""
    sendings: dict[str, list[Sending]] = {}
    wanted = select(Sending).where(Sending.round_id == round_.id)
    for row in session.scalars(wanted.order_by(Sending.on.desc(), Sending.at.desc())):
        sendings.setdefault(row.stakeholder_id, []).append(row)
    listed = select(Stakeholder).where(Stakeholder.round_id == round_.id, Stakeholder.dropped_at.is_(None))
    return tuple(
        Told(row, contact_of(row, keys) if keys else "", tuple(sendings.get(row.id, ())))
        for row in session.scalars(listed.order_by(Stakeholder.name))
    )


def mailboxes(
    session: Session, round_: Round, *, by: str, now: dt.datetime, keys: Keyring
) -> tuple[tuple[str, str], ...]:
    """The name and every e-mail address of those to be told, for a letter to all of them; a noted look.

    How one is reached is free text: what looks like an address in it is taken, the rest passed over.
    """
    found = [
        (one.stakeholder.name, address)
        for one in stakeholders_of(session, round_, keys)
        for address in addresses_in(one.contact)
    ]
    note(session, round_, "round.mailboxes_read", {"addresses": len(found)}, by=by, now=now, keys=keys)
    return tuple(found)


def addresses_in(contact: str) -> tuple[str, ...]:
    """What looks like an e-mail address in such a text, each once."""
    found: dict[str, str] = {}
    for word in BETWEEN.split(contact):
        try:
            address = outbox.address(word.removeprefix("mailto:").strip("."))
        except SurveysError:
            continue
        found.setdefault(address.casefold(), address)
    return tuple(found.values())


def _stakeholder(session: Session, round_: Round, wanted: str) -> Stakeholder:
    found = session.get(Stakeholder, wanted)
    if found is None or found.round_id != round_.id:
        raise SurveysError("record.unknown", field="stakeholders")
    return found


# Shared ---------------------------------------------------------------------------------------------------


def _line(words: str, field: str, most: int, *, needed: bool = True) -> str:
    given = " ".join(words.split())
    if needed and not given:
        raise SurveysError("record.missing", field=field)
    if len(given) > most:
        raise SurveysError("record.too_long", field=field, most=most)
    return given


def _link(link: str) -> str:
    given = link.strip()
    if given and (not WEB.fullmatch(given) or len(given) > 500):
        raise SurveysError("record.link", field="link")
    return given

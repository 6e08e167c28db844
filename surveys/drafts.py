"""Answers not sent yet: sealed, found only by the hash of a token or of a return code, and short-lived."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    Row,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from surveys import receipts
from surveys.db import Base, UTCDateTime, rows_changed
from surveys.errors import SurveysError
from surveys.questionnaire.model import Answer
from surveys.sealing import Keyring
from surveys.surveys import GRACE, Survey, SurveyVersion
from surveys.surveys import state as survey_state

PLAIN_LIFE = dt.timedelta(hours=24)
"""A draft without a return code, from its last save."""
KEPT_LIFE = dt.timedelta(days=14)
"""A draft with a return code, from when the code was given; never past closing and grace."""
SENT_LIFE = dt.timedelta(minutes=20)
"""A sent draft, for repeats of the sending and the printable copy."""


class Draft(Base):
    """One sealed text. ``return_hash``: while open, of the return code; once sent, of the receipt number."""

    __tablename__ = "draft"
    __table_args__ = (
        UniqueConstraint("return_hash"),
        CheckConstraint("state IN ('open', 'sent')", name="state"),
        Index(None, "expires_at"),
        {"sqlite_with_rowid": False},  # a rowid would keep the order of arrival
    )

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    survey_id: Mapped[str] = mapped_column(ForeignKey("survey.id"))
    version_id: Mapped[str] = mapped_column(ForeignKey("survey_version.id"))
    locale: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(4), default="open")
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str] = mapped_column(String(16))
    revision: Mapped[int] = mapped_column(default=1)
    return_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    expires_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


@dataclass
class DraftState:
    """An opened draft. ``token`` and ``revision`` are not part of what is sealed; nothing of it prints."""

    survey_id: str
    version_id: str
    locale: str
    answers: dict[str, Answer] = field(default_factory=dict, repr=False)
    seen: list[str] = field(default_factory=list, repr=False)
    """Ids of the pages saved at least once."""
    accepted: list[str] = field(default_factory=list, repr=False)
    """Ids of the offered parts this person took, and in ``declined`` those they did not."""
    declined: list[str] = field(default_factory=list, repr=False)
    returning: str = ""
    """"check" while a change link is being followed."""
    may_publish: bool | None = None
    return_code: str = field(default="", repr=False)
    """The code already given for this draft, so that asking again shows the same one."""
    revision: int = 1
    token: str = field(default="", repr=False)


SEALED = ("answers", "seen", "accepted", "declined", "returning", "may_publish", "return_code")
DRAFT = cast(Table, Draft.__table__)
ADD = insert(DRAFT)
BY_TOKEN = select(*DRAFT.columns).where(DRAFT.c.token_hash == bindparam("token"))
LIFE = (
    select(DRAFT.c.expires_at, Survey.closes_at)
    .join(Survey, Survey.id == DRAFT.c.survey_id)
    .where(DRAFT.c.token_hash == bindparam("token"))
)
STORE = (
    update(DRAFT)
    .where(
        DRAFT.c.token_hash == bindparam("token"),
        DRAFT.c.revision == bindparam("seen_revision"),
        DRAFT.c.state == "open",
    )
    .values(revision=DRAFT.c.revision + 1)
)


def start(
    session: Session,
    survey: Survey,
    version: SurveyVersion,
    *,
    locale: str,
    token: str,
    keys: Keyring,
    now: dt.datetime,
) -> DraftState:
    """An empty draft under this token. Raises ``survey.not_open``: nobody starts in the hour of grace."""
    if survey_state(survey, now) != "open":
        raise SurveysError("survey.not_open", state=survey_state(survey, now))
    draft = DraftState(survey_id=survey.id, version_id=version.id, locale=locale, token=token)
    values = {
        "token_hash": receipts.token_hash(keys, token),
        "survey_id": survey.id,
        "state": "open",
        "revision": draft.revision,
        "expires_at": _until(now, PLAIN_LIFE, survey.closes_at),
    }
    session.connection().execute(ADD, values | _contents(draft, keys))
    return draft


def open_draft(session: Session, token: str, *, keys: Keyring, now: dt.datetime) -> DraftState | None:
    """The open draft of this token; None when it never was, is over, or was sent."""
    row = session.connection().execute(BY_TOKEN, {"token": receipts.token_hash(keys, token)}).first()
    if row is None or row.state != "open" or row.expires_at <= now:
        return None
    return _opened(row, token, keys)


def sent_draft(
    session: Session, token: str, *, keys: Keyring, now: dt.datetime
) -> tuple[DraftState, dt.datetime] | None:
    """A draft sent less than twenty minutes ago, and when it was sent."""
    row = session.connection().execute(BY_TOKEN, {"token": receipts.token_hash(keys, token)}).first()
    if row is None or row.state != "sent" or row.expires_at <= now:
        return None
    return _opened(row, token, keys), row.expires_at - SENT_LIFE


def save(session: Session, state: DraftState, *, seen_revision: int, keys: Keyring, now: dt.datetime) -> None:
    """Stores the draft if nobody saved it since ``seen_revision``; ``state.revision`` becomes the new one.

    It then lives at least 24 hours more, up to closing and grace; saving never shortens its life.
    Raises ``draft.stale`` (saved elsewhere since), ``draft.sent`` or ``draft.gone``.
    """
    hashed = receipts.token_hash(keys, state.token)
    expires_at = _prolonged(session, hashed, PLAIN_LIFE, now)
    _store(session, hashed, seen_revision, _contents(state, keys) | {"expires_at": expires_at})
    state.revision = seen_revision + 1


def give_return_code(
    session: Session, token: str, *, keys: Keyring, now: dt.datetime, life: dt.timedelta = KEPT_LIFE
) -> str:
    """The draft's return code, the same one if it has one already, good for ``life`` or until closing.

    Raises ``draft.gone`` or ``draft.stale``.
    """
    draft = open_draft(session, token, keys=keys, now=now)
    if draft is None:
        raise SurveysError("draft.gone")
    draft.return_code = draft.return_code or receipts.new_return_code()
    hashed = receipts.token_hash(keys, token)
    values = _contents(draft, keys) | {
        "expires_at": _prolonged(session, hashed, life, now),
        "return_hash": receipts.return_hash(keys, draft.return_code),
    }
    _store(session, hashed, draft.revision, values)
    return draft.return_code


def resume(session: Session, code: str, *, new_token: str, keys: Keyring, now: dt.datetime) -> DraftState:
    """Reopens a draft by its return code under a new token; the token it had before opens nothing any more.

    Raises ``return.is_receipt`` (a receipt number was typed), ``return.malformed`` or ``return.unknown``.
    """
    shape = receipts.recognise(code)
    if shape != "return":
        raise SurveysError("return.is_receipt" if shape == "receipt" else "return.malformed", field="code")
    moved = session.execute(
        update(DRAFT)
        .where(
            DRAFT.c.return_hash == receipts.return_hash(keys, code),
            DRAFT.c.state == "open",
            DRAFT.c.expires_at > now,
        )
        .values(token_hash=receipts.token_hash(keys, new_token))
    )
    draft = open_draft(session, new_token, keys=keys, now=now) if rows_changed(moved) else None
    if draft is None:
        raise SurveysError("return.unknown", field="code")
    return draft


def discard(session: Session, token: str, *, keys: Keyring) -> bool:
    """Deletes the draft of this token, sent or not, and says whether there was one."""
    hashed = receipts.token_hash(keys, token)
    return rows_changed(session.execute(delete(DRAFT).where(DRAFT.c.token_hash == hashed))) > 0


def discard_sent(session: Session, receipt_hash: bytes) -> None:
    """Deletes the sent copy that belongs to a receipt number."""
    session.execute(delete(DRAFT).where(DRAFT.c.return_hash == receipt_hash, DRAFT.c.state == "sent"))


def mark_sent(
    session: Session, state: DraftState, *, token: str, receipt_hash: bytes, keys: Keyring, now: dt.datetime
) -> None:
    """Turns the draft into the sent copy, kept for twenty minutes. Raises as :func:`save` does."""
    sent = {"state": "sent", "return_hash": receipt_hash, "expires_at": now + SENT_LIFE}
    _store(session, receipts.token_hash(keys, token), state.revision, _contents(state, keys) | sent)


def expire_drafts(session: Session, now: dt.datetime) -> int:
    """Deletes every draft whose time is over, sent copies included, and says how many."""
    return rows_changed(session.execute(delete(DRAFT).where(DRAFT.c.expires_at <= now)))


def _until(now: dt.datetime, life: dt.timedelta, closes_at: dt.datetime | None) -> dt.datetime:
    return now + life if closes_at is None else min(now + life, closes_at + GRACE)


def _prolonged(session: Session, hashed: bytes, life: dt.timedelta, now: dt.datetime) -> dt.datetime:
    row = session.connection().execute(LIFE, {"token": hashed}).first()
    if row is None or row.expires_at <= now:
        raise SurveysError("draft.gone")
    expires_at: dt.datetime = row.expires_at
    return max(expires_at, _until(now, life, row.closes_at))


def _contents(draft: DraftState, keys: Keyring) -> dict[str, Any]:
    """The columns that change whenever a draft is stored."""
    words = json.dumps(
        {name: getattr(draft, name) for name in SEALED}, separators=(",", ":"), ensure_ascii=False
    )
    key_id, sealed = keys.seal(words)
    return {"version_id": draft.version_id, "locale": draft.locale, "key_id": key_id, "sealed": sealed}


def _opened(row: Row[Any], token: str, keys: Keyring) -> DraftState:
    return DraftState(
        survey_id=row.survey_id,
        version_id=row.version_id,
        locale=row.locale,
        revision=row.revision,
        token=token,
        **json.loads(keys.open(row.key_id, row.sealed)),
    )


def _store(session: Session, hashed: bytes, seen_revision: int, values: Mapping[str, Any]) -> None:
    """One conditional update; when it changes nothing, says why."""
    keyed = {"token": hashed, "seen_revision": seen_revision}
    if rows_changed(session.connection().execute(STORE, keyed | dict(values))):
        return
    row = session.execute(BY_TOKEN, {"token": hashed}).first()
    if row is None:
        raise SurveysError("draft.gone")
    raise SurveysError("draft.sent" if row.state == "sent" else "draft.stale")

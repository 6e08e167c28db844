"""Letters, petitions and e-mails from outside the survey: received, read, considered, each on record."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, LargeBinary, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from surveys import audit
from surveys.db import Base, Json, JsonValue, new_id
from surveys.errors import SurveysError
from surveys.sealing import Keyring
from surveys.surveys import london_day

KINDS = ("letter", "email", "petition", "report", "call", "other")
SENDERS = ("resident", "organisation", "parish", "councillor", "business", "school", "other")
TEXT_MOST = 20_000
SUMMARY_MOST = 600
CONSIDERATION_MOST = 2000


class Submission(Base):
    """One thing that arrived. Sealed: who sent it, its words, our summary of it, and what was made of it."""

    __tablename__ = "outside_submission"
    __table_args__ = (
        CheckConstraint("kind IN ('letter', 'email', 'petition', 'report', 'call', 'other')", name="kind"),
        CheckConstraint(
            "sender IN ('resident', 'organisation', 'parish', 'councillor', 'business', 'school', 'other')",
            name="sender",
        ),
        CheckConstraint("state IN ('received', 'read', 'considered')", name="state"),
        CheckConstraint("signatures >= 0", name="signatures"),
        CheckConstraint("(state = 'considered') = (considered_on IS NOT NULL)", name="considered"),
        Index(None, "round_slug", "state"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=new_id)
    round_slug: Mapped[str] = mapped_column(ForeignKey("round.slug"))
    received_on: Mapped[dt.date] = mapped_column(Date)
    kind: Mapped[str] = mapped_column(String(10))
    sender: Mapped[str] = mapped_column(String(12))
    signatures: Mapped[int] = mapped_column(default=0)
    """How many people signed a petition; 0 for everything else."""
    themes: Mapped[JsonValue] = mapped_column(Json)
    """Keys of the areas of focus it is about."""
    state: Mapped[str] = mapped_column(String(10), default="received")
    considered_on: Mapped[dt.date | None] = mapped_column(Date)
    considered_by: Mapped[str | None] = mapped_column(String(80))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str] = mapped_column(String(16))


@dataclass(frozen=True)
class Words:
    """The sealed part. Nothing of it prints."""

    sender: str = field(default="", repr=False)
    """Who sent it, as far as it matters; shown to officers only."""
    text: str = field(default="", repr=False)
    summary: str = field(default="", repr=False)
    """In the officer's words, without anybody's name: this is what a decision cites."""
    consideration: str = field(default="", repr=False)
    """What the partnership made of it."""


def receive(
    session: Session,
    round_slug: str,
    *,
    received_on: dt.date,
    kind: str,
    sender: str,
    words: Words,
    themes: Sequence[str] = (),
    signatures: int = 0,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> Submission:
    """Puts something that arrived on record.

    Raises ``submission.kind``, ``submission.sender``, ``submission.day`` (in the future),
    ``submission.empty``, ``submission.long``, ``submission.signatures``.
    """
    if kind not in KINDS:
        raise SurveysError("submission.kind", field="kind")
    if sender not in SENDERS:
        raise SurveysError("submission.sender", field="sender")
    if received_on > london_day(now):
        raise SurveysError("submission.day", field="received_on")
    if signatures < 0 or (signatures and kind != "petition"):
        raise SurveysError("submission.signatures", field="signatures")
    if not (words.text.strip() or words.summary.strip()):
        raise SurveysError("submission.empty", field="text")
    key_id, sealed = _seal(words, keys)
    made = Submission(
        round_slug=round_slug, received_on=received_on, kind=kind, sender=sender, signatures=signatures,
        themes=sorted(set(themes)), sealed=sealed, key_id=key_id,
    )  # fmt: skip
    session.add(made)
    session.flush()
    _note(session, made, "submission.received", by, now, keys)
    return made


def read(
    session: Session,
    submission: Submission,
    *,
    summary: str,
    themes: Sequence[str],
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> None:
    """Somebody read it, says what it is about and sums it up. Raises ``submission.summary``."""
    if not summary.strip():
        raise SurveysError("submission.summary", field="summary")
    was = opened(submission, keys)
    _reseal(submission, Words(was.sender, was.text, summary, was.consideration), keys)
    submission.themes = sorted(set(themes))
    if submission.state == "received":
        submission.state = "read"
    session.flush()
    _note(session, submission, "submission.read", by, now, keys)


def consider(
    session: Session,
    submission: Submission,
    *,
    consideration: str,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> None:
    """What was made of it. Raises ``submission.unread`` (nobody read it), ``submission.consideration``."""
    if submission.state == "received":
        raise SurveysError("submission.unread")
    if not consideration.strip():
        raise SurveysError("submission.consideration", field="consideration")
    was = opened(submission, keys)
    _reseal(submission, Words(was.sender, was.text, was.summary, consideration), keys)
    submission.state, submission.considered_on, submission.considered_by = "considered", london_day(now), by
    session.flush()
    _note(session, submission, "submission.considered", by, now, keys)


def opened(submission: Submission, keys: Keyring) -> Words:
    return Words(*json.loads(keys.open(submission.key_id, submission.sealed)))


def inbox(session: Session, round_slug: str) -> tuple[Submission, ...]:
    """Everything that arrived for this consultation, newest first."""
    wanted = select(Submission).where(Submission.round_slug == round_slug)
    return tuple(session.scalars(wanted.order_by(Submission.received_on.desc(), Submission.id)))


def unconsidered(session: Session, round_slug: str) -> tuple[Submission, ...]:
    """What the partnership has not considered yet, oldest first: a decision waits until there is none."""
    wanted = select(Submission).where(Submission.round_slug == round_slug, Submission.state != "considered")
    return tuple(session.scalars(wanted.order_by(Submission.received_on, Submission.id)))


def _reseal(submission: Submission, words: Words, keys: Keyring) -> None:
    submission.key_id, submission.sealed = _seal(words, keys)


def _seal(words: Words, keys: Keyring) -> tuple[str, bytes]:
    tidy = [words.sender.strip(), words.text.strip(), words.summary.strip(), words.consideration.strip()]
    limits = (
        ("sender", 200),
        ("text", TEXT_MOST),
        ("summary", SUMMARY_MOST),
        ("consideration", CONSIDERATION_MOST),
    )
    for (name, most), text in zip(limits, tidy, strict=True):
        if len(text) > most:
            raise SurveysError("submission.long", field=name, most=most, over=len(text) - most)
    return keys.seal(json.dumps(tidy, ensure_ascii=False))


def _note(
    session: Session, submission: Submission, action: str, by: str, now: dt.datetime, keys: Keyring
) -> None:
    facts = {"round": submission.round_slug, "kind": submission.kind, "themes": len(submission.themes)}
    audit.record(
        session,
        actor=by,
        action=action,
        subject=f"submission:{submission.id}",
        facts=facts,
        now=now,
        keys=keys,
    )

"""Single-use links by which a named senior without an account approves one exact content, of any kind.

``about`` names what is approved ("round:<id>", "release:<id>"); ``digest`` is the fingerprint of its content.
Whoever asks for approval keeps the digest of what is there now; a link to anything else opens nothing.
"""

from __future__ import annotations

import datetime as dt
import secrets

from sqlalchemy import CheckConstraint, LargeBinary, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from surveys import audit
from surveys.db import Base, UTCDateTime, new_id
from surveys.errors import SurveysError
from surveys.sealing import Keyring

LINK_DAYS = 14
TOKEN_BYTES = 24
"""192 random bits; only a keyed hash of the token is stored."""


class ApprovalLink(Base):
    """An address a named senior may use once to approve one content, or to send it back."""

    __tablename__ = "approval_link"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        CheckConstraint("outcome IN ('approved', 'sent-back')", name="outcome"),
        CheckConstraint("(used_at IS NULL) = (outcome IS NULL)", name="used"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=new_id)
    about: Mapped[str] = mapped_column(String(80), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    digest: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(120))
    post: Mapped[str] = mapped_column(String(120))
    made_by: Mapped[str] = mapped_column(String(80))
    made_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    outcome: Mapped[str | None] = mapped_column(String(10))
    note: Mapped[str] = mapped_column(Text, default="")
    taken_back_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)

    @property
    def by(self) -> str:
        """Who the senior is, as an actor."""
        return f"senior:{self.id}"


def of(session: Session, about: str) -> tuple[ApprovalLink, ...]:
    """Every link to this content, the newest first."""
    wanted = select(ApprovalLink).where(ApprovalLink.about == about)
    return tuple(session.scalars(wanted.order_by(ApprovalLink.made_at.desc())))


def name_of(session: Session, by: str) -> str | None:
    """The name and post behind ``senior:<id>``; None for any other actor."""
    kind, _, id = by.partition(":")
    link = session.get(ApprovalLink, id) if kind == "senior" else None
    return None if link is None else f"{link.name}, {link.post}"


def make(
    session: Session,
    about: str,
    digest: str,
    *,
    name: str,
    post: str,
    now: dt.datetime,
    by: str,
    keys: Keyring,
    days: int = LINK_DAYS,
) -> tuple[ApprovalLink, str]:
    """A link to this content, and its token, which is nowhere else. Raises "record.missing" (name, post)."""
    given = {"name": " ".join(name.split())[:120], "post": " ".join(post.split())[:120]}
    for field, words in given.items():
        if not words:
            raise SurveysError("record.missing", field=field)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    link = ApprovalLink(
        id=new_id(),
        about=about,
        token_hash=keys.mac("approval-link", token),
        digest=digest,
        made_by=by,
        made_at=now,
        expires_at=now + dt.timedelta(days=days),
        **given,
    )
    session.add(link)
    session.flush()
    note(session, link, "approval_asked", by=by, now=now, keys=keys)
    return link, token


def called(session: Session, token: str, *, keys: Keyring, kind: str, lock: bool = False) -> ApprovalLink:
    """The link of this token about this kind of content, usable or not. Raises "approval.unknown".

    With ``lock`` of two answers at once the second waits, and finds the link used.
    """
    wanted = select(ApprovalLink).where(ApprovalLink.token_hash == keys.mac("approval-link", token))
    if lock:
        session.execute(wanted.with_only_columns(ApprovalLink.id).with_for_update())
        session.expire_all()
    found = session.scalar(wanted)
    if found is None or not found.about.startswith(f"{kind}:"):
        raise SurveysError("approval.unknown")
    return found


def check(link: ApprovalLink, digest: str, *, now: dt.datetime) -> None:
    """Raises "approval.used" (``at``), "approval.taken_back", "approval.expired" (``at``), and
    "approval.changed" when ``digest``, of what is there now, is not what the link was made for."""
    if link.used_at is not None:
        raise SurveysError("approval.used", at=link.used_at)
    if link.taken_back_at is not None:
        raise SurveysError("approval.taken_back")
    if now >= link.expires_at:
        raise SurveysError("approval.expired", at=link.expires_at)
    if digest != link.digest:
        raise SurveysError("approval.changed")


def answer(
    session: Session, link: ApprovalLink, *, approved: bool, words: str, now: dt.datetime, keys: Keyring
) -> str:
    """Uses the link up; what the senior said. Check it first. Raises "reason.missing" to send it back."""
    given = words.strip()[:2000]
    if not approved and not given:
        raise SurveysError("reason.missing", field="words")
    link.used_at, link.outcome, link.note = now, "approved" if approved else "sent-back", given
    session.flush()
    if not approved:
        note(session, link, "approval_refused", by=link.by, now=now, keys=keys)
    return given


def take_back(
    session: Session, about: str, link_id: str, *, by: str, now: dt.datetime, keys: Keyring
) -> None:
    """A link that was sent to the wrong person opens nothing any more. Raises "approval.unknown"."""
    link = session.get(ApprovalLink, link_id)
    if link is None or link.about != about or link.used_at is not None:
        raise SurveysError("approval.unknown")
    link.taken_back_at = now
    session.flush()
    note(session, link, "approval_taken_back", by=by, now=now, keys=keys)


def note(session: Session, link: ApprovalLink, act: str, *, by: str, now: dt.datetime, keys: Keyring) -> None:
    """In the log under the kind of content: ``round.approval_asked``."""
    action = f"{link.about.partition(':')[0]}.{act}"
    audit.record(
        session, actor=by, action=action, subject=link.about, facts={"link": link.id}, now=now, keys=keys
    )

"""Sign-off: what exactly is approved, by a second account or a named senior, or by nobody and why."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.partnership import editing, gates, instruments, round_documents
from portal.partnership.pages import Revision
from portal.partnership.register import RoundFacts
from portal.partnership.rounds import Round, note
from surveys.db import Base, UTCDateTime, append_only, new_id
from surveys.errors import SurveysError
from surveys.sealing import Keyring

LINK_DAYS = 14
TOKEN_BYTES = 24
"""192 random bits; only a keyed hash of the token is stored."""
APPROVED_FACTS = (
    "decision opens closes withdraw_days impact_assessment impact_assessment_on results_due"
    " results_due_weeks outcome_due outcome_due_weeks"
).split()


class Approval(Base):
    """One sign-off of exactly one content. A later change does not alter it: it no longer fits."""

    __tablename__ = "round_approval"
    __table_args__ = (
        CheckConstraint("way IN ('account', 'senior', 'nobody')", name="way"),
        CheckConstraint("way <> 'nobody' OR reason <> ''", name="reason"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=new_id)
    round_id: Mapped[str] = mapped_column(ForeignKey("round.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64))
    way: Mapped[str] = mapped_column(String(10))
    """account: a second account. senior: a named person by link. nobody: there was no second person."""
    name: Mapped[str] = mapped_column(String(120))
    post: Mapped[str] = mapped_column(String(120))
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


append_only(Approval.__table__)


class ApprovalLink(Base):
    """An address a named senior may use once to approve one content, or to send it back."""

    __tablename__ = "approval_link"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        CheckConstraint("outcome IN ('approved', 'sent-back')", name="outcome"),
        CheckConstraint("(used_at IS NULL) = (outcome IS NULL)", name="used"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=new_id)
    round_id: Mapped[str] = mapped_column(ForeignKey("round.id"), index=True)
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


@dataclass(frozen=True)
class Content:
    """Everything that is approved, as it will stand when the consultation opens."""

    plain: Mapping[str, Any]
    authors: frozenset[str]
    """Everybody who wrote part of it."""

    @property
    def digest(self) -> str:
        """Changes with every letter, date, question, document, checked language and reason."""
        canonical = json.dumps(self.plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()


def content_of(session: Session, round_: Round) -> Content:
    """What a sign-off of this round would cover now."""
    working = editing.working(session, "round", round_.slug)
    facts = working.facts if working else {}
    texts = working.texts if working else {}
    asked = instruments.of_round(session, round_)
    overrides = gates.overrides_of(session, round_)
    checks = gates.language_checks_of(session, round_)
    documents = round_documents.of_round(session, round_.id)
    plain = {
        "slug": round_.slug,
        "facts": {
            name: value
            for name in APPROVED_FACTS
            if (value := facts.get(name, RoundFacts.model_fields[name].default)) is not None
        },
        "texts": {locale: dict(body) for locale, body in texts.items()},
        "surveys": [
            {
                "slug": one.slug,
                "audience": one.audience,
                "document": one.document.model_dump(mode="json", by_alias=True, exclude_none=True),
                "unchecked": sorted(one.unchecked),
            }
            for one in asked
        ],
        "languages": {locale: [row.speaker, row.on.isoformat()] for locale, row in checks.items()},
        "documents": [[one.title, one.file_name, one.sha256] for one in documents],
        "reasons": {line: row.reason for line, row in overrides.items()},
    }
    authors = {one.draft.changed_by for one in asked if one.draft}
    authors |= {row.by for row in overrides.values()} | {one.added_by for one in documents}
    authors |= _writers(session, round_.slug)
    return Content(plain, frozenset(authors))


def _writers(session: Session, slug: str) -> set[str]:
    wanted = select(Revision.by).where(
        Revision.kind == "round", Revision.key == slug, Revision.state.in_(("current", "draft"))
    )
    return set(session.scalars(wanted.distinct()))


# By a second account ---------------------------------------------------------------------------------------


def approve(
    session: Session, round_: Round, *, seen: str, name: str, by: str, now: dt.datetime, keys: Keyring
) -> Approval:
    """A second account signs off what it saw.

    Raises "approval.changed" when that is no longer what would open, "approval.own" when nobody else
    wrote any of it.
    """
    content = content_of(session, round_)
    if content.digest != seen:
        raise SurveysError("approval.changed")
    if not content.authors - {by}:
        raise SurveysError("approval.own")
    return _approved(session, round_, content.digest, "account", name, "", "", by=by, now=now, keys=keys)


def approve_alone(
    session: Session,
    round_: Round,
    *,
    seen: str,
    reason: str,
    name: str,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> Approval:
    """With nobody available: the reason is kept, and stands in the evidence pack of the year.

    Raises "approval.changed", "reason.missing".
    """
    given = reason.strip()
    if not given:
        raise SurveysError("reason.missing", field="reason")
    content = content_of(session, round_)
    if content.digest != seen:
        raise SurveysError("approval.changed")
    return _approved(session, round_, content.digest, "nobody", name, "", given, by=by, now=now, keys=keys)


def _approved(
    session: Session,
    round_: Round,
    digest: str,
    way: str,
    name: str,
    post: str,
    reason: str,
    *,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> Approval:
    made = Approval(
        round_id=round_.id, digest=digest, way=way, name=name, post=post, reason=reason, by=by, at=now
    )
    session.add(made)
    session.flush()
    facts = {"way": way, "digest": digest, "approval": made.id}
    note(session, round_, "round.approved", facts, by=by, now=now, keys=keys)
    return made


# By a named senior -----------------------------------------------------------------------------------------


def make_link(
    session: Session,
    round_: Round,
    *,
    name: str,
    post: str,
    by: str,
    now: dt.datetime,
    keys: Keyring,
    days: int = LINK_DAYS,
) -> tuple[ApprovalLink, str]:
    """A single-use link to what would be approved now, and its token, which is nowhere else.

    Raises "record.missing" for the name or post.
    """
    given = {"name": " ".join(name.split())[:120], "post": " ".join(post.split())[:120]}
    for field, words in given.items():
        if not words:
            raise SurveysError("record.missing", field=field)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    link = ApprovalLink(
        id=new_id(),
        round_id=round_.id,
        token_hash=keys.mac("approval-link", token),
        digest=content_of(session, round_).digest,
        made_by=by,
        made_at=now,
        expires_at=now + dt.timedelta(days=days),
        **given,
    )
    session.add(link)
    session.flush()
    note(session, round_, "round.approval_asked", {"link": link.id}, by=by, now=now, keys=keys)
    return link, token


def open_link(session: Session, slug: str, token: str, *, now: dt.datetime, keys: Keyring) -> ApprovalLink:
    """The link of this token while it can be used.

    Raises "approval.unknown", "approval.other_round" (``slug``), "approval.used" (``at``),
    "approval.taken_back", "approval.expired" (``at``), "approval.changed".
    """
    found = session.scalar(
        select(ApprovalLink).where(ApprovalLink.token_hash == keys.mac("approval-link", token))
    )
    if found is None:
        raise SurveysError("approval.unknown")
    round_ = session.get(Round, found.round_id)
    if round_ is None or round_.slug != slug:
        raise SurveysError("approval.other_round", slug=round_.slug if round_ else "")
    if found.used_at is not None:
        raise SurveysError("approval.used", at=found.used_at)
    if found.taken_back_at is not None:
        raise SurveysError("approval.taken_back")
    if now >= found.expires_at:
        raise SurveysError("approval.expired", at=found.expires_at)
    if content_of(session, round_).digest != found.digest:
        raise SurveysError("approval.changed")
    return found


def answer_link(
    session: Session,
    slug: str,
    token: str,
    *,
    approved: bool,
    words: str,
    now: dt.datetime,
    keys: Keyring,
) -> ApprovalLink:
    """The senior's answer uses the link up. Raises as :func:`open_link`; "reason.missing" to send it back."""
    mine = select(ApprovalLink.id).where(ApprovalLink.token_hash == keys.mac("approval-link", token))
    session.execute(mine.with_for_update())  # of two answers at once the second finds the link used
    session.expire_all()
    link = open_link(session, slug, token, now=now, keys=keys)
    round_ = session.get_one(Round, link.round_id)
    given = words.strip()[:2000]
    if not approved and not given:
        raise SurveysError("reason.missing", field="words")
    link.used_at, link.outcome, link.note = now, "approved" if approved else "sent-back", given
    session.flush()
    by = f"senior:{link.id}"
    if approved:
        _approved(
            session, round_, link.digest, "senior", link.name, link.post, given, by=by, now=now, keys=keys
        )
    else:
        note(session, round_, "round.approval_refused", {"link": link.id}, by=by, now=now, keys=keys)
    return link


def take_back(
    session: Session, round_: Round, link_id: str, *, by: str, now: dt.datetime, keys: Keyring
) -> None:
    """A link that was sent to the wrong person opens nothing any more. Raises "approval.unknown"."""
    link = session.get(ApprovalLink, link_id)
    if link is None or link.round_id != round_.id or link.used_at is not None:
        raise SurveysError("approval.unknown")
    link.taken_back_at = now
    session.flush()
    note(session, round_, "round.approval_taken_back", {"link": link.id}, by=by, now=now, keys=keys)


# Reading --------------------------------------------------------------------------------------------------


def approvals_of(session: Session, round_: Round) -> tuple[Approval, ...]:
    """Newest first."""
    wanted = select(Approval).where(Approval.round_id == round_.id)
    return tuple(session.scalars(wanted.order_by(Approval.at.desc())))


def links_of(session: Session, round_: Round) -> tuple[ApprovalLink, ...]:
    """Newest first."""
    wanted = select(ApprovalLink).where(ApprovalLink.round_id == round_.id)
    return tuple(session.scalars(wanted.order_by(ApprovalLink.made_at.desc())))


def valid(session: Session, round_: Round, digest: str | None = None) -> Approval | None:
    """The newest sign-off of exactly what would open now."""
    wanted = digest or content_of(session, round_).digest
    return next((one for one in approvals_of(session, round_) if one.digest == wanted), None)


def alone(session: Session, since: dt.datetime, until: dt.datetime) -> tuple[tuple[Round, Approval], ...]:
    """Every sign-off in this time for which there was no second person: for the year's evidence pack."""
    wanted = (
        select(Round, Approval)
        .join(Approval, Approval.round_id == Round.id)
        .where(Approval.way == "nobody", Approval.at >= since, Approval.at < until)
        .order_by(Approval.at)
    )
    return tuple((round_, approval) for round_, approval in session.execute(wanted))

"""Sign-off: what exactly is approved, by a second account or a named senior, or by nobody and why."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.partnership import approval_links, editing, gates, instruments, round_documents, rounds
from portal.partnership.approval_links import ApprovalLink
from portal.partnership.pages import Revision
from portal.partnership.register import RoundFacts
from portal.partnership.rounds import Round, note
from surveys.db import Base, UTCDateTime, append_only, new_id
from surveys.errors import SurveysError
from surveys.sealing import Keyring

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


def about(round_: Round) -> str:
    """What links to this round are about."""
    return f"round:{round_.slug}"


def make_link(
    session: Session, round_: Round, *, name: str, post: str, by: str, now: dt.datetime, keys: Keyring
) -> tuple[ApprovalLink, str]:
    """A single-use link to what would be approved now. Raises as :func:`approval_links.make`."""
    digest = content_of(session, round_).digest
    return approval_links.make(
        session, about(round_), digest, name=name, post=post, by=by, now=now, keys=keys
    )


def open_link(
    session: Session, slug: str, token: str, *, now: dt.datetime, keys: Keyring, lock: bool = False
) -> ApprovalLink:
    """The link of this token while it can be used.

    Raises "approval.other_round" (``slug``), and as :func:`approval_links.called` and ``check``.
    """
    found = approval_links.called(session, token, keys=keys, kind="round", lock=lock)
    belongs = found.about.removeprefix("round:")
    round_ = rounds.by_slug(session, slug)
    if round_ is None or belongs != slug:
        raise SurveysError("approval.other_round", slug=belongs)
    approval_links.check(found, content_of(session, round_).digest, now=now)
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
    link = open_link(session, slug, token, now=now, keys=keys, lock=True)
    given = approval_links.answer(session, link, approved=approved, words=words, now=now, keys=keys)
    round_ = rounds.by_slug(session, slug)
    if approved and round_ is not None:
        _approved(
            session, round_, link.digest, "senior", link.name, link.post, given,
            by=link.by, now=now, keys=keys,
        )  # fmt: skip
    return link


def take_back(
    session: Session, round_: Round, link_id: str, *, by: str, now: dt.datetime, keys: Keyring
) -> None:
    """A link that was sent to the wrong person opens nothing any more. Raises "approval.unknown"."""
    approval_links.take_back(session, about(round_), link_id, by=by, now=now, keys=keys)


# Reading --------------------------------------------------------------------------------------------------


def approvals_of(session: Session, round_: Round) -> tuple[Approval, ...]:
    """Newest first."""
    wanted = select(Approval).where(Approval.round_id == round_.id)
    return tuple(session.scalars(wanted.order_by(Approval.at.desc())))


def links_of(session: Session, round_: Round) -> tuple[ApprovalLink, ...]:
    """Newest first."""
    return approval_links.of(session, about(round_))


def valid(session: Session, round_: Round, digest: str | None = None) -> Approval | None:
    """The newest sign-off of exactly what would open now."""
    wanted = digest or content_of(session, round_).digest
    return next((one for one in approvals_of(session, round_) if one.digest == wanted), None)


def alone(session: Session, round_: Round) -> tuple[Approval, ...]:
    """Every sign-off for which there was no second person, oldest first: for the year's evidence pack."""
    return tuple(one for one in reversed(approvals_of(session, round_)) if one.way == "nobody")

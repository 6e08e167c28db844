"""Deciding what becomes of a comment in public. What is counted never changes here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys import audit
from surveys.errors import SurveysError
from surveys.moderation import concerns, log, safeguarding, screening
from surveys.moderation.policy import ALONE, CATEGORIES, OUTCOMES, PUBLISHES, REASONS, WITHOUT_PERMISSION
from surveys.moderation.records import CommentPlan, PublicText
from surveys.moderation.redaction import Redaction, redacted, settle
from surveys.records import Comment, Response
from surveys.sealing import Keyring
from surveys.surveys import SurveyVersion

QUOTED_FROM = 16
"""Nobody younger is quoted word for word."""


def decide(
    session: Session,
    comment: Comment,
    *,
    outcome: str,
    by: str,
    now: dt.datetime,
    keys: Keyring,
    seen_version: int,
    reason: str = "",
    redactions: Sequence[Redaction] = (),
    quote: bool = False,
    category: str = "",
    alone: str = "",
) -> None:
    """Decides one comment and writes it down; the same decision again by the same officer does nothing.

    "waiting" undoes the decision before. "referred" opens a safeguarding case of this ``category`` and locks
    the comment: only the safeguarding lead ends that.
    ``quote`` proposes it as a quote, which another officer has to clear.
    Whose decision the writer appealed against does not decide it again while the appeal waits, nor once it
    was upheld; only ``alone``, "nobody-available", overrides that and stays on record. A risk may always be
    referred. What shows danger is held when it is to be shown, even before a sweep has looked at it.

    Raises ``comment.stale``, ``comment.locked``, ``comment.claimed`` (another officer holds it),
    ``comment.appealed``,
    ``outcome.unknown``, ``outcome.needs_permission``, ``outcome.nothing_replaced``, ``reason.needed``,
    ``reason.unknown``, ``category.unknown``, or as :func:`redaction.settle` does.
    """
    if outcome not in OUTCOMES:
        raise SurveysError("outcome.unknown", field="outcome")
    reason = _reasoned(outcome, reason)
    if outcome == "referred" and category not in CATEGORIES:
        raise SurveysError("category.unknown", field="category")
    quote = quote and outcome in PUBLISHES
    public = _public(session, comment, outcome, redactions, keys)
    if _repeated(session, comment, outcome, reason, by, quote, public, seen_version, keys):
        return
    if comment.version != seen_version:
        raise SurveysError("comment.stale")
    if outcome in PUBLISHES:
        screening.look(session, comment, keys=keys, now=now)  # it may have come a second ago
    held = outcome in PUBLISHES and concerns.locked(session, comment.survey_id, comment.id)
    if held or comment.state == "referred":
        raise SurveysError("comment.locked")
    if comment.claimed_by not in (None, by) and comment.claimed_until and comment.claimed_until > now:
        raise SurveysError("comment.claimed")
    again = outcome != "referred" and log.barred(session, comment.survey_id, comment.id, by)
    if again and alone != ALONE:
        raise SurveysError("comment.appealed")
    if outcome not in WITHOUT_PERMISSION and not may_be_quoted(session, comment):
        raise SurveysError("outcome.needs_permission", field="outcome")
    log.write(
        session,
        comment,
        outcome=outcome,
        reason=reason,
        by=by,
        now=now,
        keys=keys,
        seen_version=seen_version,
        quote=quote,
        public=public,
        alone=again,
    )
    if outcome == "referred":
        safeguarding.refer(session, comment, category=category, source="moderator", by=by, now=now, keys=keys)


def decide_alike(
    session: Session,
    comments: Sequence[Comment],
    *,
    outcome: str,
    by: str,
    now: dt.datetime,
    keys: Keyring,
    seen_versions: Sequence[int],
    reason: str = "",
) -> int:
    """One decision for comments whose words are identical, and how many it settled; all or none.

    Raises ``comments.differ`` (their words are not identical), ``outcome.one_by_one`` (replacements and
    referrals are decided one at a time), or as :func:`decide` does.
    """
    if outcome in ("redacted", "referred"):
        raise SurveysError("outcome.one_by_one", field="outcome")
    if len({_plainly(keys.open(each.key_id, each.sealed)) for each in comments}) > 1:
        raise SurveysError("comments.differ")
    for comment, seen in zip(comments, seen_versions, strict=True):
        decide(
            session,
            comment,
            outcome=outcome,
            reason=reason,
            by=by,
            now=now,
            keys=keys,
            seen_version=seen,
        )
    return len(comments)


def look_at_quote(
    session: Session,
    comment: Comment,
    *,
    clear: bool,
    by: str,
    now: dt.datetime,
    keys: Keyring,
    seen_version: int,
    reason: str = "",
) -> None:
    """The second look: another officer clears a proposed quote for reports, or declines it.

    The officer who proposed it may clear it alone only with the reason "nobody-available", which stays on
    record. Raises ``quote.not_proposed``, ``quote.same_officer``, ``comment.stale``.
    """
    last = log.latest(session, comment)
    outcome = "quote-cleared" if clear else "quote-declined"
    if last is not None and (last.outcome, last.by, last.number) == (outcome, by, seen_version + 1):
        return
    if comment.version != seen_version:
        raise SurveysError("comment.stale")
    if comment.quote != "proposed" or last is None:
        raise SurveysError("quote.not_proposed")
    if last.by == by and reason != ALONE:
        raise SurveysError("quote.same_officer")
    log.write(
        session,
        comment,
        outcome=outcome,
        reason=reason if last.by == by else "",
        by=by,
        now=now,
        keys=keys,
        seen_version=seen_version,
    )


def may_be_quoted(session: Session, comment: Comment) -> bool:
    """Whether the writer agreed to publication and is not known to be under 16.

    The two are not told apart: an officer who reads the words must not learn the age.
    """
    found = session.execute(
        select(Response.may_publish, Response.answers, Response.version_id).where(
            Response.survey_id == comment.survey_id, Response.id == comment.response_id
        )
    ).one()
    if not found.may_publish:
        return False
    document = session.scalar(select(SurveyVersion.document).where(SurveyVersion.id == found.version_id))
    return not _under(QUOTED_FROM, document or {}, found.answers)


def public_text(session: Session, comment: Comment, *, keys: Keyring) -> str | None:
    """What the public may read of this comment as it is decided now; None when nothing."""
    if comment.state == "publishable":
        return keys.open(comment.key_id, comment.sealed)
    if comment.state != "redacted":
        return None
    row = session.scalar(
        select(PublicText)
        .where(PublicText.survey_id == comment.survey_id, PublicText.comment_id == comment.id)
        .order_by(PublicText.number.desc())
        .limit(1)
    )
    return None if row is None else keys.open(row.key_id, row.sealed)


def mode_of(session: Session, survey_id: str) -> str:
    """ "quotes": only cleared quotes are public; "all": every comment that was approved."""
    return session.scalar(select(CommentPlan.mode).where(CommentPlan.survey_id == survey_id)) or "quotes"


def set_mode(
    session: Session, survey_id: str, mode: str, *, by: str, now: dt.datetime, keys: Keyring
) -> None:
    """Chooses what a survey may publish of its comments. Raises ``mode.unknown``."""
    if mode not in ("quotes", "all"):
        raise SurveysError("mode.unknown", field="mode")
    if mode == mode_of(session, survey_id):
        return
    session.merge(CommentPlan(survey_id=survey_id, mode=mode, by=by, at=now))
    session.flush()
    audit.record(
        session,
        actor=by,
        action="comments.mode",
        subject=f"survey:{survey_id}",
        facts={"mode": mode},
        now=now,
        keys=keys,
    )


def _reasoned(outcome: str, reason: str) -> str:
    """The reason to write down; an outcome with only one has it without being told."""
    allowed = REASONS[outcome]
    if len(allowed) < 2:
        return "".join(allowed)
    if not reason:
        raise SurveysError("reason.needed", field="reason")
    if reason not in allowed:
        raise SurveysError("reason.unknown", field="reason")
    return reason


def _public(
    session: Session, comment: Comment, outcome: str, redactions: Sequence[Redaction], keys: Keyring
) -> str | None:
    if outcome != "redacted":
        return None
    if not redactions:
        raise SurveysError("outcome.nothing_replaced", field="outcome")
    text = keys.open(comment.key_id, comment.sealed)
    return redacted(text, settle(text, redactions))


def _repeated(
    session: Session,
    comment: Comment,
    outcome: str,
    reason: str,
    by: str,
    quote: bool,
    public: str | None,
    seen_version: int,
    keys: Keyring,
) -> bool:
    """Whether this officer's very decision is the newest one already (a form sent twice)."""
    last = log.latest(session, comment)
    if last is None or last.number != seen_version + 1:
        return False
    same = (last.outcome, last.reason, last.by, last.quote) == (outcome, reason, by, quote)
    return same and (public is None or public_text(session, comment, keys=keys) == public)


def _under(age: int, document: dict[str, object], answers: dict[str, object]) -> bool:
    """Whether the answers give an age band that begins below ``age``. An age not given is not under it."""
    question_id = document.get("age_question")
    given = answers.get(str(question_id)) if question_id else None
    if not isinstance(given, str):
        return False
    return any(
        option["key"] == given and option.get("min_age") is not None and option["min_age"] < age
        for part in document["parts"]  # type: ignore[attr-defined]
        for page in part["pages"]
        for question in page["questions"]
        if question["id"] == question_id
        for option in question.get("options", ())
    )


def _plainly(text: str) -> str:
    """Words with their spaces evened out: what "identical" means to a reader."""
    return " ".join(text.split())

"""What becomes of one resident's comments, as their receipt number shows it, and appeals against a decision.

Nothing here shows a word that was written. A comment under a safeguarding hold looks like one that waits.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from surveys import audit
from surveys.db import new_id
from surveys.errors import SurveysError
from surveys.moderation import concerns, log
from surveys.moderation.decisions import mode_of
from surveys.moderation.policy import ALONE, APPEALABLE, PUBLISHES
from surveys.moderation.records import Appeal, Decision
from surveys.records import Comment, Response
from surveys.sealing import Keyring
from surveys.surveys import Survey, london_day

WORDS_LIMIT = 500

Status = Literal["private", "waiting", "read", "approved", "published", "withheld"]


@dataclass(frozen=True)
class Fate:
    """What became of one comment. ``changed``: names or places were taken out. ``appeal``: its state."""

    comment_id: str
    item: str
    status: Status
    reason: str = ""
    changed: bool = False
    appeal: Literal["no", "possible", "open", "kept"] = "no"


@dataclass(frozen=True)
class Pending:
    """An appeal as the officer who settles it sees it."""

    appeal: Appeal
    comment: Comment
    decision: Decision | None
    words: str = field(repr=False)

    @property
    def moot(self) -> bool:
        """The comment was decided again meanwhile."""
        return self.comment.version != self.appeal.number


# The resident ---------------------------------------------------------------------------------------------


def fates(session: Session, survey: Survey, response: Response, *, released: bool) -> list[Fate]:
    """What became of each comment of a response. ``released``: the survey's results are out."""
    comments = session.scalars(
        select(Comment)
        .where(Comment.survey_id == survey.id, Comment.response_id == response.id)
        .order_by(Comment.item)
    ).all()
    if not response.may_publish:
        return [Fate(comment.id, comment.item, "private") for comment in comments]
    mode = mode_of(session, survey.id)
    return [_fate(session, comment, mode, released) for comment in comments]


def _fate(session: Session, comment: Comment, mode: str, released: bool) -> Fate:
    hidden = comment.state in ("waiting", "referred")
    if hidden or concerns.locked(session, comment.survey_id, comment.id):
        return Fate(comment.id, comment.item, "waiting")
    if comment.state == "read":
        return Fate(comment.id, comment.item, "read")
    last = log.latest(session, comment)
    reason = last.reason if last is not None else ""
    status: Status = "withheld"
    if comment.state in PUBLISHES:
        shown = released and (mode == "all" or comment.quote == "cleared")
        status = "published" if shown else "approved"
        reason = _decided(session, comment).reason
    return Fate(
        comment.id,
        comment.item,
        status,
        reason=reason,
        changed=comment.state == "redacted",
        appeal=_standing(session, comment),
    )


def _decided(session: Session, comment: Comment) -> Decision:
    """The newest decision that set the comment's state; a second look at a quote comes after it."""
    query = select(Decision).where(
        Decision.survey_id == comment.survey_id,
        Decision.comment_id == comment.id,
        Decision.outcome == comment.state,
    )
    return session.scalars(query.order_by(Decision.number.desc()).limit(1)).one()


def _standing(session: Session, comment: Comment) -> Literal["no", "possible", "open", "kept"]:
    if comment.state not in APPEALABLE:
        return "no"
    made = session.scalar(
        select(Appeal)
        .where(Appeal.survey_id == comment.survey_id, Appeal.comment_id == comment.id)
        .order_by(Appeal.number.desc())
        .limit(1)
    )
    if made is None or (made.outcome == "changed" and made.number != comment.version):
        return "possible"
    return "kept" if made.outcome is not None else "open"


def appeal(
    session: Session,
    response: Response,
    comment_id: str,
    *,
    words: str,
    now: dt.datetime,
    keys: Keyring,
) -> Appeal:
    """Asks for a decision to be looked at again; again for the same decision, it finds the one there is.

    Raises ``appeal.none`` (nothing was decided that can be appealed), ``appeal.settled``, ``appeal.long``.
    """
    comment = session.get(Comment, (response.survey_id, comment_id))
    mine = comment is not None and comment.response_id == response.id and response.may_publish
    if comment is None or not mine or comment.state not in APPEALABLE:
        raise SurveysError("appeal.none")
    if concerns.locked(session, comment.survey_id, comment.id):
        raise SurveysError("appeal.none")
    said = words.strip()
    if len(said) > WORDS_LIMIT:
        raise SurveysError("appeal.long", field="words", most=WORDS_LIMIT, over=len(said) - WORDS_LIMIT)
    known = _standing(session, comment)
    if known == "kept":
        raise SurveysError("appeal.settled")
    if known == "open":
        return _open_one(session, comment)
    key_id, sealed = keys.seal(said)
    made = Appeal(
        survey_id=comment.survey_id, id=new_id(), comment_id=comment.id, number=comment.version,
        made_on=london_day(now), sealed=sealed, key_id=key_id,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:  # the same form twice at the same moment
        return _open_one(session, comment)
    return made


def _open_one(session: Session, comment: Comment) -> Appeal:
    query = select(Appeal).where(
        Appeal.survey_id == comment.survey_id,
        Appeal.comment_id == comment.id,
        Appeal.number == comment.version,
    )
    return session.scalars(query).one()


def take_back_permission(session: Session, response: Response) -> None:
    """From now on nothing this person wrote is public; a resident's act, so it is not logged.

    What is public is asked of the response each time, so nothing else has to follow.
    """
    response.may_publish = False
    session.flush()


# The officer ----------------------------------------------------------------------------------------------


def pending(session: Session, *, keys: Keyring, limit: int = 50) -> list[Pending]:
    """Open appeals, the longest waiting first."""
    rows = session.scalars(
        select(Appeal).where(Appeal.outcome.is_(None)).order_by(Appeal.made_on, Appeal.id).limit(limit)
    )
    return [of(session, row, keys=keys) for row in rows]


def of(session: Session, row: Appeal, *, keys: Keyring) -> Pending:
    """One appeal with what it is about."""
    comment = session.get_one(Comment, (row.survey_id, row.comment_id))
    return Pending(row, comment, log.appealed(session, row), keys.open(row.key_id, row.sealed))


def settle(
    session: Session,
    row: Appeal,
    *,
    outcome: str,
    by: str,
    now: dt.datetime,
    keys: Keyring,
    reason: str = "",
) -> None:
    """Settles an appeal: "kept", or "changed", which gives the comment back to be decided anew.

    Whoever took the decision may neither settle it nor take it anew, unless ``reason`` is
    "nobody-available", which is noted.
    The same answer again by the same officer does nothing.
    Raises ``appeal.outcome``, ``appeal.settled``, ``appeal.same_officer``, or as ``log.write`` does.
    """
    if outcome not in ("kept", "changed"):
        raise SurveysError("appeal.outcome", field="outcome")
    session.refresh(row, with_for_update=True)
    if row.outcome is not None:
        if (row.outcome, row.settled_by) == (outcome, by):
            return
        raise SurveysError("appeal.settled")
    found = of(session, row, keys=keys)
    same = found.decision is not None and found.decision.by == by
    if same and reason != ALONE:
        raise SurveysError("appeal.same_officer")
    row.outcome, row.settled_on, row.settled_by = outcome, london_day(now), by
    session.flush()
    if outcome == "changed" and not found.moot:
        log.write(
            session, found.comment, outcome="waiting", reason="",
            by=by, now=now, keys=keys, seen_version=found.comment.version,
        )  # fmt: skip
    facts = {"survey": row.survey_id, "outcome": outcome, "reason": reason if same else ""}
    subject = f"comment:{row.comment_id}"
    audit.record(session, actor=by, action="appeal.settle", subject=subject, facts=facts, now=now, keys=keys)

"""The one place where a comment's state changes: the row, the log of decisions and the audit, together."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from surveys import audit
from surveys.db import rows_changed
from surveys.errors import SurveysError
from surveys.moderation.policy import ALONE, APPEALABLE, POLICY
from surveys.moderation.records import Appeal, Decision, PublicText
from surveys.records import Comment
from surveys.sealing import Keyring

QUOTE_LOOKS = {"quote-cleared": "cleared", "quote-declined": "declined"}


def decisions(session: Session, comment: Comment) -> list[Decision]:
    """Everything decided about a comment, oldest first."""
    query = select(Decision).where(Decision.survey_id == comment.survey_id, Decision.comment_id == comment.id)
    return list(session.scalars(query.order_by(Decision.number)))


def latest(session: Session, comment: Comment) -> Decision | None:
    """The newest decision about a comment, read from the database."""
    return session.scalar(
        select(Decision)
        .where(Decision.survey_id == comment.survey_id, Decision.comment_id == comment.id)
        .order_by(Decision.number.desc())
        .limit(1)
    )


def appealed(session: Session, row: Appeal) -> Decision | None:
    """The decision an appeal is against."""
    before = select(Decision).where(
        Decision.survey_id == row.survey_id,
        Decision.comment_id == row.comment_id,
        Decision.number <= row.number,
        Decision.outcome.in_(APPEALABLE),
    )
    return session.scalar(before.order_by(Decision.number.desc()).limit(1))


def barred(session: Session, survey_id: str, comment_id: str, by: str) -> bool:
    """Whether the writer appealed against this officer's decision, and the appeal waits or was upheld."""
    query = select(Appeal).where(
        Appeal.survey_id == survey_id,
        Appeal.comment_id == comment_id,
        or_(Appeal.outcome.is_(None), Appeal.outcome == "changed"),
    )
    against = (appealed(session, row) for row in session.scalars(query).all())
    return any(decision is not None and decision.by == by for decision in against)


def write(
    session: Session,
    comment: Comment,
    *,
    outcome: str,
    reason: str,
    by: str,
    now: dt.datetime,
    keys: Keyring,
    seen_version: int,
    quote: bool = False,
    public: str | None = None,
    alone: bool = False,
) -> None:
    """Writes a decision that was checked already: state and version, log, public text, audit.

    ``alone``: somebody else should have taken it, but nobody was available; the audit says so.
    The caller's ``comment`` is renewed. Raises ``comment.stale`` when ``seen_version`` is not the newest:
    of two officers deciding at once, one gets here first and the other is told.
    """
    number = seen_version + 1
    values: dict[str, object] = {"version": number, "claimed_by": None, "claimed_until": None}
    if outcome in QUOTE_LOOKS:
        values["quote"] = QUOTE_LOOKS[outcome]
    else:
        values |= {"state": outcome, "quote": "proposed" if quote else ""}
    changed = session.execute(
        update(Comment)
        .where(
            Comment.survey_id == comment.survey_id,
            Comment.id == comment.id,
            Comment.version == seen_version,
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    if not rows_changed(changed):
        raise SurveysError("comment.stale")
    log = Decision(
        survey_id=comment.survey_id,
        comment_id=comment.id,
        number=number,
        outcome=outcome,
        reason=reason,
        quote=quote,
        by=by,
        at=now,
        policy=POLICY,
    )
    session.add(log)
    if public is not None:
        key_id, sealed = keys.seal(public)
        session.add(
            PublicText(
                survey_id=comment.survey_id,
                comment_id=comment.id,
                number=number,
                sealed=sealed,
                key_id=key_id,
            )
        )
    session.flush()
    session.refresh(comment)
    audit.record(
        session,
        actor=by,
        action="comment.decide",
        subject=f"comment:{comment.id}",
        facts={"survey": comment.survey_id, "number": number, "outcome": outcome, "reason": reason}
        | ({"alone": ALONE} if alone else {}),
        now=now,
        keys=keys,
    )


def unlock(session: Session, comment: Comment, *, by: str, now: dt.datetime, keys: Keyring) -> None:
    """Gives a referred comment back to the moderators: the safeguarding lead's act, and nobody else's.

    Raises ``comment.not_referred``, ``comment.stale``.
    """
    if comment.state != "referred":
        raise SurveysError("comment.not_referred")
    write(
        session,
        comment,
        outcome="waiting",
        reason="",
        by=by,
        now=now,
        keys=keys,
        seen_version=comment.version,
    )

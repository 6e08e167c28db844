"""Comments that may speak of somebody at risk, on their way to the safeguarding lead."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from surveys import audit
from surveys.records import Comment
from surveys.sealing import Keyring


def refer(
    session: Session,
    comment: Comment,
    *,
    category: str,
    source: str,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> None:
    """Opens a case for the lead. The comment's own state was written by whoever decided it.

    ``source``: "moderator" or "phrases" (a flag of the safety lists; the comment's state stays as it was).
    """
    audit.record(
        session,
        actor=by,
        action="safeguarding.refer",
        subject=f"comment:{comment.id}",
        facts={"survey": comment.survey_id, "category": category, "source": source},
        now=now,
        keys=keys,
    )

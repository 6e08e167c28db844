"""The phrase lists look at every comment once, soon after it came, so that what is urgent lies on top."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import exists, literal_column, select
from sqlalchemy.orm import Session

from surveys.moderation import phrases, safeguarding
from surveys.records import Comment
from surveys.sealing import Keyring
from surveys.surveys import Survey

BY = "job:screening"
FLAGGED, UNLISTED, PLAIN = 0, 1, 2
"""The urgencies a comment may have; a comment nobody has looked at yet is UNLISTED."""
UNSEEN = Comment.screened == literal_column("''")  # written out, as in the index that answers it


def waits(session: Session) -> bool:
    """Whether any comment waits to be looked at; read off an index that holds only these."""
    surveys = session.scalars(select(Survey.id))
    return any(session.scalar(select(exists().where(Comment.survey_id == one, UNSEEN))) for one in surveys)


def screen(session: Session, *, keys: Keyring, now: dt.datetime, limit: int = 500) -> int:
    """Looks at up to ``limit`` comments that wait for it and says how many; 0 when none are left.

    A flagged one is raised with the safeguarding lead at once; its state stays as it is. Doing it again
    finds nothing to do; of two sweeps at once each comment is looked at by one.
    """
    looked_at = 0
    for survey_id in session.scalars(select(Survey.id)):
        query = (
            select(Comment)
            .where(Comment.survey_id == survey_id, UNSEEN)
            .order_by(Comment.id)
            .limit(limit - looked_at)
            .with_for_update(skip_locked=True)
        )
        for comment in session.scalars(query).all():
            look(session, comment, keys=keys, now=now)
            looked_at += 1
        if looked_at >= limit:
            break
    session.flush()
    return looked_at


def look(session: Session, comment: Comment, *, keys: Keyring, now: dt.datetime) -> None:
    """Looks at this comment, unless that was done."""
    if comment.screened:
        return
    known = phrases.list_for(comment.locale)
    found = phrases.flags(keys.open(comment.key_id, comment.sealed))
    comment.screened = known.name if known else "none"
    comment.flags = " ".join(found)
    comment.urgency = FLAGGED if found else PLAIN if known else UNLISTED
    if found:
        safeguarding.refer(session, comment, category=found[0], source="phrases", by=BY, now=now, keys=keys)

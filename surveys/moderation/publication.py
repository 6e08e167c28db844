"""What the public may read of comments at this moment. Asked anew each time, so nothing stays by mistake."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, and_, func, select, true
from sqlalchemy.orm import Session

from surveys.moderation.concerns import held_comments
from surveys.moderation.decisions import mode_of, public_text
from surveys.moderation.policy import PUBLISHES
from surveys.moderation.reading import written
from surveys.moderation.records import Translation
from surveys.records import Comment, Response
from surveys.sealing import Keyring

HIDDEN_BELOW = 10
"""Nothing is shown of a question that fewer people wrote something to."""


@dataclass(frozen=True)
class Shown:
    """One comment in public: its words and their language, and nothing about who wrote it."""

    id: str
    text: str
    locale: str
    changed: bool
    translations: tuple[tuple[str, str], ...] = ()
    """(locale, words) a moderator wrote beside it."""


def _public(survey_id: str, mode: str) -> Select[Comment]:
    """Approved, permitted, counted, under no hold, and (where only quotes are shown) cleared as a quote."""
    quoted = true() if mode == "all" else Comment.quote == "cleared"
    return (
        select(Comment)
        .join(Response, and_(Response.survey_id == Comment.survey_id, Response.id == Comment.response_id))
        .where(
            Comment.survey_id == survey_id,
            Comment.state.in_(PUBLISHES),
            Response.may_publish,
            Response.status == "counted",
            quoted,
            Comment.id.not_in(held_comments(survey_id)),
        )
    )


def enough(session: Session, survey_id: str) -> frozenset[str]:
    """The items at least :data:`HIDDEN_BELOW` people wrote something to; it looks at every comment."""
    people = written(session, survey_id)
    return frozenset(item for item, number in people.items() if number >= HIDDEN_BELOW)


def items(session: Session, survey_id: str, wrote: frozenset[str] | None = None) -> dict[str, int]:
    """Item to the number of public comments. ``wrote``: :func:`enough`, when it was asked a moment ago."""
    allowed = enough(session, survey_id) if wrote is None else wrote
    if not allowed:
        return {}
    public = _public(survey_id, mode_of(session, survey_id)).where(Comment.item.in_(allowed)).subquery()
    counted = session.execute(select(public.c.item, func.count()).group_by(public.c.item)).all()
    return dict(counted)


def shown(
    session: Session, survey_id: str, item: str, *, keys: Keyring, first: int = 0, limit: int = 25
) -> list[Shown]:
    """Public comments of one item, in the (random) order of their ids."""
    query = _public(survey_id, mode_of(session, survey_id)).where(Comment.item == item)
    found = []
    for comment in session.scalars(query.order_by(Comment.id).offset(first).limit(limit)).all():
        text = public_text(session, comment, keys=keys)
        if text is None:
            continue
        translated = session.scalars(
            select(Translation).where(
                Translation.survey_id == survey_id, Translation.comment_id == comment.id
            )
        )
        others = tuple((row.locale, keys.open(row.key_id, row.sealed)) for row in translated)
        found.append(Shown(comment.id, text, comment.locale, comment.state == "redacted", others))
    return found

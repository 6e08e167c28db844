"""Comments as officers read them, and how many wait. Nothing here changes what is counted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.responses import Comment, Response
from surveys.sealing import Keyring


@dataclass(frozen=True)
class Words:
    """One comment, opened. It carries no answer to any other question."""

    id: str
    item: str
    locale: str
    state: str
    submitted_on: dt.date
    may_publish: bool
    text: str = field(repr=False)


def words(
    session: Session,
    survey_id: str,
    *,
    keys: Keyring,
    item: str | None = None,
    state: str | None = None,
    after: str = "",
    limit: int = 50,
) -> Iterator[Words]:
    """Opened comments of a survey in the (random) order of their ids, from the one after ``after``."""
    query = (
        select(Comment, Response.submitted_on, Response.may_publish)
        .join(Response, (Response.survey_id == Comment.survey_id) & (Response.id == Comment.response_id))
        .where(Comment.survey_id == survey_id, Comment.id > after)
        .order_by(Comment.id)
        .limit(limit)
    )
    if item is not None:
        query = query.where(Comment.item == item)
    if state is not None:
        query = query.where(Comment.state == state)
    for comment, submitted_on, may_publish in session.execute(query):
        yield Words(
            id=comment.id,
            item=comment.item,
            locale=comment.locale,
            state=comment.state,
            submitted_on=submitted_on,
            may_publish=may_publish,
            text=keys.open(comment.key_id, comment.sealed),
        )


def tally(session: Session, survey_id: str) -> dict[str, int]:
    """State to the number of comments in it; states without comments are left out."""
    query = select(Comment.state, func.count()).where(Comment.survey_id == survey_id).group_by(Comment.state)
    return dict(session.execute(query).all())


def written(session: Session, survey_id: str) -> dict[str, int]:
    """Item to how many people whose response counts wrote something there."""
    query = (
        select(Comment.item, func.count())
        .join(Response, (Response.survey_id == Comment.survey_id) & (Response.id == Comment.response_id))
        .where(Comment.survey_id == survey_id, Response.status == "counted")
        .group_by(Comment.item)
    )
    return dict(session.execute(query).all())

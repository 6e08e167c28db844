"""Comments for analysis: the words as they were cleared, with their themes, and nothing about who wrote."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from surveys.moderation import PUBLISHES
from surveys.moderation.concerns import held_comments
from surveys.moderation.decisions import may_be_quoted, public_text
from surveys.moderation.records import CommentTheme, Theme
from surveys.records import Comment, Response
from surveys.sealing import Keyring


@dataclass(frozen=True)
class Cleared:
    """One comment as decided: ``changed`` if anything in it was replaced; ``quotable``: its writer agreed."""

    item: str
    text: str
    locale: str
    themes: tuple[str, ...]
    changed: bool
    quotable: bool


def cleared(session: Session, survey_id: str, *, keys: Keyring) -> list[Cleared]:
    """Every comment decided "publishable" or "redacted" of a response that counts, in random order.

    Comments that wait, were withheld, or are held for safeguarding are not among them.
    """
    themes = _themes(session, survey_id)
    query = (
        select(Comment)
        .join(Response, and_(Response.survey_id == Comment.survey_id, Response.id == Comment.response_id))
        .where(
            Comment.survey_id == survey_id,
            Comment.state.in_(PUBLISHES),
            Response.status == "counted",
            Comment.id.not_in(held_comments(survey_id)),
        )
        .order_by(Comment.item, Comment.id)
    )
    found = []
    for comment in session.scalars(query):
        text = public_text(session, comment, keys=keys)
        if text is not None:
            found.append(
                Cleared(
                    comment.item,
                    text,
                    comment.locale,
                    themes.get(comment.id, ()),
                    comment.state == "redacted",
                    may_be_quoted(session, comment),
                )
            )
    return found


def _themes(session: Session, survey_id: str) -> dict[str, tuple[str, ...]]:
    query = (
        select(CommentTheme.comment_id, Theme.name)
        .join(Theme, and_(Theme.survey_id == CommentTheme.survey_id, Theme.id == CommentTheme.theme_id))
        .where(CommentTheme.survey_id == survey_id)
        .order_by(Theme.position, Theme.id)
    )
    found: dict[str, list[str]] = {}
    for comment, name in session.execute(query):
        found.setdefault(comment, []).append(name)
    return {comment: tuple(names) for comment, names in found.items()}

"""The officers' code frame: the themes of each open question, and how many comments speak of each."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from surveys import audit
from surveys.errors import SurveysError
from surveys.moderation.records import CampaignComment, CommentTheme, Theme
from surveys.records import Comment, Response
from surveys.sealing import Keyring

NAME_LIMIT, DESCRIPTION_LIMIT = 80, 300
MOST = 60
"""Themes of one question: more cannot be told apart by the person who ticks them."""


@dataclass(frozen=True)
class Found:
    """How many people whose response counts spoke of a theme, with and without campaigns."""

    theme: Theme
    people: int
    without_campaigns: int


def frame(session: Session, survey_id: str, item: str | None = None, *, retired: bool = False) -> list[Theme]:
    """The themes of a survey, or of one of its questions, in the officers' order."""
    query = select(Theme).where(Theme.survey_id == survey_id)
    if item is not None:
        query = query.where(Theme.item == item)
    if not retired:
        query = query.where(Theme.retired.is_(False))
    return list(session.scalars(query.order_by(Theme.item, Theme.position, Theme.id)))


def add(
    session: Session,
    survey_id: str,
    item: str,
    *,
    name: str,
    description: str = "",
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> Theme:
    """Adds one at the end. Raises ``theme.name``, ``theme.description``, ``theme.exists``, ``theme.many``."""
    name, description = _checked(session, survey_id, item, name, description)
    known = frame(session, survey_id, item, retired=True)
    if len(known) >= MOST:
        raise SurveysError("theme.many", field="name", most=MOST)
    theme = Theme(
        survey_id=survey_id,
        item=item,
        name=name,
        description=description,
        position=max((t.position for t in known), default=0) + 1,
    )
    session.add(theme)
    _record(session, theme, "theme.add", by, now, keys)
    return theme


def change(
    session: Session,
    theme: Theme,
    *,
    name: str,
    description: str,
    retired: bool,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> None:
    """Renames, explains or retires a theme; what it counted stays. Raises as :func:`add` does."""
    name, description = _checked(session, theme.survey_id, theme.item, name, description, theme)
    if (name, description, retired) == (theme.name, theme.description, theme.retired):
        return
    theme.name, theme.description, theme.retired = name, description, retired
    _record(session, theme, "theme.change", by, now, keys)


def find(session: Session, survey_id: str, theme_id: str) -> Theme:
    """The theme. Raises ``theme.unknown``."""
    theme = session.get(Theme, (survey_id, theme_id))
    if theme is None:
        raise SurveysError("theme.unknown")
    return theme


def found(session: Session, survey_id: str, item: str) -> list[Found]:
    """Each theme of a question with how many people spoke of it: people are counted once however often."""
    counted = (
        select(
            CommentTheme.theme_id,
            func.count(Comment.response_id.distinct()),
            func.count(Comment.response_id.distinct()).filter(CampaignComment.comment_id.is_(None)),
        )
        .join(
            Comment,
            and_(Comment.survey_id == CommentTheme.survey_id, Comment.id == CommentTheme.comment_id),
        )
        .join(Response, and_(Response.survey_id == Comment.survey_id, Response.id == Comment.response_id))
        .outerjoin(
            CampaignComment,
            and_(CampaignComment.survey_id == Comment.survey_id, CampaignComment.comment_id == Comment.id),
        )
        .where(CommentTheme.survey_id == survey_id, Comment.item == item, Response.status == "counted")
        .group_by(CommentTheme.theme_id)
    )
    people = {theme_id: (total, without) for theme_id, total, without in session.execute(counted)}
    return [
        Found(theme, *people.get(theme.id, (0, 0))) for theme in frame(session, survey_id, item, retired=True)
    ]


def _checked(
    session: Session, survey_id: str, item: str, name: str, description: str, own: Theme | None = None
) -> tuple[str, str]:
    name, description = " ".join(name.split()), description.strip()
    if not 1 <= len(name) <= NAME_LIMIT:
        raise SurveysError("theme.name", field="name", most=NAME_LIMIT)
    if len(description) > DESCRIPTION_LIMIT:
        raise SurveysError("theme.description", field="description", most=DESCRIPTION_LIMIT)
    for other in frame(session, survey_id, item, retired=True):
        if other is not own and other.name.casefold() == name.casefold():
            raise SurveysError("theme.exists", field="name")
    return name, description


def _record(session: Session, theme: Theme, action: str, by: str, now: dt.datetime, keys: Keyring) -> None:
    session.flush()
    audit.record(
        session,
        actor=by,
        action=action,
        subject=f"theme:{theme.id}",
        facts={"survey": theme.survey_id, "item": theme.item, "retired": theme.retired},
        now=now,
        keys=keys,
    )

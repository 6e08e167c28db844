"""The information officer's search: a scan over opened words, one by one; there is no index of them."""

from __future__ import annotations

import datetime as dt
import unicodedata
from dataclasses import dataclass, field

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from surveys import audit
from surveys.errors import SurveysError
from surveys.moderation.concerns import Concern
from surveys.records import Comment
from surveys.sealing import Keyring
from surveys.surveys import Survey

SHORTEST = 3
SHOWN = 100
"""Hits that are shown; all are counted."""
PART = 500


@dataclass(frozen=True)
class Hit:
    survey_id: str
    survey: str
    comment_id: str
    response_id: str
    item: str
    locale: str
    state: str
    submitted_on: dt.date
    text: str = field(repr=False)


@dataclass(frozen=True)
class Found:
    """``hits``: the first of ``number``. ``held``: comments under a safeguarding hold, not looked into."""

    hits: tuple[Hit, ...]
    number: int
    looked_at: int
    held: int


def scan(session: Session, wanted: str, *, keys: Keyring, survey_id: str | None = None) -> Found:
    """Comments whose words hold what is wanted, whatever the case; opened one by one as they stream in.

    Raises ``search.short``. The caller notes the search with :func:`note` before showing anything.
    """
    needle = _even(wanted)
    if len(needle) < SHORTEST:
        raise SurveysError("search.short", field="words", least=SHORTEST)
    hits: list[Hit] = []
    number = looked_at = held = 0
    query = (
        select(Comment, Survey.slug, Concern.id)
        .join(Survey, Survey.id == Comment.survey_id)
        .outerjoin(
            Concern,
            and_(
                Concern.survey_id == Comment.survey_id,
                Concern.comment_id == Comment.id,
                Concern.released_on.is_(None),
            ),
        )
        .order_by(Comment.survey_id, Comment.id)
        .execution_options(yield_per=PART)
    )
    if survey_id is not None:
        query = query.where(Comment.survey_id == survey_id)
    for comment, slug, concern in session.execute(query):
        if concern is not None:
            held += 1
            continue
        looked_at += 1
        text = keys.open(comment.key_id, comment.sealed)
        if needle not in _even(text):
            continue
        number += 1
        if number <= SHOWN:
            hits.append(
                Hit(
                    comment.survey_id, slug, comment.id, comment.response_id, comment.item, comment.locale,
                    comment.state, comment.submitted_on, text,
                )
            )  # fmt: skip
    return Found(tuple(hits), number, looked_at, held)


def note(
    session: Session, found: Found, *, by: str, now: dt.datetime, keys: Keyring, request: str = ""
) -> None:
    """One entry for one search: how many were found and looked at, for which request, never the words."""
    facts = {"hits": found.number, "looked_at": found.looked_at, "request": request}
    audit.record(
        session, actor=by, action="comments.search", subject="comments", facts=facts, now=now, keys=keys
    )


def _even(text: str) -> str:
    """One form for what reads the same: width, case, spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())

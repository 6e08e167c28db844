"""The second look at proposed quotes by a named senior without an account: where only one officer is there.

A link covers the quotes that wait when it is made, as the public would read them. Quotes proposed later are
not among them; when one of them is decided anew, the link no longer fits.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.partnership import approval_links
from portal.partnership.approval_links import ApprovalLink
from surveys import moderation
from surveys.errors import SurveysError
from surveys.moderation import Decision
from surveys.moderation.concerns import held_comments
from surveys.records import Comment
from surveys.sealing import Keyring
from surveys.surveys import Survey

KIND = "quotes"
MOST = 50
"""Quotes one link covers, the longest waiting first."""


@dataclass(frozen=True)
class Proposed:
    """A quote that waits for a second look, as the public would read it."""

    comment: Comment = field(repr=False)
    text: str = field(repr=False)


def about(survey: Survey) -> str:
    """What links to this survey's quotes are about."""
    return f"{KIND}:{survey.id}"


def waiting(session: Session, survey: Survey, *, until: dt.datetime, keys: Keyring) -> tuple[Proposed, ...]:
    """The quotes proposed up to this moment that still wait."""
    query = (
        select(Comment)
        .join(
            Decision,
            (Decision.survey_id == Comment.survey_id)
            & (Decision.comment_id == Comment.id)
            & (Decision.number == Comment.version),
        )
        .where(
            Comment.survey_id == survey.id,
            Comment.quote == "proposed",
            Comment.id.not_in(held_comments(survey.id)),
            Decision.at <= until,
        )
        .order_by(Decision.at, Comment.id)
        .limit(MOST)
    )
    found = ((one, moderation.public_text(session, one, keys=keys)) for one in session.scalars(query).all())
    return tuple(Proposed(comment, text) for comment, text in found if text is not None)


def digest(quotes: Collection[Proposed]) -> str:
    """Changes with every quote, decision and letter."""
    plain = sorted([one.comment.id, one.comment.version, one.text] for one in quotes)
    return hashlib.sha256(json.dumps(plain, ensure_ascii=False).encode()).hexdigest()


def ask(
    session: Session, survey: Survey, *, name: str, post: str, by: str, now: dt.datetime, keys: Keyring
) -> tuple[ApprovalLink, str]:
    """A link to the quotes that wait now, and its token.

    Raises "quote.none" when none waits, and as :func:`approval_links.make`.
    """
    quotes = waiting(session, survey, until=now, keys=keys)
    if not quotes:
        raise SurveysError("quote.none")
    return approval_links.make(
        session, about(survey), digest(quotes), name=name, post=post, by=by, now=now, keys=keys
    )


def opened(
    session: Session, survey: Survey, token: str, *, now: dt.datetime, keys: Keyring, lock: bool = False
) -> tuple[ApprovalLink, tuple[Proposed, ...]]:
    """The link of this token and its quotes. Raises as :func:`approval_links.called` and ``check``."""
    link = approval_links.called(session, token, keys=keys, kind=KIND, lock=lock)
    if link.about != about(survey):
        raise SurveysError("approval.unknown")
    quotes = waiting(session, survey, until=link.made_at, keys=keys)
    approval_links.check(link, digest(quotes), now=now)
    return link, quotes


def answer(
    session: Session,
    survey: Survey,
    token: str,
    *,
    approved: bool,
    cleared: Collection[str],
    words: str,
    now: dt.datetime,
    keys: Keyring,
) -> ApprovalLink:
    """The senior's answer uses the link up: the quotes named in ``cleared`` are cleared, the others declined.

    Sent back, they go on waiting. Raises as :func:`opened` and :func:`approval_links.answer`.
    """
    link, quotes = opened(session, survey, token, now=now, keys=keys, lock=True)
    approval_links.answer(session, link, approved=approved, words=words, now=now, keys=keys)
    for one in quotes if approved else ():
        moderation.look_at_quote(
            session,
            one.comment,
            clear=one.comment.id in cleared,
            by=link.by,
            now=now,
            keys=keys,
            seen_version=one.comment.version,
        )
    return link

"""What stands under the matrix: who answered and who is missing, themes, and cleared quotes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.partnership.places import margins
from surveys import moderation, surveys
from surveys.moderation import themes as frames
from surveys.questionnaire.model import LongText
from surveys.records import Comment
from surveys.results import fair_share
from surveys.results.disclosure import Policy, ReleasedTable
from surveys.results.layout import NOT_GIVEN
from surveys.results.releases import Release
from surveys.results.rounding import rounded
from surveys.results.tables import ALL
from surveys.sealing import Keyring


@dataclass(frozen=True)
class Group:
    """One group beside the district: shares in per cent of everybody whose group is known on both sides."""

    dimension: str
    key: str
    answered: float
    district: float

    @property
    def missing(self) -> bool:
        """By the rule of the results page, on the whole per cent that is shown."""
        return fair_share.too_little(round(self.answered), round(self.district))


@dataclass(frozen=True)
class Heard:
    """One theme of what people wrote, with and without campaigns; None: fewer than 10 people."""

    key: str
    title: str
    people: int | None
    without_campaigns: int | None


@dataclass(frozen=True)
class Quote:
    """Words the public may read, cleared by two people."""

    survey_id: str
    comment_id: str
    text: str
    lang: str


def who_answered(
    session: Session, release: Release | None, dimensions: Sequence[str] = ("sex", "age")
) -> tuple[Group, ...]:
    """Groups of the release that the census has too, in the release's order, from released figures only."""
    found: list[Group] = []
    for dimension in dimensions if release is not None else ():
        census = {_plain(one.category): _share(one.percent, one.count) for one in margins(session, dimension)}
        answered = _by(release.tables if release else (), dimension)
        both = [key for key in answered if census.get(_plain(key))]
        here, there = sum(answered[key] for key in both), sum(census[_plain(key)] for key in both)
        if len(both) > 1 and here and there:
            found += [
                Group(dimension, key, 100 * answered[key] / here, 100 * census[_plain(key)] / there)
                for key in both
            ]
    return tuple(found)


def _by(tables: Sequence[ReleasedTable], dimension: str) -> Mapping[str, int]:
    """How many people of each group answered something, from the fullest table by this dimension."""
    best: dict[str, int] = {}
    for table in tables:
        if table.by != dimension:
            continue
        groups = {g.key: g.answered for g in table.groups if g.key not in (ALL, NOT_GIVEN) and g.answered}
        if sum(groups.values()) > sum(best.values()):
            best = {key: n for key, n in groups.items() if n is not None}
    return best


def _plain(category: str) -> str:
    """``75 and over`` and ``75-over`` alike."""
    return re.sub(r"[^a-z0-9]", "", category.lower().replace("and", ""))


def _share(percent: float | None, count: int | None) -> float:
    return float(percent if percent is not None else count or 0)


def themes(session: Session, survey_id: str) -> tuple[Heard, ...]:
    """The themes officers found in what people wrote, the commonest first, rounded as published."""
    version = surveys.current_version(session, survey_id)
    if version is None:
        return ()
    document = surveys.questionnaire_of(version)
    policy = Policy()
    every = [
        one
        for question in document.questions
        if isinstance(question, LongText)
        for one in frames.found(session, survey_id, question.id)
        if one.people and not one.theme.retired
    ]
    every.sort(key=lambda one: (-one.people, one.theme.name))
    return tuple(
        Heard(
            one.theme.id.lower().replace("_", "-").strip("-"),
            one.theme.name,
            rounded(one.people, policy),
            rounded(one.without_campaigns, policy),
        )
        for one in every
    )


def quotes(session: Session, survey_id: str, *, keys: Keyring, limit: int = 60) -> tuple[Quote, ...]:
    """Quotes two people cleared, in the (random) order of their ids."""
    wanted = select(Comment).where(Comment.survey_id == survey_id, Comment.quote == "cleared")
    found = (
        quote_of(session, c, keys=keys) for c in session.scalars(wanted.order_by(Comment.id).limit(limit))
    )
    return tuple(one for one in found if one is not None)


def quote(session: Session, ids: Sequence[str] | None, *, keys: Keyring) -> Quote | None:
    """The quote with these ids (survey, comment) as it may be read today; None once it may not."""
    if not ids:
        return None
    comment = session.get(Comment, (ids[0], ids[1]))
    return None if comment is None or comment.quote != "cleared" else quote_of(session, comment, keys=keys)


def quote_of(session: Session, comment: Comment, *, keys: Keyring) -> Quote | None:
    text = moderation.public_text(session, comment, keys=keys)
    if text is None or not moderation.may_be_quoted(session, comment):
        return None
    return Quote(comment.survey_id, comment.id, text, comment.locale)

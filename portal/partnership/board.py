"""How a survey fills while it is open: starts, pages, days, channels, languages, from sums without a trail.

Everything here is exact. Pages show it through :func:`shown`, by the rules of released tables.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys import fieldwork
from surveys.questionnaire.model import Questionnaire
from surveys.records import RESPONSE
from surveys.results.rounding import Policy, rounded
from surveys.surveys import Survey

START = "start"
NOT_PAGES = frozenset({START, "check", "sent"})


@dataclass(frozen=True)
class Fieldwork:
    """``starts``: people who pressed Start on the web. ``pages``: page id to how many saved it, in order.

    ``days``: every London day from opening to the last with anything on it: starts, and responses of all
    channels. ``channels`` and ``locales``: responses that count.
    """

    starts: int
    responses: int
    pages: Mapping[str, int]
    days: Sequence[tuple[dt.date, int, int]]
    channels: Mapping[str, int]
    locales: Mapping[str, int]

    @property
    def web(self) -> int:
        return self.channels.get("web", 0)


def fieldwork_of(session: Session, survey: Survey, document: Questionnaire) -> Fieldwork:
    """The sums of one survey as they stand now."""
    pages: Counter[str] = Counter()
    began: Counter[dt.date] = Counter()
    first = next(iter(document.page_by_id), "")
    for (day, page, _locale), tally in fieldwork.pages_saved(session, survey.id).items():
        pages[page] += tally
        if page == START:
            began[day] += tally
    if not pages[START]:  # sums from before starts were counted: the first page stands for them
        for (day, page, _locale), tally in fieldwork.pages_saved(session, survey.id).items():
            began[day] += tally if page == first else 0
    counted = RESPONSE.c.survey_id == survey.id, RESPONSE.c.status == "counted"

    def by(column: str) -> dict[Any, int]:
        rows = session.execute(
            select(RESPONSE.c[column], func.count()).where(*counted).group_by(RESPONSE.c[column])
        )
        return {key: int(number) for key, number in rows}

    arrived = by("submitted_on")
    return Fieldwork(
        starts=sum(began.values()),
        responses=sum(arrived.values()),
        pages={id: pages[id] for id in document.page_by_id if pages[id]},
        days=[(day, began[day], arrived.get(day, 0)) for day in _days([*began, *arrived])],
        channels=by("channel"),
        locales=by("locale"),
    )


def _days(found: Sequence[dt.date]) -> list[dt.date]:
    if not found:
        return []
    first, last = min(found), max(found)
    return [first + dt.timedelta(days=number) for number in range((last - first).days + 1)]


@dataclass(frozen=True)
class Shown:
    """A count as this reader may see it. ``figure`` None: fewer than 10."""

    figure: int | None

    def __str__(self) -> str:
        return "fewer than 10" if self.figure is None else f"{self.figure:,}"


def shown(count: int, *, exact: bool) -> Shown:
    """A count by the rules of released tables: hidden under 10, else rounded to 5. Nobody is shown as 0."""
    if exact or count == 0:
        return Shown(count)
    return Shown(rounded(count, Policy()))


@dataclass(frozen=True)
class Gap:
    """The group that answers least against its share of the population, both in whole per cent."""

    dimension: str
    group: str
    answered: int
    expected: int


def biggest_gap(profiles: Mapping[str, Sequence[tuple[str, int | None, int | None]]]) -> Gap | None:
    """Of (group, share of those who answered, share of the population) by dimension: the widest gap, if any.

    Shares a reader may not see are passed over: what is hidden is no ground to act on here.
    """
    found = [
        Gap(dimension, group, answered, expected)
        for dimension, rows in profiles.items()
        for group, answered, expected in rows
        if answered is not None and expected is not None and answered < expected
    ]
    return max(found, key=lambda gap: (gap.expected - gap.answered, gap.group), default=None)

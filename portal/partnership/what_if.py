"""Residents' ranking without some of the answers: a campaign, what came on paper, one unusual day.

For the sensitivity only: nothing is excluded. A group of answers is left out and the rest shown only when
both hold 25 people or more, and every count is rounded as published.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.moderation.records import CampaignComment
from surveys.records import RESPONSE, Comment
from surveys.results.disclosure import Policy
from surveys.results.releases import MOVES_BY
from surveys.results.rounding import rounded

UNUSUAL = 5
"""A day is unusual when this many times as many answers came as on the middle day."""


@dataclass(frozen=True)
class Without:
    """``kind``: campaigns, paper or day. ``counts``: topic to people, rounded; ``order``: best first."""

    kind: str
    left_out: int
    base: int
    counts: Mapping[str, int]
    order: tuple[str, ...]
    day: dt.date | None = None


def without(
    session: Session, survey_id: str, question: str, topics: Mapping[str, str]
) -> tuple[Without, ...]:
    """Every group of answers that can be left out and shown, with the ranking of the others.

    ``topics``: answer key to topic. Reads each response once.
    """
    campaign = set(
        session.scalars(
            select(Comment.response_id)
            .join(
                CampaignComment,
                (CampaignComment.survey_id == Comment.survey_id) & (CampaignComment.comment_id == Comment.id),
            )
            .where(Comment.survey_id == survey_id)
        )
    )
    rows = select(RESPONSE.c.id, RESPONSE.c.channel, RESPONSE.c.submitted_on, RESPONSE.c.answers).where(
        RESPONSE.c.survey_id == survey_id, RESPONSE.c.status == "counted"
    )
    given: list[tuple[str, str, dt.date, tuple[str, ...]]] = []
    for id, channel, day, answers in session.execute(rows.execution_options(yield_per=2000)):
        value = answers.get(question)
        chosen = (value,) if isinstance(value, str) else tuple(value or ())
        if chosen:
            given.append((id, channel, day, chosen))
    days = Counter(row[2] for row in given)
    busiest = max(days, key=lambda day: (days[day], day), default=None)
    unusual = busiest is not None and days[busiest] >= UNUSUAL * median(days.values())
    found = [
        _left("campaigns", given, lambda row: row[0] in campaign, topics),
        _left("paper", given, lambda row: row[1] != "web", topics),
        _left("day", given, lambda row: row[2] == busiest, topics, busiest) if unusual else None,
    ]
    return tuple(one for one in found if one is not None)


Given = tuple[str, str, dt.date, tuple[str, ...]]


def _left(
    kind: str,
    given: list[Given],
    out: Callable[[Given], bool],
    topics: Mapping[str, str],
    day: dt.date | None = None,
) -> Without | None:
    stay = [row for row in given if not out(row)]
    gone = len(given) - len(stay)
    if gone < MOVES_BY or len(stay) < MOVES_BY:
        return None
    policy = Policy()
    exact = Counter(topics[key] for row in stay for key in row[3] if key in topics)
    counts = {topic: n for topic in topics.values() if (n := rounded(exact[topic], policy)) is not None}
    order = tuple(sorted(set(topics.values()), key=lambda topic: (-counts.get(topic, 0), topic)))
    return Without(kind, rounded(gone, policy) or 0, rounded(len(stay), policy) or 0, counts, order, day)

"""What was decided about comments in one year, as the public may know it: small numbers are hidden."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import asdict, dataclass
from statistics import median

from sqlalchemy import Date, Select, and_, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from surveys import working_days
from surveys.db import Base, Json, JsonValue, append_only
from surveys.moderation.publication import HIDDEN_BELOW
from surveys.moderation.records import Appeal, Decision
from surveys.records import Comment
from surveys.surveys import london_day

ROUNDED_TO = 5
TIMED_FROM = 30
"""A middle time is given only of at least so many comments."""


@dataclass(frozen=True)
class Year:
    """One year in public. A number is None when it is hidden: fewer than 10. The rest are rounded to 5.

    ``reasons``: (outcome, reason) to how many; ``days``: the middle number of working days to a decision.
    """

    year: int
    decided: int | None
    outcomes: dict[str, int | None]
    reasons: dict[tuple[str, str], int | None]
    days: int | None
    appeals: int | None
    appeals_changed: int | None
    appeals_kept: int | None


class YearFigures(Base):
    """One year's figures as they are published, kept for good: erasing what they count changes nothing."""

    __tablename__ = "comment_year"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    figures: Mapped[JsonValue] = mapped_column(Json)
    frozen_on: Mapped[dt.date] = mapped_column(Date)


append_only(YearFigures.__table__)


def hidden(number: int) -> int | None:
    """The number as the public sees it."""
    return None if number < HIDDEN_BELOW else int(number / ROUNDED_TO + 0.5) * ROUNDED_TO


def frozen(session: Session) -> list[Year]:
    """The years in public, newest first: as they were when each was over, whatever was erased since."""
    rows = session.scalars(select(YearFigures).order_by(YearFigures.year.desc()))
    return [_from_json(row.year, row.figures) for row in rows]


def freeze(session: Session, now: dt.datetime) -> int:
    """Keeps the figures of every year that is over and was not kept yet, and says how many years."""
    first = session.scalar(select(func.min(Decision.at)))
    if first is None:
        return 0
    kept = set(session.scalars(select(YearFigures.year)))
    over = [year for year in range(first.year, london_day(now).year) if year not in kept]
    for year in over:
        session.add(
            YearFigures(year=year, figures=_as_json(of_year(session, year)), frozen_on=london_day(now))
        )
    session.flush()
    return len(over)


def _as_json(year: Year) -> JsonValue:
    figures = asdict(year)
    figures["reasons"] = [[*key, number] for key, number in year.reasons.items()]
    return figures


def _from_json(year: int, figures: JsonValue) -> Year:
    reasons = {(outcome, reason): number for outcome, reason, number in figures["reasons"]}
    return Year(**{**figures, "year": year, "reasons": reasons})


def of_year(session: Session, year: int) -> Year:
    """What was decided in a year: of each comment the last decision of that year counts."""
    last = _last_decisions(year).subquery()
    rows = session.execute(
        select(Decision.outcome, Decision.reason, Decision.at, Comment.submitted_on)
        .join(
            last,
            and_(
                Decision.survey_id == last.c.survey_id,
                Decision.comment_id == last.c.comment_id,
                Decision.number == last.c.number,
            ),
        )
        .outerjoin(Comment, and_(Comment.survey_id == Decision.survey_id, Comment.id == Decision.comment_id))
        .where(Decision.outcome != "waiting")
    ).all()
    outcomes = Counter(row.outcome for row in rows)
    reasons = Counter(
        (row.outcome, row.reason) for row in rows if row.outcome in ("redacted", "withheld", "spam")
    )
    days = [
        working_days.between(row.submitted_on, london_day(row.at))
        for row in rows
        if row.submitted_on is not None
    ]
    settled = Counter(
        session.scalars(
            select(Appeal.outcome).where(
                Appeal.settled_on.between(dt.date(year, 1, 1), dt.date(year, 12, 31))
            )
        )
    )
    return Year(
        year=year,
        decided=hidden(len(rows)),
        outcomes={outcome: hidden(number) for outcome, number in sorted(outcomes.items())},
        reasons={key: hidden(number) for key, number in sorted(reasons.items())},
        days=round(median(days)) if len(days) >= TIMED_FROM else None,
        appeals=hidden(settled.total()),
        appeals_changed=hidden(settled["changed"]),
        appeals_kept=hidden(settled["kept"]),
    )


def _last_decisions(year: int) -> Select[str, str, int]:
    begins, ends = dt.datetime(year, 1, 1, tzinfo=dt.UTC), dt.datetime(year + 1, 1, 1, tzinfo=dt.UTC)
    return (
        select(Decision.survey_id, Decision.comment_id, func.max(Decision.number).label("number"))
        .where(
            Decision.at >= begins,
            Decision.at < ends,
            ~Decision.outcome.in_(("quote-cleared", "quote-declined")),
        )
        .group_by(Decision.survey_id, Decision.comment_id)
    )

"""How far a target has come, in pure arithmetic: where it should be by now, and the published thresholds.

The way from the baseline to the aim is taken as a straight line from the day of the baseline to the day the
target is due. Nothing here needs a database.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Status = Literal["on-track", "attention", "off-track", "done", "not-started"]
STATUSES: tuple[Status, ...] = ("on-track", "attention", "off-track", "done", "not-started")
ON_TRACK_WITHIN = 10
"""Points of the way a target may be behind and still be on track."""
ATTENTION_WITHIN = 30
"""Points of the way it may be behind before it is off track."""
LEAST_BASE = 20
"""Under this count no change is given in per cent: a few reports more would look like a wave."""
_WORST: tuple[Status, ...] = ("off-track", "attention", "on-track", "not-started", "done")


def first_day(year: int) -> dt.date:
    """The day a plan year starts: 1 April."""
    return dt.date(year, 4, 1)


def quarter_end(year: int, quarter: int) -> dt.date:
    """The last day of a quarter (1 to 4) of a plan year."""
    return (dt.date(year, 6, 30), dt.date(year, 9, 30), dt.date(year, 12, 31), dt.date(year + 1, 3, 31))[
        quarter - 1
    ]


def quarters_over(year: int, today: dt.date) -> int:
    """How many quarters of a plan year are behind us, 0 to 4."""
    return sum(quarter_end(year, quarter) < today for quarter in (1, 2, 3, 4))


@dataclass(frozen=True)
class Way:
    """From ``baseline`` on ``since`` to ``aim`` on ``due``, in the target's own unit."""

    baseline: float
    since: dt.date
    aim: float
    due: dt.date

    @property
    def standing_still(self) -> bool:
        """Whether the aim is to hold what there is."""
        return self.aim == self.baseline

    def expected_share(self, on: dt.date) -> float:
        """How much of the way should be behind us on a day, 0 to 100."""
        days = (self.due - self.since).days
        if days <= 0:
            return 100.0
        return min(max((on - self.since).days / days, 0), 1) * 100

    def expected(self, on: dt.date) -> float:
        """The value the straight line has on a day."""
        return self.baseline + (self.aim - self.baseline) * self.expected_share(on) / 100

    def share(self, value: float) -> float:
        """How much of the way a value is, in per cent; under 0 when it went the wrong way."""
        if self.standing_still:
            return 100.0
        return (value - self.baseline) / (self.aim - self.baseline) * 100

    def status(self, value: float, on: dt.date, *, up: bool) -> Status:
        """What the thresholds make of a value. ``up``: more is better; it matters when the aim is to hold."""
        if self.standing_still:
            worse = self.aim - value if up else value - self.aim
            points = worse / abs(self.aim) * 100 if self.aim else (0 if worse <= 0 else 100)
            return "on-track" if points <= 0 else "attention" if points <= ON_TRACK_WITHIN else "off-track"
        share = self.share(value)
        if share >= 100:
            return "done"
        behind = self.expected_share(on) - share
        if behind <= ON_TRACK_WITHIN:
            return "on-track"
        return "attention" if behind <= ATTENTION_WITHIN else "off-track"


@dataclass(frozen=True)
class Change:
    """How a value differs from the baseline. ``percent`` is None where it would mislead."""

    difference: float
    percent: float | None


def change(baseline: float, value: float, *, count: bool) -> Change:
    """No per cent for counts from a base under 20, for a base of nought, and for what is a share already."""
    small = not count or abs(baseline) < LEAST_BASE
    return Change(value - baseline, None if small else (value - baseline) / baseline * 100)


def worst(found: Iterable[Status]) -> Status:
    """What several statuses come to: the worst of them; done only when all are."""
    there = set(found)
    return next((status for status in _WORST if status in there), "not-started")

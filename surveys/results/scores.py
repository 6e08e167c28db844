"""Scales and numbers summed up: the mean beside the whole distribution, never instead of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from surveys.results.intervals import Interval, t_quantile


@dataclass(frozen=True)
class Score:
    """Of the people who gave a point on the scale; "don't know" and the like are left out.

    ``reason`` ``nobody``: there is nothing to sum up, and every figure is None.
    """

    people: int
    mean: float | None
    spread: float | None
    interval: Interval | None
    median: int | None
    reason: str | None = None


def score(counts: Mapping[int, int], *, level: float = 0.95) -> Score:
    """From how many people gave each whole number. One person has a mean, and no interval."""
    people = sum(counts.values())
    if people <= 0:
        return Score(0, None, None, None, None, "nobody")
    mean = sum(point * number for point, number in counts.items()) / people
    median = _median(sorted(counts.items()), people)
    if people == 1:
        return Score(1, mean, None, None, median)
    variance = sum(number * (point - mean) ** 2 for point, number in counts.items()) / (people - 1)
    half = t_quantile((1 - level) / 2, people - 1) * math.sqrt(variance / people)
    return Score(people, mean, math.sqrt(variance), Interval(mean - half, mean + half), median)


def _median(sorted_counts: Sequence[tuple[int, int]], people: int) -> int:
    """The lower median: always a number somebody gave."""
    seen = 0
    for point, number in sorted_counts:
        seen += number
        if 2 * seen >= people:
            return point
    return sorted_counts[-1][0]

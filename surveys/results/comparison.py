"""Is a difference more than chance? Between groups, between years, between residents and partners.

Shares on their effective numbers, the difference with its interval, and the error rate held over all the
comparisons of one question: Holm for what is published, Benjamini and Hochberg for officers who explore.
Years and surveys are treated as independent: no identities are kept that could pair people.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from surveys.results.intervals import Interval, two_sided, wilson

SMALLEST_BASE = 30
"""Nothing is compared under this effective number of people, on either side."""
LEVEL = 0.05


@dataclass(frozen=True)
class Share:
    """A share between 0 and 1 of so many people, worth so many (``effective``)."""

    share: float
    people: int
    effective: float

    @classmethod
    def of(cls, chosen: int, people: int) -> Share:
        return cls(chosen / people if people else 0.0, people, float(people))


@dataclass(frozen=True)
class Compared:
    """``first`` minus ``second``. ``reason``: why nothing is compared; the figures are then 0 to 1 and 1.

    ``chance``: the two-sided p value; ``adjusted``: the same after the correction for many comparisons.
    """

    first: Share
    second: Share
    difference: float
    interval: Interval
    chance: float
    adjusted: float
    reason: str | None = None

    @property
    def differs(self) -> bool:
        """Whether chance alone is an unlikely explanation, after correction."""
        return self.reason is None and self.adjusted < LEVEL

    @property
    def lift(self) -> float | None:
        """How many times as large the first share is; None beside a share of nothing."""
        return self.first.share / self.second.share if self.second.share > 0 else None


def compare(first: Share, second: Share, *, smallest: int = SMALLEST_BASE) -> Compared:
    """Two independent shares: the pooled z test, and Newcombe's interval from the two Wilson intervals.

    Newcombe (1998), Statistics in Medicine 17, 873-890, method 10. Reason ``base-small`` under the minimum.
    """
    apart = first.share - second.share
    if min(first.effective, second.effective) < smallest:
        return Compared(first, second, apart, Interval(-1.0, 1.0), 1.0, 1.0, "base-small")
    chance = _chance(first, second)
    return Compared(first, second, apart, difference_interval(first, second), chance, chance)


def difference_interval(first: Share, second: Share) -> Interval:
    one, other = wilson(first.share, first.effective), wilson(second.share, second.effective)
    apart = first.share - second.share
    down = math.hypot(first.share - one.low, other.high - second.share)
    up = math.hypot(one.high - first.share, second.share - other.low)
    return Interval(max(-1.0, apart - down), min(1.0, apart + up))


def _chance(first: Share, second: Share) -> float:
    whole = first.effective + second.effective
    pooled = (first.share * first.effective + second.share * second.effective) / whole
    error = math.sqrt(pooled * (1 - pooled) * (1 / first.effective + 1 / second.effective))
    return two_sided((first.share - second.share) / error) if error > 0 else 1.0


def holm(chances: Sequence[float]) -> list[float]:
    """Holm (1979): p values that hold the chance of even one false finding, in the given order."""
    order = sorted(range(len(chances)), key=lambda n: chances[n])
    found, worst = [0.0] * len(chances), 0.0
    for rank, place in enumerate(order):
        worst = max(worst, min(1.0, (len(chances) - rank) * chances[place]))
        found[place] = worst
    return found


def benjamini_hochberg(chances: Sequence[float]) -> list[float]:
    """Benjamini and Hochberg (1995): p values that hold the expected share of false findings."""
    order = sorted(range(len(chances)), key=lambda n: -chances[n])
    found, best, number = [0.0] * len(chances), 1.0, len(chances)
    for rank, place in enumerate(order):
        best = min(best, chances[place] * number / (number - rank))
        found[place] = best
    return found


def corrected(
    compared: Sequence[Compared], by: Callable[[Sequence[float]], list[float]] = holm
) -> tuple[Compared, ...]:
    """The same comparisons with ``adjusted`` set; those that were refused take no part."""
    made = [n for n, one in enumerate(compared) if one.reason is None]
    adjusted = dict(zip(made, by([compared[n].chance for n in made]), strict=True))
    return tuple(replace(one, adjusted=adjusted.get(n, 1.0)) for n, one in enumerate(compared))


def rest_of(whole: Share, part: Share) -> Share:
    """Everybody but a group, for weighted shares as well: groups share nobody."""
    people = whole.people - part.people
    if people <= 0 or whole.people <= 0:
        return Share(0.0, 0, 0.0)
    scale = whole.effective / whole.people
    left = (whole.share * whole.people - part.share * part.people) / people
    return Share(min(1.0, max(0.0, left)), people, people * scale)


def comparable(now: Any, before: Any) -> str | None:
    """Why two questions may not be compared, or None. Both are questions of a questionnaire document.

    ``not-asked`` one side does not ask it; ``identity`` another question; ``wording`` another wording;
    ``kind`` another kind of answer; ``answers`` other answers to choose from.
    """
    if now is None or before is None:
        return "not-asked"
    if now.identity != before.identity:
        return "identity"
    if now.wording != before.wording:
        return "wording"
    if now.kind != before.kind:
        return "kind"
    return None if _answers(now) == _answers(before) else "answers"


def _answers(question: Any) -> object:
    if question.kind == "rating":
        return question.low, question.high
    if question.kind == "place":
        return question.level
    return frozenset(option.key for option in getattr(question, "options", ()))


def same_question(question: Any, document: Any) -> Any | None:
    """The question of another document with this one's identity; None when it has none."""
    return next((q for q in document.questions if q.identity == question.identity), None)


def each(
    first: Mapping[str, Share],
    second: Mapping[str, Share],
    by: Callable[[Sequence[float]], list[float]] = holm,
) -> dict[str, Compared]:
    """Every answer two sides have in common, corrected together."""
    keys = [key for key in first if key in second]
    made = corrected([compare(first[key], second[key]) for key in keys], by)
    return dict(zip(keys, made, strict=True))

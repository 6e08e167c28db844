"""Weights that bring the make-up of the people who answered closer to the make-up of the population.

Raking to census margins, over the cells of the demographic cube: one weight a cell. Weights repair
composition, never self-selection. What cannot be done is not done, with a coded reason; nothing is invented
for anybody.

Reasons for no weighting: ``empty`` nobody answered; ``no-margins`` no margin can be used; ``margin-unmet``
the margins cannot be met within the limits of the weights; ``design-effect`` the weights would cost too
much of the information. Reasons a margin is not used: ``no-census``, ``not-given`` (nobody gave it),
``one-category`` (fewer than two are left after joining the small ones). Categories the census does not give
are in ``Margin.missing``; their people keep their share of the sample, like people who did not say.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from surveys import arrays as np
from surveys.results.intervals import Calibration

if TYPE_CHECKING:
    from numpy.typing import NDArray

Floats: TypeAlias = "NDArray[np.float64]"
Places: TypeAlias = "NDArray[np.intp]"


@dataclass(frozen=True)
class Rules:
    """The numbers of the scheme; whatever uses weights states them."""

    smallest: int = 10
    """A category with fewer respondents is joined to another one."""
    lightest: float = 0.3
    heaviest: float = 3.0
    """Limits of a weight, as multiples of the mean."""
    largest_effect: float = 2.0
    """Above this Kish design effect nothing is weighted."""
    tolerance: float = 0.005
    """How far a weighted share may stay from the census."""


@dataclass(frozen=True)
class Target:
    """What the census says of one axis: people (or shares, on any scale) by category key."""

    axis: str
    shares: Mapping[str, float]
    source: str = ""
    ordered: bool = False
    """Small categories are joined to a neighbour (age), else to the smallest other one (ward)."""
    as_of: dt.date | None = None
    """The day of the census."""


class Line(NamedTuple):
    """One category, or several that had to be joined: how many answered, and the shares of those placed."""

    keys: tuple[str, ...]
    people: int
    sample: float
    population: float
    weighted: float | None


@dataclass(frozen=True)
class Margin:
    """One margin as it was used, or why it was not. Shares are of the people who have a place on it."""

    axis: str
    source: str
    reason: str | None
    lines: tuple[Line, ...] = ()
    not_given: int = 0
    missing: tuple[str, ...] = ()

    @property
    def used(self) -> bool:
        return self.reason is None


@dataclass(frozen=True)
class Weighting:
    """One weight per cell (mean 1 over people), or all 1 with the reason. See the module for the codes."""

    weights: Floats
    people: int
    margins: tuple[Margin, ...]
    reason: str | None = None
    facts: Mapping[str, object] | None = None
    effect: float = 1.0
    """Kish design effect of the weights (of those that were tried, when they were given up)."""
    trimmed: int = 0
    """How many people's weights stand at a limit."""
    calibration: Calibration | None = None
    """What the weights were raked to: for :func:`surveys.results.intervals.standard_errors`."""

    @property
    def on(self) -> bool:
        return self.reason is None

    @property
    def effective(self) -> float:
        return self.people / self.effect


def rake(
    people: Floats,
    places: Sequence[Places],
    totals: Sequence[Floats],
    *,
    start: Floats | None = None,
    tolerance: float = 1e-12,
    rounds: int = 2_000,
) -> tuple[Floats, bool]:
    """Raking (Deming and Stephan 1940): weights per cell, and whether every margin is met.

    ``people`` by cell; for each margin the category of every cell and the total of every category. The totals
    of all margins must add up to the same. A category nobody is in cannot be met; its total is left out.
    """
    weights = np.ones(len(people)) if start is None else start.astype(np.float64)
    for _ in range(rounds):
        worst = 0.0
        for place, total in zip(places, totals, strict=True):
            now = np.bincount(place, weights=weights * people, minlength=len(total))
            factor = np.divide(total, now, out=np.ones_like(total), where=now > 0)
            unmet = bool(((now <= 0) & (total > 0)).any())
            worst = max(worst, float(np.abs(factor - 1).max(initial=0.0)), 1.0 if unmet else 0.0)
            weights = weights * factor[place]
        if worst <= tolerance:
            return weights, True
    return weights, _off(people, weights, places, totals) <= 1e-8


def design_effect(weights: Floats, people: Floats) -> float:
    """Kish (1965): n times the sum of squared weights over the square of their sum; 1 for nobody."""
    total = float(weights @ people)
    return float(people.sum()) * float(weights**2 @ people) / total**2 if total > 0 else 1.0


def weigh(
    categories: Mapping[str, Sequence[str]],
    cells: Mapping[str, Places],
    people: Floats,
    targets: Sequence[Target],
    rules: Rules | None = None,
) -> Weighting:
    """Weights for these cells. ``categories``: each axis's keys, "not given" last; ``cells``: each cell's
    place on it; ``people``: how many are in each cell."""
    rules = rules or Rules()
    number = int(people.sum())
    even = np.ones(len(people))
    prepared = [
        _prepare(categories.get(t.axis, ()), cells.get(t.axis), people, t, rules.smallest) for t in targets
    ]
    margins = tuple(p.margin for p in prepared)
    if not number:
        return Weighting(even, 0, margins, "empty")
    used = [p for p in prepared if p.margin.used]
    if not used:
        return Weighting(even, number, margins, "no-margins")
    places, totals = [p.places for p in used], [p.shares * number for p in used]
    weights, trimmed, off = _within(people, places, totals, rules)
    effect = design_effect(weights, people)
    shown = tuple(_with_weights(p, people, weights) for p in prepared)
    if off > rules.tolerance:
        worst = max(used, key=lambda p: _off(people, weights, [p.places], [p.shares * number]))
        facts = {"axis": worst.margin.axis, "apart": round(off, 4)}
        return Weighting(even, number, shown, "margin-unmet", facts, effect)
    if effect > rules.largest_effect:
        return Weighting(even, number, shown, "design-effect", {"effect": round(effect, 2)}, effect, trimmed)
    design = np.hstack([np.eye(len(p.shares))[p.places] for p in used])
    return Weighting(weights, number, shown, None, None, effect, trimmed, Calibration(design, people))


def weigh_again(
    categories: Mapping[str, Sequence[str]],
    cells: Mapping[str, Places],
    people: Floats,
    targets: Sequence[Target],
    rules: Rules | None = None,
) -> Floats:
    """The weights alone, for people drawn anew: raked and trimmed as :func:`weigh` does, but never given up.

    Whether to weigh at all is decided once, by the people who answered. 1e-9 is far below what chance moves.
    """
    rules = rules or Rules()
    prepared = (
        _prepare(categories.get(t.axis, ()), cells.get(t.axis), people, t, rules.smallest) for t in targets
    )
    used = [one for one in prepared if one.margin.used] if people.any() else []
    if not used:
        return np.ones(len(people))
    totals = [one.shares * float(people.sum()) for one in used]
    return _within(people, [one.places for one in used], totals, rules, tolerance=1e-9)[0]


def _within(
    people: Floats,
    places: Sequence[Places],
    totals: Sequence[Floats],
    rules: Rules,
    tolerance: float = 1e-12,
) -> tuple[Floats, int, float]:
    """Rakes, trims and rakes again until both hold; how many stand at a limit; how far a margin is off."""
    number = float(people.sum())
    weights, _ = rake(people, places, totals, tolerance=tolerance)
    trimmed, at_limit = weights, 0
    for _ in range(50):
        mean = float(weights @ people) / number
        scaled = weights / mean if mean > 0 else np.ones_like(weights)
        trimmed = np.clip(scaled, rules.lightest, rules.heaviest)
        cut = (scaled < rules.lightest - 1e-9) | (scaled > rules.heaviest + 1e-9)
        at_limit = int(people[trimmed <= rules.lightest].sum() + people[trimmed >= rules.heaviest].sum())
        if not cut.any():
            break
        weights, _ = rake(people, places, totals, start=trimmed, tolerance=tolerance, rounds=200)
    trimmed = trimmed * (number / float(trimmed @ people))
    return trimmed, at_limit, _off(people, trimmed, places, totals)


def _off(people: Floats, weights: Floats, places: Sequence[Places], totals: Sequence[Floats]) -> float:
    """The largest difference between a weighted share and its target."""
    whole = float(weights @ people)
    worst = 0.0
    for place, total in zip(places, totals, strict=True):
        now = np.bincount(place, weights=weights * people, minlength=len(total)) / whole
        worst = max(worst, float(np.abs(now - total / total.sum()).max(initial=0.0)))
    return worst


# One margin -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Prepared:
    """``places``: the raked category of each cell; the last category is everybody without a place."""

    margin: Margin
    places: Places
    shares: Floats


def _prepare(
    keys: Sequence[str], cells: Places | None, people: Floats, target: Target, smallest: int
) -> _Prepared:
    nothing = np.zeros(len(people), dtype=np.intp)

    def unused(reason: str, margin: Margin) -> _Prepared:
        return _Prepared(replace(margin, reason=reason), nothing, np.ones(1))

    margin = Margin(target.axis, target.source, None)
    if cells is None or not any(target.shares.get(key, 0) > 0 for key in keys):
        return unused("no-census", margin)
    counts = np.bincount(cells, weights=people, minlength=len(keys))
    given = [place for place in range(len(keys) - 1) if target.shares.get(keys[place], 0) > 0]
    left_out = tuple(keys[p] for p in range(len(keys) - 1) if p not in given and counts[p] > 0)
    placed = float(counts[given].sum())
    margin = replace(margin, not_given=int(counts[-1]), missing=left_out)
    if placed <= 0:
        return unused("not-given", margin)
    groups = _joined(given, counts, smallest, target.ordered)
    census = np.array([sum(target.shares[keys[p]] for p in group) for group in groups])
    census = census / census.sum()
    lines = tuple(
        Line(tuple(keys[p] for p in g), int(counts[g].sum()), float(counts[g].sum()) / placed, float(c), None)
        for g, c in zip(groups, census, strict=True)
    )
    margin = replace(margin, lines=lines)
    if len(groups) < 2:
        return unused("one-category", margin)
    everybody = float(people.sum())
    without = len(groups) if placed < everybody else 0  # a cell nobody is left in may lie anywhere
    place_of = np.full(len(keys), without, dtype=np.intp)
    for number, group in enumerate(groups):
        place_of[group] = number
    shares = census * placed / everybody
    if placed < everybody:
        shares = np.append(shares, 1 - placed / everybody)
    return _Prepared(margin, place_of[cells], shares)


def _joined(given: Sequence[int], counts: NDArray[Any], smallest: int, ordered: bool) -> list[list[int]]:
    groups = [[place] for place in given]
    while len(groups) > 1:
        sizes = [float(counts[group].sum()) for group in groups]
        small = min(range(len(groups)), key=lambda n: (sizes[n], n))
        if sizes[small] >= smallest:
            break
        others = [n for n in range(len(groups)) if n != small and (not ordered or abs(n - small) == 1)]
        other = min(others, key=lambda n: (sizes[n], n))
        keep, gone = min(small, other), max(small, other)
        groups[keep] = sorted([*groups[keep], *groups[gone]])
        del groups[gone]
    return groups


def _with_weights(prepared: _Prepared, people: Floats, weights: Floats) -> Margin:
    margin = prepared.margin
    if not margin.used:
        return margin
    sums = np.bincount(prepared.places, weights=weights * people, minlength=len(prepared.shares))
    placed = float(sums[: len(margin.lines)].sum())
    lines = tuple(
        line._replace(weighted=float(sums[number]) / placed) for number, line in enumerate(margin.lines)
    )
    return replace(margin, lines=lines)

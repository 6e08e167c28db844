"""Exact tables with weights beside them: weighted shares, effective numbers, indicative intervals.

Everything comes from sums by cell of the cube, so it costs the same at a thousand responses and at a million.
For officers; what is published goes through :mod:`surveys.results.disclosure`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from surveys import arrays as np
from surveys.results.comparison import Compared, Share, benjamini_hochberg, compare, corrected
from surveys.results.cube import Cube, Where
from surveys.results.intervals import Interval, effective_base, korn_graubard, standard_errors, wilson
from surveys.results.layout import NOT_GIVEN, RESPONSES, Counter
from surveys.results.ranking import DRAWS, Place, order_of, shares_drawn, weighted_shares_drawn
from surveys.results.scan import Crossed
from surveys.results.tables import ALL, FIRST_CHOICE, FIRST_FIVE, FIVE, ExactTable, Group, answer_keys
from surveys.results.weighting import Target, Weighting, weigh, weigh_again

if TYPE_CHECKING:
    from numpy.typing import NDArray

Floats: TypeAlias = "NDArray[np.float64]"
Correction = Callable[[Sequence[float]], list[float]]
SMALL_CELL = 5
"""With fewer people on either side of a share, the exact interval is shown instead of Wilson's."""


@dataclass(frozen=True)
class Estimate:
    """One row of one group. Shares are of the people who answered, between 0 and 1; None without a base.

    ``effective``: how many people chosen purely by chance the weighted share is worth.
    """

    key: str
    people: int
    answered: int
    share: float | None
    weighted: float | None
    error: float
    effective: float

    @cached_property
    def method(self) -> str:
        """Wilson's interval or, for small cells, Korn and Graubard's."""
        small = min(self.people, self.answered - self.people) < SMALL_CELL
        return "korn-graubard" if small else "wilson"

    @cached_property
    def interval(self) -> Interval:
        """Of the weighted share; indicative. From 0 to 1 without a base."""
        if self.weighted is None:
            return Interval(0.0, 1.0)
        if self.method == "wilson":
            return wilson(self.weighted, self.effective)
        return korn_graubard(self.weighted, self.effective, self.answered)

    def for_comparison(self, answered: int) -> Share:
        weighted = self.weighted if self.weighted is not None else 0.0
        return Share(weighted, answered, self.effective)


@dataclass(frozen=True)
class Estimates:
    """The rows of one group of one table. ``reason`` "nobody": no one answered, so there is no share."""

    group: Group
    rows: tuple[Estimate, ...]
    effective: float
    weight: float
    """What the people who answered weigh together."""
    reason: str | None = None

    def row(self, key: str) -> Estimate:
        return next(row for row in self.rows if row.key == key)


def weighting_of(cube: Cube, targets: Sequence[Target]) -> Weighting:
    """Weights for everybody in the cube."""
    axes, counts = cube.cells([cube.layout.counters[RESPONSES]])
    layout = cube.layout
    return weigh(
        {axis.key: axis.categories for axis in layout.axes},
        {axis.key: axes[number] for number, axis in enumerate(layout.axes)},
        counts[:, 0].astype(np.float64),
        targets,
    )


def estimate(
    cube: Cube, table: ExactTable, weighting: Weighting, groups: Iterable[str] | None = None
) -> tuple[Estimates, ...]:
    """Every group of an exact table (or the named ones), with the weights of the same cube beside it."""
    wanted = None if groups is None else set(groups)
    return tuple(
        _of_group(cube, table, group, weighting)
        for group in table.groups
        if not wanted or group.key in wanted
    )


def _of_group(cube: Cube, table: ExactTable, group: Group, weighting: Weighting) -> Estimates:
    item = table.item or (group.key if table.kind == "grid" and table.by is None else "")
    asked = Counter(table.base, table.series, item, "asked")
    skipped = Counter(table.base, table.series, item, "skipped")
    wanted = [RESPONSES, asked, skipped, *(_counters(table, item, row.key) for row in group.rows)]
    axes, counts = _counts(cube, wanted)
    inside = _inside(cube, axes, dict(table.where), table.by, group.key)
    people = counts[:, 0]
    answered = (counts[:, 1] - counts[:, 2]) * inside
    weights, total = weighting.weights, float(weighting.weights @ answered)
    number = group.answered
    spread = float(weights**2 @ answered)
    rows = []
    given = counts[:, 3:] * inside[:, None]
    errors = standard_errors(weights, people, answered, given, weighting.calibration)
    for place, row in enumerate(group.rows):
        chosen, error = given[:, place], float(errors[place])
        share = row.people / number if number else None
        weighted = min(1.0, float(weights @ chosen) / total) if total else None
        if weighted is None:
            rows.append(Estimate(row.key, row.people, number, share, None, 0.0, 0.0))
            continue
        effective = effective_base(weighted, error, total * total / spread if spread else number)
        effective = min(effective, float(number)) if weighting.on else float(number)
        rows.append(Estimate(row.key, row.people, number, share, weighted, error, effective))
    effective = total * total / spread if spread else 0.0
    return Estimates(group, tuple(rows), effective, total, None if number else "nobody")


def outside_one_weight(cube: Cube, table: ExactTable, group: Group, weighting: Weighting) -> tuple[int, ...]:
    """Of the people who gave each answer, how many have another weight than most of them have."""
    item = table.item or (group.key if table.kind == "grid" and table.by is None else "")
    _, counts = _counts(cube, [_counters(table, item, row.key) for row in group.rows])
    _, weight = np.unique(weighting.weights.round(9), return_inverse=True)
    found = []
    for chosen in counts.T:
        alike = np.bincount(weight, weights=chosen)
        found.append(int(chosen.sum() - alike.max(initial=0.0)))
    return tuple(found)


def against_the_rest(
    everybody: Estimates, groups: Sequence[Estimates], by: Correction = benjamini_hochberg
) -> dict[tuple[str, str], Compared]:
    """Every answer of every group against everybody outside the group, corrected together."""
    keys = [(found.group.key, row.key) for found in groups for row in found.rows]
    pairs = []
    for found in groups:
        people = everybody.group.answered - found.group.answered
        weight = everybody.weight - found.weight
        scale = everybody.effective / everybody.group.answered if everybody.group.answered else 0.0
        for row in found.rows:
            whole = everybody.row(row.key)
            left = (whole.weighted or 0) * everybody.weight - (row.weighted or 0) * found.weight
            share = min(1.0, max(0.0, left / weight)) if people > 0 and weight > 1e-9 else 0.0
            rest = Share(share, people, people * scale)
            pairs.append(compare(row.for_comparison(found.group.answered), rest))
    return dict(zip(keys, corrected(pairs, by), strict=True))


Summed = Counter | list[Counter]
"""One counter, or several that are added up."""


def _counters(table: ExactTable, item: str, key: str) -> Summed:
    if table.net is not None:
        return Counter(table.question, table.series, item, "net", table.net)
    if table.kind == "ranking" and table.key.endswith(f".{FIRST_FIVE}"):
        return [Counter(table.question, table.series, place, "option", key) for place in FIVE]
    first = table.kind == "ranking" and table.key.endswith(f".{FIRST_CHOICE}")
    return Counter(table.question, table.series, "1" if first else item, "option", key)


def _counts(cube: Cube, wanted: Sequence[Summed]) -> tuple[tuple[NDArray[np.intp], ...], Floats]:
    known = cube.layout.counters
    parts = [one if isinstance(one, list) else [one] for one in wanted]
    flat = [counter for part in parts for counter in part]
    axes, counts = cube.cells([known.get(counter, 0) for counter in flat])
    found = counts.astype(np.float64)
    for place, counter in enumerate(flat):
        if counter not in known:
            found[:, place] = 0.0
    starts = np.cumsum([0, *(len(part) for part in parts[:-1])])
    return axes, np.add.reduceat(found, starts, axis=1)


def _inside(
    cube: Cube, axes: tuple[NDArray[np.intp], ...], where: Where, by: str | None, group: str
) -> Floats:
    inside = np.ones(cube.cells([0])[1].shape[0])
    wanted = dict(where)
    if by is not None and group != ALL:
        if wanted.get(by, group) != group:
            return np.zeros_like(inside)
        wanted[by] = group
    for key, category in wanted.items():
        number = cube.layout.axis(key)
        inside *= axes[number] == cube.layout.axes[number].categories.index(category)
    return inside


def estimates_of(crossed: Crossed) -> tuple[Estimates, ...]:
    """The groups of a question by question table in the same form; effective numbers are Kish's."""
    found = []
    for number, group in enumerate(crossed.table.groups):
        effective, rows = float(crossed.effective[number]), []
        for place, row in enumerate(group.rows):
            share = row.people / group.answered if group.answered else None
            weighted = float(crossed.weighted[number, place]) if group.answered else None
            rows.append(Estimate(row.key, row.people, group.answered, share, weighted, 0.0, effective))
        reason = None if group.answered else "nobody"
        found.append(Estimates(group, tuple(rows), effective, float(crossed.weight[number]), reason))
    return tuple(found)


# What matters most ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Importance:
    """Pick-then-one: of the people who answered the first question, the share choosing each topic, and the
    share naming it the one that matters most, in order. ``reason`` "nobody": no order."""

    people: int
    chosen: dict[str, float]
    order: tuple[Place, ...]
    reason: str | None = None


@dataclass(frozen=True)
class Choices:
    """The sums by cell from which :class:`Importance` is worked out: a copy, so drawing holds the cube up for
    nobody. ``categories`` and ``cells`` are those of the axes, ``targets`` what weighs them, if anything."""

    keys: tuple[str, ...]
    people: Floats
    answered: Floats
    chosen: Floats
    first: Floats
    categories: Mapping[str, Sequence[str]]
    cells: Mapping[str, NDArray[np.intp]]
    targets: tuple[Target, ...]
    weighting: Weighting | None

    @cached_property
    def fingerprint(self) -> str:
        """The same for the same sums and the same census, whatever happened in between."""
        told = hashlib.sha256(repr((self.keys, self.categories, self.targets)).encode())
        for sums in (self.people, self.answered, self.chosen, self.first, *self.cells.values()):
            told.update(str(sums.shape).encode() + np.ascontiguousarray(sums).tobytes())
        return told.hexdigest()

    def importance(self, draws: int = DRAWS) -> Importance:
        """The order, weighted where weights can be trusted and raked again in every draw: seconds of work."""
        base = int(self.answered.sum())
        if not base or not self.keys:
            return Importance(base, {}, (), "nobody")
        if self.weighting is None or not self.weighting.on:
            chosen, scores = self.chosen.sum(axis=0) / base, self.first.sum(axis=0) / base
            drawn = shares_drawn(self.first.sum(axis=0).astype(np.int64), base, draws=draws)
        else:
            weights = self.weighting.weights
            total = float(weights @ self.answered)
            chosen, scores = weights @ self.chosen / total, weights @ self.first / total
            drawn = weighted_shares_drawn(
                self.first.astype(np.int64),
                self.answered.astype(np.int64),
                (self.people - self.answered).astype(np.int64),
                lambda people: weigh_again(self.categories, self.cells, people, self.targets),
                draws=draws,
            )
        shares = {key: float(value) for key, value in zip(self.keys, chosen, strict=True)}
        return Importance(base, shares, order_of(self.keys, scores, drawn))


def choices(
    cube: Cube, question: str, *, where: Where | None = None, targets: Sequence[Target] = ()
) -> Choices:
    """What a pick-then-one ("one-of") question says of importance. Only answers with the meaning "answer"
    take part. Raises KeyError for another kind."""
    document = cube.layout.questionnaire
    asked = document.question_by_id[question]
    picked = document.question_by_id[asked.of]
    substantive = {option.key for option in picked.options if option.meaning == "answer"}
    keys = tuple(key for key in answer_keys(document, asked) if key in substantive)
    wanted = [
        RESPONSES,
        Counter(picked.id, 0, "", "asked"),
        Counter(picked.id, 0, "", "skipped"),
        *(Counter(asked.id, 0, "", "option", key) for key in keys),
        *(Counter(picked.id, 0, "", "option", key) for key in keys),
    ]
    axes, counts = _counts(cube, wanted)
    counts = counts * _inside(cube, axes, where or {}, None, ALL)[:, None]
    return Choices(
        keys,
        people=counts[:, 0],
        answered=counts[:, 1] - counts[:, 2],
        first=counts[:, 3 : 3 + len(keys)],
        chosen=counts[:, 3 + len(keys) :],
        categories={axis.key: axis.categories for axis in cube.layout.axes},
        cells={axis.key: axes[number] for number, axis in enumerate(cube.layout.axes)},
        targets=tuple(targets),
        weighting=weighting_of(cube, targets) if targets else None,
    )


def given_shares(cube: Cube, axis: str) -> dict[str, int]:
    """How many people are in each category of an axis, "not given" included."""
    number = cube.layout.axis(axis)
    counts = cube.across(axis, [0])[:, 0]
    return dict(zip(cube.layout.axes[number].categories, counts.tolist(), strict=True))


def placed(cube: Cube, axis: str) -> int:
    """How many people gave a category of an axis."""
    return sum(people for key, people in given_shares(cube, axis).items() if key != NOT_GIVEN)

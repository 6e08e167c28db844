"""Weighted percentages beside the released ones, and when they may stand there.

The rule named "weighted" of :mod:`surveys.results.disclosure`. Weights are counted with everything else and
kept in private beside the exact tables. Published are whole per cent of everybody who answered a question
about views, worked out as all percentages are: the weighted number of people rounded to 5, of the rounded
number who answered. Never of a group: many groups, each with its own weight, would tell the weights.

A weighted figure stands only beside an unweighted percentage; where 10 people or more are not of one weight
(else weighted over unweighted would tell the group they are all in); where the answers are worth those of
30 people or more; and where no hidden count of a breakdown could be worked out from it, even by somebody who
knew every weight. If one answer of a question fails the last, the question has no weighted figures at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from surveys.questionnaire.model import Questionnaire
from surveys.results.alongside import about_people
from surveys.results.cube import Cube
from surveys.results.deduction import PLENTY, Range, narrowed
from surveys.results.disclosure import Applied, ReleasedGroup, ReleasedTable
from surveys.results.estimates import estimate, outside_one_weight, weighting_of
from surveys.results.protection import base_cell, row_cell, sums_of
from surveys.results.rounding import Policy, needed, percent, rounded
from surveys.results.tables import ALL, EXCLUSIVE, TEXTS, ExactTable, Group
from surveys.results.weighting import Margin, Rules, Target, Weighting

Chosen = tuple[list[ReleasedTable], list[Applied]]


@dataclass(frozen=True)
class Weighed:
    """One group of one exact table: what its people weigh together, and what each answer's do.

    ``effective``: how many people the answers are worth. ``outside``: of each answer's people, how many have
    another weight than most of them; only for everybody.
    """

    total: float
    rows: tuple[float, ...]
    effective: float
    outside: tuple[int, ...] = ()

    def as_json(self) -> list[Any]:
        return [self.total, [*self.rows], self.effective, [*self.outside]]

    @classmethod
    def from_json(cls, kept: Sequence[Any]) -> Weighed:
        return cls(kept[0], tuple(kept[1]), kept[2], tuple(kept[3]))


@dataclass(frozen=True)
class Weights:
    """The weighting behind a release. ``reason``: why there is none, a code of
    :mod:`surveys.results.weighting` or "effective-small"; ``groups`` by table and group key."""

    reason: str | None
    facts: Mapping[str, Any]
    effect: float
    effective: float
    margins: tuple[Mapping[str, Any], ...]
    groups: Mapping[tuple[str, str], Weighed]

    def as_json(self) -> dict[str, Any]:
        return {
            "reason": self.reason,
            "facts": dict(self.facts),
            "effect": self.effect,
            "effective": self.effective,
            "margins": [dict(one) for one in self.margins],
            "groups": [[*key, one.as_json()] for key, one in self.groups.items()],
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Weights:
        groups = {(table, group): Weighed.from_json(one) for table, group, one in kept["groups"]}
        return cls(**{**kept, "margins": tuple(kept["margins"]), "groups": groups})

    def settled(self, before: Weights | None, stayed: set[tuple[str, str]], *, same: bool) -> Weights:
        """The same with what it was for the groups that keep their last figures: new weights would tell who
        came. ``same``: so few moved that even the words about the weighting stay as they were."""
        old = before.groups if before is not None else {}
        groups = {key: one for key, one in self.groups.items() if key not in stayed}
        groups |= {key: old[key] for key in stayed if key in old}
        return replace(before if same and before is not None else self, groups=groups)


def counted(cube: Cube, tables: Sequence[ExactTable], targets: Sequence[Target]) -> Weights | None:
    """The weights of everybody counted, for the tables of views; None without a census to weigh to."""
    if not targets:
        return None
    weighting = weighting_of(cube, targets)
    reason = weighting.reason
    if reason is None and weighting.effective < Policy().percent_base:
        reason = "effective-small"
    views = _views(cube.layout.questionnaire)
    groups: dict[tuple[str, str], Weighed] = {}
    for table in tables if reason is None else ():
        if table.question in views and table.series == 0:
            groups |= {(table.key, key): one for key, one in _weighed(cube, table, weighting)}
    return Weights(
        reason=reason,
        facts=dict(weighting.facts or {}),
        effect=weighting.effect,
        effective=weighting.effective,
        margins=tuple(_margin(margin) for margin in weighting.margins),
        groups=groups,
    )


def _views(document: Questionnaire) -> frozenset[str]:
    people = about_people(document)
    return frozenset(
        q.id
        for q in document.questions
        if q.released and q.id not in people and not q.special_category and q.kind not in TEXTS
    )


def _weighed(cube: Cube, table: ExactTable, weighting: Weighting) -> Iterator[tuple[str, Weighed]]:
    for found in estimate(cube, table, weighting):
        sums = tuple(round((row.weighted or 0.0) * found.weight, 6) for row in found.rows)
        outside = outside_one_weight(cube, table, found.group, weighting) if table.by is None else ()
        yield found.group.key, Weighed(round(found.weight, 6), sums, found.effective, outside)


def _margin(margin: Margin) -> dict[str, Any]:
    return {
        "axis": margin.axis,
        "source": margin.source,
        "reason": margin.reason,
        "joined": [list(line.keys) for line in margin.lines if len(line.keys) > 1],
        "missing": list(margin.missing),
    }


# What is published -----------------------------------------------------------------------------------------


def told(weights: Weights | None, *, wanted: bool, interim: bool, frozen: bool) -> dict[str, Any]:
    """What a release says about its weighting: nothing that tells how few people a group has.

    ``reason``: None when figures are weighted, else why not: "not-chosen", "interim" (results so far are
    not), "no-margins", "frozen" (the exact figures were kept without weights), or as in :class:`Weights`.
    """
    rules = Rules()
    found: dict[str, Any] = {
        "reason": _why_not(weights, wanted=wanted, interim=interim, frozen=frozen),
        "facts": {},
    }
    found |= {"effect": None, "effective": None, "margins": [], "tables": []}
    found |= {"lightest": rules.lightest, "heaviest": rules.heaviest, "smallest": rules.smallest}
    found["largest_effect"] = rules.largest_effect
    if weights is None or not wanted or interim:
        return found
    found["margins"] = [
        {"axis": one["axis"], "source": one["source"], "used": one["reason"] is None}
        for one in weights.margins
    ]
    if weights.reason is None:
        effect = round(weights.effect, 1)
        found |= {"effect": effect, "effective": 10 * round(weights.effective / 10)}
    elif weights.reason == "design-effect":
        found["effect"] = round(weights.effect, 1)
    elif weights.reason == "margin-unmet":
        found["facts"] = {"axis": weights.facts["axis"]}
    return found


def _why_not(weights: Weights | None, *, wanted: bool, interim: bool, frozen: bool) -> str | None:
    if not wanted:
        return "not-chosen"
    if interim:
        return "interim"
    if weights is None:
        return "frozen" if frozen else "no-margins"
    return weights.reason


def beside(
    released: Sequence[ReleasedTable], tables: Sequence[ExactTable], weights: Weights, policy: Policy
) -> Chosen:
    """The released tables with the weighted percentages that may stand in them, and what was left out."""
    exact = {table.key: table for table in tables}
    known = _Known(released, exact, policy)
    report: list[Applied] = []
    found = []
    for table in released:
        if table.by is not None or (table.key, table.groups[0].key) not in weights.groups:
            found.append(table)
            continue
        groups = tuple(
            _with_weights(group, table, exact, weights, known, policy, report) for group in table.groups
        )
        found.append(replace(table, groups=groups))
    return found, report


def keys_of(tables: Sequence[ReleasedTable]) -> list[str]:
    """The tables with a weighted figure in them."""
    return [
        table.key for table in tables
        if any(row.weighted is not None for group in table.groups for row in group.rows)
    ]  # fmt: skip


def _with_weights(
    group: ReleasedGroup,
    table: ReleasedTable,
    exact: Mapping[str, ExactTable],
    weights: Weights,
    known: _Known,
    policy: Policy,
    report: list[Applied],
) -> ReleasedGroup:
    weighed = weights.groups.get((table.key, group.key))
    own = next(one for one in exact[table.key].groups if one.key == group.key)
    if group.hidden or group.answered is None or weighed is None or weighed.total <= 0:
        return group
    if weighed.effective < policy.percent_base:
        report.append(Applied(table.key, "weighted", group.key))
        return group
    shown: dict[str, int] = {}
    for row, weight, outside in zip(group.rows, weighed.rows, weighed.outside, strict=True):
        if row.percent is None:
            continue
        number = rounded(round(weight / weighed.total * own.answered), policy)
        share = percent(number, group.answered, policy)
        if share is None or outside < policy.hidden_below:
            report.append(Applied(table.key, "weighted", group.key, row.key))
        else:
            shown[row.key] = min(share, 100)
    if known.would_tell(table, group, shown, own, weights):
        report.append(Applied(table.key, "weighted", group.key))
        return group
    return replace(group, rows=tuple(replace(row, weighted=shown.get(row.key)) for row in group.rows))


class _Known:
    """What a reader of every released table knows of each count, before any weighted figure."""

    def __init__(
        self, released: Sequence[ReleasedTable], exact: Mapping[str, ExactTable], policy: Policy
    ) -> None:
        self.policy, self.exact = policy, exact
        self.tables = [table for table in released if table.key in exact]
        ranges: dict[Any, Range] = {}
        for table in self.tables:
            for group, own in zip(table.groups, exact[table.key].groups, strict=True):
                self._say(ranges, exact[table.key], group, own)
        self.ranges = narrowed(ranges, sums_of([exact[table.key] for table in self.tables]))

    def _say(self, ranges: dict[Any, Range], table: ExactTable, group: ReleasedGroup, own: Group) -> None:
        half, least = self.policy.round_to // 2, self.policy.hidden_below

        def say(cell: Any, shown: int | None, otherwise: Range) -> None:
            told_ = otherwise if shown is None else (max(shown - half, least), shown + half)
            was = ranges.get(cell, (0, PLENTY))
            ranges[cell] = (max(was[0], told_[0]), min(was[1], told_[1]))

        few = (0, needed(table.special, self.policy) - 1)
        small = few if group.hidden in ("few", "special") else (0, PLENTY)
        say(base_cell(table, own, "answered"), group.answered, small)
        for row in group.rows:
            hidden = (0, PLENTY) if row.hidden or group.hidden in ("alike", "complement") else (0, least - 1)
            say(row_cell(table, own, row.key), row.count, small if group.hidden == "few" else hidden)

    def would_tell(
        self,
        table: ReleasedTable,
        group: ReleasedGroup,
        shown: Mapping[str, int],
        own: Group,
        weights: Weights,
    ) -> bool:
        """Whether these weighted percentages would narrow a hidden count of a breakdown too far."""
        if table.key != table.question:
            return False  # first choices: nothing is broken down by them
        item = group.key if table.kind == "grid" else None
        for other in self.tables:
            same = other.question == table.question and other.by is not None and other.item == item
            if not same or (other.key, ALL) not in weights.groups:
                continue
            exact = self.exact[other.key]
            for place, row in enumerate(exact.groups[0].rows):
                parts = exact.net_of if exact.net else (row.key,)
                if exact.net and exact.kind not in EXCLUSIVE:
                    continue
                if parts and all(part in shown for part in parts):
                    low, high = self._weighed(table, group, [shown[part] for part in parts], own, weights)
                    if self._narrowed(exact, other, place, row.key, (low, high), weights):
                        return True
        return False

    def _weighed(
        self,
        table: ReleasedTable,
        group: ReleasedGroup,
        shares: Sequence[int],
        own: Group,
        weights: Weights,
    ) -> tuple[float, float]:
        """What these answers' people can weigh together, for somebody who knows all but that."""
        total = weights.groups[table.key, group.key].total
        base, half = group.answered or 0, self.policy.round_to / 2
        low = high = 0.0
        for share in shares:
            fitting = [
                n for n in range(0, 3 * base + 1, self.policy.round_to)
                if min(percent(n, base, self.policy) or 0, 100) == share
            ]  # fmt: skip
            low += (min(fitting) - half) / own.answered * total
            high += (max(fitting) + half) / own.answered * total
        return low, high

    def _narrowed(
        self,
        exact: ExactTable,
        other: ReleasedTable,
        place: int,
        key: str,
        whole: tuple[float, float],
        weights: Weights,
    ) -> bool:
        parts = [(group, shown) for group, shown in zip(exact.groups[1:], other.groups[1:], strict=True)]
        boxes = [self.ranges[row_cell(exact, group, key)] for group, _ in parts]
        every = self.ranges[row_cell(exact, exact.groups[0], key)]
        means = [_mean(weights, exact, group, place) for group, _ in parts]
        for at, (group, shown) in enumerate(parts):
            people, least = group.rows[place].people, self.policy.hidden_below
            alike = shown.hidden == "alike" and people == max(row.people for row in group.rows)
            if shown.row(key).count is not None or (people >= least and not alike):
                continue
            low, high = bounds(at, boxes, means, every, whole)
            if (low, high) == boxes[at]:
                continue
            if alike and low > self.ranges[base_cell(exact, group, "answered")][1] - least:
                return True
            if not alike and min(high, least - 1) - low + 1 < self.policy.choices:
                return True
        return False


def _mean(weights: Weights, exact: ExactTable, group: Group, place: int) -> float:
    weighed = weights.groups.get((exact.key, group.key))
    if weighed is None:
        return 1.0
    people = group.rows[place].people
    if people:
        return weighed.rows[place] / people
    return weighed.total / group.answered if group.answered else 1.0


def bounds(
    at: int,
    boxes: Sequence[Range],
    means: Sequence[float],
    every: Range,
    whole: tuple[float, float],
) -> Range:
    """The smallest and largest count one group can have, when the weight of a person of each is known.

    Counts lie in ``boxes``, add up to ``every``, and times ``means`` to ``whole``. For each multiple c of the
    plain sum taken from the weighted one, (mean - c) times the count is what the others leave. The best
    multiples are the means themselves: a linear programme with two equations has its bounds there.
    """
    low, high = float(boxes[at][0]), float(boxes[at][1])
    others = [n for n in range(len(boxes)) if n != at]
    low = max(low, every[0] - sum(boxes[n][1] for n in others))
    high = min(high, every[1] - sum(boxes[n][0] for n in others))
    for c in {0.0, *(means[n] for n in others)}:
        factor = means[at] - c
        if abs(factor) < 1e-9:
            continue
        least, most = whole[0] - c * every[1], whole[1] - c * every[0]
        for n in others:
            ends = [(means[n] - c) * boxes[n][0], (means[n] - c) * boxes[n][1]]
            least, most = least - max(ends), most - min(ends)
        ends = sorted((least / factor, most / factor))
        low, high = max(low, ends[0]), min(high, ends[1])
    return int(-(-(low - 1e-6) // 1)), int((high + 1e-6) // 1)

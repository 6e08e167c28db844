"""Which figures have to be left out so that the hidden ones stay hidden when all tables are read together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from surveys.questionnaire.model import Questionnaire
from surveys.results import across
from surveys.results.across import RESPONSES
from surveys.results.across import Cell as Cell
from surveys.results.deduction import PLENTY, Range, Sum, narrowed
from surveys.results.rounding import Policy, needed, rounded
from surveys.results.tables import ALL, EXCLUSIVE, FIRST_FIVE, ExactTable, Group

BASES = ("asked", "answered", "skipped")


def _scope(table: ExactTable, group: Group) -> tuple[str, str, str]:
    """Who a group is about: grid row, dimension, category. Toplines and first groups by a dimension agree."""
    item = group.key if table.kind == "grid" and table.by is None else table.item or ""
    by = "" if table.by is None or group.key == ALL else table.by
    return (item, by, group.key if by else ALL)


def base_cell(table: ExactTable, group: Group, name: str) -> Cell:
    return (name, table.base, table.series, *_scope(table, group))


def row_cell(table: ExactTable, group: Group, row: str) -> Cell:
    """A count, named alike in every table that shows it."""
    second = table.by is None and table.key != table.question
    five = table.key == f"{table.question}.{FIRST_FIVE}"
    run = FIRST_FIVE if five else "first" if second else "option"
    return ("net" if table.net else run, table.question, table.series, row, *_scope(table, group))


def sums_of(tables: Sequence[ExactTable]) -> list[Sum]:
    """Every sum a reader knows to hold between counts, shown or not."""
    found: dict[Sum, None] = {}
    for table in tables:
        for group in table.groups:
            asked, answered, skipped = (base_cell(table, group, n) for n in BASES)
            found[Sum(asked, (answered, skipped))] = None
            rows = tuple(row_cell(table, group, row.key) for row in group.rows)
            if table.adds_up and sum(row.people for row in group.rows) == group.answered:
                found[Sum(answered, rows)] = None
            elif table.kind == "one-of" and not table.net:
                found[Sum(answered, rows, exact=False)] = None
            else:
                found.update({Sum(answered, (row,), exact=False): None for row in rows})
        if table.by is not None:
            whole, *parts = table.groups
            for name in BASES:
                found[Sum(base_cell(table, whole, name), tuple(base_cell(table, g, name) for g in parts))] = (
                    None
                )
            for row in whole.rows:
                shares = tuple(row_cell(table, g, row.key) for g in parts)
                found[Sum(row_cell(table, whole, row.key), shares)] = None
        if table.net and table.kind in EXCLUSIVE:
            for group in table.groups:
                parts_of = tuple(row_cell(replace(table, net=None), group, key) for key in table.net_of)
                found[Sum(row_cell(table, group, table.net), parts_of)] = None
    return list(found)


Name = Callable[[Any], Any]


@dataclass(frozen=True)
class Open:
    """What is to be shown: the tables, the groups of them that are hidden and why, and counts beside them.

    ``shares``: counts that share out the responses (by channel, by language), each by its cell. Of figures
    that repeat an earlier release, ``told`` were shown there and are known, ``untold`` were left out.
    """

    tables: Sequence[ExactTable]
    hidden: Mapping[tuple[str, str], str]
    policy: Policy
    responses: int | None = None
    shares: Sequence[Mapping[Cell, int]] = ()
    told: frozenset[Cell] = frozenset()
    untold: frozenset[Cell] = frozenset()

    def groups(self) -> Iterator[tuple[ExactTable, Group, str | None]]:
        for table in self.tables:
            for group in table.groups:
                yield table, group, self.hidden.get((table.key, group.key))

    def counts(self) -> dict[Cell, int]:
        found = {cell: n for table, group, _ in self.groups() for cell, n in _cells(table, group).items()}
        for share in self.shares:
            found.update(share)
        return found if self.responses is None else {**found, RESPONSES: self.responses}


def _known(shown: Open, withheld: Collection[Cell], name: Name) -> dict[Cell, Range]:
    """What the figures themselves say of each count; the narrower, where two tables show it."""
    policy = shown.policy
    ranges: dict[Cell, Range] = {}

    def say(cell: Cell, count: int, why: str | None = None, enough: int = 0) -> None:
        cell, figure = name(cell), rounded(count, policy)
        if why in ("few", "special"):
            told = (0, enough - 1)
        elif why:
            told = (0, PLENTY)
        elif cell in withheld:
            told = (0, PLENTY) if figure is None else (policy.hidden_below, PLENTY)
        elif figure is None:
            told = (0, policy.hidden_below - 1)
        else:
            half = policy.round_to // 2
            told = (max(figure - half, policy.hidden_below), figure + half)
        was = ranges.get(cell, (0, PLENTY))
        ranges[cell] = (max(was[0], told[0]), min(was[1], told[1]))

    for table, group, why in shown.groups():
        enough = needed(table.special, policy)
        for base in BASES:
            said = None if why == "alike" else why
            if said in ("few", "special") and base != "answered":
                said = "complement"  # hidden with the group, whatever their size
            say(base_cell(table, group, base), getattr(group, base), said, enough)
        for row in group.rows:
            say(row_cell(table, group, row.key), row.people, why, enough)
    for share in shown.shares:
        for cell, count in share.items():
            say(cell, count)
    if shown.responses is not None:
        say(RESPONSES, shown.responses)
    return ranges


@dataclass(frozen=True)
class _Secret:
    """A hidden count of answers. With ``among``: of an alike group, so not to be seen to be everybody's."""

    cell: Cell
    beside: tuple[Cell, ...]
    among: Cell | None = None

    def exposed(self, ranges: Mapping[Cell, Range], withheld: Collection[Cell], policy: Policy) -> bool:
        low, high = ranges[self.cell]
        if self.among is not None:
            return low > ranges[self.among][1] - policy.hidden_below
        most = high if self.cell in withheld else min(high, policy.hidden_below - 1)
        return most - low + 1 < policy.choices


def _secrets(shown: Open, name: Name) -> list[_Secret]:
    found: dict[Cell, _Secret] = {}
    below = shown.policy.hidden_below
    for table, group, why in shown.groups():
        if why == "complement":
            continue
        cells = _cells(table, group)
        beside = tuple(name(cell) for cell in cells)
        small = [name(c) for c, n in cells.items() if n < below and c[0] not in ("asked", "skipped")]
        found.update({cell: _Secret(cell, beside) for cell in small if cell not in found})
        if why == "alike":
            most = max(group.rows, key=lambda row: row.people)
            cell = name(row_cell(table, group, most.key))
            found[cell] = _Secret(cell, beside, name(base_cell(table, group, "answered")))
    for share in shown.shares:
        beside = tuple(share)
        found.update({cell: _Secret(cell, beside) for cell, count in share.items() if count < below})
    return list(found.values())


def _cells(table: ExactTable, group: Group) -> dict[Cell, int]:
    bases = {base_cell(table, group, name): getattr(group, name) for name in BASES}
    return {**{row_cell(table, group, row.key): row.people for row in group.rows}, **bases}


def protected(shown: Open, document: Questionnaire | None = None) -> tuple[Open, frozenset[Cell]]:
    """What is to be shown, perhaps with more groups hidden, and the figures of it to leave out.

    Every hidden count then keeps enough possible values. First within the tables of each base, then, with
    the ``document``, across all of them by what its routes and groups tell (:mod:`surveys.results.across`):
    a figure is left out; or, where that would not do, the small count itself without saying that it is
    small; or a whole group.
    """
    together: dict[str, list[ExactTable]] = {}
    for table in shown.tables:
        together.setdefault(table.base, []).append(table)
    withheld: frozenset[Cell] = frozenset()
    for some in together.values():
        withheld |= _Guard(replace(shown, tables=some, shares=(), responses=None)).close(shown.untold)[1]
    if document is None or shown.responses is None:
        return shown, withheld
    return _Guard(shown, across.links(shown.counts(), shown.tables, document)).close(withheld)


class _Guard:
    """Closes what a reader could find out, one hidden count after the other."""

    def __init__(self, shown: Open, linked: across.Links | None = None) -> None:
        self.shown, self.counts = shown, shown.counts()
        self.name = name = _names(linked.same if linked else ())
        sums = sums_of(shown.tables)
        if linked is not None:
            sums = [*sums, *linked.sums, *(Sum(RESPONSES, tuple(share)) for share in shown.shares)]
        sums = list(dict.fromkeys(Sum(name(s.total), tuple(map(name, s.parts)), s.exact) for s in sums))
        self.sums = [one for one in sums if one.total not in one.parts]
        if linked is not None:
            self.sums += _differences(self.sums)
        known = (c for c in self.counts if c[0] == "answered" or c in shown.told)
        self.fixed = {name(RESPONSES), *map(name, known)}
        self.groups_hide = linked is not None

    def close(self, already: frozenset[Cell]) -> tuple[Open, frozenset[Cell]]:
        withheld = frozenset(self.name(cell) for cell in already if cell in self.counts)
        shown, lost = self.shown, set[Cell]()
        while failing := [one for one in self.exposed(shown, withheld) if one.cell not in lost]:
            secret = failing[0]
            able, small = self._able(shown), self._small(shown)
            near: set[Any] = {
                c for s in self.sums if secret.cell in (s.total, *s.parts) for c in (s.total, *s.parts)
            }
            open_ = [c for c in {*near, *secret.beside} if c in able and c not in withheld]
            open_.sort(key=_cost(able))
            itself = [secret.cell] if secret.cell in small and secret.cell not in withheld else []
            solving = (c for c in (*open_, *itself) if self._solved(secret, shown, withheld | {c}))
            if (best := next(solving, None)) is not None:
                withheld |= {best}
            elif (fewer := self._without_a_group(secret, shown, withheld)) is not None:
                shown = fewer
            elif open_ and not self.groups_hide:
                withheld |= {open_[0]}
            else:
                lost.add(secret.cell)
        return shown, frozenset(cell for cell in self.counts if self.name(cell) in withheld)

    def exposed(self, shown: Open, withheld: frozenset[Cell]) -> list[_Secret]:
        ranges = narrowed(_known(shown, withheld, self.name), self.sums)
        return [one for one in _secrets(shown, self.name) if one.exposed(ranges, withheld, shown.policy)]

    def _solved(self, secret: _Secret, shown: Open, withheld: frozenset[Cell]) -> bool:
        return secret.cell not in {one.cell for one in self.exposed(shown, withheld)}

    def _able(self, shown: Open) -> dict[Cell, int]:
        """Figures that can be left out."""
        least = shown.policy.hidden_below
        found = {
            self.name(cell): count
            for table, group, why in shown.groups()
            for cell, count in _cells(table, group).items()
            if count >= least and why in (None, "alike") and (not why or _is_base(cell))
        }
        found |= {cell: n for share in shown.shares for cell, n in share.items() if n >= least}
        return {cell: count for cell, count in found.items() if cell not in self.fixed}

    def _small(self, shown: Open) -> set[Cell]:
        """Counts under ten of which it can be left open whether they are."""
        least = shown.policy.hidden_below
        rows = (
            self.name(row_cell(table, group, row.key))
            for table, group, why in shown.groups()
            for row in group.rows
            if why is None and row.people < least
        )
        shares = (cell for share in shown.shares for cell, n in share.items() if n < least)
        return {*rows, *shares} - self.fixed

    def _without_a_group(self, secret: _Secret, shown: Open, withheld: frozenset[Cell]) -> Open | None:
        """With the smallest group gone that keeps this count hidden: from every table by its dimension, or a
        question's own table."""
        if not self.groups_hide:
            return None
        sizes: dict[tuple[str, str], int] = {}
        members: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for table, group, why in shown.groups():
            if why is None and (table.by is None or group.key != ALL):
                one = (table.by or table.key, group.key)
                sizes[one] = max(sizes.get(one, 0), group.asked)
                members.setdefault(one, []).append((table.key, group.key))
        for one in sorted(sizes, key=lambda one: (sizes[one], one)):
            fewer = replace(shown, hidden={**shown.hidden, **dict.fromkeys(members[one], "complement")})
            if self._solved(secret, fewer, withheld):
                return fewer
        return None


def _differences(sums: Sequence[Sum]) -> list[Sum]:
    """Of two sums with parts in common: what is left when the one is taken from the other.

    A reader does that at once; ranges drawn sum by sum would not see it.
    """
    holding: dict[Any, list[int]] = {}
    for number, one in enumerate(sums):
        if one.exact:
            for part in one.parts:
                holding.setdefault(part, []).append(number)
    shared = Counter(pair for numbers in holding.values() for pair in combinations(numbers, 2))
    found = []
    for (a, b), common in shared.items():
        if common >= 2:
            one, other = sums[a], sums[b]
            mine = tuple(part for part in one.parts if part not in other.parts)
            theirs = tuple(part for part in other.parts if part not in one.parts)
            both = ("both", one.total, other.total, *mine, *theirs)
            found += [Sum(both, (one.total, *theirs)), Sum(both, (other.total, *mine))]
    return found


def _names(same: Sequence[tuple[Cell, Cell]]) -> Name:
    """One name for each count that goes by several."""
    leads: dict[Cell, Cell] = {}

    def name(cell: Cell) -> Cell:
        while cell in leads:
            cell = leads[cell]
        return cell

    for one, other in same:
        first, second = sorted((name(one), name(other)), key=lambda c: (c[0] != "option", repr(c)))
        if first != second:
            leads[second] = first
    return name


def _is_base(cell: Cell) -> bool:
    return cell[0] in BASES


def _cost(able: Mapping[Cell, int]) -> Callable[[Cell], tuple[int, bool, int, str]]:
    """What is left out first: how many skipped, small figures of a group, of everybody, how many asked."""

    def cost(cell: Cell) -> tuple[int, bool, int, str]:
        kind = {"skipped": 0, "asked": 2}.get(str(cell[0]), 1)
        return (kind, cell[-1] == ALL, able[cell], repr(cell))

    return cost

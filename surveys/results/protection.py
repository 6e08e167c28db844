"""Which figures have to be left out so that the hidden ones stay hidden when all tables are read together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from surveys.results.deduction import PLENTY, Range, Sum, narrowed
from surveys.results.rounding import Policy, needed, rounded
from surveys.results.tables import ALL, EXCLUSIVE, ExactTable, Group

BASES = ("asked", "answered", "skipped")
Cell = tuple[str | int, ...]
"""Names one count, alike in every table that holds it."""


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
    run = table.key.removeprefix(f"{table.question}.") if second else "option"
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


def _known(
    tables: Sequence[ExactTable],
    hidden: Mapping[tuple[str, str], str],
    withheld: Collection[Cell],
    policy: Policy,
) -> dict[Cell, Range]:
    """What the figures themselves say of each count; the narrower, where two tables show it."""
    ranges: dict[Cell, Range] = {}

    def say(cell: Cell, count: int, why: str | None, enough: int) -> None:
        shown = rounded(count, policy)
        if why in ("few", "special"):
            told = (0, enough - 1)
        elif why:
            told = (0, PLENTY)
        elif cell in withheld:
            told = (0, PLENTY) if shown is None else (policy.hidden_below, PLENTY)
        elif shown is None:
            told = (0, policy.hidden_below - 1)
        else:
            half = policy.round_to // 2
            told = (max(shown - half, policy.hidden_below), shown + half)
        was = ranges.get(cell, (0, PLENTY))
        ranges[cell] = (max(was[0], told[0]), min(was[1], told[1]))

    for table in tables:
        enough = needed(table.special, policy)
        for group in table.groups:
            why = hidden.get((table.key, group.key))
            for name in BASES:
                said = None if why == "alike" else why
                if said in ("few", "special") and name != "answered":
                    said = "complement"  # hidden with the group, whatever their size
                say(base_cell(table, group, name), getattr(group, name), said, enough)
            for row in group.rows:
                say(row_cell(table, group, row.key), row.people, why, enough)
    return ranges


@dataclass(frozen=True)
class _Secret:
    """A hidden count of answers. With ``among``: of an alike group, so not to be seen to be everybody's."""

    cell: Cell
    beside: tuple[Cell, ...]
    among: Cell | None = None

    def exposed(self, ranges: Mapping[Cell, Range], policy: Policy) -> bool:
        low, high = ranges[self.cell]
        if self.among is not None:
            return low > ranges[self.among][1] - policy.hidden_below
        return min(high, policy.hidden_below - 1) - low + 1 < policy.choices


def _secrets(
    tables: Sequence[ExactTable], hidden: Mapping[tuple[str, str], str], policy: Policy
) -> list[_Secret]:
    found: dict[Cell, _Secret] = {}
    for table in tables:
        for group in table.groups:
            why = hidden.get((table.key, group.key))
            if why == "complement":
                continue
            cells = _cells(table, group)
            beside = tuple(cells)
            small = [
                c for c, n in cells.items() if n < policy.hidden_below and c[0] not in ("asked", "skipped")
            ]
            found.update({cell: _Secret(cell, beside) for cell in small if cell not in found})
            if why == "alike":
                most = max(group.rows, key=lambda row: row.people)
                cell = row_cell(table, group, most.key)
                found[cell] = _Secret(cell, beside, base_cell(table, group, "answered"))
    return list(found.values())


def _cells(table: ExactTable, group: Group) -> dict[Cell, int]:
    bases = {base_cell(table, group, name): getattr(group, name) for name in BASES}
    return {**{row_cell(table, group, row.key): row.people for row in group.rows}, **bases}


def figures_to_leave_out(
    tables: Sequence[ExactTable], hidden: Mapping[tuple[str, str], str], policy: Policy
) -> frozenset[Cell]:
    """Figures to leave out so that every hidden count keeps enough possible values."""
    together: dict[str, list[ExactTable]] = {}
    for table in tables:
        together.setdefault(table.base, []).append(table)
    return frozenset(cell for some in together.values() for cell in _withheld_of(some, hidden, policy))


def _withheld_of(
    tables: Sequence[ExactTable], hidden: Mapping[tuple[str, str], str], policy: Policy
) -> frozenset[Cell]:
    sums = sums_of(tables)
    secrets = _secrets(tables, hidden, policy)
    shown = {
        cell: count
        for table in tables
        for group in table.groups
        for cell, count in _cells(table, group).items()
        if count >= policy.hidden_below
        and (why := hidden.get((table.key, group.key))) in (None, "alike")
        and (not why or _is_base(cell))
        and cell[0] != "answered"
    }

    def exposed(left_out: frozenset[Cell]) -> list[_Secret]:
        ranges = narrowed(_known(tables, hidden, left_out, policy), sums)
        return [secret for secret in secrets if secret.exposed(ranges, policy)]

    withheld: frozenset[Cell] = frozenset()
    failing = exposed(withheld)
    while failing:
        secret = failing[0]
        near = {c for s in sums if secret.cell in (s.total, *s.parts) for c in (s.total, *s.parts)}
        able = sorted(
            (c for c in {*near, *secret.beside} if c in shown and c not in withheld), key=_cost(shown)
        )
        if not able:
            secrets.remove(secret)
            failing = failing[1:]
            continue
        best = next((c for c in able if secret not in exposed(withheld | {c})), able[0])
        withheld |= {best}
        failing = exposed(withheld)
    return withheld


def _is_base(cell: Cell) -> bool:
    return cell[0] in BASES


def _cost(shown: Mapping[Cell, int]) -> Callable[[Cell], tuple[int, bool, int, str]]:
    """What is left out first: how many skipped, small figures of a group, of everybody, how many asked."""

    def cost(cell: Cell) -> tuple[int, bool, int, str]:
        kind = {"skipped": 0, "asked": 2}.get(str(cell[0]), 1)
        return (kind, cell[-1] == ALL, shown[cell], repr(cell))

    return cost

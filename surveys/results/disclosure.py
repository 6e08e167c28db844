"""Disclosure control: the one place where exact tables become tables that anybody may see.

The rules, by the code under which a table and the report name them:

10-5           counts and bases under 10 are hidden, all others rounded to 5, each by itself (ONS practice).
percent-30     percentages are whole, worked out from the rounded figures, and only from a rounded base of 30.
special-20     anything about special-category answers needs 20 people in a group and 20 outside it.
special-place  special-category answers by place are not published at all.
alike          a group whose answers are all, or after rounding all, the same shows no answers.
complement     a group needs 10 people in it and 10 outside it; nor may two groups differ by fewer than 10,
               nor may one be put together from several answers that are all hidden.
one-base       asked, answered and skipped describe one base; every percentage of a group is of its answered.
protect        a figure is left out because, with the others, it would narrow a hidden one to fewer than
               ``Policy.choices`` (four) possible numbers: with those of all tables, and with what the
               questionnaire tells of who was asked what. All ten from 0 to 9 cannot be had beside published
               bases: where 10 to 12 people gave one of two answers and both are under 10, neither is 0.
weighted       weighted percentages only of everybody, where they tell neither a weight nor a hidden count
               (:mod:`surveys.results.weights`).

Never published: anything filtered, anything by two dimensions at once, any mean or sum of exact numbers.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from surveys.errors import SurveysError
from surveys.questionnaire.model import Questionnaire
from surveys.results.protection import BASES, Cell, Open, base_cell, protected, row_cell
from surveys.results.rounding import Policy, needed, percent, rounded
from surveys.results.tables import ALL, TEXTS, ExactTable, Group

__all__ = [
    "Applied",
    "Policy",
    "Publication",
    "ReleasedGroup",
    "ReleasedRow",
    "ReleasedTable",
    "percent",
    "publish",
    "rounded",
]


@dataclass(frozen=True)
class ReleasedRow:
    """``count`` None: fewer than 10, or with ``hidden`` "protect" left out, whatever it is."""

    key: str
    count: int | None
    percent: int | None
    hidden: str | None = None
    weighted: int | None = None
    """Whole per cent, weighted: only ever beside an unweighted one, see :mod:`surveys.results.weights`."""


@dataclass(frozen=True)
class ReleasedGroup:
    """``hidden``: None, "few", "special", "alike" or "complement"; a hidden group has no figures in its rows.

    "few": fewer than 10 people answered. "special": too few for special-category answers. "alike": all, or
    nearly all, answered the same. "complement": it would show what a few people outside it answered.
    """

    key: str
    asked: int | None
    answered: int | None
    skipped: int | None
    hidden: str | None
    rows: tuple[ReleasedRow, ...]
    withheld: tuple[str, ...] = ()
    """Which of asked and skipped is left out to protect another figure (None elsewhere: fewer than 10)."""

    def row(self, key: str) -> ReleasedRow:
        return next(row for row in self.rows if row.key == key)


@dataclass(frozen=True)
class ReleasedTable:
    """A table anybody may see. Made by :func:`publish`, or read back from a release."""

    key: str
    question: str
    kind: str
    base: str
    by: str | None
    net: str | None
    item: str | None
    groups: tuple[ReleasedGroup, ...]
    rules: tuple[str, ...]
    note: str | None = None

    def group(self, key: str) -> ReleasedGroup:
        return next(group for group in self.groups if group.key == key)

    def as_json(self) -> dict[str, Any]:
        plain = asdict(self)
        return {
            **plain,
            "groups": [{**g, "rows": [*g["rows"]], "withheld": [*g["withheld"]]} for g in plain["groups"]],
            "rules": [*self.rules],
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> ReleasedTable:
        groups = tuple(
            ReleasedGroup(
                **{
                    **g,
                    "rows": tuple(ReleasedRow(**row) for row in g["rows"]),
                    "withheld": tuple(g["withheld"]),
                }
            )
            for g in kept["groups"]
        )
        return cls(**{**kept, "groups": groups, "rules": tuple(kept["rules"])})


@dataclass(frozen=True)
class Applied:
    """One rule that hid something in one table: the whole table, a group of it, or a row of a group."""

    table: str
    rule: str
    group: str = ""
    row: str = ""


@dataclass(frozen=True)
class Publication:
    """``shares``: counts by channel, language and the like, rounded; None for one that is not shown."""

    tables: tuple[ReleasedTable, ...]
    report: tuple[Applied, ...]
    shares: Mapping[str, Mapping[str, int | None]] = field(default_factory=dict)


def publish(
    tables: Sequence[ExactTable],
    policy: Policy,
    *,
    clashing: Collection[tuple[str, str]] = (),
    notes: Mapping[str, str] | None = None,
    document: Questionnaire | None = None,
    responses: int | None = None,
    shares: Mapping[str, Mapping[str, int]] | None = None,
    before: Collection[tuple[ExactTable, ReleasedTable]] = (),
) -> Publication:
    """Every table as it may be shown, checked together, with a report of everything that was hidden and why.

    With the ``document`` and how many ``responses`` there are, counts of different questions are checked
    together too; ``shares`` are counts of the responses, by name and key, checked and rounded with them.
    ``before``: the tables of the release before, exact and shown; what did not move since stays as it was.

    ``clashing``: table and group keys that differ from a group elsewhere by too few people
    (:func:`surveys.results.tables.clashes`). ``notes``: a note code by table key.
    Raises SurveysError ``table.filtered`` for a table somebody filtered.
    """
    report: list[Applied] = []
    kept: list[ExactTable] = []
    for table in tables:
        if table.where:
            raise SurveysError("table.filtered", table=table.key)
        if table.special and table.place and table.by is not None:
            report.append(Applied(table.key, "special-place"))
        else:
            kept.append(table)
    few = _made_of_few(kept, document, policy) if document is not None else frozenset()
    hidden = {
        (table.key, group.key): why
        for table in kept
        for group in table.groups
        if (why := _why_hidden(table, group, policy, clashing, few))
    }
    beside: dict[str, dict[Cell, int]] = {
        name: {("share", name, key): n for key, n in of.items()} for name, of in (shares or {}).items()
    }
    told, untold = _repeated(kept, before)
    shown, withheld = protected(
        Open(kept, hidden, policy, responses, tuple(beside.values()), told, untold), document
    )
    hidden = dict(shown.hidden)
    released = [
        _shown(table, hidden, withheld, policy, report, (notes or {}).get(table.key)) for table in kept
    ]
    rounded_shares = {
        name: {str(cell[2]): None if cell in withheld else rounded(n, policy) for cell, n in of.items()}
        for name, of in beside.items()
    }
    return Publication(tuple(released), tuple(report), rounded_shares)


def _repeated(
    tables: Sequence[ExactTable], before: Collection[tuple[ExactTable, ReleasedTable]]
) -> tuple[frozenset[Cell], frozenset[Cell]]:
    """Cells of groups that did not move since the release before: those it told, and those it left out."""
    told: set[Cell] = set()
    untold: set[Cell] = set()
    earlier = {exact.key: (exact, released) for exact, released in before}
    for table in tables:
        exact, released = earlier.get(table.key, (None, None))
        if exact is None or released is None:
            continue
        was = {group.key: group for group in exact.groups}
        for group in released.groups:
            now = next((one for one in table.groups if one.key == group.key), None)
            if now is None or was.get(group.key) != now or group.hidden not in (None, "alike"):
                continue
            for name in BASES:
                (untold if name in group.withheld else told).add(base_cell(table, now, name))
            for row in group.rows:
                if group.hidden is None:
                    (untold if row.hidden else told).add(row_cell(table, now, row.key))
    return frozenset(told), frozenset(untold)


# One group ------------------------------------------------------------------------------------------------


def _made_of_few(
    tables: Sequence[ExactTable], document: Questionnaire, policy: Policy
) -> frozenset[tuple[str, str]]:
    """Dimension and category of groups put together from several answers of which none may be shown.

    How many are in such a group would say how many gave each of them: 18 of two hidden answers are 9 and 9.
    """
    toplines = {
        table.question: {row.key: row.people for row in table.groups[0].rows}
        for table in tables
        if table.by is None and table.key == table.question and table.kind != "grid"
    }
    found = set()
    for dimension in document.dimensions:
        for category in dimension.categories:
            people = [
                toplines[question][key]
                for question, keys in category.answers.items()
                for key in keys
                if key in toplines.get(question, ())
            ]
            if len(people) > 1 and max(people) < policy.hidden_below:
                found.add((dimension.key, category.key))
    return frozenset(found)


def _why_hidden(
    table: ExactTable,
    group: Group,
    policy: Policy,
    clashing: Collection[tuple[str, str]],
    few: Collection[tuple[str, str]],
) -> str | None:
    enough = needed(table.special, policy)
    if group.answered < enough:
        return "special" if table.special else "few"
    if table.by is not None and group.key != ALL:
        outside = table.groups[0].answered - group.answered
        if outside < enough or (table.key, group.key) in clashing or (table.by, group.key) in few:
            return "complement"
    base = rounded(group.answered, policy)
    if table.kind not in TEXTS and any(rounded(row.people, policy) == base for row in group.rows):
        return "alike"
    return None


def _rules(table: ExactTable) -> tuple[str, ...]:
    found = ["10-5", "one-base", "protect"]
    if table.kind not in TEXTS:
        found += ["percent-30", "alike"]
    if table.by is not None:
        found.append("complement")
    if table.special:
        found.append("special-20")
    return tuple(sorted(found))


def _shown(
    table: ExactTable,
    hidden: Mapping[tuple[str, str], str],
    withheld: Collection[Cell],
    policy: Policy,
    report: list[Applied],
    note: str | None,
) -> ReleasedTable:
    groups = []
    for group in table.groups:
        why = hidden.get((table.key, group.key))
        if why:
            rule = {"few": "10-5", "special": "special-20"}.get(why, why)
            report.append(Applied(table.key, rule, group.key))
        bases: dict[str, int | None] = {}
        left_out: list[str] = []
        for name in BASES:
            cell = base_cell(table, group, name)
            open_ = why in (None, "alike") and cell not in withheld
            bases[name] = rounded(getattr(group, name), policy) if open_ else None
            if cell in withheld and bases[name] is None and why in (None, "alike"):
                left_out.append(name)
                report.append(Applied(table.key, "protect", group.key, name))
        rows = []
        for row in group.rows:
            count = None if why else rounded(row.people, policy)
            if not why and row_cell(table, group, row.key) in withheld:
                report.append(Applied(table.key, "protect", group.key, row.key))
                rows.append(ReleasedRow(row.key, None, None, "protect"))
                continue
            if not why and count is None:
                report.append(Applied(table.key, "10-5", group.key, row.key))
            share = None if table.kind in TEXTS else percent(count, bases["answered"], policy)
            if count is not None and share is None and table.kind not in TEXTS:
                report.append(Applied(table.key, "percent-30", group.key, row.key))
            rows.append(ReleasedRow(row.key, count, share))
        groups.append(
            ReleasedGroup(group.key, hidden=why, rows=tuple(rows), withheld=tuple(left_out), **bases)
        )
    if note is None and table.base != table.question:
        note = "base.earlier-question"
    return ReleasedTable(
        table.key, table.question, table.kind, table.base, table.by, table.net, table.item,
        tuple(groups), _rules(table), note,
    )  # fmt: skip

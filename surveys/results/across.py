"""What a reader knows of counts in different tables: the questionnaire is public, so are its routes.

Everybody who names one of a group's answers is in the group. Who is asked a question on a later page was
asked those before it. Who is asked a question with a condition gave an answer that meets it. A count of one
table is therefore the sum of counts in others, or at most that. Where routes leave it open which of the two
(people stop early), the exact counts tell, so that a reader who guesses right is reckoned with.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from surveys.questionnaire.model import All, Condition, Questionnaire
from surveys.questionnaire.plan import holds, plan_of
from surveys.results.deduction import Sum
from surveys.results.tables import ALL, WHO, ExactTable, answer_keys

Cell = tuple[str | int, ...]
"""Names one count, alike in every table that holds it."""
Scope = tuple[str, str]
"""Dimension and category; ("", "all") for everybody."""
RESPONSES: Cell = ("responses",)
EVERYBODY: Scope = ("", ALL)


@dataclass
class Links:
    """``same``: pairs of cells that are one number. ``sums``: sums between cells of different tables."""

    counts: Mapping[Cell, int]
    same: list[tuple[Cell, Cell]] = field(default_factory=list)
    sums: list[Sum] = field(default_factory=list)

    def share_out(self, total: Cell, parts: Sequence[Cell]) -> None:
        """``parts`` share nobody and lie within ``total``: they are all of it where the counts say so."""
        here, there = self.counts[total], sum(self.counts[part] for part in parts)
        if here == there and len(parts) == 1:
            self.same.append((total, parts[0]))
        elif here >= there:
            self.sums.append(Sum(total, tuple(parts), exact=here == there))

    def within(self, cell: Cell, cover: Sequence[Cell]) -> None:
        """Everybody counted in ``cell`` is counted in one of ``cover``, perhaps in several."""
        here, there = self.counts[cell], sum(self.counts[part] for part in cover)
        if here == there or len(cover) == 1:
            self.share_out(cell if here == there else cover[0], cover if here == there else (cell,))
        elif here < there:
            together: Cell = ("together", *(str(part) for part in cover))
            self.sums += [Sum(together, tuple(cover)), Sum(together, (cell,), exact=False)]


def links(
    counts: Mapping[Cell, int],
    tables: Sequence[ExactTable],
    document: Questionnaire,
) -> Links:
    """Every link between these tables. ``counts``: by cell, with how many responses under ``RESPONSES``."""
    found = Links(counts)
    scopes = dict.fromkeys(
        [EVERYBODY, *((t.by, g.key) for t in tables if t.by is not None for g in t.groups if g.key != ALL)]
    )
    for scope in scopes:
        _asked_in_turn(found, document, scope)
    for dimension in document.dimensions:
        toplines = {question: _rows_of(counts, question) for question in dimension.questions}
        if all(toplines.values()):
            for category in dimension.categories:
                named = [toplines[q].get(key) for q, keys in category.answers.items() for key in keys]
                cells = [cell for cell in named if cell is not None]
                if cells:
                    _people_of(found, document, dimension.key, category.key, dimension.questions[0], cells)
    return found


def asked(question: str, item: str = "", scope: Scope = EVERYBODY) -> Cell:
    return ("asked", question, 0, item, *scope)


def option(question: str, key: str, scope: Scope = EVERYBODY, item: str = "") -> Cell:
    return ("option", question, 0, key, item, *scope)


def _rows_of(counts: Mapping[Cell, int], question: str) -> dict[str, Cell]:
    """The cells of a question's topline, by answer."""
    return {str(c[3]): c for c in counts if c[:3] == ("option", question, 0) and c[4:] == ("", *EVERYBODY)}


def _units(
    document: Questionnaire, counts: Mapping[Cell, int], scope: Scope
) -> Iterator[tuple[Any, Any, Cell]]:
    """Page, question and how many were asked it, in the order pages are met; a row of a grid by itself."""
    plan = plan_of(document)
    for page in (page for part in (*plan.early, *plan.late) for page in part.pages):
        for question in page.questions:
            items = [row.key for row in question.rows] if question.kind == "grid" else [""]
            for item in items:
                cell = asked(question.id, item, scope)
                if cell in counts:
                    yield page, question, cell


def _asked_in_turn(found: Links, document: Questionnaire, scope: Scope) -> None:
    before: Cell | None = RESPONSES if scope == EVERYBODY else None
    alike: dict[str, Cell] = {}
    for page, question, cell in _units(document, found.counts, scope):
        conditions = [c for c in (page.when, question.when) if c is not None]
        if not conditions and question.min_age is None:
            if before is not None:
                found.share_out(before, (cell,))
            before = cell
            continue
        if before is not None and found.counts[before] > found.counts[cell]:
            found.share_out(before, (cell,))
        name = f"{page.when!r} {question.when!r} {question.min_age}"
        if name in alike:
            found.share_out(alike[name], (cell,))
        alike[name] = cell
        for condition in conditions:
            for each in condition.all if isinstance(condition, All) else (condition,):
                _asked_by_answer(found, document, each, cell, scope)
        if question.min_age is not None and document.age_question:
            ages = plan_of(document).ages
            old = [k for k in ages if ages[k] >= question.min_age]
            _met_by(found, cell, [option(document.age_question, key, scope) for key in old])


def _people_of(
    found: Links, document: Questionnaire, dimension: str, category: str, first: str, cells: Sequence[Cell]
) -> None:
    """A group's size against the answers that put people into it."""
    scope = (dimension, category)
    counted = [cell for _, _, cell in _units(document, found.counts, scope)]
    profile: Cell = ("first", first, 0, category, "", *EVERYBODY)  # of the table who.<dimension>
    if profile in found.counts and ("asked", f"{WHO}.{dimension}", 0, "", *EVERYBODY) in found.counts:
        counted.append(profile)
    if counted:
        found.within(max(counted, key=lambda cell: found.counts[cell]), cells)


# Conditions -----------------------------------------------------------------------------------------------


def _asked_by_answer(
    found: Links, document: Questionnaire, condition: Condition, cell: Cell, scope: Scope
) -> None:
    """What a condition on one question says of how many met it; nothing for other conditions."""
    on = _only_question(condition)
    asker = document.question_by_id.get(on) if on else None
    if asker is None or asker.kind == "number" or asked(asker.id, "", scope) not in found.counts:
        return
    several = asker.kind in ("several", "ranking")
    plan = plan_of(document)
    keys = [key for key in answer_keys(document, asker) if option(asker.id, key, scope) in found.counts]
    loose = [key for key in keys if several and key in plan.substantive[asker.id]]

    def meets(*chosen: str) -> bool:
        values: list[Any] = [int(k) if asker.kind == "rating" and k.isdigit() else k for k in chosen]
        return holds(condition, {asker.id: values if several else values[0]} if values else {}, document)

    def cells_of(some: Collection[str]) -> list[Cell]:
        return [option(asker.id, key, scope) for key in some]

    alone = {key: meets(key) for key in keys if key not in loose}
    sets = [*((key,) for key in loose), *combinations(loose, 2), *([tuple(loose)] if loose else [])]
    results = {one: meets(*one) for one in sets}
    met, unmet = [k for k in alone if alone[k]], [k for k in alone if not alone[k]]
    skipped: Cell = ("skipped", asker.id, 0, "", *scope)
    if not results or all(results.values()) or not any(results.values()):
        if not any(results.values()) and not meets():
            _met_by(found, cell, cells_of(met))
        elif not results or all(results.values()):
            missed = [*cells_of(unmet), *([] if meets() else [skipped])]
            if all(one in found.counts for one in missed):
                found.share_out(asked(asker.id, "", scope), [cell, *missed])
        return
    for key in loose:
        ever = [result for one, result in results.items() if key in one]
        if not any(ever):
            found.share_out(asked(asker.id, "", scope), [cell, option(asker.id, key, scope)])
        elif all(ever):
            found.share_out(cell, [option(asker.id, key, scope)])
    if not meets() and all(results[one] == any(results[(key,)] for key in one) for one in sets):
        _met_by(found, cell, cells_of([*met, *(key for key in loose if results[(key,)])]))


def _met_by(found: Links, cell: Cell, answers: Sequence[Cell]) -> None:
    if answers and all(one in found.counts for one in answers):
        found.within(cell, answers)


def _only_question(condition: Any) -> str | None:
    """The one question a condition looks at, or None."""
    inner = [*getattr(condition, "all", ()), *getattr(condition, "any", ())]
    if (negated := getattr(condition, "not_", None)) is not None:
        inner.append(negated)
    if not inner:
        return str(condition.question)
    names = {_only_question(one) for one in inner}
    return names.pop() if len(names) == 1 else None

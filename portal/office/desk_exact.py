"""Exact figures of one question, for analysts only: every look is written down before it is shown.

That is why a look is a POST. What it shows is made here and in :mod:`desk_orders` and :mod:`desk_compared`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import make_response, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal import charts
from portal.counting import counting
from portal.database import read_session, writing
from portal.forms.office.desk import Exact, SaveView, exact_form
from portal.office import desk_orders as orders
from portal.office import desk_words as say
from portal.office.blueprint import bp, keys, now, officer
from portal.office.desk import LOCALE, others, question_called, survey_called, words
from portal.office.desk_compared import compared_with
from portal.office.desk_tables import exact_json, turned
from portal.partnership import census
from portal.reading import Reading, read
from surveys.questionnaire.model import Questionnaire
from surveys.results import scan, tables, views
from surveys.results.comparison import benjamini_hochberg, holm
from surveys.results.cube import Cube
from surveys.results.estimates import (
    Choices,
    Estimates,
    against_the_rest,
    choices,
    estimate,
    estimates_of,
    weighting_of,
)
from surveys.results.layout import NOT_GIVEN
from surveys.results.scores import Score, score
from surveys.results.tables import ALL, ExactTable
from surveys.results.weighting import Target, Weighting
from surveys.surveys import Survey

HOLM = "Holm, 5 per cent risk of any false finding"
EXPLORED = "Benjamini and Hochberg, 5 per cent of findings false"


@dataclass(frozen=True)
class Wanted:
    """What an analyst asked to see."""

    question: str
    by: str
    against: str
    where: dict[str, str]
    weighted: bool

    @property
    def pair(self) -> tuple[str, str]:
        """The other question and its grid row."""
        id, _, item = self.against.partition(":")
        return id, item


@dataclass(frozen=True)
class Counted:
    """Everything the cube says about it."""

    tables: tuple[tuple[ExactTable, tuple[Estimates, ...]], ...]
    broken_down: tuple[tuple[ExactTable, tuple[Estimates, ...]], ...]
    weighting: Weighting
    asked_nobody: int
    choices: Choices | None
    mean: Score | None
    number_mean: float | None
    weights: dict[int, float]


@bp.post("/desk/<slug>/<question>/exact")
def desk_exact(slug: str, question: str) -> ResponseReturnValue:
    survey, document = survey_called(slug)
    asked = question_called(document, question)
    form = exact_form(document, asked, others(read_session(), survey, asked))
    if not form.validate():
        page = render_template(
            "office/desk/choose.html",
            survey=survey,
            asked=asked,
            form=form,
            title=words(document, asked.short),
        )
        return make_response(page, 422)
    wanted = Wanted(question, form.by.data, form.against.data, form.where(), bool(form.weighted.data))
    with writing() as session:
        what = {"question": question, "by": wanted.by, "against": wanted.against, "where": wanted.where}
        views.note_exact(session, survey.id, what, by=officer().by, now=now(), keys=keys())
    session = read_session()
    targets = census.targets(census.kept(session), document) if wanted.weighted else []
    counted, standing = counting().ask(session, survey.id, lambda cube: _count(cube, wanted, targets), now())
    weighted = wanted.weighted and counted.weighting.on
    return render_template(
        "office/desk/exact.html",
        survey=survey,
        asked=asked,
        title=words(document, asked.short),
        text=words(document, asked.text),
        filters=_filters(document, wanted.where),
        standing=standing,
        weighting=say.weighting(counted.weighting, say.names_of(document), exact=True)
        if wanted.weighted
        else [],
        toplines=[_topline(document, t, found, weighted) for t, found in counted.tables],
        matrices=_matrices(session, survey, document, wanted, counted),
        order=orders.importance(document, asked, counted.choices),
        ranking=orders.ranking(session, survey, document, asked),
        mean=orders.mean(asked, counted.mean, counted.number_mean),
        comparison=compared_with(document, asked, counted.tables[0], form.compared.data),
        form=form,
        save=SaveView(formdata=None),
        wanted=wanted,
        hidden=_hidden(form, question),
    )


def _weighting(document: Questionnaire, counted: Counted) -> list[str]:
    return say.weighting(counted.weighting, say.names_of(document), exact=True)


def _count(cube: Cube, wanted: Wanted, targets: Sequence[Target]) -> Counted:
    question = cube.layout.questionnaire.question_by_id[wanted.question]
    weighting = weighting_of(cube, targets)
    shown = tables.topline(cube, wanted.question, where=wanted.where)
    crossed = tables.cross(cube, wanted.question, wanted.by, where=wanted.where) if wanted.by else ()
    everybody = cube.totals(wanted.where)[0]
    numbered = zip(cube.cell_numbers.tolist(), weighting.weights.tolist(), strict=True)
    rated = (
        {int(row.key): row.people for row in shown[0].groups[0].rows if row.key.lstrip("-").isdecimal()}
        if question.kind == "rating"
        else None
    )
    numbers = None
    if question.kind == "number":
        bins = {b.key for b in question.bins}
        given = sum(row.people for row in shown[0].groups[0].rows if row.key in bins)
        specials = sum(row.people for row in shown[0].groups[0].rows if row.key not in bins)
        people = shown[0].groups[0].answered - specials
        numbers = cube.sum_of(wanted.question, where=wanted.where) / people if people and given else None
    return Counted(
        tuple((table, estimate(cube, table, weighting)) for table in shown),
        tuple((table, estimate(cube, table, weighting)) for table in crossed),
        weighting,
        int(everybody) - shown[0].groups[0].asked,
        choices(cube, wanted.question, where=wanted.where, targets=targets)
        if question.kind == "one-of"
        else None,
        score(rated) if rated is not None else None,
        numbers,
        dict(numbered) if weighting.on else {},
    )


# Tables ---------------------------------------------------------------------------------------------------


def _topline(
    document: Questionnaire, table: ExactTable, found: Sequence[Estimates], weighted: bool
) -> dict[str, Any]:
    shown = exact_json(table)
    reading = read(shown, document, LOCALE)
    figure = charts.draw(document, [shown], LOCALE).get(table.key)
    runs = []
    for block, estimates in zip(reading.blocks, found, strict=True):
        rows = []
        for line in reading.sorted_lines(block):
            row = estimates.row(line.key)
            cells: list[Any] = [
                say.share(row.share),
                {"text": str(row.people), "narrow": f"{row.people} people"},
            ]
            if weighted:
                weighed = say.share(row.weighted)
                cells += [{"text": weighed, "narrow": f"weighted {weighed}"}]
            if row.share is not None:
                between, worth = say.between(row.interval), round(row.effective)
                cells += [
                    {"text": between, "narrow": f"indicative {between}"},
                    {"text": str(worth), "narrow": f"worth {worth}"},
                ]
            else:
                cells += ["–", "0"]
            rows.append({"name": line.label.text, "cells": cells, "bar": line.percent, "muted": line.aside})
        group = estimates.group
        foot = f"Asked {group.asked}, answered {group.answered}, skipped {group.skipped}."
        if estimates.reason:
            foot = f"Asked {group.asked}. Nobody answered this, so there are no shares."
        runs.append({"name": block.label.text, "rows": rows, "foot": foot})
    heads = ["Share", "People", *(["Weighted"] if weighted else []), "Indicative interval", "Worth"]
    return {"key": table.key, "title": reading.title.text, "runs": runs, "heads": heads, "figure": figure}


def _matrices(
    session: Session, survey: Survey, document: Questionnaire, wanted: Wanted, counted: Counted
) -> list[dict[str, Any]]:
    found = []
    for table, estimates in counted.broken_down:
        reading = read(exact_json(table), document, LOCALE)
        names = {block.key: block.label.text for block in reading.blocks}
        figure = charts.draw(document, [exact_json(table)], LOCALE).get(table.key)
        everybody, groups = estimates[0], estimates[1:]
        title = f"{reading.title.text} by {reading.by_title.text.lower()}"
        title += ", weighted" if wanted.weighted and counted.weighting.on else ""
        found.append(
            {**_matrix(reading, names, everybody, groups, wanted.weighted), "title": title, "figure": figure}
        )
    if wanted.against:
        question = document.question_by_id[wanted.question]
        items = [row.key for row in question.rows] if question.kind == "grid" else [""]
        found += [_by_question(session, survey, document, wanted, counted, item) for item in items]
    return found


def _by_question(
    session: Session,
    survey: Survey,
    document: Questionnaire,
    wanted: Wanted,
    counted: Counted,
    own: str,
) -> dict[str, Any]:
    id, item = wanted.pair
    layout, _ = counting().ask(session, survey.id, lambda cube: cube.layout, now())
    crossed = scan.crossed(
        layout, scan.batches(session, survey.id, layout), wanted.question, id,
        item=own, against_item=item, where=wanted.where, weights=counted.weights or None,
    )  # fmt: skip
    reading = read(exact_json(crossed.table), document, LOCALE)
    other = document.question_by_id[id]
    options = {
        "key": f"{id}.of", "question": id, "base": id, "by": None, "net": None, "item": item or None,
        "groups": [{"key": ALL, "asked": 0, "answered": 0, "skipped": 0, "rows": []}],
    }  # fmt: skip
    labels = read(options, document, LOCALE).answers
    names = {
        group.key: labels[group.key].text if group.key in labels else group.key
        for group in crossed.table.groups
    }
    whole = next(f for t, run in counted.tables[:1] for f in run if f.group.key in (ALL, own))
    title = f"{reading.title.text} by the answers to “{words(document, other.short)}”"
    return {
        **_matrix(reading, names, whole, estimates_of(crossed), wanted.weighted),
        "title": title,
        "figure": charts.crossed(reading, names),
        "note": "People who chose several answers stand in several rows."
        if other.kind in ("several", "ranking")
        else "",
    }


def _matrix(
    reading: Reading,
    names: Mapping[str, str],
    everybody: Estimates,
    groups: Sequence[Estimates],
    weighted: bool,
) -> dict[str, Any]:
    answers = {line.key: line.label.text for line in reading.first.lines} if reading.blocks else {}
    by_ward = reading.by is not None and reading.by.map
    said = [found for found in groups if found.group.key != NOT_GIVEN]
    compared = against_the_rest(everybody, said, holm if by_ward else benjamini_hochberg)
    heads = ["Group", "People who answered", *answers.values()]
    rows = []
    for found in (everybody, *groups):
        cells: list[Any] = ["Everyone" if found is everybody else names.get(found.group.key, found.group.key)]
        cells.append(str(found.group.answered))
        for row in found.rows:
            text = say.share(row.weighted if weighted else row.share) if found.group.answered else "–"
            one = compared.get((found.group.key, row.key))
            if one is not None and one.differs and found is not everybody:
                text += " ▲" if one.difference > 0 else " ▼"
            cells.append({"text": text, "narrow": f"{text} ({row.people} people)"})
        rows.append(cells)
    known = {key: name for key, name in names.items() if key not in (ALL, NOT_GIVEN)}
    made = sum(one.reason is None for one in compared.values())
    few = sorted({names.get(g, g) for (g, _), one in compared.items() if one.reason and g in known})
    lines = len(rows)
    heads, rows = turned(heads, rows)
    return {
        "key": reading.key,
        "heads": heads,
        "rows": rows,
        "lines": lines,
        "said": say.notable(compared, known, answers),
        "made": made,
        "few": few,
        "method": HOLM if by_ward else EXPLORED,
        "note": "",
    }


def _filters(document: Questionnaire, where: Mapping[str, str]) -> list[str]:
    found = []
    for dimension in document.dimensions:
        if dimension.key in where:
            names = {c.key: words(document, c.text) for c in dimension.categories}
            chosen = names.get(where[dimension.key], "Not given")
            found.append(f"{words(document, dimension.text)}: {chosen}")
    return found


def _hidden(form: Exact, question: str) -> dict[str, str]:
    """The view as hidden fields, for saving it under a name."""
    found = {"question": question, "by": form.by.data, "against": form.against.data}
    found |= {f"where-{key}": value for key, value in form.where().items()}
    if form.weighted.data:
        found["weighted"] = "y"
    return {key: value for key, value in found.items() if value}

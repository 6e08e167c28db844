"""The analyst's desk: results as everybody in the office may see them, a page per question.

What stands here has been through disclosure control. Exact figures are on :mod:`portal.office.desk_exact`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import abort, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import charts, maps
from portal.counting import counting, document_of
from portal.database import read_session, writing
from portal.forms.office.desk import SaveView, exact_form
from portal.office import desk_words as say
from portal.office.blueprint import bp, keys, may, now, officer, said
from portal.office.desk_tables import table_of
from portal.partnership import census
from portal.reading import read
from surveys import surveys
from surveys.errors import SurveysError
from surveys.questionnaire.model import Questionnaire
from surveys.results import views
from surveys.results.coding import themes_table as theme_counts
from surveys.results.comparison import same_question
from surveys.results.disclosure import ReleasedTable, publish
from surveys.results.estimates import weighting_of
from surveys.results.rounding import Policy, percent, rounded
from surveys.results.tables import TEXTS, WHO
from surveys.surveys import Survey

LOCALE = "en_GB"


def published_surveys(session: Session) -> list[tuple[Survey, Questionnaire]]:
    """Every survey with a published version, the newest first."""
    found = []
    for survey in session.scalars(select(Survey).order_by(Survey.opens_at.desc(), Survey.slug)):
        version = surveys.current_version(session, survey.id)
        if version is not None:
            found.append((survey, document_of(version)))
    return found


def survey_called(slug: str) -> tuple[Survey, Questionnaire]:
    session = read_session()
    survey = surveys.by_slug(session, slug)
    version = surveys.current_version(session, survey.id) if survey is not None else None
    if survey is None or version is None:
        abort(404)
    return survey, document_of(version)


def question_called(document: Questionnaire, id: str) -> Any:
    question = document.question_by_id.get(id)
    if question is None:
        abort(404)
    return question


def words(document: Questionnaire, texts: Any) -> str:
    return document.say(texts, LOCALE)


@bp.get("/desk")
def desk() -> ResponseReturnValue:
    session = read_session()
    listed = []
    for survey, document in published_surveys(session):
        people = counting().responses_shown(session, survey.id, now())
        listed.append(
            {
                "slug": survey.slug,
                "title": words(document, document.title),
                "people": rounded(people, Policy()),
                "state": surveys.state(survey, now()),
                "views": views.views_of(session, survey.id, owner=officer().by),
            }
        )
    return render_template("office/desk/desk.html", surveys=listed)


@bp.get("/desk/<slug>")
def desk_survey(slug: str) -> ResponseReturnValue:
    survey, document = survey_called(slug)
    session = read_session()
    targets = census.targets(census.kept(session), document)
    publication, document, standing = counting().published(session, survey.id, now())
    weighting, _ = counting().ask(session, survey.id, lambda cube: weighting_of(cube, targets), now())
    people = counting().responses_shown(session, survey.id, now())
    population = {margin.axis: margin for margin in weighting.margins}
    shares = {target.axis: target for target in targets}
    profiles = [
        profile(document, table, shares.get(table.key.removeprefix(f"{WHO}.")))
        for table in publication.tables
        if table.key.startswith(f"{WHO}.")
    ]
    return render_template(
        "office/desk/survey.html",
        survey=survey,
        title=words(document, document.title),
        people=rounded(people, Policy()),
        standing=standing,
        profiles=profiles,
        population=population,
        weighting=say.weighting(weighting, say.names_of(document), exact=False),
        listed=_sections(document),
        views=views.views_of(session, survey.id, owner=officer().by),
    )


def _sections(document: Questionnaire) -> list[dict[str, Any]]:
    titles = {section.id: words(document, section.title) for section in document.sections}
    found: dict[str, list[dict[str, str]]] = {}
    for page in document.pages():
        for question in page.questions:
            if not question.off:
                found.setdefault(page.section, []).append(
                    {"id": question.id, "text": words(document, question.short), "kind": question.kind}
                )
    return [{"title": titles.get(key, key), "questions": questions} for key, questions in found.items()]


def profile(document: Questionnaire, table: ReleasedTable, target: Any) -> dict[str, Any]:
    """Who answered, by one dimension, beside the population: only figures the released table gives.

    With a census table both shares are of the people in the groups that both of them count.
    """
    key = table.key.removeprefix(f"{WHO}.")
    dimension = next(d for d in document.dimensions if d.key == key)
    names = {c.key: words(document, c.text) for c in dimension.categories}
    group = table.groups[0]
    shares = target.shares if target else {}
    both = [row for row in group.rows if row.key in shares and row.count is not None and not group.hidden]
    here_all, there_all = sum(row.count or 0 for row in both), sum(shares[row.key] for row in both)
    rows, compared = [], []
    for row in group.rows:
        few = group.hidden or row.count is None
        here, there = row.percent, None
        if shares:
            here = percent(row.count, here_all, Policy()) if row in both else None
            there = int(100 * shares[row.key] / there_all + 0.5) if row in both and there_all else None
        apart = {"text": "too few" if few or row.key in shares else "not compared", "few": True}
        rows.append(
            [
                names.get(row.key, row.key),
                {"text": "fewer than 10", "few": True} if few else str(row.count),
                apart if here is None else f"{here}%",
                f"{there}%"
                if there is not None
                else {
                    "text": "not compared" if row.key in shares else "not in the census table",
                    "few": True,
                },
            ]
        )
        compared.append((names.get(row.key, row.key), here, there))
    name = words(document, dimension.text)
    return {
        "key": key,
        "name": name,
        "rows": rows,
        "said": say.missing(compared, name),
        "compared": compared,
        "silent": group.skipped,
        "source": target.source if target else "",
        "partly": bool(shares) and len(both) < len(group.rows),
    }


# One question ---------------------------------------------------------------------------------------------


@bp.get("/desk/<slug>/<question>")
def desk_question(slug: str, question: str) -> ResponseReturnValue:
    survey, document = survey_called(slug)
    asked = question_called(document, question)
    session = read_session()
    publication, document, standing = counting().published(session, survey.id, now())
    shown = [
        read(table.as_json(), document, LOCALE)
        for table in publication.tables
        if table.question == question and not table.key.startswith(f"{WHO}.")
    ]
    wards = maps.wards_of(session, document)
    tables = [one for reading in shown for one in table_of(reading, wards)]
    drawn = counting().drawn(
        survey.id, question, publication, lambda: figures_of(document, publication.tables, question)
    )
    for table in tables:
        table["figure"] = table["key"] in drawn
    form = None
    if may("office.desk_exact", "POST"):
        form = exact_form(document, asked, others(session, survey, asked), start=_saved(survey))
    return render_template(
        "office/desk/question.html",
        survey=survey,
        asked=asked,
        title=words(document, asked.short),
        text=words(document, asked.text),
        released=asked.released,
        shown=tables,
        standing=standing,
        form=form,
        around=_around(document, question),
        themes=_themes(session, survey, asked) if asked.kind in TEXTS else [],
    )


def _themes(session: Session, survey: Survey, asked: Any) -> list[dict[str, Any]]:
    """What people wrote about, as everybody in the office may see it."""
    table, names = theme_counts(session, survey.id, asked.id)
    group = publish([table], Policy()).tables[0].groups[0]
    if group.hidden:
        return []
    return [
        {
            "name": names[row.key],
            "cells": [
                f"{row.percent}%" if row.percent is not None else {"text": "too few", "few": True},
                str(row.count) if row.count is not None else {"text": "fewer than 10", "few": True},
            ],
            "bar": row.percent,
        }
        for row in group.rows
    ]


def _saved(survey: Survey) -> dict[str, Any] | None:
    """The form's fields from a saved view named in the address."""
    wanted = request.args.get("view", "")
    if not wanted:
        return None
    try:
        shown = views.view_of(read_session(), wanted, owner=officer().by).shown
    except SurveysError:
        abort(404)
    return {
        "by": shown.get("by", ""),
        "against": shown.get("against", ""),
        "weighted": bool(shown.get("weighted")),
        **{f"where-{key}": value for key, value in shown.get("where", {}).items()},
    }


def _around(document: Questionnaire, question: str) -> dict[str, Any]:
    """The questions before and after."""
    ids = [q.id for q in document.questions]
    at = ids.index(question)
    return {
        "before": document.questions[at - 1] if at else None,
        "after": document.questions[at + 1] if at + 1 < len(ids) else None,
    }


def others(session: Session, survey: Survey, question: Any) -> list[tuple[str, str]]:
    """Surveys that ask a question of the same identity."""
    return [
        (other.slug, f"{words(document, document.title)} ({other.slug})")
        for other, document in published_surveys(session)
        if other.id != survey.id and same_question(question, document) is not None
    ]


def figures_of(document: Questionnaire, tables: Sequence[ReleasedTable], question: str) -> Mapping[str, Any]:
    """The figures of one question's tables, by key; a share by ward as the map, its bars in the table."""
    wanted = [t for t in tables if t.question == question and not t.key.startswith(f"{WHO}.")]
    return charts.draw(document, wanted, LOCALE, wards=maps.wards_of(read_session(), document))


@bp.get("/desk/<slug>/figures/<key>")
def desk_figure(slug: str, key: str) -> ResponseReturnValue:
    """One released table's plotly figure."""
    survey, _ = survey_called(slug)
    session = read_session()
    publication, document, _ = counting().published(session, survey.id, now())
    table = next((t for t in publication.tables if t.key == key), None)
    if table is None or key.startswith(f"{WHO}."):
        abort(404)
    found = (
        counting()
        .drawn(
            survey.id,
            table.question,
            publication,
            lambda: figures_of(document, publication.tables, table.question),
        )
        .get(key)
    )
    if found is None:
        abort(404)
    return jsonify(found)


# Saved views ----------------------------------------------------------------------------------------------


@bp.post("/desk/<slug>/views")
def desk_view_save(slug: str) -> ResponseReturnValue:
    survey, document = survey_called(slug)
    form = SaveView()
    question = request.form.get("question", "")
    question_called(document, question)
    shown = {
        "question": question,
        "by": request.form.get("by", ""),
        "against": request.form.get("against", ""),
        "weighted": bool(request.form.get("weighted")),
        "where": {
            d.key: request.form.get(f"where-{d.key}", "")
            for d in document.dimensions
            if request.form.get(f"where-{d.key}")
        },
    }
    if form.validate():
        try:
            with writing() as session:
                views.save(
                    session,
                    survey.id,
                    name=form.name.data,
                    shown=shown,
                    by=officer().by,
                    now=now(),
                    keys=keys(),
                )
            said(f"Saved as “{form.name.data}”.")
            return redirect(url_for("office.desk_survey", slug=slug))
        except SurveysError as problem:
            form.refuse(problem)
    page = render_template("office/desk/save.html", survey=survey, form=form, shown=shown)
    return make_response(page, 422)


@bp.post("/desk/views/<view_id>/forget")
def desk_view_forget(view_id: str) -> ResponseReturnValue:
    try:
        with writing() as session:
            view = views.view_of(session, view_id, owner=officer().by)
            views.forget(session, view, by=officer().by, now=now(), keys=keys())
    except SurveysError:
        abort(404)
    said("The view is deleted. The answers it showed are not.")
    return redirect(url_for("office.desk"))

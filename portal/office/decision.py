"""The decision on one page: recommendation, matrix, how sure it is, and what stands in the way."""

from __future__ import annotations

from typing import Any

from flask import abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.database import read_session, writing
from portal.forms.office import OfficeForm
from portal.forms.office.decision import (
    CAPACITY_WORDS,
    CRITERION_WORDS,
    GROUP_WORDS,
    LEVEL_WORDS,
    METHOD_WORDS,
    OUTCOME_WORDS,
    TREND_WORDS,
    WORDS_FIELDS,
    Adopt,
    Weights,
    Words,
)
from portal.office.blueprint import bp, fresh_sign_in, keys, now, officer, said, whole
from portal.office.year import known
from portal.partnership import (
    adoption,
    cycles,
    decisions,
    matrix,
    pages,
    priorities,
    record,
    what_if,
)
from portal.partnership.cycles import Cycle
from portal.partnership.decisions import Decision
from portal.partnership.matrix import Matrix
from surveys.errors import SurveysError
from surveys.surveys import london_day

WORD_NAMES = {
    "recommendation": "the recommendation",
    "changed": "what changed",
    "cost": "the cost",
    "officer_time": "officer time",
    "options": "the options considered",
    "equality": "the equality impact",
    "equality_version": "the version of the equality assessment",
}


def seen_version(form: OfficeForm) -> int:
    """The version the officer started from, as the page carried it."""
    return whole(str(form.seen_version.data or ""))


def begun(year: int) -> tuple[Cycle, Decision]:
    """The cycle and its decision; the 404 page before it has begun."""
    cycle = known(year)
    found = decisions.of(read_session(), year)
    if found is None:
        abort(404)
    return cycle, found


def table_of(cycle: Cycle) -> Matrix:
    session = read_session()
    state = matrix.scoring_state(session, cycle, now())
    return matrix.build(session, cycle, state=state, keys=keys())


@bp.get("/decision")
def decision_now() -> ResponseReturnValue:
    found = cycles.under_way(read_session())
    return page(found) if found is not None else render_template("office/year/none.html")


@bp.get("/decision/<int:year>", endpoint="decision")
def one_page(year: int) -> ResponseReturnValue:
    return page(known(year))


def page(cycle: Cycle, refused: OfficeForm | None = None) -> ResponseReturnValue:
    found = record.gather(read_session(), cycle, now=now(), keys=keys())
    decision = found.decision
    shown = render_template(
        "office/decision/decision.html",
        found=found,
        cycle=cycle,
        decision=decision,
        words=found.words,
        matrix=found.matrix,
        group_words=GROUP_WORDS,
        level_words=LEVEL_WORDS,
        capacity_words=CAPACITY_WORDS,
        trend_words=TREND_WORDS,
        open_=_open_words(decision) if decision and decision.state == "draft" else [],
        outcome_words=OUTCOME_WORDS,
        mine={one.what: one.read_on for one in found.readings if one.reader == officer().name},
        adopt=Adopt(
            formdata=None, on=cycle.meeting_on, seen_version=str(decision.version if decision else 0)
        ),
        form=refused,
    )
    return make_response(shown, 422 if refused is not None else 200)


def titles() -> dict[str, str]:
    """Area of focus to its name."""
    return {e.key: e.texts.title for e in pages.current(read_session(), "area", pages.SOURCE)}


def _open_words(found: Decision) -> list[dict[str, str]]:
    """What stands in the way of adopting, each with the place to mend it."""
    year, names = found.year, titles()
    theme_titles = {e.key: e.about["title"] for e in decisions.entries(read_session(), year, "theme")}
    shown = []
    for one in adoption.unanswered(read_session(), found):
        to_words = url_for("office.decision_words", year=year)
        topic = names.get(one.key, one.key)
        entry = "" if not one.key else url_for("office.decision_entry", year=year, kind="topic", key=one.key)
        match one.code:
            case "words":
                text, href = f"Write {WORD_NAMES[one.key]}", to_words
            case "reasons":
                text, href = "Give at least one reason", to_words
            case "topic":
                text, href = f"Decide about {topic}", entry
            case "theme":
                text = f"Answer the theme “{theme_titles.get(one.key, one.key)}”"
                href = url_for("office.decision_entry", year=year, kind="theme", key=one.key)
            case "submission":
                text = "Consider a letter from outside the survey"
                slug = known(year).round_slug
                href = url_for("office.submission", slug=slug, submission_id=one.key)
            case "priority":
                text, href = (
                    "Propose at least one priority",
                    f"{url_for('office.decision', year=year)}#priorities",
                )
            case "uncovered":
                text, href = f"No proposed priority covers {topic}, though it is kept or added", entry
            case "contradicts":
                text, href = f"A proposed priority covers {topic}, though it is dropped or left out", entry
            case _:
                text = (
                    f"Somebody who decides must have read equality assessment {found.words.equality_version}"
                )
                href = url_for("office.decision_minutes", year=year)
        shown.append({"text": text, "href": href})
    return shown


@bp.post("/decision/<int:year>/begin")
def decision_begin(year: int) -> ResponseReturnValue:
    """Begins the decision, and proposes the priorities that stand."""
    known(year)
    with writing() as session:
        how: dict[str, Any] = {"by": officer().by, "now": now(), "keys": keys()}
        made = decisions.begin(session, cycles.needed(session, year), **how)
        priorities.take_over(session, made, **how)
    said("The decision has begun with the priorities that stand now.")
    return redirect(url_for("office.decision", year=year))


@bp.route("/decision/<int:year>/words", methods=["GET", "POST"])
def decision_words(year: int) -> ResponseReturnValue:
    _, found = begun(year)
    words, given = found.words, dict(enumerate(found.words.reasons))
    form = Words(
        **{name: getattr(words, name) for name in WORDS_FIELDS},
        reason1=given.get(0, ""), reason2=given.get(1, ""), reason3=given.get(2, ""),
        seen_version=str(found.version),
    )  # fmt: skip
    if request.method == "POST" and form.validate():
        body: dict[str, Any] = {name: form[name].data or "" for name in WORDS_FIELDS}
        reasons = (form[f"reason{n}"].data or "" for n in (1, 2, 3))
        body["reasons"] = [text.strip() for text in reasons if text.strip()]
        try:
            with writing() as session:
                decisions.write(
                    session, session.get_one(Decision, year), body, seen_version=seen_version(form),
                    by=officer().by, now=now(), keys=keys(),
                )  # fmt: skip
            said("The words of the decision are saved.")
            return redirect(url_for("office.decision", year=year))
        except SurveysError as problem:
            form.refuse(problem)
            form.seen_version.data = form.seen_version.raw_data = None
    theirs = decisions.of(read_session(), year)
    shown = render_template(
        "office/decision/words.html",
        form=form,
        year=year,
        decision=theirs,
        fresh=theirs.version if theirs else 0,
    )
    return make_response(shown, 422 if form.problems() else 200)


# Weights and sensitivity ----------------------------------------------------------------------------------


@bp.route("/decision/<int:year>/sensitivity", methods=["GET", "POST"])
def decision_sensitivity(year: int) -> ResponseReturnValue:
    """How often each topic stays on top under other weights and rules; the weights are set here too."""
    cycle = known(year)
    form = Weights(**cycles.settings_of(cycle).weights, seen_version=str(cycle.version))
    if request.method == "POST" and form.validate():
        try:
            wanted = {
                name: form[name].data if form[name].data is not None else -1 for name in cycles.CRITERIA
            }
            with writing() as session:
                cycles.weigh(
                    session, cycles.needed(session, year), wanted, seen_version=seen_version(form),
                    by=officer().by, now=now(), keys=keys(),
                )  # fmt: skip
            said("The weights are set.")
            return redirect(url_for("office.decision_sensitivity", year=year))
        except SurveysError as problem:
            form.refuse(problem)
    session, table = read_session(), table_of(cycle)
    sure = record.how_sure(table, dict(cycles.settings_of(cycle).weights))
    _, _, topics = matrix.headline(session, cycle.round_slug)
    survey_id = record.residents_survey_id(session, cycle)
    others: tuple[what_if.Without, ...] = ()
    if survey_id is not None:
        others = what_if.without(session, survey_id, record.question_of(session, survey_id), topics)
    shown = render_template(
        "office/decision/sensitivity.html",
        cycle=cycle,
        form=form,
        matrix=table,
        sure=sure,
        others=others,
        criterion_words=CRITERION_WORDS,
        method_words=METHOD_WORDS,
        titles=titles(),
        version=cycle.version,
    )
    return make_response(shown, 422 if form.problems() else 200)


# Adopting and publishing ----------------------------------------------------------------------------------


@bp.post("/decision/<int:year>/adoption")
@fresh_sign_in
def decision_adopt(year: int) -> ResponseReturnValue:
    cycle, _ = begun(year)
    form = Adopt()
    if form.validate():
        kept = record.snapshot(read_session(), cycle, now=now(), keys=keys())
        try:
            with writing() as session:
                adoption.adopt(
                    session, session.get_one(Decision, year), snapshot=kept, on=form.on.data,
                    seen_version=seen_version(form), by=officer().by, now=now(), keys=keys(),
                )  # fmt: skip
            said("The decision is adopted. Its priorities are written, and not shown until it is published.")
            return redirect(url_for("office.decision", year=year))
        except SurveysError as problem:
            form.refuse(problem)
    return page(cycle, form)


@bp.post("/decision/<int:year>/publication")
@fresh_sign_in
def decision_publish(year: int) -> ResponseReturnValue:
    cycle, _ = begun(year)
    form = Adopt(on=london_day(now()))
    try:
        with writing() as session:
            adoption.publish(
                session, session.get_one(Decision, year), seen_version=seen_version(form),
                by=officer().by, now=now(), keys=keys(),
            )  # fmt: skip
        said("The decision and its priorities are public.")
        return redirect(url_for("office.decision", year=year))
    except SurveysError as problem:
        form.refuse(problem)
    return page(cycle, form)

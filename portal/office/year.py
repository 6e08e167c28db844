"""The partnership's year in the office: where it stands, what is due, carrying the last one over."""

from __future__ import annotations

from flask import abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from portal.database import read_session, writing
from portal.forms.office.accounts import ROLE_WORDS
from portal.forms.office.year import DUTY_WORDS, STATE_WORDS, STEP_WORDS, Arrange, Move, NewYear
from portal.office.blueprint import bp, keys, now, officer, said, whole
from portal.partnership import cycles, decisions, duties, evidence, matrix, pages
from portal.partnership.cycles import STEPS, Cycle
from portal.partnership.rounds import Round
from surveys.errors import SurveysError
from surveys.surveys import london_day


def known(year: int) -> Cycle:
    """The cycle of this year; the 404 page when there is none."""
    found = cycles.of(read_session(), year)
    if found is None:
        abort(404)
    return found


def consultations() -> list[tuple[str, str]]:
    """Consultations to choose from, the newest first."""
    session = read_session()
    titles = {e.key: e.texts.title for e in pages.current(session, "round", pages.SOURCE)}
    slugs = session.scalars(select(Round.slug).order_by(Round.slug.desc()))
    return [("", "None yet"), *((slug, f"{slug}: {titles.get(slug, slug)}") for slug in slugs)]


@bp.get("/year")
def year() -> ResponseReturnValue:
    found = cycles.under_way(read_session())
    if found is None:
        return render_template("office/year/none.html")
    return _shown(found)


@bp.get("/year/<int:year>")
def year_of(year: int) -> ResponseReturnValue:
    return _shown(known(year))


def _shown(cycle: Cycle, move: Move | None = None, arrange: Arrange | None = None) -> ResponseReturnValue:
    session = read_session()
    refused = next((form for form in (move, arrange) if form is not None), None)
    if arrange is None:
        arrange = Arrange(
            formdata=None, meeting_on=cycle.meeting_on, round_slug=cycle.round_slug or "",
            seen_version=str(cycle.version),
        )  # fmt: skip
    arrange.round_slug.choices = consultations()
    if move is None:
        move = Move(formdata=None, to=_next(cycle), seen_version=str(cycle.version))
    move.to.choices = [(state, words) for state, words in STATE_WORDS.items() if state != cycle.state]
    released, _, _ = matrix.headline(session, cycle.round_slug)
    newest = cycles.listing(session)[0]
    shown = render_template(
        "office/year/year.html",
        cycle=cycle,
        step=cycles.step(cycle, released=released is not None),
        steps=[{"name": STEP_WORDS[key][0], "text": STEP_WORDS[key][1]} for key in STEPS],
        due=duties.due(cycle, london_day(now())),
        moves=cycles.moves(session, cycle.year),
        years=cycles.listing(session),
        may_carry=newest.year == cycle.year,
        unwritten=evidence.unwritten(session, cycle.year),
        decision=decisions.of(session, cycle.year),
        settings=cycles.settings_of(cycle),
        asked=dict(consultations())[cycle.round_slug] if cycle.round_slug else "",
        state_words=STATE_WORDS,
        duty_words=DUTY_WORDS,
        role_words=ROLE_WORDS,
        move=move,
        arrange=arrange,
        form=refused,
    )
    return make_response(shown, 422 if refused is not None else 200)


def _next(cycle: Cycle) -> str:
    at = cycles.STATES.index(cycle.state)
    return cycles.STATES[min(at + 1, len(cycles.STATES) - 1)]


@bp.route("/year/new", methods=["GET", "POST"])
def year_new() -> ResponseReturnValue:
    form = NewYear()
    form.round_slug.choices = consultations()
    if request.method == "POST" and form.validate():
        try:
            with writing() as session:
                made = cycles.open_year(
                    session, form.year.data, round_slug=form.round_slug.data or None,
                    by=officer().by, now=now(), keys=keys(),
                )  # fmt: skip
                opened = made.year
            said(f"The year {opened} has begun.")
            return redirect(url_for("office.year_of", year=opened))
        except SurveysError as problem:
            form.refuse(problem)
    shown = render_template("office/year/new.html", form=form)
    return make_response(shown, 422 if form.problems() else 200)


@bp.post("/year/<int:year>/carried-over")
def year_carry(year: int) -> ResponseReturnValue:
    """Begins the next year from this one: priorities, partners, topics and weights."""
    known(year)
    with writing() as session:
        made = cycles.carry_over(session, year, by=officer().by, now=now(), keys=keys()).year
    said(f"The year {made} has begun with the priorities, partners, topics and weights of {year}.")
    return redirect(url_for("office.year_of", year=made))


@bp.post("/year/<int:year>/state")
def year_move(year: int) -> ResponseReturnValue:
    cycle = known(year)
    form = Move()
    form.to.choices = list(STATE_WORDS.items())
    if form.validate():
        try:
            with writing() as session:
                cycles.move(
                    session, cycles.needed(session, year), form.to.data, reason=form.reason.data or "",
                    seen_version=_seen(form), by=officer().by, now=now(), keys=keys(),
                )  # fmt: skip
            said(f"The year {year} is now: {STATE_WORDS[form.to.data].lower()}.")
            return redirect(url_for("office.year_of", year=year))
        except SurveysError as problem:
            form.refuse(problem)
    return _shown(cycle, move=form)


@bp.post("/year/<int:year>/arrangements")
def year_arrange(year: int) -> ResponseReturnValue:
    cycle = known(year)
    form = Arrange()
    form.round_slug.choices = consultations()
    if form.validate():
        try:
            with writing() as session:
                cycles.arrange(
                    session, cycles.needed(session, year), meeting_on=form.meeting_on.data,
                    round_slug=form.round_slug.data or None, seen_version=_seen(form),
                    by=officer().by, now=now(), keys=keys(),
                )  # fmt: skip
            said("The arrangements of the year are saved.")
            return redirect(url_for("office.year_of", year=year))
        except SurveysError as problem:
            form.refuse(problem)
    return _shown(cycle, arrange=form)


def _seen(form: Move | Arrange) -> int:
    return whole(form.seen_version.data)

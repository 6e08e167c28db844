"""The plan in the office: the year's board, what is late, its words, its editions and its spreadsheet."""

from __future__ import annotations

import io
from typing import Any

from flask import abort, make_response, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.accounts import people
from portal.database import read_session, writing
from portal.documents.files import can_make_pdf
from portal.forms.office.plan import STATUS_WORDS, Begin, Introduction, Publish, Sheet
from portal.messages import words_of
from portal.office.blueprint import bp, keys, now, officer, said, whole
from portal.partnership import pages, plan, plan_board, plan_sheets
from portal.partnership.plan import Plan
from surveys.errors import SurveysError
from surveys.surveys import london_day

WARNING_WORDS = {
    "baseline": "This target has no baseline, so nobody can say whether it is reached",
    "owner": "Nobody in the office answers for this",
    "owner_left": "Who answered for this has left. Choose somebody else",
    "no_action": "Nothing is planned for this objective yet",
    "no_target": "This objective has no target",
    "no_short": "This objective has no short-term target",
    "no_long": "This objective has no long-term target",
    "cause": "Nothing says which finding or decision caused this action",
    "priority": "This objective stands under no priority",
}
LATE_WORDS = {
    "overdue": "It should have been done by {day}",
    "review": "It should have been looked at again by {day}",
    "update": "It has no report for the quarter that ended on {day}",
}
FAULT_WORDS = {
    "formula": "This cell holds a formula. Put its value there",
    "truth": "Write yes or no",
    "head": "The first row must hold the column names of the export, each once",
    "sheet": "This sheet is missing. Keep all three sheets of the export",
    "rows": "There are too many rows",
}


def plan_or_404(year: int, session: Session | None = None) -> Plan:
    found = plan.of(session or read_session(), year)
    if found is None:
        abort(404)
    return found


def board_of(found: Plan) -> plan_board.Board:
    return plan_board.board(found.year, plan.content(read_session(), found))


def named(kind: str) -> dict[str, str]:
    """The site's priorities, partners or areas by key, as officers call them."""
    found = pages.current(read_session(), kind, pages.SOURCE)
    return {one.key: getattr(one.texts, "title", "") or getattr(one.texts, "name", "") for one in found}


@bp.get("/plan", endpoint="plan")
def plans() -> ResponseReturnValue:
    return _plans(Begin(formdata=None, year=london_day(now()).year))


def _plans(form: Begin) -> ResponseReturnValue:
    session = read_session()
    there = plan.listing(session)
    form.carried_from.choices = [
        ("", "An empty plan"),
        *((str(p.year), f"The plan of {p.year}") for p in there),
    ]
    public = {one.year: plan.public(session, one.year) for one in there}
    shown = render_template("office/plan/plans.html", form=form, plans=there, public=public)
    return make_response(shown, 422 if form.problems() else 200)


@bp.post("/plan/begin")
def plan_begin() -> ResponseReturnValue:
    form = Begin()
    form.carried_from.choices = [("", ""), *((str(p.year), "") for p in plan.listing(read_session()))]
    if form.validate():
        before = int(form.carried_from.data) if form.carried_from.data else None
        try:
            with writing() as session:
                made = plan.begin(
                    session, form.year.data or 0, carried_from=before, by=officer().by, now=now(), keys=keys()
                )
            return redirect(url_for("office.plan_year", year=made.year))
        except SurveysError as problem:
            form.refuse(problem)
    return _plans(form)


@bp.get("/plan/<int:year>")
def plan_year(year: int) -> ResponseReturnValue:
    return _board(plan_or_404(year), Publish(formdata=None))


def _board(found: Plan, form: Publish) -> ResponseReturnValue:
    session = read_session()
    board = board_of(found)
    there = {one.key: one for one in plan.items(session, found.year)}
    here = {one.by for one in people.everyone(session)}
    warned = plan_board.warnings(board, {key: one.owner for key, one in there.items()}, here)
    editions = plan.editions(session, found.year)
    shown = render_template(
        "office/plan/board.html",
        plan=found,
        board=board,
        items=there,
        warnings=[(one.key, WARNING_WORDS[one.code]) for one in warned],
        late=plan_board.late(board, london_day(now())),
        editions=editions,
        differs=not editions or editions[0].content != plan.content(session, found),
        priorities=named("priority"),
        partners=named("partner"),
        status_words=STATUS_WORDS,
        form=form,
        can_pdf=can_make_pdf(),
    )
    return make_response(shown, 422 if form.problems() else 200)


@bp.get("/plan/<int:year>/late")
def plan_late(year: int) -> ResponseReturnValue:
    found = plan_or_404(year)
    there = {one.key: one for one in plan.items(read_session(), year)}
    return render_template(
        "office/plan/late.html",
        plan=found,
        late=plan_board.late(board_of(found), london_day(now())),
        items=there,
        late_words=LATE_WORDS,
        status_words=STATUS_WORDS,
    )


@bp.route("/plan/<int:year>/introduction", methods=["GET", "POST"])
def plan_introduction(year: int) -> ResponseReturnValue:
    found = plan_or_404(year)
    form = Introduction(introduction=found.introduction, seen=str(found.version))
    if request.method == "POST" and form.validate():
        try:
            with writing() as session:
                plan.introduce(
                    session, plan_or_404(year, session), form.introduction.data or "",
                    seen_version=number(form.seen.data), by=officer().by, now=now(), keys=keys(),
                )  # fmt: skip
            said("The introduction is saved.")
            return redirect(url_for("office.plan_year", year=year))
        except SurveysError as problem:
            form.refuse(problem)
            form.seen.data = str(found.version)
    shown = render_template("office/plan/introduction.html", plan=found, form=form)
    return make_response(shown, 422 if form.problems() else 200)


@bp.post("/plan/<int:year>/publication")
def plan_publish(year: int) -> ResponseReturnValue:
    form = Publish()
    try:
        with writing() as session:
            found = plan_or_404(year, session)
            plan.publish(session, found, note=form.note.data or "", by=officer().by, now=now(), keys=keys())
    except SurveysError as problem:
        form.refuse(problem)
        return _board(plan_or_404(year), form)
    said("The plan is public as it stands now.")
    return redirect(url_for("office.plan_year", year=year))


# The spreadsheet ------------------------------------------------------------------------------------------


@bp.get("/plan/<int:year>/plan.xlsx")
def plan_sheet(year: int) -> ResponseReturnValue:
    body = plan_sheets.write(read_session(), plan_or_404(year))
    return send_file(
        io.BytesIO(body), as_attachment=True, download_name=f"plan-{year}.xlsx",
        mimetype="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )  # fmt: skip


@bp.route("/plan/<int:year>/import", methods=["GET", "POST"])
def plan_import(year: int) -> ResponseReturnValue:
    found, form, faults = plan_or_404(year), Sheet(), []
    if request.method == "POST":
        sent = request.files.get("file")
        content = sent.read(plan_sheets.LARGEST + 1) if sent else b""
        try:
            if not content:
                raise SurveysError("plan.no_file", field="file")
            with writing() as session:
                done = plan_sheets.read(
                    session, plan_or_404(year, session), content, by=officer().by, now=now(), keys=keys()
                )
            said(f"Taken over: {done['added']} new, {done['changed']} changed.")
            return redirect(url_for("office.plan_year", year=year))
        except SurveysError as problem:
            form.refuse(problem)
            faults = [_fault(one) for one in list(problem.facts.get("faults", ()))]  # type: ignore[call-overload]
    shown = render_template("office/plan/import.html", plan=found, form=form, faults=faults)
    return make_response(shown, 422 if form.problems() else 200)


def _fault(one: plan_sheets.Fault) -> dict[str, Any]:
    said_of = FAULT_WORDS.get(one.code) or words_of(SurveysError(one.code, field=one.field, **one.facts))
    return {"sheet": one.sheet, "row": one.row, "field": one.field, "words": said_of}


def number(typed: str | None) -> int:
    """A version number as a form sends it; -1 for anything else."""
    return whole(typed, -1)

"""One part of the plan: adding, changing, reporting a quarter, taking it out, and its history."""

from __future__ import annotations

from typing import Any

from flask import abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.accounts import people
from portal.database import read_session, writing
from portal.forms.office.decision import OUTCOME_WORDS
from portal.forms.office.plan import FORMS, KIND_WORDS, NONE, STATUS_WORDS, Item, Report
from portal.office.blueprint import bp, keys, now, officer, said
from portal.office.plan import named, number, plan_or_404
from portal.partnership import causes, decisions, pages, plan, progress
from portal.partnership.plan import Plan, PlanItem
from surveys.errors import SurveysError
from surveys.surveys import london_day


def item_or_404(year: int, key: str, session: Session | None = None) -> PlanItem:
    found = plan.item(session or read_session(), year, key)
    if found is None:
        abort(404)
    return found


@bp.route("/plan/<int:year>/new/<kind>", methods=["GET", "POST"])
def plan_item_new(year: int, kind: str) -> ResponseReturnValue:
    found = plan_or_404(year)
    if kind not in FORMS:
        abort(404)
    given: dict[str, Any] = {"seen": "0", "owner": officer().by}
    if kind != "objective":
        given["parent"] = request.args.get("under", "")
    return _edit(found, kind, None, given)


@bp.route("/plan/<int:year>/items/<key>", methods=["GET", "POST"])
def plan_item(year: int, key: str) -> ResponseReturnValue:
    found = item_or_404(year, key)
    body = plan.BODIES[found.kind].model_validate(found.body)
    given: dict[str, Any] = {name: getattr(body, name) for name in FORMS[found.kind].names}
    given |= {"seen": str(found.version), "owner": found.owner or "", "parent": found.parent or ""}
    if isinstance(body, plan.Target):
        given |= {"up": "yes" if body.up else "no", "aim": plain(body.aim)}
        given["baseline"] = "" if body.baseline is None else plain(body.baseline)
    if isinstance(body, plan.Action):
        given["decided"] = [one for one in body.causes if causes.decided(one)]
        given["others"] = "\n".join(one for one in body.causes if not causes.decided(one))
    return _edit(plan_or_404(year), found.kind, found, given)


def _edit(found: Plan, kind: str, there: PlanItem | None, given: dict[str, Any]) -> ResponseReturnValue:
    form = _choices(FORMS[kind](**given), found, there)
    clash = False
    if request.method == "POST" and form.validate():
        try:
            with writing() as session:
                kept = plan.put(
                    session, plan_or_404(found.year, session), kind, form.body(),
                    key=there.key if there else None,
                    parent=form["parent"].data or "" if "parent" in form else None,
                    owner=form.owner.data or None, seen_version=number(form.seen.data),
                    by=officer().by, now=now(), keys=keys(),
                )  # fmt: skip
            said(f"{kept.key} is saved.")
            return redirect(url_for("office.plan_year", year=found.year, _anchor=kept.parent or kept.key))
        except SurveysError as problem:
            form.refuse(problem)
            clash = problem.code == "plan.meanwhile"
    if clash and there is not None:
        form.seen.data = str(there.version)
    session = read_session()
    shown = render_template(
        "office/plan/item.html",
        plan=found,
        kind=kind,
        kind_words=KIND_WORDS,
        item=there,
        form=form,
        clash=_shown(there) if clash and there is not None else None,
        history=plan.history(session, found.year, there.key) if there else (),
        updates=[one for one in plan.updates(session, found.year) if there and one.key == there.key],
        status_words=STATUS_WORDS,
        figure=plain,
    )
    return make_response(shown, 422 if form.problems() else 200)


def _shown(there: PlanItem) -> list[tuple[str, str]]:
    """What stands now, field by field, in plain words."""
    body = plan.BODIES[there.kind].model_validate(there.body).model_dump(mode="json", exclude_defaults=True)
    return [
        (name.replace("_", " ").capitalize(), ", ".join(value) if isinstance(value, list) else str(value))
        for name, value in body.items()
    ]


def _choices(form: Item, found: Plan, there: PlanItem | None) -> Item:
    """Fills the lists a form chooses from; what stands there already can always be kept."""
    session = read_session()
    officers = [(one.by, one.name) for one in people.everyone(session)]
    form.owner.choices = _with([NONE, *officers], there.owner if there else None)
    fields: dict[str, list[tuple[str, str]]] = {
        "priority": [("", "No priority"), *named("priority").items()],
        "partner": [("", "No partner"), *named("partner").items()],
        "partners": list(named("partner").items()),
        "area": [("", "No area"), *named("area").items()],
        "parent": [
            (one.key, f"{one.key}: {one.body['title']}")
            for one in plan.items(session, found.year)
            if one.kind == "objective"
        ],
        "decided": _decided(session, found.year),
    }
    for name, choices in fields.items():
        if name in form:
            form[name].choices = choices
    return form


def _with(choices: list[tuple[str, str]], kept: str | None) -> list[tuple[str, str]]:
    if kept and kept not in {key for key, _ in choices}:
        choices.append((kept, "Somebody who has left"))
    return choices


def _decided(session: Session, year: int) -> list[tuple[str, str]]:
    """The entries of the year's decision and of the one before, as causes."""
    areas = {one.key: one.texts.title for one in pages.current(session, "area", pages.SOURCE)}
    found = []
    for of in (year, year - 1):
        for kind in ("topic", "theme"):
            for one in decisions.entries(session, of, kind):
                title = areas.get(one.key, one.key) if kind == "topic" else one.about.get("title", one.key)
                outcome = f": {OUTCOME_WORDS[one.outcome].lower()}" if one.outcome else ""
                found.append((f"decision:{of}:{kind}:{one.key}", f"{of}, {title}{outcome}"))
    return found


@bp.post("/plan/<int:year>/items/<key>/withdrawal")
def plan_item_withdraw(year: int, key: str) -> ResponseReturnValue:
    try:
        with writing() as session:
            found = item_or_404(year, key, session)
            seen = number(request.form.get("seen"))
            plan.withdraw(session, found, seen_version=seen, by=officer().by, now=now(), keys=keys())
        said(f"{key} is out of the plan. Its history is kept.")
    except SurveysError:
        said(f"{key} was changed meanwhile, so it was not taken out. Look at it again.")
        return redirect(url_for("office.plan_item", year=year, key=key))
    return redirect(url_for("office.plan_year", year=year))


@bp.route("/plan/<int:year>/items/<key>/report", methods=["GET", "POST"])
def plan_report(year: int, key: str) -> ResponseReturnValue:
    found = item_or_404(year, key)
    if found.kind == "objective" or found.withdrawn:
        abort(404)
    over = max(progress.quarters_over(year, london_day(now())), 1)
    form = Report(quarter=str(over))
    form.quarter.choices = [(str(q), f"Quarter {q}: {QUARTER_MONTHS[q - 1]}") for q in (1, 2, 3, 4)]
    form.status.validate_choice = False
    if request.method == "POST":
        try:
            with writing() as session:
                made = plan.report(
                    session, item_or_404(year, key, session), quarter=number(form.quarter.data),
                    value=_value(form.value.data), status=form.status.data or None,
                    words=form.words.data or "", by=officer().by, now=now(), keys=keys(),
                )  # fmt: skip
            said(f"Quarter {made.quarter} of {key} is reported: {STATUS_WORDS[made.status].lower()}.")
            return redirect(url_for("office.plan_year", year=year, _anchor=found.parent))
        except SurveysError as problem:
            form.refuse(problem)
    shown = render_template("office/plan/report.html", plan=plan_or_404(year), item=found, form=form)
    return make_response(shown, 422 if form.problems() else 200)


def _value(typed: str | None) -> float | None:
    text = (typed or "").replace(",", "").strip().removesuffix("%").strip()
    if not text:
        return None
    try:
        return float(text)
    except ValueError as error:
        raise SurveysError("plan.value", field="value") from error


QUARTER_MONTHS = ("April to June", "July to September", "October to December", "January to March")


def plain(value: float) -> str:
    """A number as people type it: no tail of noughts."""
    return f"{value:.6f}".rstrip("0").rstrip(".")

"""Problem-solving records: what keeps happening, why, what is done about it, and whether it worked."""

from __future__ import annotations

from flask import abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.database import read_session, writing
from portal.forms.office.evidence import Problem
from portal.office.blueprint import bp, keys, now, officer, said
from portal.office.evidence import NONE, seen, topics
from portal.partnership import evidence, pages, places
from portal.partnership.evidence import Shelved
from portal.rendering import site
from surveys.errors import SurveysError

WORDS = (
    "title", "statement", "scanning", "victim", "offender", "location", "analysis", "response", "measure",
    "assessment",
)  # fmt: skip
FACTS = ("sort", "stage", "topic", "ward", "owner", "review_on", "retired")


@bp.route("/evidence/problems/new", methods=["GET", "POST"])
def evidence_problem_new() -> ResponseReturnValue:
    return _problem(Problem(seen="0"), None)


@bp.route("/evidence/problems/<key>", methods=["GET", "POST"])
def evidence_problem(key: str) -> ResponseReturnValue:
    found = evidence.one(read_session(), "problem", key)
    if found is None:
        abort(404)
    given = {name: getattr(found.entry.texts, name) for name in WORDS}
    given |= {name: getattr(found.entry.facts, name) or "" for name in FACTS if name != "review_on"}
    form = Problem(**given, review_on=found.entry.facts.review_on, seen=str(found.number))
    return _problem(form, found)


def _problem(form: Problem, found: Shelved | None) -> ResponseReturnValue:
    session, facts = read_session(), site().facts
    form.topic.choices = topics()
    wards = places.places(session, facts.area_set, "ward") if facts else ()
    form.ward.choices = [NONE, *((ward.key, ward.name) for ward in wards)]
    partners = pages.current(session, "partner", pages.SOURCE)
    form.owner.choices = [NONE, *((entry.key, entry.texts.name) for entry in partners)]
    if request.method == "POST" and form.validate():
        try:
            with writing() as writer:
                key = found.entry.key if found else evidence.slug_for(writer, "problem", form.title.data)
                evidence.put(
                    writer, "problem", key,
                    {name: form[name].data for name in FACTS if form[name].data},
                    {name: form[name].data for name in WORDS if (form[name].data or "").strip()},
                    seen=seen(form), by=officer().by, now=now(), keys=keys(),
                )  # fmt: skip
            said(f"“{form.title.data}” is saved.")
            return redirect(url_for("office.evidence", _anchor="problems"))
        except SurveysError as problem:
            form.refuse(problem)
    shown = render_template("office/evidence/problem.html", form=form, found=found)
    return make_response(shown, 422 if form.problems() else 200)

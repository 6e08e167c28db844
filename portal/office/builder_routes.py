"""Who is asked what and where a page leads: conditions in groups, put together by plain forms."""

from __future__ import annotations

from typing import Any

from flask import abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.database import read_session
from portal.forms.office.builder import Leaf
from portal.office.blueprint import bp, name_of, said, whole
from portal.office.builder_desk import (
    Conflict,
    answers_of,
    change,
    conditions_said,
    draft_at,
    press,
    question_at,
    tell,
    thing,
    undoing,
)
from portal.rendering import moment
from portal.route_words import by_name
from surveys.authoring import drafting
from surveys.authoring.drafting import SurveyDraft
from surveys.errors import SurveysError
from surveys.questionnaire import conditions
from surveys.questionnaire.conditions import Path, Target
from surveys.questionnaire.editing import Json
from surveys.questionnaire.model import END, Condition, Questionnaire
from surveys.questionnaire.roads import stations

OPERATORS = {
    "any": "is, or includes, one of the answers ticked below",
    "none": "is none of the answers ticked below, and includes none",
    "answered": "was answered",
    "skipped": "was not answered",
    "at_least": "has at least this many answers chosen",
    "at_most": "has at most this many answers chosen",
    "between": "has from this many to that many answers chosen",
    "outside": "has fewer than this many or more than that many answers chosen",
    "equals": "is exactly this number",
    "differs": "is not this number",
}
NUMBERED = frozenset({"at_least", "at_most", "between", "outside", "equals", "differs"})
JOINS = {
    "all": "All of these",
    "any": "Any of these",
    "none": "None of these",
    "not-all": "Not all of these",
}
MOVES = {"up": -1, "down": 1}


def _target(what: str, name: str, document: Questionnaire, way: str = "") -> Target:
    """What the address is about; with ``way``, one of the page's ways on."""
    if what == "page":
        page = thing(document.page_by_id.get(name))
        if way:
            index = _index(way)
            return Target("jump", name, index) if 0 <= index < len(page.jumps) else abort(404)
    elif what == "question":
        question_at(document, name)
    else:
        abort(404)
    return Target(what, name)  # type: ignore[arg-type]


def _index(typed: str) -> int:
    return whole(typed, -1)


def _path(typed: str) -> Path:
    """The path in an address, such as "1.0"; one that is not written so leads nowhere."""
    return tuple(_index(step) if _index(step) >= 0 else 99_999 for step in typed.split(".")) if typed else ()


def _page_id(what: str, name: str, document: Questionnaire) -> str:
    if what == "page":
        return name
    return next(p.id for p in document.pages() if any(q.id == name for q in p.questions))


def _choices(document: Questionnaire, page_id: str, own: bool) -> list[tuple[str, str]]:
    """The questions a condition may look at: of earlier pages, and for ways on also of this one."""
    order = [station.page.id for station in stations(document)]
    upto = order.index(page_id) + own
    found = []
    for page in (document.page_by_id[id] for id in order[:upto]):
        for question in page.questions:
            short = document.say(question.short, document.source_locale) or question.id
            if question.kind == "grid":
                found += [
                    (f"{question.id}.{row.key}", f"{short}: {document.say(row.text, document.source_locale)}")
                    for row in question.rows
                ]
            found.append((question.id, f"{short} (page {page.id})"))
    return found


def _all_said(document: Questionnaire, when: Condition | None) -> str:
    return f"Only if {conditions_said(document)(when)}." if when is not None else "Everybody."


@bp.get("/surveys/<draft_id>/routes/<what>/<name>")
def builder_route(draft_id: str, what: str, name: str) -> ResponseReturnValue:
    draft = draft_at(draft_id)
    document = drafting.document_of(draft)
    target = _target(what, name, document)
    page_id = _page_id(what, name, document)
    page = document.page_by_id[page_id]
    when = conditions.when_of(document, target)
    part = document.part_of_page[page_id]
    later = part.pages[part.pages.index(page) + 1 :]
    here = url_for("office.builder_route", draft_id=draft_id, what=what, name=name)
    faults = tell(draft, document, drafting.faults_of(read_session(), draft))
    return render_template(
        "office/builder/route.html",
        draft=draft,
        document=document,
        what=what,
        name=name,
        page=page,
        short=by_name(document)(name) if what == "question" else "",
        when=when,
        root=conditions.taken_apart(when) if when is not None else None,
        jumps=[(jump, conditions.taken_apart(jump.when) if jump.when else None) for jump in page.jumps],
        only=conditions_said(document),
        single=lambda condition: conditions.chosen(condition) is not None,
        joins=JOINS,
        deepest=conditions.DEEPEST,
        targets=[(p.id, f"Page {p.id}") for p in later] + [(END, "The end of this part")],
        earlier=_choices(document, page_id, own=False),
        here=_choices(document, page_id, own=True),
        faults=[one for one in faults if one.href == here],
        **undoing(draft),
    )


# One condition --------------------------------------------------------------------------------------------


@bp.route("/surveys/<draft_id>/routes/<what>/<name>/condition", methods=["GET", "POST"])
def builder_condition(draft_id: str, what: str, name: str) -> ResponseReturnValue:
    """One condition on one earlier question.

    ``do``: "put" it in the place ``at``, "add" it there, or as the first of a new "group". ``way``: on this
    way on of the page; ``to``: on a new way to that page.
    """
    draft = draft_at(draft_id)
    document = drafting.document_of(draft)
    asked = {one: request.values.get(one, "") for one in ("do", "at", "way", "to", "question")}
    target = _target(what, name, document, asked["way"])
    path = _path(asked["at"])
    at = None if asked["to"] else conditions.found(conditions.when_of(document, target), path)
    known = conditions.chosen(at.condition) if at is not None and asked["do"] == "put" else None
    if asked["do"] == "put" and known is None and request.method == "GET":
        abort(404)
    about = asked["question"] or (known.question if known else "")
    id, _, row = about.partition(".")
    question = question_at(document, id)
    form = Leaf(data={"seen": str(draft.revision), "joiner": "all"} | _shown(known, about))
    form.operator.choices = [(one, OPERATORS[one]) for one in conditions.operators(question, bool(row))]
    form.answers.choices = answers_of(document, question)
    form.joiner.choices = [(one, JOINS[one]) for one in ("all", "any")]
    clash: Conflict | None = None
    if request.method == "POST" and form.validate():
        made: Json | None = None
        try:
            made = conditions.leaf(
                about,
                str(form.operator.data),
                form.answers.data or (),
                form.number.data,
                form.most.data,
            )
            edit = _edit(asked, target, path, made, str(form.joiner.data))
            change(draft_id, edit, "route.set", [f"{what}:{name}"], form.version)
            said("Saved.")
            return redirect(url_for("office.builder_route", draft_id=draft_id, what=what, name=name))
        except SurveysError as problem:
            form.refuse(problem)
            if problem.code == "survey_draft.conflict" and made is not None:
                draft = draft_at(draft_id)
                clash, asked["do"] = _clash(draft, problem, target, path, asked["do"], made)
    fitting = {one.value for one in form.operator.choices}
    page = render_template(
        "office/builder/condition.html",
        draft=draft,
        document=document,
        form=form,
        what=what,
        name=name,
        asked=asked | {"question": about},
        alone=at is not None and at.join is None and asked["do"] != "put" and not asked["to"],
        short=by_name(document)(id),
        row=next((document.say(r.text, "en_GB") for r in getattr(question, "rows", ()) if r.key == row), ""),
        numbered=bool(fitting & NUMBERED),
        ranged="between" in fitting,
        choices=_choices(
            document, _page_id(what, name, document), own=bool(asked["to"]) or target.kind == "jump"
        ),
        clash=clash,
    )
    return make_response(page, 422 if form.problems() else 200)


def _shown(known: conditions.Chosen | None, about: str) -> dict[str, Any]:
    """What the form shows of a condition that is there, unless another question was chosen for it."""
    if known is None or known.question != about:
        return {}
    return {
        "operator": known.operator,
        "answers": list(known.answers),
        "number": known.number,
        "most": known.most,
    }


def _edit(asked: dict[str, str], target: Target, path: Path, made: Json, joiner: str) -> drafting.Change:
    join: conditions.Join = "any" if joiner == "any" else "all"
    if asked["to"]:
        return lambda now_there: conditions.add_jump(now_there, target.name, asked["to"], made)
    if asked["do"] == "put":
        return lambda now_there: conditions.put_condition(now_there, target, made, path)
    return lambda now_there: conditions.add_condition(
        now_there, target, made, path, join=join, group=asked["do"] == "group"
    )


def _clash(
    draft: SurveyDraft, problem: SurveysError, target: Target, path: Path, do: str, made: Json
) -> tuple[Conflict, str]:
    """Both versions. A condition that is not where it was any more is added instead of put in its place."""
    opened = drafting.document_at(read_session(), draft, int(str(problem.facts["seen"])))
    stored = drafting.document_of(draft)
    was, now_is = (conditions.when_of(state, target) for state in (opened, stored))
    if do == "put":
        before, after = (conditions.found(when, path) for when in (was, now_is))
        do = "put" if before is not None and after == before else "add"
    yours = _all_said(stored, conditions.read(made))
    row = ("Who sees it", _all_said(opened, was), _all_said(stored, now_is), yours)
    when: Any = problem.facts["at"]
    return Conflict(name_of(str(problem.facts["by"])), moment(when), (row,)), do


# By one button --------------------------------------------------------------------------------------------


@bp.post("/surveys/<draft_id>/routes/<what>/<name>/act")
def builder_route_act(draft_id: str, what: str, name: str) -> ResponseReturnValue:
    """Takes something away, joins a group otherwise, moves a way on or leads it elsewhere."""
    document = drafting.document_of(draft_at(draft_id))
    act, way, to, how = (request.form.get(one, "") for one in ("action", "way", "to", "join"))
    target, path, index = _target(what, name, document, way), _path(request.form.get("at", "")), _index(way)
    join = next((one for one in conditions.JOINS if one == how), None)
    edits: dict[str, drafting.Change] = {
        "drop": lambda now_there: conditions.drop_condition(now_there, target, path),
        "enclose": lambda now_there: conditions.enclose(now_there, target),
        "drop_jump": lambda now_there: conditions.drop_jump(now_there, name, index),
        "lead": lambda now_there: conditions.lead(now_there, name, index, to),
        "always": lambda now_there: conditions.add_jump(now_there, name, to, None),
    }
    if act == "join" and join is not None:
        edits["join"] = lambda now_there: conditions.join_conditions(now_there, target, path, join)
    if act in MOVES:
        edits[act] = lambda now_there: conditions.move_jump(now_there, name, index, MOVES[act])
    if act in edits:
        press(draft_id, edits[act], "route.set", [f"{what}:{name}"])
    return redirect(url_for("office.builder_route", draft_id=draft_id, what=what, name=name))

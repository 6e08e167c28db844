"""Who is asked what and where a page leads: conditions by plain forms, a drawn map, the same as a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.forms.office.builder import Leaf
from portal.office.blueprint import bp, said, whole
from portal.office.builder_desk import (
    answers_of,
    change,
    conditions_said,
    draft_at,
    press,
    question_at,
    thing,
)
from portal.route_words import by_name, option_words
from surveys.authoring import drafting
from surveys.errors import SurveysError
from surveys.questionnaire import conditions
from surveys.questionnaire.conditions import Target
from surveys.questionnaire.model import END, Condition, Questionnaire
from surveys.questionnaire.roads import Station, stations

OPERATORS = {
    "any": "is, or includes, one of the answers ticked below",
    "none": "is none of the answers ticked below, and includes none",
    "answered": "was answered",
    "skipped": "was not answered",
    "at_least": "has at least this many answers chosen",
    "at_most": "has at most this many answers chosen",
    "equals": "is exactly this number",
}


def _target(what: str, name: str, document: Questionnaire) -> Target:
    if what == "page":
        thing(document.page_by_id.get(name))
    elif what == "question":
        question_at(document, name)
    else:
        abort(404)
    return Target(what, name)  # type: ignore[arg-type]


def _page_id(target: Target, document: Questionnaire) -> str:
    if target.kind != "question":
        return target.name
    return next(p.id for p in document.pages() if any(q.id == target.name for q in p.questions))


def _choices(document: Questionnaire, page_id: str, own: bool) -> list[tuple[str, str]]:
    """The questions a condition may look at: of earlier pages, and for ways on also of this one."""
    order = [station.page.id for station in stations(document)]
    upto = order.index(page_id) + own
    found = []
    for page in (document.page_by_id[id] for id in order[:upto]):
        for question in page.questions:
            short = document.say(question.short, document.source_locale) or question.id
            found.append((question.id, f"{short} (page {page.id})"))
            for row in getattr(question, "rows", ()):
                found.append((f"{question.id}.{row.key}", f"{short}: {document.say(row.text, 'en_GB')}"))
    return found


@bp.get("/surveys/<draft_id>/routes/<what>/<name>")
def builder_route(draft_id: str, what: str, name: str) -> ResponseReturnValue:
    draft = draft_at(draft_id)
    document = drafting.document_of(draft)
    target = _target(what, name, document)
    page_id = _page_id(target, document)
    page = document.page_by_id[page_id]
    when = page.when if what == "page" else question_at(document, name).when
    joiner, items = conditions.taken_apart(when)
    part = document.part_of_page[page_id]
    later = part.pages[part.pages.index(page) + 1 :]
    return render_template(
        "office/builder/route.html",
        draft=draft,
        document=document,
        what=what,
        name=name,
        page=page,
        joiner=joiner,
        items=[_said(document, one) for one in items],
        jumps=[
            {"to": jump.to, "words": _said(document, jump.when) if jump.when else ""} for jump in page.jumps
        ],
        targets=[(p.id, f"Page {p.id}") for p in later] + [(END, "The end of this part")],
        earlier=_choices(document, page_id, own=False),
        here=_choices(document, page_id, own=True),
    )


def _said(document: Questionnaire, condition: Condition) -> str:
    return conditions_said(document)(condition)


@bp.route("/surveys/<draft_id>/routes/<what>/<name>/add", methods=["GET", "POST"])
def builder_condition(draft_id: str, what: str, name: str) -> ResponseReturnValue:
    """One condition on one earlier question; with ``to``, a new way on that it opens."""
    draft = draft_at(draft_id)
    document = drafting.document_of(draft)
    target = _target(what, name, document)
    to, about = request.values.get("to", ""), request.values.get("question", "")
    id, _, row = about.partition(".")
    question = question_at(document, id)
    form = Leaf(data={"seen": str(draft.revision), "joiner": "all"})
    form.operator.choices = [(one, OPERATORS[one]) for one in conditions.operators(question, bool(row))]
    form.answers.choices = answers_of(document, question)
    form.joiner.choices = [("all", "All of them must hold"), ("any", "Any one of them is enough")]
    if request.method == "GET":
        when = document.page_by_id[name].when if what == "page" else question_at(document, name).when
        form.joiner.data, _items = conditions.taken_apart(when)
    if request.method == "POST" and form.validate():
        try:
            made = conditions.leaf(about, str(form.operator.data), form.answers.data or (), form.number.data)
            joiner: Any = form.joiner.data if form.joiner.data in ("all", "any") else None
            change(
                draft_id,
                lambda now_there: (
                    conditions.add_jump(now_there, name, to, made)
                    if to
                    else conditions.add_condition(now_there, target, made, joiner)
                ),
                "route.set",
                [f"{what}:{name}"],
                form.version,
            )
            said("Saved.")
            return redirect(url_for("office.builder_route", draft_id=draft_id, what=what, name=name))
        except SurveysError as problem:
            form.refuse(problem)
    shown = render_template(
        "office/builder/condition.html",
        draft=draft,
        document=document,
        form=form,
        what=what,
        name=name,
        to=to,
        about=about,
        short=by_name(document)(id),
        many="at_least" in conditions.operators(question) or "equals" in conditions.operators(question),
    )
    return make_response(shown, 422 if form.problems() else 200)


@bp.post("/surveys/<draft_id>/routes/<what>/<name>/act")
def builder_route_act(draft_id: str, what: str, name: str) -> ResponseReturnValue:
    """Takes a condition or a way on away, joins conditions otherwise, or adds a way that is always taken."""
    document = drafting.document_of(draft_at(draft_id))
    target = _target(what, name, document)
    act, index = request.form.get("action", ""), whole(request.form.get("at"), -1)
    edits: dict[str, drafting.Change] = {
        "drop": lambda now_there: conditions.drop_condition(now_there, target, index),
        "drop_jump": lambda now_there: conditions.drop_jump(now_there, name, index),
        "always": lambda now_there: conditions.add_jump(now_there, name, request.form.get("to", ""), None),
    }
    if act in edits:
        press(draft_id, edits[act], "route.set", [f"{what}:{name}"])
    return redirect(url_for("office.builder_route", draft_id=draft_id, what=what, name=name))


# The map --------------------------------------------------------------------------------------------------

ROW, BOX, LEFT, WIDE = 52, 34, 64, 232
ROOM = 26


@dataclass(frozen=True)
class Box:
    """One page on the map; all lengths are in the drawing's own units."""

    y: int
    text: str
    href: str
    conditional: bool
    note: str = ""


@dataclass(frozen=True)
class Arc:
    path: str
    kind: str
    head: str


@dataclass(frozen=True)
class Map:
    boxes: tuple[Box, ...]
    arcs: tuple[Arc, ...]
    height: int
    width: int = LEFT + WIDE + 64
    left: int = LEFT
    wide: int = WIDE
    box: int = BOX


@bp.get("/surveys/<draft_id>/map")
def builder_map(draft_id: str) -> ResponseReturnValue:
    draft = draft_at(draft_id)
    document = drafting.document_of(draft)
    found = stations(document)
    return render_template(
        "office/builder/map.html",
        draft=draft,
        document=document,
        drawing=_drawn(draft_id, document, found),
        stations=found,
        only=conditions_said(document),
        options=lambda road: [
            option_words(question_at(document, road.question), key, document, document.source_locale)
            for key in road.options
        ],
        short=by_name(document),
    )


def _label(document: Questionnaire, station: Station) -> str:
    page, locale = station.page, document.source_locale
    said_title = document.say(page.title, locale)
    short = [document.say(q.short, locale) or q.id for q in page.questions if not q.off]
    text = f"{page.id}  {said_title or ', '.join(short) or 'Words only'}"
    return text if len(text) <= ROOM else f"{text[: ROOM - 1]}…"


def _drawn(draft_id: str, document: Questionnaire, found: tuple[Station, ...]) -> Map:
    """Pages under each other; ways past pages on the right, pages shown to some only passed on the left."""
    early = sum(not station.part.after_check for station in found)
    rows = {station.page.id: n + (n >= early) for n, station in enumerate(found)}
    rows |= {"check": early, "send": len(found) + 1}
    boxes, arcs = [Box(early * ROW, "Check your answers", "", False)], [_straight(early)]
    for station in found:
        n = rows[station.page.id]
        ends = any(road.kind in ("stop", "hand-over") for road in station.roads)
        href = url_for("office.builder_route", draft_id=draft_id, what="page", name=station.page.id)
        note = "ends for some" if ends else ""
        boxes.append(Box(n * ROW, _label(document, station), href, station.only is not None, note))
        arcs.append(_straight(n))
        if station.only is not None:
            arcs.append(_bow(n - 1, n + 1, "skip"))
        for road in station.roads:
            if road.kind in ("jump", "next") and rows.get(road.to, n + 1) > n + 1:
                arcs.append(_bow(n, rows[road.to], "jump"))
    boxes.append(Box((len(found) + 1) * ROW, "Send", "", False))
    return Map(tuple(boxes), tuple(arcs), len(boxes) * ROW)


def _straight(n: int) -> Arc:
    x, y = LEFT + WIDE // 2, n * ROW + BOX
    end = (n + 1) * ROW
    return Arc(f"M{x} {y}V{end}", "next", f"M{x - 4} {end - 6}L{x} {end}L{x + 4} {end - 6}")


def _bow(start: int, end: int, kind: str) -> Arc:
    side = LEFT + WIDE if kind == "jump" else LEFT
    out = min(58, 16 + 6 * (end - start)) * (1 if kind == "jump" else -1)
    y, to = max(start, 0) * ROW + BOX // 2 + 4, end * ROW + BOX // 2 - 4
    tip = 6 if kind == "jump" else -6
    return Arc(
        f"M{side} {y}C{side + out} {y} {side + out} {to} {side} {to}",
        kind,
        f"M{side + tip} {to - 4}L{side} {to}L{side + tip} {to + 4}",
    )

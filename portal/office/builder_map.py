"""The ways through a draft, drawn: pages under each other, with what leads past them."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from portal.office.blueprint import bp
from portal.office.builder_desk import conditions_said, draft_at, question_at
from portal.route_words import by_name, option_words
from surveys.authoring import drafting
from surveys.questionnaire.model import Questionnaire
from surveys.questionnaire.roads import Station, stations

ROW, BOX, LEFT, WIDE = 52, 34, 64, 300
ROOM = 36


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
        stop_titles={one.id: document.say(one.title, document.source_locale) for one in document.stops},
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

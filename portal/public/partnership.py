"""Who the partnership is and what it works on: priorities, areas of focus, partners, what came of it."""

from __future__ import annotations

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from portal.database import read_session
from portal.partnership import plan, plan_board
from portal.partnership.pages import Entry
from portal.public.blueprint import bp, entries, entry, helpline
from portal.public.year import why
from portal.rendering import site


@bp.get("/priorities")
def priorities() -> ResponseReturnValue:
    areas = {area.key: area for area in entries("area")}
    return render_template("public/priorities.html", priorities=entries("priority"), areas=areas)


@bp.get("/priorities/<slug>")
def priority(slug: str) -> ResponseReturnValue:
    shown = entry("priority", slug)
    areas = {area.key: area for area in entries("area")}
    covered = [areas[key] for key in shown.facts.areas if key in areas]
    outcomes = [item for item in entries("outcome") if item.facts.priority == slug]
    session = read_session()
    planned = [
        (year, objective)
        for year in plan.public_years(session)[:2]
        if (edition := plan.public(session, year)) is not None
        for objective in plan_board.board(year, edition.content).under(slug)
    ]
    return render_template(
        "public/priority.html",
        priority=shown,
        number=[item.key for item in entries("priority")].index(slug) + 1,
        topics=[area for area in covered if area.facts.sort == "topic"],
        ways=[area for area in covered if area.facts.sort == "way"],
        outcomes=outcomes,
        decided=why(slug),
        planned=planned,
        all_areas=areas,
        partners=[item for item in entries("partner") if item.facts.status == "responsible"],
        help_lines=[helpline(line) for line in site().helplines_on("support")],
    )


@bp.get("/areas")
def areas() -> ResponseReturnValue:
    return render_template("public/areas.html", **_by_sort(entries("area")))


def _by_sort(areas: tuple[Entry, ...]) -> dict[str, list[Entry]]:
    ordered = sorted(areas, key=lambda area: area.texts.title.casefold())
    return {
        "topics": [area for area in ordered if area.facts.sort == "topic"],
        "ways": [area for area in ordered if area.facts.sort == "way"],
    }


@bp.get("/areas/<slug>")
def area(slug: str) -> ResponseReturnValue:
    shown = entry("area", slug)
    lines = {line.key: line for line in site().helplines}
    return render_template(
        "public/area.html",
        area=shown,
        help_lines=[helpline(lines[key]) for key in shown.facts.helplines if key in lines],
        priorities=[item for item in entries("priority") if slug in item.facts.areas],
        outcomes=[item for item in entries("outcome") if item.facts.area == slug],
    )


@bp.get("/partners")
def partners() -> ResponseReturnValue:
    return render_template("public/partners.html", partners=entries("partner"))


@bp.get("/about")
def about() -> ResponseReturnValue:
    if site().texts is None:
        abort(404)
    return render_template(
        "public/about.html",
        page=entry("page", "about"),
        strands=entries("strand"),
        partners=[item for item in entries("partner") if item.facts.status == "responsible"],
        priorities=entries("priority"),
    )


@bp.get("/what-we-have-done")
def done() -> ResponseReturnValue:
    partners = {item.key: item for item in entries("partner")}
    areas = {item.key: item for item in entries("area")}
    return render_template("public/done.html", outcomes=entries("outcome"), partners=partners, areas=areas)

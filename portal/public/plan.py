"""The partnership plan as the public reads it: always an edition, never what officers are working on."""

from __future__ import annotations

from typing import Any

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from portal import plan_charts
from portal.chart_style import Json
from portal.database import read_session
from portal.partnership import causes, decisions, plan, plan_board, progress, scrutiny
from portal.partnership.pages import Entry
from portal.partnership.plan import PlanEdition
from portal.partnership.plan_board import ObjectiveLine, TargetLine
from portal.public.blueprint import bp, entries
from portal.public.year import proofs
from portal.rendering import day, number
from surveys.surveys import london_day


def status_words() -> dict[str, str]:
    return {
        "on-track": gettext("On track"),
        "attention": gettext("Needs attention"),
        "off-track": gettext("Off track"),
        "done": gettext("Done"),
        "not-started": gettext("Not started"),
    }


@bp.get("/plan")
def plans() -> ResponseReturnValue:
    years = plan.public_years(read_session())
    return render_template("public/plans.html", years=years)


@bp.get("/plan/<int:year>", endpoint="plan")
def one_plan(year: int) -> ResponseReturnValue:
    session = read_session()
    editions = plan.editions(session, year)
    edition = _chosen(editions, request.args.get("edition", ""))
    if edition is None:
        abort(404)
    board = plan_board.board(year, edition.content)
    priorities = {one.key: one for one in entries("priority")}
    groups: list[tuple[Entry | None, tuple[ObjectiveLine, ...]]] = [
        (entry, board.under(key)) for key, entry in priorities.items()
    ]
    known = {one.key for _, objectives in groups for one in objectives}
    groups.append((None, tuple(one for one in board.objectives if one.key not in known)))
    return render_template(
        "public/plan.html",
        year=year,
        edition=edition,
        newest=editions[0],
        editions=editions,
        board=board,
        groups=[(entry, objectives) for entry, objectives in groups if objectives],
        partners={one.key: one for one in entries("partner")},
        areas={one.key: one for one in entries("area")},
        status_words=status_words(),
        on=london_day(edition.at),
        within=progress,
        value_of=value_of,
        quarters=quarters(year),
        because=because,
        trajectory=trajectory,
        recommendations=scrutiny.public(session, year),
    )


def _chosen(editions: tuple[PlanEdition, ...], wanted: str) -> PlanEdition | None:
    if not wanted:
        return editions[0] if editions else None
    return next((one for one in editions if str(one.number) == wanted), None)


def value_of(line: TargetLine, value: float | None) -> str:
    """A value with its unit: ``46%``, ``120 reports``; words where there is none."""
    if value is None:
        return str(gettext("not known"))
    unit = line.body.unit
    figure = number(round(value, 2))
    return f"{figure}{unit}" if unit in ("", "%") else f"{figure} {unit}"


def trajectory(line: TargetLine) -> Json | None:
    """The figure of a target that was reported: the straight line and what was reached each quarter."""
    if line.way is None:
        return None
    ends = (progress.first_day(line.year), *(progress.quarter_end(line.year, n) for n in (1, 2, 3, 4)))
    told = {one.quarter: one.value for one in line.updates}
    expected = [line.way.expected(end) for end in ends]
    reached = [line.body.baseline, *(told.get(quarter) for quarter in (1, 2, 3, 4))]
    if not any(told.get(quarter) is not None for quarter in told):
        return None
    return plan_charts.trajectory(
        [day(end) for end in ends],
        plan_charts.Line(
            gettext("Where we should be"), expected, [value_of(line, round(one, 1)) for one in expected]
        ),
        plan_charts.Line(gettext("Where we were"), reached, [value_of(line, one) for one in reached]),
    )


def quarters(year: int) -> dict[int, str]:
    return {
        1: gettext("April to June %(year)s", year=year),
        2: gettext("July to September %(year)s", year=year),
        3: gettext("October to December %(year)s", year=year),
        4: gettext("January to March %(year)s", year=year + 1),
    }


def because(ids: tuple[str, ...]) -> list[dict[str, Any]]:
    """What caused an action: the decision first, where it is public, then what it and the action rest on."""
    session, found = read_session(), []
    rests = list(ids)
    for id in ids:
        entry = causes.decided(id)
        if entry is None or decisions.published(session, entry.year) is None:
            continue
        found.append(
            {
                "text": gettext("our decision for %(year)s", year=entry.year),
                "to": ("public.decision", {"year": entry.year}),
                "anchor": f"{entry.kind}-{entry.key}",
            }
        )
        rests += causes.behind(session, id)
    # Some findings are only shown in the record of a decision, which stands first.
    return [*found, *(one for one in proofs(rests) if one["to"] is not None)]

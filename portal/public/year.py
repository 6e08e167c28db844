"""What the public sees of the partnership's year: where it stands, what evidence there is, what was decided.

Only a published decision is ever looked up here; of a draft there is no trace under any address.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import abort, current_app, make_response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from portal.database import read_session
from portal.i18n import locale_code
from portal.partnership import (
    causes,
    census,
    citations,
    crime,
    cycles,
    decision_minutes,
    decisions,
    evidence,
    heard,
    matrix,
    places,
    plan,
    plan_board,
    priorities,
)
from portal.partnership.bodies import STATUTORY
from portal.partnership.decisions import DecisionEntry
from portal.partnership.plan_board import ActionLine
from portal.public.blueprint import bp, entries
from portal.rendering import site
from surveys.results.disclosure import Policy

FEW = Policy().hidden_below
"""Ward counts under this are shown in words."""


def steps() -> list[dict[str, str]]:
    """The eight sides of the year in words."""
    return [
        {"name": gettext("Look at the evidence"), "text": gettext("What the police and partners count.")},
        {"name": gettext("Ask"), "text": gettext("People who live and work here answer.")},
        {"name": gettext("Read"), "text": gettext("A person reads every comment.")},
        {"name": gettext("Count"), "text": gettext("Results are checked and published.")},
        {"name": gettext("Decide"), "text": gettext("The partners weigh it all and choose.")},
        {"name": gettext("Plan"), "text": gettext("Who does what, and by when.")},
        {"name": gettext("Act"), "text": gettext("The work is done, and looked at every three months.")},
        {"name": gettext("Report back"), "text": gettext("You said, we did, we could not.")},
    ]


@bp.get("/year")
def year() -> ResponseReturnValue:
    session = read_session()
    found = cycles.under_way(session)
    if found is None:
        return render_template("public/year.html", cycle=None, years=())
    released, _, _ = matrix.headline(session, found.round_slug)
    return render_template(
        "public/year.html",
        cycle=found,
        step=cycles.step(found, released=released is not None),
        steps=steps(),
        years=decisions.published_years(session),
        meeting=found.meeting_on if found.state in ("analysing", "deciding") else None,
    )


# Evidence -------------------------------------------------------------------------------------------------


def police_types() -> dict[str, str]:
    return {
        "anti-social-behaviour": gettext("Anti-social behaviour"),
        "bicycle-theft": gettext("Bicycle theft"),
        "burglary": gettext("Burglary"),
        "criminal-damage-arson": gettext("Criminal damage and arson"),
        "drugs": gettext("Drugs"),
        "other-crime": gettext("Other crime"),
        "other-theft": gettext("Other theft"),
        "possession-of-weapons": gettext("Possession of weapons"),
        "public-order": gettext("Public order"),
        "robbery": gettext("Robbery"),
        "shoplifting": gettext("Shoplifting"),
        "theft-from-the-person": gettext("Theft from the person"),
        "vehicle-crime": gettext("Vehicle crime"),
        "violence-and-sexual-offences": gettext("Violence and sexual offences"),
    }


@bp.get("/evidence", endpoint="evidence")
def shelf() -> ResponseReturnValue:
    session, facts = read_session(), site().facts
    months = crime.months(session)
    latest = crime.window(one.month for one in months)
    wards = places.places(session, facts.area_set, "ward") if facts else ()
    counts = crime.by_ward(session, latest)
    by_type = crime.by_type(session, latest)
    types = police_types()
    found = cycles.under_way(session)
    year = found.year if found is not None else 0
    written = [
        one.entry
        for key, one in evidence.assessment(session, year, locale_code()).items()
        if one.entry.facts.public and key in STATUTORY
    ]
    topics = [area for area in entries("area") if area.facts.sort == "topic"]
    return render_template(
        "public/evidence.html",
        months=months,
        comparison=crime.comparison(session),
        census=bool(census.kept(session)),
        latest=[(month, _spoken(month)) for month in latest],
        types=[
            (types[key], [row.get(m, 0) for m in latest], sum(row.values())) for key, row in by_type.items()
        ],
        total=sum(counts.values()),
        wards=[(ward.name, counts.get(ward.key, 0)) for ward in wards],
        few=FEW,
        topics=[(area, evidence.recorded(session, area.key)) for area in topics],
        items=[one for one in entries("evidence") if one.facts.public],
        assessment=written,
        year=year,
    )


@bp.get("/evidence/census", endpoint="census")
def who_lives_here() -> ResponseReturnValue:
    """The census tables the partnership holds, as they were brought, each with its date and source."""
    return render_template(
        "public/census.html",
        kept=census.kept(read_session()),
        names=census_names(),
    )


def census_names() -> dict[str, str]:
    """What the census tables of a pack are called here; a table an officer brought keeps its own name."""
    return {
        "population": gettext("How many people live here"),
        "age": gettext("Age"),
        "sex": gettext("Sex"),
        "ethnic group (high level)": gettext("Ethnic group"),
        "religion": gettext("Religion"),
        "country of birth": gettext("Country of birth"),
        "household size": gettext("People in a home"),
    }


def _spoken(month: str) -> str:
    """``January 2024`` as the table's head shows it: 01/2024."""
    return f"{month[5:]}/{month[:4]}"


# The record of a decision ---------------------------------------------------------------------------------


@bp.get("/decisions/<int:year>")
def decision(year: int) -> ResponseReturnValue:
    session = read_session()
    found = decisions.published(session, year)
    if found is None or found.snapshot is None:
        abort(404)
    areas = {area.key: area for area in entries("area")}
    themes, keys = decisions.entries(session, year, "theme"), current_app.extensions["portal.keys"]
    shown = render_template(
        "public/decision.html",
        year=year,
        decision=found,
        record=found.words,
        matrix=found.snapshot["matrix"],
        sure=found.snapshot["sure"],
        who=found.snapshot["who"],
        letters=found.snapshot["submissions"],
        areas=areas,
        topics={e.key: e for e in decisions.entries(session, year, "topic")},
        themes=[(one, heard.quote(session, one.about.get("quote"), keys=keys)) for one in themes],
        priorities=priorities.proposed(session, year),
        interests=decision_minutes.interests(session, year),
        readings=[
            one for one in decision_minutes.readings(session, year) if one.what.startswith("equality:")
        ],
        rests_on=rests_on,
        actions=actions_for(year),
        planned=plan.public(session, year) is not None,
    )
    response = make_response(shown)
    response.headers["Cache-Control"] = "no-cache"  # residents' words show here
    return response


@dataclass(frozen=True)
class Why:
    """The decision of a year that chose a priority, and what it decided about each topic in it."""

    year: int
    entries: tuple[DecisionEntry, ...]

    @property
    def proofs(self) -> list[dict[str, Any]]:
        """What those entries rest on, each once, where it can be read."""
        return [one for one in proofs(id for entry in self.entries for id in entry.cites) if one["to"]]


def why(priority: str) -> Why | None:
    """Why something is a priority, by the newest public decision that chose it; None where none did."""
    session = read_session()
    for year in decisions.published_years(session):
        chosen = next((one for one in priorities.proposed(session, year) if one.key == priority), None)
        if chosen is not None:
            topics = decisions.entries(session, year, "topic")
            return Why(year, tuple(one for one in topics if one.key in chosen.areas and one.outcome))
    return None


def decided_on(survey: str) -> list[int]:
    """The years whose public decision cites the results of a survey, the newest first."""
    session, cited = read_session(), f"release:{survey}:"
    return [
        year
        for year in decisions.published_years(session)
        if any(
            id.startswith(cited)
            for kind in ("topic", "theme")
            for entry in decisions.entries(session, year, kind)
            for id in entry.cites
        )
    ]


def actions_for(year: int) -> dict[str, list[tuple[int, ActionLine]]]:
    """What the public plans do because of a year's decision, by the anchor of the entry behind it."""
    session = read_session()
    found: dict[str, list[tuple[int, ActionLine]]] = {}
    for at in plan.public_years(session):
        edition = plan.public(session, at)
        for action in plan_board.board(at, edition.content).actions if edition is not None else ():
            for cause in map(causes.decided, action.body.causes):
                if cause is not None and cause.year == year:
                    found.setdefault(f"{cause.kind}-{cause.key}", []).append((at, action))
    return found


def rests_on(entry: DecisionEntry) -> list[dict[str, Any]]:
    """What an entry cites, in words and with the place where it can be read."""
    return proofs(entry.cites)


def proofs(ids: Iterable[str]) -> list[dict[str, Any]]:
    """The words and places of what is cited, each once."""
    found: list[dict[str, Any]] = []
    for id in ids:
        cited = citations.parse(id)
        if cited is None:
            continue
        match cited.kind:
            case "release":
                found.append(
                    {"text": gettext("what people answered"),
                     "to": ("public.survey_results", {"survey": cited.key}), "anchor": f"table-{cited.table}"}
                )  # fmt: skip
            case "crime":
                found.append(
                    {"text": gettext("recorded crime"), "to": ("public.evidence", {}), "anchor": "crime"}
                )
            case "recorded":
                found.append(
                    {"text": gettext("recorded crime"), "to": ("public.evidence", {}), "anchor": "topics"}
                )
            case "partners":
                found.append({"text": gettext("the partners’ scores"), "to": None, "anchor": "matrix"})
            case "submission":
                found.append(
                    {"text": gettext("a letter from outside the survey"), "to": None, "anchor": "letters"}
                )
            case "assessment":
                found.append(
                    {
                        "text": gettext("the strategic assessment"),
                        "to": ("public.evidence", {}),
                        "anchor": "assessment",
                    }
                )
            case "evidence":
                found.append(
                    {"text": gettext("partners’ figures"), "to": ("public.evidence", {}), "anchor": "items"}
                )
            case "harm":
                found.append({"text": gettext("harm weights"), "to": None, "anchor": "matrix"})
    return list({one["text"]: one for one in found}.values())

"""The read API: what is public, for machines. Only what releases and public pages already say; nothing else.

Every answer is JSON with an ETag and may be read, and asked about again, from any site. Errors are problem
details (RFC 9457). An address may ask 120 times a minute; what is counted is a hash that changes daily and is
kept in memory only.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, cast

from flask import Blueprint, Flask, Response, abort, current_app, jsonify, request, url_for
from pydantic import BaseModel
from sqlalchemy import select

from portal.api import pace
from portal.api.description import VERSION, described
from portal.api.shapes import (
    Index,
    PlanBrief,
    PlanItemOut,
    PlanOut,
    PlanUpdateOut,
    PriorityOut,
    ReleaseBrief,
    ReleaseOut,
    RoundOut,
    SurveyBrief,
    SurveyOut,
    TableAlone,
)
from portal.config import Settings
from portal.database import read_session
from portal.i18n import locale_code
from portal.partnership import pages, rounds
from portal.partnership import plan as plan_of_partnership
from portal.partnership.rounds import Consultation
from surveys import surveys
from surveys.results import exports, releases
from surveys.results.releases import Release
from surveys.surveys import Survey, london_day

bp = Blueprint("api", __name__, url_prefix="/api/v1")

# Answers --------------------------------------------------------------------------------------------------


def _say(model: BaseModel | list[Any]) -> Response:
    plain = (
        [one.model_dump(mode="json") for one in model]
        if isinstance(model, list)
        else model.model_dump(mode="json")
    )
    return jsonify(plain)


def _now() -> dt.datetime:
    return cast("dt.datetime", current_app.extensions["portal.clock"]())


def _survey(slug: str) -> Survey:
    found = surveys.by_slug(read_session(), slug)
    if found is None or surveys.state(found, _now()) in ("draft", "withdrawn"):
        abort(404)
    return found


def _brief(survey: Survey) -> dict[str, Any]:
    newest = releases.current(read_session(), survey.id)
    return {
        "slug": survey.slug,
        "state": surveys.state(survey, _now()),
        "kind": survey.kind,
        "opens_at": survey.opens_at,
        "closes_at": survey.closes_at,
        "newest_release": newest.number if newest is not None else None,
        "url": url_for("api.survey", slug=survey.slug, _external=False),
    }


def _release_brief(survey: Survey, release: Release) -> dict[str, Any]:
    return {
        "number": release.number,
        "kind": release.kind,
        "made_on": release.content["made_on"],
        "note": release.note,
        "sha256": release.sha256,
        "url": url_for("api.release", slug=survey.slug, number=release.number),
    }


def _round(one: Consultation) -> RoundOut:
    return RoundOut(
        slug=one.slug,
        state=cast(Any, one.state),
        title=one.entry.texts.title,
        purpose=one.entry.texts.purpose,
        opens_on=one.opens_on,
        closes_on=one.closes_on,
        results_due=one.results_due,
        outcome_due=one.outcome_due,
        surveys=[SurveyBrief(**_brief(asked.survey)) for asked in one.surveys],
        url=url_for("api.round", slug=one.slug),
    )


@bp.get("/")
def index() -> Response:
    """What there is, and where."""
    entry = pages.site(read_session(), locale_code())
    return _say(
        Index(
            name=entry.texts.name if entry else "",
            version=VERSION,
            demonstration=bool(entry and entry.facts.demonstration),
            rounds=url_for("api.rounds_list"),
            surveys=url_for("api.surveys_list"),
            priorities=url_for("api.priorities"),
            plans=url_for("api.plans"),
            openapi=url_for("api.openapi"),
        )
    )


@bp.get("/rounds")
def rounds_list() -> Response:
    """Every consultation the public may know of: coming, open, closed."""
    listing = rounds.listing(read_session(), _now(), locale_code())
    return _say([_round(one) for one in (*listing.coming, *listing.open, *listing.closed)])


@bp.get("/rounds/<slug>")
def round(slug: str) -> Response:
    """One consultation."""
    found = rounds.one(read_session(), slug, _now(), locale_code())
    if found is None:
        abort(404)
    return _say(_round(found))


@bp.get("/surveys")
def surveys_list() -> Response:
    """Every survey the public may know of."""
    found = read_session().scalars(select(Survey).order_by(Survey.slug))
    public = [one for one in found if surveys.state(one, _now()) not in ("draft", "withdrawn")]
    return _say([SurveyBrief(**_brief(one)) for one in public])


@bp.get("/surveys/<slug>")
def survey(slug: str) -> Response:
    """One survey with its releases, the first one first."""
    found = _survey(slug)
    made = [ReleaseBrief(**_release_brief(found, one)) for one in releases.all_of(read_session(), found.id)]
    return _say(SurveyOut(**_brief(found), releases=made))


def _release(slug: str, number: int) -> tuple[Survey, Release]:
    found = _survey(slug)
    release = read_session().get(Release, (found.id, number)) if number < 100_000 else None
    if release is None:
        abort(404)
    return found, release


@bp.get("/surveys/<slug>/releases/<int:number>")
def release(slug: str, number: int) -> Response:
    """One release: every table, its wording, method and findings. It never changes."""
    found, made = _release(slug, number)
    content = cast(Mapping[str, Any], made.content)
    names = ("survey", "responses", "demonstration", "locales", "method", "wording", "findings", "tables")
    more = (
        "weighting",
        "beside",
        "since",
        "orders",
        "against",
        "words",
        "with_without",
        "written",
        "without_campaigns",
        "with_left_out",
    )
    given = {name: content[name] for name in names} | {n: content[n] for n in more if n in content}
    return _say(ReleaseOut(**_release_brief(found, made), **given))


@bp.get("/surveys/<slug>/releases/<int:number>/tables/<key>")
def table(slug: str, number: int, key: str) -> Response:
    """One table of a release."""
    _, made = _release(slug, number)
    if all(one["key"] != key for one in made.content["tables"]):
        abort(404)
    return _say(TableAlone(**exports.table_json(made.content, key)))


@bp.get("/priorities")
def priorities() -> Response:
    """The partnership's current priorities, each grouping areas of focus."""
    return _say(
        [
            PriorityOut(
                key=one.key,
                title=one.texts.title,
                statement=one.texts.statement,
                areas=list(one.facts.areas),
                since=one.facts.since,
                until=one.facts.until,
            )
            for one in pages.current(read_session(), "priority", locale_code())
        ]
    )


INSIDE = ("evaluation", "causes")
"""Fields of a plan's items that its public page does not print as they are."""


@bp.get("/plans")
def plans() -> Response:
    """Every year with a public plan, the newest first."""
    years = plan_of_partnership.public_years(read_session())
    return _say([PlanBrief(year=year, url=url_for("api.plan", year=year)) for year in years])


@bp.get("/plans/<int:year>")
def plan(year: int) -> Response:
    """The plan of one year as it was last made public."""
    edition = plan_of_partnership.public(read_session(), year) if year < 10_000 else None
    if edition is None:
        abort(404)
    content = cast(Mapping[str, Any], edition.content)
    items = [
        PlanItemOut(
            key=item["key"],
            kind=item["kind"],
            parent=item["parent"] or "",
            body={name: value for name, value in item["body"].items() if name not in INSIDE},
        )
        for item in content["items"]
    ]
    return _say(
        PlanOut(
            year=year,
            edition=edition.number,
            published_on=london_day(edition.at),
            note=edition.note,
            demonstration=content["demonstration"],
            introduction=content["introduction"],
            items=items,
            updates=[PlanUpdateOut(**update) for update in content["updates"]],
        )
    )


@bp.get("/openapi.json")
def openapi() -> Response:
    """This API described as OpenAPI 3.1."""
    return jsonify(described(current_app))


ACROSS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Accept-Language, Content-Type, If-None-Match",
    "Access-Control-Expose-Headers": (
        "ETag, Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset"
    ),
    "Access-Control-Max-Age": "86400",
}
"""Pages of other sites may ask, ask whether anything changed, and read when to ask again."""


def _across(response: Response) -> Response:
    """Every answer, refusals and unknown addresses too; only a refusal for a while says when to come back."""
    if request.path.startswith("/api/"):
        response.headers.update(ACROSS)
        if response.status_code not in (429, 503):
            response.headers.pop("Retry-After", None)
    return response


bp.before_request(pace.keep)
bp.after_request(pace.tell)


def init_app(app: Flask, settings: Settings) -> None:
    pace.init_app(app, settings)
    app.after_request(_across)  # after the blueprint's own, which may say when to ask again
    app.register_blueprint(bp)

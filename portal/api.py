"""The read API: what is public, for machines. Only what releases and public pages already say; nothing else.

Every answer is JSON with an ETag and may be read from any site. Errors are problem details (RFC 9457). An
address may ask 120 times a minute; what is counted is a hash that changes daily and is kept in memory only.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Literal, cast

from flask import Blueprint, Flask, Response, abort, current_app, jsonify, request, url_for
from flask_limiter import Limiter
from pydantic import BaseModel
from sqlalchemy import select

from portal.config import Settings
from portal.database import read_session
from portal.i18n import locale_code
from portal.partnership import pages, rounds
from portal.partnership import plan as plan_of_partnership
from portal.partnership.rounds import Consultation
from surveys import attempts, surveys
from surveys.results import exports, releases
from surveys.results.releases import Release
from surveys.surveys import Survey, london_day

bp = Blueprint("api", __name__, url_prefix="/api/v1")

LIMIT = "120 per minute"
VERSION = "1.0.0"


class SurveyBrief(BaseModel):
    slug: str
    state: Literal["coming", "open", "grace", "paused", "closed"]
    kind: Literal["anonymous", "named"]
    opens_at: dt.datetime | None
    closes_at: dt.datetime | None
    newest_release: int | None
    url: str


class RoundOut(BaseModel):
    slug: str
    state: Literal["coming", "open", "paused", "closed"]
    title: str
    purpose: str
    opens_on: dt.date | None
    closes_on: dt.date | None
    results_due: dt.date | None
    outcome_due: dt.date | None
    surveys: list[SurveyBrief]
    url: str


class ReleaseBrief(BaseModel):
    number: int
    kind: Literal["interim", "closing", "correction"]
    made_on: dt.date
    note: str
    sha256: str
    url: str


class SurveyOut(SurveyBrief):
    releases: list[ReleaseBrief]


class RowOut(BaseModel):
    key: str
    count: int | None
    percent: int | None
    hidden: str | None


class GroupOut(BaseModel):
    key: str
    asked: int | None
    answered: int | None
    skipped: int | None
    hidden: str | None
    rows: list[RowOut]
    withheld: list[str]


class TableOut(BaseModel):
    key: str
    question: str
    kind: str
    base: str
    by: str | None
    net: str | None
    item: str | None
    groups: list[GroupOut]
    rules: list[str]
    note: str | None


class TableAlone(BaseModel):
    """A table with what is needed to understand it alone: the question as asked, the groups, the method."""

    survey: str
    number: int
    made_on: dt.date
    first_day: dt.date | None
    last_day: dt.date | None
    responses: int | None
    demonstration: bool
    method: dict[str, Any]
    table: TableOut
    finding: dict[str, Any] | None
    question: dict[str, Any] | None
    dimension: dict[str, Any] | None
    nets: list[dict[str, Any]]


class ReleaseOut(ReleaseBrief):
    """``responses``: how many people took part, rounded to 5; null for fewer than 10."""

    survey: str
    responses: int | None
    demonstration: bool
    locales: list[str]
    method: dict[str, Any]
    wording: dict[str, Any]
    findings: dict[str, Any]
    tables: list[TableOut]


class PriorityOut(BaseModel):
    key: str
    title: str
    statement: str
    areas: list[str]
    since: dt.date | None
    until: dt.date | None


class PlanItemOut(BaseModel):
    """An objective, a target under it, or an action; ``body`` as the public plan shows it."""

    key: str
    kind: Literal["objective", "target", "action"]
    parent: str
    body: dict[str, Any]


class PlanUpdateOut(BaseModel):
    key: str
    quarter: int
    value: float | None
    status: str
    words: str
    on: dt.date


class PlanOut(BaseModel):
    """The newest public edition of a year's plan (the year it begins in)."""

    year: int
    edition: int
    published_on: dt.date
    note: str
    demonstration: bool
    introduction: str
    items: list[PlanItemOut]
    updates: list[PlanUpdateOut]


class PlanBrief(BaseModel):
    year: int
    url: str


class Index(BaseModel):
    name: str
    version: str
    demonstration: bool
    rounds: str
    surveys: str
    priorities: str
    plans: str
    openapi: str


class Problem(BaseModel):
    """RFC 9457."""

    type: str
    title: str
    status: int


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
    return _say(ReleaseOut(**_release_brief(found, made), **{name: content[name] for name in names}))


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


# The description --------------------------------------------------------------------------------------------

ANSWERS: dict[str, tuple[type[BaseModel], bool]] = {
    "index": (Index, False),
    "rounds_list": (RoundOut, True),
    "round": (RoundOut, False),
    "surveys_list": (SurveyBrief, True),
    "survey": (SurveyOut, False),
    "release": (ReleaseOut, False),
    "table": (TableAlone, False),
    "priorities": (PriorityOut, True),
    "plans": (PlanBrief, True),
    "plan": (PlanOut, False),
}
"""What each address answers with, and whether it is a list."""


@bp.get("/openapi.json")
def openapi() -> Response:
    """This API described as OpenAPI 3.1."""
    return jsonify(described(current_app))


def described(app: Flask) -> dict[str, Any]:
    """The OpenAPI document, from the addresses and models themselves."""
    schemas: dict[str, Any] = {}
    paths: dict[str, Any] = {}
    for rule in app.url_map.iter_rules():
        blueprint, _, name = rule.endpoint.partition(".")
        if blueprint != "api" or name == "openapi":
            continue
        model, many = ANSWERS[name]
        one = _reference(model, schemas)
        answer = {"type": "array", "items": one} if many else one
        path = rule.rule.replace("<int:", "<").replace("<", "{").replace(">", "}")
        view = app.view_functions[rule.endpoint]
        paths[path] = {
            "get": {
                "operationId": name,
                "summary": (view.__doc__ or "").strip(),
                "parameters": [
                    {
                        "name": argument,
                        "in": "path",
                        "required": True,
                        "schema": {"type": "integer" if argument in ("number", "year") else "string"},
                    }
                    for argument in sorted(rule.arguments)
                ],
                "responses": {
                    "200": {"description": "Found", "content": {"application/json": {"schema": answer}}},
                    "404": _problem("There is no such thing", schemas),
                    "429": _problem("Too many requests", schemas),
                },
            }
        }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Read API", "version": VERSION},
        "paths": dict(sorted(paths.items())),
        "components": {"schemas": dict(sorted(schemas.items()))},
    }


def _problem(words: str, schemas: dict[str, Any]) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": _reference(Problem, schemas)}}
    return {"description": words, "content": content}


def _reference(model: type[BaseModel], schemas: dict[str, Any]) -> dict[str, str]:
    made = model.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    schemas.update(made.pop("$defs", {}))
    schemas[model.__name__] = made
    return {"$ref": f"#/components/schemas/{model.__name__}"}


@bp.after_request
def _anywhere(response: Response) -> Response:
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _caller() -> str:
    keys = current_app.extensions["portal.keys"]
    return attempts.caller(keys, request.remote_addr or "", _now()).hex()


def init_app(app: Flask, settings: Settings) -> None:
    limiter = Limiter(
        key_func=_caller,
        storage_uri=settings.redis_url or "memory://",
        headers_enabled=True,
        default_limits=[],
    )
    limiter.init_app(app)
    limiter.limit(LIMIT)(bp)
    app.register_blueprint(bp)

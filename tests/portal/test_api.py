"""The read API says what the pages say, in the shapes it describes, and nothing that is not public."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from portal.api import pace
from portal.partnership import plan
from portal.partnership.plan_models import PlanEdition
from surveys import surveys
from surveys.results import releases
from tests.conftest import NOW
from tests.portal import publishing

SLUG = "local-2025"


@pytest.fixture(scope="module")
def app(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("api")
    shutil.copyfile(sqlite_template, folder / "portal.sqlite3")
    for app in publishing.application(f"sqlite:///{folder / 'portal.sqlite3'}", folder, NOW):
        publishing.loaded(app, publishing.PACK, NOW)
        with publishing.store(app).writing() as session:
            survey = surveys.by_slug(session, SLUG)
            assert survey is not None
            publishing.answered(session, survey, 160, publishing.PACK)
            surveys.create(
                session, slug="draft-survey", key="residents", kind="anonymous", receipt_prefix="QQ",
                by="x", now=NOW, keys=publishing.KEYS,
            )  # fmt: skip
        publishing.released(app, SLUG, NOW)
        yield app


def got(app: Flask, address: str) -> Any:
    answer = app.test_client().get(address)
    assert answer.status_code == 200, address
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    assert answer.headers["ETag"]
    assert "Set-Cookie" not in answer.headers
    return answer.get_json()


def test_every_address_is_reached_from_the_first(app: Flask) -> None:
    index = got(app, "/api/v1/")
    assert index["demonstration"] is True
    for one in got(app, index["rounds"]):
        assert got(app, one["url"]) == one
    for one in got(app, index["surveys"]):
        survey = got(app, one["url"])
        assert {key: survey[key] for key in one} == one
        for brief in survey["releases"]:
            whole = got(app, brief["url"])
            for table in whole["tables"]:
                assert got(app, f"{brief['url']}/tables/{table['key']}")["table"] == table
    assert [one["areas"] for one in got(app, index["priorities"])]


def test_the_release_is_the_one_on_the_page(app: Flask) -> None:
    with publishing.store(app).reading() as session:
        survey = surveys.by_slug(session, SLUG)
        assert survey is not None
        made = releases.current(session, survey.id)
        assert made is not None
        whole = got(app, f"/api/v1/surveys/{SLUG}/releases/1")
        assert whole["tables"] == json.loads(json.dumps(made.content["tables"]))
        assert whole["sha256"] == made.sha256


def test_what_is_not_public_is_not_there(app: Flask) -> None:
    client = app.test_client()
    assert "draft-survey" not in json.dumps(got(app, "/api/v1/surveys"))
    for address in (
        "/api/v1/surveys/draft-survey",
        "/api/v1/surveys/local-2026/releases/1",
        f"/api/v1/surveys/{SLUG}/releases/2",
        f"/api/v1/surveys/{SLUG}/releases/99999999999",
        f"/api/v1/surveys/{SLUG}/releases/1/tables/nothing",
        "/api/v1/rounds/nothing",
        "/api/v1/nothing",
    ):
        answer = client.get(address)
        assert answer.status_code == 404
        assert answer.mimetype == "application/problem+json"
        assert answer.get_json() == {"type": "about:blank", "title": "Not Found", "status": 404}


def test_a_plan_is_its_newest_public_edition(app: Flask) -> None:
    """A draft of a plan is nowhere; what was published is there without what only officers read."""
    assert got(app, "/api/v1/plans") == []
    assert app.test_client().get("/api/v1/plans/2026").status_code == 404
    with publishing.store(app).writing() as session:
        facts = {"by": "officer:x", "now": NOW, "keys": publishing.KEYS}
        made = plan.begin(session, 2026, **facts)  # type: ignore[arg-type]
        content = {
            "introduction": "What we do",
            "demonstration": False,
            "items": [
                {"key": "o1", "kind": "objective", "parent": None,
                 "body": {"title": "Safer streets", "evaluation": "Only for officers"}},
            ],
            "updates": [],
        }  # fmt: skip
        assert app.test_client().get("/api/v1/plans/2026").status_code == 404
        session.add(
            PlanEdition(year=made.year, number=1, note="First", content=content, by="officer:x", at=NOW)
        )
    assert [one["year"] for one in got(app, "/api/v1/plans")] == [2026]
    shown = got(app, "/api/v1/plans/2026")
    assert (shown["edition"], shown["items"][0]["body"]) == (1, {"title": "Safer streets"})
    assert "officer" not in json.dumps(shown)


def test_words_come_in_the_language_asked_for(app: Flask) -> None:
    english, polish = got(app, "/api/v1/rounds"), got(app, "/pl/api/v1/rounds")
    assert {one["title"] for one in english} != {one["title"] for one in polish}


def test_the_description_names_every_address_and_model(app: Flask) -> None:
    described = got(app, "/api/v1/openapi.json")
    assert described["openapi"] == "3.1.0"
    there = {rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.startswith("api.")}
    named = {f"api.{path['get']['operationId']}" for path in described["paths"].values()}
    assert there - named == {"api.openapi"}
    text = json.dumps(described)
    for reference in set(text.split('"#/components/schemas/')[1:]):
        assert reference.partition('"')[0] in described["components"]["schemas"]
    for path in described["paths"].values():
        assert path["get"]["summary"]


def listed(header: str) -> set[str]:
    return {name.strip().lower() for name in header.split(",")}


def test_another_site_may_ask_whether_anything_changed(app: Flask) -> None:
    """A page elsewhere may read the ETag, send it back, and read how long a refusal lasts."""
    client, address = app.test_client(), "/api/v1/priorities"
    asks = {
        "Origin": "https://elsewhere.example",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "if-none-match",
    }
    before = client.options(address, headers=asks)
    assert before.status_code in (200, 204)
    assert before.headers["Access-Control-Allow-Origin"] == "*"
    assert "if-none-match" in listed(before.headers["Access-Control-Allow-Headers"])
    assert "get" in listed(before.headers["Access-Control-Allow-Methods"])
    first = client.get(address, headers={"Origin": asks["Origin"]})
    again = client.get(address, headers={"Origin": asks["Origin"], "If-None-Match": first.headers["ETag"]})
    unknown = client.get("/api/v1/nothing", headers={"Origin": asks["Origin"]})
    assert (again.status_code, again.data, unknown.status_code) == (304, b"", 404)
    for answer in (first, again, unknown):
        assert answer.headers.getlist("Access-Control-Allow-Origin") == ["*"]
        assert {"etag", "retry-after"} <= listed(answer.headers["Access-Control-Expose-Headers"])
        assert "Retry-After" not in answer.headers
    assert "Retry-After" not in before.headers
    assert "Access-Control-Allow-Origin" not in client.get("/priorities").headers


def test_asking_without_end_is_refused_for_a_while(app: Flask) -> None:
    client = app.test_client()
    other = {"REMOTE_ADDR": "10.9.8.7"}
    answers = [client.get("/api/v1/priorities", environ_base=other) for _ in range(121)]
    assert answers[0].headers["X-RateLimit-Remaining"] == "119"
    assert {answer.status_code for answer in answers[:-1]} == {200}
    assert answers[-1].status_code == 429
    assert answers[-1].mimetype == "application/problem+json"
    assert 0 <= int(answers[-1].headers["Retry-After"]) <= 60
    assert answers[-1].headers["Access-Control-Allow-Origin"] == "*"
    assert not any("Retry-After" in answer.headers for answer in answers[:-1])
    assert client.get("/priorities", environ_base=other).status_code == 200
    assert client.get("/api/v1/priorities").status_code == 200
    assert pace.PER_MINUTE == 120

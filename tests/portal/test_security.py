"""What every answer carries, and what is refused before a view sees it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from portal import create_app
from portal.config import Settings
from portal.permissions import PERMISSIONS, Permission
from portal.security import MAX_BODY, content_policy, origin_of
from tests.conftest import settings_for
from tests.pages import PageClient

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; form-action 'self' https://www.bbc.co.uk; frame-ancestors 'none'; base-uri 'none'"
)


@pytest.fixture
def database_url(sqlite_copy: str) -> str:
    """Headers do not depend on the database."""
    return sqlite_copy


@pytest.fixture
def production(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    settings: Settings = replace(settings_for(database_url, tmp_path), public_url="https://portal.example")
    app = create_app(settings)
    app.test_client_class = PageClient
    yield app
    app.extensions["portal.database"].engine.dispose()


def test_a_page_carries_every_header(client: PageClient) -> None:
    headers = client.get("/rounds").headers
    assert headers["Content-Security-Policy"] == POLICY
    assert {
        name: headers[name] for name in ("X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy")
    } == {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
    }
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in headers
    assert "Server" not in headers


def test_a_public_page_is_cached_and_has_no_cookie(client: PageClient) -> None:
    first = client.get("/rounds")
    assert first.headers["Cache-Control"] == "public, max-age=60"
    assert "Set-Cookie" not in first.headers
    assert "Vary" not in first.headers or "Cookie" not in first.headers["Vary"]
    again = client.get("/rounds", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_pages_of_people_who_answer_are_never_stored(client: PageClient) -> None:
    for path in ("/surveys/return", "/surveys/receipt", "/surveys/left"):
        assert client.get(path).headers["Cache-Control"] == "no-store"


def test_error_pages_are_never_stored(client: PageClient) -> None:
    assert client.get("/nothing-here").headers["Cache-Control"] == "no-store"


def test_a_post_without_a_token_is_refused_and_keeps_what_was_typed(client: PageClient) -> None:
    own = {"Origin": "http://localhost"}
    answer = client.post("/surveys/receipt", data={"code": "LX7Q\n<b>"}, headers=own)
    assert answer.status_code == 400
    assert 'name="code" value="LX7Q\n&lt;b&gt;"' in answer.get_data(as_text=True)


def test_a_post_from_another_site_is_refused_and_offers_nothing(client: PageClient) -> None:
    foreign = [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://localhost.evil.example"},
    ]
    for headers in foreign:
        answer = client.post("/surveys/receipt", data={"code": "LX7Q"}, headers=headers)
        assert (answer.status_code, "LX7Q" in answer.get_data(as_text=True)) == (403, False)


def test_leaving_works_without_a_token_and_from_anywhere(client: PageClient) -> None:
    answer = client.post("/surveys/exit", headers={"Origin": "https://evil.example"})
    assert answer.status_code == 303


def test_nul_in_an_address_is_not_found(client: PageClient) -> None:
    assert client.get("/rounds/a%00b").status_code == 404
    assert client.get("/rounds?x=%00").status_code == 404


def test_too_much_is_refused_before_it_is_read(client: PageClient) -> None:
    own = {"Origin": "http://localhost"}
    answer = client.post("/surveys/receipt", data={"code": "x" * (1024 * 1024)}, headers=own)
    assert answer.status_code == 413
    assert "That is more than we can take" in answer.get_data(as_text=True)


@pytest.mark.parametrize(("path", "status"), [("/surveys/receipt", 413), ("/nowhere", 404), ("/rounds", 405)])
def test_a_refused_body_is_heard_to_its_end(client: PageClient, path: str, status: int) -> None:
    sent = io.BytesIO(b"x" * 3 * MAX_BODY)
    answer = client.post(path, input_stream=sent, content_length=3 * MAX_BODY)
    assert (answer.status_code, sent.read(1)) == (status, b"")


def test_production_speaks_only_for_its_own_host(production: Flask) -> None:
    client = production.test_client()
    assert client.get("/rounds", base_url="https://portal.example").status_code == 200
    assert client.get("/rounds", base_url="https://evil.example").status_code == 400
    assert client.get("/healthz", base_url="http://10.0.0.7").status_code == 200


def test_production_marks_cookies_and_insists_on_https(production: Flask) -> None:
    client = production.test_client()
    answer = client.get("/surveys/receipt", base_url="https://portal.example")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-portal=")
    parts = {part.strip() for part in cookie.split(";")[1:]}
    assert parts == {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://www.bbc.co.uk/weather", "https://www.bbc.co.uk"),
        ("javascript:alert(1)", ""),
        ("", ""),
        ("//host/x", ""),
    ],
)
def test_only_a_web_address_has_an_origin(url: str, origin: str) -> None:
    assert origin_of(url) == origin


def test_without_an_exit_address_forms_stay_here() -> None:
    assert "form-action 'self';" in content_policy()


def test_every_address_has_a_row_in_the_table_and_every_row_an_address(app: Flask) -> None:
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == set(PERMISSIONS)


def test_an_address_without_a_row_cannot_be_reached(app: Flask) -> None:
    app.add_url_rule("/new", endpoint="new", view_func=lambda: "secret")
    assert app.test_client().get("/new").status_code == 404


READING = (Permission.PUBLIC, Permission.PROBE)


def test_public_addresses_only_read(app: Flask) -> None:
    writes = [
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if PERMISSIONS[rule.endpoint] in READING and "POST" in (rule.methods or ())
    ]
    assert writes == []

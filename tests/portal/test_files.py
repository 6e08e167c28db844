"""Files of ours: kept for ever under a hashed address, sent compressed, never from outside the folder."""

from __future__ import annotations

import gzip

import brotli
import pytest
from flask import Flask

from portal import vendoring
from portal.config import site_root
from portal.files import BROTLI
from portal.rendering import file_hash, static_url
from tests.pages import PageClient

SHEET = "css/survey.css"


@pytest.fixture
def database_url(sqlite_copy: str) -> str:
    return sqlite_copy


def test_a_hashed_address_is_kept_for_ever(app: Flask, client: PageClient) -> None:
    with app.test_request_context("/pl/x"):
        url = static_url(SHEET)
    assert url == f"/static/{SHEET}?v={url.partition('=')[2]}"
    answer = client.get(url)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    assert answer.data == (site_root() / "static" / SHEET).read_bytes()


@pytest.mark.parametrize("query", ["", "?v=", "?v=00000000"])
def test_another_address_is_asked_for_again(client: PageClient, query: str) -> None:
    assert client.get(f"/static/{SHEET}{query}").headers["Cache-Control"] == "public, max-age=60"


def test_text_is_sent_compressed_to_those_who_can_read_it(client: PageClient) -> None:
    plain = client.get(f"/static/{SHEET}")
    packed = client.get(f"/static/{SHEET}", headers={"Accept-Encoding": "gzip"})
    assert (plain.headers.get("Content-Encoding"), packed.headers["Content-Encoding"]) == (None, "gzip")
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(packed.data) == plain.data
    brief = client.get(f"/static/{SHEET}", headers={"Accept-Encoding": "gzip, br"})
    assert (brief.headers["Content-Encoding"], brotli.decompress(brief.data)) == ("br", plain.data)
    assert len(brief.data) < 0.9 * len(packed.data)
    assert len({answer.headers["ETag"] for answer in (plain, packed, brief)}) == 3
    refused = client.get(f"/static/{SHEET}", headers={"Accept-Encoding": "br;q=0, gzip"})
    assert refused.headers["Content-Encoding"] == "gzip"


def test_every_sheet_and_script_lies_packed_beside_itself() -> None:
    found = vendoring.packable()
    assert len(found) > 6
    for path in found:
        packed = path.with_name(path.name + BROTLI)
        assert packed.is_file(), f"{packed.name} is missing: python -m portal.vendoring"
        assert brotli.decompress(packed.read_bytes()) == path.read_bytes(), f"{packed.name} is stale"


def test_a_file_that_did_not_change_is_not_sent_again(client: PageClient) -> None:
    tag = client.get(f"/static/{SHEET}").headers["ETag"]
    again = client.get(f"/static/{SHEET}", headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("path", ["../pyproject.toml", "%2e%2e/pyproject.toml", "none.css", "css", "css/"])
def test_nothing_else_is_served(client: PageClient, path: str) -> None:
    assert client.get(f"/static/{path}").status_code == 404


def test_a_file_that_is_not_there_has_no_hash(app: Flask) -> None:
    with app.test_request_context("/"):
        assert (file_hash("none.css"), static_url("none.css")) == ("", "/static/none.css")

"""Pages as files: every link leads to one, and nothing private or in a draft is kept."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import zipfile
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from posixpath import dirname, normpath
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal import archive
from portal.partnership import adoption, decisions, plan
from portal.static_site import Answer, collect, file_of
from surveys.sealing import Keyring
from tests.office import sign_in
from tests.portal.partnership import deciding
from tests.portal.partnership.deciding import BY, YEAR

Writing = Callable[[], AbstractContextManager[Session]]
SNAPSHOT = {"matrix": {"rows": [], "cites": {}, "base": None}, "sure": None, "who": {}, "submissions": {}}


@pytest.fixture
def database_url(sqlite_copy: str) -> str:
    return sqlite_copy


@pytest.fixture
def year(app: Flask, writing: Writing, keys: Keyring, now: dt.datetime) -> int:
    """A published decision and plan; afterwards the plan is changed and not published again."""
    how: dict[str, Any] = {"by": BY, "now": now, "keys": keys}
    with writing() as session:
        cycle = deciding.year(session, keys, now)
        found = deciding.ready(session, keys, now, cycle, deciding.shelved(session, keys, now))
        topic = decisions.entries(session, YEAR, "topic")[0].key
        adoption.adopt(session, found, snapshot=SNAPSHOT, on=now.date(), seen_version=found.version, **how)
        adoption.publish(session, found, seen_version=found.version, **how)
        made = plan.begin(session, YEAR, **how)
        plan.put(session, made, "objective", {"title": "Nights"}, **how)
        cause = {"title": "Light two streets", "causes": [f"decision:{YEAR}:topic:{topic}"]}
        plan.put(session, made, "action", cause, parent="O1", **how)
        plan.publish(session, made, **how)
        plan.put(session, made, "action", {"title": "Secretplan"}, parent="O1", **how)
    return YEAR


def broken_links(files: Mapping[str, bytes]) -> set[tuple[str, str]]:
    found = set()
    for name, body in files.items():
        if not name.endswith(".html"):
            continue
        text = body.decode()
        for value in re.findall(r'\s(?:href|src)="([^"]*)"', text):
            path = value.partition("#")[0]
            if re.match(r"[a-z]+:", value):
                continue
            target = normpath(f"{dirname(name) or '.'}/{path}") if path else name
            if target not in files:
                found.add((name, value))
    return found


def test_names_of_files() -> None:
    names = [
        file_of("/", "text/html"),
        file_of("/plan/2026?edition=1", "text/html"),
        file_of("/static/css/portal.css", "text/css"),
        file_of("/a/../%2e%2e/x", "text/html"),
    ]
    assert names == [
        "index.html",
        "plan/2026/index-edition-1.html",
        "static/css/portal.css",
        "a/-/-/x/index.html",
    ]


def test_links_are_followed_and_led_back() -> None:
    pages = {
        "/": b'<a href="/a?x=1&amp;y=2#z">a</a><a href="/office/">o</a><link href="/static/a.css?v=1">',
        "/a?x=1&y=2": b'<a href="/">home</a><a href="/gone">g</a>',
        "/static/a.css": b"b{background:url(/static/b.svg)}",
        "/static/b.svg": b"<svg/>",
    }

    def fetch(address: str) -> Answer:
        kind = {"css": "text/css", "svg": "image/svg+xml"}.get(address[-3:], "text/html")
        return Answer(200 if address in pages else 404, kind, pages.get(address, b""))

    kept = collect(fetch, ["/"], public_url="https://x.org", exit_url="https://away.org")
    assert kept.broken == ["/gone"]
    front = kept.files["index.html"].decode()
    assert 'href="a/index-x-1-y-2.html#z"' in front
    assert 'href="https://x.org/office/"' in front
    assert 'href="static/a.css"' in front
    assert kept.files["static/a.css"] == b"b{background:url(b.svg)}"
    assert 'href="../index.html"' in kept.files["a/index-x-1-y-2.html"].decode()


def test_the_whole_site_as_files(app: Flask, year: int, tmp_path: Path) -> None:
    kept = archive.export(app, tmp_path / "out", lambda done, of: None)
    files = {
        str(path.relative_to(tmp_path / "out")): path.read_bytes()
        for path in (tmp_path / "out").rglob("*")
        if path.is_file()
    }
    assert broken_links(files) == set()
    assert kept.broken == []
    assert "Light two streets" in files[f"plan/{year}/index.html"].decode()
    assert b"Secretplan" not in b"".join(files.values())
    assert not any(name.startswith(("office", "surveys")) for name in files)
    assert json.loads(files[f"archive/plans/{year}.json"])[0]["edition"] == 1
    with pytest.raises(FileExistsError):
        archive.export(app, tmp_path / "out", lambda done, of: None)


def test_the_evidence_pack_of_a_year(app: Flask, year: int) -> None:
    member = sign_in(app, "member")
    answer = member.get(f"/office/plan/{year}/evidence-pack.zip")
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.get_data())) as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    assert broken_links(files) == set()
    assert f"decisions/{year}/index.html" in files
    assert f"data/plans/{year}.json" in files
    assert f"../../decisions/{year}/index.html#topic-" in files[f"plan/{year}/index.html"].decode()
    assert b"Secretplan" not in b"".join(files.values())

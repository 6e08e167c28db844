"""Every form of the office that links lead to, sent with what no page would send: an answer, never a 500."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import pytest
from flask import Flask
from werkzeug.exceptions import HTTPException

from portal import create_app
from portal.accounts.people import ROLES
from tests.browser.served import prepare
from tests.conftest import NOW, Clock, settings_for
from tests.office import sign_in
from tests.pages import PageClient, parse

HOSTILE = {
    "huge": "9" * 30,
    "endless": "9" * 5000,
    "far": "9999-12-31",
    "odd": "x\0\u202e<script>²٣</script>",
}
LEAVING = ("sign-out", "sign-in", "/exit", "/sessions")
"""Forms that end the visit; they are tried elsewhere."""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("hostile")
    app = create_app(settings_for(f"sqlite:///{prepare(folder)}", folder))
    app.extensions["portal.clock"] = Clock(NOW)
    app.test_client_class = PageClient
    yield app
    app.extensions["portal.database"].engine.dispose()


def endpoint(app: Flask, address: str, method: str) -> str:
    try:
        return str(app.url_map.bind("localhost").match(urlsplit(address).path, method=method)[0])
    except HTTPException:
        return ""


@dataclass(frozen=True)
class Control:
    name: str
    kind: str
    value: str


def forms(root: Element, address: str) -> Iterator[tuple[str, list[Control]]]:
    """Address and controls of each form that changes something."""
    for form in root.iter("form"):
        if (form.get("method") or "get").lower() == "post":
            yield (
                form.get("action") or address,
                [
                    Control(one.get("name") or "", one.get("type") or one.tag, one.get("value") or "")
                    for one in form.iter()
                    if one.tag in ("input", "textarea", "select", "button") and one.get("name")
                ],
            )


def sent(controls: list[Control], typed: str, only: str | None = None) -> dict[str, Any]:
    """A form with this typed into every control, or into one while the others stay as they were drawn."""
    filled: dict[str, Any] = {}
    for one in controls:
        if one.name == "csrf_token" or (only is not None and one.name != only):
            filled[one.name] = one.value
        elif one.kind == "file":
            filled[one.name] = (io.BytesIO(typed.encode(errors="replace")), "sheet.xlsx")
        else:
            filled[one.name] = typed
    return filled


def walk(client: PageClient, app: Flask) -> Iterator[tuple[str, Element]]:
    """One page of every endpoint of the office that links lead to."""
    waiting, seen = ["/office/"], set[str]()
    while waiting:
        address = waiting.pop(0)
        name = endpoint(app, address, "GET")
        if not name.startswith("office.") or name in seen:
            continue
        seen.add(name)
        answer = client.get(address)
        assert answer.status_code < 500, address
        if answer.status_code in (301, 302, 303, 308):
            waiting.append(answer.headers["Location"])
        if answer.mimetype != "text/html":
            continue
        root, _ = parse(answer.text)
        waiting += [link.get("href") or "" for link in root.iter("a")]
        yield address, root


def test_no_form_of_the_office_fails_on_what_it_is_sent(app: Flask) -> None:
    client = sign_in(app, *ROLES)
    tried: set[str] = set()
    faults = []
    for address, root in walk(client, app):
        for action, controls in forms(root, address):
            name = endpoint(app, action, "POST")
            if name in tried or any(word in action for word in LEAVING):
                continue
            tried.add(name)
            tries = [(what, sent(controls, typed)) for what, typed in HOSTILE.items()]
            numbers = [one.name for one in controls if one.kind in ("hidden", "number")]
            tries += [(f"huge {one}", sent(controls, HOSTILE["huge"], one)) for one in numbers]
            for what, filled in tries:
                try:
                    status = client.post(action, data=filled).status_code
                except AssertionError as page:  # the page itself is wrong
                    faults.append((what, str(page)))
                else:
                    if status >= 500:
                        faults.append((what, f"{action}: {status}"))
    assert faults == []
    assert len(tried) > 60

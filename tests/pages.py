"""Reads a page as a browser would and names everything that is wrong with it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

import html5lib
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

WITH_A_COOKIE = ("/surveys/", "/office", "/updates/", "/privacy/complaint", "/preview/")
"""Where a form needs the one essential cookie; every other page sets none."""
HIDDEN = ("hidden", "submit", "button", "reset", "image")
REDIRECTS = (301, 302, 303, 307, 308)
NOT_WRITTEN = re.compile(r"^on[a-z]+$|^style$")


@lru_cache(maxsize=4)  # a page is checked, then read; nobody changes what was parsed
def parse(html: str) -> tuple[Element, tuple[str, ...]]:
    """The document's root and the parser's complaints."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    root = parser.parse(html)
    return root, tuple(f"line {place[0]}: {code} {facts}" for place, code, facts in parser.errors)


def words(element: Element | None) -> str:
    return "" if element is None else " ".join("".join(element.itertext()).split())


def faults(html: str) -> list[str]:
    """Every broken rule of the house on this page; none for a good page."""
    root, complaints = parse(html)
    found = list(complaints)
    elements = list(root.iter())
    headings = [element for element in elements if element.tag == "h1"]
    if len(headings) != 1 or not words(headings[0]):
        found.append(f"{len(headings)} h1 headings instead of one with words")
    if not words(root.find("head/title")):
        found.append("no title")
    if not root.get("lang") or root.get("dir") not in ("ltr", "rtl"):
        found.append("html has no lang or dir")
    ids = Counter(element.get("id") for element in elements if element.get("id"))
    found += [f"id {name} stands {times} times" for name, times in ids.items() if times > 1]
    inside = _inside_label(root)
    labels = {element.get("for") for element in elements if element.tag == "label"}
    found += [f"label for {name} has no control" for name in labels if name and name not in ids]
    for element in elements:
        if isinstance(element.tag, str):
            found += _element_faults(element, set(ids), labels, inside)
    found += [f"form {form.get('action')} has no token" for form in root.iter("form") if _lacks_token(form)]
    return found


def _inside_label(root: Element) -> set[int]:
    return {id(child) for label in root.iter("label") for child in label.iter()}


def _element_faults(
    element: Element, ids: set[str | None], labels: set[str | None], inside: set[int]
) -> Iterator[str]:
    tag = element.tag
    for name in element.attrib:
        if NOT_WRITTEN.match(name):
            yield f"{tag} has the attribute {name}"
    for name in ("aria-describedby", "aria-labelledby", "aria-controls"):
        for target in element.get(name, "").split():
            if target not in ids:
                yield f"{tag} {name} points at {target}, which is not there"
    if tag == "style" or (
        tag == "script" and not element.get("src") and "json" not in element.get("type", "")
    ):
        yield f"inline {tag}"
    if tag in ("script", "img", "link", "iframe") and "://" in element.get("src", element.get("href", "")):
        yield f"{tag} from another host"
    if tag == "img" and element.get("alt") is None:
        yield "img without alt"
    if tag == "a" and element.get("href") == "":
        yield f"link without an address: {words(element)}"
    if tag in ("a", "button") and not (words(element) or element.get("aria-label")):
        yield f"{tag} without words"
    controlled = tag in ("select", "textarea") or (tag == "input" and element.get("type") not in HIDDEN)
    named = element.get("aria-label") or element.get("aria-labelledby") or element.get("id") in labels
    if controlled and not named and id(element) not in inside:
        yield f"{tag} {element.get('name')} has no label"


def _lacks_token(form: Element) -> bool:
    if form.get("method", "get").lower() != "post" or urlsplit(form.get("action", "")).path.endswith("/exit"):
        return False
    return not any(field.get("name") == "csrf_token" and field.get("value") for field in form.iter("input"))


@dataclass
class Form:
    """A form as it stands on the page; ``fields`` holds what a browser would send."""

    action: str
    method: str
    fields: list[tuple[str, str]]
    buttons: list[tuple[str, str, str]] = field(default_factory=list)
    """(words, name, value) of every button."""

    def filled(self, values: dict[str, Any], button: str | None = None) -> list[tuple[str, str]]:
        """What is sent after typing ``values`` (a list ticks several, None unticks) and pressing a button."""
        sent = [(name, value) for name, value in self.fields if name not in values]
        for name, value in values.items():
            chosen = value if isinstance(value, list | tuple) else [] if value is None else [value]
            sent += [(name, str(one)) for one in chosen]
        for said, name, value in self.buttons:
            if name and button is not None and button in (said, name, value):
                sent.append((name, value))
        return sent


class Page:
    """One answer of the site, read as HTML."""

    def __init__(self, response: TestResponse) -> None:
        self.response = response
        self.status = response.status_code
        self.url = response.request.script_root + response.request.path
        self.html = response.get_data(as_text=True)
        self.root, _ = parse(self.html)

    @property
    def title(self) -> str:
        return words(self.root.find("head/title"))

    @property
    def h1(self) -> str:
        return words(next(self.root.iter("h1"), None))

    @property
    def text(self) -> str:
        return words(self.root.find("body"))

    @property
    def main(self) -> str:
        return words(next(self.root.iter("main"), None))

    def link(self, said: str) -> str:
        """The address of the first link with these words in it."""
        for link in self.root.iter("a"):
            if said in words(link):
                return urljoin(self.url, link.get("href", ""))
        raise AssertionError(f"no link says {said!r} on {self.url}: {self.main}")

    def forms(self) -> list[Form]:
        forms = {element: _form(element, self.url) for element in self.root.iter("form")}
        named = {element.get("id"): form for element, form in forms.items() if element.get("id")}
        for button in self.root.iter("button"):  # one that stands elsewhere and names its form
            owner = named.get(button.get("form"))
            if owner is not None:
                owner.buttons.append((words(button), button.get("name", ""), button.get("value", "")))
        return list(forms.values())

    def form(self, button: str | None = None) -> Form:
        """The form with this button; without one, the first that is not the leaving form."""
        for form in self.forms():
            said = [entry for pressed in form.buttons for entry in pressed]
            if (button in said) if button is not None else not form.action.endswith("/exit"):
                return form
        raise AssertionError(f"no form with {button!r} on {self.url}: {self.main}")


def _form(element: Element, url: str) -> Form:
    form = Form(urljoin(url, element.get("action") or url), element.get("method", "get").lower(), [])
    for control in element.iter():
        name = control.get("name", "")
        kind = control.get("type", "text")
        if control.tag == "button":
            form.buttons.append((words(control), name, control.get("value", "")))
        elif not name or control.get("disabled") is not None:
            continue
        elif control.tag == "textarea":
            form.fields.append((name, (control.text or "").removeprefix("\n")))
        elif control.tag == "select":
            options = list(control.iter("option"))
            chosen = [option for option in options if option.get("selected") is not None] or options[:1]
            form.fields += [(name, option.get("value", words(option))) for option in chosen]
        elif control.tag == "input" and kind in ("radio", "checkbox"):
            if control.get("checked") is not None:
                form.fields.append((name, control.get("value", "on")))
        elif control.tag == "input" and kind not in ("submit", "button", "reset"):
            form.fields.append((name, control.get("value", "")))
    return form


class PageClient(FlaskClient):
    """A browser without scripts. Every HTML page it receives is checked; a faulty one fails the test."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        response = super().open(*args, **kwargs)
        if (
            response.mimetype == "text/html"
            and response.data
            and response.status_code not in (301, 302, 303, 308)
        ):
            found = faults(response.get_data(as_text=True))
            assert found == [], f"{response.request.path}: {found}"
        if not any(part in response.request.path for part in WITH_A_COOKIE):
            assert "Set-Cookie" not in response.headers, f"{response.request.path} sets a cookie"
        return response

    def page(self, url: str, status: int = 200) -> Page:
        """Follows redirects, as a browser does."""
        page = Page(self.get(url, follow_redirects=True))
        assert page.status == status, f"{url} answered {page.status}: {page.main}"
        return page

    def submit(
        self,
        page: Page,
        values: dict[str, Any] | None = None,
        button: str | None = None,
        status: int = 200,
    ) -> Page:
        """Fills the form that has this button (or the first form), presses it, and follows."""
        form = page.form(button)
        sent = form.filled(values or {}, button)
        origin = {"Origin": "http://localhost"}
        data: dict[str, list[str]] = {}
        for name, value in sent:
            data.setdefault(name, []).append(value)
        if form.method == "get":
            found = Page(self.get(form.action, query_string=data, follow_redirects=True))
        else:
            found = Page(self.post(form.action, data=data, headers=origin, follow_redirects=True))
        assert found.status == status, f"{form.action} answered {found.status}: {found.main}"
        return found

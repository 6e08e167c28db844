"""Every page of the office that links lead to: no fault, no sideways scrolling, no policy violation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import url_for
from playwright.sync_api import Error as PlaywrightError
from werkzeug.exceptions import HTTPException

from portal.accounts import sign_in as signing
from portal.accounts.people import ROLES
from portal.office import navigation
from portal.office import visit as office_visit
from surveys.authoring import beginning, drafting, previews
from surveys.questionnaire import conditions, editing
from surveys.questionnaire.conditions import Target
from tests.browser import audit
from tests.browser.keyboard import Keyboard
from tests.browser.served import Served
from tests.browser.visit import PHONE, WIDE, Visit
from tests.office import add_officer
from tests.surveys.questionnaire import samples

Visiting = Callable[..., AbstractContextManager[Visit]]
MOST = 45
"""Pages looked at in one group: enough for every kind of page it has."""

STOPS = 50
"""Stops of the Tab key that are looked at on each page."""

LINKS = """() => [...document.querySelectorAll("main a[href], .office-subnav a[href]")].map((a) => a.href)"""


def signed_in(portal: Served, visit: Visit) -> None:
    """A fresh session of an officer who may do everything."""
    now = portal.clock()
    with portal.store.writing() as session:
        officer = add_officer(session, *ROLES, keys=portal.keys, now=now, name="Robin Sample")
        token = signing.open_session(session, officer.id, now=now, keys=portal.keys)
    with portal.app.test_request_context():
        value = office_visit._signer().dumps([token, int(now.timestamp())])
        name = office_visit.cookie_name()
    visit.context.add_cookies([{"name": name, "value": str(value), "url": portal.url}])


def endpoint(portal: Served, address: str) -> str | None:
    """The office endpoint a link leads to by GET."""
    try:
        found: str = portal.app.url_map.bind("127.0.0.1").match(address, method="GET")[0]
    except HTTPException:
        return None
    return found if found.startswith("office.") else None


def crawl(portal: Served, visit: Visit, keys: tuple[str, ...]) -> Iterator[tuple[str, int]]:
    """One page of every endpoint reached from these sections: (address, status), as it is opened."""
    sections = [one for one in navigation.SECTIONS if one.key in keys]
    with portal.app.test_request_context():
        waiting = [url_for(one.endpoint) for one in sections]
    others = {one.endpoint for one in navigation.SECTIONS} - {one.endpoint for one in sections}
    seen: set[str] = set()
    while waiting and len(seen) < MOST:
        address = waiting.pop(0)
        name = endpoint(portal, address.partition("?")[0])
        if name is None or name in seen or name in others:
            continue
        seen.add(name)
        yield address, open_or_fetch(visit, address)
        for link in visit.page.evaluate(LINKS) if visit.path.startswith("/office") else ():
            parts = urlsplit(link)
            if link.startswith(portal.url + "/office"):
                waiting.append(parts.path + (f"?{parts.query}" if parts.query else ""))


def open_or_fetch(visit: Visit, address: str) -> int:
    """The page's status; 0 for an address that answers with a file."""
    try:
        return visit.open(address)
    except PlaywrightError as problem:
        if "Download is starting" in str(problem) or "ERR_ABORTED" in str(problem):
            return 0
        raise


def tabbed_through(visit: Visit) -> list[str]:
    """Where somebody with a keyboard alone would lose sight of the focus on this page."""
    visit.look(WIDE)
    keys = Keyboard(visit)
    for _ in range(STOPS):
        if keys.tab() is None:
            break
    return keys.lost()


NESTED: dict[str, Any] = {
    "all": [
        {"question": "age", "includes": ["13-15"]},
        {"not": {"any": [{"question": "topics", "at_least": 2}, {"question": "place", "answered": True}]}},
    ]
}
OF_A_DRAFT = (
    *("", "/pages/9", "/questions/topics", "/questions/age/answers/13-15", "/routes/page/9"),
    *(
        "/routes/page/9/condition?do=put&at=1.0",
        "/tables",
        "/tables/groups/age",
        "/tables/sums/safe-dark.unsafe",
    ),
    *(
        "/tables/add-table",
        "/map",
        "/languages/pl",
        "/preview",
        "/publish",
        "/history",
        "/history/1",
        "/settings",
        "/frame",
    ),
)


def a_draft(portal: Served) -> str:
    """A draft with a condition in groups and a link to its preview; its address."""
    how: dict[str, Any] = {"by": "officer:x", "now": portal.clock(), "keys": portal.keys}
    document = conditions.put_condition(
        conditions.add_condition(samples.every_kind(), Target("page", "9"), NESTED["all"][0]),
        Target("page", "9"),
        NESTED,
        (),
    )
    with portal.store.writing() as session:
        draft = beginning.begin(session, document, name="Next year", origin="blank", **how)
        mine = editing.set_question(document, "age", {"hint": {"en_GB": "In years"}})
        drafting.take_in(session, draft.id, mine, action="form.import", seen_version=0, **how)
        previews.share(session, draft, days=3, **how)
        return f"/office/surveys/{draft.id}"


def test_no_fault_on_any_page_of_a_draft(visiting_portal: Visiting, portal: Served) -> None:
    """The year that the other pages show has no draft."""
    home, found = a_draft(portal), list[str]()
    with visiting_portal() as visit:
        signed_in(portal, visit)
        for rest in OF_A_DRAFT:
            status = visit.open(home + rest)
            if status != 200:
                found.append(f"{rest} answered {status}")
            for width in (WIDE, PHONE):
                visit.look(width)
                wide = audit.sideways(visit.page)
                if wide is not None:
                    found.append(f"{rest} at {width} scrolls sideways: {wide}")
            found += [f"{rest}: {fault}" for fault in audit.axe(visit.page)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("group", navigation.GROUPS, ids=[group.words for group in navigation.GROUPS])
def test_no_fault_on_any_office_page(
    visiting_portal: Visiting, portal: Served, group: navigation.Group
) -> None:
    found: list[str] = []
    with visiting_portal() as visit:
        signed_in(portal, visit)
        for address, status in crawl(portal, visit, group.keys):
            if status == 0:
                continue
            if status != 200:
                found.append(f"{address} answered {status}")
                continue
            for width in (WIDE, PHONE):
                visit.look(width)
                wide = audit.sideways(visit.page)
                if wide is not None:
                    found.append(f"{address} at {width} scrolls sideways: {wide}")
            found += [f"{address}: {fault}" for fault in audit.axe(visit.page)]
            found += tabbed_through(visit)
    assert not found, "\n".join(found)

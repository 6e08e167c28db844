"""A consultation driven to its end by two officers with a keyboard alone, with scripts and without."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from portal.accounts import sign_in as signing
from portal.accounts.people import Officer
from portal.office import visit as office_visit
from portal.partnership import pages, rounds
from tests.browser.keyboard import Keyboard
from tests.browser.served import Served, serve
from tests.browser.visit import Visit, visiting
from tests.conftest import NOW
from tests.office import add_officer

SLUG = "2027"
OPENS, CLOSES, LATER = "2027-02-01", "2027-03-28", "2027-04-04"


@pytest.fixture
def own(prepared_database: Path, tmp_path: Path, compiled_languages: None) -> Iterator[Served]:
    """A portal of this test alone: its clock moves, and its partnership has confirmed what only it can."""
    with serve(Path(shutil.copy(prepared_database, tmp_path)), tmp_path) as served:
        signature = {"by": "cli:tests", "now": NOW, "keys": served.keys}
        with served.store.writing() as session:
            for entry in pages.current(session, "privacy", pages.SOURCE):
                facts = entry.facts.model_dump(mode="json", exclude_none=True) | {"state": "given"}
                pages.revise(session, "privacy", entry.key, pages.NEUTRAL, facts, **signature)
            for entry in pages.current(session, "helpline", pages.SOURCE):
                facts = entry.facts.model_dump(mode="json", exclude_none=True)
                if entry.facts.shown:
                    facts |= {"state": "checked", "last_checked": "2027-01-20"}
                    pages.revise(session, "helpline", entry.key, pages.NEUTRAL, facts, **signature)
            for name in ("Cara", "Dev"):
                add_officer(session, "safeguarding", keys=served.keys, now=NOW, name=name)
        yield served


def at_the_desk(served: Served, visit: Visit, officer: Officer) -> Keyboard:
    """The officer has just signed in, in this browser."""
    now = served.clock()
    with served.store.writing() as session:
        token = signing.open_session(session, officer.id, now=now, keys=served.keys)
    with served.app.test_request_context():
        value = office_visit._signer().dumps([token, int(now.timestamp())])
        name = office_visit.cookie_name()
    visit.context.add_cookies([{"name": name, "value": str(value), "url": served.url}])
    return Keyboard(visit)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_consultation_from_a_copy_to_its_end(browser: Browser, own: Served, scripts: bool) -> None:
    own.clock.now = dt.datetime(2027, 1, 21, 12, tzinfo=dt.UTC)
    with own.store.writing() as session:
        who = {"keys": own.keys, "now": own.clock()}
        anna = add_officer(session, "consultation", "safeguarding", name="Anna", **who)  # type: ignore[arg-type]
        ben = add_officer(session, "administrator", name="Ben", **who)  # type: ignore[arg-type]
    with (
        visiting(browser, own, scripts=scripts, width=900, locale="en-GB") as hers,
        visiting(browser, own, scripts=scripts, width=900, locale="en-GB") as his,
    ):
        keys = at_the_desk(own, hers, anna)
        hers.open("/office/rounds")
        keys.follow("Prepare a consultation")
        keys.send({"start": "2026", "slug": SLUG, "title": "What should we do in 2027?"}, "Begin")
        assert hers.h1 == "What should we do in 2027?"
        keys.follow("Dates")
        keys.send({"facts-opens": OPENS, "facts-closes": CLOSES}, "Save")
        keys.follow("Data protection impact assessment")
        keys.send({"facts-impact_assessment": "DPIA 27"}, "Save")
        keys.follow("Two people for safeguarding, with cover")
        keys.send({"arrangement": "Cara, then Dev, every working day."}, "Confirm the cover")
        keys.to(href=f"{own.url}/office/rounds/{SLUG}/lines/languages")
        with hers.page.expect_navigation():
            keys.press("Enter")
        keys.send({"reason": "Polish follows when somebody has read it."}, "Set it aside")
        main = hers.page.locator("main").inner_text()
        assert "1 line still stops it" in main, main

        second = at_the_desk(own, his, ben)
        his.open(f"/office/rounds/{SLUG}")
        second.follow("Sign-off by a second person")
        second.send({}, "Approve exactly this")
        assert "Ready to open" in his.page.locator("main").inner_text()

        hers.open(f"/office/rounds/{SLUG}")
        keys.send({}, "Set it to open")
        assert "It opens and closes by itself" in hers.page.locator("body").inner_text()

        own.clock.now = dt.datetime(2027, 3, 20, 12, tzinfo=dt.UTC)
        keys = _again(own, hers, anna, keys)
        hers.open(f"/office/rounds/{SLUG}")
        keys.follow("Change the dates, pause or withdraw")
        keys.send({"what": "extend", "day": LATER, "reason": "Snow closed the libraries."}, "Change it")
        hers.open(f"/rounds/{SLUG}")
        said = hers.page.locator("main").inner_text()
        assert "it stays open until 4 April 2027" in said
        assert "Snow closed the libraries." in said

        hers.open(f"/office/rounds/{SLUG}/change")
        keys.send({"what": "close", "reason": "Everybody has answered."}, "Change it")
        hers.open(f"/rounds/{SLUG}?anew=1")  # the page itself may be a minute old
        assert "Everybody has answered." in hers.page.locator("main").inner_text()
    with own.store.reading() as session:
        ended = rounds.one(session, SLUG, own.clock() + dt.timedelta(hours=2))
        assert ended is not None
        assert ended.state == "closed"
    lost = keys.lost() + second.lost()
    assert not lost, "\n".join(lost)
    assert keys.stops > 100


def _again(own: Served, visit: Visit, officer: Officer, before: Keyboard) -> Keyboard:
    """Signed in anew after a while, with what went wrong before kept."""
    keys = at_the_desk(own, visit, officer)
    keys.faults, keys.stops = before.faults, before.stops
    return keys

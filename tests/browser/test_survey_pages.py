"""Every page a resident can meet, in both languages, with every mistake: no fault, and a neutral title."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from portal import errors
from portal.permissions import PERMISSIONS, Permission
from surveys.questionnaire.model import Questionnaire
from tests.browser import audit
from tests.browser.answering import (
    ABOUT,
    MORE,
    ONWARD,
    ORGANISATION,
    RESIDENT,
    act,
    begin,
    fill,
    go_on,
    pages,
)
from tests.browser.served import EVERY_KIND, ONE_PAGE, ORGANISATIONS, STATES, THIS_YEAR, Served
from tests.browser.visit import Visit
from tests.surveys.questionnaire import samples

PREFIXES = pytest.mark.parametrize("prefix", ["", "/pl"], ids=["en", "pl"])
ERROR = {"": "Error: ", "/pl": "Błąd: "}
TAIL = {"": "Local survey", "/pl": "Ankieta lokalna"}

ENDPOINTS = {
    "whole": {"start", "page", "offer", "check", "send", "confirmation"},
    "elsewhere": {"start", "stop", "hand_over", "form", "save", "confirmation"},
    "codes": {"resume", "receipt", "withdrawal", "left", "what_exit_hides", "away"},
    "letters": {"invited", "updates", "permission", "leave", "stop", "complaint", "complaint_sent"},
}
"""Which addresses each test looks at; together they are all there are."""
ONLY_POSTED = {"leave", "stay", "appeal"}
"""An appeal follows a moderator's decision: its pages are looked at where such decisions are made."""


@dataclass
class Looker:
    """Looks at page after page and keeps what is wrong with each."""

    visit: Visit
    portal: Served
    prefix: str
    found: list[str] = field(default_factory=list)
    endpoints: set[str] = field(default_factory=set)
    topics: re.Pattern[str] = re.compile("$^")

    def at(self, document: Questionnaire) -> Looker:
        """From here on no title may hold a word of this document's topics."""
        headline = document.question_by_id.get(document.headline or "")
        said = [words for o in headline.options for words in o.text.values()] if headline else []
        telling = {word.casefold() for words in said for word in re.findall(r"\w{5,}", words)}
        self.topics = re.compile("|".join(rf"\b{re.escape(word)}" for word in telling) or "$^")
        return self

    def look(self, *, error: bool = False, tail: str = "") -> None:
        visit = self.visit
        self.found += audit.faults(visit)
        title = visit.page.title()
        if error and not title.startswith(ERROR[self.prefix]):
            self.found.append(f"{visit.path}: an error page is called {title!r}")
        if tail and not title.endswith(f" – {tail}"):
            self.found.append(f"{visit.path} is called {title!r}")
        for words in (title, visit.path):
            if self.topics.search(words.casefold()):
                self.found.append(f"{visit.path} tells a topic: {words!r}")
        path = visit.path.partition("?")[0].removeprefix(self.prefix)
        endpoint = self.portal.app.url_map.bind("127.0.0.1").match(path)[0]
        self.endpoints.add(endpoint.partition(".")[2])

    def open(self, path: str, status: int = 200, **how: Any) -> None:
        assert self.visit.open(self.prefix + path) == status, path
        self.look(**how)

    def nothing_wrong(self, name: str) -> None:
        assert not self.found, "\n".join(self.found)
        assert self.endpoints >= ENDPOINTS[name]


@pytest.fixture
def looker(visit: Visit, portal: Served, request: pytest.FixtureRequest) -> Looker:
    return Looker(visit, portal, request.node.callspec.params["prefix"])


def test_every_address_of_a_survey_is_looked_at() -> None:
    respond = {name.partition(".")[2] for name, row in PERMISSIONS.items() if row is Permission.RESPOND}
    assert set().union(*ENDPOINTS.values()) - ONLY_POSTED == respond - ONLY_POSTED


@PREFIXES
def test_no_fault_on_the_residents_survey(looker: Looker, prefix: str) -> None:
    visit, document = looker.visit, looker.portal.document(THIS_YEAR)
    looker.at(document)
    looker.open(f"/surveys/{THIS_YEAR}/start", tail=TAIL[prefix])
    begin(visit, THIS_YEAR, prefix)
    for path in pages(visit, document, RESIDENT | MORE | ABOUT):
        looker.look(tail=TAIL[prefix])
        if path.endswith("/questions/3"):
            fill(visit.page, {"age": ["13-15"]})
            go_on(visit)
            assert visit.path.endswith("/questions/3a")
            looker.look(tail=TAIL[prefix])
            visit.open(path)
    assert visit.path == f"{prefix}/surveys/{THIS_YEAR}/sent"
    looker.nothing_wrong("whole")


MISTAKES: dict[str, tuple[dict[str, list[str]], ...]] = {
    "connection": ({"connection": ["live", "none"]}, {"connection": ["nonsense"]}),
    "place": ({"place": ["nonsense"]},),
    "age": ({},),
    "safe-day": ({"safe-day": ["nonsense"], "safe-dark": ["nonsense"]},),
    "topics": (
        {"topics": ["asb", "burglary", "roads", "scams"]},
        {"topics": ["else"], "topics.else": ["x" * 400]},
    ),
    "topic-first": ({"topic-first": ["nonsense"]},),
    "why": ({"why": ["x" * 1200]},),
    "help-known": ({"help-known.scams": ["nonsense"]},),
    "trust": ({"trust": ["nonsense"]},),
    "improve": (
        {"improve.1": ["lights"], "improve.2": ["lights"]},
        {"improve.1": [""], "improve.2": ["lights"]},
    ),
    "years": ({"years": ["many"]}, {"years": ["111"]}),
    "heard": ({"heard": ["x" * 61]},),
}
"""What to get wrong, by the first question of the page; values no control offers are slipped into one."""


def slip_in(visit: Visit, fields: dict[str, list[str]]) -> None:
    """Fills in the fields; a value that stands nowhere on the page takes the place of the first that does."""
    for name, values in fields.items():
        control = visit.page.locator(f'#answers [name="{name}"]').first
        if values == ["nonsense"]:
            control.evaluate(
                """(one) => { const option = one.options ? one.options[1] : one;
                option.value = "nonsense"; one.options ? one.selectedIndex = 1 : one.checked = true; }"""
            )
        elif values == ["live", "none"]:  # the script would untick one of them
            visit.page.locator(f'#answers [name="{name}"]').evaluate_all(
                "(all) => all.forEach((one) => one.checked = true)"
            )
        else:
            fill(visit.page, {name: values})


@PREFIXES
def test_no_fault_on_any_mistake_in_any_kind_of_question(looker: Looker, prefix: str) -> None:
    visit, document = looker.visit, samples.every_kind()
    looker.at(document)
    looker.open(f"/surveys/{EVERY_KIND}/start", tail=TAIL[prefix])
    begin(visit, EVERY_KIND, prefix)
    made = set()
    for path in pages(visit, document, samples.PATHS["adult, everything"]):
        looker.look(tail=TAIL[prefix])
        asked = "/questions/" in path and document.page_by_id[path.rpartition("/")[2]].questions
        for fields in MISTAKES.get(asked[0].id, ()) if asked else ():
            slip_in(visit, fields)
            go_on(visit)
            assert visit.path == path, f"{fields} was taken"
            looker.look(error=True, tail=TAIL[prefix])
            made.add(asked[0].id)
            visit.open(path)
    assert made == set(MISTAKES)
    looker.nothing_wrong("whole")


@PREFIXES
def test_no_fault_where_a_survey_ends_early_or_cannot_be_answered(looker: Looker, prefix: str) -> None:
    visit, portal = looker.visit, looker.portal
    for slug, state in STATES.items():
        looker.open(f"/surveys/{slug}/start", 410 if state == "withdrawn" else 200, tail=TAIL[prefix])
    looker.at(portal.document(THIS_YEAR))
    begin(visit, THIS_YEAR, prefix)
    act(visit, "save")
    looker.look(tail=TAIL[prefix])
    looker.open(f"/surveys/{THIS_YEAR}/start")
    looker.open(f"/surveys/{THIS_YEAR}/check")  # nothing answered yet: leads back
    visit.open(f"{prefix}/surveys/{THIS_YEAR}/questions/1")
    fill(visit.page, {"connection": ["organisation"]})
    go_on(visit)
    looker.look(tail=TAIL[prefix])
    go_on(visit)
    assert visit.path == f"{prefix}/surveys/{ORGANISATIONS}/start"
    looker.look()
    visit.leave_by(visit.page.locator("main form button").first)
    for _ in pages(visit, portal.document(ORGANISATIONS), ORGANISATION):
        looker.look()
    begin(visit, THIS_YEAR, prefix)
    for _ in range(2):
        act(visit, "skip")
    fill(visit.page, {"age": ["under-13"]})
    go_on(visit)
    looker.look(tail=TAIL[prefix])
    looker.open(f"/surveys/{ONE_PAGE}/start")
    visit.leave_by(visit.page.locator("main form button").first)
    looker.look()
    fill(visit.page, {"comment": ["x" * 201]})
    go_on(visit)
    looker.look(error=True)
    fill(visit.page, {"comment": ["Short"], "safe": ["never"], "publish": ["yes"]})
    go_on(visit)
    looker.look()
    looker.nothing_wrong("elsewhere")


def return_code(visit: Visit) -> str:
    return visit.page.locator(".receipt__code").inner_text()


@PREFIXES
def test_no_fault_when_coming_back_or_going_away(looker: Looker, prefix: str, portal: Served) -> None:
    visit = looker.visit
    looker.open("/surveys/left", tail=TAIL[prefix])
    looker.open("/surveys/exit-this-page")
    looker.open("/surveys/return")
    looker.open("/surveys/receipt/withdrawal")
    begin(visit, THIS_YEAR, prefix)
    act(visit, "save")
    code = return_code(visit)
    then = portal.clock.now
    portal.clock.pass_by(minutes=25)
    looker.open(f"/surveys/{THIS_YEAR}/away")
    portal.clock.now = then
    for path, typed in (
        ("return", ""),
        ("return", "4821 7730 1956 2284"),
        ("receipt", code),
        ("receipt", "EC!"),
    ):
        visit.open(f"{prefix}/surveys/{path}")
        fill(visit.page, {"code": [typed]})
        go_on(visit)
        looker.look(error=True)
    begin(visit, ONE_PAGE, prefix)
    fill(visit.page, {"safe": ["never"]})
    go_on(visit)
    number = return_code(visit)
    visit.open(f"{prefix}/surveys/return")
    fill(visit.page, {"code": [number]})
    go_on(visit)
    looker.look(error=True)
    visit.open(f"{prefix}/surveys/receipt")
    fill(visit.page, {"code": [number]})
    go_on(visit)
    looker.look()
    visit.leave_by(visit.page.locator("#answers button").first)
    looker.look()
    visit.leave_by(visit.page.locator("#answers button").first)
    looker.look()
    assert visit.path == f"{prefix}/surveys/receipt/withdrawal"
    looker.nothing_wrong("codes")


@PREFIXES
def test_no_fault_on_letters_and_links(looker: Looker, prefix: str) -> None:
    visit = looker.visit
    for path, status in (
        ("/surveys/invited/nothing", 404),
        ("/updates/nothing", 404),
        ("/updates/nothing/leave", 200),
        ("/updates/stop", 200),
        ("/privacy/complaint", 200),
    ):
        looker.open(path, status)
    visit.leave_by(visit.page.locator("main form button").first)
    looker.look(error=True)
    visit.page.locator("#text").fill("You kept my address.")
    visit.leave_by(visit.page.locator("main form button").first)
    looker.look()
    assert visit.path == f"{prefix}/privacy/complaint/sent"
    begin(visit, ONE_PAGE, prefix)
    fill(visit.page, {"comment": ["Short"], "safe": ["never"], "publish": ["yes"]})
    go_on(visit)
    number = return_code(visit)
    visit.open(f"{prefix}/surveys/receipt")
    fill(visit.page, {"code": [number]})
    go_on(visit)
    visit.leave_by(visit.page.locator("form[action$='/permission'] button").first)
    looker.look()
    looker.nothing_wrong("letters")


def refusals(visit: Visit, prefix: str) -> Iterator[str]:
    """Brings about every page that says an answer was not taken; yields what each is."""
    page, start = visit.page, f"{prefix}/surveys/{EVERY_KIND}"
    begin(visit, EVERY_KIND, prefix)
    visit.context.clear_cookies()
    go_on(visit)
    yield "expired"
    begin(visit, EVERY_KIND, prefix)
    other = visit.context.new_page()
    fill(page, {"connection": ["live"]})
    go_on(visit)
    fill(page, {"place": ["ashby"]})
    go_on(visit)
    fill(page, {"age": ["25-64"]})
    go_on(visit)
    other.goto(f"{visit.portal.url}{start}/questions/2")
    other.select_option('[name="place"]', "birch-end")
    page.goto(f"{visit.portal.url}{start}/questions/2")
    go_on(visit)
    other.locator(ONWARD).first.click()  # opens the question about the ward
    page.goto(f"{visit.portal.url}{start}/questions/3")
    other.goto(f"{visit.portal.url}{start}/questions/2")
    other.select_option('[name="place"]', "ashby")
    other.locator(ONWARD).first.click()  # and closes it again
    go_on(visit)
    yield "stale"
    other.goto(f"{visit.portal.url}{start}/start")
    page.goto(f"{visit.portal.url}{start}/questions/1")
    visit.portal.clock.pass_by(minutes=30)
    go_on(visit)
    yield "away"
    begin(visit, EVERY_KIND, prefix)
    visit.portal.clock.pass_by(days=60)
    go_on(visit)
    yield "not taken"
    other.close()


@PREFIXES
def test_no_fault_on_any_refusal(looker: Looker, prefix: str) -> None:
    clock = looker.portal.clock
    then = clock.now
    try:
        seen = []
        for what in refusals(looker.visit, prefix):
            looker.look()
            seen.append((what, looker.visit.h1))
    finally:
        clock.now = then
    assert not looker.found, "\n".join(looker.found)
    if not prefix:
        assert seen == [
            ("expired", "This page was open for too long"),
            ("stale", "This page has changed"),
            ("away", "You were away for a while"),
            ("not taken", "Your answer was not saved"),
        ]


FAULTS: dict[str, tuple[int, dict[str, Any]]] = {
    **{name: (status, {}) for status, name in errors.PAGES.items()},
    "not-saved": (503, {"fields": [("why", "Cars\non the path")], "action": "/surveys/x/questions/1"}),
}


@PREFIXES
def test_no_fault_on_any_page_about_a_fault(looker: Looker, prefix: str) -> None:
    visit, portal = looker.visit, looker.portal

    def drawn(draw: Callable[[], Any], path: str) -> tuple[str, int, dict[str, str]]:
        locale = {"portal.locale": "pl", "SCRIPT_NAME": "/pl"} if prefix else {}
        with portal.app.test_request_context(path, environ_overrides=locale):
            response = portal.app.process_response(portal.app.make_response(draw()))
            return response.get_data(as_text=True), response.status_code, dict(response.headers)

    for name, (status, facts) in FAULTS.items():
        for path in ("/help", f"/surveys/{THIS_YEAR}/start"):
            body, code, headers = drawn(lambda: errors.page(status, name, **facts), path)  # noqa: B023
            visit.page.route("**/start", lambda route: route.fulfill(body=body, status=code, headers=headers))  # noqa: B023
            visit.open(f"{prefix}/surveys/{THIS_YEAR}/start")
            assert visit.page.locator("h1").count() == 1, name
            looker.found += [f"{name}: {fault}" for fault in audit.faults(visit)]
            visit.page.unroute("**/start")
    for saved in (True, False):
        visit.page.set_content(errors.last_resort(saved=saved))
        looker.found += [f"last resort: {fault}" for fault in audit.faults(visit)]
    assert not looker.found, "\n".join(looker.found)

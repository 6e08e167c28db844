"""The survey with a keyboard alone: every stop can be seen, none is covered, and nothing is out of reach."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from tests.browser.answering import ABOUT, RESIDENT, begin, fields_of
from tests.browser.keyboard import Keyboard
from tests.browser.served import EVERY_KIND, LAST_YEAR, THIS_YEAR, Served
from tests.browser.visit import Visit
from tests.surveys.questionnaire import samples

Visiting = Callable[..., AbstractContextManager[Visit]]


def test_the_whole_survey_by_keyboard(visiting_portal: Visiting, portal: Served) -> None:
    before = portal.count(THIS_YEAR)
    fields = fields_of(portal.document(THIS_YEAR), RESIDENT | ABOUT)
    with visiting_portal(width=400, height=560) as visit:
        keys = Keyboard(visit)
        visit.open("/")
        keys.to(words="Skip to the page")
        keys.press("Enter")
        stop = keys.tab()
        assert stop is not None
        assert stop["main"]
        keys.to(href=f"{portal.url}/surveys/{THIS_YEAR}/start")
        with visit.page.expect_navigation():
            keys.press("Enter")
        keys.follow("Start")
        while not visit.path.endswith("/sent"):
            here = visit.path
            action = "check" if "/more/" in here else "more" if here.endswith("/check") else ""
            keys.answer(fields, action)
            assert visit.path != here
        assert visit.h1 == "Thank you. Your answers have been sent"
        assert keys.stops > 150
    assert not keys.faults, "\n".join(keys.faults)
    assert portal.count(THIS_YEAR) == before + 1


def test_every_kind_of_question_by_keyboard(visiting_portal: Visiting) -> None:
    document = samples.every_kind()
    fields = fields_of(document, samples.PATHS["adult, everything"])
    with visiting_portal(width=400, height=560) as visit:
        keys = Keyboard(visit)
        begin(visit, EVERY_KIND)
        while not visit.path.endswith("/check"):
            here = visit.path
            keys.answer(fields, "more" if "/more/" in here else "")
            assert visit.path != here
        said = visit.page.locator("main").inner_text()
    assert not keys.faults, "\n".join(keys.faults)
    for words in (
        "Birch End",
        "Dogs on the loose",
        "1. More patrols",
        "12 years",
        "It was late",
        "At the library",
    ):
        assert words in said


def test_the_way_back_is_not_covered_either(visiting_portal: Visiting, portal: Served) -> None:
    fields = fields_of(portal.document(THIS_YEAR), RESIDENT)
    with visiting_portal(width=400, height=560) as visit:
        keys = Keyboard(visit)
        begin(visit, THIS_YEAR)
        while not visit.path.endswith("/questions/5"):
            keys.answer(fields)
        visit.page.locator('#answers button[value="save"], [form="answers"][value="save"]').last.focus()
        count = 0
        while (stop := keys.tab(back=True)) is not None and "exit" not in stop["who"] and count < 80:
            count += 1
        assert count > 20
        visit.open(f"/results/{LAST_YEAR}")
        for _ in range(40):
            keys.tab()
        for _ in range(40):
            keys.tab(back=True)
    assert not keys.faults, "\n".join(keys.faults)


def test_an_error_takes_the_focus_and_leads_to_its_field(visit: Visit) -> None:
    keys = Keyboard(visit)
    begin(visit, EVERY_KIND)
    while not visit.path.endswith("/questions/4"):
        keys.answer({})
    keys.answer({})
    here = keys.focused()
    assert here is not None
    assert here["words"].startswith("There is a problem")
    link = keys.tab()
    assert link is not None
    assert link["tag"] == "a"
    keys.press("Enter")
    field = keys.focused()
    assert field is not None
    assert (field["name"], field["type"]) == ("age", "radio")
    assert not keys.faults, "\n".join(keys.faults)

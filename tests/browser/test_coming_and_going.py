"""Leaving fast, coming back, staying away too long, another language: what is kept and what is not shown."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from tests.browser.answering import ONWARD, RESIDENT, act, begin, fields_of, fill, go_on
from tests.browser.elsewhere import TITLE
from tests.browser.served import THIS_YEAR, Served
from tests.browser.visit import Visit

Visiting = Callable[..., AbstractContextManager[Visit]]
WORDS = "Ktoś stoi pod moim domem"


def answered_until(visit: Visit, portal: Served, page: str, prefix: str = "") -> None:
    """Stands before this question, everything before it answered."""
    fields = fields_of(portal.document(THIS_YEAR), RESIDENT)
    begin(visit, THIS_YEAR, prefix)
    while not visit.path.endswith(f"/questions/{page}"):
        fill(visit.page, fields)
        go_on(visit)


def gone(visit: Visit) -> None:
    """The browser shows another site, and this one can no longer be seen from it."""
    assert not visit.page.url.startswith(visit.portal.url)
    assert visit.page.locator("h1").inner_text() == TITLE
    assert not [cookie for cookie in visit.context.cookies() if cookie.get("name") == "portal"]
    visit.page.go_back()
    assert visit.h1 == "This page is closed"
    words = visit.page.content()
    for telling in (WORDS, "ely", "Road safety", "szkoły"):
        assert telling not in words
    visit.open(f"/surveys/{THIS_YEAR}/check")
    assert visit.h1 == "This page is closed"
    visit.abroad.clear()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_exit_shows_another_site_and_back_shows_no_answer(
    visiting_portal: Visiting, portal: Served, scripts: bool
) -> None:
    with visiting_portal(scripts=scripts, width=320, height=560) as visit:
        answered_until(visit, portal, "7")
        fill(visit.page, {"why": [WORDS]})
        visit.leave_by(visit.page.locator(".exit button"))
        gone(visit)


def test_exit_stays_on_the_screen_while_scrolling(visiting_portal: Visiting, portal: Served) -> None:
    with visiting_portal(width=320, height=560) as visit:
        answered_until(visit, portal, "5")
        visit.page.evaluate("scrollTo(0, document.body.scrollHeight)")
        box = visit.page.locator(".exit button").bounding_box()
        assert box is not None
        assert 0 <= box["y"] < 60
        assert box["height"] >= 44


def test_shift_pressed_three_times_leaves(visit: Visit, portal: Served) -> None:
    answered_until(visit, portal, "7")
    visit.page.locator("textarea").fill(WORDS)
    visit.page.keyboard.press("Shift+A")  # a capital letter is no wish to leave
    for _ in range(2):
        visit.page.keyboard.press("Shift")
    assert visit.page.locator("[data-exit-status]").inner_text() != ""
    assert visit.page.locator("textarea").input_value() == WORDS + "A"
    with visit.page.expect_navigation():
        visit.page.keyboard.press("Shift")
    gone(visit)


def test_exit_works_after_the_form_token_has_gone(visit: Visit, portal: Served) -> None:
    answered_until(visit, portal, "4")
    visit.context.clear_cookies()
    visit.leave_by(visit.page.locator(".exit button"))
    gone(visit)


def test_saved_here_and_carried_on_in_another_browser(visiting_portal: Visiting, portal: Served) -> None:
    with visiting_portal() as first:
        answered_until(first, portal, "7")
        first.page.locator("textarea").fill(WORDS)
        act(first, "save")
        code = first.page.locator(".receipt__code").inner_text()
        with visiting_portal(scripts=False, width=320) as second:
            second.open("/pl/surveys/return")
            fill(second.page, {"code": [code]})
            go_on(second)
            assert second.path == f"/pl/surveys/{THIS_YEAR}/questions/8"
            second.leave_by(second.page.locator(".govuk-back-link"))
            assert second.page.locator("textarea").input_value() == WORDS
        first.open(f"/surveys/{THIS_YEAR}/questions/7")
        assert first.h1 == "This page is closed"


def test_a_warning_before_closing_loses_nothing(visit: Visit, portal: Served) -> None:
    visit.page.clock.install()
    answered_until(visit, portal, "7")
    visit.page.locator("textarea").fill(WORDS)
    warning = visit.page.locator("#idle")
    visit.page.clock.run_for("17:00")
    assert not warning.is_visible()
    visit.page.clock.run_for("01:30")
    warning.wait_for()
    with visit.page.expect_response("**/surveys/stay") as kept:
        warning.locator("[data-carry-on]").click()
    assert kept.value.status == 204
    warning.wait_for(state="hidden")
    assert visit.page.locator("textarea").input_value() == WORDS
    act(visit, "save")
    code = visit.page.locator(".receipt__code").inner_text()
    visit.open(f"/surveys/{THIS_YEAR}/questions/7")
    visit.page.locator("textarea").fill(WORDS + "!")
    with visit.page.expect_navigation():
        visit.page.clock.run_for("20:30")
    assert visit.h1 == "You were away for a while"
    assert WORDS not in visit.page.content()
    fill(visit.page, {"code": [code]})
    go_on(visit)
    visit.open(f"/surveys/{THIS_YEAR}/questions/7")
    assert visit.page.locator("textarea").input_value().startswith(WORDS)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_double_click_on_send_gives_one_response(
    visiting_portal: Visiting, portal: Served, scripts: bool
) -> None:
    before = portal.count(THIS_YEAR)
    with visiting_portal(scripts=scripts) as visit:
        answered_until(visit, portal, "8")
        act(visit, "finish")
        visit.page.locator('button[value="send"]').dblclick()
        visit.page.wait_for_url("**/sent")
        assert visit.page.locator(".receipt__code").count() == 1
        visit.page.reload()
        assert visit.h1 == "Thank you. Your answers have been sent"
    assert portal.count(THIS_YEAR) == before + 1


def test_another_language_keeps_the_place_and_the_answers(visit: Visit, portal: Served) -> None:
    answered_until(visit, portal, "6")
    visit.leave_by(visit.page.get_by_role("link", name="Polski"))
    assert visit.path == f"/pl/surveys/{THIS_YEAR}/questions/6"
    assert visit.page.locator("html").get_attribute("lang") == "pl"
    visit.leave_by(visit.page.locator(".govuk-back-link"))
    ticked = visit.page.locator('#answers [name="topics"]:checked').evaluate_all(
        "all => all.map((one) => one.value)"
    )
    assert ticked == RESIDENT["topics"]
    assert visit.page.locator('[name="topics.other"]').input_value() == RESIDENT["topics.other"]
    visit.leave_by(visit.page.locator(ONWARD).first)
    visit.leave_by(visit.page.get_by_role("link", name="English"))
    assert visit.path == f"/surveys/{THIS_YEAR}/questions/6"

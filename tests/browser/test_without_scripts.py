"""The survey on a phone with scripts off, in Polish, from the home page to the receipt."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from tests.browser.answering import ABOUT, MORE, RESIDENT, act, begin, fields_of, fill, go_on, pages
from tests.browser.audit import sideways
from tests.browser.served import THIS_YEAR, Served
from tests.browser.visit import PHONE, Visit

Visiting = Callable[..., AbstractContextManager[Visit]]


def test_the_whole_survey_in_polish_on_a_phone(visiting_portal: Visiting, portal: Served) -> None:
    before = portal.count(THIS_YEAR)
    document = portal.document(THIS_YEAR)
    with visiting_portal(scripts=False, width=PHONE, height=640, is_mobile=True, has_touch=True) as visit:
        visit.open("/pl/")
        assert sideways(visit.page) is None
        with visit.page.expect_navigation():
            visit.page.locator(f'a.govuk-button[href$="/surveys/{THIS_YEAR}/start"]').first.tap()
        assert visit.path == f"/pl/surveys/{THIS_YEAR}/start"
        assert sideways(visit.page) is None
        with visit.page.expect_navigation():
            visit.page.locator("main form button").first.tap()
        seen = []
        for path in pages(visit, document, RESIDENT | MORE | ABOUT):
            assert sideways(visit.page) is None, path
            seen.append(path.partition(f"/pl/surveys/{THIS_YEAR}/")[2])
        assert seen[0] == "questions/1"
        assert {"more/more", "questions/14", "check", "questions/a5", "sending"} < set(seen)
        assert seen[-1] == "sent"
        copy = visit.page.locator("main").inner_text()
        assert RESIDENT["topics.other"] in copy
        assert "Zwłaszcza koło szkoły." in copy
        number = visit.page.locator(".receipt__code").inner_text()
        visit.open("/pl/surveys/receipt")
        fill(visit.page, {"code": [number]})
        go_on(visit)
        status = visit.page.locator("main").inner_text()
        assert number in status
        assert "szkoły" not in status
    assert portal.count(THIS_YEAR) == before + 1


def test_answers_can_be_skipped_changed_and_sent_without_scripts(
    visiting_portal: Visiting, portal: Served
) -> None:
    before = portal.count(THIS_YEAR)
    fields = fields_of(portal.document(THIS_YEAR), {"age": "prefer-not", "topics": ["fire"]})
    with visiting_portal(scripts=False, width=PHONE, height=640) as visit:
        begin(visit, THIS_YEAR)
        while not visit.path.endswith("/questions/5"):
            if visit.page.locator('#answers [name="age"]').count():
                fill(visit.page, fields)
                go_on(visit)
            else:
                act(visit, "skip")
        fill(visit.page, fields)
        go_on(visit)
        act(visit, "finish")
        assert visit.path.endswith("/check")
        visit.leave_by(visit.page.locator(".govuk-summary-list__actions a").last)
        assert "return=check" in visit.path
        go_on(visit)
        assert visit.path.endswith("/check")
        act(visit, "send")
        assert visit.path.endswith("/sent")
    assert portal.count(THIS_YEAR) == before + 1

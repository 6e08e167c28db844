"""What a page costs to fetch: everything a browser asks for, compressed, headers included."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from playwright.sync_api import Request

from tests.browser.answering import act, begin, fields_of, fill, go_on
from tests.browser.served import LAST_YEAR, THIS_YEAR, Served
from tests.browser.visit import PHONE, Visit

Visiting = Callable[..., AbstractContextManager[Visit]]
KIB = 1024


def weight(request: Request) -> int:
    """Bytes of the answer as a proxy that compresses text sends it; nothing when the browser had it."""
    answer = request.response()
    assert answer is not None, request.url
    sizes = request.sizes()
    if answer.headers.get("content-encoding") or not answer.headers["content-type"].startswith("text/html"):
        body = sizes["responseBodySize"]
    else:
        body = len(gzip.compress(answer.body(), 6)) if answer.status == 200 else 0
    return body + sizes["responseHeadersSize"]


def fetched(visit: Visit) -> list[Request]:
    """What was asked of the server since the last look, files the browser had kept left out."""
    visit.page.wait_for_load_state("networkidle")
    asked = [one for one in visit.asked if one.failure is None and not one.url.startswith("data:")]
    visit.asked.clear()
    return [request for request in asked if request.sizes()["responseHeadersSize"]]


def told(requests: list[Request]) -> str:
    return "\n".join(f"{weight(request):7} {request.url}" for request in requests)


def test_the_first_page_of_a_survey_and_the_pages_after_it(visit: Visit, portal: Served) -> None:
    visit.open(f"/surveys/{THIS_YEAR}/start")
    first = fetched(visit)
    assert len(first) <= 4, told(first)
    assert sum(map(weight, first)) <= 30 * KIB, told(first)
    begin(visit, THIS_YEAR)
    fields = fields_of(portal.document(THIS_YEAR), {"age": "25-34", "topics": ["roads"]})
    heaviest = 0
    while not visit.path.endswith("/check"):
        visit.asked.clear()
        visit.page.reload()
        heaviest = max(heaviest, sum(map(weight, fetched(visit))))
        assert heaviest <= 8 * KIB, visit.path
        fill(visit.page, fields)
        if visit.path.endswith("/questions/8"):
            act(visit, "finish")
        else:
            go_on(visit)
    assert heaviest > KIB


def test_a_question_page_in_a_browser_that_has_nothing(visiting_portal: Visiting) -> None:
    with visiting_portal() as before:
        begin(before, THIS_YEAR)
        kept = before.context.storage_state()
    with visiting_portal(storage_state=kept) as visit:
        visit.open(f"/surveys/{THIS_YEAR}/questions/1")
        everything = fetched(visit)
        assert len(everything) <= 4, told(everything)
        assert sum(map(weight, everything)) <= 30 * KIB, told(everything)


@pytest.mark.parametrize("width", [1280, PHONE])
def test_results_cost_little_before_a_chart_is_near(visiting_portal: Visiting, width: int) -> None:
    with visiting_portal(width=width, height=700) as visit:
        visit.open(f"/results/{LAST_YEAR}")
        before = fetched(visit)
        assert not [request.url for request in before if "plotly-basic" in request.url]
        assert sum(map(weight, before)) <= 60 * KIB, told(before)
        visit.page.locator("figure.chart").first.scroll_into_view_if_needed()
        visit.page.locator("figure.chart .main-svg").first.wait_for()
        assert [request.url for request in fetched(visit) if "plotly-basic" in request.url]


@pytest.mark.parametrize("path", ["/", "/priorities", "/help", "/privacy"])
def test_other_pages_load_no_chart_and_no_script_they_do_not_need(visit: Visit, path: str) -> None:
    visit.open(path)
    asked = fetched(visit)
    assert sum(map(weight, asked)) <= 60 * KIB, told(asked)
    assert not [request.url for request in asked if "plotly" in request.url or "charts.js" in request.url]

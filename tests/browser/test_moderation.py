"""The moderator's pages in a real browser: no fault in any look; keys and selected words are additions."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from portal.accounts import sign_in as signing
from portal.office import visit as office
from surveys.moderation import screening
from surveys.records import Comment, Response
from surveys.surveys import Survey
from tests.browser.audit import faults
from tests.browser.served import THIS_YEAR, Served
from tests.browser.visit import Visit
from tests.office import add_officer

TEXTS = (
    "My husband hits me and I am scared to go home",
    "A lad called Robin Sample deals drugs on Sample Street. Ring me on 07700 900123",
    "The park is dark \u202eevil\u202c",
)


@pytest.fixture
def moderator(visit: Visit, portal: Served) -> Visit:
    """A signed-in moderator's browser; three comments of this year hold :data:`TEXTS`, the oldest of all."""
    now = portal.clock.now
    with portal.store.writing() as session:
        who = add_officer(session, "moderator", "analyst", keys=portal.keys, now=now)
        token = signing.open_session(session, who.id, now=now, keys=portal.keys)
        survey_id = session.scalars(select(Survey.id).where(Survey.slug == THIS_YEAR)).one()
        permitted = (Response.survey_id == Comment.survey_id) & (Response.id == Comment.response_id)
        query = select(Comment).join(Response, permitted).where(Response.may_publish)
        found = session.scalars(
            query.where(Comment.survey_id == survey_id, Comment.item == "why").limit(3)
        ).all()
        for comment, text in zip(found, TEXTS, strict=True):
            comment.key_id, comment.sealed = portal.keys.seal(text)
            comment.submitted_on, comment.screened, comment.state = dt.date(2026, 1, 1), "", "waiting"
        screening.screen(session, keys=portal.keys, now=now, limit=5000)
    with portal.app.test_request_context():
        value = office._signer().dumps([token, int(now.timestamp())])
        visit.context.add_cookies([{"name": office.cookie_name(), "value": value, "url": portal.url}])
    return visit


def test_the_pages_have_no_fault_and_the_keys_have_buttons(moderator: Visit) -> None:
    page = moderator.page
    found = []
    assert moderator.open(f"/office/comments?survey={THIS_YEAR}") == 200
    found += faults(moderator)
    moderator.look(1280)
    assert page.locator(".keys").is_visible()
    rows = page.locator("[data-row]")
    at = next(n for n in range(rows.count()) if "Robin Sample" in rows.nth(n).inner_text())
    for _ in range(at + 1):
        page.keyboard.press("j")
    with page.expect_navigation():
        page.keyboard.press("o")
    found += faults(moderator)
    moderator.look(1280)
    page.evaluate("""() => {
        const text = document.querySelector("[data-selectable]");
        const range = document.createRange();
        range.setStart(text.firstChild, 0);
        range.setEnd(text.firstChild, 5);
        getSelection().removeAllRanges();
        getSelection().addRange(range);
    }""")
    page.wait_for_function("document.getElementById('words').value === 'A lad'")
    page.select_option("#placeholder", "words")
    moderator.leave_by(page.get_by_role("button", name="Replace these words"))
    assert "[words] called" in page.locator("#as-public").inner_text()
    page.locator("h1").click()
    page.keyboard.press("r")
    assert page.locator('input[name="outcome"][value="redacted"]').is_checked()
    for path in (
        "/office/comments/settings",
        f"/office/campaigns/{THIS_YEAR}",
        f"/office/themes/{THIS_YEAR}/why",
    ):
        assert moderator.open(path) == 200
        found += faults(moderator)
    assert found == []

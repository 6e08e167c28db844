"""Before sending: what looks like personal data is pointed out and may be kept. Signs block nobody."""

from __future__ import annotations

from sqlalchemy import select

from surveys.records import ResponseSign
from tests.conftest import Clock
from tests.journeys.walker import ADULT, Resident, Site
from tests.pages import PageClient
from tests.surveys.questionnaire import samples

WORDS = "Ring me on 07700 900123, ask for Mr Sample"
SAID = "Part of this looks like a phone number."


def signs(site: Site) -> set[str]:
    with site.writing() as session:
        return set(session.scalars(select(ResponseSign.sign)))


def test_the_check_page_points_it_out_and_the_words_may_be_kept(
    resident: Resident, site: Site, clock: Clock
) -> None:
    page = resident.go_to("check", ADULT | {"why": WORDS, "topics.else": "I live at CB7 4EE"})
    assert SAID in page.main
    assert "Part of this looks like somebody’s name." in page.main
    assert "Part of this looks like an address." in page.main
    assert page.main.count("You can take it out, or keep it.") == 2
    clock.pass_by(minutes=5)
    sent = resident.press("Send my answers now")
    assert SAID not in sent.main
    assert site.words()["why"] == WORDS
    assert signs(site) == set()


def test_nothing_is_said_of_ordinary_words(resident: Resident) -> None:
    page = resident.go_to("check", ADULT)
    assert "Part of this" not in page.main


def test_on_a_single_page_it_is_said_once_and_then_kept(site: Site, client: PageClient) -> None:
    questionnaire = samples.one_page()
    site.publish(questionnaire)
    resident = Resident(client, questionnaire)
    resident.open("form")
    page = resident.press("Send my answers", 422, safe="never", comment=WORDS)
    assert "Nothing is sent yet. Look at this first" in page.main
    assert SAID in page.main
    assert site.responses() == []
    resident.press("Send my answers")
    assert site.words() == {"comment": WORDS}


def test_a_filled_trap_and_great_haste_are_noted_and_counted_all_the_same(
    resident: Resident, site: Site
) -> None:
    resident.go_to("check", ADULT)
    sent = resident.press("Send my answers now", _website="http://example.org")
    assert sent.h1 == "Thank you. Your answers have been sent"
    assert signs(site) == {"fast", "trap"}
    [response] = site.responses()
    assert response.status == "counted"

"""Before sending: what looks like personal data is pointed out and may be kept. Signs block nobody."""

from __future__ import annotations

from sqlalchemy import select

from portal.respond.caution import cautions_of
from surveys.questionnaire.model import Questionnaire
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


def test_words_written_after_the_check_page_are_pointed_out_before_sending(
    site: Site, client: PageClient
) -> None:
    plain = samples.every_kind().model_dump(mode="json", by_alias=True, exclude_none=True)
    own = {"kind": "short-text", "id": "own", "text": samples.t("In your words?"), "short": samples.t("Own")}
    last = next(part for part in plain["parts"] if part["id"] == "about-you")["pages"][-1]
    last["questions"].append(own | {"max_chars": 200, "use": "To hear it.", "identity": "own-words"})
    questionnaire = Questionnaire.model_validate(plain)
    site.publish(questionnaire)
    resident = Resident(client, questionnaire)
    resident.go_to("check", ADULT)
    resident.press("Answer a few questions about you first", publish="no")
    while resident.here.h1 != "Send your answers":
        resident.answer({"own": WORDS, "disability": "no"})
    page = resident.here
    assert SAID in page.main
    assert "Nothing is sent yet. Look at this first" in page.main
    changed = client.page(page.link(SAID))
    assert WORDS in changed.html
    client.page("/surveys/autumn/sending")
    resident.press("Send my answers")
    assert site.words()["own"] == WORDS


def test_two_texts_of_one_question_are_both_spoken_of() -> None:
    plain = samples.every_kind().model_dump(mode="json", by_alias=True, exclude_none=True)
    questionnaire = Questionnaire.model_validate(plain)
    said = cautions_of(
        questionnaire, {"topics.else": "Ring 07700 900123", "topics.other": "I live at CB7 4EE"}
    )
    assert SAID in said["topics"]
    assert "Part of this looks like an address." in said["topics"]
    assert cautions_of(questionnaire, {"topics.else": "Ring 07700 900123", "topics.other": "Nothing"}) == {
        "topics": f"{SAID} You can take it out, or keep it."
    }


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


def test_a_child_who_answers_on_a_single_page_is_led_out_and_nothing_is_kept(
    site: Site, client: PageClient
) -> None:
    questionnaire = samples.one_page_with_age()
    site.publish(questionnaire)
    resident = Resident(client, questionnaire)
    resident.open("form")
    page = resident.press("Send my answers", age="under-13", comment="Dogs")
    assert "This survey is for people aged 13 and over." in page.main
    assert site.responses() == []
    assert site.words() == {}


def test_a_filled_trap_and_great_haste_are_noted_and_counted_all_the_same(
    resident: Resident, site: Site
) -> None:
    resident.go_to("check", ADULT)
    sent = resident.press("Send my answers now", _website="http://example.org")
    assert sent.h1 == "Thank you. Your answers have been sent"
    assert signs(site) == {"fast", "trap"}
    [response] = site.responses()
    assert response.status == "counted"

"""From the start page to the receipt, without scripts."""

from __future__ import annotations

import re

import pytest

from tests.journeys.walker import ADULT, REST, Resident, Site
from tests.pages import PageClient
from tests.surveys.questionnaire import samples

RECEIPT = re.compile(r"KX[0-9A-Z]{2}-[0-9A-Z]{4}-[0-9A-Z]{4}")
TOPICS = re.compile(r"safe|crime|speeding|abuse|scam|topic|hate|fire", re.IGNORECASE)


def test_start_page_says_what_it_is_for_and_never_anonymous(resident: Resident) -> None:
    page = resident.open("start")
    for words in (
        "About 4 minutes",
        "999",
        "101",
        "Crimestoppers",
        "Another format",
        "Not for reporting a crime",
    ):
        assert words in page.main
    assert "We do not ask your name. In a small place your answers could still be recognised" in page.main
    assert "anonym" not in page.html.lower()
    assert page.title == "Start – Local survey"


def test_answers_sent_once_are_counted_once_with_a_receipt(resident: Resident, site: Site) -> None:
    resident.go_to("more/more", ADULT)
    resident.press("Check my answers and send them")
    assert resident.here.h1 == "Check your answers"
    assert site.responses() == []
    page = resident.press("Send my answers now", publish="yes")
    assert page.title == "Sent – Local survey"
    assert RECEIPT.search(page.main)
    [response] = site.responses()
    assert response.answers == {**ADULT, "topics.else": True, "why": True}
    assert response.may_publish is True
    assert (response.locale, response.channel) == ("en_GB", "web")
    assert site.words() == {"topics.else": "Dogs on the loose", "why": ADULT["why"]}
    assert site.drafts() == 0


def test_every_question_kind_reaches_the_store_as_it_was_answered(resident: Resident, site: Site) -> None:
    answers = ADULT | REST
    resident.go_to("check", answers)
    for words in ("2. Better lighting", "A scam: Yes", "12 years", "Other: It was late", "At the library"):
        assert words in resident.here.main
    resident.press("Answer a few questions about you first", publish="no")
    resident.answer({"disability": "yes"})
    resident.answer({"reduces": "a-little"})
    assert resident.at == "sending"
    assert "Nothing is sent yet" in resident.here.text
    resident.press("Send my answers")
    [response] = site.responses()
    texts = {"topics.else": True, "why": True, "why-not.other": True, "heard": True}
    assert response.answers == {**answers, **texts, "disability": "yes", "reduces": "a-little"}
    assert response.may_publish is False


def test_titles_and_addresses_are_neutral(resident: Resident) -> None:
    resident.start()
    for _ in range(30):
        path = resident.here.url.partition("/surveys/")[2]
        assert not TOPICS.search(resident.here.title), resident.here.title
        assert not TOPICS.search(path), path
        if resident.at == "check":
            break
        resident.on(ADULT | REST)
    else:
        pytest.fail("never came to the check page")


def test_progress_counts_up_to_a_number_that_does_not_grow(resident: Resident) -> None:
    resident.start()
    seen = []
    while resident.at.startswith("questions/"):
        found = re.match(r"Question (\d+) of about (\d+) – Local survey", resident.here.title)
        assert found
        seen.append((int(found[1]), int(found[2])))
        resident.on(ADULT)
    assert [number for number, _ in seen] == list(range(1, len(seen) + 1))
    assert [of for _, of in seen] == sorted((of for _, of in seen), reverse=True)
    assert seen[-1] == (8, 8)


def test_every_page_before_sending_says_nothing_is_sent(resident: Resident) -> None:
    resident.start()
    while resident.at != "check":
        assert "Nothing has been sent yet" in resident.here.text
        resident.on(ADULT | REST)
    assert "Nothing is sent yet" in resident.here.text


def test_going_back_loses_nothing(resident: Resident) -> None:
    resident.go_to("questions/6", ADULT)
    resident.open("questions/5")
    assert dict(resident.here.form("Continue").fields)["safe-dark"] == "a-bit-unsafe"
    assert resident.here.link("Back").endswith("/questions/4")
    resident.answer({"safe-day": "never"})
    assert resident.at == "questions/6"
    resident.open("questions/5")
    fields = dict(resident.here.form("Continue").fields)
    assert (fields["safe-day"], fields["safe-dark"]) == ("never", "a-bit-unsafe")


def test_back_from_the_first_page_leads_to_the_start_which_offers_to_carry_on(resident: Resident) -> None:
    resident.start()
    resident.answer(ADULT)
    assert resident.client.page(resident.here.link("Back")).url.endswith("/questions/1")
    page = resident.client.page("/surveys/autumn/start")
    assert "You have started on this device" in page.main
    assert resident.client.page(page.link("Carry on")).url.endswith("/questions/2")


def test_what_was_written_in_comes_back_beside_its_option(resident: Resident) -> None:
    resident.go_to("questions/7", ADULT)
    assert "Something elseDogs on the loose" in resident.here.main


def test_no_page_can_be_jumped_over(resident: Resident) -> None:
    resident.start()
    resident.answer(ADULT)
    for path in ("questions/8", "check", "sending", "more/more", "questions/a1"):
        resident.open(path)
        assert resident.at == "questions/2"


def test_finish_is_offered_once_topics_are_chosen_and_leads_to_the_check(resident: Resident) -> None:
    finish = "Finish and send what I have answered"
    resident.start()
    while resident.at != "questions/6":
        assert finish not in resident.here.main
        resident.on(ADULT)
    assert finish not in resident.here.main
    resident.on(ADULT)
    assert finish in resident.here.main
    resident.answer(ADULT, finish)
    assert resident.at == "check"
    assert "There are more questions" in resident.here.main
    assert resident.client.page(resident.here.link("Answer more questions")).url.endswith("/questions/8")


def test_finishing_early_leaves_later_questions_not_asked(resident: Resident, site: Site) -> None:
    resident.go_to("questions/7", ADULT)
    resident.answer(ADULT, "Finish and send what I have answered")
    resident.press("Send my answers now")
    [response] = site.responses()
    assert "why" not in response.answers
    assert response.answers["topic-first"] == "roads"


def test_a_skipped_question_is_kept_apart_from_one_not_asked(resident: Resident, site: Site) -> None:
    resident.go_to("questions/5", ADULT)
    resident.press("Skip these questions")
    assert resident.at == "questions/6"
    resident.open("questions/5")
    resident.press("Continue")
    resident.answer({"topics": ["scams"]})
    resident.press("Skip this question")
    resident.press("Check my answers and send them")
    assert "You skipped this" in resident.here.main
    resident.press("Send my answers now")
    [response] = site.responses()
    assert response.answers["safe-day"] is None
    assert response.answers["why"] is None
    assert "trust" not in response.answers


def test_change_link_returns_to_the_check_page(resident: Resident) -> None:
    resident.go_to("more/more", ADULT)
    resident.press("Check my answers and send them")
    resident.page = resident.client.page(resident.here.link("Change And after dark?"))
    assert resident.at == "questions/5"
    assert resident.here.link("Back").endswith("/check")
    resident.answer({"safe-dark": "very-unsafe"})
    assert resident.at == "check"
    assert "Very unsafe" in resident.here.main


def test_a_mistake_while_changing_still_returns_to_the_check_page(resident: Resident) -> None:
    resident.go_to("more/more", ADULT)
    resident.press("Check my answers and send them")
    resident.page = resident.client.page(resident.here.link("Change What matters?"))
    resident.press("Continue", 422, topics=["asb", "burglary", "roads", "scams"])
    resident.press("Continue", topics=["asb", "scams"])
    assert resident.at == "questions/7"
    resident.answer({"topic-first": "asb"})
    assert resident.at == "check"


def test_a_change_that_opens_a_page_asks_it_and_then_returns(resident: Resident) -> None:
    resident.go_to("more/more", ADULT | {"place": "ashby"})
    resident.press("Check my answers and send them")
    resident.page = resident.client.page(resident.here.link("Change Which place"))
    resident.answer({"place": "birch-end"})
    assert resident.at == "questions/3"
    resident.answer({"ward": "E05000001"})
    assert resident.at == "check"
    assert "Eastmarsh" in resident.here.main


def test_permission_is_asked_only_when_something_was_written(resident: Resident, site: Site) -> None:
    silent = ADULT | {"topics": ["asb", "roads"], "why": None}
    del silent["topics.else"]
    resident.go_to("more/more", silent)
    resident.press("Check my answers and send them")
    assert "May we publish" not in resident.here.main
    resident.press("Send my answers now")
    [response] = site.responses()
    assert response.may_publish is False


def test_permission_not_chosen_is_permission_not_given(resident: Resident, site: Site) -> None:
    resident.go_to("more/more", ADULT)
    resident.press("Check my answers and send them")
    assert "May we publish" in resident.here.main
    resident.press("Send my answers now")
    [response] = site.responses()
    assert response.may_publish is False


def test_nobody_under_16_is_quoted_or_asked_a_16_plus_question(resident: Resident, site: Site) -> None:
    resident.go_to("check", ADULT | REST | {"age": "13-15"})
    assert "Did you report it?" not in resident.here.main
    assert "May we publish" not in resident.here.main
    assert "We never publish the words of anyone under 16" in resident.here.main
    form = resident.here.form("Send my answers now")
    form.fields.append(("publish", "yes"))
    data = dict(form.filled({}, "Send my answers now"))
    resident.client.post(form.action, data=data, headers={"Origin": "http://localhost"})
    [response] = site.responses()
    assert response.may_publish is False
    assert "reported" not in response.answers


def test_somebody_who_gives_no_age_meets_no_16_plus_question(resident: Resident) -> None:
    resident.go_to("check", ADULT | REST | {"age": "prefer-not"})
    assert "Did you report it?" not in resident.here.main


def test_under_13_ends_on_a_stop_page_and_the_draft_is_gone(resident: Resident, site: Site) -> None:
    resident.go_to("questions/4", ADULT)
    assert site.drafts() == 1
    resident.answer({"age": "under-13"})
    assert resident.at == "stopped/too-young"
    assert "13 and over" in resident.here.main
    assert site.drafts() == 0
    assert resident.open("questions/4").url == "/surveys/left"
    assert resident.open("start").form("Start")


def test_an_organisation_is_handed_over_to_its_own_form(resident: Resident, site: Site) -> None:
    organisations = samples.named().model_copy(update={"key": "organisations"})
    site.publish(organisations, "autumn-organisations", "RX")
    resident.start()
    resident.answer({"connection": ["organisation"]})
    assert resident.at == "instead"
    assert resident.here.link("go back").endswith("/questions/1")
    resident.press("Go to the survey for organisations")
    assert resident.here.url == "/surveys/autumn-organisations/start"
    assert site.drafts() == 0
    other = Resident(resident.client, organisations, "autumn-organisations", page=resident.here)
    other.press("Start")
    other.answer({}, status=422)
    for answers in ({"organisation": "Fen Group"}, {"topics": ["asb"]}, {"value": "Sharing what we know"}):
        other.answer(answers)
    other.press("Send my answers now")
    [response] = site.responses()
    assert response.survey_kind == "named"
    assert site.words() == {"value": "Sharing what we know"}


def test_hand_over_without_an_open_form_says_so(resident: Resident) -> None:
    resident.start()
    resident.answer({"connection": ["organisation"]})
    assert resident.here.h1 == "The survey for organisations is not open"


def test_the_offer_can_be_declined_and_taken_later(resident: Resident) -> None:
    resident.go_to("more/more", ADULT)
    resident.press("Check my answers and send them")
    resident.page = resident.client.page(resident.here.link("Answer more questions"))
    assert resident.at == "more/more"
    resident.press("Answer more questions first")
    assert resident.at == "questions/9"


def test_a_language_no_speaker_has_checked_is_not_offered(site: Site, client: PageClient) -> None:
    site.publish(samples.every_kind())
    page = client.page("/surveys/autumn/start")
    assert [link.get("hreflang") for link in page.root.iter("a") if link.get("hreflang")] == []


def test_language_can_be_switched_and_keeps_place_and_answers(
    resident: Resident, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    resident.go_to("questions/5", ADULT)
    resident.page = resident.client.page(resident.here.link("Polski"))
    assert resident.here.url == "/pl/surveys/autumn/questions/5"
    assert resident.here.root.get("lang") == "pl"
    resident.prefix = "/pl"
    resident.on(ADULT)
    assert resident.here.url == "/pl/surveys/autumn/questions/6"
    resident.page = resident.client.page(resident.here.link("English"))
    resident.prefix = ""
    resident.on(ADULT)
    resident.open("questions/5")
    assert dict(resident.here.form("Continue").fields)["safe-dark"] == "a-bit-unsafe"


def test_sending_ends_the_visit_and_the_start_page_offers_a_fresh_survey(
    resident: Resident, site: Site
) -> None:
    resident.go_to("questions/7", ADULT)
    resident.answer(ADULT, "Finish and send what I have answered")
    resident.press("Send my answers now")
    for path in ("questions/1", "check", "sending", "more/more"):
        assert resident.open(path).url.endswith("/sent")
    page = resident.open("start")
    assert page.form("Start")
    assert "You have started" not in page.main
    resident.press("Start")
    assert resident.at == "questions/1"
    assert resident.open("sent").url == "/surveys/left"
    assert site.drafts() == 1


def test_confirmation_is_there_for_twenty_minutes_only(resident: Resident, clock: object) -> None:
    resident.go_to("questions/7", ADULT)
    resident.answer(ADULT, "Finish and send what I have answered")
    page = resident.press("Send my answers now")
    assert "A copy of your answers" in page.main
    assert "Road" in page.main
    clock.pass_by(minutes=19)  # type: ignore[attr-defined]
    assert "A copy of your answers" in resident.open("sent").main
    clock.pass_by(minutes=2)  # type: ignore[attr-defined]
    assert resident.open("sent").url == "/surveys/left"


def test_another_device_sees_nothing_of_it(resident: Resident, site: Site, client: PageClient) -> None:
    resident.go_to("questions/6", ADULT)
    other = site.app.test_client()
    assert isinstance(other, PageClient)
    page = other.page("/surveys/autumn/questions/5")
    assert page.url == "/surveys/left"
    assert page.h1 == "This page is closed"

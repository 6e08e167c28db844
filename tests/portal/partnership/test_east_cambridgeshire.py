"""What the demonstration pack promises its readers: whole, honest, plain, and safe to publish."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from functools import cache

import pytest
from flask import Flask
from werkzeug.routing import RequestRedirect

from portal.partnership import packs
from portal.partnership.pack_files import Written
from portal.partnership.packs import Pack
from portal.partnership.register import ACCESSIBILITY_SECTIONS, PRIVACY_SECTIONS
from tests.portal.partnership.packs_on_disk import EAST_CAMBRIDGESHIRE


@cache
def pack() -> Pack:
    return packs.read(EAST_CAMBRIDGESHIRE)


def facts(kind: str) -> dict[str, Written]:
    return {one.key: one for one in pack().entries if one.kind == kind and not one.locale}


def texts(locale: str) -> Iterator[tuple[str, str]]:
    """Every text in this language with the name of its place ("area/scams/en_GB.lead")."""
    for one in pack().entries:
        if one.locale != locale:
            continue
        for field, value in one.body.items():
            for text in value if isinstance(value, list) else [value]:
                if field != "translation":
                    yield f"{one.name}.{field}", str(text)


def test_the_partnership_is_whole() -> None:
    assert list(facts("priority")) == ["risk-and-vulnerability", "high-harm"]
    sorts = [one.body["sort"] for one in facts("area").values()]
    assert (sorts.count("topic"), sorts.count("way")) == (12, 4)
    assert [one.body["status"] for one in facts("partner").values()].count("responsible") == 6
    assert len(facts("strand")) == 8
    assert facts("privacy").keys() == PRIVACY_SECTIONS
    assert facts("accessibility").keys() == ACCESSIBILITY_SECTIONS
    assert {key for key, one in facts("area").items() if one.body.get("sensitive")} == {
        "domestic-abuse",
        "hate-incidents-and-crime",
        "modern-day-slavery",
        "violence-against-the-person",
    }


def test_the_wards_are_the_fourteen_of_2023_and_every_parish_is_marked_unchecked() -> None:
    wards = [place for place in pack().places if place.level == "ward"]
    parishes = [place for place in pack().places if place.level == "parish"]
    assert sorted(ward.key for ward in wards) == [
        *(f"E050115{number}" for number in range(61, 73)),
        "E05015488",
        "E05015489",
    ]
    assert [ward.name for ward in wards if ward.key > "E05015"] == ["Bottisham", "Woodditton"]
    assert len(parishes) == 35
    assert not any(parish.checked for parish in parishes)
    assert {"Ely", "Soham"} < {parish.name for parish in parishes if parish.ward_key is None}


def test_census_shares_are_as_published_and_nothing_is_filled_in() -> None:
    by_variable: dict[str, float] = {}
    for margin in pack().margins:
        assert margin.source.startswith("ONS, Census 2021")
        assert margin.as_of == dt.date(2021, 3, 21)
        by_variable[margin.variable] = round(by_variable.get(margin.variable, 0) + (margin.percent or 0), 1)
    assert by_variable["age"] == 100.0
    assert by_variable["sex"] == 100.0
    assert by_variable["ethnic group (high level)"] == 99.3


def test_only_helplines_that_may_be_shown_are_named_in_the_texts() -> None:
    shown = {
        one.body["phone"]
        for one in facts("helpline").values()
        if one.body["state"] != "unchecked" and "phone" in one.body
    }
    number = re.compile(r"(?<![\d.-])(?:0\d{2,4}[ \d]{4,9}\d|116 123|999|101)(?![\d-])")
    for locale in ("en_GB", "pl"):
        named = {found for _, text in texts(locale) for found in number.findall(text)}
        assert named - shown == set()
    assert {"999", "101", "0800 555 111", "0800 1111", "0808 2000 247", "08000 121 700", "116 123"} <= shown


def test_a_helpline_says_when_it_was_checked_or_why_not() -> None:
    dates = {key: one.body.get("last_checked") for key, one in facts("helpline").items()}
    assert {key: date for key, date in dates.items() if date} == dict.fromkeys(
        ("crimestoppers", "victim-support", "consumer"), dt.date(2026, 11, 22)
    )
    assert all(one.body["source"] for one in facts("helpline").values())
    assert {key for key, one in facts("helpline").items() if "start" in one.body.get("show_on", ())} == {
        "emergency",
        "police",
        "crimestoppers",
    }


NEVER = re.compile(
    r"\b(rounds?|releases?|released|base|cycles?|suppressed|anonym\w*|hot ?spots?|representative"
    r"|margin of error|stakeholders?|anonim\w*)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize("locale", ["en_GB", "pl"])
def test_no_word_the_public_should_never_read(locale: str) -> None:
    without_addresses = ((name, re.sub(r"\]\([^)]*\)", "]", text)) for name, text in texts(locale))
    assert [(name, found[0]) for name, text in without_addresses if (found := NEVER.search(text))] == []


def test_reviews_of_deaths_have_their_new_name_with_the_old_one_once() -> None:
    named = {name for name, text in texts("en_GB") if "Domestic Homicide Review" in text}
    assert named == {
        "strand/death-reviews/en_GB.lead",
        "area/domestic-abuse/en_GB.can_do",
        "page/about/en_GB.body",
    }
    assert all(
        "Domestic Abuse Related Death Review" in text for name, text in texts("en_GB") if name in named
    )


def test_sentences_are_short() -> None:
    """Plain words for a reading age of nine: few long sentences in what residents meet most."""
    long = []
    for name, text in texts("en_GB"):
        if name.split("/")[0] not in ("area", "strand", "helpline", "outcome", "partner", "page"):
            continue
        plain = re.sub(r"\]\([^)]*\)", "]", text)
        for sentence in re.split(r"(?<=[.?!:])\s+|\n+", plain):
            if len(sentence.split()) > 26:
                long.append((name, sentence))
    assert long == []


def test_polish_is_there_where_residents_meet_it_most_and_is_marked_unchecked() -> None:
    polish = {(one.kind, one.key): one.body for one in pack().entries if one.locale == "pl"}
    assert {body["translation"] for body in polish.values()} == {"unchecked"}
    for kind in (
        "area",
        "priority",
        "page",
        "privacy",
        "accessibility",
        "notice",
        "round",
        "strand",
        "outcome",
    ):
        assert {key for of, key in polish if of == kind} == facts(kind).keys()
    shown = {key for key, one in facts("helpline").items() if one.body["state"] != "unchecked"}
    assert {key for of, key in polish if of == "helpline"} == shown
    assert all({"title", "lead"} <= polish["area", key].keys() for key in facts("area"))


def test_names_of_the_partnership_stay_english() -> None:
    own = {one.locale: one.body for one in pack().entries if one.kind == "site"}
    for field in ("place", "body_name", "name", "host", "licence"):
        assert own["pl"][field] == own["en_GB"][field]


def test_nothing_the_partnership_has_not_given_is_made_up() -> None:
    contacts = facts("site")["site"].body["contacts"]
    assert contacts == {
        "general": {"web": "https://www.eastcambs.gov.uk"},
        "other-formats": {},
        "accessibility": {},
        "data-protection": {},
        "data-complaints": {},
        "freedom-of-information": {},
    }
    assert all("@" not in text for locale in ("en_GB", "pl") for _, text in texts(locale))
    checked = [one.key for one in facts("partner").values() if one.body.get("dates") == "checked"]
    assert checked == []


def test_examples_of_what_was_done_are_all_marked_as_invented() -> None:
    assert facts("site")["site"].body["demonstration"] is True
    assert all(one.body["demonstration"] is True for one in facts("outcome").values())
    assert {plan.slug: plan.demonstration for plan in pack().rounds} == {"2025": True, "2026": True}


def test_a_consultation_says_all_that_people_need_before_they_answer() -> None:
    open_now = next(one.body for one in pack().entries if one.name == "round/2026/en_GB")
    assert "Nothing has been decided yet" in open_now["decision_open"]
    assert "fewer than 10" in open_now["publish_what"]
    assert "strategy group decides" in open_now["who_decides"]
    assert facts("round")["2026"].body["results_due_weeks"] == 8
    assert facts("round")["2026"].body["outcome_due_weeks"] == 12
    days = {
        plan.slug: (plan.first_day(dt.date(2026, 11, 22)), plan.last_day(dt.date(2026, 11, 22)))
        for of in pack().rounds
        for plan in of.surveys
    }
    assert days == {
        "local-2025": (dt.date(2025, 9, 8), dt.date(2025, 11, 30)),
        "local-2026": (dt.date(2026, 10, 5), dt.date(2026, 12, 6)),
        "organisations-2026": (dt.date(2026, 10, 5), dt.date(2026, 12, 6)),
        "partners-2025": (dt.date(2025, 9, 8), dt.date(2025, 11, 30)),
        "partners-2026": (dt.date(2026, 10, 5), dt.date(2026, 12, 6)),
    }


def test_every_link_inside_the_site_leads_to_a_page_in_the_same_language(app: Flask) -> None:
    adapter = app.url_map.bind("localhost")
    areas = facts("area")
    broken = []
    for locale, prefix in (("en_GB", ""), ("pl", "/pl")):
        for name, text in texts(locale):
            for address in re.findall(r"\]\((/[^)]*)\)", text):
                path = address.removeprefix(prefix)
                try:
                    endpoint, values = adapter.match(path)
                except RequestRedirect:
                    endpoint, values = "", {}
                except Exception as error:
                    endpoint, values = type(error).__name__, {}
                right = address.startswith(f"{prefix}/") and not path.startswith("/pl/")
                if endpoint == "public.area" and values["slug"] not in areas:
                    right = False
                if not right or "." not in endpoint:
                    broken.append((name, address, endpoint))
    assert broken == []

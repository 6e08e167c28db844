"""Whatever is sent to a question page comes back as it was typed with what is wrong, or is kept unaltered."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest

from tests.journeys.walker import ADULT, REST, Resident, Site

pytestmark = pytest.mark.parametrize(
    "database_url", ["sqlite"], indirect=True
)  # judged before any store is asked

ORIGIN = {"Origin": "http://localhost"}
RTL = "\u202eabc\u202c שלום עולם مرحبا"
HOSTILE = [
    "<script>alert(1)</script>",
    "{{ 1337*7331 }} ${7*7} %(x)s {place}",
    '"><img src=x onerror=alert(1)>',
    "'; DROP TABLE draft; --",
    RTL,
    "e\u0301 \U0001f468\u200d\U0001f469\u200d\U0001f467 \u200b\u00a0x",
    '=HYPERLINK("http://x")',
    "line one\nline two\n\n\tindented",
]


def sent(resident: Resident, data: dict[str, Any], path: str = "") -> Any:
    """The raw answer to a form sent to the page in front, or to another path, with a good token."""
    token = dict(resident.here.form().fields)["csrf_token"]
    url = f"/surveys/autumn/{path}" if path else resident.here.url
    return resident.client.post(url, data={"csrf_token": token, **data}, headers=ORIGIN)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_kept_and_shown_back_unaltered(resident: Resident, text: str) -> None:
    resident.go_to("questions/8", ADULT)
    resident.press("Continue", why=text)
    resident.open("questions/8")
    assert dict(resident.here.form("Continue").fields)["why"] == text.strip()
    assert "9801547" not in resident.here.html
    resident.open("more/more")
    resident.press("Check my answers and send them")
    assert " ".join(text.split()) in resident.here.main


@pytest.mark.parametrize(
    ("text", "shown", "says"),
    [
        (
            "too long " * 120,
            "too long " * 120,
            "Shorten this to 1000 characters or fewer. It is 79 characters too long",
        ),
        ("before\x00after", "before\ufffdafter", "holds a character we cannot store"),
        ("bell\x07", "bell\ufffd", "holds a character we cannot store"),
    ],
)
def test_text_that_cannot_be_kept_comes_back_as_typed(
    resident: Resident, site: Site, text: str, shown: str, says: str
) -> None:
    resident.go_to("questions/8", ADULT)
    page = resident.press("Continue", 422, why=text)
    assert page.title == "Error: Question 8 of about 8 – Local survey"
    assert says in page.main
    assert dict(page.form("Continue").fields)["why"] == shown
    assert page.link(says).endswith("#why")
    assert "why" not in [control.get("id") for control in page.root.iter() if control.get("hidden")]


def test_lone_halves_of_characters_and_broken_bytes_never_break_a_page(resident: Resident) -> None:
    resident.go_to("questions/8", ADULT)
    token = dict(resident.here.form().fields)["csrf_token"]
    for raw in (b"%ED%A0%80half", b"%FF%FE%00", b"\xff\xfe", b"%F0%9F", b"%zz%"):
        body = b"csrf_token=" + token.encode() + b"&why=" + raw
        answer = resident.client.post(
            "/surveys/autumn/questions/8",
            data=body,
            headers={**ORIGIN, "Content-Type": "application/x-www-form-urlencoded"},
        )
        assert answer.status_code in (303, 400, 422), raw


CASES: list[tuple[str, dict[str, Any], str]] = [
    ("questions/1", {"connection": ["live", "nowhere"]}, "Choose one of the answers shown"),
    ("questions/1", {"connection": ["live", "none"]}, "Choose that answer on its own"),
    ("questions/2", {"place": "atlantis"}, "Choose one of the answers shown"),
    ("questions/2", {"place": ["ashby", "corton"]}, "Choose one answer only"),
    ("questions/4", {}, "Choose an answer to carry on"),
    ("questions/4", {"age": "\x00"}, "Choose one of the answers shown"),
    ("questions/4", {"age": ["25-64", "65-over"]}, "Choose one answer only"),
    (
        "questions/6",
        {"topics": ["asb", "burglary", "roads", "scams"]},
        "no more than 3 answers. You have chosen 4",
    ),
    ("questions/6", {"topics": ["else"], "topics.else": "x" * 101}, "100 characters or fewer"),
    ("questions/7", {"topic-first": "scams"}, "Choose one of the answers shown"),
    ("questions/10", {"help-known.fire": "maybe"}, "Choose one of the answers shown"),
    ("questions/11", {"trust": "11"}, "Choose one of the answers shown"),
    ("questions/12", {"improve.1": "patrols", "improve.2": "patrols"}, "the same answer in places 1 and 2"),
    ("questions/12", {"improve.2": "patrols"}, "Fill in the places from the top"),
    ("questions/13", {"years": "twelve"}, "Enter a whole number, like 12"),
    ("questions/13", {"years": "9" * 400}, "Enter a whole number"),
    ("questions/13", {"years": "٣", "years.special": "dont-know"}, "Choose one answer only"),
    ("questions/16", {"heard": "one\ntwo"}, "holds a character we cannot store"),
]


@pytest.mark.parametrize(("path", "data", "says"), CASES)
def test_what_is_wrong_is_said_in_the_summary_and_beside_the_field(
    resident: Resident, path: str, data: dict[str, Any], says: str
) -> None:
    resident.go_to(path, ADULT | REST)
    answer = sent(resident, data)
    html = unescape(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert html.count(says) >= 2
    assert "<title>Error: " in html
    target = html.partition("govuk-error-summary__list")[2].partition('href="#')[2].partition('"')[0]
    assert f'id="{target}"' in html
    for name, value in data.items():
        if isinstance(value, str) and value.isprintable() and name in ("years", "heard", "topics.else"):
            assert value in html


def test_choices_typed_wrong_stay_ticked(resident: Resident) -> None:
    resident.go_to("questions/6", ADULT)
    page = resident.press("Continue", 422, topics=["asb", "burglary", "roads", "scams"], topics__else="Dogs")
    fields = page.form("Continue").fields
    assert [value for name, value in fields if name == "topics"] == ["asb", "burglary", "roads", "scams"]
    assert ("topics.else", "Dogs") in fields


def test_fields_nobody_asked_for_are_ignored(resident: Resident, site: Site) -> None:
    resident.go_to("questions/5", ADULT)
    extra = {
        "age": "under-13",
        "return": "elsewhere",
        "action": "\x00drop",
        "safe-day": "never",
        "x" * 300: "y",
    }
    assert sent(resident, extra).status_code == 303
    resident.open("questions/4")
    assert dict(resident.here.form("Continue").fields)["age"] == "25-64"


BODIES: list[dict[str, Any]] = [
    {},
    {"action": "\x00"},
    {"action": ["send", "more"], "publish": ["yes", "no"]},
    {"publish": "maybe"},
    {"connection": "x" * 200_000},
    {f"field{n}": "v" for n in range(900)},
    {"connection": RTL, "action": RTL, "return": RTL},
]


@pytest.mark.parametrize(
    "path",
    ["questions/1", "check", "sending", "more/more", "saved", "instead", "start", "sent", "form", "away"],
)
def test_no_form_of_the_path_ever_breaks(resident: Resident, path: str) -> None:
    resident.start()
    for body in BODIES:
        answer = sent(resident, body, path)
        assert answer.status_code in (200, 303, 404, 405, 422), body


def test_a_wrong_permission_is_asked_again(resident: Resident, site: Site) -> None:
    resident.go_to("questions/7", ADULT)
    resident.answer(ADULT, "Finish and send what I have answered")
    answer = sent(resident, {"action": "send", "publish": ["yes", "no"]})
    assert answer.status_code == 422
    assert 'href="#publish"' in answer.text
    assert site.responses() == []


def test_a_body_over_one_mebibyte_is_refused_and_the_draft_is_intact(resident: Resident) -> None:
    resident.go_to("questions/8", ADULT)
    answer = sent(resident, {"why": "x" * (1024 * 1024 + 1)})
    assert answer.status_code == 413
    resident.open("questions/6")
    assert ("topics", "roads") in resident.here.form("Continue").fields


def test_unknown_pages_and_surveys_are_not_found(resident: Resident) -> None:
    resident.start()
    for path in ("questions/99", "questions/%C3%A9", "more/nothing", "stopped/nothing"):
        status = 200 if path.startswith("more") else 404
        resident.client.page(f"/surveys/autumn/{path}", status)
    for slug in ("nothing", "AUTUMN", "autumn "):
        resident.client.page(f"/surveys/{slug}/start", 404)


def test_a_form_without_its_token_keeps_what_was_typed(resident: Resident) -> None:
    resident.go_to("questions/8", ADULT)
    answer = resident.client.post(
        "/surveys/autumn/questions/8", data={"why": "my long answer", "csrf_token": "stale"}, headers=ORIGIN
    )
    assert answer.status_code == 400
    assert "my long answer" in answer.text
    assert "Try again" in answer.text

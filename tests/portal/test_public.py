"""Public pages: what they say, in whose words, and that they leave no trace."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.partnership import pages, rounds
from surveys import surveys
from surveys.questionnaire import editing
from surveys.surveys import Survey, closing_moment
from tests.conftest import NOW, Clock
from tests.pages import Page, PageClient, words
from tests.portal import publishing

NORTHMOOR = Path("tests/packs/northmoor")
FIXED = (
    "/ /rounds /priorities /areas /partners /about /results /what-we-have-done /help /accessibility /privacy "
    "/privacy/young-people /cookies /languages /contact"
).split()


def site(template: Path, folder: Path, pack: Path, now: dt.datetime) -> Iterator[Flask]:
    shutil.copyfile(template, folder / "portal.sqlite3")
    for app in publishing.application(f"sqlite:///{folder / 'portal.sqlite3'}", folder, now):
        publishing.loaded(app, pack, now)
        yield app


@pytest.fixture(scope="module")
def east(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The worked example, with last year's results out and this year's survey open."""
    for app in site(sqlite_template, tmp_path_factory.mktemp("east"), publishing.PACK, NOW):
        with publishing.store(app).writing() as session:
            survey = surveys.by_slug(session, "local-2025")
            assert survey is not None
            publishing.answered(session, survey, 200, publishing.PACK)
        publishing.released(app, "local-2025", NOW)
        yield app


@pytest.fixture(scope="module")
def north(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A made-up district with other wards, other priorities and another language."""
    now = dt.datetime(2031, 10, 1, 12, 0, tzinfo=dt.UTC)
    yield from site(sqlite_template, tmp_path_factory.mktemp("north"), NORTHMOOR, now)


@pytest.fixture
def browser(east: Flask) -> PageClient:
    return client_of(east)


def client_of(app: Flask) -> PageClient:
    client = app.test_client()
    assert isinstance(client, PageClient)
    return client


def keys(app: Flask, kind: str) -> list[str]:
    with publishing.store(app).reading() as session:
        return [entry.key for entry in pages.current(session, kind, "en_GB")]


def headings(page: Page, tag: str = "h2") -> list[str]:
    main = next(page.root.iter("main"))
    return [words(heading) for heading in main.iter(tag)]


def addresses(app: Flask) -> list[str]:
    return [
        *FIXED,
        *(f"/priorities/{key}" for key in keys(app, "priority")),
        *(f"/areas/{key}" for key in keys(app, "area")),
        *(f"/rounds/{key}" for key in keys(app, "round")),
    ]


# Every page -----------------------------------------------------------------------------------------------


def test_every_page_opens_in_every_language_and_leaves_no_trace(east: Flask) -> None:
    client: FlaskClient = client_of(east)
    for path in addresses(east):
        for address in (path, f"/pl{path}"):
            answer = client.get(address)
            assert answer.status_code == 200, address
            assert "Set-Cookie" not in answer.headers
            assert "Cookie" not in answer.headers.get("Vary", "")
            assert answer.headers["Cache-Control"] == "public, max-age=60"
            again = client.get(address, headers={"If-None-Match": answer.headers["ETag"]})
            assert (again.status_code, again.data) == (304, b"")


def test_every_page_of_a_demonstration_says_so(east: Flask) -> None:
    client = client_of(east)
    for path in [*addresses(east), "/results/local-2025", "/results/local-2026"]:
        assert "Every response is invented" in client.page(path).text, path


def test_public_words_only(east: Flask) -> None:
    client = client_of(east)
    for path in ("/", "/rounds", "/rounds/2026", "/results", "/results/local-2025", "/what-we-have-done"):
        main = client.page(path).main.lower()
        for word in ("suppressed", "n =", "cross-tab", "anonymous survey", "residents think"):
            assert word not in main, (path, word)


@pytest.mark.parametrize(
    "path", ["/priorities/x", "/areas/x", "/rounds/x", "/results/x", "/nothing", "/areas/x/y"]
)
def test_an_unknown_address_is_a_page_with_a_way_on(browser: PageClient, path: str) -> None:
    page = browser.page(path, status=404)
    assert "999" in page.text
    assert page.link("Contact") or page.link("Help")


# Home -----------------------------------------------------------------------------------------------------


def test_home_answers_in_the_order_people_need(browser: PageClient) -> None:
    page = browser.page("/")
    order = [
        "Open until",
        "About 4 minutes",
        "In danger",
        "What we are working on",
        "You said, we did",
        "What people told us last time",
        "Who we are",
    ]
    places = [page.main.index(words_) for words_ in order]
    assert places == sorted(places)
    assert page.link("Start the survey") == "/surveys/local-2026/start"
    assert "11:59pm" in page.main
    assert page.main.index("Start the survey") < page.main.index("In danger")


def test_home_between_consultations_gives_the_next_date_and_the_last_outcome(east: Flask) -> None:
    clock = east.extensions["portal.clock"]
    assert isinstance(clock, Clock)
    clock.now = NOW + dt.timedelta(days=60)
    try:
        page = client_of(east).page("/")
        assert "No date is set for the next one yet" in page.main
        assert "What came of it:" in page.main
        assert "Start the survey" not in page.main
        clock.now = NOW - dt.timedelta(days=100)
        page = client_of(east).page("/")
        assert "Next: What should we work on next year?" in page.main
        assert "Opens on" in page.main
        assert client_of(east).page("/rounds").main.index("Coming") < page.main.index("Last time")
    finally:
        clock.now = NOW


# Who and what ---------------------------------------------------------------------------------------------


def test_each_priority_groups_its_areas_in_the_partnerships_words(east: Flask) -> None:
    client = client_of(east)
    said = [client.page(f"/priorities/{key}").main for key in keys(east, "priority")]
    assert "Understanding risk and vulnerability of individuals and locations" in said[0]
    assert "Working to tackle local issues of high harm" in said[1]
    linked = {
        link.get("href")
        for key in keys(east, "priority")
        for link in client.page(f"/priorities/{key}").root.iter("a")
        if (link.get("href") or "").startswith("/areas/")
    }
    assert linked == {f"/areas/{key}" for key in keys(east, "area")}
    assert len(linked) == 16


def test_sensitive_areas_can_be_left_fast_and_others_stay_calm(east: Flask) -> None:
    client = client_of(east)
    with publishing.store(east).reading() as session:
        areas = pages.current(session, "area", "en_GB")
    for area in areas:
        page = client.page(f"/areas/{area.key}")
        assert ("Exit this page" in page.text) == area.facts.sensitive, area.key
        assert ("/surveys/exit" in {form.action for form in page.forms()}) == area.facts.sensitive
    assert {area.key for area in areas if area.facts.sensitive} >= {"domestic-abuse", "modern-day-slavery"}


def test_about_has_the_key_role_and_every_strand_of_the_work(east: Flask) -> None:
    page = client_of(east).page("/about")
    with publishing.store(east).reading() as session:
        strands = pages.current(session, "strand", "en_GB")
    assert len(strands) == 8
    for strand in strands:
        assert strand.texts.title in page.main
    assert "Domestic Abuse Related Death Review" in page.main
    assert headings(page)[0] == "Our key role"


def test_every_strand_priority_and_area_of_the_pack_has_its_place(east: Flask, browser: PageClient) -> None:
    with publishing.store(east).reading() as session:
        kinds = {kind: pages.current(session, kind, "en_GB") for kind in ("strand", "priority", "area")}
    assert {kind: len(found) for kind, found in kinds.items()} == {"strand": 8, "priority": 2, "area": 16}
    about, listed, areas = browser.page("/about"), browser.page("/priorities"), browser.page("/areas")
    for strand in kinds["strand"]:
        assert strand.texts.title in about.main
        assert strand.texts.lead in about.main
    for priority in kinds["priority"]:
        shown = browser.page(listed.link(priority.texts.title))
        assert priority.texts.statement in shown.main
        assert shown.h1 == priority.texts.title
    grouped = {key for priority in kinds["priority"] for key in priority.facts.areas}
    for area in kinds["area"]:
        assert browser.page(areas.link(area.texts.title)).h1 == area.texts.title
        assert area.key in grouped


def test_partners_stand_under_what_they_are(browser: PageClient, east: Flask) -> None:
    page = browser.page("/partners")
    assert headings(page)[0] == "Responsible authorities"
    with publishing.store(east).reading() as session:
        for partner in pages.current(session, "partner", "en_GB"):
            assert partner.texts.name in page.main


def test_help_gives_each_number_with_the_day_it_was_checked(browser: PageClient, east: Flask) -> None:
    page = browser.page("/help")
    assert headings(page)[0] == "In an emergency"
    with publishing.store(east).reading() as session:
        lines = pages.current(session, "helpline", "en_GB")
    for line in lines:
        shown = line.facts.state != "unchecked" and (line.facts.phone or "") in page.main
        assert shown or line.facts.state == "unchecked", line.key
    assert "Last checked on" in page.main
    assert "Exit this page" in page.text


# Consultations --------------------------------------------------------------------------------------------


def test_a_consultation_gives_reasons_evidence_choices_and_what_comes_next(browser: PageClient) -> None:
    page = browser.page("/rounds/2026")
    assert headings(page) == [
        "Why we are asking",
        "The evidence so far",
        "What else was considered",
        "What you can choose from",
        "What is still open",
        "What happens next",
        "What we publish",
        "Other ways to answer",
    ]
    assert page.link("Start the survey") == "/surveys/local-2026/start"
    assert page.link("Local survey for organisations") == "/surveys/organisations-2026/start"
    assert "Anti-social behaviour" in page.main
    assert "Don’t know" not in page.main


def test_consultations_stand_under_their_state(browser: PageClient) -> None:
    page = browser.page("/rounds")
    assert headings(page) == ["Open now", "Coming", "Closed"]
    assert page.main.index("next year?") < page.main.index("Last year’s survey")
    assert page.link("Results: Local survey") == "/results/local-2025"
    closing = closing_moment(NOW.date() + dt.timedelta(days=14))
    assert closing.strftime("%d %B %Y").lstrip("0") in page.main


def test_a_survey_nobody_may_know_of_is_nowhere(east: Flask) -> None:
    client = client_of(east)
    with publishing.store(east).writing() as session:
        made = surveys.create(
            session, slug="secret-draft", key="residents", kind="anonymous", receipt_prefix="ZZ",
            by="cli:test", now=NOW, keys=publishing.KEYS,
        )  # fmt: skip
        assert surveys.state(made, NOW) == "draft"
    assert client.get("/results/secret-draft").status_code == 404
    assert client.get("/results/secret-draft/topics.csv").status_code == 404
    for path in ("/", "/rounds", "/results"):
        assert "secret-draft" not in client.page(path).html


# Statements -----------------------------------------------------------------------------------------------


def test_the_accessibility_statement_has_the_model_parts_and_its_dates(browser: PageClient) -> None:
    page = browser.page("/accessibility")
    ids = [section.get("id") for section in page.root.iter("section") if section.get("id")]
    assert ids == [
        "commitment",
        "status",
        "non-compliance",
        "burden",
        "out-of-scope",
        "contact",
        "enforcement",
        "preparation",
    ]
    assert "Next review due by" in page.main
    assert "may be out of date" not in page.main


def test_an_overdue_accessibility_statement_says_so(east: Flask) -> None:
    clock = east.extensions["portal.clock"]
    clock.now = NOW + dt.timedelta(days=3 * 365)
    try:
        assert "It may be out of date" in client_of(east).page("/accessibility").main
    finally:
        clock.now = NOW


def test_the_privacy_notice_has_every_field(browser: PageClient) -> None:
    page = browser.page("/privacy")
    ids = {section.get("id") for section in page.root.iter("section")}
    assert ids >= {
        "controller", "officer", "purposes", "basis", "special-category", "categories", "recipients",
        "safety", "retention", "rights", "object", "identify", "automated", "complaints", "regulator",
        "freedom-of-information", "children", "changes",
    }  # fmt: skip
    assert page.link("young people") == "/privacy/young-people"


def test_languages_are_named_in_their_own_words(browser: PageClient) -> None:
    page = browser.page("/languages")
    assert page.link("Polski") == "/pl/languages"
    assert "1,142" in page.main


# Other districts, other languages ---------------------------------------------------------------------------


def test_another_district_finds_nothing_of_the_first(north: Flask) -> None:
    client = client_of(north)
    for path in addresses(north):
        text = client.page(path).text
        for word in ("Cambridgeshire", "Ely", "Littleport", "Polski people"):
            assert word not in text.split(), (path, word)
    assert "Northmoor" in client.page("/").text


def test_words_without_a_translation_keep_their_own_language(north: Flask, east: Flask) -> None:
    page = client_of(east).page("/pl/about")
    assert page.root.get("lang") == "pl"
    own = [e for e in page.root.iter() if e.get("lang") == "en-GB" and e.tag in ("span", "div")]
    with publishing.store(east).reading() as session:
        lacking = [
            entry
            for kind in ("strand", "partner")
            for entry in pages.current(session, kind, "pl")
            if entry.lang("title" if kind == "strand" else "name")
        ]
    assert bool(own) == bool(lacking)


def test_a_corrected_survey_says_so_on_its_public_page(east: Flask) -> None:
    keys, clock = east.extensions["portal.keys"], east.extensions["portal.clock"]
    with publishing.store(east).writing() as session:
        found = rounds.listing(session, clock()).open[0]
        survey = session.get_one(Survey, found.surveys[0].survey.id)
        version = surveys.current_version(session, survey.id)
        assert version is not None
        document = surveys.questionnaire_of(version)
        reworded = editing.set_question(document, "age", {"hint": {"en_GB": "A clearer hint."}})
        surveys.publish_version(
            session,
            survey,
            reworded,
            meaning="same",
            note="<b>A clearer hint</b>",
            by="officer:x",
            now=clock(),
            keys=keys,
        )
    page = client_of(east).page(f"/rounds/{found.slug}")
    assert "Corrected questions" in page.main
    assert "<b>A clearer hint</b>. The questions mean the same" in page.main
    assert "Poprawione pytania" in client_of(east).page(f"/pl/rounds/{found.slug}").main

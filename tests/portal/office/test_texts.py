"""What the site says, edited: drafts, previews, history, colours, helplines, packs, the emblem."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from portal.office.texts import KIND_WORDS
from portal.partnership import editing, packs, pages
from tests.office import sign_in
from tests.pages import Page, PageClient, words
from tests.portal.partnership import preparing
from tests.portal.partnership.packs_on_disk import NORTHMOOR
from tests.portal.partnership.test_brand import png

ORIGIN = {"Origin": "http://localhost"}
WARDEN = "/office/texts/helpline/warden"


@pytest.fixture
def database_url(sqlite_copy: str) -> str:
    return sqlite_copy


@pytest.fixture
def now() -> dt.datetime:
    return preparing.NOW


@pytest.fixture
def store(app: Flask) -> Callable[[], Any]:
    return app.extensions["portal.database"].writing  # type: ignore[no-any-return]


@pytest.fixture
def loaded(app: Flask, store: Callable[[], Any]) -> None:
    with store() as session:
        preparing.loaded(session, app.extensions["portal.keys"])


@pytest.fixture
def anna(app: Flask, loaded: None) -> PageClient:
    return sign_in(app, "consultation", name="Anna")


def test_every_thing_of_every_kind_has_its_form_and_saving_it_unchanged_changes_nothing(
    app: Flask, anna: PageClient, store: Callable[[], Any]
) -> None:
    assert anna.page("/office/texts").h1 == "What the site says"
    for kind in KIND_WORDS:
        anna.page(f"/office/texts/{kind}")
        with store() as session:
            first = editing.everything(session, kind)[:2]
        for one in first:
            page = anna.page(f"/office/texts/{kind}/{one.key}")
            page = anna.submit(page, {}, "Save as a draft")
            assert "A draft waits" not in page.main, (kind, one.key)
            anna.page(f"/office/texts/{kind}/{one.key}/history")


def test_a_draft_is_previewed_as_the_real_page_and_then_published(
    anna: PageClient, client: PageClient
) -> None:
    page = anna.page(WARDEN)
    page = anna.submit(page, {"en_GB-name": "Night warden"}, "Save as a draft and look at it")
    assert "Preview. This is not on the site yet." in page.text
    assert "Night warden" in page.main
    assert page.response.headers["Cache-Control"] == "no-store"
    assert "Night warden" not in client.page("/help").main
    page = anna.page(WARDEN)
    assert "A draft waits" in page.main
    anna.submit(page, {}, "Publish the draft")
    assert "Night warden" in client.page("/help").main
    history = anna.page(f"{WARDEN}/history")
    assert "Anna" in history.main
    anna.submit(history, {}, "Bring back as a draft version 1")
    assert 'value="Warden"' in anna.page(WARDEN).html
    anna.submit(anna.page(WARDEN), {}, "Let the draft go")
    assert "Night warden" in anna.page(WARDEN).html
    assert "Podgląd" in anna.page(f"{WARDEN}/preview?in=pl").text


def test_what_is_missing_is_told_beside_its_field(anna: PageClient) -> None:
    page = anna.page(WARDEN)
    page = anna.submit(page, {"en_GB-lead": "", "facts-phone": "call me"}, "Publish", status=422)
    assert "cannot be kept as it is" in page.main
    page = anna.submit(page, {"facts-phone": "01632 960002"}, "Publish", status=422)
    assert "Fill this in before it is published" in page.main
    new = anna.page("/office/texts/helpline/new")
    kept = anna.submit(new, {"key": "warden", "en_GB-name": "Another"}, "Publish", status=422)
    assert "already one with this name" in kept.main
    assert kept.link("There is already one").endswith("#key")
    assert 'value="Another"' in kept.html


def test_the_words_of_a_consultation_say_whether_people_see_them(
    app: Flask, anna: PageClient, client: PageClient, store: Callable[[], Any]
) -> None:
    with store() as session:
        preparing.written(session, app.extensions["portal.keys"])
    page = anna.submit(anna.page("/office/texts/round/spring"), {}, "Publish the draft")
    assert "Nobody sees it yet" in page.text
    assert "It is on the site now" not in page.text
    assert client.get("/rounds/spring").status_code == 404
    sure = anna.page(page.link("Take it off the site"))
    anna.submit(sure, {}, "Take it off the site")
    page = anna.submit(anna.page("/office/texts/round/spring"), {"en_GB-purpose": "Else."}, "Publish")
    assert "nobody sees it until it is put back" in page.text
    with store() as session:
        preparing.launched(session, app.extensions["portal.keys"], "summer")
    assert client.page("/rounds/summer").h1 == "What next?"
    there = anna.page("/office/texts/round/summer")
    assert "Take it off the site" not in there.main
    assert there.link("Change the dates, pause or withdraw") == "/office/rounds/summer/change"
    kept = anna.submit(anna.page("/office/texts/round/summer/shown"), {}, "Take it off the site", 422)
    assert "People were told of this consultation" in kept.main
    assert client.page("/rounds/summer").h1 == "What next?"


def test_a_new_entry_comes_on_the_site_and_off_again(anna: PageClient, client: PageClient) -> None:
    typed = {
        "key": "night-line", "en_GB-name": "Night line", "en_GB-lead": "At night.",
        "facts-phone": "01632 960009",
        "facts-group": "support", "facts-state": "known", "facts-source": "A leaflet.",
    }  # fmt: skip
    page = anna.submit(anna.page("/office/texts/helpline/new"), typed, "Publish")
    assert "Night line" in client.page("/help").main
    sure = anna.page(page.link("Take it off the site"))
    assert "Night line" in client.page("/help").main
    assert "People in danger may be looking for this number" in sure.main
    page = anna.submit(sure, {}, "Take it off the site")
    assert "Night line" not in client.page("/help").main
    anna.submit(anna.page(page.link("Put it back")), {}, "Put it back")
    assert "Night line" in client.page("/help").main
    assert "Take it off the site" not in anna.page("/office/texts/privacy/rights").main


def test_a_part_of_the_privacy_notice_that_is_open_is_found_and_given(
    app: Flask, anna: PageClient, store: Callable[[], Any]
) -> None:
    with store() as session:
        preparing.written(session, app.extensions["portal.keys"])
    page = anna.page("/office/texts/privacy")
    before = page.main.count("To confirm")
    there = anna.page("/office/texts/privacy/controller")
    assert "“checked” and “known”" not in there.main
    proposed = anna.submit(there, {"facts-state": "proposed"}, "Publish")
    assert "Proposed: written here, not confirmed yet" in proposed.main
    assert anna.page("/office/texts/privacy").main.count("To confirm") == before + 1
    line = anna.page("/office/rounds/spring")
    lack = next(one for one in line.root.iter("a") if one.get("href") == "/office/texts/privacy/controller")
    assert words(lack).startswith("Confirm “")
    anna.submit(anna.page("/office/texts/privacy/controller"), {"facts-state": "given"}, "Publish")
    assert anna.page("/office/texts/privacy").main.count("To confirm") == before
    assert "/office/texts/privacy/controller" not in anna.page("/office/rounds/spring").html


def test_a_helpline_is_marked_as_checked_without_a_developer(
    app: Flask, anna: PageClient, store: Callable[[], Any]
) -> None:
    with store() as session:
        facts = pages.newest(session, "helpline", "warden", "").body  # type: ignore[union-attr]
        pages.revise(
            session, "helpline", "warden", "", {**facts, "last_checked": "2030-01-01"}, by="cli:test",
            now=preparing.NOW, keys=app.extensions["portal.keys"],
        )  # fmt: skip
    assert "has to be checked again" in anna.page("/office/texts").main
    page = anna.submit(anna.page("/office/texts/helpline"), {}, "Mark as checked today Warden")
    assert "Checked 20 January 2031" in page.main
    assert "has to be checked again" not in anna.page("/office/texts").main


def test_colours_are_measured_and_refused_with_the_ratio(anna: PageClient, client: PageClient) -> None:
    page = anna.page("/office/texts/site/site")
    assert "How well the colours can be read" in page.main
    page = anna.submit(page, {"facts-colours-light-lode": "#88ccdd"}, "Publish", status=422)
    assert "lode on paper (light) is 1.79 to 1, needs 4.5 to 1" in page.main
    page = anna.page("/office/texts/site/site")
    anna.submit(page, {"facts-colours-light-lode": "#14506e"}, "Publish")
    assert "--lode:#14506e" in client.get("/colours.css").get_data(as_text=True)


def test_the_banner_and_the_name_are_edited(anna: PageClient, client: PageClient) -> None:
    page = anna.page("/office/texts/site/site")
    anna.submit(page, {"en_GB-name": "Northmoor <script>alert(1)</script> together"}, "Publish")
    home = client.page("/")
    assert "<script>alert" not in home.html


def test_the_emblem_is_a_picture_and_nothing_else(anna: PageClient, client: PageClient) -> None:
    page = anna.page("/office/texts/emblem")
    token = dict(page.form("Use this picture").fields)["csrf_token"]

    def upload(content: bytes) -> Page:
        data = {"csrf_token": token, "emblem": (io.BytesIO(content), "logo.png")}
        return Page(anna.post(page.url, data=data, headers=ORIGIN, follow_redirects=True))

    assert "Choose a PNG picture" in upload(b"<svg onload=alert(1)>").main
    assert "Choose a PNG picture" in upload(b"").main
    upload(png())
    home = client.page("/")
    [address] = [image.get("src", "") for image in home.root.iter("img") if "emblem" in image.get("src", "")]
    answer = client.get(address)
    assert (answer.mimetype, answer.get_data()) == ("image/png", png())
    anna.submit(anna.page("/office/texts/emblem"), {}, "Go back to the design’s own")
    assert address not in client.page("/").html


def test_what_a_pack_says_instead_is_shown_and_settled(
    app: Flask, anna: PageClient, store: Callable[[], Any]
) -> None:
    anna.submit(anna.page(WARDEN), {"en_GB-name": "Night warden"}, "Publish")
    with store() as session:
        pack = packs.read(NORTHMOOR)
        packs.load(session, pack, by="cli:test", now=preparing.NOW, keys=app.extensions["portal.keys"])
    assert "A pack says something else in 1 place" in anna.page("/office/texts").main
    page = anna.page("/office/texts/pack")
    assert "Night warden" in page.main
    page = anna.submit(page, {}, "Keep ours warden")
    assert "Nothing waits" in page.main
    assert 'value="Night warden"' in anna.page(WARDEN).html


def test_two_officers_at_one_text_lose_nothing(app: Flask, anna: PageClient) -> None:
    ben = sign_in(app, "administrator", name="Ben")
    first, second = anna.page(WARDEN), ben.page(WARDEN)
    anna.submit(first, {"en_GB-name": "By Anna"}, "Publish")
    both = ben.submit(second, {"en_GB-name": "By Ben"}, "Publish", status=422)
    assert "Anna saved" in both.main
    assert "By Anna" in both.main
    ben.submit(both, {}, "Publish")
    assert "By Ben" in anna.page(WARDEN).html


def test_hostile_words_of_one_officer_do_not_run_in_anothers_browser(app: Flask, anna: PageClient) -> None:
    hostile = '"><img src=x onerror=alert(1)>'
    anna.submit(anna.page(WARDEN), {"en_GB-name": hostile}, "Publish")
    for address in ("/office/texts", "/office/texts/helpline", WARDEN, f"{WARDEN}/history", "/help"):
        assert "<img src=x" not in anna.page(address).html


def test_only_those_of_the_table_edit(app: Flask, loaded: None) -> None:
    moderator = sign_in(app, "moderator")
    assert moderator.get("/office/texts").status_code == 403
    auditor = sign_in(app, "auditor")
    page = auditor.page(WARDEN)
    assert "Publish" not in page.main
    token = page.form("Sign out").fields[0][1]
    assert auditor.post(WARDEN, data={"csrf_token": token}, headers=ORIGIN).status_code == 403
    assert auditor.get("/office/texts/problem").status_code == 404

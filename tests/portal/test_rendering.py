"""What templates may use: dates and numbers as people write them, safe Markdown, the site's own words."""

from __future__ import annotations

import datetime as dt
import sqlite3

import pytest
from flask import Flask
from flask_babel import force_locale
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError

from portal import database, rendering
from portal.rendering import BARE_SITE, clock, day, markdown, moment, number, percent, say, site, spoken

CLOSING = dt.datetime(2026, 11, 29, 23, 59, tzinfo=dt.UTC)
SUMMER = dt.datetime(2026, 7, 1, 11, 0, tzinfo=dt.UTC)


@pytest.fixture
def database_url(sqlite_copy: str) -> str:
    return sqlite_copy


@pytest.mark.parametrize(
    ("locale", "words"),
    [("en_GB", "Sunday 29 November 2026, 11:59pm"), ("pl", "niedziela 29 listopada 2026, 23:59")],
)
def test_a_moment_is_said_as_people_say_it(app: Flask, locale: str, words: str) -> None:
    with app.test_request_context("/"), force_locale(locale):
        assert moment(CLOSING) == words


@pytest.mark.parametrize(
    ("hour", "words"), [(0, "12:00am"), (9, "9:00am"), (12, "12:00pm"), (13, "1:00pm"), (23, "11:00pm")]
)
def test_the_clock_has_twelve_hours_in_english(app: Flask, hour: int, words: str) -> None:
    with app.test_request_context("/"):
        assert clock(dt.datetime(2026, 1, 15, hour, tzinfo=dt.UTC)) == words


def test_moments_are_londons(app: Flask) -> None:
    with app.test_request_context("/"):
        assert (clock(SUMMER), day(SUMMER), day(SUMMER.date(), weekday=True)) == (
            "12:00pm",
            "1 July 2026",
            "Wednesday 1 July 2026",
        )


def test_numbers_follow_the_language(app: Flask) -> None:
    with app.test_request_context("/"):
        assert (number(12345), percent(53)) == ("12,345", "53%")
        with force_locale("pl"):
            assert (number(12345), percent(53)) == ("12\xa0345", "53%")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        (None, ""),
        ("Plain *words*", "<p>Plain <em>words</em></p>\n"),
        ("# Top", "<h2>Top</h2>\n"),
        ("## Top\n\n### Deep", "<h2>Top</h2>\n<h3>Deep</h3>\n"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"),
        ("[a](javascript:alert)", "<p>[a](javascript:alert)</p>\n"),
        ("[a](https://example.org)", '<p><a href="https://example.org">a</a></p>\n'),
        ("[a](/help)", '<p><a href="/help">a</a></p>\n'),
        ("![a](https://example.org/a.png)", "<p></p>\n"),
    ],
)
def test_markdown_is_safe_and_starts_below_the_page_heading(text: str | None, html: str) -> None:
    assert markdown(text) == html


@given(st.text())
def test_no_markdown_makes_a_script_or_a_handler(text: str) -> None:
    html = str(markdown(text)).lower()
    assert "<script" not in html
    assert "<img" not in html
    assert " on" not in "".join(part.split(">")[0] for part in html.split("<a")[1:])


def test_words_in_another_language_are_marked(app: Flask) -> None:
    texts = {"en_GB": "Help & <advice>", "pl": "Pomoc"}
    with app.test_request_context("/"), force_locale("pl"):
        assert say(texts) == "Pomoc"
        assert (
            say({"en_GB": texts["en_GB"]}) == '<span lang="en-GB" dir="ltr">Help &amp; &lt;advice&gt;</span>'
        )
        assert spoken("مساعدة", "ar") == '<span lang="ar" dir="rtl">مساعدة</span>'
    with app.test_request_context("/"):
        assert say(texts) == "Help &amp; &lt;advice&gt;"
        assert say(None) == say({}) == ""


def test_before_a_pack_is_loaded_the_site_is_bare(app: Flask) -> None:
    with app.test_request_context("/"):
        assert site() == BARE_SITE


def test_while_the_database_is_away_the_last_known_site_is_shown(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> None:
        raise OperationalError("SELECT", None, sqlite3.OperationalError("disk I/O error"))

    known = rendering.Site(place="Fenland")
    app.extensions["portal.site"]["en_GB"] = rendering._Kept(0.0, known)
    monkeypatch.setattr(database.Database, "reading", gone)
    with app.test_request_context("/"):
        assert site() == known
    with app.test_request_context("/"), force_locale("pl"):
        assert site() == BARE_SITE

"""What a results page sets beside a release: every figure worked out again here from the released tables."""

from __future__ import annotations

import datetime as dt
import html
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import numpy as np
import pytest
from flask import Flask

from portal import alongside_words
from portal.partnership.places import Margin
from portal.reading import read
from surveys import surveys
from surveys.questionnaire.model import Questionnaire
from surveys.results import alongside, comparison_files, ranking, releases
from surveys.results.comparison import Share, compare
from tests.conftest import NOW
from tests.pages import PageClient, parse, words
from tests.portal import publishing
from tests.portal.test_public_results import shown_cell

BEFORE, SLUG = "local-2025", "local-2026"
LATER = dt.datetime(2027, 1, 15, 12, tzinfo=dt.UTC)
CENSUS = {
    "age": {
        "25-34": 11.6, "35-44": 13.4, "45-54": 14.5, "55-64": 13.1, "65-74": 11.0,
    },
    "sex": {"female": 50.9, "male": 49.1},
}  # fmt: skip
"""From the pack's census table; its other age groups do not make up the survey's."""


@pytest.fixture(scope="module")
def app(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("comparisons")
    shutil.copyfile(sqlite_template, folder / "portal.sqlite3")
    for app in publishing.application(f"sqlite:///{folder / 'portal.sqlite3'}", folder, LATER):
        publishing.loaded(app, publishing.PACK, NOW)
        with publishing.store(app).writing() as session:
            for slug, seed in ((BEFORE, 7), (SLUG, 8)):
                survey = surveys.by_slug(session, slug)
                assert survey is not None
                publishing.answered(session, survey, 260, publishing.PACK, seed)
        for slug in (BEFORE, SLUG):
            publishing.released(app, slug, LATER)
        yield app


def content_of(app: Flask, slug: str) -> dict[str, Any]:
    with publishing.store(app).reading() as session:
        survey = surveys.by_slug(session, slug)
        assert survey is not None
        release = releases.current(session, survey.id)
        assert release is not None
        return dict(release.content)


def document_of(app: Flask) -> Questionnaire:
    with publishing.store(app).reading() as session:
        survey = surveys.by_slug(session, SLUG)
        assert survey is not None
        version = surveys.current_version(session, survey.id)
        assert version is not None
        return surveys.questionnaire_of(version)


@pytest.fixture(scope="module")
def page(app: Flask) -> Element:
    root, _ = parse(app.test_client().get(f"/results/{SLUG}").get_data(as_text=True))
    return root


@pytest.fixture
def browser(app: Flask) -> PageClient:
    client = app.test_client()
    assert isinstance(client, PageClient)
    return client


def rows_of(page: Element, id: str) -> dict[str, list[str]]:
    """The table of this id: the words of the cells by the words of the row's head."""
    table = next(t for t in page.iter("table") if t.get("id") == id)
    found = {}
    for row in list(table.iter("tr"))[1:]:
        if "table-group" in row.get("class", ""):
            continue
        head, *cells = [shown_cell(cell) for cell in row if cell.get("aria-hidden") != "true"]
        found[head] = cells
    return found


def released_table(content: dict[str, Any], key: str) -> dict[str, Any]:
    found: dict[str, Any] = next(t for t in content["tables"] if t["key"] == key)
    return found


def counts(content: dict[str, Any], key: str) -> dict[str, int | None]:
    return {row["key"]: row["count"] for row in released_table(content, key)["groups"][0]["rows"]}


def named(content: dict[str, Any], question: str) -> dict[str, str]:
    asked = content["wording"]["questions"][question]
    found = {a["key"]: a["text"]["en_GB"] for a in asked["answers"]}
    return named(content, asked["of"]) | found if asked["of"] else found


def whole(part: float, of: float) -> int:
    return int(100 * part / of + 0.5)


# Who lives here -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dimension", ["age", "sex"])
def test_who_answered_stands_beside_the_census(app: Flask, page: Element, dimension: str) -> None:
    content = content_of(app, SLUG)
    told, census = counts(content, dimension), CENSUS[dimension]
    here = {key: n for key in census if (n := told[key]) is not None}
    names = content["wording"]["dimensions"][dimension]["categories"]
    text = {c["key"]: c["text"]["en_GB"] for c in names}
    there = sum(census[key] for key in here)
    assert len(here) > 1
    assert rows_of(page, f"beside-{dimension}") == {
        text[key]: [f"{whole(n, sum(here.values()))}%", f"{whole(census[key], there)}%"]
        for key, n in here.items()
    }


def test_groups_that_do_not_nest_are_named_and_not_compared(page: Element) -> None:
    said = words(next(e for e in page.iter("section") if e.get("id") == "who-answered"))
    assert "Not compared: 13 to 15 (the census table has no such group); 16 to 24 (" in said
    assert "Census of 21 March 2021. Source: ONS, Census 2021" in said
    assert "of those who answered" in said
    assert "of those who live here" in said


def test_a_new_census_table_changes_nothing_that_is_published(app: Flask, browser: PageClient) -> None:
    before = browser.get(f"/results/{BEFORE}").get_data(as_text=True)
    with publishing.store(app).writing() as session:
        for category, share in (("Female", 60.0), ("Male", 40.0)):
            session.add(
                Margin(
                    source="A later count", as_of=dt.date(2026, 3, 21), variable="sex", category=category,
                    percent=share,
                )
            )  # fmt: skip
    app.extensions.pop("public.releases", None)
    assert browser.get(f"/results/{BEFORE}").get_data(as_text=True) == before
    assert "A later count" not in before


# Then and now ---------------------------------------------------------------------------------------------

YEARS = ("topics", "first-topic", "safe-day", "police", "informed")


@pytest.mark.parametrize("key", YEARS)
def test_then_and_now_are_the_two_releases_and_their_difference(app: Flask, page: Element, key: str) -> None:
    now, then = content_of(app, SLUG), content_of(app, BEFORE)
    names = named(now, key)
    here, there = (released_table(one, key)["groups"][0] for one in (now, then))
    rows, refused = rows_of(page, f"years-{key}"), 0
    assert len(rows) == len(here["rows"])
    for new, old in zip(here["rows"], there["rows"], strict=True):
        before, after, apart, spread = rows[names[new["key"]]]
        if new["percent"] is None or old["percent"] is None:
            refused += 1
            assert (apart, spread) == ("not compared", "not compared")
            continue
        assert (before, after) == (f"{old['percent']}%", f"{new['percent']}%")
        assert number(apart) == new["percent"] - old["percent"]
        made = compare(
            Share.of(new["count"], here["answered"]), Share.of(old["count"], there["answered"])
        ).interval
        low, high = map(number, spread.split(" to "))
        assert (low, high) == (round(100 * made.low), round(100 * made.high))
        assert low <= number(apart) <= high
    assert refused < len(rows)


@pytest.mark.parametrize("key", YEARS)
def test_a_move_is_drawn_only_where_both_years_are_shown(page: Element, key: str) -> None:
    table = next(t for t in page.iter("table") if t.get("id") == f"years-{key}")
    scale = set()
    for row in list(table.iter("tr"))[1:]:
        dots = [float((c.get("cx") or "").rstrip("%")) for c in row.iter() if c.tag.endswith("circle")]
        before, after, apart, _ = [shown_cell(cell) for cell in row if cell.tag == "td"]
        if apart == "not compared":
            assert not dots
            continue
        for at, told in zip(dots, (before, after), strict=True):
            if share := int(told.rstrip("%")):
                scale.add(round(10 * share * 94 / (at - 3)) // 10)
    assert len({round(end, -1) for end in scale}) == 1, scale


def number(points: str) -> int:
    return int(points.replace("−", "-"))


def test_years_are_called_independent_and_the_range_indicative(page: Element) -> None:
    said = words(next(e for e in page.iter("div") if e.get("id") == "since-topics"))
    assert "nobody is followed from one year to the next" in said
    assert "The range is indicative" in said


def test_the_first_year_is_compared_with_nothing(browser: PageClient) -> None:
    root, _ = parse(browser.get(f"/results/{BEFORE}").get_data(as_text=True))
    assert not [e for e in root.iter("div") if e.get("id", "").startswith("since-")]


def test_a_question_is_refused_with_the_reason_in_words(app: Flask) -> None:
    with app.test_request_context():
        survey = content_of(app, SLUG)
        document = document_of(app)
        reading = read(released_table(survey, "police"), document, "en_GB")

        def said(change: Callable[[dict[str, Any]], object]) -> str:
            before = json.loads(json.dumps(content_of(app, BEFORE)))
            change(before)
            kept = alongside.since(survey, {"police": released_table(survey, "police")}, document, [before])
            (one,) = alongside_words.since({**survey, "since": kept}, [reading]).values()
            assert one.reason
            assert not one.changes
            return str(one.said)

        def question(before: dict[str, Any]) -> dict[str, Any]:
            found: dict[str, Any] = before["wording"]["questions"]["police"]
            return found

        def group(before: dict[str, Any]) -> dict[str, Any]:
            found: dict[str, Any] = released_table(before, "police")["groups"][0]
            return found

        assert "not asked in 2025" in said(lambda b: b["wording"]["questions"].pop("police"))
        assert "Another question" in said(lambda b: question(b).update(identity="other"))
        assert "words have changed" in said(lambda b: question(b).update(wording=99))
        assert "answered in another way" in said(lambda b: question(b).update(kind="several"))
        assert "other answers" in said(lambda b: question(b)["answers"].pop())
        assert "hidden" in said(lambda b: group(b).update(hidden="few"))
        assert "Fewer than 30 people" in said(lambda b: group(b).update(answered=25))


# Slopes ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", YEARS)
def test_the_slopes_are_the_figures_of_the_table(
    app: Flask, browser: PageClient, page: Element, key: str
) -> None:
    rows = {name: row for name, row in rows_of(page, f"years-{key}").items() if row[2] != "not compared"}
    figure = browser.get(f"/results/{SLUG}/{key}/since.json").get_json()
    drawn = {line["customdata"][0].split(", 2025: ")[0]: line["y"] for line in figure["data"]}
    assert drawn == {name: [int(c.rstrip("%")) for c in row[:2]] for name, row in rows.items()}
    kept = content_of(app, SLUG)["since"]["tables"][key]["rows"]
    clear = sum(1 for row in kept if row["differs"] and row["points"])
    assert sum(line["line"]["width"] > 2 for line in figure["data"]) == clear
    picture = browser.get(f"/results/{SLUG}/{key}/since.svg").get_data(as_text=True)
    assert picture.count("<circle ") + clear == 2 * len(rows)
    for name, (then, now, *_) in rows.items():
        assert f"{name}, 2025: {then}, 2026: {now}" in html.unescape(picture)
    assert browser.get(f"/results/{SLUG}/{key}/since.png").data.startswith(b"\x89PNG")


def test_what_moved_is_drawn_open_and_what_did_not_lies_folded(app: Flask, page: Element) -> None:
    folded = {
        figure.get("id") for fold in page.iter("details") for figure in fold.iter("figure")
    }  # fmt: skip
    kept = content_of(app, SLUG)["since"]["tables"]
    for key in YEARS:
        moved = any(row["differs"] and row["points"] for row in kept[key]["rows"])
        assert (f"chart-since-{key}" in folded) is not moved
        assert [e for e in page.iter("figure") if e.get("id") == f"chart-since-{key}"]


def test_nothing_is_drawn_where_nothing_is_compared(browser: PageClient) -> None:
    for ending in ("since.json", "since.svg", "since.png"):
        assert browser.get(f"/results/{BEFORE}/topics/{ending}").status_code == 404
        assert browser.get(f"/results/{SLUG}/topics.by.age/{ending}").status_code == 404
        assert browser.get(f"/results/{SLUG}/nothing/{ending}").status_code == 404


def test_years_further_back_stand_beside_while_the_question_stays_the_same(app: Flask) -> None:
    with app.test_request_context():
        now, document = content_of(app, SLUG), document_of(app)
        table = released_table(now, "police")
        reading = read(table, document, "en_GB")

        def year(day: str, change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
            old = json.loads(json.dumps(content_of(app, BEFORE))) | {
                "first_day": day,
                "survey": f"s{day[:4]}",
            }
            change(old)
            return dict(old)

        def between(*older: dict[str, Any]) -> alongside_words.Between:
            kept = alongside.since(now, {"police": table}, document, [content_of(app, BEFORE), *older])
            lines = comparison_files.comparisons_csv({**now, "since": kept}, "en_GB").decode().splitlines()
            for one in older[: len(kept["tables"]["police"]["earlier"])]:
                assert any(line.startswith(f"{one['survey']}/1,police,") for line in lines)
            return alongside_words.since({**now, "since": kept}, [reading])["police"]

        def most(old: dict[str, Any]) -> dict[str, Any]:
            rows: list[dict[str, Any]] = released_table(old, "police")["groups"][0]["rows"]
            return max(rows, key=lambda row: row["count"] or 0)

        def hide(old: dict[str, Any]) -> None:
            most(old).update(count=None, percent=None, hidden=None)

        same = year("2024-09-01", hide)
        reworded = year("2023-09-01", lambda b: b["wording"]["questions"]["police"].update(wording=99))
        oldest = year("2022-09-01", lambda b: None)
        made = between(same, reworded, oldest)
        assert made.heads[1:4] == ["2024", "2025", "2026"]
        assert [len(row) for row in made.rows] == [6] * len(made.changes)
        old = {row["key"]: row for row in released_table(same, "police")["groups"][0]["rows"]}
        assert [change.earlier[0][0] for change in made.changes] == [row["percent"] for row in old.values()]
        leading = named(now, "police")[most(content_of(app, BEFORE))["key"]]
        (change,) = [change for change in made.changes if change.label.text == leading]
        assert change.earlier == ((None, "fewer than 10"),)
        (line,) = [line for line in made.lines if line.label.text == leading]
        assert [year for year, _ in line.stretches[0]] == [1, 2]
        assert between(reworded, same).years == ["2025", "2026"]
        assert between().years == ["2025", "2026"]
        twice = year("2025-01-01", lambda b: None)
        assert between(twice).years[0] == "2025-01-01"


def test_a_release_of_earlier_days_still_says_its_years(app: Flask) -> None:
    with app.test_request_context():
        content = json.loads(json.dumps(content_of(app, SLUG)))
        for one in content["since"]["tables"].values():
            one.pop("earlier")
        reading = read(released_table(content, "police"), document_of(app), "en_GB")
        made = alongside_words.since(content, [reading])["police"]
        assert made.years == ["2025", "2026"]
        assert comparison_files.comparisons_csv(content, "en_GB")


# In frames ------------------------------------------------------------------------------------------------


def test_every_table_can_be_framed_and_says_what_the_release_says(
    app: Flask, browser: PageClient, page: Element
) -> None:
    content = content_of(app, SLUG)
    for table in content["tables"]:
        answer = browser.get(f"/embed/{SLUG}/{table['key']}")
        root, _ = parse(answer.get_data(as_text=True))
        (framed,) = root.iter("table")
        own = next(t for t in page.iter("table") if t.get("id") == "table-" + table["key"].replace(".", "-"))
        if table["by"] != "ward" or table["net"] is None:  # beside a map the wards have numbers
            assert [words(row) for row in framed.iter("tr")] == [words(row) for row in own.iter("tr")]
        drawn = [e for e in root.iter("div") if e.get("class") == "multiples"]
        there = [e for e in page.iter("section") if e.get("id") == table["key"].replace(".", "-")]
        same = [e for part in there for e in part.iter("div") if e.get("class") == "multiples"]
        assert [words(e) for e in drawn] == [words(e) for e in same if table["by"]]
        said = words(root)
        assert "Published on 15 January 2027." in said
        if table["kind"] != "grid" and (base := table["groups"][0]["answered"]) is not None:
            assert f"People who answered: {base:,}." in said
        links = [a.get("href") for a in root.iter("a")]
        assert links == [f"/results/{SLUG}", f"/results/{SLUG}/{table['key']}/picture.png"]


def test_a_frame_holds_no_script_no_cookie_and_nothing_of_the_office(browser: PageClient) -> None:
    answer = browser.get(f"/embed/{SLUG}/topics")
    root, _ = parse(answer.get_data(as_text=True))
    assert not [e for e in root.iter() if e.tag in ("script", "form", "input", "iframe", "nav", "header")]
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert [e.get("content") for e in root.iter("meta") if e.get("name") == "robots"] == ["noindex"]


def test_only_a_table_may_be_framed(browser: PageClient) -> None:
    answer = browser.get(f"/embed/{SLUG}/topics")
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-ancestors *;" in policy
    assert "script-src" not in policy
    assert policy.startswith("default-src 'none';")
    assert "X-Frame-Options" not in answer.headers
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    again = browser.get(f"/embed/{SLUG}/topics", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    for address in (f"/results/{SLUG}", f"/results/{SLUG}/topics.json", "/embed/local-2025/nothing", "/"):
        headers = browser.get(address).headers
        assert headers.get_all("X-Frame-Options") == ["DENY"], address
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], address


@pytest.mark.parametrize(
    "address", ["/embed/nothing/topics", f"/embed/{SLUG}/nothing", "/embed/partners-2026/topics"]
)
def test_there_is_no_frame_without_a_released_table(browser: PageClient, address: str) -> None:
    assert browser.get(address).status_code == 404


# Ranks ----------------------------------------------------------------------------------------------------


def order(content: dict[str, Any], key: str) -> tuple[list[ranking.Place], dict[str, str]]:
    """The places worked out here from rounded counts: topics each by itself, or one answer a person."""
    group = released_table(content, key)["groups"][0]
    apart = {"other", "none", "dont-know", "cannot-choose"}
    rows = [row for row in group["rows"] if row["key"] not in apart and row["count"] is not None]
    told, base = np.array([row["count"] for row in rows]), group["answered"]
    random = np.random.default_rng(ranking.SEED)
    if key == "topics":
        drawn = random.binomial(base, told / base, size=(ranking.DRAWS, len(told))) / base
    else:
        drawn = ranking.shares_drawn(told, base)
    return list(ranking.order_of([row["key"] for row in rows], told / base, drawn)), named(content, key)


@pytest.mark.parametrize("key", ["topics", "first-topic"])
def test_every_place_has_its_range_and_ties_are_groups(app: Flask, page: Element, key: str) -> None:
    places, names = order(content_of(app, SLUG), key)
    told = {}
    for one in places:
        band = [n for n, other in enumerate(places, start=1) if other.tied == one.tied]
        place = str(band[0]) if len(band) == 1 else f"close, {band[0]} to {band[-1]}"
        spread = f"{one.low} to {one.high}" if one.low < one.high else f"only {one.low}"
        chance = round(100 * one.top_three)
        words_ = "under 1" if chance == 0 else "over 99" if chance == 100 else chance
        told[names[one.key]] = [place, spread, f"{words_} in 100"]
    assert len(told) > 5
    assert rows_of(page, f"ranks-{key}") == told
    table = next(t for t in page.iter("table") if t.get("id") == f"ranks-{key}")
    heads = [words(row) for row in table.iter("tr") if "table-group" in row.get("class", "")]
    bands = list(dict.fromkeys(place for place, *_ in told.values() if place.startswith("close")))
    assert heads == [band.replace("close,", "Close together, places") for band in bands]
    figure = app.test_client().get(f"/results/{SLUG}/{key}/order.json").get_json()
    assert figure["data"][1]["x"] == [one.rank for one in places]
    assert len(figure["layout"]["shapes"]) == len(bands)
    leading = "; ".join(names[one.key] for one in places if one.low == 1)
    said = words(next(e for e in page.iter("section") if e.get("id") == f"order-{key}"))
    assert f"Chance alone could put any of these first: {leading}." in said
    for band in bands:
        topics = "; ".join(name for name, (place, *_) in told.items() if place == band)
        if topics.count(";") == 1:
            assert f"{band.replace('close,', 'Places')} cannot be told apart: {topics}." in said
        else:
            near = "no topic can be told from the next one, though the first and the last may differ"
            assert f"{band.replace('close,', 'Places')} are close together: {near}: {topics}." in said


def test_no_order_is_a_bare_list(page: Element) -> None:
    rows = rows_of(page, "ranks-topics")
    assert [place for place, *_ in rows.values()] != [str(n) for n in range(1, len(rows) + 1)]
    said = words(next(e for e in page.iter("section") if e.get("id") == "order-topics"))
    assert "are close together: no topic can be told from the next one" in said
    assert "Ranges and chances are indicative" in said
    assert "Not ranked: " in said
    assert "(fewer than 10)" in said


def test_nothing_is_ranked_under_thirty_people(app: Flask) -> None:
    with app.test_request_context():
        document, content = document_of(app), content_of(app, SLUG)
        table = json.loads(json.dumps(released_table(content, "topics")))
        assert alongside.order(table, document) is not None
        table["groups"][0]["answered"] = 25
        assert alongside.order(table, document) is None
        table["groups"][0] |= {"answered": None, "hidden": "few"}
        assert alongside.order(table, document) is None

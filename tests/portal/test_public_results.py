"""One release, four forms: page, chart, CSV and JSON say the same, and none says what is hidden."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from flask import Flask
from sqlalchemy import select

from portal.public import results
from surveys import surveys
from surveys.results import releases
from tests.conftest import NOW
from tests.pages import PageClient, parse, words
from tests.portal import publishing

SLUG = "local-2025"
HIDDEN = ("fewer than 10", "too few", "hidden", "not shown")


@pytest.fixture(scope="module")
def app(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("public")
    shutil.copyfile(sqlite_template, folder / "portal.sqlite3")
    for app in publishing.application(f"sqlite:///{folder / 'portal.sqlite3'}", folder, NOW):
        publishing.loaded(app, publishing.PACK, NOW)
        with publishing.store(app).writing() as session:
            for slug in (SLUG, "local-2026"):
                survey = surveys.by_slug(session, slug)
                assert survey is not None
                publishing.answered(session, survey, 260, publishing.PACK)
        publishing.released(app, SLUG, NOW)
        yield app


@pytest.fixture(scope="module")
def content(app: Flask) -> dict[str, Any]:
    with publishing.store(app).reading() as session:
        survey = surveys.by_slug(session, SLUG)
        assert survey is not None
        release = releases.current(session, survey.id)
        assert release is not None
        return dict(release.content)


@pytest.fixture(scope="module")
def page(app: Flask) -> Element:
    client = app.test_client()
    root, _ = parse(client.get(f"/results/{SLUG}").get_data(as_text=True))
    return root


@pytest.fixture
def browser(app: Flask) -> PageClient:
    client = app.test_client()
    assert isinstance(client, PageClient)
    return client


def shown_cell(cell: Element) -> str:
    """What a wide screen shows of a cell."""
    wide = next((e for e in cell.iter("span") if e.get("class") == "wide"), None)
    return words(wide if wide is not None else cell)


def html_rows(page: Element, key: str) -> list[list[str]]:
    name = "table-" + key.replace(".", "-")
    table = next(t for t in page.iter("table") if t.get("id") == name)
    return [
        [shown_cell(cell) for cell in row if cell.get("aria-hidden") != "true"] for row in table.iter("tr")
    ]


def figure(text: str) -> int | None:
    """A printed figure as a number; None for words that stand for a hidden one."""
    if not text or text.startswith(HIDDEN):  # a text has a count and no percentage
        return None
    return int(text.rstrip("%").replace(",", ""))


def table(content: dict[str, Any], key: str) -> dict[str, Any]:
    found: dict[str, Any] = next(t for t in content["tables"] if t["key"] == key)
    return found


def csv_rows(browser: PageClient, key: str) -> list[dict[str, str]]:
    body = browser.get(f"/results/{SLUG}/{key}.csv").data
    assert body.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def toplines(content: dict[str, Any]) -> list[dict[str, Any]]:
    return [t for t in content["tables"] if t["by"] is None and t["kind"] not in ("grid", "long-text")]


def answer_words(content: dict[str, Any], question: str) -> dict[str, str]:
    asked = content["wording"]["questions"][question]
    found = {a["key"]: a["text"]["en_GB"] for a in asked["answers"]}
    if asked["of"]:
        found = answer_words(content, asked["of"]) | found
    return found


def test_every_table_of_the_release_is_on_the_page(page: Element, content: dict[str, Any]) -> None:
    on_page = {name for t in page.iter("table") if (name := t.get("id", "")).startswith("table-")}
    assert on_page == {"table-" + t["key"].replace(".", "-") for t in content["tables"]}


def test_page_and_release_agree_cell_by_cell(page: Element, content: dict[str, Any]) -> None:
    for released in toplines(content):
        names = answer_words(content, released["question"])
        told = {names[r["key"]]: (r["percent"], r["count"]) for r in released["groups"][0]["rows"]}
        on_page = {row[0]: (figure(row[1]), figure(row[2])) for row in html_rows(page, released["key"])[1:]}
        assert on_page == told, released["key"]


def test_csv_and_release_agree_cell_by_cell(browser: PageClient, content: dict[str, Any]) -> None:
    for released in content["tables"]:
        told = [
            (group["key"], row["key"], row["count"], row["percent"])
            for group in released["groups"]
            for row in group["rows"]
        ]
        in_file = [
            (
                line["group"],
                line["answer"],
                figure(line["count"]),
                figure(line["percent"]),
            )
            for line in csv_rows(browser, released["key"])
        ]
        assert in_file == told, released["key"]


def test_json_is_the_release(browser: PageClient, content: dict[str, Any]) -> None:
    for released in content["tables"]:
        told = json.loads(browser.get(f"/results/{SLUG}/{released['key']}.json").data)
        assert told["table"] == released
        assert told["finding"] == content["findings"][released["key"]]


def test_charts_hold_the_percentages_that_are_shown_and_no_others(
    browser: PageClient, content: dict[str, Any]
) -> None:
    drawn = 0
    for released in toplines(content):
        answer = browser.get(f"/results/{SLUG}/{released['key']}/figure.json")
        if answer.status_code == 404:
            continue
        traces = json.loads(answer.data)["data"]
        if len(traces) > 1:  # neighbours share a stacked chart: see below
            continue
        drawn += 1
        told = sorted(r["percent"] for r in released["groups"][0]["rows"] if r["percent"] is not None)
        assert sorted(traces[0]["x"]) == told, released["key"]
    assert drawn >= 8


def test_a_shared_chart_holds_both_questions(browser: PageClient, content: dict[str, Any]) -> None:
    traces = json.loads(browser.get(f"/results/{SLUG}/safe-day/figure.json").data)["data"]
    told = [
        sorted(r["percent"] for r in table(content, key)["groups"][0]["rows"] if r["percent"])
        for key in ("safe-day", "safe-dark")
    ]
    by_row: list[list[int]] = [[], []]
    for trace in traces:
        for share, row in zip(trace["x"], trace["y"], strict=True):
            by_row[row].append(share)
    assert [sorted(row) for row in by_row] == told
    assert browser.get(f"/results/{SLUG}/safe-dark/figure.json").status_code == 404


def test_hidden_answers_are_in_no_chart_not_even_in_its_hover(
    browser: PageClient, content: dict[str, Any]
) -> None:
    hidden = 0
    for released in toplines(content):
        answer = browser.get(f"/results/{SLUG}/{released['key']}/figure.json")
        if answer.status_code == 404 or len(json.loads(answer.data)["data"]) > 1:
            continue
        names = answer_words(content, released["question"])
        said = [text.rpartition(": ")[0] for text in json.loads(answer.data)["data"][0]["customdata"]]
        for row in released["groups"][0]["rows"]:
            if row["count"] is None:
                hidden += 1
                assert names[row["key"]] not in said
    assert hidden > 3


def test_no_exact_number_of_a_hidden_cell_reaches_any_file(
    app: Flask, browser: PageClient, content: dict[str, Any]
) -> None:
    with publishing.store(app).reading() as session:
        release = session.scalar(select(releases.Release))
        assert release is not None
        counts = {t.key: t for t in releases.exact_counts(session, release).tables}
    unrounded = 0
    for released in content["tables"]:
        lines = csv_rows(browser, released["key"])
        for group in released["groups"]:
            for row in group["rows"]:
                exact = next(g for g in counts[released["key"]].groups if g.key == group["key"])
                number = next(r[1] for r in exact.rows if r[0] == row["key"])
                [line] = [x for x in lines if (x["group"], x["answer"]) == (group["key"], row["key"])]
                if number % 5:
                    unrounded += 1
                    assert line["count"] != str(number)
    assert unrounded > 100


def test_the_page_begins_with_the_pick_then_one_pair(page: Element) -> None:
    headings = [words(h) for h in page.iter("h2") if "spread__label" in h.get("class", "")]
    assert headings[:2] == ["Topics that need most attention", "The one that matters most"]


def test_each_question_has_wording_base_finding_table_and_file(
    page: Element, content: dict[str, Any]
) -> None:
    main = next(page.iter("main"))
    text = words(main)
    links = {a.get("href") for a in main.iter("a")}
    for released in content["tables"]:
        assert content["wording"]["questions"][released["question"]]["text"]["en_GB"] in text
        assert f"/results/{SLUG}/{released['key']}.csv" in links
    sections = [s for s in page.iter("section") if "spread" in s.get("class", "").split()]
    for section in sections[1:-1]:
        assert [p for p in section.iter("p") if p.get("class") == "finding"], words(section)[:60]
        assert (
            "of the people who answered" in words(section)
            or "people wrote" in words(section)
            or ("Too few people answered" in words(section) or "people who answered" in words(section))
        )


def test_no_page_of_results_speaks_for_residents(page: Element) -> None:
    text = words(next(page.iter("main"))).lower()
    assert "residents think" not in text
    assert "representative" not in text
    assert "margin of error" not in text


def test_the_map_numbers_its_wards_as_the_table_does(page: Element) -> None:
    block = next(d for d in page.iter("div") if d.get("class") == "map-block")
    numbers = [words(t) for t in block.iter("{http://www.w3.org/2000/svg}text")]
    rows = [row[0] for row in html_rows(block, "safe-dark.by.ward.unsafe")]
    assert numbers == [str(n) for n in range(1, 15)]
    assert [row.split()[0] for row in rows if row[0].isdigit()] == numbers


def test_the_data_dictionary_names_every_column(browser: PageClient) -> None:
    body = browser.get(f"/results/{SLUG}/data-dictionary.csv").data.decode("utf-8-sig")
    columns = [
        line["name"] for line in csv.DictReader(io.StringIO(body, newline="")) if line["about"] == "column"
    ]
    beside = browser.get(f"/results/{SLUG}/comparisons.csv").data.decode("utf-8-sig")
    compared = list(csv.DictReader(io.StringIO(beside, newline="")))
    assert columns == list(dict.fromkeys((*csv_rows(browser, "topics")[0], *compared[0])))


@pytest.mark.parametrize(
    "path",
    [
        "local-2026/topics.csv",
        "local-2026/topics.json",
        "local-2026/topics/figure.json",
        "local-2026/data-dictionary.csv",
        f"{SLUG}/nothing.csv",
        f"{SLUG}/nothing.json",
        f"{SLUG}/nothing/figure.json",
        f"{SLUG}/ethnic-white.csv",
        "nothing",
        "nothing/topics.csv",
    ],
)
def test_what_is_not_released_is_not_there(browser: PageClient, path: str) -> None:
    assert browser.get(f"/results/{path}").status_code == 404


def test_before_a_release_the_page_says_what_will_come_and_when(browser: PageClient) -> None:
    page = browser.page("/results/local-2026")
    assert "The results are not out yet." in page.main
    assert "The results are expected by" in page.main
    assert "fewer than 10" in page.main
    assert "table" not in {e.tag for e in page.root.iter()}
    assert "260" not in page.text


def test_every_file_says_what_it_is(browser: PageClient) -> None:
    for path, kind in (("topics.csv", "text/csv"), ("topics.json", "application/json")):
        answer = browser.get(f"/results/{SLUG}/{path}")
        assert answer.mimetype == kind
        assert answer.headers["Cache-Control"] == "public, max-age=60"
        assert answer.headers["ETag"]
        again = browser.get(f"/results/{SLUG}/{path}", headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304


# Groups against the rest ----------------------------------------------------------------------------------


def test_each_group_is_tested_against_the_rest(content: dict[str, Any], page: Element) -> None:
    assert set(content["against"]) == {t["key"] for t in content["tables"] if t["by"] and t["net"]}
    for key, one in content["against"].items():
        id = key.replace(".", "-")
        fold = next(e for e in page.iter("details") if e.get("id") == f"against-{id}")
        rows = {row[0]: row[1:] for row in html_rows(page, key)}
        drawn = next(t for t in page.iter("table") if t.get("id") == f"rest-{id}")
        told = [[shown_cell(cell) for cell in row] for row in list(drawn.iter("tr"))[1:]]
        assert len(told) == len(one["groups"]) > 0
        for line, group in zip(told, one["groups"], strict=True):
            own = next(row for name, row in rows.items() if name.endswith(line[0]))
            assert line[1] == own[0] == f"{group['share']}%"
            assert int(line[3].replace("−", "-")) == group["share"] - group["rest"] == group["points"]
            assert line[5] == ("yes" if group["differs"] else "no")
        named = [name for name, *_, clear in told if clear == "yes"]
        said = words(fold)
        assert ("No group differs from the rest" in said) is (not named)
        assert all(f"{name} (" in said for name in named)
        assert "(Holm)" in said
    assert "about 10 points" not in words(page)


def test_a_key_finding_by_place_has_the_bases_of_the_places_it_names(
    app: Flask, content: dict[str, Any]
) -> None:
    key = next(k for k in content["against"] if ".by.ward." in k)
    groups = table(content, key)["groups"]
    base = {group["key"]: group["answered"] for group in groups}
    first, second = [one for one in base if one not in ("all", "not-given") and base[one]][:2]
    facts = {"by": "ward", "net": table(content, key)["net"], "shown": 9, "unshown": 0, "percent": 40}
    with app.test_request_context():
        shown = results.published(results.survey_or_404(SLUG))
        assert shown is not None
        names = {block.key: block.label.text for r in shown.readings if r.key == key for block in r.blocks}

        def told(**more: Any) -> dict[str, Any]:
            changed = {**content, **more}
            (one,) = [f for f in results.key_findings(replace(shown, content=changed)) if f["key"] == key]
            return one

        def found(code: str, **more: Any) -> dict[str, Any]:
            return {"findings": {**content["findings"], key: {"code": code, "facts": {**facts, **more}}}}

        one = told(**found("by.apart", apart=[[first, 52, 42, 10]]))
        assert one["base"] == f"People who answered: {names[first]} {base[first]}"
        one = told(**found("by.alike"))
        assert one["base"] == f"{base['all']} people answered"
        assert "No place differs" in one["text"]
        own = {"written": {key: {"en_GB": f"More feel unsafe in {names[second]}."}}}
        assert told(**own)["base"] == f"People who answered: {names[second]} {base[second]}"
        earlier = found("by.range", highest=[first], highest_percent=52, lowest=[second], lowest_percent=33)
        one = told(**earlier, against={})
        assert one["base"] == (
            f"People who answered: {names[first]} {base[first]}; {names[second]} {base[second]}"
        )


def test_a_release_of_earlier_days_has_no_groups_against_the_rest(app: Flask) -> None:
    with app.test_request_context():
        shown = results.published(results.survey_or_404(SLUG))
        assert shown is not None
        content = {name: part for name, part in shown.content.items() if name != "against"}
        root, _ = parse(
            str(results._body(results.survey_or_404(SLUG), replace(shown, content=content, drawn={})))
        )
    assert not [e for e in root.iter("details") if e.get("id", "").startswith("against-")]
    assert "about 10 points" not in words(root)

"""Released tables as pictures: lengths of bars, words for what is hidden, what they say of themselves."""

from __future__ import annotations

import datetime as dt
import re
import struct
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask_babel import Babel, force_locale
from hypothesis import given
from hypothesis import strategies as st

from portal import link_pictures, maps, panels, pictures, raster, svg
from portal.order import Ranked
from portal.pictures import Imprint
from portal.reading import Label, read
from tests.portal.test_charts import DOCUMENT, TOPIC_TABLE, WARD_TABLE, WARDS, group, table

SVG = "{http://www.w3.org/2000/svg}"
REAL = Imprint(
    "Sample Partnership", "Local survey", dt.date(2025, 9, 11), dt.date(2025, 12, 3), False, False, "en-GB"
)
AGES = table(
    "topics.by.age",
    "topics",
    [
        group("all", [("road", 55, 55), ("scams", 65, 65), ("fire", None, None), ("none", 10, 10)]),
        group("young", [("road", 20, 40), ("scams", None, None), ("fire", None, None), ("none", 5, 10)]),
        group("old", [("road", 35, 70), ("scams", 10, 20), ("fire", None, None), ("none", 5, 10)]),
        group("not-given", [("road", 35, 70)]),
    ],
    kind="several",
    by="age",
)


@pytest.fixture(scope="module", autouse=True)
def speaking() -> Iterator[None]:
    app = Flask("sample")
    Babel(app)
    with app.app_context(), force_locale("en_GB"):
        yield


def drawn(released: dict[str, Any], imprint: Imprint = REAL, wards: tuple[maps.Ward, ...] = ()) -> str:
    return pictures.picture(read(released, DOCUMENT, "en_GB"), imprint, wards)


def bars(drawing: str, height: int) -> list[float]:
    rects = ElementTree.fromstring(drawing).iter(f"{SVG}rect")
    return [
        float(rect.get("width", "0"))
        for rect in rects
        if rect.get("height") == str(height) and rect.get("fill") in (svg.BAR, svg.ASIDE)
    ]


def said(drawing: str) -> list[str]:
    return ["".join(text.itertext()) for text in ElementTree.fromstring(drawing).iter(f"{SVG}text")]


cell = st.one_of(st.none(), st.integers(0, 100))


@given(st.lists(cell, min_size=4, max_size=4))
def test_every_shown_share_has_a_bar_to_scale_and_no_other_row_has_one(shares: list[int | None]) -> None:
    keys = ("road", "scams", "fire", "none")
    rows = [(k, None if s is None else max(10, s), s) for k, s in zip(keys, shares, strict=True)]
    lengths = bars(drawn(table("topics", "topics", [group("all", rows)], kind="several")), 24)
    shown = sorted(share for share in shares if share is not None)
    assert len(lengths) == len(shown)
    end = panels.end_of(shares)
    for length, share in zip(sorted(lengths), shown, strict=True):
        assert length / (1200 - 48 - 200 - 460) == pytest.approx(share / end, abs=0.001)


def test_a_picture_says_whose_it_is_how_many_answered_and_when() -> None:
    words = " ".join(said(drawn(TOPIC_TABLE)))
    for told in (
        "Topics?", "People who answered: 100.", "Nobody was picked at random",
        "Sample Partnership, Local survey", "From 11 September 2025 to 3 December 2025.", "fewer than 10",
        "Words in place of a figure protect people",
    ):  # fmt: skip
        assert told in words
    assert "nvented" not in words


def test_a_demonstration_is_marked_across_the_picture() -> None:
    words = said(drawn(TOPIC_TABLE, Imprint(**{**vars(REAL), "demonstration": True})))
    assert "Invented" in words
    assert "These answers are invented, for demonstration" in words


def test_results_so_far_say_so() -> None:
    words = " ".join(said(drawn(TOPIC_TABLE, Imprint(**{**vars(REAL), "interim": True}))))
    assert "These are the results so far" in words


def test_the_description_gives_the_figures_to_people_who_do_not_see_it() -> None:
    root = ElementTree.fromstring(drawn(TOPIC_TABLE))
    description = root.findtext(f"{SVG}desc") or ""
    assert "Scams: 65% (65 people)" in description
    assert "Fire safety: fewer than 10" in description
    assert root.get("role") == "img"


def test_words_of_the_questionnaire_cannot_become_markup() -> None:
    drawing = drawn(TOPIC_TABLE)
    assert "Road <safety> & speeding" in said(drawing)
    assert "<safety>" not in drawing
    assert "script" not in drawing


def test_panels_share_one_scale_and_tell_hidden_figures_in_words() -> None:
    shown = panels.panels(read(AGES, DOCUMENT, "en_GB"))
    assert [panel.label.text for panel in shown] == ["Road <safety> & speeding", "Scams"]
    assert [bar.label.text for bar in shown[0].bars] == ["Everyone who answered", "16 to 34", "35 and over"]
    assert [bar.percent for bar in shown[1].bars] == [65, None, 20]
    assert shown[1].bars[1].said == "fewer than 10"
    assert panels.top(shown) == 70
    lengths = bars(drawn(AGES), 18)
    assert len(lengths) == 5
    assert max(lengths) / 70 == pytest.approx(min(lengths) / 20, abs=0.05)


def test_one_group_alone_makes_no_panels() -> None:
    alone = {**AGES, "groups": AGES["groups"][:2]}
    assert panels.panels(read(alone, DOCUMENT, "en_GB")) == ()
    assert "Too few people answered in each group to compare the groups." in said(drawn(alone))


def test_a_ward_with_too_few_answers_is_white_on_the_map_and_words_in_the_list() -> None:
    drawing = drawn(WARD_TABLE, wards=WARDS)
    fills = [path.get("fill") for path in ElementTree.fromstring(drawing).iter(f"{SVG}path")]
    assert fills.count(svg.SEQUENCE[3]) == 1
    assert svg.PAPER in fills
    words = said(drawing)
    assert {"1 Ashfen", "2 Brook", "fewer than 10"} <= set(words)
    assert len(bars(drawing, 24)) == 3


def test_a_picture_stands_alone() -> None:
    for drawing in (drawn(TOPIC_TABLE), drawn(AGES), drawn(WARD_TABLE, wards=WARDS)):
        assert not re.search(r"href|url\(|<style|<image|on[a-z]+=", drawing)


def test_the_order_is_drawn_as_ranges_and_close_topics_share_a_band() -> None:
    reading = read(TOPIC_TABLE, DOCUMENT, "en_GB")
    places = [(1, 1, 1, 1, 1), (2, 2, 3, 2, 3), (3, 2, 3, 2, 3), (4, 4, 4, 4, 4)]
    ranked = tuple(
        Ranked(Label(f"T{n}"), at, first, last, low, high, 50)
        for n, (at, low, high, first, last) in enumerate(places, start=1)
    )
    drawing = pictures.order(reading, ranked, REAL)
    root = ElementTree.fromstring(drawing)
    rects = [(r.get("fill"), float(r.get("width", "0"))) for r in root.iter(f"{SVG}rect")]
    spans = [width for fill, width in rects if fill == svg.BAND]
    assert len(spans) == 4
    assert spans[1] == spans[2]
    assert spans[1] / spans[0] == pytest.approx(1.6 / 0.6, abs=0.01)
    assert len([fill for fill, _ in rects if fill == svg.TRACK]) == 1
    assert said(drawing).count("close, 2 to 3") == 2
    assert "T2: close, 2 to 3 (2 to 3)" in (root.findtext(f"{SVG}desc") or "")


def test_the_preview_for_other_sites_shows_the_first_topics_and_the_base() -> None:
    drawing = link_pictures.share(read(TOPIC_TABLE, DOCUMENT, "en_GB"), REAL)
    assert 'width="1200" height="630"' in drawing
    words = " ".join(said(drawing))
    assert "65%" in words
    assert "People who answered: 100." in words


def test_a_png_has_the_size_asked_for_and_letters_in_it() -> None:
    png = raster.png(drawn(TOPIC_TABLE), 600)
    assert png.startswith(b"\x89PNG")
    assert struct.unpack(">I", png[16:20]) == (600,)
    bare = re.sub(r"<text.*?</text>", "", drawn(TOPIC_TABLE))
    assert len(png) > len(raster.png(bare, 600)) + 5000
    polish = svg.Sheet(200)
    polish.words(10, 40, "Zażółć gęślą jaźń", 20)
    empty = svg.Sheet(200)
    made = [raster.png(s.drawn(60, title="", description="", language="pl")) for s in (polish, empty)]
    assert len(made[0]) > len(made[1]) + 500


@given(st.text(max_size=80), st.integers(60, 900))
def test_any_words_make_a_whole_drawing(words: str, width: int) -> None:
    kept = "".join(c for c in words if c.isprintable())
    sheet = svg.Sheet(1000)
    sheet.block(0, 0, kept, 18, width)
    ElementTree.fromstring(sheet.drawn(100, title=kept, description=kept, language="en"))

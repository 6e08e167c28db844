"""The chart of an order: where chance could put each topic, and which are close."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask_babel import Babel, force_locale

from portal import rank_charts
from portal.order import Ranked, ticks
from portal.reading import Label

PLACES = [
    Ranked(Label("Road <safety>"), 1, 1, 1, 1, 1, 50),
    Ranked(Label("Theft"), 2, 2, 3, 2, 3, 50),
    Ranked(Label("Scams"), 3, 2, 3, 2, 3, 50),
    Ranked(Label("Fire"), 4, 4, 5, 4, 5, 50),
    Ranked(Label("Fraud"), 5, 4, 5, 4, 5, 50),
    Ranked(Label("Noise"), 6, 6, 6, 6, 6, 50),
]


@pytest.fixture(scope="module", autouse=True)
def speaking() -> Iterator[None]:
    app = Flask("sample")
    Babel(app)
    with app.app_context(), force_locale("en_GB"):
        yield


def test_a_bar_runs_from_the_best_to_the_worst_place_and_a_diamond_marks_the_one_found() -> None:
    figure = rank_charts.draw(PLACES)
    assert figure is not None
    bars, marks = figure["data"]
    spans = [(base, base + x) for base, x in zip(bars["base"], bars["x"], strict=True)]
    assert [(round(a + 0.3), round(b - 0.3)) for a, b in spans] == [(p.low, p.high) for p in PLACES]
    assert marks["x"] == [1, 2, 3, 4, 5, 6]
    assert marks["marker"]["symbol"] == "diamond"
    assert bars["customdata"][0] == "Road &lt;safety&gt;: 1 (only 1)"


def test_every_close_group_has_one_band_apart_from_the_next_and_its_name() -> None:
    figure = rank_charts.draw(PLACES)
    assert figure is not None
    bands = [(band["y0"], band["y1"]) for band in figure["layout"]["shapes"]]
    assert [(round(a + 0.46), round(b - 0.46)) for a, b in bands] == [(1, 2), (3, 4)]
    assert bands[0][1] < bands[1][0]
    assert [note["text"] for note in figure["layout"]["annotations"]] == ["close, 2 to 3", "close, 4 to 5"]


def test_the_axis_never_counts_every_place() -> None:
    many = [Ranked(Label(str(n)), n, n, n, n, n, 50) for n in range(1, 17)]
    assert ticks(11) == [1, 4, 8, 11]
    figure = rank_charts.draw(many)
    assert figure is not None
    assert figure["layout"]["xaxis"]["tickvals"] == [1, 4, 8, 12, 16]
    assert figure["layout"]["meta"]["narrow"]["yaxis"]["showticklabels"] is False


def test_one_topic_alone_has_no_order() -> None:
    assert rank_charts.draw(PLACES[:1]) is None

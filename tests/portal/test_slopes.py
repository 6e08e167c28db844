"""Then and now as sloping lines: every mark where its figure is, no label on another, nothing by colour."""

from __future__ import annotations

import html
import random
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import plotly.graph_objects as go
import pytest
from flask import Flask
from flask_babel import Babel, force_locale

from portal import slopes
from portal.reading import Label
from portal.slopes import Slope

YEARS = ["2024", "2025", "2026"]
LINES = [
    Slope(Label("Road <safety> and speeding in villages"), (51, 56, 70), True),
    Slope(Label("Theft"), (43, 43, 39), False),
    Slope(Label("Vehicle crime"), (40, 43, 39), True),
    Slope(Label("Scams"), (None, 12, 13), False),
    *(Slope(Label(f"A topic with a long name of its own, {n}"), (6, 5, 5), False) for n in range(9)),
]
WIDE, NARROW = 560, 280
"""The least widths of a box in pixels, of both layouts."""


@pytest.fixture(scope="module", autouse=True)
def speaking() -> Iterator[None]:
    app = Flask("sample")
    Babel(app)
    with app.app_context(), force_locale("en_GB"):
        yield


@pytest.fixture(scope="module")
def figure() -> dict[str, Any]:
    found = slopes.draw(YEARS, LINES)
    assert found is not None
    return found


def test_every_mark_is_the_share_of_its_year_and_no_line_reaches_over_a_hidden_one(
    figure: dict[str, Any],
) -> None:
    drawn = sorted(tuple(-1 if y is None else y for y in line["y"]) for line in figure["data"])
    assert drawn == sorted(tuple(-1 if y is None else y for y in line.shares) for line in LINES)
    assert all(line["x"] == [0, 1, 2] and line["connectgaps"] is False for line in figure["data"])
    assert figure["layout"]["xaxis"]["ticktext"] == YEARS
    assert figure["layout"]["yaxis"]["range"] == [0, 70]
    (hidden,) = [line["customdata"][0] for line in figure["data"] if None in line["y"]]
    assert hidden == "Scams, 2025: 12%, 2026: 13%"


def test_plotly_takes_it_and_no_word_is_markup(figure: dict[str, Any]) -> None:
    narrow = figure["layout"]["meta"]["narrow"]
    plain = {key: value for key, value in figure["layout"].items() if key != "meta"}
    wide_and_narrow = (plain, {**plain, **narrow, "xaxis": plain["xaxis"] | narrow["xaxis"]})
    for layout in wide_and_narrow:
        go.Figure(data=_coloured(figure["data"]), layout=_coloured(layout))
    assert "<safety>" not in str(figure)


def _coloured(value: Any) -> Any:
    if isinstance(value, str):
        return "#123456" if value.startswith("var(--") else value
    if isinstance(value, dict):
        return {key: _coloured(item) for key, item in value.items()}
    return [_coloured(item) for item in value] if isinstance(value, list) else value


def test_a_clear_move_is_told_by_width_mark_and_number_and_is_drawn_last(figure: dict[str, Any]) -> None:
    thick = [line["line"]["width"] > 2 for line in figure["data"]]
    assert thick == [False] * (len(LINES) - 2) + [True] * 2
    ends = {line["customdata"][0].split(",")[0]: line["marker"]["symbol"] for line in figure["data"]}
    assert ends["Vehicle crime"] == ["circle", "circle", "triangle-down"]
    assert ends["Road &lt;safety&gt; and speeding in villages"][-1] == "triangle-up"
    assert set(ends["Theft"]) == {"circle-open"}
    names = [note["text"].replace("<br>", " ") for note in figure["layout"]["annotations"]]
    assert names[0] == "70% Road &lt;safety&gt; and speeding in villages (+14)"
    assert "39% Vehicle crime (−4)" in names
    assert "39% Theft" in names
    assert names.index("39% Vehicle crime (−4)") < names.index("13% Scams")


@pytest.mark.parametrize("narrow", [False, True])
def test_no_label_stands_on_another_or_outside_the_picture(figure: dict[str, Any], narrow: bool) -> None:
    layout = figure["layout"]["meta"]["narrow"] if narrow else figure["layout"]
    margin, most = figure["layout"]["margin"], figure["layout"]["yaxis"]["range"][1]
    plot = layout["height"] - margin["t"] - margin["b"]
    sides: dict[str, list[tuple[float, float]]] = {"left": [], "right": []}
    for note in layout["annotations"]:
        lines = note["text"].split("<br>")
        half = 17 * len(lines) / 2
        middle = margin["t"] + plot * (1 - note["y"] / most)
        sides[note["xanchor"]].append((middle - half, middle + half))
        long = max(len(html.unescape(line)) for line in lines) * 7.7
        if note["xanchor"] == "left":
            assert note["x"] * (NARROW if narrow else WIDE) + long <= (NARROW if narrow else WIDE) + 1
    assert len(sides["left"]) == len(LINES)
    assert len(sides["right"]) == len({line.shares[0] for line in LINES} - {None})
    for column in sides.values():
        assert all(above[1] <= below[0] + 0.5 for above, below in pairwise(column))
        assert column[0][0] >= 0
        assert column[-1][1] <= layout["height"]


def test_labels_move_as_little_as_they_can() -> None:
    assert slopes.apart([10, 50, 90], [20, 20, 20], 0, 100) == [10, 50, 90]
    assert slopes.apart([50, 50], [20, 20], 0, 100) == [40, 60]
    assert slopes.apart([5, 5, 90], [20, 20, 20], 0, 100) == [10, 30, 90]
    chance = random.Random(4)
    for _ in range(200):
        sizes = [chance.choice((10.0, 20.0, 40.0)) for _ in range(chance.randrange(1, 8))]
        wanted = sorted(chance.uniform(0, 300) for _ in sizes)
        stood = slopes.apart(wanted, sizes, 0, 300)
        for n, (one, other) in enumerate(pairwise(stood)):
            assert other - one >= (sizes[n] + sizes[n + 1]) / 2 - 1e-9
        assert stood[0] - sizes[0] / 2 >= -1e-9
        assert stood[-1] + sizes[-1] / 2 <= 300 + 1e-9


def test_words_under_the_chart_say_what_is_thick(figure: dict[str, Any]) -> None:
    said = slopes.about(YEARS, LINES)
    assert "from 2024 to 2026, on one scale from 0 to 70%" in said
    assert "moved from 2025 by more than chance would explain" in said
    assert "none moved from 2025" in slopes.about(YEARS, [line for line in LINES if not line.clear])


def test_nothing_to_compare_or_too_much_to_tell_apart_makes_no_chart() -> None:
    assert slopes.draw(YEARS, []) is None
    assert slopes.draw(YEARS, LINES * 3) is None

"""Figures of released tables: what they show, what they must not, and the shared look."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import chart_style, charts, maps, plan_charts
from surveys.questionnaire.model import Questionnaire

SAFE = [
    ("very-safe", "Very safe", "answer"),
    ("fairly-safe", "Fairly safe", "answer"),
    ("unsafe", "A bit unsafe", "answer"),
    ("very-unsafe", "Very unsafe", "answer"),
    ("never", "I never walk alone there", "never"),
    ("dont-know", "Don’t know", "dont-know"),
]


def _options(items: list[tuple[str, str, str]]) -> list[dict[str, Any]]:
    return [
        {"code": n, "key": key, "text": {"en_GB": text}, "meaning": meaning}
        for n, (key, text, meaning) in enumerate(items, start=1)
    ]


def _question(kind: str, id: str, short: str, **more: Any) -> dict[str, Any]:
    return {
        "kind": kind,
        "id": id,
        "identity": f"sample.{id}",
        "text": {"en_GB": f"{short}?"},
        "short": {"en_GB": short},
        **more,
    }


TOPICS = [("road", "Road <safety> & speeding"), ("scams", "Scams"), ("fire", "Fire safety")]
DOCUMENT = Questionnaire.model_validate(
    {
        "key": "sample",
        "locales": ["en_GB", "pl"],
        "translations": {"en_GB": {"state": "source"}, "pl": {"state": "unchecked"}},
        "title": {"en_GB": "Local survey"},
        "purpose": {"en_GB": "To learn"},
        "minutes": 4,
        "sections": [{"id": "a", "title": {"en_GB": "A"}}],
        "parts": [
            {
                "id": "main",
                "title": {"en_GB": "Main"},
                "pages": [
                    {
                        "id": "1",
                        "section": "a",
                        "questions": [
                            _question("one", "day", "By day", options=_options(SAFE)),
                            _question("one", "dark", "After dark", options=_options(SAFE)),
                            _question(
                                "several",
                                "topics",
                                "Topics",
                                options=_options(
                                    [(k, t, "answer") for k, t in TOPICS]
                                    + [("none", "None of these", "none")]
                                ),
                            ),
                            _question("one-of", "first", "Matters most", of="topics"),
                            _question(
                                "grid",
                                "help",
                                "Where to get help",
                                rows=[{"code": 1, "key": "hate", "text": {"en_GB": "Hate crime"}}],
                                options=_options([("yes", "Yes", "answer"), ("no", "No", "answer")]),
                            ),
                            _question("long-text", "why", "Why", max_chars=100),
                        ],
                    }
                ],
            }
        ],
        "dimensions": [
            {
                "key": "ward",
                "text": {"en_GB": "Ward"},
                "questions": ["day"],
                "map": True,
                "categories": [
                    {"key": "w1", "text": {"en_GB": "Ashfen"}, "answers": {}},
                    {"key": "w2", "text": {"en_GB": "Brook"}, "answers": {}},
                ],
            },
            {
                "key": "age",
                "text": {"en_GB": "Age"},
                "questions": ["day"],
                "categories": [
                    {"key": "young", "text": {"en_GB": "16 to 34"}, "answers": {}},
                    {"key": "old", "text": {"en_GB": "35 and over"}, "answers": {}},
                ],
            },
        ],
        "nets": [
            {
                "key": "felt-unsafe",
                "question": "dark",
                "text": {"en_GB": "Felt unsafe"},
                "options": ["unsafe", "very-unsafe"],
            }
        ],
    }
)


def group(key: str, rows: list[tuple[str, int | None, int | None]], **more: Any) -> dict[str, Any]:
    base = {"key": key, "asked": 120, "answered": 100, "skipped": 20, "hidden": None}
    return {**base, "rows": [{"key": k, "count": c, "percent": p} for k, c, p in rows], **more}


def table(key: str, question: str, groups: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    base = {
        "key": key,
        "question": question,
        "kind": "one",
        "by": None,
        "net": None,
        "rules": [],
        "note": None,
    }
    return {**base, "groups": groups, **more}


SCALE_ROWS = [
    ("very-safe", 40, 40),
    ("fairly-safe", 30, 30),
    ("unsafe", 15, 15),
    ("very-unsafe", None, None),
    ("never", 10, 10),
    ("dont-know", None, None),
]
TOPIC_TABLE = table(
    "topics",
    "topics",
    [group("all", [("road", 55, 55), ("scams", 65, 65), ("fire", None, None), ("none", 10, 10)])],
)
WARD_TABLE = table(
    "dark.by.ward.felt-unsafe",
    "dark",
    [
        group("all", [("felt-unsafe", 55, 40)]),
        group("w1", [("felt-unsafe", 45, 45)]),
        group("w2", [("felt-unsafe", None, None)], answered=None, asked=None, skipped=None, hidden="few"),
        group("not-given", [("felt-unsafe", 10, 10)]),
    ],
    by="ward",
    net="felt-unsafe",
)
SQUARE = {
    "type": "Polygon",
    "coordinates": [[[0.0, 52.0], [0.1, 52.0], [0.1, 52.1], [0.0, 52.1], [0.0, 52.0]]],
}
WARDS = (maps.ward("W2", "Brook", SQUARE, (0.05, 52.05)), maps.ward("W1", "Ashfen", SQUARE, (0.06, 52.06)))


def drawn(*tables: dict[str, Any], wards: tuple[maps.Ward, ...] = ()) -> dict[str, Any]:
    return charts.draw(DOCUMENT, tables, "en_GB", wards=wards)


def strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [s for item in value.values() for s in strings(item)]
    if isinstance(value, list):
        return [s for item in value for s in strings(item)]
    return []


def test_bars_stand_longest_first_and_leave_hidden_figures_out() -> None:
    figure = drawn(TOPIC_TABLE)["topics"]
    [trace] = figure["data"]
    assert trace["orientation"] == "h"
    assert trace["x"] == [65, 55, 10]
    assert trace["text"] == ["65%", "55%", "10%"]
    assert figure["layout"]["yaxis"]["ticktext"] == [
        "Scams",
        "Road &lt;safety&gt; &amp; speeding",
        "None of these",
    ]
    assert trace["customdata"][0] == "Scams: 65% (65 people)"
    assert trace["marker"]["color"] == ["var(--series-1)", "var(--series-1)", "var(--grey-soft)"]
    assert figure["layout"]["xaxis"]["range"][0] == 0
    assert "Fire" not in json.dumps(figure)


def test_one_config_keeps_every_figure_at_home_and_still() -> None:
    figure = drawn(TOPIC_TABLE)["topics"]
    assert figure["config"] == chart_style.CONFIG
    assert (figure["config"]["displaylogo"], figure["config"]["showSendToCloud"]) == (False, False)
    assert figure["config"]["plotlyServerURL"] == ""
    assert figure["config"]["displayModeBar"] is False


def test_colours_are_tokens_and_nothing_else() -> None:
    figures = drawn(
        TOPIC_TABLE,
        table("day", "day", [group("all", SCALE_ROWS)]),
        table("dark", "dark", [group("all", SCALE_ROWS)]),
        WARD_TABLE,
        wards=WARDS,
    )
    words = strings(figures)
    assert not [w for w in words if re.fullmatch(r"#[0-9a-f]{3,8}", w)]
    assert {"var(--div-1)", "var(--div-2)", "var(--div-4)", "var(--seq-4)", "var(--chart-gap)"} <= set(words)
    assert not [w for w in words if re.search(r"<(?!br>|extra><|/extra>)|style=", w)]


def test_neighbouring_scales_are_stacked_together_in_the_order_asked() -> None:
    figures = drawn(
        table("day", "day", [group("all", SCALE_ROWS)]), table("dark", "dark", [group("all", SCALE_ROWS)])
    )
    assert list(figures) == ["day"]
    traces = figures["day"]["data"]
    assert [t["name"] for t in traces] == [
        "Very safe",
        "Fairly safe",
        "A bit unsafe",
        "I never walk alone there",
    ]
    assert figures["day"]["layout"]["barmode"] == "stack"
    assert figures["day"]["layout"]["yaxis"]["ticktext"] == ["By day", "After dark"]
    assert traces[3]["marker"]["pattern"]["shape"] == "/"
    assert traces[0]["customdata"] == [
        "By day. Very safe: 40% (40 people)",
        "After dark. Very safe: 40% (40 people)",
    ]


def test_a_grid_is_one_stacked_bar_a_row() -> None:
    grid = table("help", "help", [group("hate", [("yes", 60, 60), ("no", 40, 40)])], kind="grid")
    figure = drawn(grid)["help"]
    assert figure["layout"]["yaxis"]["ticktext"] == ["Hate crime"]
    assert [t["marker"]["color"] for t in figure["data"]] == ["var(--div-1)", "var(--div-5)"]


def test_a_ward_with_too_few_answers_is_hatched_and_says_so() -> None:
    figure = drawn(WARD_TABLE, wards=WARDS)["dark.by.ward.felt-unsafe"]
    first, second, numbers = figure["data"]
    assert first["fillcolor"] == "var(--seq-4)"
    assert first["text"] == "Ashfen: 45%"
    assert second["fillpattern"]["shape"] == "/"
    assert "fillcolor" not in second
    assert second["text"] == "Brook: fewer than 10"
    assert numbers["text"] == ["1", "2"]
    assert figure["layout"]["yaxis"]["scaleanchor"] == "x"
    assert figure["layout"]["yaxis"]["scaleratio"] == pytest.approx(1.627, abs=0.01)


def test_without_boundaries_wards_become_bars() -> None:
    [trace] = drawn(WARD_TABLE)["dark.by.ward.felt-unsafe"]["data"]
    assert (trace["type"], trace["x"]) == ("bar", [40, 45, 10])


def test_small_multiples_share_one_scale_and_skip_people_whose_group_is_not_known() -> None:
    rows = [("road", 55, 55), ("scams", 65, 65), ("fire", None, None), ("none", 10, 10)]
    by_age = table(
        "topics.by.age",
        "topics",
        [group(key, rows) for key in ("all", "young", "old", "not-given")],
        by="age",
    )
    figure = drawn(by_age)["topics.by.age"]
    assert [t["x"] for t in figure["data"]] == [[65, 65], [55, 55]]
    assert figure["layout"]["xaxis"]["range"] == figure["layout"]["xaxis2"]["range"]
    assert figure["layout"]["yaxis"]["ticktext"] == ["16 to 34", "35 and over"]
    narrow = figure["layout"]["meta"]["narrow"]
    assert narrow["xaxis"]["domain"] == narrow["xaxis2"]["domain"] == [0, 1]


def test_every_figure_carries_its_narrow_form() -> None:
    layout = drawn(TOPIC_TABLE)["topics"]["layout"]
    narrow = layout["meta"]["narrow"]
    assert layout["height"] == 35 * 3 + 40
    assert narrow["yaxis"] == {"showticklabels": False, "range": [2.55, -0.95]}
    assert [note["text"] for note in narrow["annotations"]] == layout["yaxis"]["ticktext"]


def test_texts_and_tables_without_percentages_have_no_figure() -> None:
    wrote = table("why", "why", [group("all", [("wrote", 50, None)])], kind="long-text")
    few = table("topics", "topics", [group("all", [("road", 10, None), ("scams", None, None)])])
    assert drawn(wrote, few) == {}


@given(
    st.lists(
        st.one_of(
            st.tuples(st.integers(2, 200).map(lambda n: n * 5), st.integers(0, 100)),
            st.tuples(st.none(), st.none()),
            st.tuples(st.integers(2, 20).map(lambda n: n * 5), st.none()),
        ),
        min_size=4,
        max_size=4,
    )
)
def test_bars_hold_exactly_the_percentages_of_the_table(cells: list[tuple[int | None, int | None]]) -> None:
    keys = ["road", "scams", "fire", "none"]
    rows = [(key, count, percent) for key, (count, percent) in zip(keys, cells, strict=True)]
    figures = drawn(table("topics", "topics", [group("all", rows)]))
    shown = sorted(p for _, p in cells if p is not None)
    assert sorted(figures["topics"]["data"][0]["x"] if figures else []) == shown


def test_the_classes_of_a_map_are_one_of_three_fixed_sets() -> None:
    assert {maps.breaks(overall) for overall in (None, *range(101))} == {
        (5, 10, 15, 20),
        (20, 30, 40, 50),
        (50, 60, 70, 80),
    }
    assert [maps.shade(p, (20, 30, 40, 50)) for p in (None, 0, 19, 20, 39, 40, 50, 100)] == [
        0,
        1,
        1,
        2,
        3,
        4,
        5,
        5,
    ]


def test_a_map_keeps_the_shape_of_the_land() -> None:
    picture = maps.picture(WARDS, width=200, edge=0)
    assert [(s.number, s.name) for s in picture.shapes] == [(1, "Ashfen"), (2, "Brook")]
    assert (picture.width, picture.height) == (200, 326)  # a degree of longitude is 0.615 of one of latitude
    assert picture.shapes[0].path == "M0 325l200 0 0-325-200 0Z"
    assert maps.picture(()).shapes == ()
    speck = maps.ward(
        "W3",
        "Aah",
        {"type": "Polygon", "coordinates": [[[0.0, 52.0], [1e-9, 52.0], [0.0, 52.0]]]},
        (0.0, 52.0),
    )
    assert re.fullmatch(r"M\d+ \d+Z", maps.picture((speck, *WARDS), width=200).shapes[0].path)


def test_only_areas_can_be_wards() -> None:
    with pytest.raises(ValueError, match="not an area: Point"):
        maps.ward("x", "X", {"type": "Point", "coordinates": [0, 52]}, (0, 52))


def test_the_chart_of_a_target_is_a_figure_plotly_takes_and_leaves_unreported_quarters_out() -> None:
    import plotly.graph_objects as go

    moments = ["1 April", "30 June", "30 September"]
    expected = plan_charts.Line("Should <be>", [40, 45.5, 51], ["40%", "45.5%", "51%"])
    reached = plan_charts.Line("Was", [40, None, 48], ["40%", "not known", "48%"])
    figure = plan_charts.trajectory(moments, expected, reached)
    assert figure is not None
    go.Figure(data=figure["data"])
    look = json.loads(re.sub(r'"var\(--[a-z0-9-]+\)"', '"#000000"', json.dumps(figure["layout"])))
    go.Figure(layout=look)
    assert figure["config"] == chart_style.CONFIG
    assert [trace["y"] for trace in figure["data"]] == [[40, 45.5, 51], [40, None, 48]]
    assert figure["data"][0]["name"] == "Should &lt;be&gt;"
    assert "#fe" not in json.dumps(figure)
    nothing = plan_charts.Line("Was", [None, None, None], ["", "", ""])
    assert plan_charts.trajectory(moments, expected, nothing) is None

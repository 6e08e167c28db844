"""Exact tables say what the answers say."""

from __future__ import annotations

from typing import Any

import pytest

from surveys.errors import SurveysError
from surveys.questionnaire.codebook import codebook_of
from surveys.results import tables
from surveys.results.cube import Cube, count
from surveys.results.tables import ExactTable, Group, Row
from tests.surveys.questionnaire import samples
from tests.surveys.results.people import document
from tests.surveys.results.test_cube import ONE, layout_of

THREE: list[dict[str, Any]] = [
    {
        "connection": ["live"], "place": "ashby", "age": "16-24", "safe-dark": "a-bit-unsafe",
        "topics": ["asb", "roads"], "topic-first": "roads", "why": True,
        "help-known": {"scams": "yes", "hate-crime": None, "fire": "no"}, "trust": 7,
        "improve": ["youth", "lights"], "years": 3,
    },
    {
        "connection": ["live"], "place": "corton", "age": "65-over", "safe-dark": "never",
        "topics": ["scams"], "topic-first": "scams", "why": None,
        "help-known": {"scams": "no", "hate-crime": "no", "fire": "no"}, "trust": "dont-know",
        "improve": ["lights"], "years": "dont-know",
    },
    {"age": "prefer-not", "safe-dark": None, "topics": ["none"]},
]  # fmt: skip


def cube() -> Cube:
    pack = codebook_of(document()).pack
    return count(layout_of(document()), [(ONE, [pack(answers) for answers in THREE])])


def rows(table: ExactTable, group: int = 0) -> dict[str, int]:
    return {row.key: row.people for row in table.groups[group].rows if row.people}


def test_a_topline_keeps_asked_answered_and_skipped_apart() -> None:
    (table,) = tables.topline(cube(), "safe-dark")
    assert (table.key, table.kind, table.base, table.adds_up) == ("safe-dark", "one", "safe-dark", True)
    (group,) = table.groups
    assert (group.key, group.asked, group.answered, group.skipped) == ("all", 3, 2, 1)
    assert [row.key for row in group.rows] == [o["key"] for o in samples.safe_options()]
    assert rows(table) == {"a-bit-unsafe": 1, "never": 1}


def test_pick_then_one_counts_among_those_who_answered_the_question_it_picks_from() -> None:
    (table,) = tables.topline(cube(), "topic-first")
    assert (table.base, table.groups[0].answered, table.adds_up) == ("topics", 3, False)
    assert rows(table) == {"roads": 1, "scams": 1}
    (own,) = tables.topline(cube(), "topic-first", own_base=True)
    assert (own.base, own.groups[0].answered, own.adds_up) == ("topic-first", 2, True)


def test_a_ranking_has_a_table_of_ranked_and_one_of_first() -> None:
    ranked, first = tables.topline(cube(), "improve")
    assert (ranked.key, rows(ranked)) == ("improve", {"lights": 2, "youth": 1})
    assert (first.key, rows(first)) == ("improve.first", {"lights": 1, "youth": 1})


def test_a_grid_has_a_group_for_each_row_with_a_base_of_its_own() -> None:
    (table,) = tables.topline(cube(), "help-known")
    assert [(g.key, g.asked, g.answered) for g in table.groups] == [
        ("scams", 2, 2), ("hate-crime", 2, 1), ("fire", 2, 2),
    ]  # fmt: skip
    assert [rows(table, n) for n in range(3)] == [{"yes": 1, "no": 1}, {"no": 1}, {"no": 2}]


def test_numbers_ratings_places_and_texts() -> None:
    assert rows(*tables.topline(cube(), "years")) == {"2-9": 1, "dont-know": 1}
    assert rows(*tables.topline(cube(), "trust")) == {"7": 1, "dont-know": 1}
    assert rows(*tables.topline(cube(), "place")) == {"ashby": 1, "corton": 1}
    assert rows(*tables.topline(cube(), "why")) == {"wrote": 1}


def test_a_breakdown_has_everybody_first_and_not_given_last() -> None:
    (table,) = tables.cross(cube(), "safe-dark", "age", net="unsafe")
    assert table.key == "safe-dark.by.age.unsafe"
    assert table.groups == (
        Group("all", 3, 1, (Row("unsafe", 1),)),
        Group("13-24", 1, 0, (Row("unsafe", 1),)),
        Group("25-over", 1, 0, (Row("unsafe", 0),)),
        Group("not-given", 1, 1, (Row("unsafe", 0),)),
    )
    assert table.net_of == ("a-bit-unsafe", "very-unsafe")


def test_a_net_of_several_choices_counts_a_person_once() -> None:
    pack = codebook_of(document()).pack
    found = count(
        layout_of(document()), [(ONE, [pack({"topics": ["burglary", "scams"]}), pack({"topics": ["asb"]})])]
    )
    (table,) = tables.cross(found, "topics", "age", net="crime")
    assert rows(table) == {"crime": 1}


def test_a_grid_is_broken_down_row_by_row() -> None:
    found = tables.cross(cube(), "help-known", "age", net="not-sure")
    assert [(t.key, t.item, rows(t)) for t in found] == [
        ("help-known.scams.by.age.not-sure", "scams", {"not-sure": 1}),
        ("help-known.hate-crime.by.age.not-sure", "hate-crime", {"not-sure": 1}),
        ("help-known.fire.by.age.not-sure", "fire", {"not-sure": 2}),
    ]


def test_special_answers_and_places_are_marked() -> None:
    (table,) = tables.cross(cube(), "disability", "ward")
    assert (table.special, table.place) == (True, True)
    (table,) = tables.cross(cube(), "safe-dark", "disability")
    assert (table.special, table.place) == (True, False)
    (table,) = tables.topline(cube(), "place")
    assert (table.special, table.place) == (False, True)


def test_the_menu_is_every_released_topline_then_the_breakdowns() -> None:
    keys = [table.key for table in tables.menu(cube())]
    asked = [q.id for q in document().questions]
    assert [key for key in keys if key in asked] == asked
    breakdowns = [f"{b.question}.by.{b.by}" + (f".{b.net}" if b.net else "") for b in document().breakdowns]
    assert keys[-len(breakdowns) :] == breakdowns


def test_an_officer_may_filter_and_the_filter_stays_on_the_table() -> None:
    (table,) = tables.topline(cube(), "safe-dark", where={"age": "13-24"})
    assert (table.where, table.groups[0].asked) == ((("age", "13-24"),), 1)


@pytest.mark.parametrize(
    ("question", "by", "net"),
    [
        ("nothing", "age", None),
        ("topics", "height", None),
        ("topics", "age", "unsafe"),
        ("religion", "age", None),
    ],
)
def test_a_table_of_nothing_is_refused(question: str, by: str, net: str | None) -> None:
    with pytest.raises(SurveysError) as refused:
        tables.cross(cube(), question, by, net=net)
    assert refused.value.code == "table.unknown"


def test_exact_tables_come_back_from_json() -> None:
    for table in tables.menu(cube()):
        assert tables.from_json(tables.as_json(table)) == table

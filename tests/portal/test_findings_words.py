"""Findings in words: every code has a sentence, about the people who answered, with figures of its table."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from portal import charts, findings_words
from portal.reading import families, read
from surveys.questionnaire.codebook import codebook_of
from surveys.results import cube, tables
from surveys.results.against import against
from surveys.results.disclosure import Policy, ReleasedTable, publish
from surveys.results.findings import headlines
from surveys.results.layout import Layout, Version
from tests.surveys.results.people import document, people

NEVER = (
    "residents",
    "representative",
    "margin of error",
    "everyone who lives",
    "None",
    "%(",
    "public thinks",
)


@cache
def released(seed: int, number: int) -> tuple[ReleasedTable, ...]:
    """The tables of so many made-up people who were asked every kind of question."""
    asked = document()
    book = codebook_of(asked)
    rows = [book.pack(answers) for answers in people(seed, number, asked)]
    counted = cube.count(Layout([Version("v1", 1, "first", asked)]), [("v1", rows)])
    return publish(tables.menu(counted), Policy()).tables


def sentences(seed: int, number: int) -> list[tuple[str, Markup, ReleasedTable]]:
    found = headlines(released(seed, number), document())
    return [
        (
            found[table.key].code,
            findings_words.sentence(found[table.key].as_json(), read(table.as_json(), document(), "en_GB")),
            table,
        )
        for table in released(seed, number)
    ]


def figures(table: ReleasedTable) -> set[int]:
    """Every number a reader of the table can see in it or count in it."""
    seen = {len(table.groups)} | set(range(len(table.groups)))
    for group in table.groups:
        seen |= {n for n in (group.asked, group.answered, group.skipped) if n is not None}
        for row in group.rows:
            seen |= {n for n in (row.count, row.percent) if n is not None}
    return seen


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 50), st.sampled_from([3, 25, 80, 300]))
def test_every_finding_is_one_sentence_about_the_people_who_answered(seed: int, number: int) -> None:
    for code, said, _ in sentences(seed, number):
        text = said.striptags()
        assert text, code
        assert text[0] == text[0].upper(), text
        assert text.endswith("."), text
        assert not [word for word in NEVER if word in text], text
        assert "answer" in text or "wrote" in text, text


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 50), st.sampled_from([25, 300]))
def test_a_percentage_in_a_sentence_stands_in_the_table_or_adds_up_from_it(seed: int, number: int) -> None:
    for code, said, table in sentences(seed, number):
        if code.startswith(("scale.net", "grid.")):  # sums of shown figures: proved where they are made
            continue
        shares = {int(share) for share in re.findall(r"(\d+)%", said.striptags())}
        rest = against(table)
        outside = {one["rest"] for one in rest["groups"]} if rest else set()
        assert shares <= figures(table) | outside, (code, said)


def test_words_exist_for_every_code_that_was_ever_made() -> None:
    made = {code for seed in range(4) for n in (3, 25, 80, 300) for code, _, _ in sentences(seed, n)}
    assert made <= findings_words.CODES
    assert len(made) > 15


def test_names_are_escaped_and_the_leading_figure_is_marked() -> None:
    topics = next(t for t in released(1, 300) if t.key == "topics")
    reading = read(topics.as_json(), document(), "en_GB")
    said = findings_words.sentence(
        {"code": "several.top", "facts": {"first": "<b>", "percent": 40, "people": 100, "base": 250}}, reading
    )
    assert "<strong>40%</strong>" in said
    assert "&lt;b&gt;" in said


def test_a_sentence_can_end_with_the_people_who_did_not_choose() -> None:
    topics = next(t for t in released(1, 300) if t.key == "topics")
    facts = {
        "first": "scams", "percent": 40, "people": 100, "base": 250,
        "second": "burglary", "second_percent": 30, "aside": "none", "aside_percent": 45,
    }  # fmt: skip
    said = findings_words.sentence(
        {"code": "several.top", "facts": facts}, read(topics.as_json(), document(), "en_GB")
    )
    assert re.findall(r"\d+", said.striptags()) == ["40", "30", "45"]


def test_a_code_nobody_knows_is_a_mistake() -> None:
    topics = next(t for t in released(1, 300) if t.key == "topics")
    with pytest.raises(KeyError):
        findings_words.sentence(
            {"code": "several.guess", "facts": {}}, read(topics.as_json(), document(), "en_GB")
        )


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 50), st.sampled_from([25, 300]))
def test_every_kind_of_question_is_read_and_drawn(seed: int, number: int) -> None:
    """Each table is read whole, stands in one family, and no chart holds a share its table does not."""
    made = released(seed, number)
    drawn = charts.draw(document(), made, "en_GB")
    readings = [read(table.as_json(), document(), "en_GB") for table in made]
    toplines = [reading for reading in readings if reading.by is None]
    assert [r.key for family in families(toplines, document()) for r in family] == [r.key for r in toplines]
    shares: dict[str, set[int]] = {
        r.key: {x.percent for b in r.blocks for x in b.lines if x.percent is not None} for r in readings
    }
    for family in families([r for r in toplines if not r.is_text], document()):
        allowed = set[int]().union(*(shares[r.key] for r in family))
        assert bars(drawn.get(family[0].key)) <= allowed
    for reading in readings:
        if reading.by is not None:
            assert bars(drawn.get(reading.key)) <= shares[reading.key]


def bars(figure: dict[str, Any] | None) -> set[int]:
    return {share for trace in (figure or {"data": []})["data"] for share in trace.get("x", ())}


def by_ward(code: str, **facts: Any) -> str:
    table = next(t for t in released(1, 300) if t.by == "ward" and t.net == "unsafe")
    told = {"by": "ward", "net": "unsafe", "shown": 3, "unshown": 0, "percent": 43, **facts}
    return findings_words.sentence(
        {"code": code, "facts": told}, read(table.as_json(), document(), "en_GB")
    ).striptags()


def test_only_places_that_differ_from_the_rest_are_named() -> None:
    one, other = (place.name for place in document().places_at("ward"))
    first, second = (c.key for c in document().dimensions[0].categories)
    said = "said “A bit or very unsafe”"
    assert by_ward("by.apart", apart=[[first, 52, 42, 10]]) == (
        f"52% of the people who answered in {one} {said}: 10 points more than the rest (42%). "
        "No other place differs from the rest by more than chance could explain."
    )
    assert by_ward("by.apart", shown=2, apart=[[second, 30, 31, -1], [first, 52, 41, 11]]) == (
        f"30% of the people who answered in {other} {said}: 1 point fewer than the rest (31%). "
        f"Above the rest: {one} (52%)."
    )
    assert by_ward("by.alike") == (
        f"43% of the people who answered {said}. "
        "No place differs from the rest by more than chance could explain."
    )

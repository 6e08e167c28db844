"""The packed row: its layout, and nothing lost on the way there and back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from surveys.errors import SurveysError
from surveys.questionnaire.codebook import Codebook, Column, codebook_of
from surveys.questionnaire.model import Questionnaire
from surveys.questionnaire.routing import prune
from tests.surveys.questionnaire import samples, strategies

EVERY = samples.every_kind()
TEXTS = {"why", "heard", "topics.else", "why-not.other", "comment", "organisation"}


def stored(answers: dict[str, Any]) -> dict[str, Any]:
    """Answers as a response keeps them: words live elsewhere, True says that there were some."""
    return {name: True if name in TEXTS and value else value for name, value in answers.items()}


def row(**values: list[int]) -> bytes:
    """A row of the made-up document with these bytes at the first column of a question, else zeros."""
    packed = bytearray(codebook_of(EVERY).width)
    for name, content in values.items():
        column = next(c for c in codebook_of(EVERY).columns if c.question == name.replace("_", "-"))
        packed[column.offset : column.offset + len(content)] = bytes(content)
    return bytes(packed)


def test_the_columns_stand_in_document_order_without_gaps() -> None:
    book = codebook_of(EVERY)
    assert [(c.question, c.item, c.kind, c.size) for c in book.columns] == [
        ("connection", "", "bitmap", 3),
        ("place", "", "single", 2),
        ("ward", "", "single", 2),
        ("age", "", "single", 1),
        ("safe-day", "", "single", 1),
        ("safe-dark", "", "single", 1),
        ("topics", "", "bitmap", 4),
        ("topics", "else", "flag", 1),
        ("topic-first", "", "single", 1),
        ("why", "", "flag", 1),
        ("help-known", "scams", "single", 1),
        ("help-known", "hate-crime", "single", 1),
        ("help-known", "fire", "single", 1),
        ("trust", "", "single", 1),
        ("improve", "1", "single", 1),
        ("improve", "2", "single", 1),
        ("improve", "3", "single", 1),
        ("years", "", "number", 5),
        ("reported", "", "single", 1),
        ("why-not", "", "bitmap", 13),
        ("why-not", "other", "flag", 1),
        ("heard", "", "flag", 1),
        ("disability", "", "single", 1),
        ("reduces", "", "single", 1),
        ("religion", "", "single", 1),
    ]
    ends = [column.offset + column.size for column in book.columns]
    assert [column.offset for column in book.columns] == [0, *ends[:-1]]
    assert book.width == ends[-1] == 48


def test_codes_lead_to_stable_keys() -> None:
    columns: dict[str, Column] = {column.question: column for column in codebook_of(EVERY).columns}
    assert columns["ward"].codes == {1: "E05000001", 2: "E05000002", 60001: "not-sure"}
    assert columns["trust"].codes == {n + 1: str(n) for n in range(11)} | {90: "dont-know"}
    assert columns["years"].codes == {90: "dont-know"}
    assert columns["topic-first"].codes == {
        1: "asb",
        2: "burglary",
        3: "roads",
        4: "scams",
        18: "else",
        100: "cannot-choose",
    }
    assert columns["why"].codes == {}


@pytest.mark.parametrize(
    ("answers", "packed"),
    [
        ({}, row()),
        ({"age": "25-64"}, row(age=[4])),
        ({"age": None}, row(age=[255])),
        ({"connection": ["live", "organisation"]}, row(connection=[1, 0b101, 0])),
        ({"connection": None}, row(connection=[255, 0, 0])),
        ({"topics": ["asb", "else"]}, row(topics=[1, 1, 0, 2])),
        ({"topics": ["else"], "topics.else": True}, row(topics=[1, 0, 0, 2, 1])),
        ({"topics": ["else"], "topics.else": None}, row(topics=[1, 0, 0, 2, 255])),
        ({"place": "corton"}, row(place=[302 % 256, 1])),
        ({"place": None}, row(place=[255, 255])),
        ({"place": "prefer-not"}, row(place=[60003 % 256, 60003 // 256])),
        ({"trust": 0}, row(trust=[1])),
        ({"trust": 10}, row(trust=[11])),
        ({"trust": "dont-know"}, row(trust=[90])),
        ({"improve": ["youth"]}, row(improve=[3, 255, 255])),
        ({"improve": None}, row(improve=[255, 255, 255])),
        ({"years": 110}, row(years=[1, 110, 0, 0, 0])),
        ({"years": -2}, row(years=[1, 254, 255, 255, 255])),
        ({"years": "dont-know"}, row(years=[90, 0, 0, 0, 0])),
        ({"years": None}, row(years=[255, 0, 0, 0, 0])),
        ({"help-known": {"scams": "yes", "hate-crime": None, "fire": "no"}}, row(help_known=[1, 255, 2])),
        ({"help-known": None}, row(help_known=[255, 255, 255])),
        ({"why": True}, row(why=[1])),
        ({"why": None}, row(why=[255])),
    ],
)
def test_answers_and_their_row(answers: dict[str, Any], packed: bytes) -> None:
    book = codebook_of(EVERY)
    assert book.pack(answers) == packed
    assert book.unpack(packed) == answers


@given(strategies.drafts(EVERY), strategies.accepted(EVERY))
def test_nothing_is_lost_in_packing(answers: dict[str, Any], accepted: frozenset[str]) -> None:
    sent = stored(prune(EVERY, answers, accepted=accepted))
    book = codebook_of(EVERY)
    packed = book.pack(sent)
    assert len(packed) == book.width
    assert book.unpack(packed) == sent
    assert book.pack(prune(EVERY, answers, accepted=accepted)) == packed


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("nobody-asked", "x"),
        ("age", "ancient"),
        ("age", ["13-15"]),
        ("topics", ["asb", "fire"]),
        ("topics", 5),
        ("trust", 11),
        ("trust", "often"),
        ("years", 2**31),
        ("years", 1.5),
        ("years", "often"),
        ("place", "gone"),
        ("improve", ["lights", "patrols", "youth", "cameras"]),
        ("improve", ["bells"]),
        ("help-known", {"floods": "yes"}),
        ("help-known", {"scams": "perhaps"}),
        ("help-known", "yes"),
        ("connection.else", "x"),
    ],
)
def test_what_the_codebook_cannot_hold_is_refused(name: str, value: Any) -> None:
    with pytest.raises(SurveysError) as refused:
        codebook_of(EVERY).pack({name: value})
    assert (refused.value.code, refused.value.facts) == ("answers.uncodable", {"question": name})


def test_a_row_of_another_document_is_refused() -> None:
    with pytest.raises(SurveysError) as refused:
        codebook_of(EVERY).unpack(b"\x00")
    assert (refused.value.code, refused.value.facts) == ("answers.unreadable", {"width": 48, "length": 1})


def test_switching_a_question_on_moves_nothing() -> None:
    document = EVERY.model_dump(by_alias=True)
    document["parts"][2]["pages"][2]["questions"][0] |= {"off": False, "use": "To plan."}
    assert Codebook(Questionnaire.model_validate(document)).columns == codebook_of(EVERY).columns


def test_a_document_has_one_codebook() -> None:
    assert codebook_of(EVERY) is codebook_of(EVERY)

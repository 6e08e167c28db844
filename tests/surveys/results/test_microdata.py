"""Exact rows in two files: complete, in no order, and nothing in the one that finds its row in the other."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys import surveys
from surveys.errors import SurveysError
from surveys.questionnaire.codebook import codebook_of
from surveys.records import Response
from surveys.results import microdata
from surveys.results.microdata import TERMS, Together, beside_place, left_out, places_of, responses_csv
from surveys.sealing import Keyring
from surveys.surveys import Survey
from tests.surveys.results.conftest import Send
from tests.surveys.results.people import document, people
from tests.surveys.results.test_cube import changed
from tests.surveys.results.test_exports import read


def cell(answers: dict[str, Any], name: str) -> str:
    """What a column of the long file says of one stored response."""
    question, _, item = name.partition(".")
    asked = document().question_by_id[question]
    if question not in answers:
        return ""
    value = answers[question]
    if asked.kind == "grid":
        return (value or {}).get(item) or "skipped"
    if asked.kind == "ranking":
        return value[int(item) - 1] if value and len(value) >= int(item) else "skipped"
    if value is None:
        return "skipped"
    if asked.kind == "several":
        return str(int(item in value))
    return "1" if value is True else str(value)


def test_the_long_file_has_every_counted_response_and_no_words(
    session: Session, survey: Survey, send: Send
) -> None:
    send(survey, people(3, 50, document()), channel="paper", locale="pl")
    stored = session.scalars(select(Response.answers).where(Response.survey_id == survey.id)).all()
    boxes = {f"{c.question}.{c.item}" for c in codebook_of(document()).columns if c.kind == "flag" and c.item}
    together: Together
    for together in ("place", "people"):
        file = b"".join(responses_csv(session, survey.id, together=together, mark="whose"))
        lines = read(file)
        assert b"words" not in file
        assert b"paper" not in file
        assert {(line["copy"], line["terms"]) for line in lines} == {("whose", TERMS)}
        columns = [name for name in lines[0] if name not in ("copy", "terms", "version", *boxes)]
        assert not {name.partition(".")[0] for name in columns} & left_out(document(), together)
        told = sorted(tuple(line[name] for name in columns) for line in lines)
        cells = [[cell(dict(answers), name) for name in columns] for answers in stored]
        if together == "place":
            cells = [beside(columns, one) for one in cells]
            assert Counter(one[:2] for one in told) == Counter(tuple(one[:2]) for one in cells)
            assert Counter(one for one in told if one[2]) <= Counter(map(tuple, cells))
        else:
            assert told == sorted(map(tuple, cells))


def test_the_long_file_follows_the_newest_version_over_all(
    session: Session, survey: Survey, send: Send, keys: Keyring, now: Any
) -> None:
    send(survey, people(3, 5, document()))
    surveys.publish_version(
        session, survey, changed(document(), topics=2), meaning="changed", by="cli:tests", now=now, keys=keys
    )
    send(survey, people(4, 6, document()))
    lines = read(b"".join(responses_csv(session, survey.id)))
    assert sorted(line["version"] for line in lines) == ["1"] * 5 + ["2"] * 6


def beside(columns: list[str], cells: list[str]) -> list[str]:
    """A line of the file of places: the answers all stand, or none."""
    plain = {name: "" if one == "skipped" else one for name, one in zip(columns, cells, strict=True)}
    places = places_of(document())
    answers = [name for name in columns if name not in places]
    whole = any(plain[name] for name in places) and all(plain[name] for name in answers)
    return [plain[name] if whole or name in places else "" for name in columns]


def file_of(session: Session, survey: Survey, together: Together) -> list[dict[str, str]]:
    return read(b"".join(responses_csv(session, survey.id, together=together)))


def test_no_question_stands_in_both_files() -> None:
    every = frozenset(document().question_by_id)
    assert left_out(document(), "place") | left_out(document(), "people") == every
    assert not left_out(document(), "place") & left_out(document(), "people")
    assert beside_place(document())
    assert len(beside_place(document())) <= 3
    for id in beside_place(document()):
        question = document().question_by_id[id]
        assert (question.kind, question.special_category) == ("one", False)
    partners = document().model_copy(update={"places": [], "dimensions": [], "breakdowns": []})
    assert beside_place(partners) == ()


def halves() -> list[Any]:
    """Twenty of one place and age, twenty of another, in turns."""
    ashby = {"connection": ["live"], "place": "ashby", "age": "16-24", "safe-dark": "very-safe"}
    corton = {"connection": ["live"], "place": "corton", "age": "65-over", "safe-dark": "very-safe"}
    return [ashby, corton] * 20


def test_the_order_is_drawn_for_each_file(session: Session, survey: Survey, send: Send) -> None:
    send(survey, halves())
    made = [[line["age"] for line in file_of(session, survey, "people")] for _ in range(2)]
    assert Counter(made[0]) == Counter(made[1]) == {"16-24": 20, "65-over": 20}
    assert made[0] != made[1]


def test_nobody_is_singled_out_by_both_files(session: Session, survey: Survey, send: Send) -> None:
    """Nothing joins a place to a person: no column stands in both, and the same line is somebody else's."""
    send(survey, halves())
    places, persons = file_of(session, survey, "place"), file_of(session, survey, "people")
    assert (places[0].keys() & persons[0].keys()) == {"copy", "terms"}
    pairs = Counter((one["place"], two["age"]) for one, two in zip(places, persons, strict=True))
    assert 2 < pairs["ashby", "16-24"] < 18  # 20 were it the same order; 10 is chance


def test_few_without_an_answer_are_hidden_among_others(session: Session, survey: Survey, send: Send) -> None:
    """Two who were not asked what stands beside the place would be found by it: the rarest answers go too."""
    (first, *_) = beside_place(document())
    keys = [one.key for one in document().question_by_id[first].options]  # type: ignore[union-attr]
    whole = [one for one in people(5, 400, document()) if complete(one)][:60]
    bare = [{**one, first: None} for one in whole[:2]]
    assert len(whole) == 60
    assert keys
    send(survey, [*whole, *bare])
    lines = file_of(session, survey, "place")
    none = [line for line in lines if not line[first]]
    assert 10 <= len(none) < 40
    assert len(lines) == 62


def complete(answers: Any) -> bool:
    return bool(answers.get("place")) and all(answers.get(id) for id in beside_place(document()))


def noted(session: Session, survey: Survey, together: Together, keys: Keyring, now: dt.datetime) -> None:
    microdata.note(
        session, survey.id, microdata.counted(session, survey.id), together=together, mark="m",
        reason="for the tests", by="cli:tests", now=now, keys=keys,
    )  # fmt: skip


@pytest.mark.parametrize("order", [("place", "people"), ("people", "place")])
def test_what_changed_between_files_of_both_kinds_shows_nobody(
    session: Session, survey: Survey, send: Send, keys: Keyring, now: dt.datetime, order: tuple[Together, ...]
) -> None:
    """Files before and after one answer would show the newcomer's place and the newcomer's marks."""
    one, other = order
    send(survey, people(3, 30, document()))
    for each in (one, other, one, other):
        noted(session, survey, each, keys, now)
    send(survey, people(4, 1, document()))
    noted(session, survey, one, keys, now)
    with pytest.raises(SurveysError) as refused:
        noted(session, survey, other, keys, now)
    assert refused.value.code == "export.few_changed"
    noted(session, survey, one, keys, now)
    send(survey, people(6, 10, document()))
    noted(session, survey, other, keys, now)


def test_one_who_leaves_while_another_comes_is_a_change(
    session: Session, survey: Survey, send: Send, keys: Keyring, now: dt.datetime
) -> None:
    send(survey, people(3, 30, document()))
    for each in ("place", "people"):
        noted(session, survey, each, keys, now)  # type: ignore[arg-type]
    left = session.scalars(select(Response).where(Response.survey_id == survey.id)).first()
    assert left is not None
    left.status = "excluded"
    send(survey, people(4, 1, document()))
    noted(session, survey, "people", keys, now)
    with pytest.raises(SurveysError) as refused:
        noted(session, survey, "place", keys, now)
    assert refused.value.code == "export.few_changed"


def test_no_file_of_places_where_there_are_few_or_none(
    session: Session, survey: Survey, send: Send, keys: Keyring, now: dt.datetime
) -> None:
    send(survey, people(3, 9, document()))
    with pytest.raises(SurveysError) as refused:
        noted(session, survey, "place", keys, now)
    assert refused.value.code == "export.few"

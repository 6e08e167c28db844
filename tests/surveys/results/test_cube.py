"""The cube against counting by hand, after any sequence of adding and taking away, with any filter."""

from __future__ import annotations

from collections import Counter as Tally
from itertools import product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.errors import SurveysError
from surveys.questionnaire.codebook import codebook_of
from surveys.questionnaire.model import Answers, Questionnaire
from surveys.results.cube import Cube, count
from surveys.results.layout import NOT_GIVEN, RESPONSES, Counter, Layout, Version
from tests.surveys.questionnaire import samples
from tests.surveys.results.people import category, counters, document, people

ONE = "v1"


def layout_of(questionnaire: Questionnaire) -> Layout:
    return Layout([Version(ONE, 1, "first", questionnaire)])


def by_hand(questionnaire: Questionnaire, everybody: list[dict[str, object]]) -> Tally[Counter]:
    return Tally(c for answers in everybody for c in counters(questionnaire, answers))  # type: ignore[arg-type]


def of_cube(cube: Cube, **where: str) -> dict[Counter, int]:
    totals = cube.totals(where)
    return {counter: int(totals[place]) for counter, place in cube.layout.counters.items() if totals[place]}


seeds = st.integers(0, 2**32)


@settings(max_examples=40, deadline=None)
@given(seed=seeds, number=st.integers(0, 60))
def test_cube_equals_counting_by_hand_under_every_filter(seed: int, number: int) -> None:
    questionnaire = document()
    everybody = people(seed, number, questionnaire)
    pack = codebook_of(questionnaire).pack
    cube = count(layout_of(questionnaire), [(ONE, [pack(a) for a in everybody])])
    assert of_cube(cube) == by_hand(questionnaire, everybody)
    axes = cube.layout.axes
    for keys in product(*([None, *axis.categories] for axis in axes)):
        where = {axis.key: key for axis, key in zip(axes, keys, strict=True) if key is not None}
        inside = [a for a in everybody if all(category(questionnaire, x, a) == k for x, k in where.items())]
        assert of_cube(cube, **where) == by_hand(questionnaire, inside)
    for number_of, axis in enumerate(axes):
        places = list(cube.layout.counters.values())
        found = cube.across(axis.key, places)
        assert found.shape == (cube.layout.shape[number_of], len(places))
        for key, line in zip(axis.categories, found, strict=True):
            assert line.tolist() == cube.totals({axis.key: key}).tolist()


@settings(max_examples=30, deadline=None)
@given(seed=seeds, steps=st.lists(st.booleans(), max_size=80))
def test_adding_and_taking_away_one_by_one_equals_a_count_of_who_is_left(
    seed: int, steps: list[bool]
) -> None:
    questionnaire = document()
    codebook = codebook_of(questionnaire)
    random, coming = Random(seed), people(seed, len(steps), questionnaire)
    layout = layout_of(questionnaire)
    followed, left = Cube(layout), list[Answers]()
    for joins, answers in zip(steps, coming, strict=True):
        if joins or not left:
            left.append(answers)
            followed.add(ONE, codebook.pack(answers))
        else:
            followed.remove(ONE, codebook.pack(left.pop(random.randrange(len(left)))))
    rebuilt = count(layout, [(ONE, [codebook.pack(a) for a in left])])
    assert followed.same_as(rebuilt)
    assert followed.responses == len(left)
    assert of_cube(followed) == by_hand(questionnaire, left)  # type: ignore[arg-type]


def test_sums_of_numbers_follow_the_people() -> None:
    questionnaire = document()
    codebook = codebook_of(questionnaire)
    everybody = people(5, 300, questionnaire)
    cube = count(layout_of(questionnaire), [(ONE, [codebook.pack(a) for a in everybody])])
    numbers = [a["years"] for a in everybody if isinstance(a.get("years"), int)]
    young = [
        a["years"]
        for a in everybody
        if isinstance(a.get("years"), int) and category(questionnaire, "age", a) == "13-24"
    ]
    assert cube.sum_of("years") == sum(numbers)  # type: ignore[arg-type]
    assert cube.sum_of("years", where={"age": "13-24"}) == sum(young)  # type: ignore[arg-type]
    gone = next(a for a in everybody if isinstance(a.get("years"), int))
    cube.remove(ONE, codebook.pack(gone))
    assert cube.sum_of("years") == sum(numbers) - gone["years"]  # type: ignore[arg-type, operator]


def test_overlap_counts_people_by_two_axes() -> None:
    questionnaire = document()
    everybody = people(8, 200, questionnaire)
    pack = codebook_of(questionnaire).pack
    cube = count(layout_of(questionnaire), [(ONE, [pack(a) for a in everybody])])
    seen = Tally((category(questionnaire, "ward", a), category(questionnaire, "age", a)) for a in everybody)
    found = cube.overlap("ward", "age", cube.layout.counters[RESPONSES])
    wards, ages = cube.layout.axes[0].categories, cube.layout.axes[1].categories
    assert {
        (w, a): int(found[i, j]) for i, w in enumerate(wards) for j, a in enumerate(ages) if found[i, j]
    } == dict(seen)


def test_a_survey_without_dimensions_is_one_cell() -> None:
    questionnaire = samples.small()
    pack = codebook_of(questionnaire).pack
    cube = count(layout_of(questionnaire), [(ONE, [pack({"safe": "never"}), pack({"safe": None})])])
    assert cube.responses == 2
    assert cube.count(Counter("safe", 0, "", "option", "never")) == 1
    assert cube.count(Counter("safe", 0, "", "skipped")) == 1
    assert cube.count(Counter("comment", 0, "", "asked")) == 0


def test_absorbing_a_frozen_part_adds_it() -> None:
    questionnaire = document()
    pack = codebook_of(questionnaire).pack
    rows = [pack(a) for a in people(3, 90, questionnaire)]
    layout = layout_of(questionnaire)
    whole = count(layout, [(ONE, rows)])
    part = count(layout, [(ONE, rows[:40])])
    part.absorb(count(layout, [(ONE, rows[40:])]))
    assert part.same_as(whole)


def test_taking_away_what_was_never_there_is_refused() -> None:
    cube = Cube(layout_of(samples.small()))
    with pytest.raises(ValueError):
        cube.remove(ONE, codebook_of(samples.small()).pack({"safe": "never"}))


@pytest.mark.parametrize("packed", [b"", b"\x01", b"\xee" * 40])
def test_a_row_of_another_document_is_refused(packed: bytes) -> None:
    cube = Cube(layout_of(samples.small()))
    for act in (lambda: cube.add(ONE, packed), lambda: cube.add_rows(ONE, [packed])):
        with pytest.raises(SurveysError) as refused:
            act()
        assert refused.value.code == "row.unreadable"
    assert cube.responses == 0


def changed(questionnaire: Questionnaire, **wording: int) -> Questionnaire:
    """The document with another wording number for some questions (dashes as underscores)."""
    base = questionnaire.model_dump(mode="json", by_alias=True)
    for part in base["parts"]:
        for page in part["pages"]:
            for question in page["questions"]:
                question["wording"] = wording.get(question["id"].replace("-", "_"), question["wording"])
    return Questionnaire.model_validate(base)


def two(meaning: str, second: Questionnaire) -> Cube:
    """Two versions: one person answers each, "never" and topic "asb"."""
    first = samples.small()
    layout = Layout([Version("a", 1, "first", first), Version("b", 2, meaning, second)])
    answers = {"safe": "never", "topics": ["asb"], "comment": True}
    return count(layout, [(id, [codebook_of(q).pack(answers)]) for id, q in (("a", first), ("b", second))])


@pytest.mark.parametrize(
    ("meaning", "wording", "safe", "topics"),
    [
        ("same", {}, 2, 2),
        ("same", {"safe": 2}, 2, 2),
        ("changed", {"safe": 2}, 1, 2),
        ("changed", {}, 1, 1),
    ],
)
def test_versions_pool_by_stable_key_until_the_meaning_changes(
    meaning: str, wording: dict[str, int], safe: int, topics: int
) -> None:
    cube = two(meaning, changed(samples.small(), **wording))
    assert cube.responses == 2
    assert cube.count(Counter("safe", 0, "", "option", "never")) == safe
    assert cube.count(Counter("topics", 0, "", "option", "asb")) == topics
    assert cube.count(Counter("safe", 1, "", "option", "never")) == 2 - safe
    earlier = {(v.id, q, s) for v, q, s in cube.layout.earlier}
    assert (("a", "safe", 1) in earlier) == (safe == 1)
    assert not any(category == NOT_GIVEN for category in earlier)


def test_a_dropped_question_is_kept_as_an_earlier_one() -> None:
    base = samples.small().model_dump(mode="json", by_alias=True)
    base["parts"][0]["pages"].pop()
    second = Questionnaire.model_validate(base)
    layout = Layout([Version("a", 1, "first", samples.small()), Version("b", 2, "same", second)])
    assert [(v.id, q, s) for v, q, s in layout.earlier] == [("a", "comment", 1)]

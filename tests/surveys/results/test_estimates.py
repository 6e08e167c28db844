"""Weighted tables against counting by hand, person by person, in every kind of question."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.questionnaire.codebook import codebook_of
from surveys.questionnaire.model import Answers
from surveys.results import tables
from surveys.results.cube import Cube, count
from surveys.results.estimates import choices, estimate, given_shares, placed, weighting_of
from surveys.results.layout import NOT_GIVEN, Layout, Version
from surveys.results.tables import ALL
from surveys.results.weighting import Rules, Target, weigh, weigh_again
from tests.surveys.results.people import category, counters, document, people

AGE = next(d for d in document().dimensions if d.key == "age")
TARGETS = [Target("age", {c.key: 100.0 for c in AGE.categories}, "even", ordered=True)]


def cube_of(everybody: list[Answers]) -> Cube:
    questionnaire = document()
    pack = codebook_of(questionnaire).pack
    return count(Layout([Version("v1", 1, "first", questionnaire)]), [("v1", [pack(a) for a in everybody])])


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 240))
def test_weighted_shares_are_those_of_the_people(seed: int, number: int) -> None:
    questionnaire, everybody = document(), people(seed, number, document())
    cube = cube_of(everybody)
    weighting = weighting_of(cube, TARGETS)
    axes, _ = cube.cells([0])
    place = cube.layout.axis("age")
    weight = {
        cube.layout.axes[place].categories[axes[place][n]]: float(weighting.weights[n])
        for n in range(len(weighting.weights))
    }
    table = tables.cross(cube, "safe-day", "ward")[0]
    for found in estimate(cube, table, weighting):
        inside = [a for a in everybody if found.group.key in (ALL, category(questionnaire, "ward", a))]
        answered = [a for a in inside if a.get("safe-day") is not None]
        total = sum(weight[category(questionnaire, "age", a)] for a in answered)
        assert (found.reason is None) == bool(answered)
        for row in found.rows:
            chosen = [a for a in answered if a["safe-day"] == row.key]
            assert row.people == len(chosen)
            if not answered:
                assert row.share is row.weighted is None
                continue
            assert row.share == pytest.approx(len(chosen) / len(answered))
            hand = sum(weight[category(questionnaire, "age", a)] for a in chosen) / total
            assert row.weighted == pytest.approx(hand)
            assert row.interval.low <= row.weighted + 1e-9
            assert row.weighted - 1e-9 <= row.interval.high
            assert row.effective <= len(answered) + 1e-9


@pytest.mark.parametrize("number", [0, 1, 2, 40])
def test_every_table_of_few_people_has_figures_or_a_reason(number: int) -> None:
    cube = cube_of(people(4, number, document()))
    weighting = weighting_of(cube, TARGETS)
    document_ = document()
    every = [*tables.all_toplines(cube), *tables.menu(cube)]
    every += [
        t
        for q in document_.questions
        for axis in cube.layout.axes
        for t in tables.cross(cube, q.id, axis.key)
    ]
    every += tables.topline(cube, "topics", where={"age": "13-24"})
    for table in every:
        for found in estimate(cube, table, weighting):
            assert (found.reason == "nobody") == (found.group.answered == 0)
            for row in found.rows:
                assert row.people == next(r.people for r in found.group.rows if r.key == row.key)
                figures = [row.error, row.effective, *row.interval]
                assert all(math.isfinite(figure) for figure in figures)
                assert (row.weighted is None) == (found.group.answered == 0)


def test_without_weighting_weighted_is_unweighted_and_the_base_is_the_people() -> None:
    cube = cube_of(people(11, 120, document()))
    weighting = weighting_of(cube, [])
    assert weighting.reason == "no-margins"
    for found in estimate(cube, tables.topline(cube, "topics")[0], weighting):
        for row in found.rows:
            assert row.weighted == pytest.approx(row.share)
            assert row.effective == found.group.answered


def test_what_matters_most_counts_among_those_who_answered_the_first_question() -> None:
    everybody = people(21, 400, document())
    cube = cube_of(everybody)
    found = choices(cube, "topic-first").importance(200)
    answered = [a for a in everybody if a.get("topics") is not None]
    assert found.people == len(answered)
    for place in found.order:
        named = sum(a.get("topic-first") == place.key for a in answered)
        chose = sum(place.key in a["topics"] for a in answered)  # type: ignore[operator]
        assert place.score == pytest.approx(named / len(answered))
        assert found.chosen[place.key] == pytest.approx(chose / len(answered))
    assert [p.score for p in found.order] == sorted((p.score for p in found.order), reverse=True)
    meanings = {o.key: o.meaning for o in document().question_by_id["topics"].options}
    assert all(meanings[p.key] == "answer" for p in found.order)
    weighted = choices(cube, "topic-first", targets=TARGETS).importance(50)
    assert {p.key for p in weighted.order} == {p.key for p in found.order}
    assert choices(cube_of([]), "topic-first").importance().reason == "nobody"


def test_the_same_sums_are_known_again_and_one_more_answer_is_not() -> None:
    everybody = people(21, 400, document())
    cube = cube_of(everybody)
    kept = choices(cube, "topic-first", targets=TARGETS)
    assert choices(cube_of(everybody), "topic-first", targets=TARGETS).fingerprint == kept.fingerprint
    moved = replace(TARGETS[0], shares={**TARGETS[0].shares, "13-15": 101.0})
    own = {"age": category(document(), "age", everybody[0])}
    other = (
        choices(cube, "topic-first"),
        choices(cube, "topic-first", targets=[moved]),
        choices(cube, "topic-first", where=own, targets=TARGETS),
        choices(cube_of([*everybody, everybody[0]]), "topic-first", targets=TARGETS),
    )
    assert len({kept.fingerprint, *(one.fingerprint for one in other)}) == 5


def test_people_drawn_anew_are_raked_as_those_who_answered_are() -> None:
    kept = choices(cube_of(people(21, 400, document())), "topic-first", targets=TARGETS)
    weighting = weigh(kept.categories, kept.cells, kept.people, TARGETS)
    again = weigh_again(kept.categories, kept.cells, kept.people, TARGETS)
    assert weighting.on
    assert again == pytest.approx(weighting.weights, abs=1e-7)
    strict = Rules(largest_effect=1.0)
    assert weigh(kept.categories, kept.cells, kept.people, TARGETS, strict).reason == "design-effect"
    assert (weigh_again(kept.categories, kept.cells, kept.people, TARGETS, strict) == again).all()
    nobody = np.zeros(len(kept.people))
    assert (weigh_again(kept.categories, kept.cells, nobody, TARGETS) == 1).all()


def test_who_gave_their_age() -> None:
    everybody = people(2, 80, document())
    shares = given_shares(cube_of(everybody), "age")
    assert sum(shares.values()) == 80
    silent = sum(category(document(), "age", a) == NOT_GIVEN for a in everybody)
    assert shares[NOT_GIVEN] == silent
    assert placed(cube_of(everybody), "age") == 80 - silent
    assert counters(document(), everybody[0])

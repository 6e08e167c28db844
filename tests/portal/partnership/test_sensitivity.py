"""Weights laid open: arithmetic that can be redone by hand, draws that repeat, the change that tips it."""

from __future__ import annotations

import numpy as np
import pytest

from portal.partnership import sensitivity
from portal.partnership.sensitivity import Scale

NO = float("nan")
CRITERIA = ("residents", "partners", "risk", "recorded")
WEIGHTS = {"residents": 40, "partners": 25, "risk": 25, "recorded": 10}
SCALE = Scale(
    ("roads", "asb", "abuse", "fire"),
    CRITERIA,
    np.array([[1.0, 0.4, 0.3, NO], [0.8, 0.6, 0.5, 1.0], [0.4, 1.0, 1.0, NO], [0.1, 0.1, 0.2, NO]]),
)


def test_the_weighted_sum_is_what_anybody_would_work_out() -> None:
    found = sensitivity.score(SCALE, WEIGHTS)
    assert found["asb"] == pytest.approx(0.4 * 0.8 + 0.25 * 0.6 + 0.25 * 0.5 + 0.1 * 1.0)
    assert found["roads"] == pytest.approx((0.4 * 1.0 + 0.25 * 0.4 + 0.25 * 0.3) / 0.9)
    assert sensitivity.order(SCALE, WEIGHTS) == ("abuse", "asb", "roads", "fire")


def test_what_is_not_known_is_not_nought() -> None:
    alike = Scale(("a", "b"), ("x", "y"), np.array([[0.5, NO], [0.5, 0.5]]))
    assert sensitivity.score(alike, {"x": 1, "y": 9}) == {"a": 0.5, "b": 0.5}
    nothing = Scale(("a",), ("x",), np.array([[NO]]))
    assert sensitivity.score(nothing, {"x": 1}) == {"a": 0.0}


def test_draws_repeat_and_shares_add_up() -> None:
    one, two = (sensitivity.vary(SCALE, WEIGHTS) for _ in range(2))
    assert one == two
    assert sum(one.first.values()) == pytest.approx(1, abs=1e-9)
    assert sum(one.top_three.values()) == pytest.approx(3, abs=1e-9)
    assert one.top_five == dict.fromkeys(SCALE.topics, 1.0)
    assert (one.top_three["fire"], one.holds, one.of_hundred) == (0.0, 1.0, 100)


def test_any_weights_at_all_move_more_than_weights_near_by() -> None:
    told = {"residents": 85, "partners": 5, "risk": 5, "recorded": 5}
    near = sensitivity.vary(SCALE, told, top=1)
    wide = sensitivity.vary(SCALE, told, top=1, near=None)
    assert wide.holds < 0.5 < near.holds < 1
    assert near.of_hundred == int(near.holds * 100)


def test_acceptability_is_known_where_it_can_be_worked_out() -> None:
    """Two topics that lead on one criterion each: under even weights each is first in half of the draws."""
    scale = Scale(("a", "b"), ("x", "y"), np.array([[1.0, 0.0], [0.0, 1.0]]))
    found = sensitivity.vary(scale, {"x": 1, "y": 1}, near=None, top=1)
    assert found.first["a"] == pytest.approx(0.5, abs=0.02)
    assert found.holds == pytest.approx(0.5, abs=0.02)


def test_chance_in_the_answers_counts_too() -> None:
    drawn = np.random.default_rng(1).normal([1.0, 0.8, 0.4, 0.1], 0.5, size=(500, 4))
    steady = sensitivity.vary(SCALE, WEIGHTS, top=1)
    shaken = sensitivity.vary(SCALE, WEIGHTS, top=1, drawn={"residents": drawn})
    assert shaken.holds < steady.holds


def test_the_smallest_change_that_tips_it_is_found() -> None:
    scale = Scale(("a", "b", "c"), ("x", "y"), np.array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.45]]))
    found = sensitivity.smallest_flip(scale, {"x": 60, "y": 40}, top=1)
    assert found is not None
    assert (found.criterion, found.before, found.after, found.leaves, found.enters) == (
        "x",
        60,
        39,
        ("a",),
        ("b",),
    )
    before = sensitivity.order(scale, {"x": 40, "y": 40})[:1]
    after = sensitivity.order(scale, {"x": 39, "y": 40})[:1]
    assert (before, after) == (("a",), ("b",))
    settled = Scale(("a", "b"), ("x",), np.array([[1.0], [0.0]]))
    assert sensitivity.smallest_flip(settled, {"x": 50}, top=1) is None


def test_other_ways_to_rank_stand_beside_it() -> None:
    found = sensitivity.other_methods(SCALE, WEIGHTS)
    assert found["residents"] == ("roads", "asb", "abuse", "fire")
    assert found["risk"] == ("abuse", "asb", "roads", "fire")
    assert found["recorded"][0] == "asb"
    assert found["rank-sum"] == ("abuse", "asb", "roads", "fire")
    assert set(found) == {"weighted", "alike", "rank-sum", *CRITERIA}

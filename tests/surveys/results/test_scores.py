"""Means of scales against the statistics module."""

from __future__ import annotations

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.results.scores import score


@given(st.dictionaries(st.integers(0, 20), st.integers(0, 40)))
def test_mean_spread_and_median_are_those_of_the_people(counts: dict[int, int]) -> None:
    people = sorted(point for point, number in counts.items() for _ in range(number))
    found = score(counts)
    assert found.people == len(people)
    if not people:
        assert (found.mean, found.reason) == (None, "nobody")
        return
    assert found.mean == pytest.approx(statistics.fmean(people))
    assert found.median == statistics.median_low(people)
    if len(people) > 1:
        assert found.spread == pytest.approx(statistics.stdev(people), abs=1e-9)


def test_students_sleep_has_students_interval() -> None:
    # R: t.test(sleep$extra[sleep$group == 1]), in tenths of an hour: mean 7.5, 95 per cent from -5.3 to 20.3.
    found = score({7: 1, -16: 1, -2: 1, -12: 1, -1: 1, 34: 1, 37: 1, 8: 1, 0: 1, 20: 1})
    assert found.mean == pytest.approx(7.5)
    assert found.interval == (pytest.approx(-5.297804, abs=1e-5), pytest.approx(20.297804, abs=1e-5))


def test_one_person_has_a_mean_and_no_interval() -> None:
    found = score({4: 1})
    assert (found.mean, found.interval, found.median, found.reason) == (4.0, None, 4, None)

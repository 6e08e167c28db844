"""Orders of importance against published rankings and against counting by hand."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.results.ranking import (
    Ballot,
    borda,
    borda_drawn,
    choices_drawn,
    choices_worth,
    order_of,
    plackett_luce,
    ranks,
    share_in_top,
    shares_drawn,
    weighted_shares_drawn,
)


def test_bradley_terry_of_the_statistics_journals() -> None:
    # Agresti (2002), Categorical Data Analysis, table 10.10; R package BradleyTerry2, ?citations:
    # Biometrika 0, Comm Statist -2.94907, JASA -0.47957, JRSS-B 0.26895.
    cited = [[0, 730, 498, 221], [33, 0, 68, 17], [320, 813, 0, 142], [284, 276, 325, 0]]
    stages = {(i, frozenset((i, j))): float(cited[i][j]) for i in range(4) for j in range(4) if i != j}
    worth = choices_worth(stages, 4)
    assert worth - worth[0] == pytest.approx([0, -2.94907, -0.47957, 0.26895], abs=1e-5)


def _likelihood(worth: np.ndarray, ballots: list[Ballot], many: np.ndarray) -> float:
    total = 0.0
    for ballot, number in zip(ballots, many, strict=True):
        left = list(range(len(worth)))
        for item in ballot:
            total += number * (worth[item] - np.log(np.exp(worth[left]).sum()))
            left.remove(item)
    return total


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_plackett_luce_is_the_most_likely_worth(seed: int) -> None:
    # Hunter (2004), Annals of Statistics 32, 384-406: at the maximum every derivative of the likelihood is 0.
    random = np.random.default_rng(seed)
    ballots = [tuple(random.permutation(4)[: random.integers(1, 5)].tolist()) for _ in range(60)]
    ballots += [tuple((n + k) % 4 for k in range(4)) for n in range(4)]
    many = random.integers(1, 5, len(ballots)).astype(float)
    worth = plackett_luce(ballots, many, 4, prior=0.0)
    assert worth.mean() == pytest.approx(0, abs=1e-12)
    step = 1e-5
    for item in range(4):
        up, down = worth.copy(), worth.copy()
        up[item] += step
        down[item] -= step
        slope = (_likelihood(up, ballots, many) - _likelihood(down, ballots, many)) / (2 * step)
        assert abs(slope) / many.sum() < 1e-5


def test_an_item_nobody_ranked_has_a_finite_worth_and_is_last() -> None:
    worth = plackett_luce([(0, 1), (1, 0), (0,)], np.array([5.0, 2.0, 3.0]), 4)
    assert np.isfinite(worth).all()
    assert worth[0] > worth[1] > worth[2] == pytest.approx(worth[3])


def test_nobody_ranked_anything() -> None:
    nothing = np.zeros(0)
    assert plackett_luce([], nothing, 3) == pytest.approx([0, 0, 0])
    assert borda([], nothing, 3, 5).tolist() == share_in_top([], nothing, 3, 5).tolist() == [0, 0, 0]
    assert order_of([], np.zeros(0), np.zeros((0, 0))) == ()
    assert shares_drawn(np.zeros(3, dtype=np.int64), 0).shape == (0, 3)
    assert borda_drawn([], np.zeros(0, dtype=np.int64), 3, 5).shape == (0, 3)
    assert choices_drawn(np.zeros((0, 3), dtype=np.uint8), np.zeros(0, dtype=np.int64)).shape == (0, 3)


def test_borda_gives_points_to_places_whatever_else_is_ranked() -> None:
    scores = borda([(0, 1, 2), (1,)], np.array([3.0, 1.0]), 4, 5)
    assert scores == pytest.approx([15 / 4, (12 + 5) / 4, 9 / 4, 0], abs=1e-9)
    assert share_in_top([(0, 1, 2), (1,)], np.array([3.0, 1.0]), 4, 2) == pytest.approx([0.75, 1, 0, 0])


# Schulze (2011), Social Choice and Welfare 36, 267-303, example 1: 45 voters, the order is E A C B D.
SCHULZE = {"ACBED": 5, "ADECB": 5, "BEDAC": 8, "CABED": 3, "CAEBD": 7, "CBADE": 2, "DCEBA": 7, "EBADC": 8}
BALLOTS = [tuple("ABCDE".index(name) for name in ballot) for ballot in SCHULZE]
MANY = np.array([float(number) for number in SCHULZE.values()])


def pairwise(ballots: list[Ballot], many: np.ndarray, items: int) -> np.ndarray:
    """How many put the row item above the column item; those left out of a ballot lie below it."""
    found = np.zeros((items, items))
    for ballot, number in zip(ballots, many, strict=True):
        for place, item in enumerate(ballot):
            below = set(range(items)) - set(ballot[: place + 1])
            found[item, sorted(below)] += number
    return found


def schulze(beats: np.ndarray) -> list[int]:
    """Markus Schulze's order by strongest paths."""
    strength = np.where(beats > beats.T, beats, 0.0)
    for via in range(len(beats)):
        strength = np.maximum(strength, np.minimum(strength[:, [via]], strength[[via], :]))
    return sorted(range(len(beats)), key=lambda n: -int((strength[n] > strength[:, n]).sum()))


def kemeny(beats: np.ndarray) -> list[int]:
    """The order that agrees with most pairwise preferences, by trying them all."""
    items = range(len(beats))
    return list(
        max(permutations(items), key=lambda o: sum(beats[a, b] for n, a in enumerate(o) for b in o[n:]))
    )


def test_the_published_orders_of_schulzes_example() -> None:
    beats = pairwise(BALLOTS, MANY, 5)
    assert beats[0].tolist() == [0, 20, 26, 30, 22]
    assert [("ABCDE")[n] for n in schulze(beats)] == list("EACBD")


def test_kemeny_of_the_tennessee_example() -> None:
    # "Kemeny-Young method", Wikipedia: Nashville, Chattanooga, Knoxville, Memphis (score 393).
    ballots: list[Ballot] = [(0, 1, 2, 3), (1, 2, 3, 0), (2, 3, 1, 0), (3, 2, 1, 0)]
    beats = pairwise(ballots, np.array([42.0, 26.0, 15.0, 17.0]), 4)
    order = kemeny(beats)
    assert order == [1, 2, 3, 0]
    assert sum(beats[a, b] for n, a in enumerate(order) for b in order[n + 1 :]) == 393


def test_borda_plackett_luce_schulze_and_kemeny_agree_where_people_do() -> None:
    ballots: list[Ballot] = [(0, 1, 2, 3), (0, 2, 1), (1, 0), (0, 1), (2, 0, 1)]
    many = np.array([30.0, 10.0, 12.0, 25.0, 6.0])
    by_points = sorted(range(4), key=lambda n: -borda(ballots, many, 4, 4)[n])
    by_worth = sorted(range(4), key=lambda n: -plackett_luce(ballots, many, 4)[n])
    beats = pairwise(ballots, many, 4)
    assert by_points == by_worth == schulze(beats) == kemeny(beats) == [0, 1, 2, 3]


def test_ranks_share_equal_scores() -> None:
    assert ranks(np.array([3.0, 5.0, 3.0, 1.0])).tolist() == [2, 1, 2, 4]


def test_a_clear_order_is_certain_and_a_close_one_is_a_band() -> None:
    counts = np.array([400, 150, 145, 20], dtype=np.int64)
    places = order_of("abcd", counts / 1000, shares_drawn(counts, 1000))
    assert [p.key for p in places] == list("abcd")
    assert [(p.low, p.high) for p in places] == [(1, 1), (2, 3), (2, 3), (4, 4)]
    assert [p.tied for p in places] == [1, 2, 2, 3]
    assert [p.top_three for p in places] == [1, 1, 1, 0]


def test_the_same_answers_give_the_same_intervals() -> None:
    counts = np.array([40, 35, 30], dtype=np.int64)
    assert (shares_drawn(counts, 120) == shares_drawn(counts, 120)).all()


def test_bootstrap_spread_is_the_binomial_one() -> None:
    drawn = shares_drawn(np.array([300], dtype=np.int64), 1000, draws=4000)
    assert drawn.std() == pytest.approx((0.3 * 0.7 / 1000) ** 0.5, rel=0.05)
    patterns = np.array([[1, 1], [1, 0], [0, 0]], dtype=np.uint8)
    several = choices_drawn(patterns, np.array([200, 300, 500]), draws=4000)
    assert several.mean(axis=0) == pytest.approx([0.5, 0.2], abs=0.005)
    assert several[:, 0].std() == pytest.approx(0.0158, rel=0.06)


def test_every_weighted_draw_is_weighted_anew() -> None:
    seen = []

    def reweigh(people: np.ndarray) -> np.ndarray:
        seen.append(int(people.sum()))
        return np.where(people > 0, people.sum() / (2 * np.maximum(people, 1)), 1.0)

    answers = np.array([[90, 10], [10, 90]], dtype=np.int64)
    drawn = weighted_shares_drawn(answers, np.array([100, 100]), np.array([700, 0]), reweigh, draws=50)
    assert seen == [900] * 50
    assert drawn.shape == (50, 2)
    assert np.isfinite(drawn).all()


@given(st.lists(st.integers(0, 200), min_size=1, max_size=8), st.integers(0, 100))
@settings(max_examples=50, deadline=None)
def test_places_are_always_whole_and_within_bounds(counts: list[int], more: int) -> None:
    base = sum(counts) + more
    many = np.array(counts, dtype=np.int64)
    places = order_of(
        [str(n) for n in range(len(counts))], many / max(base, 1), shares_drawn(many, base, draws=50)
    )
    assert sorted(p.key for p in places) == sorted(str(n) for n in range(len(counts)))
    for place in places:
        assert 1 <= place.low <= place.rank <= place.high <= len(counts)
        assert 0 <= place.top_three <= 1
    assert [p.tied for p in places] == sorted(p.tied for p in places)

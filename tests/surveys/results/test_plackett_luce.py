"""Plackett-Luce as two other programs fit it, and what chance makes of an order by trying every outcome.

A ranking of the first k items is k choices, each among the items not placed yet. So the model is Cox's
partial likelihood without ties, with a stratum for each ballot: R 4.2.2 with its package survival 3.5-3,
``coxph(Surv(place, ranked) ~ item + strata(ballot), weights=many, ties="breslow")``, items left out censored
after the last place; the prior as two pairs of every item and one imaginary item, weights 0.5. The same
without weights and prior: ``choix.ilsr_top1(alpha=0, tol=1e-14)`` of choix 0.4.1 (Maystre), which agrees with
R to 1e-13. Both normed to mean 0. STATISTICS asks for 1e-5.
"""

from __future__ import annotations

from itertools import product
from math import factorial, prod

import numpy as np
import pytest

from surveys.results import ranking
from surveys.results.ranking import Floats, plackett_luce

FULL = {"ACBED": 5, "ADECB": 5, "BEDAC": 8, "CABED": 3, "CAEBD": 7, "CBADE": 2, "DCEBA": 7, "EBADC": 8}
"""Schulze's example of 45 voters, see test_ranking."""
PART = {
    "ABC": 14, "BAD": 9, "CAB": 7, "DFE": 4, "EB": 6, "F": 3, "AFD": 5, "CE": 8, "BEC": 10, "DCA": 2,
    "FBA": 1, "EDF": 2,
}  # fmt: skip
"""Invented: up to three of six."""
WEIGHED = {ballot: 1.37 * many for ballot, many in PART.items()} | {"ABC": 3.25, "EDF": 7.5}


def fitted(ballots: dict[str, int] | dict[str, float], items: int, prior: float) -> Floats:
    orders = [tuple("ABCDEF".index(name) for name in ballot) for ballot in ballots]
    return plackett_luce(orders, np.array([float(n) for n in ballots.values()]), items, prior=prior)


@pytest.mark.parametrize(
    ("ballots", "prior", "worth"),
    [
        (
            FULL, 0.0,
            [0.1453825619771151, 0.1283206388595440, -0.2305296918898533, -0.3699821963674034,
             0.3268086874205975],
        ),
        (
            PART, 0.0,
            [0.47188562226631647, 0.69610157248831328, 0.23587497587198153, -0.45859121844518336,
             -0.09435427969023846, -0.85091667249118930],
        ),
        (
            WEIGHED, 0.0,
            [0.005321472878348329, 0.419617775481673505, 0.032571238925749577, -0.153540530974432571,
             0.216774765670637193, -0.520744721981976078],
        ),
        (
            PART, 0.5,
            [0.4665254113719926, 0.6900415981426571, 0.2328948983912224, -0.4550114298214018,
             -0.0951546968409453, -0.8392957812435249],
        ),
        (
            {"AB": 5, "BA": 2, "A": 3}, 0.5,
            [2.457957678809696, 1.197422824377291, -1.827690251593493, -1.827690251593493],
        ),
    ],
    ids=["full", "first three", "weighed", "prior", "never ranked"],
)  # fmt: skip
def test_plackett_luce_is_what_r_and_choix_fit(
    ballots: dict[str, float], prior: float, worth: list[float]
) -> None:
    assert fitted(ballots, len(worth), prior) == pytest.approx(worth, abs=1e-9)


# What chance makes of an order -----------------------------------------------------------------------------


def outcomes(people: int, chances: list[float]) -> list[tuple[tuple[int, ...], float]]:
    """Every way that so many people could be drawn, with its chance: a multinomial without any drawing."""
    found = []
    for drawn in product(range(people + 1), repeat=len(chances)):
        if sum(drawn) == people:
            ways = factorial(people) // prod(map(factorial, drawn))
            found.append((drawn, ways * prod(p**n for p, n in zip(chances, drawn, strict=True))))
    assert sum(chance for _, chance in found) == pytest.approx(1)
    return found


def exact_places(scored: list[tuple[list[float], float]]) -> tuple[list[list[float]], list[float]]:
    """By item: the chance of each place, and that of the first three; equal scores share the better place."""
    items = len(scored[0][0])
    places = [[0.0] * items for _ in range(items)]
    for scores, chance in scored:
        for item, score in enumerate(scores):
            places[item][sum(other > score + 1e-12 for other in scores)] += chance
    return places, [sum(one[:3]) for one in places]


def within(places: list[float], tail: float) -> int:
    """The first place at which the chances add up to ``tail``."""
    return 1 + next(n for n in range(len(places)) if sum(places[: n + 1]) >= tail - 1e-12)


def held(found: tuple[ranking.Place, ...], places: list[list[float]], top: list[float], draws: int) -> None:
    """Chances within four standard errors of a draw, ranges the exact ones."""
    for one in found:
        item = int(one.key)
        assert abs(one.top_three - top[item]) <= 4 * (top[item] * (1 - top[item]) / draws) ** 0.5 + 1e-9
        assert one.low == min(within(places[item], 0.025), one.rank)
        assert one.high == max(within(places[item], 0.975), one.rank)


DRAWS = 40_000


def test_one_answer_each_drawn_anew_is_the_multinomial() -> None:
    counts, people = [3, 2, 1, 1, 1], 9
    scored = [
        ([n / people for n in drawn[:-1]], chance)
        for drawn, chance in outcomes(people, [n / people for n in (*counts, 1)])
    ]
    places, top = exact_places(scored)
    assert 0.3 < min(top) < max(top) < 0.98
    many = np.array(counts, dtype=np.int64)
    drawn = ranking.shares_drawn(many, people, draws=DRAWS)
    held(ranking.order_of("01234", many / people, drawn), places, top, DRAWS)


def test_several_answers_known_only_by_their_counts_are_drawn_apart() -> None:
    counts, people = [4, 3, 2, 2], 5
    alone = [dict(outcomes(people, [n / people, 1 - n / people])) for n in counts]
    scored = [
        ([float(n) for n in drawn], prod(one[n, people - n] for one, n in zip(alone, drawn, strict=True)))
        for drawn in product(range(people + 1), repeat=len(counts))
    ]
    places, top = exact_places(scored)
    many = np.array(counts, dtype=np.int64)
    drawn = ranking.apart_drawn(many, people, draws=DRAWS)
    held(ranking.order_of("0123", many / people, drawn), places, top, DRAWS)


def test_ballots_are_drawn_whole() -> None:
    ballots = [(0, 1, 2), (1, 3), (4, 0), (2, 1, 4)]
    many = [4, 2, 2, 1]
    points = [[float(3 - ballot.index(n)) if n in ballot else 0.0 for n in range(5)] for ballot in ballots]
    scored = [
        ([sum(n * own[item] for n, own in zip(drawn, points, strict=True)) for item in range(5)], chance)
        for drawn, chance in outcomes(9, [n / 9 for n in many])
    ]
    places, top = exact_places(scored)
    number = np.array(many, dtype=np.int64)
    drawn = ranking.borda_drawn(ballots, number, 5, 3, draws=DRAWS)
    held(ranking.order_of("01234", ranking.borda(ballots, number / 1.0, 5, 3), drawn), places, top, DRAWS)


def test_weighted_answers_are_drawn_by_cell_and_weighed_anew() -> None:
    """Two cells that should count the same; 7 people, of whom one did not answer."""
    answers = np.array([[2, 1, 1], [0, 1, 1]])
    answered, others = np.array([4, 2]), np.array([0, 1])
    cells = [2, 1, 1, 0, 1, 1, 1]

    def reweigh(people: Floats) -> Floats:
        return np.divide(people.sum() / 2, people, out=np.ones(2), where=people > 0)

    scored = []
    for drawn, chance in outcomes(7, [n / 7 for n in cells if n]):
        first, second = list(drawn[:3]), [0, *drawn[3:5]]
        weights = [3.5 / n if n else 1.0 for n in (sum(first), sum(second) + drawn[5])]
        scored.append(([weights[0] * a + weights[1] * b for a, b in zip(first, second, strict=True)], chance))
    places, _ = exact_places(scored)
    made = ranking.weighted_shares_drawn(answers, answered, others, reweigh, draws=10_000)
    seen = ranking.ranks(made.round(12))
    for item in range(3):
        for place in range(3):
            chance = places[item][place]
            error = (chance * (1 - chance) / 10_000) ** 0.5
            assert abs((seen[:, item] == place + 1).mean() - chance) <= 4 * error

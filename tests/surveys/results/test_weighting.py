"""Raking against its mathematical definition, and every way in which weighting has to be given up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.results.weighting import Rules, Target, Weighting, design_effect, rake, weigh


def table(values: list[list[float]]) -> tuple[np.ndarray, list[np.ndarray]]:
    seed = np.array(values, dtype=float)
    rows, columns = np.divmod(np.arange(seed.size), seed.shape[1])
    return seed.ravel(), [rows, columns]


def test_raking_the_documented_table() -> None:
    # The worked example of "Iterative proportional fitting", Wikipedia; converged, to three decimals.
    people, places = table([[40, 30, 20, 10], [35, 50, 100, 75], [30, 80, 70, 120], [20, 30, 40, 50]])
    totals = [np.array([150.0, 300.0, 400.0, 150.0]), np.array([200.0, 300.0, 400.0, 100.0])]
    weights, met = rake(people, places, totals)
    fitted = (weights * people).reshape(4, 4)
    assert met
    assert fitted.sum(axis=1) == pytest.approx(totals[0], rel=1e-9)
    assert fitted.sum(axis=0) == pytest.approx(totals[1], rel=1e-9)
    assert fitted[0] == pytest.approx([64.559, 46.232, 35.384, 3.825], abs=6e-4)


def _newton(people: np.ndarray, design: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Raking by its definition (Deville and Sarndal 1992): weights exp(x'b) that meet the margins."""
    b = np.zeros(design.shape[1])
    for _ in range(200):
        weights = np.exp(design @ b)
        short = wanted - design.T @ (weights * people)
        step = np.linalg.lstsq(design.T @ (design * (weights * people)[:, None]), short, rcond=None)[0]
        b += np.clip(step, -2, 2)
        if np.abs(short).max() < 1e-12 * wanted.max():
            break
    return np.exp(design @ b)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_raking_is_the_exponential_tilt_of_the_calibration_equations(seed: int) -> None:
    random = np.random.default_rng(seed)
    people, places = table(random.integers(3, 80, (4, 3)).tolist())
    totals = [random.uniform(0.5, 2, 4), random.uniform(0.5, 2, 3)]
    totals = [t / t.sum() * people.sum() for t in totals]
    weights, met = rake(people, places, totals)
    design = np.hstack([np.eye(4)[places[0]], np.eye(3)[places[1]]])
    assert met
    assert weights == pytest.approx(_newton(people, design, np.concatenate(totals)), rel=1e-8)


def test_raking_keeps_the_odds_ratios_of_the_sample() -> None:
    # Deming and Stephan (1940): the adjusted table has the cross-products of the seed.
    people, places = table([[12, 7], [5, 31]])
    weights, _ = rake(people, places, [np.array([30.0, 25.0]), np.array([20.0, 35.0])])
    (a, b), (c, d) = (weights * people).reshape(2, 2)
    assert a * d / (b * c) == pytest.approx(12 * 31 / (7 * 5), rel=1e-9)


def test_kishs_design_effect() -> None:
    # Kish (1965), Survey Sampling, 11.7: 1 + the squared coefficient of variation of the weights.
    weights, people = np.array([1.0, 2.0, 5.0]), np.array([50.0, 30.0, 20.0])
    each = np.repeat(weights, people.astype(int))
    assert design_effect(weights, people) == pytest.approx(1 + each.var() / each.mean() ** 2, rel=1e-12)
    assert design_effect(np.ones(3), people) == 1
    assert design_effect(weights, np.zeros(3)) == 1


AGES = ("young", "middle", "old", "not-given")
WARDS = ("north", "east", "south", "not-given")
CENSUS = [
    Target("age", {"young": 30, "middle": 40, "old": 30}, "census", ordered=True),
    Target("ward", {"north": 500, "east": 300, "south": 200}, "census"),
]


def weighed(
    counts: dict[tuple[str, str], int], targets: list[Target] | None = None, **rules: float
) -> tuple[Weighting, dict[tuple[str, str], float]]:
    cells = list(counts)
    found = weigh(
        {"age": AGES, "ward": WARDS},
        {
            "age": np.array([AGES.index(age) for age, _ in cells], dtype=np.intp),
            "ward": np.array([WARDS.index(ward) for _, ward in cells], dtype=np.intp),
        },
        np.array([counts[cell] for cell in cells], dtype=float),
        CENSUS if targets is None else targets,
        Rules(**rules),  # type: ignore[arg-type]
    )
    return found, dict(zip(cells, found.weights.tolist(), strict=True))


FULL = {(a, w): 20 + 7 * i + 11 * j for i, a in enumerate(AGES[:3]) for j, w in enumerate(WARDS[:3])}


def test_the_weighted_shares_are_the_census_and_the_mean_weight_is_one() -> None:
    found, by_cell = weighed(FULL)
    assert found.on
    number = sum(FULL.values())
    assert sum(by_cell[c] * n for c, n in FULL.items()) == pytest.approx(number)
    assert sum(by_cell[c] * n for c, n in FULL.items() if c[0] == "young") / number == pytest.approx(0.3)
    assert sum(by_cell[c] * n for c, n in FULL.items() if c[1] == "north") / number == pytest.approx(0.5)
    assert 1 < found.effect < 2
    assert found.effective == pytest.approx(number / found.effect)
    age = found.margins[0]
    assert [line.population for line in age.lines] == pytest.approx([0.3, 0.4, 0.3])
    assert [line.weighted for line in age.lines] == pytest.approx([0.3, 0.4, 0.3])
    assert sum(line.people for line in age.lines) == number


def test_people_who_did_not_say_keep_their_share_of_the_sample() -> None:
    counts = {**FULL, ("not-given", "north"): 50}
    found, by_cell = weighed(counts)
    number = sum(counts.values())
    silent = sum(by_cell[c] * n for c, n in counts.items() if c[0] == "not-given") / number
    assert silent == pytest.approx(50 / number)
    assert found.margins[0].not_given == 50


def test_a_small_category_is_joined_to_its_neighbour() -> None:
    counts = {c: (n if c[0] != "old" else 2) for c, n in FULL.items()}
    found, _ = weighed(counts)
    assert [line.keys for line in found.margins[0].lines] == [("young",), ("middle", "old")]
    assert found.margins[0].lines[1].population == pytest.approx(0.7)


def test_a_category_with_no_people_is_joined_too() -> None:
    found, _ = weighed({c: n for c, n in FULL.items() if c[1] != "south"})
    assert found.on
    assert ("north", "south") in [line.keys for line in found.margins[1].lines]


def test_a_category_missing_from_the_census_is_named_and_left_as_it_is() -> None:
    found, by_cell = weighed(FULL, [Target("age", {"young": 40, "middle": 60}, "census"), CENSUS[1]])
    old = sum(n for c, n in FULL.items() if c[0] == "old")
    assert found.margins[0].missing == ("old",)
    kept = sum(by_cell[c] * n for c, n in FULL.items() if c[0] == "old")
    assert kept == pytest.approx(old, rel=1e-3)


@pytest.mark.parametrize(
    ("counts", "targets", "reason", "margin"),
    [
        ({}, None, "empty", "not-given"),
        ({("young", "north"): 0}, None, "empty", "not-given"),
        ({("young", "north"): 1}, None, "no-margins", "one-category"),
        ({("not-given", "not-given"): 400}, None, "no-margins", "not-given"),
        (FULL, [], "no-margins", None),
        (FULL, [Target("age", {"babies": 9})], "no-margins", "no-census"),
        (FULL, [Target("shoe-size", {"42": 9})], "no-margins", "no-census"),
    ],
)
def test_what_cannot_be_weighted_says_why_and_weighs_everybody_alike(
    counts: dict[tuple[str, str], int], targets: list[Target] | None, reason: str, margin: str | None
) -> None:
    found, by_cell = weighed(counts, targets)
    assert found.reason == reason
    assert not found.on
    assert set(by_cell.values()) <= {1.0}
    if margin:
        assert found.margins[0].reason == margin


def test_too_skewed_a_sample_is_not_weighted() -> None:
    # Most answers come from the group that is a tenth of the population.
    counts = {("young", "north"): 10, ("middle", "north"): 10, ("old", "north"): 980}
    found, by_cell = weighed(counts, [Target("age", {"young": 45, "middle": 45, "old": 10}, ordered=True)])
    assert found.reason in {"margin-unmet", "design-effect"}
    assert found.facts
    assert set(by_cell.values()) == {1.0}


def test_a_design_effect_above_the_limit_switches_weighting_off() -> None:
    found, _ = weighed(FULL, largest_effect=1.0001)
    assert found.reason == "design-effect"
    assert found.facts == {"effect": round(found.effect, 2)}


def test_margins_that_contradict_each_other_are_not_met() -> None:
    # Everybody young lives in the north, and the census wants many young people and nobody in the north.
    counts = {("young", "north"): 50, ("middle", "east"): 50, ("old", "south"): 50}
    census = [
        Target("age", {"young": 80, "middle": 10, "old": 10}),
        Target("ward", {"north": 10, "east": 45, "south": 45}),
    ]
    found, _ = weighed(counts, census)
    assert found.reason == "margin-unmet"
    assert found.facts is not None
    assert found.facts["axis"] in {"age", "ward"}


people = st.dictionaries(st.tuples(st.sampled_from(AGES), st.sampled_from(WARDS)), st.integers(0, 60))
shares = st.dictionaries(st.sampled_from([*AGES[:3], "other"]), st.floats(0, 1e6))


@settings(max_examples=150, deadline=None)
@given(people, shares)
def test_weights_are_always_finite_limited_and_add_up(
    counts: dict[tuple[str, str], int], census: dict[str, float]
) -> None:
    found, by_cell = weighed(counts, [Target("age", census, ordered=True), CENSUS[1]])
    number = sum(counts.values())
    assert all(np.isfinite(w) and 0.29 < w < 3.05 for w in by_cell.values())
    assert found.people == number
    assert sum(by_cell[c] * n for c, n in counts.items()) == pytest.approx(number)
    assert found.on or set(by_cell.values()) <= {1.0}
    assert found.effect >= 1 - 1e-9
    for margin in found.margins:
        for line in margin.lines:
            assert 0 <= line.population <= 1
            assert line.weighted is None or 0 <= line.weighted <= 1 + 1e-9

"""Intervals against published figures, exact distributions, and a slow calculation person by person."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.results.intervals import (
    Calibration,
    beta_below,
    beta_quantile,
    effective_base,
    korn_graubard,
    standard_errors,
    t_quantile,
    two_sided,
    wilson,
    z_of,
)


@pytest.mark.parametrize(
    ("chosen", "people", "low", "high"),
    [
        # Newcombe (1998), Two-sided confidence intervals for the single proportion, Statistics in
        # Medicine 17, 857-872, table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_is_newcombes_third_method(chosen: int, people: int, low: float, high: float) -> None:
    found = wilson(chosen / people, people)
    assert found == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


@given(st.integers(1, 5000), st.floats(0, 1), st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_the_ends_of_wilson_solve_the_score_equation(people: int, share: float, level: float) -> None:
    # Wilson (1927): (share - end)^2 = z^2 end (1 - end) / n.
    z = z_of(level)
    for end in wilson(share, people, level):
        if 1e-6 < end < 1 - 1e-6:
            assert (share - end) ** 2 == pytest.approx(z * z * end * (1 - end) / people, abs=1e-10)


def test_the_exact_binomial_interval_of_clopper_and_pearson() -> None:
    # R: binom.test(5, 10) gives 0.1870860 to 0.8129140; binom.test(0, 10) gives 0 to 0.3084971.
    assert korn_graubard(0.5, 10, 10) == (
        pytest.approx(0.1870860, abs=5e-8),
        pytest.approx(0.8129140, abs=5e-8),
    )
    assert korn_graubard(0.0, 10, 10) == (0.0, pytest.approx(1 - 0.025**0.1, abs=1e-12))
    assert korn_graubard(1.0, 10, 10) == (pytest.approx(0.025**0.1, abs=1e-12), 1.0)


def test_fewer_degrees_of_freedom_widen_the_interval() -> None:
    # Korn and Graubard (1998): n* = n_eff (t(n - 1) / t(d))^2.
    plain, clustered = korn_graubard(0.2, 60, 100), korn_graubard(0.2, 60, 100, freedom=14)
    assert clustered.low < plain.low < 0.2 < plain.high < clustered.high
    shrunk = 60 * (t_quantile(0.025, 99) / t_quantile(0.025, 14)) ** 2
    assert clustered == pytest.approx(korn_graubard(0.2, shrunk, 100))


@pytest.mark.parametrize(
    ("tail", "freedom", "t"),
    # Student's t as in every printed table (Fisher and Yates, table III).
    [(0.025, 1, 12.706), (0.025, 2, 4.303), (0.025, 14, 2.145), (0.05, 30, 1.697), (0.005, 120, 2.617)],
)
def test_students_t(tail: float, freedom: int, t: float) -> None:
    assert t_quantile(tail, freedom) == pytest.approx(t, abs=5e-4)


@given(st.floats(0.001, 0.999), st.floats(0.5, 400))
def test_beta_quantiles_that_have_a_formula(p: float, a: float) -> None:
    assert beta_quantile(p, a, 1) == pytest.approx(p ** (1 / a), rel=1e-10)
    assert beta_quantile(p, 1, a) == pytest.approx(-math.expm1(math.log1p(-p) / a), rel=1e-10)
    assert beta_quantile(p, 0.5, 0.5) == pytest.approx(math.sin(math.pi * p / 2) ** 2, rel=1e-10)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 60), st.integers(1, 60), st.integers(1, 99))
def test_beta_is_the_tail_of_the_binomial(a: int, b: int, percent: int) -> None:
    # Abramowitz and Stegun 26.5.24: I_x(a, b) = P(X >= a), X binomial of a + b - 1 trials; exact fractions.
    x, trials = Fraction(percent, 100), a + b - 1
    tail = sum(math.comb(trials, k) * x**k * (1 - x) ** (trials - k) for k in range(a, trials + 1))
    assert beta_below(percent / 100, a, b) == pytest.approx(float(tail), rel=1e-11, abs=1e-14)


@given(st.floats(0, 1), st.floats(0, 1e6), st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_no_interval_leaves_its_range_or_its_share(share: float, effective: float, people: int) -> None:
    for low, high in (wilson(share, effective), korn_graubard(share, min(effective, 5000.0), people)):
        assert 0 <= low <= share + 1e-9
        assert share - 1e-9 <= high <= 1


def test_two_sided_chance_of_a_normal_value() -> None:
    assert two_sided(1.959963984540054) == pytest.approx(0.05, abs=1e-12)
    assert two_sided(0) == 1


def standard_error(
    weights: np.ndarray, people: np.ndarray, answered: np.ndarray, chosen: np.ndarray,
    margins: np.ndarray | None = None,
) -> float:  # fmt: skip
    calibration = None if margins is None else Calibration(margins, people)
    return float(standard_errors(weights, people, answered, chosen[:, None], calibration)[0])


def test_without_weights_the_error_is_the_plain_one() -> None:
    ones = np.ones(1)
    error = standard_error(ones, np.array([200.0]), np.array([200.0]), np.array([60.0]))
    assert error == pytest.approx(math.sqrt(0.3 * 0.7 / 199), rel=1e-12)
    assert effective_base(0.3, error, 200) == pytest.approx(199)


def _person_by_person(
    weights: np.ndarray, answered: np.ndarray, chosen: np.ndarray, margins: np.ndarray | None
) -> float:
    """As R's survey does it: svyrecvar after calibrate(calfun = "raking"), equal base weights.

    The influence of a person, its residual on the margins by least squares with the base weights, spread
    about its mean with n / (n - 1). A domain (the people who answered) is a ratio over everybody.
    """
    total = (weights * answered).sum()
    share = (weights * chosen).sum() / total
    influence = answered * (chosen - share)
    if margins is not None:
        q, r = np.linalg.qr(margins)
        q = q[:, np.abs(np.diag(r)) > 1e-9]
        influence = influence - q @ (q.T @ influence)
    u = weights * influence / total
    n = len(u)
    return float(np.sqrt(n / (n - 1) * ((u - u.mean()) ** 2).sum()))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.booleans())
def test_the_error_from_cells_is_the_error_from_people(seed: int, calibrated: bool) -> None:
    random = np.random.default_rng(seed)
    cells = int(random.integers(2, 9))
    people = random.integers(1, 30, cells)
    answered = np.array([random.integers(0, n + 1) for n in people])
    chosen = np.array([random.integers(0, n + 1) for n in answered])
    if not answered.any() or people.sum() < 3:
        return
    weights = random.uniform(0.3, 3, cells)
    design = np.eye(2)[random.integers(0, 2, cells)] if calibrated else None
    cell = np.repeat(np.arange(cells), people)
    place = np.concatenate([np.arange(n) for n in people])
    margins = None if design is None else design[cell][:, design[cell].any(axis=0)]
    slow = _person_by_person(
        weights[cell], (place < answered[cell]) * 1.0, (place < chosen[cell]) * 1.0, margins
    )
    fast = standard_error(weights, people * 1.0, answered * 1.0, chosen * 1.0, design)
    assert fast == pytest.approx(slow, rel=1e-6, abs=1e-9)


def test_calibration_makes_an_answer_that_follows_the_margin_certain() -> None:
    design = np.eye(2)
    people = np.array([40.0, 60.0])
    assert standard_error(np.array([1.25, 0.8333]), people, people, np.array([40.0, 0.0]), design) < 1e-9


def test_nobody_and_one_person_have_no_error() -> None:
    nobody = np.zeros(2)
    assert standard_error(np.ones(2), nobody, nobody, nobody) == 0
    one = np.array([1.0, 0.0])
    assert standard_error(np.ones(2), one, one, one) == 0
    assert effective_base(0.5, 0.0, 1) == 1

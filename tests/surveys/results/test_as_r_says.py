"""Raking, errors and intervals as R says: version 4.2.2 with its package survey 4.1.1 (Lumley).

240 invented people by age and sex, raked to (.35, .33, .32) and (.51, .49); 202 of them answered. In R:
``rake(svydesign(~1, weights=~1, data), list(~age, ~sex), …, epsilon=1e-13)``; errors from ``svymean`` in the
subset that answered, after that and after ``calibrate(calfun="raking")``, which agree to 2e-17;
``svyciprop(method="beta")``; ``prop.test(correct=FALSE)``; ``p.adjust``.
"""

from __future__ import annotations

import numpy as np
import pytest

from surveys.results import comparison, intervals, weighting

AGE = np.array([0, 1, 2, 0, 1, 2])
SEX = np.array([0, 0, 0, 1, 1, 1])
PEOPLE = np.array([24.0, 41, 81, 15, 30, 49])
ANSWERED = np.array([19.0, 34, 72, 12, 25, 40])
CHOSE = np.array([3.0, 7, 34, 5, 8, 17])
TOTALS = [240 * np.array([0.35, 0.33, 0.32]), 240 * np.array([0.51, 0.49])]
WEIGHTS = np.array(
    [
        1.82137872768550801,
        0.92916503086151936,
        0.50112523790401864,
        2.68579403570318576,
        1.37014112448925762,
        0.73895623938315269,
    ]
)
SHARE, ERROR = 0.33258804687009486, 0.038030529567600009


def test_raking() -> None:
    weights, met = weighting.rake(PEOPLE, [AGE, SEX], TOTALS)
    assert met
    assert weights == pytest.approx(WEIGHTS, rel=1e-12)
    assert (weights @ PEOPLE) ** 2 / (weights**2 @ PEOPLE) == pytest.approx(176.34400475649917, rel=1e-12)


def test_the_error_of_a_raked_share_among_those_who_answered() -> None:
    share = WEIGHTS @ CHOSE / (WEIGHTS @ ANSWERED)
    assert share == pytest.approx(SHARE, rel=1e-12)
    margins = np.concatenate([np.eye(3)[AGE], np.eye(2)[SEX]], axis=1)
    calibration = intervals.Calibration(margins, PEOPLE)
    found = intervals.standard_errors(WEIGHTS, PEOPLE, ANSWERED, CHOSE[:, None], calibration)
    assert found[0] == pytest.approx(ERROR, rel=1e-10)


def test_the_error_without_weights() -> None:
    found = intervals.standard_errors(np.ones(6), PEOPLE, ANSWERED, CHOSE[:, None])
    assert found[0] == pytest.approx(0.033970384371874378, rel=1e-12)


def test_the_interval_of_korn_and_graubard() -> None:
    """R counts the rows of the whole calibrated design, 240, and 201 degrees of freedom of the subset."""
    effective = intervals.effective_base(SHARE, ERROR, 202)
    found = intervals.korn_graubard(SHARE, effective, 240, freedom=201)
    assert found == pytest.approx((0.25863213623195180, 0.41316433858922663), abs=1e-9)


def test_the_interval_of_wilson() -> None:
    assert intervals.wilson(37 / 120, 120) == pytest.approx(
        (0.23272736988916301, 0.39582997723800678), abs=1e-12
    )


def test_many_comparisons_at_once() -> None:
    chances = [0.01, 0.02, 0.03, 0.005, 0.2]
    assert comparison.holm(chances) == pytest.approx([0.04, 0.06, 0.06, 0.025, 0.2], abs=1e-12)
    found = comparison.benjamini_hochberg(chances)
    assert found == pytest.approx([0.025, 1 / 30, 0.0375, 0.025, 0.2], abs=1e-12)

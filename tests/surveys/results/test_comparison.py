"""Differences and corrections against the papers that describe them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.results.comparison import (
    Share,
    benjamini_hochberg,
    comparable,
    compare,
    corrected,
    difference_interval,
    holm,
    rest_of,
    same_question,
)
from surveys.results.intervals import two_sided
from tests.surveys.results.people import document


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        # Newcombe (1998), Interval estimation for the difference between independent proportions,
        # Statistics in Medicine 17, 873-890, table II, method 10.
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_newcombes_tenth_method(
    first: tuple[int, int], second: tuple[int, int], low: float, high: float
) -> None:
    found = difference_interval(Share.of(*first), Share.of(*second))
    assert found == (pytest.approx(low, abs=6e-5), pytest.approx(high, abs=6e-5))


def test_the_pooled_test_is_the_chi_squared_test_of_a_two_by_two_table() -> None:
    # Pearson (1900): n (ad - bc)^2 over the product of the four margins; one degree of freedom.
    found = compare(Share.of(56, 70), Share.of(48, 80))
    chi_squared = 150 * (56 * 32 - 14 * 48) ** 2 / (70 * 80 * 104 * 46)
    assert found.chance == pytest.approx(two_sided(chi_squared**0.5), rel=1e-10)
    assert found.differs
    assert found.lift == pytest.approx(0.8 / 0.6)


FIFTEEN = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528,
    0.7590, 1.0000,
]  # fmt: skip
"""Benjamini and Hochberg (1995), Journal of the Royal Statistical Society B 57, 289-300, section 4.1."""


def test_benjamini_and_hochbergs_fifteen_hypotheses() -> None:
    # Their text: Bonferroni rejects three, controlling the false discovery rate rejects four, at 5 per cent.
    assert sum(p < 0.05 for p in benjamini_hochberg(FIFTEEN)) == 4
    assert sum(p < 0.05 for p in holm(FIFTEEN)) == 3
    assert benjamini_hochberg(FIFTEEN)[3] == pytest.approx(0.0095 * 15 / 4, abs=1e-12)
    assert benjamini_hochberg(FIFTEEN)[5] == pytest.approx(0.0298 * 15 / 7, abs=1e-12)


def test_holms_steps() -> None:
    # Holm (1979), Scandinavian Journal of Statistics 6, 65-70: p(1) times n, p(2) times n - 1, never falling.
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02], abs=1e-12)
    assert holm([]) == benjamini_hochberg([]) == []


@given(st.lists(st.floats(0, 1), max_size=30))
def test_corrections_never_make_a_finding_likelier_and_keep_the_order(chances: list[float]) -> None:
    strict, mild = holm(chances), benjamini_hochberg(chances)
    for p, h, b in zip(chances, strict, mild, strict=True):
        assert p <= b + 1e-12 <= h + 1e-9
        assert h <= 1
    for a in range(len(chances)):
        for b_ in range(len(chances)):
            if chances[a] < chances[b_]:
                assert strict[a] <= strict[b_]
                assert mild[a] <= mild[b_]


def test_under_the_minimum_base_nothing_is_compared() -> None:
    found = compare(Share(0.9, 200, 200.0), Share(0.1, 60, 29.9))
    assert found.reason == "base-small"
    assert (found.chance, found.differs, tuple(found.interval)) == (1.0, False, (-1.0, 1.0))
    good = compare(Share(0.9, 200, 200.0), Share(0.1, 60, 30.0))
    both = corrected([found, good])
    assert [one.differs for one in both] == [False, True]
    assert both[1].adjusted == good.chance  # the refused one is not counted among the comparisons


def test_all_alike_is_no_difference() -> None:
    for share in (0.0, 1.0):
        found = compare(Share(share, 50, 50.0), Share(share, 70, 70.0))
        assert (found.chance, found.differs) == (1.0, False)


@given(st.integers(0, 400), st.integers(0, 400), st.integers(0, 400), st.integers(0, 400))
def test_a_group_and_the_rest_make_everybody(a: int, b: int, c: int, d: int) -> None:
    part, whole = Share.of(min(a, b), b), Share.of(min(a, b) + min(c, d), b + d)
    rest = rest_of(whole, part)
    assert rest.people == d
    assert rest.share == pytest.approx(min(c, d) / d if d else 0.0, abs=1e-9)


def _question(**more: object) -> SimpleNamespace:
    options = [SimpleNamespace(key=key) for key in ("yes", "no")]
    return SimpleNamespace(
        **{"identity": "csp.safe", "wording": 1, "kind": "one", "options": options, **more}
    )


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ({}, None),
        ({"identity": "csp.other"}, "identity"),
        ({"wording": 2}, "wording"),
        ({"kind": "several"}, "kind"),
        ({"options": [SimpleNamespace(key="yes")]}, "answers"),
    ],
)
def test_only_the_same_question_in_the_same_words_is_compared(
    other: dict[str, object], reason: str | None
) -> None:
    assert comparable(_question(), _question(**other)) == reason


def test_a_question_that_was_not_asked_is_not_compared() -> None:
    assert comparable(_question(), None) == "not-asked"
    asked = document().question_by_id["topics"]
    assert same_question(asked, document()) is asked
    assert same_question(_question(identity="nobody.asks"), document()) is None

"""How far a share could be out if chance alone decided who answered. Always called "indicative".

People choose whether to answer a consultation; no interval says anything about those who did not. Every
function takes and gives plain numbers between 0 and 1 (shares) or people (bases), and never a NaN.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from surveys import arrays as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


Floats: TypeAlias = "NDArray[np.float64]"
LEVEL = 0.95
_STEPS = 400
_TINY = 1e-300
_NOBODY = 1e-6


class Interval(NamedTuple):
    """``low`` <= share <= ``high``, all between 0 and 1 (a difference: between -1 and 1)."""

    low: float
    high: float


def z_of(level: float = LEVEL) -> float:
    """The two-sided normal quantile: 1.959964 for 95 per cent."""
    return NormalDist().inv_cdf((1 + level) / 2)


def wilson(share: float, base: float, level: float = LEVEL) -> Interval:
    """The score interval of Wilson (1927). ``base`` may be an effective number; 0 people give 0 to 1."""
    if base <= 0:
        return Interval(0.0, 1.0)
    z = z_of(level)
    middle = (share * base + z * z / 2) / (base + z * z)
    half = z * math.sqrt(base * max(share * (1 - share), 0.0) + z * z / 4) / (base + z * z)
    low = 0.0 if share <= 0 else max(0.0, middle - half)
    high = 1.0 if share >= 1 else min(1.0, middle + half)
    return Interval(low, high)


def korn_graubard(
    share: float, effective: float, people: int, freedom: int | None = None, level: float = LEVEL
) -> Interval:
    """The exact binomial interval on an effective number, for small cells (Korn and Graubard 1998).

    As ``svyciprop(method="beta")`` of the R package survey. ``freedom``: degrees of freedom of the design
    when they are fewer than ``people - 1``.
    """
    if people <= 0 or effective < _NOBODY:
        return Interval(0.0, 1.0)
    if freedom is not None and people > 1 and freedom > 0:
        tail = (1 - level) / 2
        effective *= (t_quantile(tail, people - 1) / t_quantile(tail, freedom)) ** 2
    chosen = share * effective
    tail = (1 - level) / 2
    low = 0.0 if share <= 0 else beta_quantile(tail, chosen, effective - chosen + 1)
    high = 1.0 if share >= 1 else beta_quantile(1 - tail, chosen + 1, effective - chosen)
    return Interval(low, high)


def effective_base(share: float, error: float, people: float) -> float:
    """How many people chosen purely by chance would say as much. ``people`` when nothing varies."""
    if error <= 0 or share <= 0 or share >= 1:
        return float(people)
    return share * (1 - share) / (error * error)


# Linearised standard errors -------------------------------------------------------------------------------


class Calibration:
    """What weights were raked to: cells by columns of 0 and 1, with the solved least squares beside it."""

    def __init__(self, margins: Floats, people: Floats) -> None:
        self._margins = margins
        self._root = np.sqrt(people)
        self._inverse = np.linalg.pinv(margins * self._root[:, None], rcond=1e-12)

    def fitted(self, sums: Floats) -> Floats:
        """What the margins predict for one person of each cell, from sums by cell; base weights all 1."""
        root = self._root[:, None]
        means = np.divide(sums, root, out=np.zeros_like(sums), where=root > 0)
        found: Floats = self._margins @ (self._inverse @ means)
        return found


def standard_errors(
    weights: Floats, people: Floats, answered: Floats, chosen: Floats, calibration: Calibration | None = None
) -> Floats:
    """The linearised standard errors of weighted shares, from sums by cell: one a column of ``chosen``.

    By cell: one of ``weights`` per person, how many ``people`` are in it, how many of them ``answered``, how
    many gave each answer (``chosen``). With ``calibration`` the residuals are taken on the base weights, as
    R's ``calibrate`` does. No finite population correction: people chose to answer.
    """
    total, number = float(weights @ answered), float(people.sum())
    if total <= 0 or number <= 1:
        return np.zeros(chosen.shape[1])
    share = weights @ chosen / total
    others = answered[:, None] - chosen
    fitted: Floats | float = 0.0
    if calibration is not None:
        fitted = calibration.fitted(chosen * (1 - share) - others * share)
    # What one person of the cell adds: chose, answered otherwise, did not answer.
    first, second = np.zeros(len(share)), np.zeros(len(share))
    for count, value in ((chosen, 1 - share), (others, -share), ((people - answered)[:, None], 0.0)):
        apart = value - fitted
        first = first + (weights[:, None] * count * apart).sum(axis=0)
        second = second + (weights[:, None] ** 2 * count * apart**2).sum(axis=0)
    spread = np.maximum(second - first * first / number, 0.0)
    found: Floats = np.sqrt(spread * number / (number - 1)) / total
    return found


# Distributions --------------------------------------------------------------------------------------------


def beta_below(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function, by its continued fraction (Lentz): accurate to 1e-12."""
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(x, a, b) / a
    return 1 - front * _fraction(1 - x, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    c, d = 1.0, 1 - (a + b) * x / (a + 1)
    d = 1 / (d if abs(d) > _TINY else _TINY)
    found = d
    for m in range(1, _STEPS + int(10 * math.sqrt(a + b))):
        for step in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 + step * d
            c = 1 + step / c
            d = 1 / (d if abs(d) > _TINY else _TINY)
            c = c if abs(c) > _TINY else _TINY
            found *= c * d
        if abs(c * d - 1) < 1e-16:
            break
    return found


def beta_quantile(p: float, a: float, b: float) -> float:
    """Where the beta distribution has ``p`` below it. Bisection: slow, sure, accurate to 1e-12."""
    if a <= 0 or p <= 0:
        return 0.0
    if b <= 0 or p >= 1:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if beta_below(middle, a, b) < p:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def t_quantile(tail: float, freedom: float) -> float:
    """Student's t with ``tail`` above it (0 < tail < 0.5)."""
    x = beta_quantile(2 * tail, freedom / 2, 0.5)
    return math.sqrt(freedom * (1 / x - 1)) if x > 0 else math.inf


def two_sided(z: float) -> float:
    """The chance of a normal value as far from 0 as ``z``."""
    return math.erfc(abs(z) / math.sqrt(2))

"""How much a ranking hangs on its weights: a weighted sum anybody can redo, and what becomes of it otherwise.

Pure arithmetic. Rows are topics, columns are criteria, values lie between 0 and 1; NaN where nothing is
known, and then the topic is weighed on its other criteria: no open data is never nought. The rank
acceptability is that of stochastic multicriteria analysis (SMAA): the share of drawn weights under which a
topic takes a rank.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from surveys import arrays as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


Floats: TypeAlias = "NDArray[np.float64]"
SEED = 20_261_130
"""The same figures always give the same shares."""
DRAWS = 10_000
NEAR = 20.0
"""How closely varied weights lie round the chosen ones: a weight of 40 mostly falls between 20 and 60."""
TOP = 3


@dataclass(frozen=True)
class Scale:
    """``values``: topics by criteria, 0 to 1, NaN where unknown."""

    topics: tuple[str, ...]
    criteria: tuple[str, ...]
    values: Floats

    def column(self, criterion: str) -> Floats:
        return self.values[:, self.criteria.index(criterion)]


def totals(values: Floats, weights: Floats) -> Floats:
    """The weighted mean of what is known about each topic, 0 where nothing is.

    ``values`` may be one table or one per draw; ``weights`` one row, or one row per draw.
    """
    known = ~np.isnan(values)
    spread = weights[..., None, :] * known
    base = spread.sum(axis=-1)
    summed = (np.where(known, values, 0.0) * spread).sum(axis=-1)
    found: Floats = np.divide(summed, base, out=np.zeros_like(summed), where=base > 0)
    return found


def ranks(scores: Floats) -> NDArray[np.int64]:
    """Rank of each topic along the last axis, 1 the highest; equal scores share the better rank."""
    return np.asarray(1 + (scores[..., None, :] > scores[..., :, None] + 1e-12).sum(axis=-1), dtype=np.int64)


def order(scale: Scale, weights: Mapping[str, float]) -> tuple[str, ...]:
    """Topics by their weighted sum, the highest first; equal ones in the order given."""
    scores = totals(scale.values, _row(scale, weights))
    return tuple(scale.topics[n] for n in np.argsort(-scores, kind="stable"))


def score(scale: Scale, weights: Mapping[str, float]) -> dict[str, float]:
    """The weighted sum of each topic, 0 to 1."""
    found = totals(scale.values, _row(scale, weights))
    return dict(zip(scale.topics, (float(one) for one in found), strict=True))


def _row(scale: Scale, weights: Mapping[str, float]) -> Floats:
    return np.array([float(weights.get(name, 0)) for name in scale.criteria])


# Under other weights --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Acceptability:
    """``first``, ``top_three``, ``top_five``: share of the draws, by topic. ``holds``: see :func:`vary`."""

    first: Mapping[str, float]
    top_three: Mapping[str, float]
    top_five: Mapping[str, float]
    holds: float

    @property
    def of_hundred(self) -> int:
        """In how many of 100 variations the same topics stay on top; never 100 unless it was always so."""
        return int(self.holds * 100) if self.holds < 1 else 100


def vary(
    scale: Scale,
    weights: Mapping[str, float],
    *,
    drawn: Mapping[str, Floats] | None = None,
    near: float | None = NEAR,
    top: int = TOP,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Acceptability:
    """Draws weights round the chosen ones (``near``; None: any weights at all) and ranks the topics anew.

    ``drawn``: for a criterion, other values it could have had (draws by topics), so that chance in the
    answers counts as well. ``holds`` is the share of draws in which the same ``top`` topics lead, in any
    order.
    """
    random = np.random.default_rng(seed)
    row = _row(scale, weights)
    share = row / row.sum() if row.sum() else np.full(len(row), 1 / len(row))
    alpha = np.ones(len(row)) if near is None else np.maximum(share * near, 0.05)
    many = random.dirichlet(alpha, size=draws)
    values = np.broadcast_to(scale.values, (draws, *scale.values.shape)).copy()
    for name, others in (drawn or {}).items():
        if len(others):
            values[:, :, scale.criteria.index(name)] = others[random.integers(len(others), size=draws)]
    places = ranks(totals(values, many))
    lead = set(order(scale, weights)[:top])
    leading = np.array([topic in lead for topic in scale.topics])
    worst_inside = np.where(leading, places, 0).max(axis=-1)
    best_outside = np.where(leading, len(scale.topics) + 1, places).min(axis=-1)
    holds = float((worst_inside < best_outside).mean()) if len(lead) == top else 1.0

    def within(rank: int) -> dict[str, float]:
        found = (places <= rank).mean(axis=0)
        return dict(zip(scale.topics, (float(one) for one in found), strict=True))

    return Acceptability(within(1), within(3), within(5), holds)


@dataclass(frozen=True)
class Flip:
    """The smallest change of one weight that changes who is on top: ``leaves`` and ``enters`` are topics."""

    criterion: str
    before: int
    after: int
    leaves: tuple[str, ...]
    enters: tuple[str, ...]


def smallest_flip(scale: Scale, weights: Mapping[str, int], *, top: int = TOP) -> Flip | None:
    """Moves one weight at a time, point by point between 0 and 100; None when no single weight changes it.

    Of equally small changes the one of the earlier criterion counts, downwards before upwards.
    """
    lead = order(scale, weights)[:top]
    for step in range(1, 101):
        for name in scale.criteria:
            for after in (weights.get(name, 0) - step, weights.get(name, 0) + step):
                if not 0 <= after <= 100:
                    continue
                changed = {**weights, name: after}
                if not any(changed.values()):
                    continue
                other = order(scale, changed)[:top]
                if set(other) != set(lead):
                    leaves = tuple(topic for topic in lead if topic not in other)
                    enters = tuple(topic for topic in other if topic not in lead)
                    return Flip(name, weights.get(name, 0), after, leaves, enters)
    return None


# Other ways to rank ---------------------------------------------------------------------------------------


def other_methods(scale: Scale, weights: Mapping[str, float]) -> dict[str, tuple[str, ...]]:
    """The order of topics by other rules: each criterion alone, all alike, and the sum of their ranks.

    A topic without a value on a criterion comes last when that criterion stands alone.
    """
    found = {"weighted": order(scale, weights), "alike": order(scale, dict.fromkeys(scale.criteria, 1.0))}
    placed = []
    for name in scale.criteria:
        column = scale.column(name)
        if not np.isnan(column).all():
            found[name] = _by(scale.topics, np.nan_to_num(column, nan=-1.0))
            placed.append(np.where(np.isnan(column), np.nan, ranks(np.nan_to_num(column, nan=-1.0))))
    if placed:
        counted = np.sum([~np.isnan(one) for one in placed], axis=0)
        summed = np.nansum(placed, axis=0)
        mean = np.divide(summed, counted, out=np.full(len(scale.topics), np.inf), where=counted > 0)
        found["rank-sum"] = _by(scale.topics, -mean)
    return found


def _by(topics: Sequence[str], scores: Floats) -> tuple[str, ...]:
    return tuple(topics[n] for n in np.argsort(-scores, kind="stable"))

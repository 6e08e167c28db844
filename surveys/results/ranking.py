"""Orders of importance, and how sure they are: pick-then-one, true rankings, bootstrap over respondents.

An order never stands alone: each place has an interval, the probability of being among the top three, and the
run of neighbours, of which none can be told from the next, that it belongs to.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, TypeAlias

from surveys import arrays as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


Floats: TypeAlias = "NDArray[np.float64]"
DRAWS = 1_000
_HELD = 1_000_000
"""How many drawn numbers of ballots are in memory at once."""
SEED = 20_261_130
"""The same answers always give the same intervals."""


@dataclass(frozen=True)
class Place:
    """One item's place. ``rank`` 1 is first; equal scores share a rank; ``tied``: the number of its band."""

    key: str
    score: float
    rank: int
    low: int
    high: int
    top_three: float
    tied: int


def ranks(scores: Floats) -> NDArray[np.intp]:
    """Rank of each score along the last axis, 1 the highest; equal scores share the better rank."""
    return np.asarray(1 + (scores[..., None, :] > scores[..., :, None]).sum(axis=-1), dtype=np.intp)


def order_of(
    keys: Sequence[str],
    scores: Floats,
    drawn: Floats,
) -> tuple[Place, ...]:
    """Places, best first, from the scores and the scores of every bootstrap draw (draws by items).

    Rank intervals hold the middle 95 per cent of the draws. Two neighbours are told apart only if the better
    one is ahead in 95 per cent of the draws; a run of which none is told from the next makes a band. The
    ends of a long band may differ: nothing is said about topics that are not neighbours.
    """
    if not len(keys):
        return ()
    own = ranks(scores)
    seen = ranks(drawn) if len(drawn) else own[None, :]
    low = np.quantile(seen, 0.025, axis=0, method="inverted_cdf").astype(int)
    high = np.quantile(seen, 0.975, axis=0, method="inverted_cdf").astype(int)
    top = (seen <= 3).mean(axis=0)
    order = sorted(range(len(keys)), key=lambda n: (-scores[n], n))
    found: list[Place] = []
    band = 0
    for step, n in enumerate(order):
        if step == 0 or (len(drawn) and (drawn[:, order[step - 1]] > drawn[:, n]).mean() >= 0.95):
            band += 1
        found.append(
            Place(
                keys[n], float(scores[n]), int(own[n]), min(int(low[n]), int(own[n])),
                max(int(high[n]), int(own[n])), float(top[n]), band,
            )
        )  # fmt: skip
    return tuple(found)


def as_json(places: Sequence[Place], grain: int = 1) -> list[dict[str, Any]]:
    """Plain JSON, with the first and last place of the band. ``grain``: ``top_three`` to so many in 100."""
    found: list[dict[str, Any]] = []
    for _, band in groupby(places, key=lambda place: place.tied):
        members = list(band)
        first, last = len(found) + 1, len(found) + len(members)
        found += [
            {
                "key": one.key, "rank": one.rank, "first": first, "last": last, "low": one.low,
                "high": one.high, "top_three": grain * round(100 * one.top_three / grain),
            }
            for one in members
        ]  # fmt: skip
    return found


def shares_drawn(counts: NDArray[np.int64], base: int, *, draws: int = DRAWS, seed: int = SEED) -> Floats:
    """Bootstrap over respondents when each gives one answer at most: draws by items, as shares of the base.

    Drawing respondents anew is then drawing the counts from a multinomial. No base gives no draws.
    """
    if base <= 0 or not len(counts):
        return np.zeros((0, len(counts)))
    random = np.random.default_rng(seed)
    cells = np.append(counts, max(0, base - int(counts.sum()))) / max(base, int(counts.sum()))
    drawn: Floats = random.multinomial(base, cells / cells.sum(), size=draws)[:, :-1] / base
    return drawn


def apart_drawn(counts: NDArray[np.int64], base: int, *, draws: int = DRAWS, seed: int = SEED) -> Floats:
    """The same when people choose several and only the counts are known: each item drawn by itself.

    Which items were chosen together is not in a released table. Where people may choose only a few, one item
    crowds out another: of pick-up-to-five the difference of two neighbours varies 0.95 to 1.07 times as much
    as drawn here, so most ranges are a little narrow.
    """
    chance = np.minimum(np.asarray(counts) / base, 1.0)
    random = np.random.default_rng(seed)
    drawn: Floats = random.binomial(base, chance, size=(draws, len(chance))) / base
    return drawn


Reweigh = Callable[[Floats], Floats]
"""From how many people were drawn in each cell to a weight for each cell."""


def weighted_shares_drawn(
    answers: NDArray[np.int64],
    answered: NDArray[np.int64],
    others: NDArray[np.int64],
    reweigh: Reweigh,
    *,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Floats:
    """The same by cell, raking again in every draw. ``answers``: cells by items, one answer a person at most;
    ``answered``: who answered at all; ``others``: people of the cell who did not."""
    rest = np.maximum(answered - answers.sum(axis=1), 0)
    table = np.column_stack([answers, rest, others])
    cells, items = answers.shape
    number = int(table.sum())
    if not number or not answered.sum():
        return np.zeros((0, items))
    cell, answer = np.nonzero(table)  # few of them: drawing all would cost ten times as much
    chance = table[cell, answer] / number
    random = np.random.default_rng(seed)
    found = np.empty((draws, items))
    for draw in range(draws):
        seen = random.multinomial(number, chance).astype(np.float64)
        weights = reweigh(np.asarray(np.bincount(cell, weights=seen, minlength=cells), dtype=np.float64))
        weighed = np.bincount(answer, weights=weights[cell] * seen, minlength=items + 2)
        total = float(weighed[:-1].sum())
        found[draw] = weighed[:items] / total if total else 0.0
    return found


def choices_drawn(
    chosen: NDArray[np.uint8], many: NDArray[np.int64], *, draws: int = DRAWS, seed: int = SEED
) -> Floats:
    """The same when people choose several: one row of 0 and 1 a pattern, ``many`` people with each."""
    number = int(many.sum())
    if not number:
        return np.zeros((0, chosen.shape[1]))
    random = np.random.default_rng(seed)
    drawn: Floats = random.multinomial(number, many / number, size=draws) @ chosen.astype(np.float64) / number
    return drawn


# True rankings --------------------------------------------------------------------------------------------

Ballot = tuple[int, ...]
"""Items in order of preference; those left out lie below all that are ranked."""


def borda(ballots: Sequence[Ballot], many: Floats, items: int, top: int) -> Floats:
    """The mean score of each item: ``top`` for a first place, one fewer for each place after it, 0 unranked.

    Points hang on the place, never on how many a person ranked. All 0 when nobody ranked anything.
    """
    scores, whole = np.zeros(items), float(np.sum(many))
    for ballot, number in zip(ballots, many, strict=True):
        for place, item in enumerate(ballot[:top]):
            scores[item] += float(number) * (top - place)
    return scores / whole if whole > 0 else scores


def share_in_top(ballots: Sequence[Ballot], many: Floats, items: int, top: int) -> Floats:
    """The share of ballots with each item among their first ``top`` places."""
    found, whole = np.zeros(items), float(np.sum(many))
    for ballot, number in zip(ballots, many, strict=True):
        for item in set(ballot[:top]):
            found[item] += float(number)
    return found / whole if whole > 0 else found


def borda_drawn(
    ballots: Sequence[Ballot], many: NDArray[np.int64], items: int, top: int, *, draws: int = DRAWS,
    seed: int = SEED,
) -> Floats:  # fmt: skip
    """Bootstrap of :func:`borda` over respondents: draws by items."""
    number = int(many.sum())
    if not number:
        return np.zeros((0, items))
    points = np.zeros((len(ballots), items))
    for row, ballot in enumerate(ballots):
        points[row, list(ballot[:top])] = top - np.arange(len(ballot[:top]))
    random = np.random.default_rng(seed)
    at_once = max(1, _HELD // len(ballots))
    parts = [
        random.multinomial(number, many / number, size=min(at_once, draws - first)) @ points / number
        for first in range(0, draws, at_once)
    ]
    return np.concatenate(parts)


def plackett_luce(
    ballots: Sequence[Ballot],
    many: Floats,
    items: int,
    *,
    prior: float = 0.5,
    tolerance: float = 1e-12,
    rounds: int = 20_000,
) -> Floats:
    """Log worth of each item (mean 0) under the Plackett-Luce model, by Hunter's MM algorithm (2004).

    Each place is a choice among all items not placed yet. ``prior``: every item wins and loses this often
    against one imaginary item, so that one nobody ranked has a finite worth; 0 is plain maximum likelihood.
    """
    stages: dict[tuple[int, frozenset[int]], float] = {}
    for ballot, number in zip(ballots, many, strict=True):
        left = frozenset(range(items))
        for item in ballot:
            if len(left) > 1:
                stages[item, left] = stages.get((item, left), 0.0) + float(number)
            left -= {item}
    return choices_worth(stages, items, prior=prior, tolerance=tolerance, rounds=rounds)


def choices_worth(
    stages: dict[tuple[int, frozenset[int]], float],
    items: int,
    *,
    prior: float = 0.0,
    tolerance: float = 1e-12,
    rounds: int = 20_000,
) -> Floats:
    """Log worth from single choices: (chosen item, set it was chosen from) to how often. See above."""
    wins = np.full(items, prior)
    sets: dict[frozenset[int], float] = {}
    for (item, offered), number in stages.items():
        wins[item] += number
        sets[offered] = sets.get(offered, 0.0) + number
    inside = np.zeros((len(sets), items))
    for line, offered in enumerate(sets):
        inside[line, sorted(offered)] = 1.0
    often = np.array(list(sets.values()))
    if not wins.any():
        return np.zeros(items)
    worth = np.ones(items)
    for _ in range(rounds):
        below = inside.T @ (often / (inside @ worth)) if len(often) else np.zeros(items)
        below = below + 2 * prior / (worth + 1.0)
        better = np.divide(wins, below, out=worth.copy(), where=below > 0)
        if not prior:
            better = better / np.exp(np.log(np.maximum(better, 1e-300)).mean())
        moved = float(np.abs(better - worth).max() / worth.max())
        worth = better
        if moved < tolerance:
            break
    logs = np.log(np.maximum(worth, 1e-300))
    return np.asarray(logs - logs.mean(), dtype=np.float64)

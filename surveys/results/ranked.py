"""True rankings in a release: Borda's order of topics, how sure it is, Plackett and Luce as a check.

The order is of points: ``top`` for a first place, one fewer for each place after it, none for the unranked.
The share that put a topic among the first five is a table of its own. What may be published of the order:

* Rank counts place by place would mostly be small and hidden, and no order follows from hidden counts. So
  each topic's points are divided by ``top``, which makes them a count of first places: a person adds 0 to 1
  to it, as to any count. Like any count it is rounded to 5, and the place follows from the rounded figure
  alone, so the order tells nothing that the figure does not. A topic whose own count is hidden has no place.
* Points bound the counts they are made of. With those bounds every published count must keep all the values
  that its rounding leaves it, and every hidden one at least ``Policy.choices``; else the topic has no place.
* How sure a place is depends on how people ordered the topics together, which no table shows. Drawing people
  anew lets the mean points vary together like a normal distribution with the people's own covariance. So
  only sums of products are kept, in the private frozen copy, never anybody's order, and a correction needs
  no rows. The draws lie around the published figures, come from products rounded to 5 too, and always use
  the same random numbers: one person more or less moves every draw by next to nothing, where drawing the
  people themselves would change all the figures and so tell two guesses of one person's answer apart. The
  chance of the first three is told to the nearest 5 in 100.
* The check says one thing: whether the other model gives the same order, one within the ranges, or not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from surveys import arrays as np
from surveys.questionnaire.model import Questionnaire
from surveys.results import ranking, scan
from surveys.results.comparison import SMALLEST_BASE
from surveys.results.deduction import PLENTY, Range, Sum, narrowed
from surveys.results.layout import Layout
from surveys.results.rounding import Policy, percent
from surveys.results.tables import FIRST_CHOICE, FIRST_FIVE, FIVE, answer_keys

if TYPE_CHECKING:
    from numpy.typing import NDArray

Table = Mapping[str, Any]
GRAIN = 5
"""To the nearest so many in 100 the chance of the first three is told."""


@dataclass(frozen=True)
class Tally:
    """The exact sums of one ranking over people, kept in private; ``points`` of the answers in ``keys``.

    ``products``: of the points of each two answers. ``worth``: the answers in Plackett and Luce's order.
    """

    people: int
    top: int
    keys: tuple[str, ...]
    points: tuple[int, ...]
    products: tuple[tuple[int, ...], ...]
    worth: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Tally:
        pairs = tuple(tuple(line) for line in kept["products"])
        lists = {name: tuple(kept[name]) for name in ("keys", "points", "worth")}
        return cls(people=kept["people"], top=kept["top"], products=pairs, **lists)


def tally(layout: Layout, stored: Iterable[scan.Batch], question: str) -> Tally:
    """The sums of the responses in their rows."""
    document = layout.questionnaire
    asked: Any = document.question_by_id[question]
    keys = answer_keys(document, asked)
    ballots, many = scan.ballots(layout, stored, question)
    points = np.zeros((len(ballots), len(keys)), dtype=np.int64)
    for line, ballot in enumerate(ballots):
        for place, item in enumerate(ballot[: asked.top]):
            points[line, item] = asked.top - place
    worth = ranking.plackett_luce(ballots, many.astype(np.float64), len(keys))
    products = points.T @ (points * many[:, None])
    return Tally(
        people=int(many.sum()),
        top=asked.top,
        keys=keys,
        points=tuple((many @ points).tolist()) if len(ballots) else (0,) * len(keys),
        products=tuple(tuple(line) for line in products.tolist()),
        worth=tuple(keys[n] for n in sorted(range(len(keys)), key=lambda n: (-worth[n], n))),
    )


def order(
    found: Tally, toplines: Mapping[str, Table], table: Table, document: Questionnaire
) -> dict[str, Any] | None:
    """The order of one released ranking; None under 30 people or for fewer than two topics.

    As the other orders of :mod:`surveys.results.alongside`, with ``top``, ``check`` ("same", "within" or
    "outside" the ranges), and by place ``score`` (points as first places, to 5) and ``points`` of 100.
    """
    group = table["groups"][0]
    base = group["answered"]
    if group["hidden"] or base is None or base < SMALLEST_BASE:
        return None
    asked: Any = document.question_by_id[table["question"]]
    rows = {row["key"]: row for row in group["rows"]}
    named = [o.key for o in asked.options if o.meaning in ("answer", "elsewhere") and not o.write_in]
    topics = [key for key in named if key in found.keys and key in rows]
    scores = {key: score(found.points[found.keys.index(key)], found.top) for key in topics}
    counted = {key: scores[key] for key in topics if rows[key]["count"] is not None}
    telling = _telling(found.top, toplines, table, counted)
    why = {key: _why(rows[key], telling) for key in topics}
    shown = [key for key in topics if why[key] is None]
    if len(shown) < 2:
        return None
    means = np.array([scores[key] for key in shown], dtype=np.float64) / base
    drawn = _drawn(found, shown, means, base)
    places = ranking.order_of(shown, means, drawn)
    return {
        "draws": ranking.DRAWS,
        "top": found.top,
        "check": _check(places, [key for key in found.worth if key in shown]),
        "places": [
            {**place, "score": scores[place["key"]], "points": percent(scores[place["key"]], base, Policy())}
            for place in ranking.as_json(places, GRAIN)
        ],
        "left": [{"key": key, "why": why[key]} for key in topics if why[key] is not None],
    }


def score(points: int, top: int) -> int:
    """Points as first places, rounded to 5, halves up."""
    step = Policy().round_to
    return step * ((2 * points + step * top) // (2 * step * top))


def _why(row: Mapping[str, Any], telling: frozenset[str]) -> str | None:
    if row["count"] is None:
        return row["hidden"] or "few"
    return "protect" if row["key"] in telling else None


def _check(places: Sequence[ranking.Place], worth: Sequence[str]) -> str:
    by_key = {place.key: place for place in places}
    scores = [by_key[key].score for key in worth]
    if scores == sorted(scores, reverse=True):
        return "same"
    inside = all(by_key[key].low <= at <= by_key[key].high for at, key in enumerate(worth, start=1))
    return "within" if inside else "outside"


def _drawn(found: Tally, shown: Sequence[str], means: NDArray[np.float64], base: int) -> ranking.Floats:
    """Draws around the published figures: as drawing people anew, and as their rounding, would move them."""
    step = Policy().round_to
    at = [found.keys.index(key) for key in shown]
    exact = np.array(found.products, dtype=np.float64)[np.ix_(at, at)] / found.top**2
    products = step * np.floor(exact / step + 0.5)
    spread = (products / base - np.outer(means, means)) / base
    spread += np.eye(len(at)) * step**2 / 12 / base**2
    values, vectors = np.linalg.eigh(spread)
    root = vectors @ np.diag(np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    random = np.random.default_rng(ranking.SEED)
    drawn: ranking.Floats = means + random.standard_normal((ranking.DRAWS, len(at))) @ root
    return drawn


# What points would tell -----------------------------------------------------------------------------------


def _telling(
    top: int, toplines: Mapping[str, Table], table: Table, scores: Mapping[str, int]
) -> frozenset[str]:
    """The topics whose points would narrow a count too far, alone or together with the others' points."""
    known_parts = ((name, toplines.get(f"{table['key']}.{name}")) for name in (FIRST_CHOICE, FIRST_FIVE))
    parts = {name: part for name, part in known_parts if part is not None}
    if any(part["groups"][0]["hidden"] for part in parts.values()):
        return frozenset(scores)
    known = {("all", row["key"]): _range(row) for row in table["groups"][0]["rows"]}
    sums = []
    for name, part in parts.items():
        for row in part["groups"][0]["rows"]:
            known[name, row["key"]] = _range(row)
            sums.append(Sum(("all", row["key"]), ((name, row["key"]),), exact=False))
    if FIRST_CHOICE in parts:
        base = table["groups"][0]["answered"]
        known["answered", ""] = (base - 2, base + 2)
        firsts = tuple((FIRST_CHOICE, row["key"]) for row in parts[FIRST_CHOICE]["groups"][0]["rows"])
        sums.append(Sum(("answered", ""), firsts))
    before = narrowed(known, sums)
    gone: set[str] = set()
    while True:
        bounds = dict(before)
        for key, figure in scores.items():
            if key not in gone:
                _bound(bounds, key, figure, top)
        after = narrowed(bounds, sums)
        found = {str(cell[1]) for cell, was in before.items() if _too_narrow(was, after[cell])} & (
            set(scores) - gone
        )
        if not found:
            exposed = any(_too_narrow(was, after[cell]) for cell, was in before.items())
            return frozenset(scores) if exposed else frozenset(gone)
        gone |= found


def _range(row: Mapping[str, Any]) -> Range:
    policy = Policy()
    if row["count"] is None:
        return (policy.hidden_below, PLENTY) if row["hidden"] == "protect" else (0, policy.hidden_below - 1)
    half = policy.round_to // 2
    return (max(row["count"] - half, policy.hidden_below), row["count"] + half)


def _bound(ranges: dict[Any, Range], key: str, figure: int, top: int) -> None:
    """What a topic's rounded points say of how many ranked it, put it first, and among the first five.

    Every three such counts are tried: from the fewest to the most points that they can make, all can be.
    """
    half = Policy().round_to / 2
    low, high = int(np.ceil(top * (figure - half))), int(np.ceil(top * (figure + half))) - 1
    names = [name for name in ("all", FIRST_FIVE, FIRST_CHOICE) if (name, key) in ranges]
    most = ranges["all", key][1]
    grids = np.meshgrid(*(_values(ranges[name, key], most) for name in names), indexing="ij")
    counts = dict(zip(names, grids, strict=True))
    ranked_at_all = counts["all"]
    first = counts.get(FIRST_CHOICE)
    five = counts.get(FIRST_FIVE, ranked_at_all)
    fits = (five <= ranked_at_all) if first is None else (first <= five) & (five <= ranked_at_all)
    # a place after the first gives top - 1 at most; the last of the five top - 4; one after them top - 5
    leading = np.zeros_like(ranked_at_all) if first is None else first
    last = max(1, top - len(FIVE) + 1)
    best = top if first is None else top - 1
    fewest = top * leading + (five - leading) * last + (ranked_at_all - five)
    greatest = top * leading + (five - leading) * best + (ranked_at_all - five) * max(top - len(FIVE), 0)
    fits &= (fewest <= high) & (greatest >= low)
    for name, grid in counts.items():
        if fits.any():
            ranges[name, key] = (int(grid[fits].min()), int(grid[fits].max()))


def _values(known: Range, most: int) -> NDArray[np.int64]:
    return np.arange(known[0], min(known[1], most) + 1)


def _too_narrow(was: Range, now: Range) -> bool:
    policy = Policy()
    if now == was:
        return False
    hidden = was[1] < policy.hidden_below
    return not (hidden and now[1] - now[0] + 1 >= policy.choices)

"""Themes a machine would suggest, from how people coded: TF-IDF and nearest centroids, NMF for what is new.

Nothing here decides anything. What it finds is kept apart from what people coded, with who accepted or turned
down each suggestion, and its quality is measured on comments people coded that it did not learn from.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from surveys import arrays as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


Floats: TypeAlias = "NDArray[np.float64]"
TERMS = 1_500
RAREST = 2
"""A word of fewer comments teaches nothing."""
FOLDS = 5
LEAST = 30
"""Coded comments below which nothing is suggested."""
_WORD = re.compile(r"[^\W\d_]{3,}")
STOP = frozenset(
    "the and for are was were that this with have has had not but you your our they them their there from "
    "more would should could been being than then when what which who about into over also all any can get "
    "gets out too very just like make makes need needs please".split()
)


@dataclass(frozen=True)
class Quality:
    """Measured on held-out comments. ``precision``: of what was suggested, how much people had coded;
    ``recall``: of what they had coded, how much was suggested; None where there is nothing to divide by."""

    coded: int
    suggested: int
    right: int
    precision: float | None
    recall: float | None


@dataclass(frozen=True)
class Topic:
    """A run of words that go together: an idea for a theme, for a person to name or leave."""

    words: tuple[str, ...]
    comments: int
    examples: tuple[int, ...]


def words(text: str) -> list[str]:
    """The words of a comment that may carry meaning, in small letters, plurals and the singular together."""
    found = []
    for word in _WORD.findall(text.casefold()):
        if word not in STOP:
            found.append(
                word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 4 else word
            )
    return found


@dataclass(frozen=True)
class Vectors:
    """Comments as unit vectors of TF-IDF weights: comments by terms."""

    terms: tuple[str, ...]
    matrix: Floats


def vectors(texts: Sequence[str]) -> Vectors:
    """TF-IDF with smoothed inverse document frequencies, the most frequent terms only."""
    counted = [Counter(words(text)) for text in texts]
    seen = Counter(term for one in counted for term in one)
    terms = tuple(
        term for term, number in sorted(seen.items(), key=lambda x: (-x[1], x[0])) if number >= RAREST
    )[:TERMS]
    place = {term: n for n, term in enumerate(terms)}
    matrix = np.zeros((len(texts), len(terms)))
    for line, one in enumerate(counted):
        for term, number in one.items():
            if term in place:
                matrix[line, place[term]] = 1 + math.log(number)
    if len(terms):
        matrix *= np.array([math.log((1 + len(texts)) / (1 + seen[term])) + 1 for term in terms])
    length = np.linalg.norm(matrix, axis=1, keepdims=True)
    matrix = np.divide(matrix, length, out=np.zeros_like(matrix), where=length > 0)
    return Vectors(terms, matrix)


def suggest(
    texts: Sequence[str], coded: Mapping[int, frozenset[str]]
) -> tuple[dict[int, dict[str, float]], dict[str, Quality]]:
    """For every comment nobody coded (its place in ``texts``) the themes it resembles, how much (0 to 1).

    ``coded``: themes by place; an empty set is a comment in which a person found none. Also the measured
    quality of each theme. Nothing is suggested from fewer than :data:`LEAST` coded comments.
    """
    themes = sorted({theme for found in coded.values() for theme in found})
    if len(coded) < LEAST or not themes:
        return {}, {}
    matrix, places = vectors(texts).matrix, sorted(coded)
    truth = np.array([[theme in coded[place] for theme in themes] for place in places])
    scores = np.zeros(truth.shape)
    for fold in range(FOLDS):
        held = np.arange(len(places)) % FOLDS == fold
        learned = _centroids(matrix[places][~held], truth[~held])
        scores[held] = matrix[places][held] @ learned.T
    chosen = np.zeros(truth.shape, dtype=bool)
    for fold in range(FOLDS):  # a limit is not tried on the comments it was chosen by
        held = np.arange(len(places)) % FOLDS == fold
        for n in range(len(themes)):
            chosen[held, n] = scores[held, n] >= _limit(scores[~held, n], truth[~held, n])
    quality = {theme: _quality(chosen[:, n], truth[:, n]) for n, theme in enumerate(themes)}
    limits = [_limit(scores[:, n], truth[:, n]) for n in range(len(themes))]
    others = [place for place in range(len(texts)) if place not in coded]
    found = matrix[others] @ _centroids(matrix[places], truth).T if others else np.zeros((0, len(themes)))
    suggested: dict[int, dict[str, float]] = {}
    for line, place in enumerate(others):
        good = {t: float(found[line, n]) for n, t in enumerate(themes) if found[line, n] >= limits[n]}
        if good:
            suggested[place] = good
    return suggested, quality


def _centroids(matrix: Floats, truth: NDArray[np.bool_]) -> Floats:
    """One unit vector a theme: the mean of its comments less the mean of the rest, where it is positive."""
    inside = truth.T.astype(np.float64)
    number = inside.sum(axis=1, keepdims=True)
    mine = np.divide(
        inside @ matrix, number, out=np.zeros((truth.shape[1], matrix.shape[1])), where=number > 0
    )
    rest = (1 - inside) @ matrix / np.maximum((1 - inside).sum(axis=1, keepdims=True), 1)
    apart = np.maximum(mine - rest, 0.0)
    length = np.linalg.norm(apart, axis=1, keepdims=True)
    found: Floats = np.divide(apart, length, out=np.zeros_like(apart), where=length > 0)
    return found


def _limit(scores: Floats, truth: NDArray[np.bool_]) -> float:
    """The score from which suggesting does best by F1; above everything when nothing helps."""
    best, limit = 0.0, 2.0
    for one in np.unique(scores[truth & (scores > 0)]):
        chosen = scores >= one
        right = int((chosen & truth).sum())
        f1 = 2 * right / (int(chosen.sum()) + int(truth.sum()))
        if f1 > best:
            best, limit = f1, float(one)
    return limit


def _quality(chosen: NDArray[np.bool_], truth: NDArray[np.bool_]) -> Quality:
    right, suggested, coded = int((chosen & truth).sum()), int(chosen.sum()), int(truth.sum())
    return Quality(
        coded,
        suggested,
        right,
        right / suggested if suggested else None,
        right / coded if coded else None,
    )


def topics(texts: Sequence[str], number: int = 8, *, rounds: int = 200) -> tuple[Topic, ...]:
    """Words that go together, by non-negative factorisation (Lee and Seung 2001), started from the SVD.

    The same comments always give the same topics. Fewer than ten comments, or no common words, give none.
    """
    made = vectors(texts)
    if len(texts) < 10 or not made.terms:
        return ()
    matrix = made.matrix
    number = min(number, *matrix.shape)
    left, values, right = np.linalg.svd(matrix, full_matrices=False)
    weight = np.abs(left[:, :number] * np.sqrt(values[:number])) + 1e-4
    basis = np.abs(np.sqrt(values[:number])[:, None] * right[:number]) + 1e-4
    for _ in range(rounds):
        basis *= (weight.T @ matrix) / np.maximum(weight.T @ weight @ basis, 1e-12)
        weight *= (matrix @ basis.T) / np.maximum(weight @ (basis @ basis.T), 1e-12)
    strength = weight * np.linalg.norm(basis, axis=1)
    belongs = np.where(strength.max(axis=1) > 0, strength.argmax(axis=1), -1)
    found = []
    for topic in range(number):
        mine = np.flatnonzero(belongs == topic)
        best = [made.terms[n] for n in np.argsort(-basis[topic])[:6] if basis[topic, n] > 1e-6]
        order = mine[np.argsort(-strength[mine, topic])]
        if len(mine):
            found.append(Topic(tuple(best), len(mine), tuple(int(n) for n in order[:3])))
    return tuple(sorted(found, key=lambda t: (-t.comments, t.words)))

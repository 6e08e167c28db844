"""Which texts are nearly the same: word pairs, MinHash to find candidates, exact likeness to decide. Pure."""

from __future__ import annotations

import functools
import itertools
import re
import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from surveys import arrays as np
from surveys.moderation.seeing import seen

if TYPE_CHECKING:
    from numpy.typing import NDArray

FEWEST_WORDS = 8
"""Shorter texts ("More police please") are alike without anybody having copied them."""
ALIKE = 0.5
"""Word pairs in common, of all the pairs of two texts. A letter with one sentence changed stays above."""
BANDS, ROWS = 20, 4
_PRIME = (1 << 61) - 1
WORD = re.compile(r"\w+")
Pairs = frozenset[int]


def pairs_of(text: str) -> Pairs:
    """Its neighbouring words as numbers, letter case and punctuation apart; none for a short text."""
    words = WORD.findall(seen(text).casefold())
    if len(words) < FEWEST_WORDS:
        return frozenset()
    return frozenset(zlib.crc32(f"{one} {two}".encode()) for one, two in itertools.pairwise(words))


def likeness(one: Pairs, two: Pairs) -> float:
    """Jaccard: pairs in common, of all the pairs."""
    return len(one & two) / len(one | two) if one or two else 0.0


def group(texts: Iterable[tuple[str, str]]) -> list[list[str]]:
    """Keys of (key, text) in groups of nearly the same words, two or more, the largest group first."""
    known: dict[str, Pairs] = {}
    for key, text in texts:
        pairs = pairs_of(text)
        if pairs:
            known[key] = pairs
    leaders = _Joined(known)
    buckets: dict[tuple[int, bytes], list[str]] = defaultdict(list)
    for key, pairs in known.items():
        signature = _signature(pairs)
        for band in range(BANDS):
            bucket = buckets[band, signature[band * ROWS : (band + 1) * ROWS].tobytes()]
            if all(leaders.of(each) == leaders.of(key) for each in bucket):
                if not bucket:
                    bucket.append(key)
                continue
            alike = [each for each in bucket if likeness(known[each], pairs) >= ALIKE]
            for each in alike:
                leaders.join(each, key)
            if not alike and len(bucket) < 20:
                bucket.append(key)  # a few of a bucket stand for it: ten thousand copies stay cheap
    groups: dict[str, list[str]] = defaultdict(list)
    for key in known:
        groups[leaders.of(key)].append(key)
    return sorted((g for g in groups.values() if len(g) > 1), key=lambda g: (-len(g), g[0]))


@functools.cache
def _drawn() -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """The same numbers every time; drawn on first use, because most workers group nothing."""
    chance, size = np.random.default_rng(20261110), BANDS * ROWS
    return chance.integers(1, 1 << 31, size, np.uint64), chance.integers(0, 1 << 31, size, np.uint64)


def _signature(pairs: Pairs) -> NDArray[np.uint64]:
    factors, added = _drawn()
    numbers = np.fromiter(pairs, dtype=np.uint64, count=len(pairs))
    mixed = (numbers[:, None] * factors + added) % np.uint64(_PRIME)
    least: NDArray[np.uint64] = mixed.min(axis=0)
    return least


class _Joined:
    """Who belongs together, found by following leaders."""

    def __init__(self, keys: Mapping[str, object]) -> None:
        self._leader = {key: key for key in keys}

    def of(self, key: str) -> str:
        while self._leader[key] != key:
            self._leader[key] = self._leader[self._leader[key]]
            key = self._leader[key]
        return key

    def join(self, one: str, two: str) -> None:
        self._leader[self.of(two)] = self.of(one)

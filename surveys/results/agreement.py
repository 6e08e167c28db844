"""How far two people who coded the same comments agree, beyond what chance would give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Agreement:
    """Of ``number`` comments coded twice. ``kappa`` None: chance alone would make them agree on everything.

    ``both``, ``first``, ``second``: how many had the theme for both, only the first, only the second coder.
    """

    number: int
    both: int
    first: int
    second: int
    same: float | None
    kappa: float | None


def cohen(pairs: Sequence[tuple[bool, bool]]) -> Agreement:
    """Cohen's kappa (1960), Educational and Psychological Measurement 20, 37-46, for one theme."""
    number = len(pairs)
    both = sum(a and b for a, b in pairs)
    first, second = sum(a and not b for a, b in pairs), sum(b and not a for a, b in pairs)
    if not number:
        return Agreement(0, 0, 0, 0, None, None)
    same = (number - first - second) / number
    a, b = (both + first) / number, (both + second) / number
    chance = a * b + (1 - a) * (1 - b)
    kappa = (same - chance) / (1 - chance) if chance < 1 else None
    return Agreement(number, both, first, second, same, kappa)

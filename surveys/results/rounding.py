"""The numbers behind the disclosure rules, and the two ways a figure may be made from an exact one."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Policy:
    """The numbers behind the rules; a release records the ones it used."""

    hidden_below: int = 10
    round_to: int = 5
    percent_base: int = 30
    special_base: int = 20
    choices: int = 4

    def as_json(self) -> dict[str, int]:
        return asdict(self)


def rounded(count: int, policy: Policy) -> int | None:
    """The count as it may be shown; None when it is too small to show."""
    if count < policy.hidden_below:
        return None
    return policy.round_to * ((2 * count + policy.round_to) // (2 * policy.round_to))


def percent(count: int | None, base: int | None, policy: Policy) -> int | None:
    """A whole percentage of two shown figures, halves up; None when either is hidden or the base is small."""
    if count is None or base is None or base < policy.percent_base:
        return None
    return (200 * count + base) // (2 * base)


def needed(special: bool, policy: Policy) -> int:
    return policy.special_base if special else policy.hidden_below

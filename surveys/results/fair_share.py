"""When a group of people has been heard too little, or more than its share: the one rule for every page.

Both shares are whole per cent as shown, of the people in the groups that both we and the census count.
"""

from __future__ import annotations

FAR = 5
"""Points: so far from its share a group is always named, however large it is."""
APART, FIFTH = 2, 5
"""A small group is named already at two points, if that is more than a fifth of its share."""


def too_little(here: int, there: int) -> bool:
    """Whether a group's share of those who answered lies far under its share of those who live here."""
    return _far(there - here, there)


def more_than_its_share(here: int, there: int) -> bool:
    """Whether it lies far over it."""
    return _far(here - there, there)


def _far(points: int, there: int) -> bool:
    return points >= FAR or (points >= APART and FIFTH * points > there)

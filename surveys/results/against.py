"""Each group of a released table against everybody outside it: a difference is claimed only if it is tested.

For every net broken down by a dimension. Worked out from the rounded, published counts and nothing else, so
no figure here tells more than the table: the rest is the whole less the group, and a reader can work it out
again. The groups of one table are corrected together (Holm); under 30 people on either side nothing is
compared. "Not given" is no group: its people are part of the rest.

Rounding to 5 adds chance of its own, a quarter more variance in a group of 35. So each share counts as that
of the fewer people who would vary as much (:func:`worth`); without that, 14 wards that do not differ had one
named in 9 tables of 100, not in 5.

``{groups: [{key, share, rest, points, low, high, chance, differs}], left: [{key, why}]}``: whole per cent and
points; ``chance``: the corrected p value, to three places; ``why``: why the table hides the figure, or
"base-small".
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from surveys.results.comparison import SMALLEST_BASE, Compared, Share, compare, corrected, rest_of
from surveys.results.disclosure import ReleasedGroup, ReleasedTable
from surveys.results.layout import NOT_GIVEN
from surveys.results.rounding import Policy
from surveys.results.tables import ALL


def against(table: ReleasedTable) -> dict[str, Any] | None:
    """The groups of one table; None for a table that is no net by a dimension."""
    if table.by is None or table.net is None:
        return None
    whole = _share(table.group(ALL), table.net)
    left: list[dict[str, str]] = []
    pairs: list[tuple[str, Share, Share]] = []
    for group in table.groups:
        if group.key in (ALL, NOT_GIVEN):
            continue
        own = _share(group, table.net)
        rest = rest_of(whole, own) if whole is not None and own is not None else None
        if own is None or rest is None:
            left.append({"key": group.key, "why": _why(group, table.net) or "withheld"})
        elif min(own.people, rest.people) < SMALLEST_BASE:
            left.append({"key": group.key, "why": "base-small"})
        else:
            pairs.append((group.key, own, rest))
    made = corrected([compare(worth(own, 1), worth(rest, 2), smallest=0) for _, own, rest in pairs])
    return {"groups": [_told(key, one) for (key, _, _), one in zip(pairs, made, strict=True)], "left": left}


def _share(group: ReleasedGroup, net: str) -> Share | None:
    count = group.row(net).count
    if group.hidden or count is None or group.answered is None:
        return None
    return Share.of(min(count, group.answered), group.answered)


def worth(one: Share, roundings: int) -> Share:
    """The share on as many people as vary as much without rounding.

    ``roundings``: of how many rounded figures its count and its base are each made. One rounded to 5 is off
    by -2 to 2, all alike likely: a variance of 2; a share c / n then gains 2 (1 + p p) / n n.
    """
    spread = one.share * (1 - one.share)
    if spread <= 0:
        return one
    more = roundings * (Policy().round_to ** 2 - 1) / 12 * (1 + one.share**2) / one.people
    return replace(one, effective=one.people * spread / (spread + more))


def _why(group: ReleasedGroup, net: str) -> str | None:
    row = group.row(net)
    return group.hidden or row.hidden or ("few" if row.count is None else None)


def _told(key: str, one: Compared) -> dict[str, Any]:
    share, rest = whole_percent(one.first), whole_percent(one.second)
    points = share - rest
    return {
        "key": key,
        "share": share,
        "rest": rest,
        "points": points,
        "low": min(points, round(100 * one.interval.low)),
        "high": max(points, round(100 * one.interval.high)),
        "chance": round(one.adjusted, 3),
        "differs": one.differs and points != 0,
    }


def whole_percent(one: Share) -> int:
    """Halves up, as every percentage of a release."""
    people = round(one.share * one.people)
    return (200 * people + one.people) // (2 * one.people)

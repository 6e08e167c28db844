"""Figures of the analyst's desk as sentences. The partnership's working language; never "representative"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from portal.figure_words import in_figures
from surveys.results import fair_share
from surveys.results.comparison import Compared
from surveys.results.intervals import Interval
from surveys.results.ranking import Place
from surveys.results.weighting import Margin, Weighting

REFUSED = {
    "not-asked": "The other survey does not ask this question.",
    "identity": "The other survey asks something else here, so nothing is compared.",
    "wording": "The wording is not the same, so nothing is compared.",
    "kind": "The other survey takes another kind of answer, so nothing is compared.",
    "answers": "The answers to choose from are not the same, so nothing is compared.",
    "base-small": "Fewer than 30 people on one side, so nothing is compared.",
    "nothing-counted": "The other survey has no counted answers.",
}
_OFF = {
    "empty": "Nobody has answered yet.",
    "no-margins": "No census table fits the groups of this survey.",
    "margin-unmet": "The census shares cannot be met with weights of 0.3 to 3 times the mean.",
    "design-effect": "The weights would cost more than half of the information.",
}
_UNUSED = {
    "no-census": "there is no census table for it",
    "not-given": "nobody gave it",
    "one-category": "fewer than two groups have 10 people or more",
}


def share(value: float | None) -> str:
    """``42%``; "under 1%" and "over 99%" where rounding would claim none or all."""
    if value is None:
        return "no one answered"
    whole = round(value * 100)
    if whole == 0 and value > 0:
        return "under 1%"
    if whole == 100 and value < 1:
        return "over 99%"
    return f"{whole}%"


def between(interval: Interval) -> str:
    low, high = round(interval.low * 100), round(interval.high * 100)
    if high == 0:
        return "under 1%"
    return f"{low}%" if low == high else f"{low} to {high}%"


def points(interval: Interval) -> str:
    """An interval of a difference in percentage points, sign first."""
    return f"{_signed(interval.low)} to {_signed(interval.high)} points"


def _signed(value: float) -> str:
    whole = round(value * 100)
    return f"+{whole}" if whole > 0 else f"−{-whole}" if whole < 0 else "0"


def times(lift: float | None) -> str:
    if lift is None:
        return ""
    return f"{lift:.1f} times as often" if lift >= 1.05 else f"{lift:.2f} times as often"


def difference(group: str, answer: str, found: Compared, others: str = "everyone else") -> str:
    """One difference that chance does not explain, with its interval, in words."""
    more = "more" if found.difference > 0 else "less"
    text = (
        f"{group} chose “{answer}” {more} often than {others}: {share(found.first.share)} against "
        f"{share(found.second.share)}"
    )
    if found.lift is not None and found.second.share >= 0.01:
        text += f", {times(found.lift)}"
    return f"{text}. Difference {points(found.interval)} (indicative)."


def notable(
    compared: Mapping[tuple[str, str], Compared],
    groups: Mapping[str, str],
    answers: Mapping[str, str],
    *,
    most: int = 12,
) -> list[str]:
    """The differences worth a sentence, largest first."""
    found = [(key, one) for key, one in compared.items() if one.differs and key[0] in groups]
    found.sort(key=lambda pair: -abs(pair[1].difference))
    return [
        difference(groups[group], answers.get(answer, answer), one) for (group, answer), one in found[:most]
    ]


def weighting(found: Weighting, names: Mapping[str, str], *, exact: bool) -> list[str]:
    """Whether figures are weighted, to what, at what cost, or why not; ``exact`` for analysts only."""
    if found.on:
        used = [names.get(m.axis, m.axis).lower() for m in found.margins if m.used]
        worth = round(found.effective) if exact else round(found.effective, -1)
        effect = f"{found.effect:.2f}" if exact else f"{found.effect:.1f}"
        said = [
            f"Weighted to the census by {_listed(used)}. The weighted figures are worth those of about "
            f"{in_figures(int(worth))} people chosen purely by chance (design effect {effect}). "
            "Weights lie between 0.3 and 3 times the mean."
        ]
        if exact:
            said.append(
                f"{in_figures(found.people)} people answered; the weights of {in_figures(found.trimmed)} "
                "stand at a limit."
            )
        said.append("Weights repair the make-up of those who answered, not that people chose to answer.")
    else:
        reason = _OFF[found.reason or "empty"]
        if found.reason == "design-effect":
            reason += f" The design effect would be {found.effect:.1f}; the limit is 2."
        if found.reason == "margin-unmet" and found.facts:
            axis = str(found.facts["axis"])
            reason += f" The margin that stays furthest off is {names.get(axis, axis).lower()}."
        said = [f"Not weighted. {reason}"]
    said += [_margin(margin, names) for margin in found.margins if not margin.used or margin.missing]
    return said


def _margin(margin: Margin, names: Mapping[str, str]) -> str:
    name = names.get(margin.axis, margin.axis)
    if margin.reason:
        return f"{name} is not used: {_UNUSED[margin.reason]}."
    without = _listed([f"“{names.get(f'{margin.axis}.{key}', key)}”" for key in margin.missing])
    return (
        f"{name}: the census table has no group that fits {without}; "
        "these people keep their share of the answers."
    )


def missing(rows: Sequence[tuple[str, int | None, int | None]], name: str) -> list[str]:
    """Who answered less and more than their share. Rows: group, per cent here, per cent of the population.

    Which groups are named says :mod:`surveys.results.fair_share`.
    """
    low, high = [], []
    for group, here, there in rows:
        if here is None or not there:
            continue
        if fair_share.too_little(here, there):
            low.append(f"{group} ({here}% of those who said, {there}% of the population)")
        elif fair_share.more_than_its_share(here, there):
            high.append(f"{group} ({here}% against {there}%)")
    said = []
    if low:
        said.append(f"{name}: we heard too little from {_listed(low)}.")
    if high:
        said.append(f"{name}: we heard more than their share from {_listed(high)}.")
    return said


def place(one: Place, of: int) -> str:
    """A rank with its interval: "1st, between 1st and 2nd of 16"."""
    if one.low == one.high:
        return f"{ordinal(one.rank)}"
    return f"{ordinal(one.rank)}, between {ordinal(one.low)} and {ordinal(one.high)} of {of}"


def ordinal(number: int) -> str:
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _listed(items: Sequence[str]) -> str:
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def names_of(document: Any) -> dict[str, str]:
    """Dimension keys in words, and ``dimension.category`` likewise."""
    found = {}
    for dimension in document.dimensions:
        found[dimension.key] = document.say(dimension.text, document.source_locale)
        for category in dimension.categories:
            found[f"{dimension.key}.{category.key}"] = document.say(category.text, document.source_locale)
    return found

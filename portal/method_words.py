"""How a release was made and what it cannot say, in plain words made from what was done to it.

Every sentence is there because of something in the release's content; made with the release and kept in it,
in every language of the survey.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask_babel import force_locale, format_decimal, gettext, ngettext

from portal.figure_words import figure_words, in_figures
from portal.findings_words import answered_words
from portal.i18n import own_name
from portal.reading import label
from portal.rendering import day
from surveys.questionnaire.model import Questionnaire
from surveys.results.comparison import SMALLEST_BASE

Content = Mapping[str, Any]


def say(content: Content, document: Questionnaire, locale: str) -> dict[str, Any]:
    """The words of a release in one language, as it keeps them."""
    with force_locale(locale):
        return {"method": list(lines(content, document, locale))}


def method_of(content: Content, document: Questionnaire, locale: str) -> Sequence[str]:
    """The method as the release keeps it; made now for a release from before methods were kept."""
    words = content.get("words", {})
    kept = words.get(locale) or words.get(document.source_locale)
    return kept["method"] if kept else list(lines(content, document, locale))


def lines(content: Content, document: Questionnaire, locale: str) -> Iterator[str]:
    """Call inside a context of this language."""
    yield from _asked(content)
    yield gettext(
        "Anybody could answer. Nobody was picked at random, so the figures describe the people who answered "
        "and nobody else. They cannot say what everybody who lives here thinks."
    )
    yield gettext(
        "Each person counts once. Every question could be skipped; each table says how many answered it and "
        "how many saw it and skipped it."
    )
    yield from _left_out(content)
    yield from _questions(content)
    yield from weighting(content, document, locale)
    yield from _protection(content)
    yield from _comparisons(content)
    if any(table["kind"] in ("short-text", "long-text") for table in content["tables"]):
        yield gettext(
            "What people wrote is not shown until a person has read it and the writer allowed it. It always "
            "counts."
        )
    if content["kind"] == "correction":
        yield gettext(
            "These figures correct earlier ones, which stay readable. What is different: %(note)s",
            note=content["note"],
        )
    if content["demonstration"]:
        yield figure_words()["demonstration"] + "."


def _asked(content: Content) -> Iterator[str]:
    days = [content[name] for name in ("first_day", "last_day")]
    if all(days):
        first, last = (day(dt.date.fromisoformat(one)) for one in days)
        yield gettext("People could answer from %(first)s to %(last)s.", first=first, last=last)
    if content["kind"] == "interim":
        yield gettext(
            "These are results so far. A group shows new figures only when 25 people or more have joined it; "
            "else it shows its last ones."
        )
    yield answered_words(content["responses"]) + "."
    channels = {_channels()[key]: number for key, number in content["channels"].items()}
    if channels:
        yield gettext("How they answered: %(ways)s.", ways=_numbered(channels))
    languages = {own_name(key): number for key, number in content["languages"].items()}
    if len(languages) > 1:
        yield gettext("Languages they answered in: %(languages)s.", languages=_numbered(languages))


def _channels() -> Mapping[str, str]:
    names = {
        "web": gettext("online"),
        "paper": gettext("on paper"),
        "phone": gettext("by phone"),
        "face": gettext("face to face"),
        "sheet": gettext("on a sheet at an event"),
    }
    return _Named(names)


class _Named(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return key


def _numbered(found: Mapping[str, int | None]) -> str:
    few = figure_words()["few"]
    return "; ".join(f"{name} {few if n is None else in_figures(n)}" for name, n in found.items())


def _left_out(content: Content) -> Iterator[str]:
    if content.get("with_left_out"):
        yield gettext(
            "Some whole responses were left out under a published rule that two people agreed on. With them, "
            "%(people)s people answered.",
            people=in_figures(content["with_left_out"]),
        )
    if content.get("without_campaigns"):
        yield gettext(
            "Some people sent nearly the same words as others. They count like everybody else. Without them, "
            "%(people)s people answered.",
            people=in_figures(content["without_campaigns"]),
        )


def _questions(content: Content) -> Iterator[str]:
    kinds = {table["kind"] for table in content["tables"]}
    if "several" in kinds:
        yield (
            gettext(
                "Where several answers could be chosen, shares are of the people who answered and add up to "
                "more than 100%%."
            )
            % ()
        )
    if "one-of" in kinds:
        yield gettext("For the one that matters most, shares are of the people who chose any topics.")
    changed = sum(table["note"] == "wording.changed" for table in content["tables"] if table["by"] is None)
    if changed:
        yield ngettext(
            "The wording of %(num)d question changed while people were answering. Only answers to the newest "
            "words are counted in its table.",
            "The wording of %(num)d questions changed while people were answering. Only answers to the "
            "newest words are counted in their tables.",
            changed,
        )


# Weighting ------------------------------------------------------------------------------------------------


def weighting(content: Content, document: Questionnaire, locale: str) -> Iterator[str]:
    """Whether figures are weighted, to what and at what cost, or the reason why not."""
    found = content.get("weighting")
    if found is None or found["reason"] == "not-chosen":
        yield gettext("Figures are not weighted. Small differences may be chance.")
        return
    names = {d.key: label(document, d.text, locale).text for d in document.dimensions}
    if found["reason"] is not None:
        yield gettext("Figures are not weighted: %(reason)s", reason=_why_not(found, names))
        yield gettext("Small differences may be chance.")
        return
    used = ", ".join(names.get(m["axis"], m["axis"]) for m in found["margins"] if m["used"])
    yield gettext(
        "Beside each share of a question about views stands a weighted one. Groups that answered less than "
        "their share of the people who live here count for more in it, groups that answered more count for "
        "less. Weighted to the census by: %(groups)s.",
        groups=used,
    )
    yield gettext(
        "Weights lie between %(low)s and %(high)s times the mean. The weighted shares are worth those of "
        "about %(people)s people picked by chance (design effect %(effect)s).",
        low=format_decimal(found["lightest"]),
        high=format_decimal(found["heaviest"]),
        people=in_figures(found["effective"]),
        effect=format_decimal(found["effect"]),
    )
    yield gettext(
        "Weighting mends who answered by these groups, not that people chose to answer. Weighted shares are "
        "given for everybody only, and left out where they could give a hidden figure away. All other "
        "figures on this page, orders and comparisons too, are not weighted. Small differences may be chance."
    )
    yield from _margins(found, names)


def _why_not(found: Mapping[str, Any], names: Mapping[str, str]) -> str:
    axis = found["facts"].get("axis", "")
    words = {
        "interim": gettext("the results so far never are, because who has answered still changes."),
        "no-margins": gettext("no census table fits the groups of this survey."),
        "empty": gettext("nobody has answered."),
        "frozen": gettext("the exact figures behind the earlier results were kept without weights."),
        "margin-unmet": gettext(
            "the census shares cannot be met with weights of %(low)s to %(high)s times the mean. The group "
            "that stays furthest off: %(group)s.",
            low=format_decimal(found["lightest"]),
            high=format_decimal(found["heaviest"]),
            group=names.get(axis, axis),
        ),
        "design-effect": gettext(
            "weights would cost more than half of what the answers can tell (design effect %(effect)s; the "
            "limit is %(most)s).",
            effect=format_decimal(found["effect"] or 1),
            most=format_decimal(found["largest_effect"]),
        ),
        "effective-small": gettext("weighted, the answers would be worth those of fewer than 30 people."),
    }
    return str(words[found["reason"]])


def _margins(found: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[str]:
    unused = [names.get(m["axis"], m["axis"]) for m in found["margins"] if not m["used"]]
    if unused:
        yield gettext(
            "Not used for weighting, because the census has no table for it or too few people told us: "
            "%(groups)s.",
            groups=", ".join(unused),
        )
    yield gettext(
        "For weighting, groups with fewer than %(least)s people are joined to another group. People in "
        "groups the census does not have, and people who did not say, keep their share of the answers.",
        least=found["smallest"],
    )


# Protection and comparisons --------------------------------------------------------------------------------


def _protection(content: Content) -> Iterator[str]:
    policy = content["method"]
    yield gettext(
        "Numbers of people under %(least)s are shown as “fewer than 10”. All others are rounded to the "
        "nearest %(step)s, each by itself, so they may not add up. Percentages are worked out from the "
        "rounded numbers, in whole per cent, and only where at least %(base)s people answered.",
        least=policy["hidden_below"],
        step=policy["round_to"],
        base=policy["percent_base"],
    )
    rules = Counter(rule for _, rule, *_ in content["report"])
    small = rules["10-5"] + rules["special-20"]
    if small:
        yield ngettext(
            "%(number)s figure or group is hidden because too few people stand behind it.",
            "%(number)s figures or groups are hidden because too few people stand behind them.",
            small,
            number=in_figures(small),
        )
    told = rules["alike"] + rules["complement"] + rules["protect"] + rules["special-place"]
    if told:
        yield ngettext(
            "%(number)s more is hidden because nearly all of a group gave the same answer, or because it "
            "would give another figure away.",
            "%(number)s more are hidden because nearly all of a group gave the same answer, or because they "
            "would give another figure away.",
            told,
            number=in_figures(told),
        )
    if any("special-20" in table["rules"] for table in content["tables"]):
        yield gettext(
            "Answers about sensitive matters are shown only for groups of %(least)s people or more, and "
            "never by place.",
            least=policy["special_base"],
        )


def _comparisons(content: Content) -> Iterator[str]:
    orders = content.get("orders") or {}
    if orders:
        draws = max(one["draws"] for one in orders.values())
        yield gettext(
            "How sure the order of the topics is was found by drawing the answers anew %(draws)s times from "
            "the rounded numbers. Ranges hold the middle 95%% of the draws and are indicative.",
            draws=in_figures(draws),
        )
    if any(one["groups"] for one in (content.get("against") or {}).values()):
        yield gettext(
            "Each group was tested against all the other people who answered, from the rounded numbers and "
            "where at least %(least)s people stand on both sides. The groups of one table were corrected "
            "together (Holm), so that at most one in twenty such tables would name a group by chance alone.",
            least=SMALLEST_BASE,
        )
    since = content.get("since")
    if since and any(not one["reason"] for one in since["tables"].values()):
        yield gettext(
            "Changes since %(year)s compare two sets of published figures. Other people answered each time; "
            "nobody is followed from one year to the next. Of many differences, those called more than "
            "chance were corrected together (Holm).",
            year=since["first_day"][:4],
        )

"""Words for findings: what a release says about each table, as a plain sentence in the reader's language.

Always about the people who answered, never about everybody who lives here. Every number is one of the facts;
the leading one is in ``<strong>``. The codes and their facts are those of :mod:`surveys.results.findings`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask_babel import gettext, ngettext
from markupsafe import Markup, escape

from portal.figure_words import in_figures
from portal.i18n import SOURCE_LOCALE, locale_code
from portal.reading import Label, Reading
from portal.rendering import spoken
from surveys.questionnaire.model import Questionnaire

Facts = Mapping[str, Any]


def sentence(finding: Mapping[str, Any], reading: Reading) -> Markup:
    """The finding of this table in words. Raises KeyError for a code nobody has words for."""
    code, facts = str(finding["code"]), finding["facts"]
    kind, _, what = code.partition(".")
    if code in _WHOLE:
        return _WHOLE[code](facts, reading)
    return _ANSWERS[what](kind, facts, reading)


def told(content: Mapping[str, Any], document: Questionnaire, reading: Reading) -> Markup:
    """What a release says about this table: the officer's own sentence, else the one the figures propose."""
    written = content.get("written", {}).get(reading.key, {})
    own = written.get(locale_code())
    if own:
        return escape(own)
    source = document.source_locale
    if written.get(source):
        return spoken(written[source], source)
    return sentence(content["findings"][reading.key], reading)


def answered_words(number: int | None) -> str:
    """``1,245 people answered``: what stands under every finding."""
    if number is None:
        return str(gettext("Fewer than 10 people answered"))
    return str(
        ngettext("%(count)s person answered", "%(count)s people answered", number, count=in_figures(number))
    )


# Pieces ----------------------------------------------------------------------------------------------------


def _say(message: str, **parts: Markup | str) -> Markup:
    """A translated sentence with its parts put in safely."""
    return escape(message) % parts


def _name(label: Label) -> Markup:
    return spoken(label.text, SOURCE_LOCALE if label.lang else locale_code())


def _lead(share: int) -> Markup:
    return Markup("<strong>{}%</strong>").format(share)


def _answer(reading: Reading, key: str) -> Markup:
    """The words of an answer; in quotation marks unless it names a topic, which reads like any noun."""
    name = _name(reading.answer(key))
    topical = any(getattr(option, "topic", None) for option in getattr(reading.base, "options", ()))
    return name if topical or reading.kind == "place" else _say(gettext("“%(answer)s”"), answer=name)


def _list(names: Sequence[Markup]) -> Markup:
    """``Ely North, Soham and Sutton``."""
    if len(names) < 2:
        return names[0] if names else Markup()
    return _say(gettext("%(some)s and %(last)s"), some=Markup(", ").join(names[:-1]), last=names[-1])


def _aside(facts: Facts, reading: Reading) -> Markup:
    """Said after the rest when more people did not choose at all."""
    if "aside" not in facts:
        return Markup()
    told = _say(
        gettext("More of them, %(share)s, answered “%(aside)s”."),
        share=f"{facts['aside_percent']}%",
        aside=_name(reading.answer(facts["aside"])),
    )
    return Markup(" ") + told


# One answer ahead, or several ------------------------------------------------------------------------------


def _top(kind: str, facts: Facts, reading: Reading) -> Markup:
    messages: dict[str, str] = {
        "several": gettext("%(first)s was chosen most, by %(share)s of the people who answered."),
        "ranking": gettext("%(first)s was ranked by most: %(share)s of the people who answered."),
        "ranking-first": gettext("%(first)s was put first most, by %(share)s of the people who answered."),
        "ranking-five": gettext(
            "%(first)s was put among the first five by most: %(share)s of the people who answered."
        ),
        "one-of": gettext(
            "%(first)s was named as the one that matters most by %(share)s of the people who answered."
        ),
        "place": gettext("The most answers were about %(first)s: %(share)s of the people who answered."),
    }
    usual = gettext("The most common answer was %(first)s, given by %(share)s of the people who answered.")
    told = _say(
        messages.get(kind, usual), first=_answer(reading, facts["first"]), share=_lead(facts["percent"])
    )
    if "second" in facts and facts.get("second_percent") is not None:
        told += " " + _say(
            gettext("%(second)s came next, with %(share)s."),
            second=_answer(reading, facts["second"]),
            share=f"{facts['second_percent']}%",
        )
    return told + _aside(facts, reading)


def _tie(kind: str, facts: Facts, reading: Reading) -> Markup:
    message = {
        "several": gettext("%(names)s were chosen most, each by %(share)s of the people who answered."),
        "one-of": gettext(
            "%(names)s were each named as the one that matters most by %(share)s of the people who answered."
        ),
    }.get(
        kind,
        gettext("%(names)s were the most common answers, each with %(share)s of the people who answered."),
    )
    names = _list([_answer(reading, key) for key in facts["keys"]])
    return _say(message, names=names, share=_lead(facts["percent"])) + _aside(facts, reading)


def _top_few(_kind: str, facts: Facts, reading: Reading) -> Markup:
    return _say(
        gettext(
            "%(first)s was the most common answer: about %(people)s of the %(base)s people who answered."
        ),
        first=_answer(reading, facts["first"]),
        people=Markup("<strong>{}</strong>").format(in_figures(facts["people"])),
        base=in_figures(facts["base"]),
    )


def _tie_few(_kind: str, facts: Facts, reading: Reading) -> Markup:
    return _say(
        gettext(
            "%(names)s were the most common answers: "
            "about %(people)s each of the %(base)s people who answered."
        ),
        names=_list([_answer(reading, key) for key in facts["keys"]]),
        people=Markup("<strong>{}</strong>").format(in_figures(facts["people"])),
        base=in_figures(facts["base"]),
    )


def _spread(_kind: str, _facts: Facts, _reading: Reading) -> Markup:
    return escape(
        gettext("The figures of the people who answered do not show which answer was the most common.")
    )


_ANSWERS: dict[str, Callable[[str, Facts, Reading], Markup]] = {
    "top": _top,
    "tie": _tie,
    "top-few": _top_few,
    "tie-few": _tie_few,
    "spread": _spread,
}


# Scales, numbers, grids and texts --------------------------------------------------------------------------


def _net(facts: Facts, reading: Reading) -> Markup:
    return _say(
        gettext("%(share)s of the people who answered said “%(net)s”."),
        share=_lead(facts["percent"]),
        net=_name(reading.nets[facts["net"]]),
    )


def _net_few(facts: Facts, reading: Reading) -> Markup:
    return _say(
        gettext("About %(people)s of the %(base)s people who answered said “%(net)s”."),
        people=Markup("<strong>{}</strong>").format(in_figures(facts["people"])),
        base=in_figures(facts["base"]),
        net=_name(reading.nets[facts["net"]]),
    )


def _middle(facts: Facts, reading: Reading) -> Markup:
    middle = Markup("<strong>{}</strong>").format(_name(reading.answer(facts["middle"])))
    if "low" in facts:
        return _say(
            gettext(
                "The middle answer was %(middle)s, on a scale from %(low)s to %(high)s: "
                "half of the people who answered gave this or less."
            ),
            middle=middle,
            low=str(facts["low"]),
            high=str(facts["high"]),
        )
    return _say(
        gettext("The middle answer was %(middle)s: half of the people who answered gave this or less."),
        middle=middle,
    )


def _between(facts: Facts, reading: Reading) -> Markup:
    return _say(
        gettext("The middle of the people who answered lies between %(first)s and %(last)s."),
        first=_answer(reading, facts["first"]),
        last=_answer(reading, facts["last"]),
    )


def _row_answer(facts: Facts, reading: Reading) -> Markup:
    return _name(reading.nets[facts["key"]] if facts["net"] else reading.answer(facts["key"]))


def _grid_range(facts: Facts, reading: Reading) -> Markup:
    return _say(
        gettext(
            "“%(answer)s” was said most about %(highest)s, by %(share)s of the people who answered, "
            "and least about %(lowest)s, by %(other)s."
        ),
        answer=_row_answer(facts, reading),
        highest=_list([_name(reading.group(key)) for key in facts["highest"]]),
        share=_lead(facts["highest_percent"]),
        lowest=_list([_name(reading.group(key)) for key in facts["lowest"]]),
        other=f"{facts['lowest_percent']}%",
    )


def _grid_level(facts: Facts, reading: Reading) -> Markup:
    return _say(
        gettext("“%(answer)s” was said by %(share)s of the people who answered, about each of these."),
        answer=_row_answer(facts, reading),
        share=_lead(facts["percent"]),
    )


def _grid_few(_facts: Facts, _reading: Reading) -> Markup:
    return escape(gettext("Too few people answered to compare these."))


def _wrote(facts: Facts, _reading: Reading) -> Markup:
    if facts.get("people") is None:
        return escape(gettext("Fewer than 10 people wrote something here."))
    return _say(
        gettext("%(people)s people wrote something here. A person reads it before any of it is shown."),
        people=Markup("<strong>{}</strong>").format(in_figures(facts["people"])),
    )


# By group --------------------------------------------------------------------------------------------------


def _unshown(facts: Facts) -> Markup:
    number = facts["unshown"]
    if not number:
        return Markup()
    told = ngettext(
        "%(num)s group is too small to compare.", "%(num)s groups are too small to compare.", number
    )
    return Markup(" ") + escape(told)


def _where(reading: Reading, keys: Sequence[str]) -> Markup:
    """``in Ely North``, or ``in the group “16 to 24”``."""
    names = _list([_name(reading.group(key)) for key in keys])
    if reading.by is not None and reading.by.map:
        return _say(gettext("in %(places)s"), places=names)
    message = (
        gettext("in the group “%(groups)s”") if len(keys) == 1 else gettext("in the groups “%(groups)s”")
    )
    return _say(message, groups=names)


def _by_range(facts: Facts, reading: Reading) -> Markup:
    told = _say(
        gettext(
            "%(share)s of the people who answered %(highest)s said “%(net)s”, against %(other)s %(lowest)s."
        ),
        net=_name(reading.nets[facts["net"]]),
        share=_lead(facts["highest_percent"]),
        highest=_where(reading, facts["highest"]),
        other=f"{facts['lowest_percent']}%",
        lowest=_where(reading, facts["lowest"]),
    )
    return told + _unshown(facts)


def _by_apart(facts: Facts, reading: Reading) -> Markup:
    """The groups that differ, the furthest first; nothing is said of the others but that they do not."""
    (key, share, rest, points), *others = facts["apart"]
    apart = (
        ngettext("%(num)s point more than the rest", "%(num)s points more than the rest", points)
        if points > 0
        else ngettext("%(num)s point fewer than the rest", "%(num)s points fewer than the rest", -points)
    )
    told = _say(
        gettext("%(share)s of the people who answered %(where)s said “%(net)s”: %(apart)s (%(rest)s)."),
        share=_lead(share),
        where=_where(reading, [key]),
        net=_name(reading.nets[facts["net"]]),
        apart=apart,
        rest=f"{rest}%",
    )
    for message, some in (
        (gettext("Above the rest: %(groups)s."), [one for one in others if one[3] > 0]),
        (gettext("Below the rest: %(groups)s."), [one for one in others if one[3] < 0]),
    ):
        if some:
            named = [Markup("{} ({}%)").format(_name(reading.group(one[0])), one[1]) for one in some]
            told += " " + _say(message, groups=_list(named))
    if len(facts["apart"]) < facts["shown"]:
        told += " " + _none_differs(reading, others=True)
    return told + _unshown(facts)


def _none_differs(reading: Reading, *, others: bool) -> Markup:
    if reading.by is not None and reading.by.map:
        return escape(
            gettext("No other place differs from the rest by more than chance could explain.")
            if others
            else gettext("No place differs from the rest by more than chance could explain.")
        )
    return escape(
        gettext("No other group differs from the rest by more than chance could explain.")
        if others
        else gettext("No group differs from the rest by more than chance could explain.")
    )


def _by_alike(facts: Facts, reading: Reading) -> Markup:
    return _net(facts, reading) + " " + _none_differs(reading, others=False) + _unshown(facts)


def _by_level(facts: Facts, reading: Reading) -> Markup:
    told = _say(
        gettext("In every group shown, %(share)s of the people who answered said “%(net)s”."),
        net=_name(reading.nets[facts["net"]]),
        share=_lead(facts["percent"]),
    )
    return told + _unshown(facts)


def _by_same(facts: Facts, reading: Reading) -> Markup:
    told = _say(
        gettext("%(first)s came first among the people who answered in every group shown."),
        first=_answer(reading, facts["first"]),
    )
    return told + _unshown(facts)


def _by_tops(facts: Facts, reading: Reading) -> Markup:
    """The answer that leads in most groups; a shared lead counts for each of those who share it."""
    led: dict[str, int] = {}
    for _, keys in facts["tops"]:
        for key in keys:
            led[key] = led.get(key, 0) + 1
    most = max(led.values())
    names = _list([_answer(reading, key) for key, times in led.items() if times == most])
    if most == facts["shown"]:
        message = gettext(
            "%(names)s came first, or level with another, in every group of people who answered."
        )
        return _say(message, names=names) + _unshown(facts)
    told = _say(
        gettext(
            "%(names)s came first, or level with another, among the people who answered "
            "in %(number)s of the %(shown)s groups shown."
        ),
        names=names,
        number=str(most),
        shown=str(facts["shown"]),
    )
    return told + _unshown(facts)


def _by_few(_facts: Facts, _reading: Reading) -> Markup:
    return escape(gettext("Too few people answered in each group to compare the groups."))


def _hidden(_facts: Facts, _reading: Reading) -> Markup:
    return escape(gettext("Too few people answered to show figures. This protects them."))


def _hidden_alike(_facts: Facts, _reading: Reading) -> Markup:
    return escape(gettext("The people who answered gave answers too alike to show. This protects them."))


_WHOLE: dict[str, Callable[[Facts, Reading], Markup]] = {
    "scale.net": _net,
    "scale.net-few": _net_few,
    "rating.middle": _middle,
    "number.middle": _middle,
    "rating.between": _between,
    "number.between": _between,
    "grid.range": _grid_range,
    "grid.level": _grid_level,
    "grid.few": _grid_few,
    "text.wrote": _wrote,
    "by.apart": _by_apart,
    "by.alike": _by_alike,
    "by.range": _by_range,
    "by.level": _by_level,
    "by.same-top": _by_same,
    "by.tops": _by_tops,
    "by.few": _by_few,
    "hidden.few": _hidden,
    "hidden.special": _hidden,
    "hidden.complement": _hidden,
    "hidden.alike": _hidden_alike,
}
CODES = (
    frozenset(_WHOLE)
    | {
        f"{kind}.{what}"
        for kind in ("one", "several", "one-of", "place", "ranking", "ranking-first", "ranking-five")
        for what in _ANSWERS
    }
    | {"rating.spread", "number.spread"}
)
"""Every code that has words."""

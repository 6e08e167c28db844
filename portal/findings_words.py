"""One plain sentence for what a table shows, always about the people who answered, never about everybody.

Every number in a sentence is a cell of the table it stands above; the leading one is in ``<strong>``.
"""

from __future__ import annotations

from flask_babel import gettext, ngettext
from markupsafe import Markup, escape

from portal.i18n import SOURCE_LOCALE, locale_code
from portal.reading import Block, Label, Line, Reading, count_words
from portal.rendering import spoken


def finding(reading: Reading) -> Markup:
    """The sentence above a table; plain words when there is nothing to say a number about."""
    if reading.is_text:
        return _wrote(reading)
    if reading.by is not None:
        return _by_net(reading) if reading.net is not None else _by_choice(reading)
    if reading.kind == "grid":
        return _grid(reading)
    shown = _ranked(reading.first)
    if not shown:
        return _nothing()
    if reading.kind in ("several", "ranking"):
        return _chosen(shown)
    if reading.kind == "one-of":
        return _matters(shown)
    if reading.kind == "place":
        return _place(shown)
    return _most_common(shown)


def base(reading: Reading) -> str:
    """``1,245 people answered``: what stands under every finding."""
    return answered_words(reading.first.answered) if reading.by is None else ""


def answered_words(number: int | None) -> str:
    if number is None:
        return str(gettext("Fewer than 10 people answered"))
    return str(
        ngettext("%(count)s person answered", "%(count)s people answered", number, count=f"{number:,}")
    )


def _say(message: str, **parts: Markup | str) -> Markup:
    """A translated sentence with its parts put in safely."""
    return escape(message) % parts


def _name(label: Label) -> Markup:
    return spoken(label.text, SOURCE_LOCALE if label.lang else locale_code())


def _lead(line: Line) -> Markup:
    return Markup("<strong>{}%</strong>").format(line.percent)


def _plain(line: Line) -> str:
    return f"{line.percent}%"


def _ranked(block: Block, *, asides: bool = False) -> list[Line]:
    """The answers with a share, largest first; ties in the order asked."""
    shown = [x for x in block.lines if x.percent is not None and (asides or not x.aside)]
    return sorted(shown, key=lambda x: -(x.percent or 0))


def _nothing() -> Markup:
    return escape(gettext("Too few people answered to give a figure. This protects them."))


def _wrote(reading: Reading) -> Markup:
    number = reading.first.lines[0].count if reading.first.lines else None
    if number is None:
        return escape(gettext("Fewer than 10 people wrote something here."))
    counted = Markup("<strong>{}</strong>").format(count_words(number))
    return _say(
        gettext("%(count)s people wrote something here. What they wrote is read by a person first."),
        count=counted,
    )


def _chosen(shown: list[Line]) -> Markup:
    first, *others = shown
    if not others:
        return _say(
            gettext("%(first)s was chosen most, by %(share)s of the people who answered."),
            first=_name(first.label),
            share=_lead(first),
        )
    second = others[0]
    if second.percent == first.percent:
        return _say(
            gettext(
                "%(first)s and %(second)s were chosen most, each by %(share)s of the people who answered."
            ),
            first=_name(first.label),
            second=_name(second.label),
            share=_lead(first),
        )
    return _say(
        gettext(
            "%(first)s was chosen most, by %(share)s of the people who answered. "
            "%(second)s came next, with %(other)s."
        ),
        first=_name(first.label),
        share=_lead(first),
        second=_name(second.label),
        other=_plain(second),
    )


def _matters(shown: list[Line]) -> Markup:
    first, *others = shown
    if others and others[0].percent == first.percent:
        return _say(
            gettext(
                "%(first)s and %(second)s were each named as the one that matters most "
                "by %(share)s of the people who answered."
            ),
            first=_name(first.label),
            second=_name(others[0].label),
            share=_lead(first),
        )
    return _say(
        gettext("%(first)s was named as the one that matters most by %(share)s of the people who answered."),
        first=_name(first.label),
        share=_lead(first),
    )


def _place(shown: list[Line]) -> Markup:
    return _say(
        gettext(
            "More people answered about %(first)s than about anywhere else: "
            "%(share)s of the people who answered."
        ),
        first=_name(shown[0].label),
        share=_lead(shown[0]),
    )


def _most_common(shown: list[Line]) -> Markup:
    first = shown[0]
    if len(shown) > 1 and shown[1].percent == first.percent:
        return _say(
            gettext(
                "“%(first)s” and “%(second)s” were the most common answers, "
                "each given by %(share)s of the people who answered."
            ),
            first=_name(first.label),
            second=_name(shown[1].label),
            share=_lead(first),
        )
    return _say(
        gettext("The most common answer was “%(first)s”, given by %(share)s of the people who answered."),
        first=_name(first.label),
        share=_lead(first),
    )


def _grid(reading: Reading) -> Markup:
    """The row where the first answer was given most, and the row where it was given least."""
    rows = [(block, block.lines[0]) for block in reading.blocks if block.lines]
    known = sorted(
        ((b, x) for b, x in rows if x.percent is not None), key=lambda pair: -(pair[1].percent or 0)
    )
    if not known:
        return _nothing()
    (high, top), (low, bottom) = known[0], known[-1]
    if top.percent == bottom.percent:
        return _say(
            gettext("For “%(row)s”, %(share)s of the people who answered said “%(answer)s”."),
            row=_name(high.label),
            share=_lead(top),
            answer=_name(top.label),
        )
    return _say(
        gettext(
            "For “%(high)s”, %(share)s of the people who answered said “%(answer)s”. "
            "For “%(low)s” it was %(other)s."
        ),
        high=_name(high.label),
        share=_lead(top),
        answer=_name(top.label),
        low=_name(low.label),
        other=_plain(bottom),
    )


def _by_net(reading: Reading) -> Markup:
    """The group with the largest share and the one with the smallest, of those that can be shown."""
    groups = [b for b in reading.groups if b.lines and b.lines[0].percent is not None]
    groups.sort(key=lambda b: -(b.lines[0].percent or 0))
    if not groups:
        return _nothing()
    high, low = groups[0], groups[-1]
    answer = _name(high.lines[0].label)
    if high.lines[0].percent == low.lines[0].percent:
        return _say(
            gettext("%(group)s: %(share)s of the people who answered said “%(answer)s”."),
            group=_name(high.label),
            share=_lead(high.lines[0]),
            answer=answer,
        )
    return _say(
        gettext(
            "“%(answer)s”: %(share)s of the people who answered in the group “%(high)s”, "
            "%(other)s in the group “%(low)s”."
        ),
        answer=answer,
        share=_lead(high.lines[0]),
        high=_name(high.label),
        other=_plain(low.lines[0]),
        low=_name(low.label),
    )


def _by_choice(reading: Reading) -> Markup:
    """In how many groups the same answer leads."""
    leaders: dict[str, list[Line]] = {}
    groups = 0
    for block in reading.groups:
        ranked = _ranked(block)
        if not ranked:
            continue
        groups += 1
        leaders.setdefault(ranked[0].key, []).append(ranked[0])
    if not groups:
        return _nothing()
    most = max(leaders.values(), key=len)
    if len(most) == groups:
        return _say(
            gettext(
                "Of the people who answered, those in every group that can be shown chose %(first)s most."
            ),
            first=_name(most[0].label),
        )
    return _say(
        gettext(
            "Of the people who answered, those in %(count)s of the %(groups)s groups chose %(first)s most."
        ),
        count=str(len(most)),
        groups=str(groups),
        first=_name(most[0].label),
    )

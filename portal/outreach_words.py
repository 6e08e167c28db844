"""Words for newsletters, posts, parish magazines and mail that tell people of a survey, in its languages."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import force_locale, gettext


@dataclass(frozen=True)
class Facts:
    """``address``: what people type. ``closes``: the last day in words, in the language of the text."""

    place: str
    partnership: str
    minutes: int
    closes: str
    address: str


@dataclass(frozen=True)
class Text:
    name: str
    """Where it goes; English, for officers."""
    words: str


def texts(facts: Facts, locale: str) -> tuple[Text, ...]:
    """Everything to copy, in one language. Neutral: none of it says what somebody may have lived through."""
    with force_locale(locale):
        ask = gettext(
            "What should be worked on first where you live? The partners of %(place)s ask everybody.",
            place=facts.place,
        )
        how = gettext(
            "It takes about %(minutes)d minutes, on any phone, without a name. Open until %(day)s.",
            minutes=facts.minutes,
            day=facts.closes,
        )
        where = gettext("Answer here: %(address)s", address=facts.address)
        paper = gettext("You can also answer on paper or by phone, and in other languages: ask us.")
        promise = gettext("We publish what people said, what was decided, and what could not be done.")
        crime = gettext("It is not for reporting a crime. In danger, call 999.")
        subject = gettext("Please pass on: a survey for everybody in %(place)s", place=facts.place)
        hello = gettext("Dear colleague,")
        pass_on = gettext("Please tell the people you are in touch with. Every group counts.")
        social = f"{ask} {where} ({facts.closes})"
        return (
            Text("Newsletter", "\n\n".join((ask, f"{how} {where}", f"{paper} {promise}", crime))),
            Text("Social post", social),
            Text("Parish magazine", "\n\n".join((ask, how, where, paper, crime, facts.partnership))),
            Text("Subject of a mail", subject),
            Text(
                "Mail, to paste",
                "\n\n".join((hello, ask, f"{how} {where}", pass_on, promise, facts.partnership)),
            ),
        )

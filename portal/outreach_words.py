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
    named: bool = False
    """Organisations answer under their name; otherwise nobody is asked for one."""


@dataclass(frozen=True)
class Text:
    name: str
    """Where it goes; English, for officers."""
    words: str


def texts(facts: Facts, locale: str) -> tuple[Text, ...]:
    """Everything to copy, in one language. Neutral: none of it says what somebody may have lived through."""
    with force_locale(locale):
        if facts.named:
            ask, how, subject, pass_on = _of_organisations(facts)
        else:
            ask, how, subject, pass_on = _of_everybody(facts)
        where = gettext("Answer here: %(address)s", address=facts.address)
        paper = gettext("You can also answer on paper or by phone, and in other languages: ask us.")
        promise = gettext("We publish what people said, what was decided, and what could not be done.")
        crime = gettext("It is not for reporting a crime. In danger, call 999.")
        hello = gettext("Dear colleague,")
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


def _of_everybody(facts: Facts) -> tuple[str, str, str, str]:
    """What is asked of whom; how it goes; the subject of a mail; what its reader is asked to do."""
    return (
        gettext(
            "What should be worked on first where you live? The partners of %(place)s ask everybody.",
            place=facts.place,
        ),
        gettext(
            "It takes about %(minutes)d minutes, on any phone, without a name. Open until %(day)s.",
            minutes=facts.minutes,
            day=facts.closes,
        ),
        gettext("Please pass on: a survey for everybody in %(place)s", place=facts.place),
        gettext("Please tell the people you are in touch with. Every group counts."),
    )


def _of_organisations(facts: Facts) -> tuple[str, str, str, str]:
    """The same for a survey that publishes the name of whoever answers."""
    takes = gettext(
        "It takes about %(minutes)d minutes. Open until %(day)s.", minutes=facts.minutes, day=facts.closes
    )
    named = gettext("We ask for your organisation’s name and publish it with what it says.")
    return (
        gettext(
            "What should be worked on first? The partners of %(place)s ask organisations and groups.",
            place=facts.place,
        ),
        f"{takes} {named}",
        gettext("Please answer: a survey for organisations in %(place)s", place=facts.place),
        gettext("Please answer for your organisation, and tell others that work here."),
    )

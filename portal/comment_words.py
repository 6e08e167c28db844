"""The published policy on comments in words: why one is changed or not published, for writers and readers."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import gettext

REASONS: dict[str, Callable[[], str]] = {
    "identifies": lambda: gettext("It names somebody, or could show who somebody is"),
    "allegation": lambda: gettext("It accuses a person or a business that could be recognised"),
    "active-case": lambda: gettext("It is about something the police or a court may be dealing with"),
    "victim": lambda: gettext("The law protects the identity of a victim it speaks of"),
    "child": lambda: gettext("It could show who a child is"),
    "hate-or-threat": lambda: gettext("It contains hatred or a threat"),
    "abuse": lambda: gettext("It insults or attacks somebody"),
    "complaint": lambda: gettext(
        "It is a complaint about a councillor, an officer or the police, which has its own way"
    ),
    "intelligence": lambda: gettext(
        "It tells of a crime in a way that could warn somebody or put them at risk"
    ),
    "commercial": lambda: gettext("It advertises something"),
    "political": lambda: gettext("It is for or against a political party"),
    "off-topic": lambda: gettext("It does not answer the question"),
    "advertising": lambda: gettext("It advertises something"),
    "repeated": lambda: gettext("The same words were sent many times"),
    "meaningless": lambda: gettext("It has no meaning that we could find"),
    "harmful-link": lambda: gettext("It links to something that could do harm"),
}


def reason_words(code: str) -> str:
    """The words of a reason; nothing for a decision that needs none."""
    say = REASONS.get(code)
    return say() if say is not None else ""

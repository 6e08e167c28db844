"""Words about making a consultation ready, signing it off, opening it and changing its dates."""

from __future__ import annotations

from portal.office_words import Facts, Say


def _day(facts: Facts, name: str) -> str:
    day = facts.get(name)
    return f"{day:%-d %B %Y}" if day else ""


WORDS: dict[str, Say] = {
    "round.audience": lambda _: "Choose whom the survey asks",
    "round.launched": lambda _: "This consultation was opened already",
    "round.not_ready": lambda facts: (
        f"It cannot be opened yet: {len(facts.get('lines', ()))} of the lines below still stop it"
    ),
    "round.not_open": lambda _: "Nothing of this consultation is open now, so there is nothing to change",
    "round.not_closed": lambda _: "It has not closed, so it cannot be opened again. Extend it instead",
    "round.released": lambda _: "Its first results are out, so it stays closed",
    "round.earlier": lambda facts: (
        f"Choose a day after {_day(facts, 'was')}, the last day people know of"
        if facts.get("was")
        else "Choose a later day"
    ),
    "gate.not_overridable": lambda _: "Nothing overrides this line. It has to be done",
    "gate.not_overridden": lambda _: "This line is not set aside",
    "approval.own": lambda _: "Somebody else has to do this: you wrote it, or you signed it off yourself",
    "approval.changed": lambda _: (
        "Something was changed after this was prepared for approval, so it no longer shows what is there. "
        "Ask for a new link"
    ),
    "approval.unknown": lambda _: "This link is not one of ours. Check that it was copied whole",
    "approval.other_round": lambda _: "This link belongs to another consultation. Use it as it was sent",
    "approval.used": lambda facts: f"This link was used on {_day(facts, 'at')}. It works once only",
    "approval.taken_back": lambda _: "This link was taken back by the partnership. Ask for a new one",
    "approval.expired": lambda facts: f"This link ran out on {_day(facts, 'at')}. Ask for a new one",
    "language.in_future": lambda _: "The day of the check cannot be in the future",
    "language.unchecked": lambda _: "Nobody who speaks the language is on record as having read it yet",
    "language.not_there": lambda _: "No open survey has all its words in this language and waits to offer it",
    "survey_draft.planned": lambda _: "This draft is already part of a consultation",
    "survey.not_closed": lambda _: "This survey has not closed",
    "record.day": lambda _: "Enter a day",
    "record.missing": lambda _: "Fill this in",
    "record.too_long": lambda facts: f"Shorten this to {facts.get('most', '')} characters or fewer",
    "record.link": lambda _: "Enter a whole address that begins with https://",
    "record.exists": lambda facts: f"There is an entry “{facts.get('name', '')}” already. Correct that one",
    "record.changed": lambda _: (
        "Something else is stored than you saw. Both versions are shown. Save again to put yours in its place"
    ),
    "record.unknown": lambda _: "This is not on the list any more",
    "document.empty": lambda _: "Choose a file that has something in it",
    "document.too_big": lambda facts: f"Choose a file of {facts.get('most', '')} MB or less",
    "document.kind": lambda facts: (
        f"Choose a file of one of these kinds: {facts.get('kinds', '')}. It must be what its name says"
    ),
    "document.unknown": lambda _: "There is no such document here any more",
}

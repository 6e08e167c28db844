"""Words about editing what the site says."""

from __future__ import annotations

from portal.office_words import Facts, Say


def _weak(facts: Facts) -> str:
    pairs = facts.get("pairs", ())
    said = "; ".join(
        f"{pair.text} on {pair.ground} ({pair.scheme}) is {pair.ratio:.2f} to 1, needs {pair.least:g} to 1"
        for pair in pairs
    )
    return f"These colours cannot be read well enough: {said}" if said else "These colours cannot be read"


WORDS: dict[str, Say] = {
    "decision.while_open": lambda _: (
        "People are still being asked. The decision can be recorded once the consultation has closed"
    ),
    "text.key_taken": lambda _: "There is already one with this name in the address",
    "text.unstorable": lambda _: "Mend what is marked. Nothing was saved",
    "text.stale": lambda _: (
        "Somebody else saved this while you were writing. Both versions are below. Nothing was lost. "
        "Save again to keep yours"
    ),
    "text.source_missing": lambda _: "Write it in English first: every other language falls back on it",
    "text.unknown_reference": lambda facts: f"There is no “{facts.get('key', '')}” on the site",
    "text.required": lambda _: "A law or a page of the site needs this, so it cannot be taken off",
    "round.announced": lambda _: (
        "People were told of this consultation, so it cannot be taken off the site. Use “Change the dates, "
        "pause or withdraw” on its checklist and say why: the reason shows on its page"
    ),
    "revision.unknown": lambda _: "There is no such earlier version",
    "colours.weak": _weak,
    "offer.unknown": lambda _: "This was settled already",
    "offer.changed": lambda _: "The pack was loaded again meanwhile. Look at what it says now",
    "picture.kind": lambda _: "Choose a PNG picture. Other kinds cannot be checked well enough",
    "picture.too_big": lambda facts: f"Choose a picture of {facts.get('most', '')} KB or less",
    "picture.size": lambda _: "Choose a picture from 40 by 20 to 2000 by 2000 pixels",
}

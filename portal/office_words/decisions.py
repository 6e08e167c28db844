"""Words about the decision of the year and what leads to it."""

from __future__ import annotations

from portal.office_words import Say

WORDS: dict[str, Say] = {
    "decision.settled": lambda _: "This decision has been adopted, so it stays as it is",
    "decision.long": lambda _: "Shorten this: reasons have 300 characters at most, other parts 4,000",
    "decision.no_entry": lambda _: "There is no such topic or theme in this decision",
    "decision.outcome": lambda _: "Choose what is decided",
    "decision.reasons": lambda _: "Give reasons: a decision without them cannot be published",
    "decision.cites": lambda _: "Choose at least one piece of evidence that is on the shelf",
    "decision.meanwhile": lambda _: (
        "Somebody else changed this while you had it open. Nothing was lost: theirs is shown beside yours. "
        "Send yours again to put it in place of theirs"
    ),
    "decision.unanswered": lambda facts: (
        f"The decision cannot be adopted yet: {facts.get('count', 1)} things are still open, listed above"
    ),
    "decision.day": lambda _: "Enter the day of the meeting. It cannot be in the future",
    "decision.not_adopted": lambda _: "Only a decision that was adopted can be published",
    "decision.theme_title": lambda _: "Give the theme a title of at most 200 characters",
    "decision.theme_exists": lambda _: "There is a theme of this name already",
    "reading.what": lambda _: "Say who read it, and what",
    "interest.who": lambda _: "Say whose interest it is",
    "interest.words": lambda _: "Say what the interest is, in at most 1,000 characters",
    "priority.words": lambda _: "Fill this in: the public page of the priority shows it",
    "priority.areas": lambda _: "Choose the areas of focus this priority groups",
    "priority.exists": lambda _: "There is a priority of this name already",
}

"""Words about releases in the making."""

from __future__ import annotations

from portal.office_words import Say

WORDS: dict[str, Say] = {
    "composition.open": lambda _: (
        "Another kind of release of this survey is in the making. Publish it or give it up first"
    ),
    "composition.ended": lambda _: "This release was published or given up, so it stays as it is",
    "composition.stale": lambda _: (
        "Somebody changed this, or the figures moved, since you opened the page. Nothing was saved. "
        "Look again"
    ),
    "composition.same_person": lambda _: (
        "You made the last change, so somebody else should approve it. With nobody available, give a reason: "
        "it is kept and reported"
    ),
    "composition.reason": lambda _: "Say why results are shown while people still answer. Everybody reads it",
    "composition.unapproved": lambda _: "A second person has to approve this before it can be published",
    "composition.not_yet": lambda _: "It is approved for a later date",
    "finding.long": lambda facts: f"Shorten the sentence to {facts.get('most', 400)} characters or fewer",
    "finding.figure": lambda facts: (
        f"{facts.get('figure', 'A figure')} is not a figure of this table. Use its figures, or write the "
        "number as a word"
    ),
}

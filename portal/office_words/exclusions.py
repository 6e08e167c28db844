"""Words about leaving responses out."""

from __future__ import annotations

from portal.office_words import Say

WORDS: dict[str, Say] = {
    "exclusion.rule": lambda _: "Choose the rule these responses fall under",
    "exclusion.nobody": lambda _: "None of these responses counts any more, so there is nothing to leave out",
    "exclusion.many": lambda facts: f"Propose at most {facts.get('most', 2000)} responses at a time",
    "exclusion.waiting": lambda _: "Some of these responses are in a proposal that waits already",
    "exclusion.decided": lambda _: "This proposal was decided already. Nothing was changed",
    "exclusion.same_person": lambda _: (
        "Somebody else has to confirm this. If nobody is available, say so and it stays on record"
    ),
    "exclusion.unknown": lambda _: "There is no such proposal",
}

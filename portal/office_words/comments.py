"""Words about comments and what may become of them."""

from __future__ import annotations

from portal.office_words import Say

WORDS: dict[str, Say] = {
    "comment.stale": lambda _: (
        "Another officer decided this comment meanwhile. What they decided is shown here. Nothing was changed"
    ),
    "comment.locked": lambda _: (
        "This comment was referred. Only the safeguarding lead can give it back to the moderators"
    ),
    "comment.claimed": lambda _: "Another moderator has this comment open. Choose a different one",
    "comment.appealed": lambda _: (
        "The writer asked for your decision to be looked at again, so somebody else decides this comment. "
        "If nobody is available, say so and it stays on record"
    ),
    "comment.unknown": lambda _: "There is no such comment. Its writer may have taken it back",
    "comment.not_referred": lambda _: "This comment is not with the safeguarding lead",
    "comments.differ": lambda _: "These comments are not word for word the same. Decide them one at a time",
    "outcome.unknown": lambda _: "Choose what the public may see",
    "outcome.needs_permission": lambda _: (
        "This comment may not be quoted. Choose read, spam, or tell the safeguarding lead"
    ),
    "outcome.nothing_replaced": lambda _: (
        "No words are replaced yet. Replace some, or choose all of it or none of it"
    ),
    "outcome.one_by_one": lambda _: "Replacements and referrals are decided one comment at a time",
    "reason.needed": lambda _: "Choose the reason. The writer will see it",
    "category.unknown": lambda _: "Choose what the risk is about",
    "redaction.outside": lambda _: "These words are not where they were. Choose them again",
    "redaction.not_found": lambda _: "These words are not in the comment. Copy them exactly as written",
    "redaction.unknown": lambda _: "Choose what to put in the place of the words",
    "quote.not_proposed": lambda _: "This comment does not wait for a second look",
    "quote.none": lambda _: "No quote waits for a second look at the moment",
    "quote.same_officer": lambda _: (
        "Ask another officer to look at the quote. If nobody is available, say so and it stays on record"
    ),
    "translation.long": lambda facts: f"Shorten the translation to {facts.get('most', 10000)} characters",
    "own_word.length": lambda facts: f"Enter 2 to {facts.get('most', 100)} characters",
    "theme.name": lambda facts: f"Enter a name of at most {facts.get('most', 80)} characters",
    "theme.description": lambda facts: f"Shorten the description to {facts.get('most', 300)} characters",
    "theme.exists": lambda _: "There is a theme of this name already, perhaps among the retired ones",
    "theme.many": lambda facts: f"A question can have at most {facts.get('most', 60)} themes",
    "theme.unknown": lambda _: "There is no such theme for this question",
    "mode.unknown": lambda _: "Choose what may be published",
}

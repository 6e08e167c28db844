"""The published policy as codes: what may be decided of a comment, and the reasons that may be given."""

from __future__ import annotations

from typing import Literal, get_args

Outcome = Literal["waiting", "publishable", "redacted", "withheld", "spam", "referred", "read"]
OUTCOMES: tuple[str, ...] = get_args(Outcome)

PUBLISHES = frozenset({"publishable", "redacted"})
WITHOUT_PERMISSION = frozenset({"waiting", "read", "spam", "referred"})
"""All that may become of a comment whose writer did not agree to publication, or may not be quoted."""

APPEALABLE = ("redacted", "withheld", "spam")
"""What a writer may ask to be looked at again."""
ALONE = "nobody-available"
"""Said when one officer has to be the second person as well; it stays on record."""

POLICY = "2026-11"
"""The version of the policy the reasons below belong to; it is noted with every decision."""

GROUNDS = (
    "identifies",
    "allegation",
    "active-case",
    "victim",
    "child",
    "hate-or-threat",
    "abuse",
    "complaint",
    "intelligence",
    "commercial",
    "political",
    "off-topic",
)
"""Why words are replaced or withheld, in the order an officer is offered them."""
SPAM_GROUNDS = ("advertising", "repeated", "meaningless", "harmful-link")

REASONS: dict[str, tuple[str, ...]] = {
    "waiting": (),
    "publishable": (),
    "redacted": GROUNDS,
    "withheld": GROUNDS,
    "spam": SPAM_GROUNDS,
    "referred": ("safeguarding",),
    "read": ("not-for-publication",),
}
"""Outcome to the reasons it may have. One with a single reason has it without being told."""

CATEGORIES = (
    "danger",
    "child",
    "adult",
    "domestic-abuse",
    "slavery",
    "terrorism",
    "crime",
    "self-harm",
)
"""What somebody may be at risk of: the categories of a referral and of the safety lists."""

PLACEHOLDERS = (
    "name",
    "address",
    "place",
    "business",
    "phone",
    "email",
    "vehicle",
    "number",
    "date",
    "organisation",
    "link",
    "words",
)
"""What may stand in the place of words: shown in square brackets, in the language of the page."""

"""Comments as officers read them, and what becomes of them in public. Nothing here changes a count."""

from surveys.moderation.decisions import (
    decide,
    decide_alike,
    look_at_quote,
    may_be_quoted,
    mode_of,
    public_text,
    set_mode,
)
from surveys.moderation.log import decisions
from surveys.moderation.policy import (
    CATEGORIES,
    GROUNDS,
    OUTCOMES,
    PLACEHOLDERS,
    POLICY,
    PUBLISHES,
    REASONS,
    SPAM_GROUNDS,
    WITHOUT_PERMISSION,
)
from surveys.moderation.reading import Words, tally, words, written
from surveys.moderation.records import CommentPlan, Decision, Marks, PublicText, Translation
from surveys.moderation.redaction import Piece, Redaction, occurrences, pieces, redacted, settle

__all__ = [
    "CATEGORIES",
    "GROUNDS",
    "OUTCOMES",
    "PLACEHOLDERS",
    "POLICY",
    "PUBLISHES",
    "REASONS",
    "SPAM_GROUNDS",
    "WITHOUT_PERMISSION",
    "CommentPlan",
    "Decision",
    "Marks",
    "Piece",
    "PublicText",
    "Redaction",
    "Translation",
    "Words",
    "decide",
    "decide_alike",
    "decisions",
    "look_at_quote",
    "may_be_quoted",
    "mode_of",
    "occurrences",
    "pieces",
    "public_text",
    "redacted",
    "set_mode",
    "settle",
    "tally",
    "words",
    "written",
]

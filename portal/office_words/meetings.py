"""Words about meetings, and about what arrives outside the survey."""

from __future__ import annotations

from portal.office_words import Say

WORDS: dict[str, Say] = {
    "meeting.place": lambda _: "Say where the meeting was, in up to 200 characters",
    "meeting.came": lambda _: "Enter about how many people came, 0 or more",
    "meeting.lines": lambda facts: f"A record holds up to {facts.get('most', 60)} lines of each kind",
    "meeting.changed": lambda _: (
        "Another officer saved this record meanwhile. What you typed is still here. Compare, then save again"
    ),
    "submission.kind": lambda _: "Choose what arrived",
    "submission.sender": lambda _: "Choose who it came from",
    "submission.day": lambda _: "Enter the day it arrived, not one in the future",
    "submission.empty": lambda _: "Enter its words, or sum it up",
    "submission.long": lambda facts: f"Shorten this to {facts.get('most', 0)} characters or fewer",
    "submission.signatures": lambda _: "Only a petition has signatures: enter 0 or more",
    "submission.summary": lambda _: "Sum it up without anybody’s name",
    "submission.unread": lambda _: "Read it and sum it up first",
    "submission.consideration": lambda _: "Say what was made of it",
}

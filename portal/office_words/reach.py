"""Words about groups reached and consultations regarded, and what to do about a gap."""

from __future__ import annotations

from portal.office_words import Say

WORDS: dict[str, Say] = {
    "group.name": lambda _: "Name the group, in up to 120 characters",
    "group.counts": lambda _: "Enter about how many people, 0 or more",
    "group.exists": lambda facts: f"There is an entry “{facts.get('name', '')}” already. Correct that one",
    "group.changed": lambda _: (
        "Something else is stored than you saw. Both versions are shown. Save again to put yours in its place"
    ),
    "regarded.title": lambda _: "Give the consultation’s title and who held it",
    "regarded.taken": lambda _: "Say what was taken from it",
}

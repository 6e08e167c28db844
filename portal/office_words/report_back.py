"""Words about reporting back."""

from __future__ import annotations

from portal.office_words import Say

WORDS: dict[str, Say] = {
    "report.no_decision": lambda _: "The decision of this year is not published yet",
    "report.nothing": lambda _: "There is no draft to publish",
    "report.unfinished": lambda facts: (
        f"Something is missing in “{facts.get('title', 'a draft')}”: the area, or what was said or done"
    ),
}

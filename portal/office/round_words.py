"""The lines of the checklist in officers' words: what each is, what is missing, where it is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import url_for

from portal.database import read_session
from portal.forms.office.accounts import ROLE_WORDS
from portal.forms.office.texts import LABELS
from portal.i18n import english_name
from portal.office.blueprint import may
from portal.office.builder_words import UNDER_13
from portal.partnership import editing
from portal.partnership.checklist import Lack, Line
from portal.rendering import day

Facts = Mapping[str, Any]

TITLES = {
    "purpose": "Purpose and whom it asks",
    "decision": "The decision is still open",
    "questions": "Questions",
    "young": "A way out for under-13s",
    "dates": "Dates",
    "period": "Open long enough",
    "election": "Not in a pre-election period",
    "evidence": "Reasons, evidence and options, before the first question",
    "languages": "Languages",
    "equality": "Equality impact assessment",
    "tell": "Who to tell",
    "privacy": "Privacy notice",
    "impact": "Data protection impact assessment",
    "safeguarding": "Two people for safeguarding, with cover",
    "helplines": "Helplines checked",
    "approval": "Sign-off by a second person",
}

PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "purpose": ("office.round_part", {"part": "purpose"}),
    "decision": ("office.round_part", {"part": "decision"}),
    "questions": ("office.round_surveys", {}),
    "young": ("office.round_surveys", {}),
    "dates": ("office.round_part", {"part": "dates"}),
    "period": ("office.round_part", {"part": "dates"}),
    "election": ("office.round_part", {"part": "dates"}),
    "evidence": ("office.round_part", {"part": "evidence"}),
    "languages": ("office.round_languages", {}),
    "equality": ("office.round_equality", {}),
    "tell": ("office.round_stakeholders", {}),
    "impact": ("office.round_part", {"part": "impact"}),
    "safeguarding": ("office.round_cover", {}),
    "approval": ("office.round_approval", {}),
}
"""Where a line is worked on; privacy and helplines belong to the whole site."""


def _text(facts: Facts) -> str:
    name = str(facts.get("field", ""))
    return f"Write: {LABELS.get(name, name.replace('_', ' ').capitalize())}"


def _privacy_part(key: str) -> str:
    there = editing.working(read_session(), "privacy", key)
    return there.title if there else key.replace("-", " ")


LACKS: dict[str, Callable[[Facts], str]] = {
    "text.missing": _text,
    "text.retired": lambda _: "Its page was taken off the site. Put it back under Texts",
    "decision.taken": lambda _: "The decision is taken, so nothing may be asked about it any more",
    "survey.none": lambda _: "Add a survey",
    "survey.faults": lambda facts: f"{facts['survey']}: {facts['count']} faults to mend in the questions",
    "survey.no_under_13_route": lambda facts: (
        f"{facts['survey']}: somebody under 13 must be led to a page that ends the survey and keeps nothing. "
        + UNDER_13[facts["why"]]
    ),
    "dates.none": lambda _: "Set the first and the last day",
    "dates.order": lambda _: "The last day is before the first",
    "dates.past": lambda facts: f"The first day, {day(facts['day'])}, has passed",
    "period.short": lambda facts: f"Open for {facts['days']} days; {facts['least']} is the least",
    "election.within": lambda facts: (
        f"It would open in {facts['title']}, {day(facts['since'])} to {day(facts['until'])}"
    ),
    "language.incomplete": lambda facts: (
        f"{english_name(facts['locale'])}: words are missing in {facts['survey']}"
    ),
    "language.survey_unchecked": lambda facts: (
        f"{english_name(facts['locale'])}: no named speaker has read every question of {facts['survey']}"
    ),
    "language.no_round_texts": lambda facts: (
        f"{english_name(facts['locale'])}: the page of the consultation is not written"
    ),
    "language.unchecked": lambda facts: (
        f"{english_name(facts['locale'])}: no named speaker has read the consultation’s page as it is now"
    ),
    "privacy.missing": lambda facts: f"Confirm “{_privacy_part(facts['part'])}” in the privacy notice",
    "impact.none": lambda _: "Enter the reference of the assessment",
    "safeguarding.people": lambda facts: (
        f"{facts['count']} of {facts['least']} people hold the role “Safeguarding lead or deputy”"
    ),
    "safeguarding.cover": lambda _: "Confirm who reads for safety on every working day",
    "helpline.none": lambda _: "No helpline is shown",
    "helpline.unchecked": lambda facts: (
        f"{facts['name']}: last checked {day(facts['checked'])}; check it on or after {day(facts['since'])}"
        if facts.get("checked")
        else f"{facts['name']}: no day of checking is known"
    ),
    "equality.none": lambda _: "Add the assessment: who could be affected, and what you do about it",
    "stakeholder.none": lambda _: "List the groups to tell",
    "stakeholder.none_affected": lambda _: "List somebody who speaks for people particularly affected",
    "approval.none": lambda _: "A second account or a named senior approves exactly what will open",
    "approval.void": lambda _: "It was approved, and something changed since. It has to be approved again",
}


def lack_words(lack: Lack) -> str:
    return LACKS[lack.code](lack.facts)


def lack_page(lack: Lack) -> str:
    """Where this very lack is mended, when that is not the page of its line; else empty."""
    if lack.code != "privacy.missing" or not may("office.text"):
        return ""
    there = editing.working(read_session(), "privacy", str(lack.facts["part"]))
    return url_for("office.text", kind="privacy", key=there.key) if there else ""


def line_page(line: Line, slug: str) -> str:
    """Where the line is worked on."""
    if line.code == "privacy":
        return url_for("office.text_kind", kind="privacy")
    if line.code == "helplines":
        return url_for("office.text_kind", kind="helpline")
    endpoint, values = PAGES[line.code]
    return url_for(endpoint, slug=slug, **values)


def role_names(line: Line) -> str:
    """Who can do it, in words."""
    return ", ".join(ROLE_WORDS[role][0].lower() for role in line.roles)

"""Filling in the page in front of somebody, in any language, with or without scripts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from playwright.sync_api import Page

from portal.forms.questions import spelled
from surveys.questionnaire.model import Questionnaire
from tests.browser.visit import Visit

Fields = Mapping[str, Sequence[str]]

RESIDENT: dict[str, Any] = {
    "connection": ["live", "work"],
    "place": "ely",
    "ward": "not-sure",
    "age": "25-34",
    "safe-day": "very-safe",
    "safe-dark": "bit-unsafe",
    "topics": ["asb", "roads", "other"],
    "topics.other": "Łódki bez świateł na rzece",
    "first-topic": "roads",
    "why": "Za szybko jeżdżą.\n\nZwłaszcza koło szkoły.",
    "change": "same",
}
MORE: dict[str, Any] = {
    "seen": ["noise", "litter"],
    "asb": "fairly-big",
    "reported": ["no"],
    "why-not": ["minor", "other"],
    "scam": "tried",
    "know-help": {"domestic-abuse": "yes", "hate": "no", "slavery": None, "scams": "not-sure", "fire": "yes"},
    "police": "fair",
    "dealing": "neither",
    "informed": "fairly",
    "hear": ["web", "press"],
    "keep-risk": "tend-agree",
    "keep-harm": "strongly-agree",
    "what-change": "Nothing",
    "one-thing": "A path with lights",
}
ABOUT: dict[str, Any] = {
    "sex": "female",
    "ethnic": "white",
    "ethnic-white": "other-white",
    "condition": "yes",
    "limits": "little",
}
ORGANISATION: dict[str, Any] = {
    "organisation": "Fen Rowing Club",
    "sort": "voluntary",
    "topics": ["asb", "roads"],
    "first-topic": "asb",
    "why": "Boats are damaged",
    "together": "Lend us a camera",
}

NAMED = '#answers [name]:not([type="hidden"]):not([name="action"])'
ONWARD = "#answers .govuk-button-group button.govuk-button:not(.govuk-button--secondary)"


def fields_of(questionnaire: Questionnaire, answers: Mapping[str, Any]) -> Fields:
    """The form fields that say these answers."""
    return spelled(questionnaire.questions, dict(answers))


def fill(page: Page, fields: Fields) -> None:
    """Ticks, chooses and types what is asked on this page; nothing else is touched."""
    names: list[list[str]] = page.locator(NAMED).evaluate_all("all => all.map((one) => [one.name, one.type])")
    for name, kind in dict(map(tuple, names)).items():  # type: ignore[arg-type]
        wanted = fields.get(name)
        if wanted is None:
            continue
        control = page.locator(f'#answers [name="{name}"]')
        if kind == "checkbox":
            stand: list[bool] = control.evaluate_all(
                "(all, wanted) => all.map((one) => one.checked === wanted.includes(one.value))", list(wanted)
            )
            for place in (place for place, right in enumerate(stand) if not right):
                box = control.nth(place)
                box.set_checked(box.get_attribute("value") in wanted)
        elif kind == "radio":
            for value in wanted:
                page.locator(f'#answers [name="{name}"][value="{value}"]').check()
        elif kind.startswith("select"):
            control.select_option(list(wanted))
        else:
            control.fill(wanted[0])


def go_on(visit: Visit) -> None:
    """Presses the first button of the page's form and waits for the page after it."""
    visit.leave_by(visit.page.locator(ONWARD).first)


def act(visit: Visit, action: str) -> None:
    """Presses the button that sends this action: skip, finish, save, more, check, send."""
    visit.leave_by(visit.page.locator(f'button[name="action"][value="{action}"]').first)


def begin(visit: Visit, slug: str, prefix: str = "") -> None:
    """From the first page of the survey to its first question."""
    visit.open(f"{prefix}/surveys/{slug}/start")
    visit.leave_by(visit.page.locator("main form button").first)


def pages(visit: Visit, questionnaire: Questionnaire, answers: Mapping[str, Any]) -> Iterator[str]:
    """Answers page after page; yields the path of each before anything is filled in on it."""
    fields = fields_of(questionnaire, answers)
    for _ in range(60):
        here = visit.path
        yield here
        if visit.path != here:  # whoever looked at the page has gone on by themselves
            continue
        fill(visit.page, fields)
        offered = "/more/" in here or here.endswith("/check")
        if offered and visit.page.locator('button[value="more"]').count():
            act(visit, "more")
        else:
            go_on(visit)
        if visit.path == here:
            raise AssertionError(f"stuck at {here}: {visit.page.locator('main').inner_text()}")
        if visit.path.endswith("/sent"):
            yield visit.path
            return
    raise AssertionError(f"never came to the end; at {visit.path}")

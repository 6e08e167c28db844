"""A resident without scripts: fills in the page in front of them from what they want to say, and goes on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.forms.questions import spelled
from surveys import surveys
from surveys.drafts import Draft
from surveys.questionnaire.model import Answers, Questionnaire
from surveys.responses import Comment, Response
from surveys.sealing import Keyring
from surveys.surveys import Survey
from tests.pages import Page, PageClient, words

ADULT: dict[str, Any] = {
    "connection": ["live"],
    "place": "birch-end",
    "ward": "E05000002",
    "age": "25-64",
    "safe-day": "very-safe",
    "safe-dark": "a-bit-unsafe",
    "topics": ["asb", "roads", "else"],
    "topics.else": "Dogs on the loose",
    "topic-first": "roads",
    "why": "People drive too fast\n\nnear the school",
}
REST: dict[str, Any] = {
    "help-known": {"scams": "yes", "hate-crime": None, "fire": "dont-know"},
    "trust": 7,
    "improve": ["patrols", "lights"],
    "years": 12,
    "reported": "no",
    "why-not": ["minor", "other"],
    "why-not.other": "It was late",
    "heard": "At the library",
}


@dataclass
class Site:
    """The running application, with short ways to prepare and to look."""

    app: Flask
    writing: Callable[[], AbstractContextManager[Session]]
    keys: Keyring
    now: dt.datetime

    def publish(
        self,
        questionnaire: Questionnaire,
        slug: str = "autumn",
        prefix: str = "KX",
        *,
        opens_in: float = -1,
        closes_in: float = 20,
    ) -> str:
        """A scheduled survey; days from now. Returns its slug."""
        day = dt.timedelta(days=1)
        with self.writing() as session:
            survey = surveys.create(
                session,
                slug=slug,
                key=questionnaire.key,
                kind=questionnaire.kind,
                receipt_prefix=prefix,
                by="test",
                now=self.now,
                keys=self.keys,
            )
            surveys.publish_version(
                session, survey, questionnaire, meaning="first", by="test", now=self.now, keys=self.keys
            )
            surveys.schedule(
                session,
                survey,
                opens_at=self.now + opens_in * day,
                closes_at=self.now + closes_in * day,
                withdraw_until=(self.now + (closes_in + 14) * day).date(),
                by="test",
                now=self.now,
                keys=self.keys,
            )
        return slug

    def change(self, slug: str, verb: Callable[..., None]) -> None:
        """Closes, pauses, resumes or withdraws a survey now."""
        with self.writing() as session:
            survey = session.scalars(select(Survey).where(Survey.slug == slug)).one()
            now = self.app.extensions["portal.clock"]()
            verb(session, survey, reason="a test", by="test", now=now, keys=self.keys)

    def responses(self) -> list[Response]:
        with self.writing() as session:
            return list(session.scalars(select(Response)))

    def words(self) -> dict[str, str]:
        """Every comment: item to what was written."""
        with self.writing() as session:
            return {
                row.item: self.keys.open(row.key_id, row.sealed) for row in session.scalars(select(Comment))
            }

    def drafts(self) -> int:
        with self.writing() as session:
            return session.scalar(select(func.count()).select_from(Draft).where(Draft.state == "open")) or 0


def code_on(page: Page) -> str:
    """The receipt number or return code a page shows, or nothing."""
    found = [element for element in page.root.iter("p") if element.get("class") == "receipt__code"]
    return words(found[0]) if found else ""


@dataclass
class Resident:
    """Somebody at a browser, with the page in front of them."""

    client: PageClient
    questionnaire: Questionnaire
    slug: str = "autumn"
    prefix: str = ""
    page: Page | None = None

    @property
    def here(self) -> Page:
        assert self.page is not None
        return self.page

    @property
    def code(self) -> str:
        return code_on(self.here)

    @property
    def at(self) -> str:
        """The address without the language, relative to the survey."""
        return self.here.url.partition(f"/surveys/{self.slug}/")[2]

    def open(self, path: str, status: int = 200) -> Page:
        self.page = self.client.page(f"{self.prefix}/surveys/{self.slug}/{path}", status)
        return self.page

    def press(self, button: str | None = None, status: int = 200, **values: Any) -> Page:
        """Fills fields (``_`` stands for the dot of a field name) and presses a button."""
        typed = {name.replace("__", "."): value for name, value in values.items()}
        self.page = self.client.submit(self.here, typed, button, status)
        return self.page

    def start(self) -> Page:
        self.open("start")
        return self.press("Start" if not self.prefix else None)

    def fields(self, answers: Answers) -> dict[str, Any]:
        """The fields of this page that these answers fill."""
        names = {name for form in self.here.forms() for name in self._names()}
        wanted: Mapping[str, Any] = spelled(self.questionnaire.questions, answers)
        return {name: list(values) for name, values in wanted.items() if name in names}

    def _names(self) -> set[str]:
        return {control.get("name", "") for control in self.here.root.iter() if control.get("name")}

    def answer(self, answers: Answers, button: str | None = "Continue", status: int = 200) -> Page:
        self.page = self.client.submit(self.here, self.fields(answers), button, status)
        return self.page

    def go_to(self, path: str, answers: Answers) -> Page:
        """From the start, page after page, until this address."""
        self.start()
        for _ in range(40):
            if self.at == path:
                return self.here
            self.on(answers)
        raise AssertionError(f"never came to {path}; stuck at {self.at}")

    def on(self, answers: Answers) -> Page:
        if self.at.startswith("more/"):
            return self.press("Answer more questions first")
        return self.answer(answers, None if self.prefix else "Continue")

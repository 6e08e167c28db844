"""Fifty comments worked through to the end, as a new moderator would, and everything that follows from it.

What is public is exactly what was approved; the referred are nowhere public and the lead's clock ran; a
writer sees the outcome and appeals; figures and log agree with what was done; erasing one changes no figure
that is published, and a restored backup does not bring it back.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import custody, jobs
from portal.custody import Custody
from portal.database import Database
from portal.partnership import outbox
from surveys import audit, moderation, responses, surveys
from surveys.moderation import Decision, concerns, statistics
from surveys.questionnaire.model import Answer
from surveys.records import Comment
from surveys.results import releases
from surveys.sealing import Keyring
from surveys.surveys import Survey
from tests.conftest import Clock
from tests.journeys.walker import Site
from tests.office import sign_in
from tests.pages import PageClient
from tests.surveys.questionnaire import samples

ENGLISH = "My husband hits me and I am afraid to go home"
POLISH = "Mąż mnie bije i boję się wracać do domu"
CAMPAIGN = "Save our library from the closure plan before it is too late"
MORE = "/results/autumn/comments?question=why&from="
PLATE = "The driver of AB12 CDE races past the school every day"


@pytest.fixture
def database_url(sqlite_copy: str) -> str:
    return sqlite_copy


@dataclass(frozen=True)
class Seed:
    """One comment as it was sent, and what a moderator should make of it."""

    text: str
    outcome: str
    reason: str = ""
    permitted: bool = True
    locale: str = "en_GB"
    hidden: str = ""
    """Words to replace, and by what in ``placeholder``."""
    placeholder: str = "name"


def seeds() -> list[Seed]:
    loud = "My neighbour Robin Sample{n} shouts all night at number {n}"
    names = [Seed(loud.format(n=n), "redacted", "identifies", hidden=f"Robin Sample{n}") for n in range(5)]
    return [
        *names,
        Seed(PLATE, "redacted", "identifies", hidden="AB12 CDE", placeholder="vehicle"),
        Seed(ENGLISH, "referred"),
        Seed(POLISH, "referred", locale="pl", permitted=False),
        *[Seed(CAMPAIGN, "publishable") for _ in range(12)],
        *[Seed(f"Cheap tiles {n}, call now and save", "spam", "advertising") for n in range(2)],
        *[Seed(f"I would rather not say this aloud, reason {n}", "read", permitted=False) for n in range(8)],
        Seed("The councillor took money from the builder", "withheld", "allegation"),
        Seed("Vote for the other lot", "withheld", "political"),
        *[Seed(f"Lamp number {n} by the church is out", "publishable") for n in range(18)],
    ]  # fmt: skip


@dataclass
class Office:
    """The running site with its officers, and fifty comments by the seed they came from."""

    app: Flask
    writing: Callable[[], AbstractContextManager[Session]]
    keys: Keyring
    clock: Clock
    moderator: PageClient
    seeds: dict[str, Seed] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    """Comment id to the receipt number of its writer."""

    @property
    def store(self) -> Database:
        found: Database = self.app.extensions["portal.database"]
        return found

    def send(self, session: Session, survey: Survey, number: int, seed: Seed) -> None:
        answers: dict[str, Answer] = {
            "connection": ["live"], "age": "25-64", "place": "ashby", "topics": ["asb", "roads"],
            "topic-first": "asb", "why": seed.text,
        }  # fmt: skip
        version = surveys.current_version(session, survey.id)
        assert version is not None
        before = set(session.scalars(select(Comment.id)))
        receipt = responses.submit_direct(
            session, survey, version, samples.every_kind(), answers, token=f"t{number}", locale=seed.locale,
            may_publish=seed.permitted, keys=self.keys, now=self.clock(),
        )  # fmt: skip
        (new,) = set(session.scalars(select(Comment.id))) - before
        self.seeds[new], self.numbers[new] = seed, receipt.number

    def of(self, outcome: str) -> list[str]:
        return [id for id, seed in self.seeds.items() if seed.outcome == outcome]

    def work_through(self, comment_id: str) -> None:
        """Opens one comment, does to it what its seed says, and saves."""
        seed, client = self.seeds[comment_id], self.moderator
        page = client.page(f"/office/comments/autumn/{comment_id}")
        if seed.outcome == "referred":
            page = client.page(page.link("Someone may be at risk"))
            client.submit(page, {"category": "domestic-abuse"}, "Send to the safeguarding lead")
            return
        if seed.hidden:
            words = {"words": seed.hidden, "placeholder": seed.placeholder}
            page = client.submit(page, words, "Replace these words")
        typed = {"outcome": seed.outcome, "reason": seed.reason}
        client.submit(page, typed, "Save and open the next")

    def public_words(self) -> str:
        """Everything the public can read of this survey: pages, tables, figures, files."""
        client = self.app.test_client()
        addresses = [
            "/results/autumn/comments",
            f"{MORE}25",
            f"{MORE}50",
            "/results/autumn",
            "/results/autumn/data-dictionary.csv",
        ]
        with self.writing() as session:
            survey = session.scalars(select(Survey)).one()
            release = releases.current(session, survey.id)
            assert release is not None
            tables = [table["key"] for table in release.content["tables"]]
        addresses += [f"/results/autumn/{key}.{kind}" for key in tables for kind in ("csv", "json")]
        found = [client.get(address) for address in addresses]
        assert {answer.status_code for answer in found} == {200}
        return "\n".join(answer.get_data(as_text=True) for answer in found)

    def figures(self) -> dict[str, Any]:
        client = self.app.test_client()
        with self.writing() as session:
            survey = session.scalars(select(Survey)).one()
            release = releases.current(session, survey.id)
            assert release is not None
            keys = [table["key"] for table in release.content["tables"]]
        return {key: client.get(f"/results/autumn/{key}.json").get_json() for key in keys}


@pytest.fixture
def office(app: Flask, writing: Callable[..., Any], keys: Keyring, clock: Clock) -> Office:
    Site(app, writing, keys, clock.now).publish(samples.every_kind())
    office = Office(app, writing, keys, clock, sign_in(app, "moderator", name="Anna New"))
    with writing() as session:
        survey = session.scalars(select(Survey)).one()
        for number, seed in enumerate(seeds()):
            office.send(session, survey, number, seed)
    return office


def test_fifty_comments_from_the_first_reading_to_a_restored_backup(office: Office, tmp_path: Path) -> None:
    assert len(office.seeds) == 50
    lead = sign_in(office.app, "safeguarding", name="Lea Lead")
    settings = office.app.extensions["portal.settings"]
    desk = jobs.Desk(office.store, office.keys, office.clock(), settings)

    # The lists look first: both disclosures are with the lead, and she was told without content.
    jobs.screen_comments(desk)
    assert jobs.announce_concerns(desk) == 2
    with office.writing() as session:
        letters = outbox.claim(session, now=office.clock(), keys=office.keys)
        assert concerns.standing(session, office.clock().date()) == (2, 0)
    assert len(letters) == 1
    assert "husband" not in letters[0].body

    # A new moderator works through everything, the flagged first; the campaign in one act.
    queue = office.moderator.page("/office/comments")
    assert queue.main.index("domestic abuse") < queue.main.index("Lamp number")
    for comment_id, seed in office.seeds.items():
        if seed.text != CAMPAIGN:
            office.work_through(comment_id)
    queue = office.moderator.page("/office/comments")
    assert "12 comments on this page have the same words" in queue.main
    office.moderator.submit(queue, {}, "Clear all 12 as written")
    assert "None." in office.moderator.page("/office/comments").main
    with office.writing() as session:
        states = {c.id: c.state for c in session.scalars(select(Comment))}
    assert states == {id: seed.outcome for id, seed in office.seeds.items()}
    settings_page = office.moderator.page("/office/comments/settings")
    office.moderator.submit(settings_page, {"mode": "all"}, "Save Local survey")

    _the_lead_deals_with_it(office, lead)
    _the_results_come_out(office)
    _a_writer_appeals(office)
    _figures_and_log_agree(office)
    _one_is_erased_and_stays_so(office, tmp_path)


def _the_lead_deals_with_it(office: Office, lead: PageClient) -> None:
    office.clock.pass_by(days=2)  # from Tuesday to Thursday: past the one working day
    lead = sign_in(office.app, officer=lead.officer)  # type: ignore[attr-defined]
    assert "Overdue, 2 working days" in lead.page("/office/safeguarding").main
    desk = jobs.Desk(office.store, office.keys, office.clock(), office.app.extensions["portal.settings"])
    assert jobs.alarm_overdue(desk) == 2
    with office.writing() as session:
        found = [concern.id for concern in concerns.register(session)]
    for concern_id in found:
        page = lead.page(f"/office/safeguarding/{concern_id}")
        read = lead.submit(page, {}, "Read what was written")
        assert ENGLISH in read.main or POLISH in read.main
        page = lead.page(f"/office/safeguarding/{concern_id}")
        told = {"who": "Police", "channel": "phone", "told_on": "2026-11-12", "reference": "77"}
        page = lead.submit(page, told, "Note it")
        lead.submit(page, {"outcome": "referral-accepted"}, "Note the outcome")
    with office.writing() as session:
        today = office.clock().date()
        assert concerns.standing(session, today) == (2, 0)
        measured = concerns.measures(session, dt.date(2026, 1, 1), today, today)
    assert (measured.raised, measured.days_to_read, measured.days_to_telling) == (2, 2, 2)


def _the_results_come_out(office: Office) -> None:
    office.clock.pass_by(days=30)
    with office.writing() as session:
        survey = session.scalars(select(Survey)).one()
        release = releases.make(session, survey, by="cli:t", now=office.clock(), keys=office.keys)
        assert release.content["responses"] == 50
    public = office.public_words()
    for comment_id, seed in office.seeds.items():
        if seed.outcome == "publishable":
            assert seed.text in public
        elif seed.outcome == "redacted":
            assert seed.text.replace(seed.hidden, f"[{seed.placeholder}]") in public
            assert seed.hidden not in public
        else:
            assert seed.text not in public, comment_id
    page = office.app.test_client().get("/results/autumn/comments?question=why").get_data(as_text=True)
    approved = len(office.of("publishable")) + len(office.of("redacted"))
    assert f"{approved} comments may be read here." in page


def _a_writer_appeals(office: Office) -> None:
    comment_id = next(id for id, seed in office.seeds.items() if seed.reason == "political")
    writer = office.app.test_client()
    assert isinstance(writer, PageClient)
    number = office.numbers[comment_id]
    page = writer.submit(writer.page("/surveys/receipt"), {"code": number}, "Show")
    assert "Not published. Why: It is for or against a political party." in page.main
    page = writer.submit(page, {}, "Ask us to look again: Why did you choose {")
    writer.submit(page, {"words": "I meant the other bus company"}, "Ask us to look again")
    second = sign_in(office.app, "moderator", name="Ben Second")
    appeals = second.page("/office/appeals")
    (address,) = {a.get("href") for a in appeals.root.iter("a") if "/appeals/" in (a.get("href") or "")}
    page = second.page(str(address))
    assert "I meant the other bus company" in page.main
    second.submit(page, {"outcome": "changed"}, "Settle the appeal")
    page = second.page(f"/office/comments/autumn/{comment_id}")
    second.submit(page, {"outcome": "publishable"}, "Save and open the next")
    page = writer.submit(writer.page("/surveys/receipt"), {"code": number}, "Show")
    assert "Published" in page.main
    assert "Vote for the other lot" in office.public_words()


def _figures_and_log_agree(office: Office) -> None:
    with office.writing() as session:
        decisions = session.scalars(select(Decision)).all()
        entries = [e for e in audit.entries(session, limit=1000) if e.action == "comment.decide"]
        states = Counter(session.scalars(select(Comment.state)))
        year = statistics.of_year(session, 2026)
        assert audit.check(session, office.keys) == []
        said = " ".join(e.facts for e in audit.entries(session, limit=1000))
    assert len(decisions) == len(entries) == 52  # fifty, and two for the appeal
    assert year.outcomes == {outcome: statistics.hidden(number) for outcome, number in sorted(states.items())}
    assert year.decided == 50
    assert year.days == 0
    for seed in office.seeds.values():
        assert seed.text not in said


def _one_is_erased_and_stays_so(office: Office, tmp_path: Path) -> None:
    comment_id = next(id for id, seed in office.seeds.items() if seed.text == PLATE)
    shown = "[vehicle] races past the school"
    assert shown in office.public_words()
    care = Custody(office.app.extensions["portal.settings"], office.store, office.keys, office.clock())
    kept = custody.backup(care, tmp_path / "backup.tar.gz")
    figures = office.figures()
    officer = sign_in(office.app, "information", name="Ina Law")
    page = officer.submit(
        officer.page("/office/search"), {"number": office.numbers[comment_id]}, "Find the response"
    )
    officer.submit(page, {"reason": "respondent"}, "Erase for good")
    assert shown not in office.public_words()
    assert office.figures() == figures
    assert custody.restore(care, kept) == 1
    assert shown not in office.public_words()
    assert office.figures() == figures
    with office.writing() as session:
        assert comment_id not in set(session.scalars(select(Comment.id)))
        assert moderation.tally(session, session.scalars(select(Survey.id)).one())["redacted"] == 5

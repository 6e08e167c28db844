"""One consultation as a new officer lives it, from the invitation to what the audit log tells of it.

Everything goes through pages and forms, without scripts. Only last year, and time, are put there by the test.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select

from portal.partnership import openings
from surveys import surveys
from surveys.questionnaire.model import Questionnaire
from surveys.records import Response
from surveys.results.follower import layout_of
from tests.conftest import Clock
from tests.journeys.walker import Resident
from tests.office import PASSWORD, sign_in
from tests.pages import Page, PageClient, words
from tests.portal.office.test_builder import at, walk
from tests.portal.office.test_builder_files import words as words_of_file
from tests.portal.partnership import preparing
from tests.portal.publishing import KEYS, store

LAST_YEAR = preparing.NOW
PREPARED = dt.datetime(2032, 1, 12, 9, tzinfo=dt.UTC)
OPENED = dt.datetime(2032, 2, 9, 10, tzinfo=dt.UTC)
EXTENDED = dt.datetime(2032, 3, 20, 10, tzinfo=dt.UTC)
CLOSED = dt.datetime(2032, 4, 2, 10, tzinfo=dt.UTC)
ROUND = "/office/rounds/spring-2032"
SURVEY = "talk-spring-2032"
WRITTEN = "Cars race past Zebedee Lane at midnight"
ON_PAPER = "Nobody mends the lantern at Quince Corner"


@pytest.fixture
def database_url(sqlite_copy: str) -> str:
    return sqlite_copy


@pytest.fixture
def now() -> dt.datetime:
    return LAST_YEAR


@pytest.fixture(autouse=True)
def last_year(app: Flask, clock: Clock) -> None:
    """A consultation that ran in 2031, with Polish; then it is January 2032."""
    with store(app).writing() as session:
        preparing.loaded(session, KEYS)
        round_ = preparing.approved(session, KEYS, "spring-2031")
        holders = preparing.HOLDERS
        openings.launch(session, round_, holders=holders, by=preparing.ANNA, now=LAST_YEAR, keys=KEYS)
    clock.now = PREPARED


@dataclass
class Colleague:
    """An officer with a telephone: comes in by the door whenever the last session has ended."""

    app: Flask
    clock: Clock
    email: str
    secret: str = ""
    client: PageClient | None = None

    @property
    def code(self) -> str:
        return pyotp.TOTP(self.secret).at(int(self.clock.now.timestamp()))

    def join(self, address: str) -> Page:
        self.client = browser(self.app)
        page = self.client.page(address)
        assert "Set up your account" in page.h1
        self.secret = "".join(re.findall(r"<code[^>]*>([A-Z2-7 ]+)</code>", page.html)[0].split())
        page = self.client.submit(
            page, {"password": PASSWORD, "again": PASSWORD, "code": self.code}, "Finish"
        )
        assert page.h1 == "You are in"
        assert len(re.findall(r"<code>[A-Z0-9-]{14}</code>", page.html)) == 8
        return page

    def arrive(self) -> PageClient:
        """Signs in with password and code; a code works once, so the clock moves on first."""
        self.clock.pass_by(minutes=1)
        self.client = browser(self.app)
        page = self.client.submit(
            self.client.page("/office/"),
            {"email": self.email, "password": PASSWORD, "code": self.code},
            "Sign in",
        )
        assert "Today" in page.h1
        return self.client


def browser(app: Flask) -> PageClient:
    client = app.test_client()
    assert isinstance(client, PageClient)
    return client


def invited(admin: PageClient, name: str, email: str, *roles: str) -> str:
    page = admin.submit(
        admin.page("/office/people/invite"),
        {"name": name, "email": email, "roles": list(roles)},
        "Make the link",
    )
    return re.findall(r"http://localhost(/office/join/[\w-]+)", page.html)[0]


def rows_of(page: Page) -> set[tuple[str, ...]]:
    """Every row of every table of the page, as its cells say it."""
    return {tuple(words(cell) for cell in row) for row in page.root.iter("tr")}


def asked(app: Flask) -> Questionnaire:
    """The questions as they are live now."""
    with store(app).reading() as session:
        survey = surveys.by_slug(session, SURVEY)
        assert survey is not None
        version = surveys.current_version(session, survey.id)
        assert version is not None
        return surveys.questionnaire_of(version)


def test_a_new_officer_runs_a_whole_year(app: Flask, client: PageClient, clock: Clock) -> None:
    ben = sign_in(app, "administrator", name="Ben Second")
    sign_in(app, "administrator", name="Third Admin")
    for name in ("Cara Lead", "Dev Deputy"):
        sign_in(app, "safeguarding", name=name)

    # Invited, with two-factor -------------------------------------------------------------------------
    anna = Colleague(app, clock, "anna@example.org")
    address = invited(ben, "Anna New", anna.email, "consultation")
    anna.join(address)
    assert Page(browser(app).get(address)).status == 410
    lena = Colleague(app, clock, "lena@example.org")
    lena.join(invited(ben, "Lena Leaver", lena.email, "moderator", "consultation"))
    office = anna.arrive()
    assert office.get("/office/people").status_code == 403

    # Last year's copied -------------------------------------------------------------------------------
    page = office.page("/office/rounds/new")
    page = office.submit(page, {"start": "spring-2031", "slug": "spring-2032", "title": "What now?"}, "Begin")
    assert page.h1 == "What now?"
    assert "Set the first and the last day" in page.main
    draft = office.page(office.page(f"{ROUND}/surveys").link("Local survey"))
    draft_id = draft.url.rsplit("/", 1)[1]

    # What earlier years asked is not changed unawares -------------------------------------------------
    page = office.page(at(draft_id, "/questions/safe-day"))
    office.submit(page, {"text": "How safe is it here by day?"}, "Save")
    page = office.page(at(draft_id))
    assert "The survey “Local survey" in page.main
    undo = next(said for form in page.forms() for said, _, _ in form.buttons if said.startswith("Undo"))
    assert "asked these questions otherwise" not in office.submit(page, button=undo).main

    # A question with a route --------------------------------------------------------------------------
    page = office.submit(office.page(draft.link("Add a page")), {"after": "7"}, "Add the page")
    added = page.url.rsplit("/", 1)[1]
    page = office.submit(
        office.page(page.link("Add a question")),
        {
            "text": "Where should speed be mesured?",
            "short": "Speed checks",
            "kind": "one",
            "options": "Near schools\nOn main roads\n",
        },
        "Add the question",
    )
    question = page.url.rsplit("/", 1)[1]
    page = office.page(at(draft_id, f"/routes/page/{added}"))
    page = office.submit(page, {"question": "topics"}, "Add a condition")
    page = office.submit(page, {"operator": "any", "answers": ["roads"]}, "Save the condition")
    assert "Only if the answer" in page.main or "Only if “" in page.main
    assert "The translation is missing (pl)" in office.page(at(draft_id)).main

    # Translated ---------------------------------------------------------------------------------------
    page = office.page(at(draft_id, "/languages/pl?show=missing"))
    polish = {
        f"question:{question}.text": "Gdzie mierzyć prędkość?",
        f"question:{question}.short": "Pomiar prędkości",
    }
    boxes = {name for name, _ in page.form("Save the translations").fields if name.startswith("text:")}
    typed = {box: polish.get(box.removeprefix("text:"), "Przy szkołach") for box in boxes}
    office.submit(page, typed, "Save the translations")
    page = office.page(at(draft_id, "/languages/pl"))
    page = office.submit(page, {"speaker": "Ewa Nowak"}, "All texts are checked")
    assert "Ewa Nowak" in page.main
    page = office.page(f"{ROUND}/parts/purpose")
    office.submit(page, {"pl-title": "Co teraz?", "pl-purpose": "Powiedz, co najpierw."}, "Save")
    page = office.page(f"{ROUND}/languages")
    office.submit(page, {"speaker": "Ewa Nowak"}, "This person has read page and questions")
    assert "No faults" in office.page(at(draft_id)).main

    # Previewed, and by a stranger ---------------------------------------------------------------------
    page = office.submit(office.page(at(draft_id, "/preview")), {"days": "7"}, "Make the link")
    shared = re.findall(r"http://localhost(/preview/[\w.-]+)", page.html)[0]
    for prefix in ("", "/pl"):
        stranger = browser(app)
        start = stranger.page(prefix + shared)
        assert "noindex" in start.response.headers["X-Robots-Tag"]
        assert "width=device-width" in start.html
        walk(stranger, stranger.submit(start, button=None if prefix else "Start"))
    own = office.submit(office.page(at(draft_id)), button="own")
    assert "nothing is saved" in own.main
    assert client.get("/rounds/spring-2032").status_code == 404

    # Downloaded as Word -------------------------------------------------------------------------------
    answer = office.get(at(draft_id, "/questionnaire.docx"))
    assert "attachment" in answer.headers["Content-Disposition"]
    said = words_of_file(answer.data)
    assert "Where should speed be mesured?" in said
    assert "Answer this only if" in said

    # Made ready and approved by a second person -------------------------------------------------------
    page = office.page(f"{ROUND}/parts/dates")
    office.submit(page, {"facts-opens": "2032-02-09", "facts-closes": "2032-03-29"}, "Save")
    page = office.page(f"{ROUND}/parts/impact")
    office.submit(page, {"facts-impact_assessment": "DPIA 32/1"}, "Save")
    page = office.page(f"{ROUND}/cover")
    page = office.submit(page, {"arrangement": "Cara, then Dev, every weekday."}, "Confirm the cover")
    assert "has to be checked again" in office.page("/office/texts").main
    office.submit(office.page("/office/texts/helpline"), {}, "Mark as checked today Warden")
    page = office.page(ROUND)
    assert "1 line still stops it" in page.main
    own = office.submit(office.page(f"{ROUND}/approval"), {}, "Approve exactly this")
    assert "Somebody else has to do this" in own.main
    page = ben.page(f"{ROUND}/approval")
    assert "Where should speed be mesured?" in page.main
    ben.submit(page, {}, "Approve exactly this")
    page = office.submit(office.page(ROUND), {}, "Set it to open")
    assert "It opens and closes by itself" in page.text
    announced = client.page("/rounds/spring-2032")
    assert "Opens on" in announced.main

    # Opened by the clock ------------------------------------------------------------------------------
    clock.now = dt.datetime(2032, 2, 8, 23, 59, tzinfo=dt.UTC)
    assert client.page(f"/surveys/{SURVEY}/start").h1 == "This survey is not open yet"
    assert "Start the survey" not in client.page("/rounds/spring-2032").main
    clock.now = OPENED
    shown = client.page("/rounds/spring-2032")
    assert "Open until Monday 29 March 2032" in shown.main
    assert shown.link("Start the survey") == f"/surveys/{SURVEY}/start"

    # Answered by a resident; another stops half-way ---------------------------------------------------
    document = asked(app)
    answers = {
        "connection": ["live"],
        "place": "heath",
        "age": "25-34",
        "safe-day": "very-safe",
        "topics": ["roads"],
        "why": WRITTEN,
        question: "near-schools",
        "change": "same",
    }
    ann = Resident(browser(app), document, SURVEY)
    ann.start()
    while ann.at.startswith("questions/"):
        ann.answer(answers)
    ann.press("Check my answers and send them")
    assert "Near schools" in ann.here.main
    ann.press("Send my answers now", publish="yes")
    receipt = ann.code
    assert receipt
    slow = Resident(browser(app), document, SURVEY)
    slow.go_to(f"questions/{added}", answers)

    # A paper form, keyed ------------------------------------------------------------------------------
    office = anna.arrive()
    page = office.page(f"/office/keying/{SURVEY}")
    counts = {"issued": "20", "returned": "1", "sample_every": "1"}
    page = office.submit(page, {"name": "Heath hall", "channel": "paper"} | counts, "Open the batch")
    codes = {q.id: {o.key: str(o.code) for o in getattr(q, "options", ())} for q in document.all_questions}
    page = office.page(page.link("Type a form"))
    form = {
        "number": "h-1",
        "received_on": "2032-02-09",
        "publish": "no",
        "connection": codes["connection"]["live"],
        "place": "heath",
        "age": codes["age"]["65-74"],
        "topics": codes["topics"]["roads"],
        question: codes[question]["on-main-roads"],
        "why": ON_PAPER,
    }
    page = office.submit(page, form, "Send these answers")
    assert "Form H-1 is in" in page.main

    # A typo corrected, comparison kept ----------------------------------------------------------------
    draft = office.submit(office.page("/office/surveys"), button="Correct it Local survey, 2032")
    page = office.page(f"{draft.url}/questions/{question}")
    office.submit(page, {"text": "Where should speed be measured?"}, "Save")
    review = office.page(f"{draft.url}/publish")
    assert "mesured" in review.main
    assert "With the same meaning it stays" in review.main
    done = office.submit(review, {"meaning": "same", "note": "A spelling mistake"}, "Publish the correction")
    assert "Version 2 is live" in done.main
    shown = client.page("/rounds/spring-2032")
    assert "A spelling mistake" in shown.main
    assert "Polski" in shown.text
    assert "Where should speed be mesured?" in slow.open(f"questions/{added}").main  # goes on as it began
    assert (
        "Where should speed be measured?"
        in Resident(browser(app), document, SURVEY).go_to(f"questions/{added}", answers).main
    )
    quick = Resident(browser(app), asked(app), SURVEY, "/pl")  # a language that was offered stays
    assert "Gdzie mierzyć prędkość?" in quick.go_to(f"questions/{added}", answers).main
    while quick.at.startswith("questions/"):
        quick.answer(answers, None)
    quick.press("check")
    quick.press("send", publish="no")
    while slow.at.startswith("questions/"):
        slow.answer(answers)
    slow.press("Check my answers and send them")
    slow.press("Send my answers now", publish="no")
    with store(app).reading() as session:
        stored = list(session.scalars(select(Response)))
        assert sorted(one.channel for one in stored) == ["paper", "web", "web", "web"]
        assert {one.answers[question] for one in stored} == {"near-schools", "on-main-roads"}
        assert len({one.version_id for one in stored}) == 2
        assert {one.locale for one in stored} == {"en_GB", "pl"}
        layout = layout_of(session, stored[0].survey_id)
        assert [one.meaning for one in layout.versions] == ["first", "same"]
        assert {layout.series[one.id][question] for one in layout.versions} == {0}
    analyst = sign_in(app, "analyst")
    page = analyst.page(f"/office/desk/{SURVEY}/{question}")
    assert "Where should speed be measured?" in page.main
    assert "Fewer than 10" in page.main
    page = analyst.submit(page, {}, "Show exact figures")
    assert {
        row[:3] for row in rows_of(page)
    } >= {  # both wordings together; a wide screen shows the number, a phone its words
        ("Near schools", "75%", "33 people"),
        ("On main roads", "25%", "11 people"),
    }

    # Watched on the board -----------------------------------------------------------------------------
    page = analyst.page(f"/office/board/{SURVEY}")
    assert rows_of(page) >= {("Paper forms", "1"), ("On the web", "3"), ("Pressed Start", "4")}
    assert "fewer than 10" in office.page(f"/office/board/{SURVEY}").main

    # Extended, then closed early, each with a reason that shows -----------------------------------------
    clock.now = EXTENDED
    office = anna.arrive()
    kept = office.submit(
        office.page(f"{ROUND}/change"), {"what": "extend", "day": "2032-04-12"}, "Change it", status=422
    )
    office.submit(kept, {"reason": "Snow closed the libraries."}, "Change it")
    shown = client.page("/rounds/spring-2032")
    assert "it stays open until 12 April 2032" in shown.main
    assert "Snow closed the libraries." in shown.main
    assert "approved again" not in office.page(ROUND).main
    clock.now = CLOSED
    assert client.page(f"/surveys/{SURVEY}/start").form("Start")
    office = anna.arrive()
    office.submit(
        office.page(f"{ROUND}/change"), {"what": "close", "reason": "The board meets early."}, "Change it"
    )
    assert client.page(f"/surveys/{SURVEY}/start").h1 == "This survey has closed"
    shown = client.page("/rounds/spring-2032")
    for reason in ("Snow closed the libraries.", "The board meets early."):
        assert reason in shown.main

    # A helpline changed without a developer -----------------------------------------------------------
    page = office.page("/office/texts/helpline/warden")
    office.submit(page, {"facts-phone": "01632 960777"}, "Publish")
    helped = client.page("/help").main
    assert "01632 960777" in helped
    assert "01632 960002" not in helped

    # A leaver removed ---------------------------------------------------------------------------------
    gone = lena.arrive()
    third = sign_in(app, "administrator", officer=ben.officer)  # type: ignore[attr-defined]
    assert gone.get("/office/").status_code == 200
    address = third.page("/office/people").link("Lena Leaver")
    lena_id = "officer:" + address.rsplit("/", 1)[1]
    page = third.page(address)
    successor = next(
        element.get("value", "")
        for element in page.root.iter("option")
        if "Anna New" in "".join(element.itertext())
    )
    page = third.submit(page, {"successor": successor}, "This person leaves")
    assert "has left" in page.main
    assert urlsplit(gone.get("/office/").location).path == "/office/sign-in"
    clock.pass_by(minutes=1)
    refused = browser(app)
    page = refused.submit(
        refused.page("/office/sign-in"),
        {"email": lena.email, "password": PASSWORD, "code": lena.code},
        "Sign in",
        status=422,
    )
    assert "not right" in page.main

    # The log tells it ---------------------------------------------------------------------------------
    auditor = sign_in(app, "auditor")
    log = auditor.get("/office/audit/log.csv").get_data(as_text=True)
    for kept_out in (WRITTEN, ON_PAPER, "Zebedee", "Quince", receipt, anna.email, lena.email, PASSWORD):
        assert kept_out not in log
    told = list(csv.DictReader(io.StringIO(log.removeprefix("\ufeff"))))
    told.sort(key=lambda row: (int(row["year"]), int(row["number"])))
    story = iter((row["actor"], row["action"], row["subject"], row["facts"]) for row in told)
    reader = analyst.officer.by  # type: ignore[attr-defined]
    boss, hers = ben.officer.by, f"officer:{successor}"  # type: ignore[attr-defined]
    for actor, action, about in (
        (boss, "officer.invited", "consultation"),
        (hers, "officer.link_used", "join"),
        (hers, "sign_in", hers),
        (hers, "round.created", "round:spring-2032"),
        (hers, "survey_draft.begin", "round:spring-2031"),
        (hers, "survey_draft.edit", "question.add"),
        (hers, "survey_draft.edit", "route.set"),
        (hers, "survey_draft.edit", "text:pl:"),
        (hers, "survey_draft.check_translation", '"pl"'),
        (hers, "survey_draft.share_preview", draft_id),
        (hers, "text.revised", "helpline:warden"),
        (boss, "round.approved", "round:spring-2032"),
        (hers, "round.launched", "2032-02-09"),
        (hers, "form.keyed", "batch:"),
        (hers, "survey.publish_version", '"same"'),
        (reader, "results.read_exact", question),
        (hers, "round.extended", "2032-04-12"),
        (hers, "round.closed_early", "2032-04-02"),
        (hers, "text.revised", "helpline:warden"),
        (lena_id, "sign_in", lena_id),
        (boss, "officer.left", successor),
    ):
        assert any(
            (who, what) == (actor, action) and about in f"{subject} {facts}"
            for who, what, subject, facts in story
        ), f"the log does not go on with {action} {about}"
    page = auditor.page(f"/office/audit?subject=spring-2032&actor={hers}")
    assert "round.launched" in page.main
    assert "round.approved" not in page.main
    page = third.submit(third.page("/office/audit"), {}, "Check the whole log")
    assert page.h1 == "The audit log is whole"

"""The decision in the office, and what the public sees of it: nothing at all until it is published."""

from __future__ import annotations

import datetime as dt
import io
import secrets
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from portal import archive
from portal.documents import files
from portal.partnership import cycles, decisions, pages, plan, scoring, submissions
from surveys import responses, surveys
from tests.office import sign_in
from tests.pages import Page, PageClient
from tests.portal import publishing
from tests.portal.publishing import KEYS, PACK

NOW = dt.datetime(2026, 2, 20, 12, 0, tzinfo=dt.UTC)
YEAR = 2026
BY = "officer:tests"
SECRET = "Quetzalcoatl"


@pytest.fixture
def app(sqlite_copy: str, tmp_path: Path) -> Iterator[Flask]:
    """Last year's consultation closed and out, three partners have scored, one letter was considered."""
    for app in publishing.application(sqlite_copy, tmp_path, NOW):
        publishing.loaded(app, PACK, NOW)
        with publishing.store(app).writing() as session:
            survey = surveys.by_slug(session, "local-2025")
            scorers = surveys.by_slug(session, "partners-2025")
            assert survey is not None
            assert scorers is not None
            publishing.answered(session, survey, 240, PACK)
            score(session, scorers)
            cycles.open_year(session, YEAR, round_slug="2025", state="deciding", by=BY, now=NOW, keys=KEYS)
        publishing.released(app, "local-2025", NOW)
        yield app


def score(session: Any, survey: Any) -> None:
    version = surveys.current_version(session, survey.id)
    assert version is not None
    document = surveys.questionnaire_of(version)
    during = survey.opens_at + dt.timedelta(days=3)
    for number, name in enumerate(("Police", "Fire service", "Health board")):
        answers: dict[str, Any] = {"organisation": name}
        for criterion, rows in scoring.topics_of(document).items():
            answers[criterion] = {key: str((place + number) % 5) for place, key in enumerate(rows)}
        responses.submit_direct(
            session, survey, version, document, answers, token=secrets.token_urlsafe(32), locale="en_GB",
            may_publish=False, keys=KEYS, now=during,
        )  # fmt: skip


@pytest.fixture
def clerk(app: Flask) -> PageClient:
    return sign_in(app, "consultation", "member", name="Clerk")


def everything_public(app: Flask) -> str:
    """Every public page there is, in both languages, as one text."""
    visitor = app.test_client()
    with publishing.store(app).reading() as session:
        keys = {
            kind: [e.key for e in pages.current(session, kind, "en_GB")]
            for kind in ("priority", "area", "round")
        }
    addresses = [
        "/", "/rounds", "/priorities", "/areas", "/partners", "/about", "/results", "/what-we-have-done",
        "/help", "/year", "/evidence", "/evidence/census", "/plan", "/documents", "/meetings",
        "/results/local-2025", "/rounds/2025/councillors", "/api/v1/", "/api/v1/openapi.json",
        "/api/v1/priorities", "/api/v1/plans", f"/api/v1/plans/{YEAR}", "/api/v1/rounds",
        "/api/v1/surveys", "/api/v1/surveys/local-2025", "/readyz", "/healthz", f"/plan/{YEAR}",
        f"/decisions/{YEAR}", f"/decisions/{YEAR + 1}",
        f"/priorities/{SECRET.lower()}",
        *(f"/priorities/{key}" for key in keys["priority"]),
        *(f"/areas/{key}" for key in keys["area"]),
        *(f"/rounds/{key}" for key in keys["round"]),
    ]  # fmt: skip
    return "\n".join(
        visitor.get(prefix + address).get_data(as_text=True)
        for prefix in ("", "/pl")
        for address in addresses
    )


def everything_kept(app: Flask, clerk: PageClient) -> bytes:
    """What leaves as files: the year as pages, every record of the archive, and the evidence pack."""
    kept = archive.of_year(app, YEAR, consultation="2025", surveys=["local-2025"])
    with publishing.store(app).writing() as session:
        if plan.of(session, YEAR) is None:
            made = plan.begin(session, YEAR, by=BY, now=NOW, keys=KEYS)
            plan.put(session, made, "objective", {"title": "Nights"}, by=BY, now=NOW, keys=KEYS)
            plan.publish(session, made, by=BY, now=NOW, keys=KEYS)
        recorded = archive.records(session)
    answer = clerk.get(f"/office/plan/{YEAR}/evidence-pack.zip")
    with zipfile.ZipFile(io.BytesIO(answer.get_data())) as pack:
        packed = [pack.read(name) for name in pack.namelist() if name.endswith((".html", ".json"))]
    return b"\n".join((*kept.files.values(), *recorded.values(), *packed))


def fill(clerk: PageClient, app: Flask) -> Page:
    """Writes a whole decision through the pages, with one dissent."""
    page = clerk.submit(clerk.page(f"/office/decision/{YEAR}"), {}, "Begin the decision")
    words = {
        "recommendation": f"{SECRET} first.", "reason1": f"{SECRET} matters.", "changed": SECRET,
        "cost": SECRET, "officer_time": SECRET, "dissent": f"{SECRET} dissent.", "options": SECRET,
        "equality": SECRET, "equality_version": "7",
    }  # fmt: skip
    page = clerk.submit(clerk.page(f"/office/decision/{YEAR}/words"), words, "Save")
    with publishing.store(app).reading() as session:
        topics = [e.key for e in decisions.entries(session, YEAR, "topic")]
    for topic in topics:
        entry = clerk.page(f"/office/decision/{YEAR}/topic/{topic}")
        cites = [f"release:local-2025:1:{'topics'}"]
        clerk.submit(
            entry, {"outcome": "keep", "reasons": f"{SECRET} because.", "cites": cites,
                    "dissent": f"{SECRET} says no." if topic == "scams" else ""}, "Save",
        )  # fmt: skip
    clerk.submit(
        clerk.page(f"/office/decision/{YEAR}/themes/new"), {"title": f"{SECRET} roads", "count": "25"}, "Save"
    )
    theme = clerk.page(clerk.page(f"/office/decision/{YEAR}").link(f"{SECRET} roads"))
    clerk.submit(theme, {"outcome": "partly", "reasons": SECRET, "cites": ["partners:partners-2025"]}, "Save")
    priority = clerk.page(f"/office/decision/{YEAR}/priorities/high-harm")
    clerk.submit(priority, {"title": f"{SECRET} harm"}, "Save")
    minutes = clerk.page(f"/office/decision/{YEAR}/minutes")
    clerk.submit(minutes, {"reader": "The chair", "what": "equality:7"}, "Record a reading")
    clerk.submit(minutes, {"who": "A member", "words": f"{SECRET} interest."}, "Record an interest")
    return page


def test_from_an_empty_decision_to_a_public_record(
    app: Flask, clerk: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "can_make_pdf", lambda: False)  # its words are those of the pack's first page
    with publishing.store(app).writing() as session:
        letter = submissions.receive(
            session, "2025", received_on=NOW.date(), kind="letter", sender="parish",
            words=submissions.Words(text="Please."), by=BY, now=NOW, keys=KEYS,
        )  # fmt: skip
    fill(clerk, app)
    page = clerk.page(f"/office/decision/{YEAR}")
    assert "Consider a letter from outside the survey" in page.main
    assert "The top three holds in" in page.main
    assert SECRET not in everything_public(app)
    with publishing.store(app).writing() as session:
        found = session.get_one(submissions.Submission, letter.id)
        submissions.read(session, found, summary="Asks.", themes=(), by=BY, now=NOW, keys=KEYS)
        submissions.consider(session, found, consideration="Heard.", by=BY, now=NOW, keys=KEYS)
    page = clerk.submit(clerk.page(f"/office/decision/{YEAR}"), {"on": "2026-02-11"}, "Adopt the decision")
    assert "not shown until it is published" in page.main
    assert SECRET not in everything_public(app)
    assert app.test_client().get(f"/decisions/{YEAR}").status_code == 404
    assert SECRET.encode() not in everything_kept(app, clerk)
    page = clerk.submit(page, {}, "Publish the decision and its priorities")
    assert "are public" in page.main
    assert SECRET.encode() in everything_kept(app, clerk)
    record = Page(app.test_client().get(f"/decisions/{YEAR}"))
    for said in (
        f"{SECRET} first.",
        f"{SECRET} dissent.",
        f"{SECRET} says no.",
        f"{SECRET} interest.",
        "no open data",
    ):
        assert said in record.main
    assert record.link("what people answered").startswith("/results/local-2025#table-topics")
    assert f"{SECRET} harm" in Page(app.test_client().get("/priorities")).main
    assert f"/decisions/{YEAR}" in app.test_client().get("/year").get_data(as_text=True)
    settled = clerk.page(f"/office/decision/{YEAR}/topic/scams")
    assert "outcome" not in [name for form in settled.forms() for name, _ in form.fields]
    with publishing.store(app).reading() as session:
        assert cycles.needed(session, YEAR).state == "published"


def test_the_matrix_says_where_each_figure_comes_from_and_what_is_not_known(
    app: Flask, clerk: PageClient
) -> None:
    page = clerk.page(f"/office/decision/{YEAR}")
    rows = [row for row in page.root.iter("tr") if (row.get("id") or "").startswith("topic-")]
    assert len(rows) == 12
    scams = next(row for row in rows if row.get("id") == "topic-scams")
    said = [" ".join("".join(cell.itertext()).split()) for cell in scams]
    assert said[5] == "no open data"
    assert said[6] == "not known"
    assert {cell.get("data-label") for cell in scams if cell.tag == "td"} >= {
        "Harm",
        "Confidence",
        "Capacity",
    }
    asb = next(row for row in rows if row.get("id") == "topic-anti-social-behaviour")
    assert "304 in 4 months" in " ".join("".join(asb.itertext()).split())
    assert "MoRiLE" not in page.html
    assert "3 organisations scored" in page.main


def test_two_members_at_one_topic_both_versions_are_shown(app: Flask, clerk: PageClient) -> None:
    clerk.submit(clerk.page(f"/office/decision/{YEAR}"), {}, "Begin the decision")
    other = sign_in(app, "member", name="Other")
    address = f"/office/decision/{YEAR}/topic/scams"
    mine, theirs = clerk.page(address), other.page(address)
    cites = ["partners:partners-2025"]
    clerk.submit(mine, {"outcome": "keep", "reasons": "Clerk’s reasons.", "cites": cites}, "Save")
    stale = other.submit(
        theirs, {"outcome": "drop", "reasons": "Other’s reasons.", "cites": cites}, "Save", status=422
    )
    assert "Clerk’s reasons." in stale.main
    assert "Other’s reasons." in stale.main
    assert "Somebody else changed this" in stale.main
    saved = other.submit(stale, {}, "Save")
    assert saved.status == 200
    with publishing.store(app).reading() as session:
        assert {e.key: e.reasons for e in decisions.entries(session, YEAR, "topic")}[
            "scams"
        ] == "Other’s reasons."
        assert len(decisions.history(session, YEAR, "topic:scams")) == 2


def test_weights_are_set_and_their_effect_is_shown(app: Flask, clerk: PageClient) -> None:
    page = clerk.page(f"/office/decision/{YEAR}/sensitivity")
    assert "holds in" in page.main
    refused = clerk.submit(page, {"residents": "101"}, "Set the weights", status=422)
    assert "from 0 to 100" in refused.main
    page = clerk.submit(
        page, {"residents": "90", "partners": "0", "risk": "0", "recorded": "0"}, "Set the weights"
    )
    assert "90" in [value for form in page.forms() for name, value in form.fields if name == "residents"]
    for rule in ("All criteria alike", "Residents alone", "By the sum of ranks"):
        assert rule in page.main


def test_scores_stay_apart_until_everybody_has_scored(app: Flask, clerk: PageClient) -> None:
    page = clerk.page(f"/office/scoring/{YEAR}")
    assert "Topics by the middle of the partners' ranks" in page.main
    with publishing.store(app).writing() as session:
        survey = surveys.by_slug(session, "partners-2026")
        assert survey is not None
        survey.closes_at = NOW + dt.timedelta(days=20)
        score(session, survey)
        cycles.open_year(session, YEAR + 1, round_slug="2026", by=BY, now=NOW, keys=KEYS)
    page = clerk.page(f"/office/scoring/{YEAR + 1}")
    assert "The spread is shown once everybody has scored" in page.main
    assert "Fire service" in page.main
    matrix = clerk.page(f"/office/decision/{YEAR + 1}")
    assert "not scored" in matrix.main


def test_who_may_read_and_who_may_decide(app: Flask, clerk: PageClient) -> None:
    clerk.submit(clerk.page(f"/office/decision/{YEAR}"), {}, "Begin the decision")
    auditor, moderator = sign_in(app, "auditor"), sign_in(app, "moderator")
    assert auditor.get(f"/office/decision/{YEAR}").status_code == 200
    assert moderator.get(f"/office/decision/{YEAR}").status_code == 403
    shown = auditor.page(f"/office/decision/{YEAR}/topic/scams")
    assert "Save" not in shown.main
    assert app.test_client().get(f"/office/decision/{YEAR}").status_code in (302, 303)

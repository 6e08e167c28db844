"""The evidence pack of a year: what is in it, that every link leads somewhere, and what must not be in it."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from portal.documents import files as documents
from portal.partnership import (
    approvals,
    consultation_record,
    cycles,
    gates,
    plan,
    reach,
    rounds,
    scrutiny,
)
from surveys import audit, surveys
from surveys.authoring.drafting import SurveyDraft
from surveys.results.compositions import Composition
from tests.office import sign_in
from tests.pages import PageClient
from tests.portal import pdf_tags, publishing
from tests.portal.publishing import KEYS, PACK
from tests.portal.test_archive import broken_links

NOW = dt.datetime(2026, 2, 20, 12, 0, tzinfo=dt.UTC)
YEAR = 2026
BY = "officer:tests"
HOW: dict[str, Any] = {"by": BY, "now": NOW, "keys": KEYS}
PACK_ZIP = f"/office/plan/{YEAR}/evidence-pack.zip"


@pytest.fixture
def app(sqlite_copy: str, tmp_path: Path) -> Iterator[Flask]:
    """Results of last year's consultation, a published plan, and everything a pack tells of."""
    for app in publishing.application(sqlite_copy, tmp_path, NOW):
        publishing.loaded(app, PACK, NOW)
        with publishing.store(app).writing() as session:
            survey = surveys.by_slug(session, "local-2025")
            assert survey is not None
            publishing.answered(session, survey, 60, PACK)
            cycles.open_year(session, YEAR, round_slug="2025", state="deciding", **HOW)
            round_ = rounds.by_slug(session, "2025")
            assert round_ is not None
            for words in ("The first version.", "The second version."):
                consultation_record.assess_equality(
                    session, round_, on=NOW.date(), author="Equality lead", words=words, link="", **HOW
                )
            reach.note_group(
                session, "2025", name="People in the fens", affected=True, expected=40, reached=12,
                how="Two visits", **HOW,
            )  # fmt: skip
            seen = approvals.content_of(session, round_).digest
            approvals.approve_alone(
                session, round_, seen=seen, name="Anna", reason="Everybody else was ill.", **HOW
            )
            gates.override(session, round_, "period", reason="The meeting could not wait.", **HOW)
            session.add(
                Composition(
                    survey_id=survey.id, kind="closing", state="published", owner=BY, changed_by=BY,
                    changed_at=NOW, approved_by=BY, approved_at=NOW, number=1,
                    override_reason="The analyst had left.",
                )
            )  # fmt: skip
            version = surveys.current_version(session, survey.id)
            assert version is not None
            session.add(
                SurveyDraft(
                    name="Correction", key=survey.key, origin=f"version:{version.id}", survey_id=survey.id,
                    base_version_id=version.id, published_version_id=version.id, document={},
                    created_at=NOW, created_by=BY, changed_at=NOW, changed_by=BY,
                    unapproved=audit.keep_reason(session, "Nobody could be reached.", by=BY, now=NOW),
                )
            )  # fmt: skip
            made = plan.begin(session, YEAR, **HOW)
            plan.put(session, made, "objective", {"title": "Nights"}, **HOW)
            plan.publish(session, made, **HOW)
            plan.put(session, made, "action", {"title": "Secretplan"}, parent="O1", **HOW)
            scrutiny.note_sent(
                session, YEAR, what="The plan", recipient="The policing body", sent_on=NOW.date(), **HOW
            )
        publishing.released(app, "local-2025", NOW)
        yield app


def packed(member: PageClient) -> dict[str, bytes]:
    answer = member.get(PACK_ZIP)
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.get_data())) as pack:
        return {name: pack.read(name) for name in pack.namelist()}


def test_everything_of_the_year_is_in_it(app: Flask) -> None:
    found = packed(sign_in(app, "member"))
    assert broken_links(found) == set()
    front = found["index.html"].decode()
    for said in (
        "Everybody else was ill.",
        "The meeting could not wait.",
        "The analyst had left.",
        "One person alone corrected the live survey “local-2025”",
        "Nobody could be reached.",
        "The first version.",
        "The second version.",
        "The policing body",
        "People in the fens",
    ):
        assert said in front
    assert {
        "results/local-2025/index.html",
        "rounds/2025/index.html",
        f"plan/{YEAR}/index.html",
        "evidence/index.html",
        "data/releases/local-2025-1.json",
        "data/record.json",
    } <= set(found)
    record = json.loads(found["data/record.json"])
    assert {one["number"] for one in record["equality_assessments"]} == {1, 2}
    assert {one["what"] for one in record["decided_alone"]} == {"opening", "line", "results", "correction"}
    everything = b"".join(found.values())
    assert b"Secretplan" not in everything
    assert BY.encode() not in everything
    if documents.can_make_pdf():
        on_paper(found["evidence-pack.pdf"])


def on_paper(body: bytes) -> None:
    """Tagged, with bookmarks to every chapter and to every table of the results."""
    reader, root = pdf_tags.read(body)
    catalogue: Any = reader.trailer["/Root"]
    assert catalogue["/Lang"] == "en-GB"
    assert catalogue["/MarkInfo"]["/Marked"]
    assert b"pdfuaid" in catalogue["/Metadata"].get_data()
    chapters = [str(one.title) for one in flat(reader.outline)]
    assert {"Strategic assessment", "What people answered", "The decision", "Equality assessments",
            "Sent to", "Method and limits"} <= set(chapters)  # fmt: skip
    assert len(list(root.iter("Table"))) > 40  # the tables of the results are in it, not only their names


def flat(outline: list[Any]) -> list[Any]:
    return [one for part in outline for one in (flat(part) if isinstance(part, list) else [part])]


def test_without_the_package_a_plain_sentence(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "can_make_pdf", lambda: False)
    member = sign_in(app, "member")
    found = packed(member)
    assert "evidence-pack.pdf" not in found
    assert "The pack has no PDF" in found["index.html"].decode()
    assert member.get(f"/office/plan/{YEAR}/evidence-pack.pdf").status_code == 404


def test_only_results_of_the_years_own_consultation(app: Flask) -> None:
    with publishing.store(app).writing() as session:
        cycle = cycles.needed(session, YEAR)
        cycles.arrange(session, cycle, meeting_on=None, round_slug=None, seen_version=cycle.version, **HOW)
    found = packed(sign_in(app, "member"))
    assert broken_links(found) == set()
    assert not [name for name in found if name.startswith(("results/", "rounds/", "data/releases"))]
    assert "No results of this year" in found["index.html"].decode()


def test_before_the_plan_is_public_it_says_so(app: Flask) -> None:
    member = sign_in(app, "member")
    with publishing.store(app).writing() as session:
        plan.begin(session, YEAR + 1, **HOW)
    for kind in ("zip", "pdf"):
        answer = member.get(f"/office/plan/{YEAR + 1}/evidence-pack.{kind}")
        assert answer.status_code in (302, 303, 404)
    assert "once the plan is published" in member.page(f"/office/plan/{YEAR + 1}").main

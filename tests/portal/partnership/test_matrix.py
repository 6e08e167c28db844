"""The matrix and what stands under it: released figures only, and what is unknown stays unknown."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.partnership import cycles, demonstration_year, heard, matrix, packs, record, what_if
from surveys import surveys
from surveys.records import Response
from surveys.results import releases
from tests.portal import publishing
from tests.portal.publishing import KEYS, PACK

NOW = dt.datetime(2026, 2, 20, 12, 0, tzinfo=dt.UTC)
HOW: dict[str, Any] = {"by": "cli:tests", "now": NOW, "keys": KEYS}


@pytest.fixture(scope="module")
def app(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Last year's results are out; nobody has scored yet."""
    folder = tmp_path_factory.mktemp("matrix")
    (folder / "portal.sqlite3").write_bytes(sqlite_template.read_bytes())
    for app in publishing.application(f"sqlite:///{folder / 'portal.sqlite3'}", folder, NOW):
        publishing.loaded(app, PACK, NOW)
        with publishing.store(app).writing() as session:
            survey = surveys.by_slug(session, "local-2025")
            assert survey is not None
            publishing.answered(session, survey, 240, PACK)
        publishing.released(app, "local-2025", NOW)
        yield app


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """A session whose changes nobody else sees."""
    with Session(publishing.store(app).engine.execution_options(portal_writes=True)) as session:
        yield session
        session.rollback()


def opened(session: Session) -> cycles.Cycle:
    return cycles.open_year(session, 2026, round_slug="2025", state="deciding", **HOW)


def test_residents_figures_are_those_of_the_release(session: Session) -> None:
    table = matrix.build(session, opened(session), state="closed", keys=KEYS)
    survey = surveys.by_slug(session, "local-2025")
    assert survey is not None
    release = releases.current(session, survey.id)
    assert release is not None
    plain = next(t for t in release.tables if t.key == "topics")
    roads = plain.group("all").row("roads")
    row = table.row("road-safety-and-speeding")
    assert row.residents is not None
    assert (row.residents.count, row.residents.percent) == (roads.count, roads.percent)
    assert table.base == plain.group("all").answered
    assert table.base % 5 == 0
    for row in table.rows:
        assert row.residents is not None
        assert 1 <= row.residents.low <= row.residents.rank <= row.residents.high <= 12
        assert row.residents.count is None or row.residents.count % 5 == 0
    assert table.cites == {"residents": "release:local-2025:1:topics", "recorded": "crime:2024-01..2024-04"}
    assert [row.residents.rank for row in table.rows if row.residents] == sorted(
        row.residents.rank for row in table.rows if row.residents
    )


def test_what_nobody_scored_or_recorded_is_unknown_and_not_nought(session: Session) -> None:
    table = matrix.build(session, opened(session), state="closed", keys=KEYS)
    scale = matrix.scale_of(table)
    at = scale.topics.index("scams")
    assert not math.isnan(scale.column("residents")[at])
    assert all(math.isnan(scale.column(name)[at]) for name in ("partners", "risk", "recorded"))
    assert {(row.harm, row.confidence, row.capacity) for row in table.rows} == {
        ("unknown", "unknown", "unknown")
    }
    sure = record.how_sure(table, dict(cycles.START_WEIGHTS))
    assert sure is not None
    assert sure["known"] == ["residents", "recorded"]
    assert sure["order"][0] in {row.topic for row in table.rows[:3]}


def test_a_year_without_a_consultation_has_an_empty_matrix_and_nothing_to_weigh(session: Session) -> None:
    cycle = cycles.open_year(session, 2030, **HOW)
    table = matrix.build(session, cycle, state="", keys=KEYS)
    assert (table.base, table.survey, table.organisations, table.open) == (None, None, (), False)
    assert {row.residents for row in table.rows} == {None}
    assert record.how_sure(table, {"residents": 1, "partners": 1, "risk": 1, "recorded": 0}) is None


def test_who_is_missing_is_told_from_released_figures(session: Session) -> None:
    survey = surveys.by_slug(session, "local-2025")
    assert survey is not None
    found = heard.who_answered(session, releases.current(session, survey.id))
    sexes = {one.key: one for one in found if one.dimension == "sex"}
    assert round(sexes["female"].district, 1) == 50.9
    assert round(sexes["female"].answered + sexes["male"].answered) == 100
    assert {one.key for one in found if one.dimension == "age"} >= {"25-34", "35-44", "65-74"}
    assert "13-15" not in {one.key for one in found}
    assert heard.Group("age", "x", 10.0, 13.0).missing
    assert not heard.Group("age", "x", 11.0, 13.0).missing
    assert heard.who_answered(session, None) == ()


def test_the_ranking_without_a_batch_leaves_out_twenty_five_or_nothing(session: Session) -> None:
    survey = surveys.by_slug(session, "local-2025")
    assert survey is not None
    _, _, topics = matrix.headline(session, "2025")
    rows = session.query(Response).filter_by(survey_id=survey.id).order_by(Response.id).all()
    for place, row in enumerate(rows):
        row.submitted_on = dt.date(2025, 10, 1) + dt.timedelta(days=place % 20)
    for row in rows[:24]:
        row.channel = "paper"
    session.flush()
    assert what_if.without(session, survey.id, "topics", topics) == ()
    for row in rows[:60]:
        row.channel, row.submitted_on = "paper", dt.date(2025, 10, 30)
    session.flush()
    found = {one.kind: one for one in what_if.without(session, survey.id, "topics", topics)}
    assert set(found) == {"paper", "day"}
    assert found["day"].day == dt.date(2025, 10, 30)
    assert all(number % 5 == 0 for one in found.values() for number in one.counts.values())
    assert found["paper"].left_out % 5 == 0
    assert set(found["paper"].order) == set(topics.values())


def test_the_demonstrations_year_is_made_once_by_the_verbs_officers_use(session: Session) -> None:
    pack = packs.read(PACK)
    assert demonstration_year.carry_out(session, pack, HOW) == 2025
    assert demonstration_year.carry_out(session, pack, HOW) is None
    last, under_way = (cycles.needed(session, year) for year in (2025, 2026))
    assert (last.state, under_way.state, under_way.carried_from) == ("in-delivery", "consulting", 2025)
    table = matrix.build(session, last, state="closed", keys=KEYS)
    assert len(table.organisations) == 6
    assert table.row("domestic-abuse").harm == "high"
    kept = record.snapshot(session, last, now=NOW, keys=KEYS)
    assert kept["submissions"] == {"received": 1, "considered": 1}
    assert "missing" not in kept["matrix"]
    assert matrix.widest(table)

"""What everybody in the office may see of a survey while answers come in: one set of tables for all.

Settled by a sweep and kept in the database, so that no two looks, wherever they are answered, differ by fewer
than 25 people. Reading it writes nothing; before the first sweep there is nothing to see.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from surveys import responses
from surveys.db import Base, Json, JsonValue, UTCDateTime
from surveys.results import tables
from surveys.results.disclosure import Policy, ReleasedTable, publish
from surveys.results.follower import cold_count
from surveys.results.releases import MOVES_BY
from surveys.surveys import Survey, SurveyVersion

Reading = Callable[[], AbstractContextManager[Session]]


class Shown(Base):
    """The tables of one survey as they stand for everybody. ``responses``: exactly how many they are of."""

    __tablename__ = "survey_shown"

    survey_id: Mapped[str] = mapped_column(ForeignKey("survey.id"), primary_key=True)
    version_id: Mapped[str] = mapped_column(String(22))
    """The newest version when it was settled: whose words the tables are in."""
    responses: Mapped[int]
    tables: Mapped[JsonValue] = mapped_column(Json)
    settled_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


@dataclass(frozen=True)
class Settled:
    """What is to be shown from now on. ``instead_of``: the number of responses it takes the place of."""

    survey_id: str
    version_id: str
    responses: int
    tables: list[dict[str, Any]]
    instead_of: int | None


def shown(session: Session, survey_id: str) -> Shown | None:
    return session.get(Shown, survey_id)


def released_tables(kept: Shown) -> tuple[ReleasedTable, ...]:
    return tuple(ReleasedTable.from_json(table) for table in kept.tables)


def due(session: Session) -> list[str]:
    """Surveys where 25 people or more joined or left since, or never settled; and those with a new version of
    the very same people: else its words come with the next 25."""
    newest: dict[str, str] = {}
    for survey_id, version_id in session.execute(
        select(SurveyVersion.survey_id, SurveyVersion.id).order_by(SurveyVersion.number)
    ):
        newest[survey_id] = version_id
    found = []
    for survey_id in session.scalars(select(Survey.id).order_by(Survey.slug)):
        if survey_id in newest:
            kept = shown(session, survey_id)
            people = responses.counts(session, survey_id)
            if (
                kept is None
                or abs(kept.responses - people) >= MOVES_BY
                or (kept.version_id != newest[survey_id] and people == kept.responses)
            ):
                found.append(survey_id)
    return found


def work_out(session: Session, survey_id: str) -> Settled:
    """Counts a survey from nothing and puts it through disclosure control; only reads."""
    cube, _ = cold_count(session, survey_id)
    kept = shown(session, survey_id)
    before = kept.responses if kept is not None else None
    version = cube.layout.versions[-1].id
    if kept is not None and 0 < abs(kept.responses - cube.responses) < MOVES_BY:  # they moved meanwhile
        return Settled(survey_id, kept.version_id, kept.responses, list(kept.tables), before)
    menu = (*tables.menu(cube), *tables.profile(cube))
    clashing = tables.clashes(cube, menu, below=Policy().hidden_below)
    document = cube.layout.questionnaire
    made = publish(menu, Policy(), clashing=clashing, document=document, responses=cube.responses).tables
    return Settled(survey_id, version, cube.responses, [table.as_json() for table in made], before)


def settle_all(reading: Reading, writing: Reading, *, now: dt.datetime) -> int:
    """Settles every survey that is due; how many. Counting holds no write lock."""
    with reading() as session:
        waiting = due(session)
    done = 0
    for survey_id in waiting:
        with reading() as session:
            settled = work_out(session, survey_id)
        with writing() as session:
            done += keep(session, settled, now=now)
    return done


def keep(session: Session, settled: Settled, *, now: dt.datetime) -> bool:
    """Shows it from now on; False if another sweep settled it meanwhile."""
    kept = session.get(Shown, settled.survey_id, with_for_update=True)
    if (kept.responses if kept is not None else None) != settled.instead_of:
        return False
    if kept is None:
        kept = Shown(survey_id=settled.survey_id)
        session.add(kept)
    kept.version_id, kept.responses, kept.tables = settled.version_id, settled.responses, settled.tables
    kept.settled_at = now
    session.flush()
    return True

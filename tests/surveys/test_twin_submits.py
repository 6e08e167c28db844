"""Two submits of one draft at the one moment in which PostgreSQL can look at either unique key first."""

from __future__ import annotations

import copy
import datetime as dt
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from surveys import responses
from surveys.responses import Receipt, Response
from surveys.sealing import Keyring
from surveys.surveys import Survey
from tests.surveys.conftest import Fill
from tests.surveys.questionnaire import samples

LOCK = 4711
PAUSE = f"""
CREATE FUNCTION pause(id text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN
  IF current_setting('portal.pause', true) = 'on' THEN PERFORM pg_advisory_xact_lock_shared({LOCK}); END IF;
  RETURN id; END $$
"""
KEYS = {
    "uq_response_survey_id_submission_hash": "survey_id, submission_hash",
    "uq_response_survey_id_receipt_hash": "survey_id, receipt_hash",
}


@pytest.fixture
def pausing(engine: Engine) -> Iterator[None]:
    """A row's keys are written in the order in which they were made: before the two that matter comes one
    that waits for a lock, so that a submit can be stopped after its look and before its write."""
    if engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer")
    with engine.begin() as connection:
        connection.execute(text(PAUSE))
        connection.execute(text("CREATE INDEX pausing ON response (pause(id))"))
        found = connection.scalars(
            text("SELECT conname FROM pg_constraint WHERE conrelid = 'response'::regclass AND contype = 'u'")
        )
        assert set(found) >= set(KEYS)
        for name, columns in KEYS.items():
            connection.execute(text(f"ALTER TABLE response DROP CONSTRAINT {name}"))
            connection.execute(text(f"ALTER TABLE response ADD CONSTRAINT {name} UNIQUE ({columns})"))
    yield
    with engine.begin() as connection:
        connection.execute(text("DROP INDEX pausing"))
        connection.execute(text("DROP FUNCTION pause"))


def wait_until_somebody_waits(connection: Session) -> None:
    waiting = text(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = :lock AND NOT granted"
    )
    deadline = time.monotonic() + 20
    while not connection.scalar(waiting, {"lock": LOCK}):
        assert time.monotonic() < deadline, "nobody waits for the lock"
        time.sleep(0.01)


def test_a_twin_stored_between_the_look_and_the_write_is_already_there(
    pausing: None,
    engine: Engine,
    session: Session,
    survey: Survey,
    fill: Fill,
    keys: Keyring,
    now: dt.datetime,
) -> None:
    every, state, survey_id = samples.every_kind(), fill(survey), survey.id
    session.commit()

    def send(pause: str) -> Receipt:
        with Session(engine) as own:
            own.execute(text(f"SET LOCAL portal.pause = '{pause}'"))
            mine = own.get_one(Survey, survey_id)
            sent = responses.submit(own, mine, every, copy.deepcopy(state), token="token", keys=keys, now=now)
            own.commit()
            return sent

    with Session(engine) as holder, ThreadPoolExecutor(1) as pool:
        holder.execute(text(f"SELECT pg_advisory_lock({LOCK})"))
        stopped = pool.submit(send, "on")
        try:
            wait_until_somebody_waits(holder)
            first = send("off")
        finally:
            holder.execute(text(f"SELECT pg_advisory_unlock({LOCK})"))
        second = stopped.result(timeout=20)
    assert (first.first, second.first, first.number) == (True, False, second.number)
    assert len(session.scalars(select(Response.id)).all()) == 1

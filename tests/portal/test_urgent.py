"""What shows danger reaches the lead within seconds; a crash loses and doubles nothing."""

from __future__ import annotations

import datetime as dt
import threading
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from portal import jobs
from portal.database import Database
from portal.jobs import Desk, hurry, run
from portal.partnership import outbox
from portal.partnership.outbox import Outgoing
from portal.ticking import Lookout, ticker
from surveys import responses
from surveys.moderation.concerns import Concern
from surveys.records import Comment
from surveys.sealing import Keyring
from surveys.surveys import Survey
from tests.conftest import settings_for
from tests.office import add_officer
from tests.surveys.conftest import Fill, fill, publish, survey  # noqa: F401 - fixtures
from tests.surveys.questionnaire import samples

DISCLOSURE = "My stepfather hits me when nobody is there"


@pytest.fixture
def desk(engine: Engine, tmp_path: Path, keys: Keyring, now: dt.datetime) -> Desk:
    return Desk(Database(engine, tmp_path), keys, now, settings_for("sqlite://", tmp_path))


@pytest.fixture
def sent(session: Session, survey: Survey, fill: Fill, keys: Keyring, now: dt.datetime) -> str:  # noqa: F811
    """Answers with a disclosure are in the store; the process died right after the commit."""
    answers = samples.PATHS["adult, everything"] | {"why": DISCLOSURE}
    state = fill(survey, token="t", answers=answers)
    responses.submit(session, survey, samples.every_kind(), state, token="t", keys=keys, now=now)
    add_officer(session, "safeguarding", keys=keys, now=now)
    outbox.post(session, to="x@example.org", subject="News", body="x", kind="news", now=now, keys=keys)
    session.commit()
    return survey.id


def standing(desk: Desk) -> tuple[list[str], list[tuple[str, str]]]:
    """Flags of the comment that was flagged, and kind and state of every letter."""
    with desk.store.reading() as session:
        flags = session.scalars(select(Comment.flags).where(Comment.flags != "")).all()
        letters = session.execute(select(Outgoing.kind, Outgoing.state).order_by(Outgoing.kind))
        return list(flags), [(kind, state) for kind, state in letters]


def files_of(desk: Desk) -> list[str]:
    return [path.read_text() for path in (desk.store.data_dir / "mail").glob("*.eml")]


def test_a_disclosure_is_flagged_and_the_lead_written_to_without_a_tick(desk: Desk, sent: str) -> None:
    assert standing(desk) == ([], [("news", "queued")])
    hurry(desk)
    flags, letters = standing(desk)
    assert len(flags) == 1
    assert letters == [("news", "queued"), ("safeguarding", "sent")]
    (letter,) = files_of(desk)
    assert "/office/safeguarding" in letter
    for word in ("stepfather", "child", "danger", "abuse"):
        assert word not in letter.lower()
    assert hurry(desk) == 0
    run(desk)
    assert standing(desk)[1] == [("news", "sent"), ("safeguarding", "sent")]
    assert len(files_of(desk)) == 2


def test_after_a_crash_the_tick_does_it_once(desk: Desk, sent: str) -> None:
    run(desk)
    assert standing(desk)[1] == [("news", "sent"), ("safeguarding", "sent")]
    assert hurry(desk) == 0
    run(desk)
    assert len(files_of(desk)) == 2
    with desk.store.reading() as session:
        assert len(session.scalars(select(Concern)).all()) == 1


@pytest.mark.parametrize("steps", [1, 2])
def test_a_crash_between_two_steps_doubles_nothing(desk: Desk, sent: str, steps: int) -> None:
    for _, sweep in jobs.HURRIES[:steps]:
        sweep(desk)
    assert ("safeguarding", "sent") not in standing(desk)[1]
    hurry(desk)
    assert standing(desk)[1] == [("news", "queued"), ("safeguarding", "sent")]
    assert len(files_of(desk)) == 1


def test_nothing_is_written_while_nothing_is_due(desk: Desk, sent: str) -> None:
    hurry(desk)
    lock = desk.store.data_dir / "write.lock"
    lock.unlink(missing_ok=True)
    assert hurry(desk) == 0
    assert not lock.exists()


def test_urgent_letters_leave_first(desk: Desk, sent: str) -> None:
    jobs.screen_comments(desk)
    later = Desk(desk.store, desk.keys, desk.now + dt.timedelta(minutes=1), desk.settings)
    jobs.announce_concerns(later)
    with desk.store.writing() as session:
        (first,) = outbox.claim(session, now=later.now, keys=desk.keys, limit=1)
    assert first.kind == outbox.URGENT


def test_two_sweeps_at_once_write_to_the_lead_once(desk: Desk, sent: str) -> None:
    start = threading.Barrier(3)

    def look() -> None:
        start.wait(10)
        hurry(desk)

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    hurry(desk)  # one may have passed over what another was busy with
    assert standing(desk)[1] == [("news", "queued"), ("safeguarding", "sent")]
    assert len(files_of(desk)) == 1


def test_the_lookout_goes_on_after_a_fault_and_ends_when_told() -> None:
    looked, again = [], threading.Event()

    def look() -> None:
        looked.append(len(looked))
        if len(looked) == 1:
            raise RuntimeError
        again.set()

    lookout = Lookout(look, every=0, after_fault=0)
    lookout.start()
    assert again.wait(10)
    lookout.stop()
    lookout._thread.join(10)
    assert not lookout._thread.is_alive()


def test_the_ticker_keeps_a_lookout(desk: Desk, sent: str, tmp_path: Path) -> None:
    settings = settings_for(f"sqlite:///{tmp_path}/x.sqlite3", tmp_path)
    ticker(settings, desk.store, desk.keys).lookout._look()
    assert len(standing(desk)[0]) == 1

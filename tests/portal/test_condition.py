"""What is due is told once, to whoever has the role; and quiet faults are said once a month."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from portal import condition, jobs
from portal.database import Database
from portal.jobs import Desk
from portal.partnership import complaints, openings, outbox, packs, reminders, rounds
from portal.partnership.rounds import Round
from surveys.sealing import Keyring
from tests.conftest import settings_for
from tests.office import add_officer
from tests.portal.partnership.packs_on_disk import NORTHMOOR

BY = "cli:tests"
OPENS = dt.datetime(2031, 11, 3, 2, 20, tzinfo=dt.UTC)
CLOSES = dt.date(2031, 12, 14)


def at(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(2, 20), dt.UTC)


@pytest.fixture
def desk(engine: Engine, database_url: str, tmp_path: Path, keys: Keyring, session: Session) -> Desk:
    """The winter consultation of Northmoor, open from 3 November to 14 December 2031, and two officers."""
    pack, before = packs.read(NORTHMOOR), dt.datetime(2031, 10, 1, tzinfo=dt.UTC)
    packs.load(session, pack, by=BY, now=before, keys=keys)
    rounds.publish(
        session, pack.rounds[0], pack.questionnaires, area_set=pack.area_set, by=BY, now=before, keys=keys
    )
    add_officer(session, "consultation", keys=keys, now=before, email="c@example.org")
    add_officer(session, "administrator", keys=keys, now=before, email="a@example.org")
    add_officer(session, "moderator", keys=keys, now=before, email="m@example.org")
    session.commit()
    return Desk(Database(engine, tmp_path), keys, OPENS, settings_for(database_url, tmp_path))


def subjects(desk: Desk, now: dt.datetime) -> list[tuple[str, str]]:
    """What is told on this day, but for what the winter consultation never had in order."""
    return [one for one in letters(desk, now) if "not in order" not in one[1]]


def letters(desk: Desk, now: dt.datetime) -> list[tuple[str, str]]:
    jobs.remind(replace(desk, now=now))
    with desk.store.writing() as session:
        claimed = outbox.claim(session, now=now, keys=desk.keys, limit=50)
        for letter in claimed:
            outbox.settle(session, letter, fault="", lasting=False, now=now)
    return sorted((letter.to, letter.subject) for letter in claimed)


def test_what_nothing_overrides_is_told_the_day_before_on_the_day_and_by_the_week(desk: Desk) -> None:
    def told(day: dt.date) -> list[str]:
        found = letters(desk, at(day))
        return [subject for to, subject in found if to == "c@example.org" and "not in order" in subject]

    first = OPENS.date()
    assert told(first - dt.timedelta(days=2)) == []
    assert told(first - dt.timedelta(days=1)) == ["A consultation that opens tomorrow is not in order"]
    assert told(first) == ["A consultation that opens today is not in order"]
    assert told(first + dt.timedelta(days=1)) == []
    assert states(desk, OPENS)["Consultations"] == "bad"
    assert states(desk, at(dt.date(2032, 1, 5)))["Consultations"] == "good"


def test_each_thing_is_told_once_on_its_day(desk: Desk) -> None:
    opened = subjects(desk, OPENS)
    assert ("c@example.org", "A consultation is open") in opened
    assert ("a@example.org", "How the site is doing this month") in opened
    assert {to for to, _ in opened} == {"a@example.org", "c@example.org"}
    assert subjects(desk, OPENS) == []
    assert subjects(desk, at(dt.date(2031, 11, 20))) == []
    both = [("a@example.org", "A consultation closes in three days"),
            ("c@example.org", "A consultation closes in three days")]  # fmt: skip
    told = subjects(desk, at(CLOSES - dt.timedelta(days=3)))
    assert [one for one in told if "month" not in one[1]] == both


def test_a_closing_day_that_is_moved_is_told_again(desk: Desk) -> None:
    def closing(now: dt.datetime) -> list[str]:
        return [subject for _, subject in subjects(desk, now) if "three days" in subject]

    told = at(CLOSES - dt.timedelta(days=3))
    assert len(closing(told)) == 2
    with desk.store.writing() as session:
        (round_,) = session.scalars(select(Round))
        openings.extend(
            session, round_, dt.date(2031, 12, 31), reason="Few answered.", by=BY, now=told, keys=desk.keys
        )
    assert closing(at(dt.date(2031, 12, 20))) == []
    assert [len(closing(at(dt.date(2031, 12, day)))) for day in (28, 29)] == [2, 0]


def test_the_response_is_due_on_the_promised_day(desk: Desk) -> None:
    due = dt.date(2032, 2, 22)
    soon = subjects(desk, at(due - dt.timedelta(days=14)))
    assert ("c@example.org", "A response is due in two weeks") in soon
    assert ("c@example.org", "A response is due") in subjects(desk, at(due))


def test_a_reminder_that_is_long_past_is_not_sent(desk: Desk) -> None:
    with desk.store.reading() as session:
        assert reminders.due(session, at(dt.date(2031, 11, 15))) == ()


def test_the_months_mail_goes_once_a_month(desk: Desk) -> None:
    first = subjects(desk, at(dt.date(2031, 11, 20)))
    assert first == [("a@example.org", "How the site is doing this month")]
    assert subjects(desk, at(dt.date(2031, 11, 21))) == []
    assert subjects(desk, at(dt.date(2031, 12, 1))) == first


def states(desk: Desk, now: dt.datetime) -> dict[str, str]:
    assert desk.settings is not None
    with desk.store.reading() as session:
        found = condition.lines(session, desk.store, desk.settings, now, jobs_age=60.0)
    assert all(line.words for line in found)
    return {line.name: line.state for line in found}


def test_quiet_faults_are_seen(desk: Desk, tmp_path: Path) -> None:
    now = at(dt.date(2031, 11, 20))
    found = states(desk, now)
    assert (found["Backup"], found["Letters"], found["Version"]) == ("bad", "good", "good")
    (tmp_path / "backup.made").touch()
    os.utime(tmp_path / "backup.made", (now.timestamp(), now.timestamp() - 3600))
    with desk.store.writing() as session:
        outbox.post(session, to="x@example.org", subject="s", body="b", kind="k", now=now, keys=desk.keys)
        (letter,) = outbox.claim(session, now=now, keys=desk.keys)
        outbox.settle(session, letter, fault="recipient", lasting=True, now=now)
        complaints.receive(
            session,
            text="t",
            name="",
            contact="3 High Street",
            subject="s",
            body="b",
            address="a",
            now=now,
            keys=desk.keys,
        )
    later = now + dt.timedelta(days=31)
    found = states(desk, later)
    assert (found["Letters"], found["Data-protection complaints"]) == ("bad", "bad")
    assert states(desk, now)["Data-protection complaints"] == "soon"
    with desk.store.writing() as session:
        (complaint,) = complaints.listing(session)
        complaints.acknowledge(session, complaint, by=BY, now=now, keys=desk.keys)
    assert states(desk, later)["Data-protection complaints"] == "soon"
    assert states(desk, now + dt.timedelta(days=100))["Data-protection complaints"] == "bad"
    with desk.store.writing() as session:
        (complaint,) = complaints.listing(session)
        complaints.answer(session, complaint, words="Done.", by=BY, now=now, keys=desk.keys)
    assert states(desk, now + dt.timedelta(days=100))["Data-protection complaints"] == "good"
    assert states(desk, now)["Backup"] == "good"
    assert found["Backup"] == "bad"


def test_a_complaint_is_called_to_mind_a_week_before_each_of_its_days(desk: Desk) -> None:
    came = dt.date(2031, 11, 20)
    with desk.store.writing() as session:
        add_officer(session, "information", keys=desk.keys, now=at(came), email="i@example.org")
        complaint = complaints.receive(
            session, text="t", name="", contact="3 High Street", subject="s", body="b", address="a",
            now=at(came), keys=desk.keys,
        )  # fmt: skip
    assert ("i@example.org", complaints.ARRIVED_SUBJECT) in subjects(desk, at(came))
    near = ("i@example.org", complaints.NEAR_SUBJECT)

    def told(day: dt.date) -> bool:
        return near in subjects(desk, at(day))

    assert [told(dt.date(2031, 12, day)) for day in (12, 13, 14)] == [False, True, False]
    with desk.store.writing() as session:
        mine = session.get_one(complaints.Complaint, complaint.id)
        complaints.acknowledge(session, mine, by=BY, now=at(came), keys=desk.keys)
    assert [told(dt.date(2032, 2, day)) for day in (12, 13, 14)] == [False, True, False]


def test_without_settings_nothing_is_told(desk: Desk) -> None:
    assert jobs.remind(replace(desk, settings=None)) == 0

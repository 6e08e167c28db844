"""The year: it moves forward by itself, backwards with a reason, and carries the last one over in one act."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.partnership import cycles, duties, packs, pages
from surveys import audit
from surveys.errors import SurveysError
from surveys.sealing import Keyring
from tests.portal.partnership.packs_on_disk import NORTHMOOR

BY = "officer:tests"


@pytest.fixture
def cycle(session: Session, keys: Keyring, now: dt.datetime) -> cycles.Cycle:
    packs.load(session, packs.read(NORTHMOOR), by=BY, now=now, keys=keys)
    made = cycles.open_year(session, 2031, by=BY, now=now, keys=keys)
    session.commit()
    return made


def refused(code: str) -> Any:
    return pytest.raises(SurveysError, match=f"^{code}$")


def test_a_year_begins_with_what_stands(session: Session, cycle: cycles.Cycle) -> None:
    found = cycles.settings_of(cycle)
    assert found == cycles.settings_now(session)
    assert found.topics
    assert set(found.before) == {entry.key for entry in pages.current(session, "priority", "en_GB")}
    assert found.weights == dict(cycles.START_WEIGHTS)
    assert (cycle.state, cycle.version, cycles.step(cycle)) == ("scanning", 1, 1)


def test_forward_needs_no_reason_backward_does(
    session: Session, cycle: cycles.Cycle, keys: Keyring, now: dt.datetime
) -> None:
    cycles.move(session, cycle, "consulting", seen_version=1, by=BY, now=now, keys=keys)
    with refused("cycle.reason"):
        cycles.move(session, cycle, "scanning", reason=" ", seen_version=2, by=BY, now=now, keys=keys)
    cycles.move(
        session, cycle, "scanning", reason="Two files late", seen_version=2, by=BY, now=now, keys=keys
    )
    session.commit()
    assert [(m.before, m.after, m.reason) for m in cycles.moves(session, 2031)] == [
        ("consulting", "scanning", "Two files late"),
        ("scanning", "consulting", ""),
    ]
    assert audit.check(session, keys) == []


def test_states_are_not_skipped_without_a_reason_nor_published_by_hand(
    session: Session, cycle: cycles.Cycle, keys: Keyring, now: dt.datetime
) -> None:
    with refused("cycle.reason"):
        cycles.move(session, cycle, "deciding", seen_version=1, by=BY, now=now, keys=keys)
    with refused("cycle.by_decision"):
        cycles.move(session, cycle, "published", reason="now", seen_version=1, by=BY, now=now, keys=keys)
    with refused("cycle.state"):
        cycles.move(session, cycle, "asleep", seen_version=1, by=BY, now=now, keys=keys)
    assert (cycle.state, cycle.version) == ("scanning", 1)


def test_of_two_people_who_saw_the_same_only_one_moves_it(
    session: Session, cycle: cycles.Cycle, keys: Keyring, now: dt.datetime
) -> None:
    cycles.move(session, cycle, "consulting", seen_version=1, by=BY, now=now, keys=keys)
    with refused("cycle.moved_meanwhile"):
        cycles.weigh(
            session,
            cycle,
            {**cycles.START_WEIGHTS, "residents": 10},
            seen_version=1,
            by=BY,
            now=now,
            keys=keys,
        )
    session.refresh(cycle)
    assert cycles.settings_of(cycle).weights["residents"] == 40


@pytest.mark.parametrize(
    ("weights", "code"),
    [
        ({"residents": 100}, "weights.wrong"),
        ({**cycles.START_WEIGHTS, "risk": 101}, "weights.wrong"),
        (dict.fromkeys(cycles.CRITERIA, 0), "weights.nought"),
    ],
)
def test_weights_are_whole_and_not_all_nought(
    session: Session, cycle: cycles.Cycle, keys: Keyring, now: dt.datetime, weights: dict[str, int], code: str
) -> None:
    with refused(code):
        cycles.weigh(session, cycle, weights, seen_version=1, by=BY, now=now, keys=keys)


def test_last_year_is_carried_over_in_one_act(
    session: Session, cycle: cycles.Cycle, keys: Keyring, now: dt.datetime
) -> None:
    weights = {"residents": 10, "partners": 20, "risk": 30, "recorded": 40}
    cycles.weigh(session, cycle, weights, seen_version=1, by=BY, now=now, keys=keys)
    partner = pages.current(session, "partner", "en_GB")[0]
    facts = partner.facts.model_copy(update={"retired": True})
    pages.revise(session, "partner", partner.key, "", facts, by=BY, now=now, keys=keys)
    taken: list[tuple[int, int]] = []
    made = cycles.carry_over(
        session, 2031, also=[lambda _, old, new: taken.append((old, new))], by=BY, now=now, keys=keys
    )
    session.commit()
    carried = cycles.settings_of(made)
    assert (made.year, made.state, made.carried_from, taken) == (2032, "scanning", 2031, [(2031, 2032)])
    assert carried.weights == weights
    assert partner.key not in carried.partners
    assert carried.before == cycles.settings_of(cycle).before
    with refused("cycle.exists"):
        cycles.carry_over(session, 2031, by=BY, now=now, keys=keys)
    assert cycles.under_way(session) is made


def test_what_is_due_next_and_by_whom(cycle: cycles.Cycle) -> None:
    found = duties.due(cycle, dt.date(2030, 8, 15))
    assert [(duty.code, duty.role, duty.due.isoformat(), duty.late) for duty in found] == [
        ("import-evidence", "analyst", "2030-07-31", True),
        ("write-assessment", "analyst", "2030-08-31", False),
        ("open-consultation", "consultation", "2030-09-01", False),
    ]
    cycle.state, cycle.meeting_on = "deciding", dt.date(2031, 2, 11)
    assert duties.due(cycle, dt.date(2031, 2, 1))[0].due == dt.date(2031, 2, 11)


def test_counting_begins_once_results_are_out(cycle: cycles.Cycle) -> None:
    cycle.state = "analysing"
    assert (cycles.step(cycle), cycles.step(cycle, released=True)) == (3, 4)


def test_the_database_keeps_the_states_and_the_history(session: Session, cycle: cycles.Cycle) -> None:
    cycle.state = "sleeping"
    with pytest.raises(IntegrityError):
        session.flush()

"""Counts that keep up with the store: nothing missed, nothing twice, on both databases."""

from __future__ import annotations

import datetime as dt
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from surveys import changes, erasure, responses, surveys
from surveys.erasure import Ledger
from surveys.questionnaire.model import Questionnaire
from surveys.records import Response
from surveys.results.cube import Cube
from surveys.results.follower import Follower, cold_count
from surveys.sealing import Keyring
from surveys.surveys import Survey
from tests.surveys.results.conftest import Send
from tests.surveys.results.people import document, people
from tests.surveys.results.test_cube import by_hand, of_cube


def stored(session: Session, survey: Survey) -> list[dict[str, object]]:
    query = select(Response.answers).where(Response.survey_id == survey.id, Response.status == "counted")
    return [dict(answers) for answers in session.scalars(query)]


def same(session: Session, survey: Survey, cube: Cube) -> bool:
    """Whether the cube equals counting the stored answers by hand, and a cold count of the packed rows."""
    fresh, _ = cold_count(session, survey.id, cube.layout)
    return of_cube(cube) == by_hand(document(), stored(session, survey)) and fresh.same_as(cube)


def test_a_follower_adds_each_submission_once(
    session: Session, survey: Survey, send: Send, now: dt.datetime
) -> None:
    follower = Follower(survey.id)
    with pytest.raises(LookupError):
        follower.ask(lambda cube: cube.responses)
    send(survey, people(1, 5, document()))
    assert follower.catch_up(session, now)
    send(survey, people(2, 7, document()))
    assert follower.ask(lambda cube: cube.responses) == 5
    later = now + dt.timedelta(minutes=5)
    assert follower.catch_up(session, later)
    assert follower.catch_up(session, later)
    assert follower.as_of == later
    assert follower.ask(lambda cube: cube.responses) == 12
    assert follower.ask(lambda cube: same(session, survey, cube))


def test_a_withdrawal_leaves_the_old_counts_until_they_are_rebuilt(
    session: Session, survey: Survey, send: Send, keys: Keyring, now: dt.datetime, ledger: Ledger
) -> None:
    numbers = send(survey, people(3, 6, document()))
    follower = Follower(survey.id)
    follower.catch_up(session, now)
    erasure.withdraw(session, numbers[2], keys=keys, now=now, ledger=ledger)
    session.commit()
    later = now + dt.timedelta(minutes=5)
    assert not follower.catch_up(session, later)
    assert (follower.behind, follower.as_of) == (True, now)
    assert follower.ask(lambda cube: cube.responses) == 6
    follower.rebuild(session, later)
    assert (follower.behind, follower.as_of) == (False, later)
    assert follower.ask(lambda cube: cube.responses) == 5
    assert follower.ask(lambda cube: same(session, survey, cube))
    assert follower.catch_up(session, later)


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), steps=st.lists(st.sampled_from(["send", "withdraw", "look"]), max_size=14))
def test_any_sequence_of_sending_and_taking_back_is_counted_right(
    session: Session,
    survey: Survey,
    send: Send,
    keys: Keyring,
    now: dt.datetime,
    ledger: Ledger,
    seed: int,
    steps: list[str],
) -> None:
    random, numbers, follower = Random(seed), list[str](), Follower(survey.id)
    for step in steps:
        if step == "send":
            numbers += send(survey, people(random.randrange(10**6), 2, document()))
        elif step == "withdraw" and numbers:
            number = numbers.pop(random.randrange(len(numbers)))
            erasure.withdraw(session, number, keys=keys, now=now, ledger=ledger)
            session.commit()
        elif not follower.catch_up(session, now):
            follower.rebuild(session, now)
    if not follower.catch_up(session, now):
        follower.rebuild(session, now)
    assert follower.ask(lambda cube: same(session, survey, cube))


def test_a_trimmed_log_asks_for_a_new_count(
    session: Session, survey: Survey, send: Send, now: dt.datetime
) -> None:
    follower, late = Follower(survey.id), Follower(survey.id)
    late.catch_up(session, now)
    send(survey, people(4, 3, document()))
    follower.catch_up(session, now)
    changes.trim_changes(session)
    session.commit()
    send(survey, people(5, 2, document()))
    assert not late.catch_up(session, now)
    late.rebuild(session, now)
    assert late.ask(lambda cube: cube.responses) == 5
    assert late.catch_up(session, now)


def test_a_new_version_asks_for_a_new_count(
    session: Session, survey: Survey, send: Send, keys: Keyring, now: dt.datetime
) -> None:
    send(survey, people(6, 4, document()))
    follower = Follower(survey.id)
    follower.catch_up(session, now)
    second = Questionnaire.model_validate(document().model_dump(mode="json", by_alias=True) | {"minutes": 5})
    surveys.publish_version(session, survey, second, meaning="same", by="cli:tests", now=now, keys=keys)
    session.commit()
    send(survey, people(7, 3, document()))
    assert not follower.catch_up(session, now)
    follower.rebuild(session, now)
    assert follower.ask(lambda cube: cube.responses) == 7
    assert follower.ask(lambda cube: same(session, survey, cube))


def test_two_transactions_that_commit_in_the_other_order_are_both_counted(
    session: Session, engine: Engine, survey: Survey, send: Send, keys: Keyring, now: dt.datetime
) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    follower = Follower(survey.id)
    follower.catch_up(session, now)
    session.commit()
    version = surveys.current_version(session, survey.id)
    assert version is not None
    (answers,) = people(8, 1, document())
    with Session(engine, expire_on_commit=False) as slow:
        mine = slow.get_one(Survey, survey.id)
        held = {k: v for k, v in answers.items() if v is not True}
        responses.submit_direct(
            slow, mine, version, document(), held,
            token="slow", locale="pl", may_publish=False, keys=keys, now=now,
        )  # fmt: skip
        send(survey, people(9, 1, document()))
        follower.catch_up(session, now)
        cold, mark = cold_count(session, survey.id)
        session.commit()
        assert cold.responses == follower.ask(lambda cube: cube.responses) == 0
        slow.commit()
    assert follower.catch_up(session, now)
    assert follower.ask(lambda cube: cube.responses) == 2
    assert follower.ask(lambda cube: same(session, survey, cube))
    assert mark == changes.Watermark(mark.xid, 0)

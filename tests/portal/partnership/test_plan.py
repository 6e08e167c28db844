"""The plan: every change kept, two hands told apart, only editions public, progress by thresholds."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from sqlalchemy import delete
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from portal.partnership import causes, decisions, plan, plan_board, progress
from portal.partnership.plan import Plan, PlanEdition, PlanItem
from portal.partnership.progress import Way
from surveys import audit
from surveys.errors import SurveysError
from surveys.sealing import Keyring
from tests.portal.partnership import deciding
from tests.portal.partnership.deciding import BY, YEAR

DAY = dt.date
OFFICER = "officer:Quillfeather"


@pytest.fixture
def how(keys: Keyring, now: dt.datetime) -> dict[str, Any]:
    return {"by": BY, "now": now, "keys": keys}


@pytest.fixture
def made(session: Session, keys: Keyring, now: dt.datetime, how: dict[str, Any]) -> Plan:
    """Northmoor's plan of 2032: one objective, a target with a baseline, an action with a cause."""
    cycle = deciding.year(session, keys, now)
    cites = deciding.shelved(session, keys, now)
    deciding.ready(session, keys, now, cycle, cites)
    topic = decisions.entries(session, YEAR, "topic")[0].key
    found = plan.begin(session, YEAR, **how)
    plan.put(session, found, "objective", {"title": "Nights feel safer"}, owner=OFFICER, **how)
    target = {
        "title": "People who feel safe after dark", "unit": "%", "baseline": 40, "aim": 60,
        "due": f"{YEAR + 1}-03-31", "baseline_on": f"{YEAR}-03-31", "source": "The residents' survey",
    }  # fmt: skip
    plan.put(session, found, "target", target, parent="O1", owner=OFFICER, **how)
    action = {
        "title": "Light two streets", "due": f"{YEAR}-09-30", "area": topic,
        "causes": [f"decision:{YEAR}:topic:{topic}", cites],
    }  # fmt: skip
    plan.put(session, found, "action", action, parent="O1", owner=OFFICER, **how)
    session.commit()
    return found


def refused(code: str) -> Any:
    return pytest.raises(SurveysError, match=f"^{code}$")


def read(session: Session, found: Plan) -> plan_board.Board:
    return plan_board.board(found.year, plan.content(session, found))


# Arithmetic -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "on", "status"),
    [
        (40, DAY(2032, 4, 1), "on-track"),
        (50, DAY(2032, 9, 30), "on-track"),
        (48.1, DAY(2032, 9, 30), "on-track"),
        (46, DAY(2032, 9, 30), "attention"),
        (43, DAY(2032, 9, 30), "off-track"),
        (30, DAY(2032, 4, 1), "off-track"),
        (60, DAY(2032, 4, 1), "done"),
        (61, DAY(2033, 3, 31), "done"),
        (59, DAY(2035, 3, 31), "on-track"),
    ],
)
def test_the_thresholds(value: float, on: dt.date, status: str) -> None:
    way = Way(40, DAY(2032, 3, 31), 60, DAY(2033, 3, 31))
    assert way.status(value, on, up=True) == status
    mirrored = Way(60, DAY(2032, 3, 31), 40, DAY(2033, 3, 31))
    assert mirrored.status(100 - value, on, up=False) == status


def test_to_hold_is_an_aim_too() -> None:
    way = Way(100, DAY(2032, 3, 31), 100, DAY(2033, 3, 31))
    wanted = [(100, "on-track"), (101, "on-track"), (91, "attention"), (80, "off-track")]
    assert [way.status(value, DAY(2032, 9, 1), up=True) for value, _ in wanted] == [s for _, s in wanted]
    assert way.status(120, DAY(2032, 9, 1), up=False) == "off-track"
    assert Way(0, DAY(2032, 3, 31), 0, DAY(2033, 3, 31)).status(1, DAY(2032, 9, 1), up=False) == "off-track"
    assert Way(1, DAY(2033, 3, 31), 2, DAY(2033, 3, 31)).expected(DAY(2033, 3, 31)) == 2


def test_no_per_cent_from_a_small_base_or_a_share() -> None:
    assert progress.change(19, 38, count=True).percent is None
    assert progress.change(20, 30, count=True) == progress.Change(10, 50)
    assert progress.change(50, 60, count=False) == progress.Change(10, None)


def test_the_worst_says_how_an_objective_stands() -> None:
    assert progress.worst(["done", "on-track", "off-track"]) == "off-track"
    assert progress.worst(["done", "done"]) == "done"
    assert progress.worst(["done", "not-started"]) == "not-started"
    assert progress.worst([]) == "not-started"


def test_quarters_of_a_plan_year() -> None:
    assert [progress.quarter_end(2032, q) for q in (1, 4)] == [DAY(2032, 6, 30), DAY(2033, 3, 31)]
    days = (DAY(2032, 4, 1), DAY(2032, 6, 30), DAY(2032, 7, 1), DAY(2033, 6, 1))
    assert [progress.quarters_over(2032, on) for on in days] == [0, 0, 1, 4]


# The store ------------------------------------------------------------------------------------------------


def test_every_state_is_kept_and_two_hands_are_told_apart(
    session: Session, made: Plan, how: dict[str, Any]
) -> None:
    first = {"key": "O1", "seen_version": 1, **how}
    plan.put(session, made, "objective", {"title": "Nights are safer"}, **first)
    with refused("plan.meanwhile"):
        plan.put(session, made, "objective", {"title": "Something else"}, **first)
    session.commit()
    titles = [one.body["body"]["title"] for one in plan.history(session, YEAR, "O1")]
    assert titles == ["Nights are safer", "Nights feel safer"]
    with pytest.raises(DBAPIError):
        session.execute(delete(plan.PlanChange))
    session.rollback()
    assert audit.check(session, how["keys"]) == []


@pytest.mark.parametrize(
    ("kind", "body", "parent", "code", "field"),
    [
        ("objective", {"title": " "}, None, "plan.wrong", "title"),
        ("objective", {"title": "x", "priority": "nowhere"}, None, "plan.priority", "priority"),
        ("objective", {"title": "x", "partner": "nobody"}, None, "plan.partner", "partner"),
        ("objective", {"title": "x"}, "O1", "plan.parent", "parent"),
        ("target", {"title": "x", "aim": 1, "due": "2033-03-31"}, None, "plan.parent", "parent"),
        ("target", {"title": "x", "aim": 1, "due": "2033-03-31"}, "A1", "plan.parent", "parent"),
        ("target", {"title": "x", "aim": "nan", "due": "2033-03-31"}, "O1", "plan.wrong", "aim"),
        ("target", {"title": "x", "aim": 1, "due": "31/31/2033"}, "O1", "plan.wrong", "due"),
        (
            "target",
            {"title": "x", "aim": 1, "due": "2033-03-31", "baseline_on": "2033-04-01"},
            "O1",
            "plan.due",
            "due",
        ),
        ("action", {"title": "x", "causes": ["decision:2032:topic:nothing"]}, "O1", "plan.causes", "causes"),
        ("action", {"title": "x", "area": "nowhere"}, "O1", "plan.area", "area"),
        ("milestone", {"title": "x"}, "O1", "plan.kind", None),
    ],
)
def test_what_cannot_stand_in_a_plan(
    session: Session,
    made: Plan,
    how: dict[str, Any],
    kind: str,
    body: dict[str, Any],
    parent: str | None,
    code: str,
    field: str | None,
) -> None:
    with refused(code) as problem:
        plan.put(session, made, kind, body, parent=parent, **how)
    assert problem.value.field == field


def test_the_database_keeps_the_shape_too(session: Session, made: Plan, how: dict[str, Any]) -> None:
    session.add(
        PlanItem(
            year=YEAR, key="T9", kind="target", parent=None, position=9, body={}, changed_by=BY,
            changed_at=how["now"],
        )
    )  # fmt: skip
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_reports_take_their_status_from_the_thresholds_and_corrections_count_last(
    session: Session, made: Plan, how: dict[str, Any]
) -> None:
    target, action = plan.item(session, YEAR, "T1"), plan.item(session, YEAR, "A1")
    assert target is not None
    assert action is not None
    plan.report(session, target, quarter=1, value=42, words="A slow start.", **how)
    plan.report(session, target, quarter=2, value=51, words="Better.", status="off-track", **how)
    plan.report(session, target, quarter=1, value=46, words="Counted again.", **how)
    plan.report(session, action, quarter=1, status="on-track", words="The first street.", **how)
    session.commit()
    line = read(session, made).targets[0]
    assert [(one.quarter, one.value, one.status) for one in line.updates] == [
        (1, 46, "on-track"), (2, 51, "on-track"),
    ]  # fmt: skip
    assert line.change == progress.Change(11, None)
    assert read(session, made).objectives[0].status == "on-track"
    for code, wrong in [
        ("plan.quarter", {"quarter": 5, "words": "x", "status": "done"}),
        ("plan.status", {"quarter": 1, "words": "x"}),
        ("plan.words", {"quarter": 1, "words": " ", "status": "done"}),
    ]:
        with refused(code):
            plan.report(session, action, **wrong, **how)  # type: ignore[arg-type]
    with refused("plan.value"):
        plan.report(session, target, quarter=1, value=float("nan"), words="x", **how)
    objective = plan.item(session, YEAR, "O1")
    assert objective is not None
    with refused("plan.reports"):
        plan.report(session, objective, quarter=1, status="done", words="x", **how)


def test_only_editions_are_public_and_what_was_public_on_a_day_can_be_said(
    session: Session, made: Plan, how: dict[str, Any], now: dt.datetime
) -> None:
    assert plan.public(session, YEAR) is None
    plan.publish(session, made, **how)
    with refused("plan.same"):
        plan.publish(session, made, note="Nothing", **how)
    plan.put(session, made, "objective", {"title": "Nights are safe"}, key="O1", seen_version=1, **how)
    assert "Nights are safe" not in json.dumps(plan.public(session, YEAR).content)  # type: ignore[union-attr]
    with refused("plan.note"):
        plan.publish(session, made, **how)
    later = how | {"now": now + dt.timedelta(days=90)}
    plan.publish(session, made, note="A plainer name.", **later)
    session.commit()
    then = plan.public(session, YEAR, now + dt.timedelta(days=30))
    assert then is not None
    assert then.number == 1
    newest = plan.public(session, YEAR)
    assert newest is not None
    assert newest.content["items"][0]["body"]["title"] == "Nights are safe"
    assert "Quillfeather" not in json.dumps(newest.content)
    assert plan.public(session, YEAR, now - dt.timedelta(days=1)) is None
    assert plan.public_years(session) == (YEAR,)
    with pytest.raises(DBAPIError):
        session.execute(delete(PlanEdition))
    session.rollback()


def test_what_is_late_and_what_is_missing(session: Session, made: Plan, how: dict[str, Any]) -> None:
    empty = plan.put(session, made, "objective", {"title": "Empty"}, **how)
    bare = {"title": "No baseline", "aim": 3, "due": f"{YEAR + 2}-03-31", "term": "long"}
    plan.put(session, made, "target", bare, parent="O1", owner=OFFICER, **how)
    plan.put(session, made, "action", {"title": "Uncaused", "review_on": f"{YEAR}-08-01"}, parent="O1", **how)
    session.commit()
    found = read(session, made)
    owners = {one.key: one.owner for one in plan.items(session, YEAR)}
    codes = {(one.code, one.key) for one in plan_board.warnings(found, owners, {OFFICER})}
    assert codes == {
        ("priority", "O1"), ("priority", empty.key), ("no_action", empty.key), ("no_target", empty.key),
        ("baseline", "T2"), ("cause", "A2"), ("owner", empty.key), ("owner", "A2"),
    }  # fmt: skip
    left = {one.key for one in plan_board.warnings(found, owners, set()) if one.code == "owner_left"}
    assert left == {"O1", "T1", "T2", "A1"}
    assert plan_board.late(found, DAY(YEAR, 6, 30)) == ()
    slow = plan_board.late(found, DAY(YEAR, 10, 1))
    assert [(one.code, one.line.key) for one in slow] == [
        ("update", "A1"), ("update", "A2"), ("update", "T1"), ("update", "T2"), ("review", "A2"),
        ("overdue", "A1"),
    ]  # fmt: skip
    action = plan.item(session, YEAR, "A1")
    assert action is not None
    plan.report(session, action, quarter=2, status="done", words="Lit.", **how)
    assert {one.line.key for one in plan_board.late(read(session, made), DAY(YEAR, 10, 1))} == {
        "A2",
        "T1",
        "T2",
    }


def test_an_objective_goes_with_what_stands_under_it(
    session: Session, made: Plan, how: dict[str, Any]
) -> None:
    objective = plan.item(session, YEAR, "O1")
    assert objective is not None
    with refused("plan.meanwhile"):
        plan.withdraw(session, objective, seen_version=9, **how)
    plan.withdraw(session, objective, seen_version=1, **how)
    assert plan.items(session, YEAR) == ()
    with refused("plan.empty"):
        plan.publish(session, made, **how)
    again = plan.put(session, made, "objective", {"title": "New"}, **how)
    assert again.key == "O2"


def test_the_next_year_takes_over_what_is_not_done(session: Session, made: Plan, how: dict[str, Any]) -> None:
    plan.put(session, made, "action", {"title": "Still to do"}, parent="O1", **how)
    action = plan.item(session, YEAR, "A1")
    assert action is not None
    plan.report(session, action, quarter=4, status="done", words="Lit.", **how)
    after = plan.begin(session, YEAR + 1, carried_from=YEAR, **how)
    found = read(session, after)
    assert [one.body.title for one in found.actions] == ["Still to do"]
    assert [one.body.title for one in found.targets] == ["People who feel safe after dark"]
    with refused("plan.exists"):
        plan.begin(session, YEAR, **how)
    with refused("plan.unknown"):
        plan.begin(session, YEAR + 5, carried_from=1999, **how)
    with refused("plan.year"):
        plan.begin(session, 99999, **how)


def test_a_cause_leads_on_to_what_the_decision_rests_on(session: Session, made: Plan) -> None:
    decided, cited = read(session, made).actions[0].body.causes
    assert causes.behind(session, decided) == (cited,)
    assert causes.behind(session, cited) == ()
    assert causes.unknown(session, [decided, cited, "decision:x:topic:y", "decision:2032:body:y", "?"]) == (
        "decision:x:topic:y", "decision:2032:body:y", "?",
    )  # fmt: skip

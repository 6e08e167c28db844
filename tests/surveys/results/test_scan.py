"""Column scans against counting by hand, and the cube against scans and plain SQL after anything happened."""

from __future__ import annotations

import datetime as dt
from random import Random

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from surveys import erasure, exclusions
from surveys.erasure import Ledger
from surveys.errors import SurveysError
from surveys.questionnaire.codebook import codebook_of
from surveys.questionnaire.model import Answers
from surveys.records import Response
from surveys.results import scan, tables
from surveys.results.follower import Follower, layout_of
from surveys.results.layout import Layout, Version
from surveys.results.tables import answer_keys
from surveys.sealing import Keyring
from surveys.surveys import Survey
from tests.surveys.results.conftest import Send
from tests.surveys.results.people import category, document, people


def stored(everybody: list[Answers]) -> tuple[Layout, list[scan.Batch]]:
    layout = Layout([Version("v1", 1, "first", document())])
    pack = codebook_of(document()).pack
    return layout, [("v1", layout.readers["v1"].columns.matrix([pack(a) for a in everybody]))]


def chosen(answers: Answers, question: str, item: str = "") -> set[str]:
    value = answers.get(question)
    if isinstance(value, dict):
        value = value.get(item)
    if isinstance(value, list):
        return set(value)
    if question == "years" and isinstance(value, int):
        bins = document().question_by_id["years"].bins
        return {b.key for b in bins if b.first <= value <= b.last}
    return set() if value is None else {str(value)}


PAIRS = [
    ("topics", "", "safe-day", ""),
    ("safe-day", "", "topics", ""),
    ("topic-first", "", "reported", ""),
    ("trust", "", "years", ""),
    ("improve", "", "place", ""),
    ("help-known", None, "trust", ""),
    ("reported", "", "help-known", None),
]


@pytest.mark.parametrize(("question", "item", "against", "against_item"), PAIRS)
def test_question_by_question_is_counting_by_hand(
    question: str, item: str | None, against: str, against_item: str | None
) -> None:
    rows = [row.key for row in document().question_by_id["help-known"].rows]
    item = rows[0] if item is None else item
    against_item = rows[1] if against_item is None else against_item
    everybody = people(31, 260, document())
    layout, batches = stored(everybody)
    for where in ({}, {"age": "13-24"}):
        found = scan.crossed(
            layout, batches, question, against, item=item, against_item=against_item, where=where
        )
        inside = [a for a in everybody if all(category(document(), k, a) == v for k, v in where.items())]
        base = "topics" if question == "topic-first" else question
        for number, group in enumerate(found.table.groups):
            member = [a for a in inside if group.key in chosen(a, against, against_item)]
            gave = [a for a in member if (chosen(a, base, item) or isinstance(a.get(base), int))]
            assert group.answered == len(gave)
            for place, row in enumerate(group.rows):
                hand = sum(row.key in chosen(a, question, item) for a in member)
                assert row.people == hand
                share = hand / len(gave) if gave else 0
                assert found.weighted[number, place] == pytest.approx(share)
            assert found.effective[number] == pytest.approx(len(gave))


def test_weights_follow_the_cells() -> None:
    everybody = people(32, 200, document())
    layout, batches = stored(everybody)
    cells = layout.readers["v1"].cells(batches[0][1])
    weights = {cell: 0.5 + n % 4 for n, cell in enumerate(sorted(set(cells.tolist())))}
    found = scan.crossed(layout, batches, "topics", "safe-day", weights=weights)
    each = [weights[cell] for cell in cells.tolist()]
    for number, group in enumerate(found.table.groups):
        member = [(a, w) for a, w in zip(everybody, each, strict=True) if group.key in chosen(a, "safe-day")]
        gave = [w for a, w in member if a.get("topics")]
        for place, row in enumerate(group.rows):
            hand = sum(w for a, w in member if row.key in chosen(a, "topics"))
            assert found.weighted[number, place] == pytest.approx(hand / sum(gave) if gave else 0)
        kish = sum(gave) ** 2 / sum(w * w for w in gave) if gave else 0
        assert found.effective[number] == pytest.approx(kish)


def test_every_order_somebody_gave() -> None:
    everybody = people(33, 150, document())
    layout, batches = stored(everybody)
    keys = answer_keys(document(), document().question_by_id["improve"])
    orders, many = scan.ballots(layout, batches, "improve")
    hand: dict[tuple[int, ...], int] = {}
    for answers in everybody:
        if answers.get("improve"):
            ballot = tuple(keys.index(key) for key in answers["improve"])  # type: ignore[union-attr]
            hand[ballot] = hand.get(ballot, 0) + 1
    assert dict(zip(orders, many.tolist(), strict=True)) == hand


@pytest.mark.parametrize(
    ("question", "item"), [("nothing", ""), ("why", ""), ("help-known", ""), ("help-known", "no-such-row")]
)
def test_what_cannot_be_crossed(question: str, item: str) -> None:
    layout, batches = stored([])
    with pytest.raises(SurveysError):
        scan.crossed(layout, batches, question, "topics", item=item)
    with pytest.raises(SurveysError):
        scan.crossed(layout, batches, "topics", question, against_item=item)


def test_nobody_gives_zeros() -> None:
    layout, batches = stored([])
    found = scan.crossed(layout, batches, "topics", "safe-day")
    assert not found.weighted.any()
    assert all(group.asked == 0 for group in found.table.groups)
    assert scan.ballots(layout, batches, "improve")[0] == []


# After anything happened ----------------------------------------------------------------------------------


def plain_sql(
    session: Session, engine: Engine, survey: Survey, question: str, key: str, ages: list[str]
) -> int:
    """How many counted people of these ages gave an answer, asked of the JSON by the database itself."""
    given = {"survey": survey.id, "key": key, **{f"age{n}": age for n, age in enumerate(ages)}}
    if document().question_by_id[question].kind != "several":
        wanted = f"answers ->> '{question}' = :key"
    elif engine.dialect.name == "sqlite":
        wanted = f"""EXISTS (SELECT 1 FROM json_each(answers, '$."{question}"') WHERE value = :key)"""
    else:
        wanted = f"COALESCE(answers -> '{question}', '[]') @> to_jsonb(CAST(:key AS text))"
    if ages:
        wanted += f" AND answers ->> 'age' IN ({', '.join(f':age{n}' for n in range(len(ages)))})"
    query = f"SELECT count(*) FROM response WHERE survey_id = :survey AND status = 'counted' AND {wanted}"
    return int(session.scalar(text(query), given) or 0)


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 2**32),
    steps=st.lists(st.sampled_from(["send", "send", "withdraw", "exclude", "look"]), min_size=4, max_size=12),
)
def test_cube_scan_and_sql_agree_after_anything_happened(
    session: Session,
    engine: Engine,
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
            numbers += send(survey, people(random.randrange(10**6), 4, document()))
        elif step == "withdraw" and numbers:
            number = numbers.pop(random.randrange(len(numbers)))
            erasure.withdraw(session, number, keys=keys, now=now, ledger=ledger)
        elif step == "exclude":
            _exclude_one(session, survey, random, keys, now)
        elif step == "look" and not follower.catch_up(session, now):
            follower.rebuild(session, now)
        session.commit()
    if not follower.catch_up(session, now):
        follower.rebuild(session, now)
    layout = layout_of(session, survey.id)
    batches = list(scan.batches(session, survey.id, layout))
    dimension = next(d for d in document().dimensions if d.key == "age")
    for question in ("topics", "safe-day"):
        scanned = {
            age: scan.crossed(layout, batches, question, "connection", where={"age": age} if age else {})
            for age in (None, *(c.key for c in dimension.categories))
        }
        for age in scanned:
            where = {"age": age} if age else {}
            table = follower.ask(lambda cube, q=question, w=where: tables.topline(cube, q, where=w)[0])  # type: ignore[misc]
            ages = next((c.answers["age"] for c in dimension.categories if c.key == age), [])
            for row in table.groups[0].rows:
                assert row.people == plain_sql(session, engine, survey, question, row.key, ages)
            chosen_by = np.array([[r.people for r in g.rows] for g in scanned[age].table.groups])
            everybody = np.array([row.people for row in table.groups[0].rows])
            assert (chosen_by <= everybody).all()
        by_age = follower.ask(lambda cube, q=question: tables.cross(cube, q, "age")[0])  # type: ignore[misc]
        crossed = scan.crossed(layout, batches, question, "age")
        for group in by_age.groups[1:-1]:
            answers = next(c.answers["age"] for c in dimension.categories if c.key == group.key)
            same = [g for g in crossed.table.groups if g.key in answers]
            assert group.answered == sum(g.answered for g in same)
            assert [r.people for r in group.rows] == [
                sum(g.rows[n].people for g in same) for n in range(len(group.rows))
            ]


def _exclude_one(session: Session, survey: Survey, random: Random, keys: Keyring, now: dt.datetime) -> None:
    """Two people leave one response out of every count."""
    counted = session.query(Response).filter_by(survey_id=survey.id, status="counted").all()
    if counted:
        proposed = exclusions.propose(
            session, survey.id, [random.choice(counted).id], rule=sorted(exclusions.RULES)[0],
            by="officer:1", now=now, keys=keys,
        )  # fmt: skip
        exclusions.confirm(session, proposed, by="officer:2", now=now, keys=keys)

"""Concerns: raised once, timed in working days, passed on outside, and holding what was written meanwhile."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from surveys import audit, erasure, moderation, responses, retention
from surveys.erasure import Erased, Ledger
from surveys.errors import SurveysError
from surveys.moderation import concerns, safeguarding
from surveys.moderation.concerns import Concern, HeldText, Telling, clock
from surveys.records import Comment, Response
from surveys.results import releases
from surveys.sealing import Keyring
from surveys.surveys import Survey
from tests.surveys.conftest import CLOSES, Fill
from tests.surveys.questionnaire import samples
from tests.surveys.test_erasure import stored_bytes, traces

LEAD = "officer:lead"
TUESDAY = dt.date(2026, 11, 10)
DAY = dt.timedelta(days=1)


def refused(code: str) -> Any:
    return pytest.raises(SurveysError, match=f"^{code}$")


@pytest.fixture
def number(session: Session, survey: Survey, fill: Fill, keys: Keyring, now: dt.datetime) -> str:
    """The receipt number of a response whose comment speaks of somebody at risk."""
    answers = samples.PATHS["adult, everything"] | {"why": "My stepfather hurts my yellowhammer sister"}
    state = fill(survey, token="t", answers=answers)
    every = samples.every_kind()
    sent = responses.submit(session, survey, every, state, token="t", keys=keys, now=now)
    session.commit()
    return sent.number


@pytest.fixture
def noted(keys: Keyring, now: dt.datetime) -> dict[str, Any]:
    return {"by": LEAD, "now": now, "keys": keys}


@pytest.fixture
def concern(session: Session, number: str, noted: dict[str, Any]) -> Concern:
    comment = the_comment(session)
    moderation.decide(
        session,
        comment,
        outcome="referred",
        category="child",
        seen_version=0,
        **noted | {"by": "officer:mod"},
    )
    session.commit()
    return session.scalars(select(Concern)).one()


def the_comment(session: Session) -> Comment:
    return session.scalars(select(Comment).where(Comment.item == "why")).one()


def told(session: Session, concern: Concern, noted: dict[str, Any], **more: Any) -> None:
    given: dict[str, Any] = {
        "who": "County children's team", "channel": "phone", "reference": "C-1931", "told_on": TUESDAY,
        "seen_version": concern.version,
    } | more  # fmt: skip
    safeguarding.tell(session, concern, **given, **noted)


# The clock ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "told_on", "today", "due", "waited", "overdue"),
    [
        ("2026-11-10", None, "2026-11-11", "2026-11-11", 1, False),
        ("2026-11-10", None, "2026-11-12", "2026-11-11", 2, True),
        ("2026-11-13", None, "2026-11-16", "2026-11-16", 1, False),  # over a weekend
        ("2026-12-24", None, "2026-12-28", "2026-12-29", 0, False),  # over Christmas
        ("2026-11-10", "2026-11-11", "2026-12-01", "2026-11-11", 1, False),
        ("2026-11-10", "2026-11-20", "2026-12-01", "2026-11-11", 8, False),
    ],
)
def test_the_clock_runs_in_working_days_from_the_day_of_sending(
    sent: str, told_on: str | None, today: str, due: str, waited: int, overdue: bool
) -> None:
    day = dt.date.fromisoformat
    found = clock(day(sent), day(told_on) if told_on else None, None, day(today))
    assert (found.due, found.waited, found.overdue, found.certain) == (day(due), waited, overdue, True)


def test_a_clock_past_the_known_holidays_says_so() -> None:
    assert not clock(dt.date(2040, 1, 2), None, None, dt.date(2040, 1, 4)).certain


# Raising --------------------------------------------------------------------------------------------------


def test_a_concern_is_raised_once_and_everybody_else_sees_a_number(
    session: Session, concern: Concern, noted: dict[str, Any]
) -> None:
    assert (concern.category, concern.source, concern.submitted_on) == ("child", "moderator", TUESDAY)
    again = safeguarding.refer(session, the_comment(session), category="adult", source="phrases", **noted)
    assert again is concern
    assert concern.category == "child"
    assert concerns.standing(session, TUESDAY) == (1, 0)
    assert concerns.standing(session, TUESDAY + 2 * DAY) == (1, 1)
    assert concerns.register(session) == [concern]
    assert concerns.unannounced(session) == [concern]
    assert concerns.overdue(session, TUESDAY + DAY) == []
    assert concerns.overdue(session, TUESDAY + 2 * DAY) == [concern]
    with refused("category.unknown"):
        safeguarding.refer(session, the_comment(session), category="gossip", source="moderator", **noted)
    with refused("concern.source"):
        safeguarding.refer(session, the_comment(session), category="child", source="machine", **noted)


def test_immediate_danger_stands_first(session: Session, concern: Concern, noted: dict[str, Any]) -> None:
    other = session.scalars(select(Comment).where(Comment.item == "heard")).one()
    urgent = safeguarding.refer(session, other, category="danger", source="phrases", **noted)
    assert concerns.register(session) == [urgent, concern]
    told(session, urgent, noted)
    assert concerns.register(session) == [concern, urgent]


def test_a_flag_of_the_lists_leaves_no_entry_with_a_time(
    session: Session, number: str, noted: dict[str, Any]
) -> None:
    before = len(list(audit.entries(session)))
    safeguarding.refer(session, the_comment(session), category="child", source="phrases", **noted)
    assert len(list(audit.entries(session))) == before


# Reading and passing on -----------------------------------------------------------------------------------


def test_reading_and_revealing_are_noted_without_words(
    session: Session, concern: Concern, noted: dict[str, Any]
) -> None:
    assert "stepfather" in safeguarding.read(session, concern, **noted)
    assert concern.read_on == TUESDAY
    with refused("reason.unknown"):
        safeguarding.reveal(session, concern, reason="curious", **noted)
    found = safeguarding.reveal(session, concern, reason="find-place", **noted)
    given = samples.PATHS["adult, everything"]
    assert found.answers == {id: given[id] for id in ("place", "ward", "age") if given.get(id)}
    actions = {e.action: e.facts for e in audit.entries(session, subject=f"concern:{concern.id}")}
    assert set(actions) == {"concern.raise", "concern.read", "concern.reveal"}
    assert "find-place" in actions["concern.reveal"]
    everything = " ".join(e.facts for e in audit.entries(session))
    assert "stepfather" not in everything
    assert str(given["age"]) not in everything
    assert "stepfather" not in repr(found)


def test_passing_on_stops_the_clock_and_keeps_who_sealed(
    session: Session, concern: Concern, noted: dict[str, Any], keys: Keyring
) -> None:
    with refused("concern.not_told"):
        safeguarding.conclude(session, concern, outcome="referral-accepted", seen_version=1, **noted)
    for more, code in (
        ({"who": " "}, "telling.who"),
        ({"channel": "pigeon"}, "telling.channel"),
        ({"reference": "x" * 61}, "telling.reference"),
        ({"told_on": TUESDAY + DAY}, "telling.day"),
        ({"told_on": TUESDAY - DAY}, "telling.day"),
        ({"seen_version": 7}, "concern.changed"),
    ):
        with refused(code):
            told(session, concern, noted, **more)
    told(session, concern, noted)
    told(session, concern, noted, who="Police", channel="emergency-call", reference="")
    assert concern.told_on == TUESDAY
    assert [(t.number, t.who, t.reference) for t in safeguarding.tellings(session, concern, keys=keys)] == [
        (1, "County children's team", "C-1931"),
        (2, "Police", ""),
    ]
    stored = session.execute(select(Telling.__table__)).mappings().all()
    assert "County" not in repr([dict(row) for row in stored])
    assert concerns.overdue(session, TUESDAY + 9 * DAY) == []
    safeguarding.classify(session, concern, category="adult", seen_version=concern.version, **noted)
    safeguarding.conclude(
        session, concern, outcome="referral-accepted", seen_version=concern.version, **noted
    )
    assert concerns.measures(session, TUESDAY, TUESDAY, TUESDAY + 3 * DAY) == concerns.Measures(
        raised=1, read=0, told=1, days_to_read=None, days_to_telling=0, told_in_time=1, overdue=0
    )


def test_release_gives_a_false_alarm_back_and_keeps_a_true_one_unpublished(
    session: Session, concern: Concern, noted: dict[str, Any], ledger: Ledger
) -> None:
    free: dict[str, Any] = {"ledger": ledger} | noted
    with refused("concern.not_concluded"):
        erasure.release(session, concern, reason="finished", seen_version=1, **free)
    erasure.release(session, concern, reason="not-safeguarding", seen_version=1, **free)
    assert the_comment(session).state == "waiting"
    assert not concerns.locked(session, concern.survey_id, concern.comment_id)
    assert concerns.register(session, closed=True) == [concern]
    with refused("concern.released"):
        told(session, concern, noted)
    comment = the_comment(session)
    flagged = safeguarding.refer(session, comment, category="child", source="phrases", **noted)
    assert not flagged.held  # the lead has looked at it before
    moderation.decide(
        session, comment, outcome="referred", category="danger", seen_version=comment.version, **noted
    )
    assert (concern.held, concern.category) == (True, "danger")
    safeguarding.conclude(session, concern, outcome="no-action", seen_version=concern.version, **noted)
    erasure.release(session, concern, reason="finished", seen_version=concern.version, **free)
    assert the_comment(session).state == "referred"
    assert list(ledger) == []


# The hold -------------------------------------------------------------------------------------------------


def test_a_withdrawal_leaves_the_text_under_a_hold_until_it_is_released(
    engine: Engine,
    session: Session,
    concern: Concern,
    number: str,
    noted: dict[str, Any],
    keys: Keyring,
    now: dt.datetime,
    ledger: Ledger,
) -> None:
    sealed = the_comment(session).sealed
    others = session.scalars(select(Comment.sealed).where(Comment.item != "why")).all()
    erasure.withdraw(session, number, keys=keys, now=now, ledger=ledger)
    session.commit()
    assert session.scalar(select(func.count()).select_from(Response)) == 0
    assert session.scalar(select(func.count()).select_from(Comment)) == 0
    with refused("receipt.unknown"):
        responses.find_receipt(session, number, keys=keys, now=now)
    assert "stepfather" in safeguarding.read(session, concern, **noted)
    with refused("concern.withdrawn"):
        safeguarding.reveal(session, concern, reason="find-place", **noted)
    told(session, concern, noted)
    session.commit()
    session.close()
    erasure.scrub(engine, fully=True)
    stored = stored_bytes(engine)
    assert traces(sealed, stored)
    assert not any(traces(other, stored) for other in others)
    concern = session.scalars(select(Concern)).one()
    erasure.release(
        session, concern, reason="not-safeguarding", seen_version=concern.version, ledger=ledger, **noted
    )
    session.commit()
    session.close()
    erasure.scrub(engine, fully=True)
    assert not traces(sealed, stored_bytes(engine))
    concern = session.scalars(select(Concern)).one()
    with refused("concern.gone"):
        safeguarding.read(session, concern, **noted)
    assert [line.op for line in ledger] == ["withdraw", "release"]


def test_a_restore_keeps_a_hold_and_follows_its_release(
    session: Session, concern: Concern, number: str, noted: dict[str, Any], ledger: Ledger
) -> None:
    response_id = the_comment(session).response_id
    ledger.append(Erased(concern.survey_id, response_id, "withdraw"))
    assert erasure.replay(session, ledger) == 1
    assert session.scalar(select(func.count()).select_from(HeldText)) == 1
    ledger.append(Erased(concern.survey_id, concern.id, "release"))
    assert erasure.replay(session, ledger) == 1
    assert session.scalar(select(func.count()).select_from(HeldText)) == 0


def test_one_comment_is_erased_with_all_that_was_made_of_it_but_not_under_a_hold(
    session: Session, concern: Concern, noted: dict[str, Any], ledger: Ledger
) -> None:
    survey_id = concern.survey_id
    erased: dict[str, Any] = {"reason": "identifies", "ledger": ledger} | noted
    with refused("comment.held"):
        erasure.erase_comment(session, survey_id, concern.comment_id, **erased)
    other = session.scalars(select(Comment).where(Comment.item == "heard")).one()
    marks = moderation.Redaction(0, 2, "place")
    moderation.decide(
        session, other, outcome="redacted", reason="identifies", redactions=[marks], seen_version=0, **noted
    )
    session.add(
        moderation.Translation(
            survey_id=survey_id, comment_id=other.id, locale="pl", sealed=b"x", key_id="t1", by="o",
            at=noted["now"],
        )
    )  # fmt: skip
    session.flush()
    counted = moderation.written(session, survey_id)
    erasure.erase_comment(session, survey_id, other.id, **erased)
    assert session.scalar(select(func.count()).select_from(moderation.PublicText)) == 0
    assert session.scalar(select(func.count()).select_from(moderation.Translation)) == 0
    assert responses.counts(session, survey_id) == 1
    assert counted["heard"] == 1
    assert list(ledger) == [Erased(survey_id, other.id, "comment")]
    with refused("comment.unknown"):
        erasure.erase_comment(session, survey_id, other.id, **erased)


# Retention ------------------------------------------------------------------------------------------------


def due_of(session: Session, kind: str, now: dt.datetime) -> list[retention.Due]:
    return [due for due in retention.preview(session, now) if due.kind == kind]


def test_retention_takes_what_is_due_and_passes_over_what_is_held(
    session: Session, survey: Survey, concern: Concern, noted: dict[str, Any], ledger: Ledger
) -> None:
    assert due_of(session, "text", noted["now"]) == []  # still open
    later = CLOSES + 40 * DAY
    with refused("retention.bounds"):
        retention.set_rule(session, "text", 99, **noted)
    retention.set_rule(session, "text", 6, **noted)
    why = {"reason": "Priorities came out"}
    with refused("retention.start"):
        retention.set_start(session, survey, TUESDAY, **why, **noted)
    (due,) = due_of(session, "text", later)
    assert (due.since, due.runs_from) == (dt.date(2026, 11, 29), "closing")
    releases.make(session, survey, by="o", keys=noted["keys"], now=later - 10 * DAY)
    (due,) = due_of(session, "text", later)
    assert (due.since, due.runs_from) == (dt.date(2026, 12, 29), "results")
    with refused("reason.missing"):
        retention.set_start(session, survey, dt.date(2026, 12, 31), reason=" ", **noted | {"now": later})
    retention.set_start(session, survey, dt.date(2026, 11, 30), **why, **noted | {"now": later})
    assert due_of(session, "text", later)[0].due_on == dt.date(2027, 5, 30)  # an earlier one
    retention.set_start(session, survey, None, **why, **noted | {"now": later})
    assert due_of(session, "text", later)[0].runs_from == "results"
    retention.set_start(session, survey, dt.date(2026, 12, 31), **why, **noted | {"now": later})
    (due,) = due_of(session, "text", later)
    assert (due.runs_from, due.due_on, due.rows, due.held) == ("officer", dt.date(2027, 6, 30), 3, 1)
    taking: dict[str, Any] = {"limit": 2} | noted
    with refused("retention.early"):
        erasure.retire(session, due, **taking | {"now": later})
    taking["now"] = day = dt.datetime(2027, 6, 30, 3, tzinfo=dt.UTC)
    assert [erasure.retire(session, due, **taking) for _ in range(3)] == [2, 1, 0]
    (left,) = due_of(session, "text", day)
    assert (left.rows, left.held) == (0, 1)
    assert responses.counts(session, survey.id) == 1
    taking["now"] = day = dt.datetime(2033, 1, 1, tzinfo=dt.UTC)
    (answers,) = due_of(session, "answers", day)
    assert answers.due_on == dt.date(2032, 11, 29)
    assert erasure.retire(session, answers, **taking) == 1
    assert responses.counts(session, survey.id) == 0
    assert "stepfather" in safeguarding.read(session, concern, **noted)
    erasure.release(session, concern, reason="not-safeguarding", seen_version=1, ledger=ledger, **noted)
    taking["now"] = day
    (log,) = due_of(session, "safeguarding", day)
    assert erasure.retire(session, log, **taking) == 1
    assert session.scalar(select(func.count()).select_from(Concern)) == 0


def test_a_year_of_the_audit_log_can_go_and_the_chain_still_holds(session: Session, keys: Keyring) -> None:
    def note(year: int, number: int) -> None:
        at = dt.datetime(year, 3, number, tzinfo=dt.UTC)
        audit.record(session, actor="o", action="a", subject="s", now=at, keys=keys)

    for year in (2019, 2020, 2026):
        note(year, 1)
        note(year, 2)
        audit.keep_reason(session, f"Why in {year}", by="o", now=dt.datetime(year, 3, 2, tzinfo=dt.UTC))
    now = dt.datetime(2026, 11, 10, tzinfo=dt.UTC)
    due = due_of(session, "audit", now)
    assert [(d.subject, d.due_on, d.rows) for d in due] == [
        ("2019", dt.date(2025, 12, 31), 2),
        ("2020", dt.date(2026, 12, 31), 2),
    ]
    assert erasure.retire(session, due[0], by="o", now=now, keys=keys, limit=2000) == 2
    session.commit()
    assert audit.check(session, keys) == []
    assert {entry.year for entry in audit.entries(session)} == {2020, 2026}
    assert set(session.scalars(select(audit.Reason.words))) == {"Why in 2020", "Why in 2026"}
    with pytest.raises(Exception, match="append-only"):
        session.execute(audit.Entry.__table__.delete())  # type: ignore[attr-defined]


def test_two_at_once_raise_one_concern(
    engine: Engine, session: Session, number: str, noted: dict[str, Any]
) -> None:
    comment = the_comment(session)
    if engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer")
    safeguarding.refer(session, comment, category="child", source="phrases", **noted)
    with Session(engine) as other:
        theirs = other.get_one(Comment, (comment.survey_id, comment.id))
        timer = threading.Timer(0.5, session.commit)
        timer.start()
        found = safeguarding.refer(other, theirs, category="adult", source="phrases", **noted)
        assert found.category == "child"
        timer.join()

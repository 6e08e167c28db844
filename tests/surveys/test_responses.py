"""Sending: once and only once, coded apart from written, who took part apart from what was said."""

from __future__ import annotations

import copy
import datetime as dt
import threading
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import Engine, func, insert, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from surveys import moderation, responses, surveys
from surveys.errors import SurveysError
from surveys.questionnaire.codebook import codebook_of
from surveys.questionnaire.model import Questionnaire
from surveys.responses import Change, Comment, Draft, Participant, Receipt, Response
from surveys.sealing import Keyring
from surveys.surveys import Survey
from tests.surveys.conftest import BY, CLOSES, Fill, Publish
from tests.surveys.questionnaire import samples

EVERY = samples.every_kind()
TODAY = dt.date(2026, 11, 10)
MINUTE = dt.timedelta(minutes=1)


def refused(code: str) -> Any:
    return pytest.raises(SurveysError, match=f"^{code}$")


def rows(session: Session) -> dict[str, int]:
    tables = (Response, Comment, Participant, Change, Draft)
    return {t.__tablename__: session.scalar(select(func.count()).select_from(t)) or 0 for t in tables}


def together(count: int, act: Any) -> list[Any]:
    """Runs the act in so many threads at the same moment; what each gave or raised."""
    results: list[Any] = []
    ready = threading.Barrier(count)

    def run() -> None:
        ready.wait()
        try:
            results.append(act())
        except Exception as problem:
            results.append(problem)

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_submit_stores_codes_and_seals_words(
    session: Session, survey: Survey, fill: Fill, keys: Keyring, now: dt.datetime
) -> None:
    state = fill(survey)
    receipt = responses.submit(session, survey, EVERY, state, token="token", keys=keys, now=now)
    session.commit()
    row = session.scalars(select(Response)).one()
    coded = samples.PATHS["adult, everything"] | {
        "topics.else": True,
        "why": True,
        "why-not.other": True,
        "heard": True,
    }
    assert row.answers == coded
    assert codebook_of(EVERY).unpack(row.packed) == coded
    assert (row.survey_kind, row.participant_id, row.status, row.channel) == (
        "anonymous",
        None,
        "counted",
        "web",
    )
    assert (row.submitted_on, row.locale, row.may_publish) == (TODAY, "pl", True)
    assert 0 <= row.record_key <= 255
    number = responses.receipt_number(keys, survey, "token")
    assert receipt == Receipt(number, survey.id, first=True, submitted_on=TODAY)
    assert number.startswith("LX")
    words = {w.item: (w.text, w.state, w.locale) for w in moderation.words(session, survey.id, keys=keys)}
    assert words == {
        "topics.else": ("Dogs on the loose", "waiting", "pl"),
        "why": ("People drive too fast", "waiting", "pl"),
        "why-not.other": ("It was late", "waiting", "pl"),
        "heard": ("At the library", "waiting", "pl"),
    }
    assert rows(session) == {"response": 1, "comment": 4, "participant": 0, "change_log": 1, "draft": 1}
    assert responses.counts(session, survey.id) == 1


def test_no_word_no_token_and_no_time_is_readable_in_any_row(
    engine: Engine, session: Session, survey: Survey, fill: Fill, keys: Keyring, now: dt.datetime
) -> None:
    state = fill(survey, token="a-token-to-look-for")
    token = "a-token-to-look-for"
    receipt = responses.submit(session, survey, EVERY, state, token=token, keys=keys, now=now)
    session.commit()
    stored = b""
    for table in ("response", "comment", "draft", "change_log", "participant"):
        for row in session.execute(text(f"SELECT * FROM {table}")):
            stored += b"|".join(v if isinstance(v, bytes) else str(v).encode() for v in row)
    hidden = ["Dogs", "drive too fast", "It was late", "library", token, receipt.number, receipt.number[5:9]]
    assert [word for word in hidden if word.encode() in stored] == []
    names = {c["name"] for t in ("response", "comment") for c in _columns(engine, t)}
    assert not any(part in name for name in names for part in ("_at", "address", "agent"))


def _columns(engine: Engine, table: str) -> Any:
    from sqlalchemy import inspect

    return inspect(engine).get_columns(table)


def test_answers_off_the_route_are_not_sent(
    session: Session, survey: Survey, fill: Fill, keys: Keyring, now: dt.datetime
) -> None:
    state = fill(survey, accepted=["about-you"], declined=["more"])
    state.answers["topics"] = ["scams"]
    responses.submit(session, survey, EVERY, state, token="token", keys=keys, now=now)
    answers = session.scalars(select(Response.answers)).one()
    assert not {"heard", "trust", "why-not", "topics.else"} & set(answers)
    assert (answers["topics"], answers["topic-first"], answers["disability"]) == (["scams"], "scams", "yes")
    assert [w.item for w in moderation.words(session, survey.id, keys=keys)] == ["why"]


def test_skipped_texts_stay_skipped(
    session: Session, survey: Survey, fill: Fill, keys: Keyring, now: dt.datetime
) -> None:
    state = fill(
        survey, answers={"age": "25-64", "topics": ["asb", "else"], "topics.else": None, "why": None}
    )
    responses.submit(session, survey, EVERY, state, token="token", keys=keys, now=now)
    answers = session.scalars(select(Response.answers)).one()
    assert (answers["why"], answers.get("topics.else")) == (None, None)
    assert rows(session)["comment"] == 0


def test_submit_twice_gives_one_receipt(
    session: Session, survey: Survey, fill: Fill, keys: Keyring, now: dt.datetime
) -> None:
    state = fill(survey)
    first = responses.submit(session, survey, EVERY, state, token="token", keys=keys, now=now)
    later = now + dt.timedelta(days=1)
    second = responses.submit(session, survey, EVERY, state, token="token", keys=keys, now=later)
    assert second == Receipt(first.number, survey.id, first=False, submitted_on=TODAY)
    closed = responses.submit(
        session, survey, EVERY, state, token="token", keys=keys, now=CLOSES + 99 * MINUTE
    )
    assert closed == second
    assert rows(session) == {"response": 1, "comment": 4, "participant": 0, "change_log": 1, "draft": 1}


@pytest.mark.parametrize("round_", range(3))
def test_thirty_two_submits_at_once_give_one_row_and_one_receipt(
    engine: Engine, session: Session, survey: Survey, fill: Fill, keys: Keyring, now: dt.datetime, round_: int
) -> None:
    state = fill(survey)
    writers = engine.execution_options(portal_writes=True)

    def send() -> Receipt:
        with Session(writers) as own:
            mine = own.get_one(Survey, survey.id)
            sent = responses.submit(own, mine, EVERY, copy.deepcopy(state), token="token", keys=keys, now=now)
            own.commit()
            return sent

    number = responses.receipt_number(keys, survey, "token")
    results = together(32, send)
    assert Counter(results) == {
        Receipt(number, survey.id, first=True, submitted_on=TODAY): 1,
        Receipt(number, survey.id, first=False, submitted_on=TODAY): 31,
    }
    assert rows(session) == {"response": 1, "comment": 4, "participant": 0, "change_log": 1, "draft": 1}


def test_thirty_two_forms_of_one_page_at_once_give_one_row(
    engine: Engine, session: Session, publish: Publish, keys: Keyring, now: dt.datetime
) -> None:
    document = samples.one_page()
    survey = publish(document)
    version = surveys.current_version(session, survey.id)
    assert version is not None
    survey_id = survey.id
    session.commit()
    writers = engine.execution_options(portal_writes=True)

    def send() -> Receipt:
        with Session(writers) as own:
            sent = responses.submit_direct(
                own,
                own.get_one(Survey, survey_id),
                version,
                document,
                {"safe": "very-safe", "comment": "More lamps"},
                token="form",
                locale="en_GB",
                may_publish=False,
                keys=keys,
                now=now,
            )
            own.commit()
            return sent

    results = together(32, send)
    assert sorted(r.first for r in results) == [False] * 31 + [True]
    assert len({r.number for r in results}) == 1
    assert rows(session) == {"response": 1, "comment": 1, "participant": 0, "change_log": 1, "draft": 0}
    row = session.scalars(select(Response)).one()
    assert (row.answers, row.may_publish) == ({"safe": "very-safe", "comment": True}, False)


def test_a_save_between_reading_and_sending_is_not_lost(
    session: Session, survey: Survey, fill: Fill, keys: Keyring, now: dt.datetime
) -> None:
    stale = copy.deepcopy(fill(survey))
    fresh = responses.open_draft(session, "token", keys=keys, now=now)
    assert fresh is not None
    fresh.answers["trust"] = 9
    responses.save(session, fresh, seen_revision=fresh.revision, keys=keys, now=now)
    session.commit()
    with refused("draft.stale"):
        responses.submit(session, survey, EVERY, stale, token="token", keys=keys, now=now)
    session.rollback()
    assert rows(session)["response"] == 0


@pytest.mark.parametrize(
    ("at", "state"),
    [(-30 * 24 * 60 * MINUTE, "coming"), (CLOSES + 60 * MINUTE, "closed")],
)
def test_nothing_is_sent_outside_the_window(
    session: Session, survey: Survey, fill: Fill, keys: Keyring, now: dt.datetime, at: Any, state: str
) -> None:
    draft = fill(survey)
    moment = at if isinstance(at, dt.datetime) else now + at
    with refused("survey.not_open") as refusal:
        responses.submit(session, survey, EVERY, draft, token="token", keys=keys, now=moment)
    assert refusal.value.facts == {"state": state}
    assert rows(session)["response"] == 0


def test_a_paused_survey_takes_nothing_and_grace_does(
    session: Session, survey: Survey, fill: Fill, keys: Keyring, now: dt.datetime
) -> None:
    draft = fill(survey)
    surveys.pause(session, survey, reason="storm", by=BY, now=now, keys=keys)
    with refused("survey.not_open"):
        responses.submit(session, survey, EVERY, draft, token="token", keys=keys, now=now)
    surveys.resume(session, survey, reason="over", by=BY, now=now, keys=keys)
    sent = responses.submit(session, survey, EVERY, draft, token="token", keys=keys, now=CLOSES + MINUTE)
    assert sent.first


def test_the_day_of_submission_is_londons(
    session: Session, survey: Survey, fill: Fill, keys: Keyring, now: dt.datetime
) -> None:
    survey.opens_at = now - dt.timedelta(days=200)
    draft = fill(survey)
    summer = dt.datetime(2026, 7, 1, 23, 30, tzinfo=dt.UTC)
    sent = responses.submit(session, survey, EVERY, draft, token="token", keys=keys, now=summer)
    assert sent.submitted_on == dt.date(2026, 7, 2)


def test_comments_are_private_where_permission_was_never_asked(
    session: Session, publish: Publish, fill: Fill, keys: Keyring, now: dt.datetime
) -> None:
    document = samples.small().model_copy(update={"asks_permission": False})
    survey = publish(document)
    state = fill(survey, answers={"comment": "More lamps"}, may_publish=True)
    responses.submit(session, survey, document, state, token="token", keys=keys, now=now)
    assert session.scalars(select(Response.may_publish)).all() == [False]


def test_the_confirmation_lasts_twenty_minutes(
    session: Session, survey: Survey, fill: Fill, keys: Keyring, now: dt.datetime
) -> None:
    state = fill(survey)
    assert responses.confirmation(session, "token", keys=keys, now=now) is None
    sent = responses.submit(session, survey, EVERY, state, token="token", keys=keys, now=now)
    shown = responses.confirmation(session, "token", keys=keys, now=now + 19 * MINUTE)
    assert shown is not None
    receipt, draft = shown
    assert receipt == Receipt(sent.number, survey.id, first=False, submitted_on=TODAY)
    assert (draft.answers, draft.locale) == (state.answers, "pl")
    assert responses.confirmation(session, "token", keys=keys, now=now + 20 * MINUTE) is None


@pytest.mark.parametrize(
    ("until", "day", "possible"),
    [
        (dt.date(2026, 12, 13), dt.datetime(2026, 12, 13, 23, 59, tzinfo=dt.UTC), True),
        (dt.date(2026, 12, 13), dt.datetime(2026, 12, 14, 0, 0, tzinfo=dt.UTC), False),
        (None, dt.datetime(2026, 11, 11, tzinfo=dt.UTC), False),
    ],
)
def test_a_receipt_shows_status_only(
    session: Session,
    publish: Publish,
    fill: Fill,
    keys: Keyring,
    now: dt.datetime,
    until: dt.date | None,
    day: dt.datetime,
    possible: bool,
) -> None:
    survey = publish(EVERY, withdraw_until=until)
    sent = responses.submit(session, survey, EVERY, fill(survey), token="token", keys=keys, now=now)
    typed = sent.number.lower().replace("-", " ")
    status = responses.find_receipt(session, typed, keys=keys, now=day)
    assert status == responses.ReceiptStatus(survey, TODAY, until, possible)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("4821-7730-1956-2284", "receipt.is_return_code"),
        ("LX7Q-4TXD", "receipt.malformed"),
        ("LX7Q-4TXD-9RWB", "receipt.unknown"),
        ("ZZ7Q-4TXD-9RWB", "receipt.unknown"),
        ("\x00'--", "receipt.malformed"),
    ],
)
def test_find_receipt_refuses(
    session: Session, survey: Survey, keys: Keyring, now: dt.datetime, typed: str, code: str
) -> None:
    with refused(code) as refusal:
        responses.find_receipt(session, typed, keys=keys, now=now)
    assert refusal.value.field == "number"


def named(session: Session, publish: Publish) -> tuple[Questionnaire, Survey]:
    document = samples.named()
    return document, publish(document, slug="organisations", prefix="QR")


def test_an_organisation_is_named_apart_from_what_it_said(
    session: Session, publish: Publish, fill: Fill, keys: Keyring, now: dt.datetime
) -> None:
    document, survey = named(session, publish)
    answers = {"organisation": "Ely Food Bank", "topics": ["scams"], "value": "Trust"}
    state = fill(survey, answers=answers)
    responses.submit(session, survey, document, state, token="token", keys=keys, now=now)
    session.commit()
    row = session.scalars(select(Response)).one()
    assert row.answers == {"organisation": True, "topics": ["scams"], "value": True}
    assert [w.text for w in moderation.words(session, survey.id, keys=keys)] == ["Trust"]
    assert responses.participants(session, survey.id, keys=keys) == {row.participant_id: "Ely Food Bank"}


def test_a_named_survey_wants_a_name(
    session: Session, publish: Publish, fill: Fill, keys: Keyring, now: dt.datetime
) -> None:
    document, survey = named(session, publish)
    state = fill(survey, answers={"organisation": None, "topics": ["scams"]})
    with refused("participant.missing"):
        responses.submit(session, survey, document, state, token="token", keys=keys, now=now)


def test_the_database_keeps_organisations_out_of_anonymous_responses(
    session: Session, publish: Publish, fill: Fill, keys: Keyring, now: dt.datetime
) -> None:
    document, survey = named(session, publish)
    anonymous = publish(samples.small(), slug="small", prefix="SM")
    state = fill(survey, answers={"organisation": "Ely Food Bank"})
    responses.submit(session, survey, document, state, token="token", keys=keys, now=now)
    session.commit()
    participant_id = session.scalars(select(Participant.id)).one()
    version = surveys.current_version(session, anonymous.id)
    assert version is not None
    response = {
        "survey_id": anonymous.id,
        "id": "r",
        "version_id": version.id,
        "submission_hash": b"s",
        "receipt_hash": b"r",
        "answers": {},
        "packed": b"",
        "record_key": 0,
        "locale": "pl",
        "submitted_on": TODAY,
    }
    participant = {"survey_id": anonymous.id, "id": "p", "sealed": b"", "key_id": "t1"}
    attempts: list[tuple[Any, dict[str, Any]]] = [
        (Response, response | {"survey_kind": "anonymous", "participant_id": participant_id}),
        (Response, response | {"survey_kind": "named", "participant_id": None}),
        (Participant, participant | {"survey_kind": "named"}),
        (Participant, participant | {"survey_kind": "anonymous"}),
    ]

    def store(table: Any, values: dict[str, Any]) -> None:
        session.execute(insert(table), values)
        session.commit()

    for table, values in attempts:
        with pytest.raises(IntegrityError):
            store(table, values)
        session.rollback()
    session.execute(insert(Response), response | {"survey_kind": "anonymous"})
    session.commit()


def test_a_response_never_names_somebody_of_another_survey(
    session: Session, publish: Publish, fill: Fill, keys: Keyring, now: dt.datetime
) -> None:
    document, survey = named(session, publish)
    state = fill(survey, answers={"organisation": "Ely Food Bank"})
    responses.submit(session, survey, document, state, token="token", keys=keys, now=now)
    session.commit()
    session.execute(text("UPDATE response SET participant_id = 'nobody'"))
    with pytest.raises(IntegrityError):
        session.commit()


def test_sqlite_keeps_no_hidden_order_of_arrival(engine: Engine, session: Session) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("only SQLite numbers its rows")
    for table in ("response", "comment", "participant", "draft"):
        sql = session.scalar(text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": table})
        assert sql is not None
        assert sql.rstrip().endswith("WITHOUT ROWID")

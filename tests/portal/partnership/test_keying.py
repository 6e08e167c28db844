"""Forms are typed once each, reconciled, and a sample of them twice; numbers stay apart from answers."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.partnership import keying
from portal.partnership.keying import Batch, FirstTyping, Keyed, PaperForm
from surveys import audit, erasure, responses, surveys
from surveys.erasure import Ledger
from surveys.errors import SurveysError
from surveys.questionnaire.model import Answers
from surveys.records import Response
from surveys.results import releases
from surveys.sealing import Keyring
from surveys.surveys import Survey
from tests.portal.partnership.conftest import BY, CLOSES, Ask
from tests.surveys.questionnaire import samples

DOCUMENT = samples.every_kind()
ANSWERS: dict[str, Any] = samples.PATHS["adult, everything"]
TODAY = dt.date(2026, 11, 10)
AFTER = CLOSES + dt.timedelta(days=3)


def refused(code: str) -> Any:
    return pytest.raises(SurveysError, match=f"^{code}$")


@pytest.fixture
def survey(ask: Ask) -> Survey:
    return ask(DOCUMENT)


@pytest.fixture
def batch(session: Session, survey: Survey, keys: Keyring, now: dt.datetime) -> Batch:
    return opened(session, survey, keys, now)


def opened(session: Session, survey: Survey, keys: Keyring, now: dt.datetime, **more: Any) -> Batch:
    given = {"name": "Ely library", "channel": "paper", "issued": 50, "returned": 3, "sample_every": 1}
    return keying.open_batch(session, survey, by=BY, now=now, keys=keys, **given | more)


def key(
    session: Session, batch: Batch, keys: Keyring, now: dt.datetime, number: str = "1", **more: Any
) -> Keyed:
    survey = session.get_one(Survey, batch.survey_id)
    version = surveys.current_version(session, survey.id)
    assert version is not None
    answers: Answers = more.pop("answers", ANSWERS)
    given = {"token": f"once-{number}", "locale": "en_GB", "may_publish": False, "received_on": TODAY}
    return keying.key_form(
        session, batch, survey, version, DOCUMENT, answers, number=number, by=BY, now=now, keys=keys,
        **given | more,
    )  # fmt: skip


def test_a_form_becomes_a_response_with_its_channel_and_every_part(
    session: Session, batch: Batch, keys: Keyring, now: dt.datetime
) -> None:
    keyed = key(session, batch, keys, now, number=" lib-7 ")
    stored = session.scalars(select(Response)).one()
    assert (stored.channel, stored.submitted_on, keyed.receipt.first) == ("paper", TODAY, True)
    assert stored.answers["disability"] == "yes"
    assert session.scalars(select(PaperForm.number)).all() == ["LIB-7"]
    (reckoned,) = keying.batches(session, batch.survey_id)
    assert (reckoned.keyed, reckoned.spoiled, reckoned.left, reckoned.waiting) == (1, 0, 2, ("LIB-7",))
    assert audit.check(session, keys) == []


def test_pressing_twice_makes_one_response(
    session: Session, batch: Batch, keys: Keyring, now: dt.datetime
) -> None:
    first, again = key(session, batch, keys, now), key(session, batch, keys, now)
    assert again.receipt.number == first.receipt.number
    assert (again.receipt.first, responses.counts(session, batch.survey_id)) == (False, 1)


def test_a_number_is_used_once_in_a_survey(
    session: Session, batch: Batch, keys: Keyring, now: dt.datetime
) -> None:
    key(session, batch, keys, now)
    other = opened(session, session.get_one(Survey, batch.survey_id), keys, now, name="Soham")
    with refused("form.there"), session.begin_nested():
        key(session, other, keys, now, token="another")
    with refused("form.there"):
        keying.spoil(session, other, number="1", reason="blank", by=BY, now=now, keys=keys)
    assert responses.counts(session, batch.survey_id) == 1


def test_nothing_leads_from_a_number_to_answers_but_while_the_sample_waits(
    session: Session, survey: Survey, keys: Keyring, now: dt.datetime
) -> None:
    never = opened(session, survey, keys, now, name="No sample", sample_every=10**9)
    key(session, never, keys, now, number="5")
    assert session.scalars(select(FirstTyping)).all() == []
    columns = {column.name for table in (PaperForm, Batch) for column in table.__table__.columns}
    assert {"response_id", "receipt_hash", "submission_hash", "at"} & columns == set()


def test_the_second_typing_is_compared_and_discarded(
    session: Session, batch: Batch, keys: Keyring, now: dt.datetime
) -> None:
    key(session, batch, keys, now)
    second = ANSWERS | {"safe-dark": "very-safe", "why": "Different words are no difference"}
    compared = keying.key_again(session, batch, DOCUMENT, second, number="1", by=BY, now=now, keys=keys)
    assert [(one.question, one.first, one.second) for one in compared.differences] == [
        ("safe-dark", "a-bit-unsafe", "very-safe")
    ]
    (reckoned,) = keying.batches(session, batch.survey_id)
    assert (batch.twice, batch.differences, reckoned.waiting) == (1, 1, ())
    assert reckoned.error_rate == pytest.approx(1 / compared.compared)
    assert responses.counts(session, batch.survey_id) == 1
    assert session.scalars(select(Response)).one().answers["safe-dark"] == "a-bit-unsafe"
    with refused("form.not_waiting"):
        keying.key_again(session, batch, DOCUMENT, second, number="1", by=BY, now=now, keys=keys)


def test_taking_a_response_back_unties_its_form(
    session: Session, batch: Batch, keys: Keyring, now: dt.datetime, tmp_path: Any
) -> None:
    receipt = key(session, batch, keys, now).receipt
    erasure.withdraw(session, receipt.number, keys=keys, now=now, ledger=Ledger(tmp_path / "erased"))
    session.expire_all()
    assert session.scalars(select(FirstTyping)).all() == []
    assert keying.reckon(session, batch).keyed == 1


def test_a_sample_nobody_typed_again_is_untied(
    session: Session, batch: Batch, keys: Keyring, now: dt.datetime
) -> None:
    key(session, batch, keys, now)
    assert keying.forget_links(session, now + keying.COMPARE_WITHIN) == 0
    assert keying.forget_links(session, now + keying.COMPARE_WITHIN + dt.timedelta(days=1)) == 1


def test_what_arrived_in_time_is_typed_after_closing_until_results_are_out(
    session: Session, batch: Batch, keys: Keyring
) -> None:
    assert key(session, batch, keys, AFTER, received_on=dt.date(2026, 11, 29)).receipt.first
    for day in (dt.date(2026, 11, 30), dt.date(2026, 10, 31), dt.date(2027, 1, 1)):
        with refused(r"received\.day"):
            key(session, batch, keys, AFTER, number="2", received_on=day)
    survey = session.get_one(Survey, batch.survey_id)
    session.commit()
    releases.make(session, survey, by=BY, now=AFTER, keys=keys)
    with refused(r"form\.released"):
        key(session, batch, keys, AFTER, number="3")


def test_a_form_that_ends_early_is_put_aside(
    session: Session, batch: Batch, keys: Keyring, now: dt.datetime
) -> None:
    with refused(r"form\.stopped"):
        key(session, batch, keys, now, answers=samples.PATHS["too young"])
    keying.spoil(session, batch, number="1", reason="too-young", by=BY, now=now, keys=keys)
    assert keying.reckon(session, batch).spoiled == 1
    with refused(r"reason\.unknown"):
        keying.spoil(session, batch, number="2", reason="because", by=BY, now=now, keys=keys)


@pytest.mark.parametrize("number", ["", "-1", "a" * 21, "1\n2", "ä", "1; DROP"])
def test_a_number_is_short_and_plain(
    session: Session, batch: Batch, keys: Keyring, now: dt.datetime, number: str
) -> None:
    with refused(r"form\.number"):
        key(session, batch, keys, now, number=number)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"name": " "}, "batch.name"),
        ({"name": "Ely  library"}, "batch.exists"),
        ({"channel": "post"}, "batch.channel"),
        ({"issued": 2}, "batch.counts"),
        ({"returned": -1}, "batch.counts"),
    ],
)
def test_a_batch_that_makes_no_sense_is_refused(
    session: Session, batch: Batch, keys: Keyring, now: dt.datetime, more: dict[str, Any], code: str
) -> None:
    with refused(code):
        opened(session, session.get_one(Survey, batch.survey_id), keys, now, **more)


def test_counts_are_corrected_and_the_database_keeps_them_possible(
    session: Session, batch: Batch, keys: Keyring, now: dt.datetime
) -> None:
    keying.count_batch(session, batch, issued=60, returned=9, by=BY, now=now, keys=keys)
    assert keying.reckon(session, batch).left == 9
    with pytest.raises(IntegrityError):
        session.execute(text("UPDATE form_batch SET returned = issued + 1"))

"""Documents behind their gate, scrutiny with its clock, the sent-to log: as both databases keep them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlalchemy.orm import Session

from portal.partnership import plan, publications, scrutiny
from portal.partnership.publications import Publication
from portal.partnership.scrutiny import Recommendation, SentTo
from surveys import audit
from surveys.errors import SurveysError
from surveys.sealing import Keyring

BY = "officer:x"
DAY = dt.date(2032, 5, 1)
WORDS = {"title": " Review  one ", "body": "What happened.", "dated": DAY}
GATE = {
    "quality_letter_on": DAY, "family_informed_on": DAY, "trial_ended_on": DAY, "pseudonyms": True,
    "metadata_removed": True,
}  # fmt: skip


@pytest.fixture
def how(keys: Keyring, now: dt.datetime) -> dict[str, Any]:
    return {"by": BY, "now": now, "keys": keys}


def refused(code: str) -> Any:
    return pytest.raises(SurveysError, match=f"^{code}$")


def test_a_review_passes_its_gate_whole_or_not_at_all(session: Session, how: dict[str, Any]) -> None:
    found = publications.add(session, "one", "death-review", WORDS, **how)
    assert found.title == "Review one"
    with refused("publication.exists"):
        publications.add(session, "one", "death-review", WORDS, **how)
    with refused("publication.gate"):
        publications.publish(session, found, seen_version=found.version, **how)
    for lacks in GATE:
        gate = {name: value for name, value in GATE.items() if name != lacks}
        blank = {lacks: False if isinstance(GATE[lacks], bool) else None}
        publications.write(
            session, found, WORDS | {"review_on": DAY}, gate=gate | blank, seen_version=found.version, **how
        )
        assert publications.lacking(found) == (lacks,)
    publications.write(
        session, found, WORDS | {"review_on": DAY}, gate=GATE, seen_version=found.version, **how
    )
    kept = publications.attach(session, found, file_name="r.pdf", content=b"%PDF-1.7 x", **how)
    assert publications.lacking(found) == ("metadata_removed",)  # a new file opens the question again
    assert publications.public(session, "one") is None
    publications.write(
        session, found, WORDS | {"review_on": DAY}, gate=GATE, seen_version=found.version, **how
    )
    publications.publish(session, found, seen_version=found.version, **how)
    session.commit()
    assert publications.public(session, "one") is not None
    assert publications.file(session, "one", kept.id) is not None
    with refused("publication.meanwhile"):
        publications.withdraw(session, found, seen_version=1, **how)
    publications.withdraw(session, found, seen_version=found.version, **how)
    assert publications.public(session, "one") is None
    assert audit.check(session, how["keys"]) == []


def test_the_database_itself_keeps_the_gate_shut(session: Session, how: dict[str, Any]) -> None:
    publications.add(session, "one", "death-review", WORDS, **how)
    session.commit()
    with pytest.raises(IntegrityError):
        session.execute(update(Publication).values(state="published", published_at=how["now"]))
    session.rollback()


def test_a_recommendation_has_a_clock_and_two_hands_lose_nothing(
    session: Session, how: dict[str, Any]
) -> None:
    plan.begin(session, 2032, **how)
    given = {"made_by": "The committee", "words": "Look at nights.", "received_on": DAY}
    with refused("scrutiny.clock"):
        scrutiny.receive(session, 2032, **given, reply_due=DAY - dt.timedelta(days=1), **how)
    found = scrutiny.receive(session, 2032, **given, **how)
    assert found.reply_due == DAY + dt.timedelta(days=scrutiny.REPLY_DAYS)
    assert found.late(found.reply_due + dt.timedelta(days=1))
    assert scrutiny.public(session, 2032) == ()
    answer = {"words": "Yes.", "replied_on": DAY, "reply_due": None, "owner": None, "public": True}
    seen = found.version
    with refused("scrutiny.day"):
        scrutiny.reply(session, found, **answer | {"replied_on": None}, seen_version=seen, **how)
    scrutiny.reply(session, found, **answer, seen_version=seen, **how)
    with refused("scrutiny.meanwhile"):
        scrutiny.reply(session, found, **answer | {"words": "No."}, seen_version=seen, **how)
    session.commit()
    assert [one.reply for one in scrutiny.public(session, 2032)] == ["Yes."]
    with pytest.raises(IntegrityError):
        session.execute(update(Recommendation).values(replied_on=None))
    session.rollback()


def test_what_was_sent_stays_on_the_log(session: Session, how: dict[str, Any]) -> None:
    sent = {"what": "The plan", "recipient": "The policing body"}
    with refused("scrutiny.day"):
        scrutiny.note_sent(session, 2032, **sent, sent_on=None, **how)
    scrutiny.note_sent(session, 2032, **sent, sent_on=DAY, **how)
    session.commit()
    for change in (delete(SentTo), update(SentTo).values(what="Nothing"), text("DELETE FROM sent_to")):
        with pytest.raises(DatabaseError):
            session.execute(change)
        session.rollback()
    assert [one.recipient for one in scrutiny.sent(session, 2032)] == ["The policing body"]

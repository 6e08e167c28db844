"""Meetings, what arrives outside the survey, and complaints: on record, considered, answered in time."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.partnership import complaints, meetings, outbox, rounds, submissions
from portal.partnership.meetings import Minutes
from portal.partnership.submissions import Submission, Words
from surveys import audit
from surveys.errors import SurveysError
from surveys.sealing import Keyring
from tests.office import add_officer

BY = "officer:x"
TODAY = dt.date(2026, 11, 10)
MINUTES = Minutes(
    held_on=dt.date(2026, 11, 3),
    place="  Soham   village hall ",
    publicised="Notice boards",
    attendance=[("Police", "Chief inspector"), ("County council", "Director"), (" ", "Nobody")],
    public_came=31,
    questions=[("Who looks after the lights?", "The county council does."), ("", "lost")],
    notes="It rained.",
)


@pytest.fixture(autouse=True)
def autumn(session: Session, keys: Keyring, now: dt.datetime) -> None:
    rounds.create(session, slug="autumn", by=BY, now=now, keys=keys)
    session.commit()


def refused(code: str) -> Any:
    return pytest.raises(SurveysError, match=f"^{code}$")


def test_a_meeting_is_one_record_with_attendance_by_authority(
    session: Session, keys: Keyring, now: dt.datetime
) -> None:
    made = meetings.record(session, MINUTES, round_slug="autumn", by=BY, now=now, keys=keys)
    decision = meetings.record(session, MINUTES, by=BY, now=now, keys=keys)
    assert (made.place, meetings.authorities(made)) == ("Soham village hall", ("Police", "County council"))
    assert [one["asked"] for one in made.questions] == ["Who looks after the lights?"]
    assert [one.id for one in meetings.of_round(session, "autumn")] == [made.id]
    both = meetings.between(session, dt.date(2026, 11, 1), dt.date(2026, 11, 30))
    assert {one.id for one in both} == {made.id, decision.id}
    assert meetings.between(session, dt.date(2026, 12, 1), dt.date(2026, 12, 31)) == ()
    assert audit.check(session, keys) == []


def test_two_officers_saving_a_record_lose_nothing(session: Session, keys: Keyring, now: dt.datetime) -> None:
    made = meetings.record(session, MINUTES, by=BY, now=now, keys=keys)
    meetings.amend(session, made, replace(MINUTES, public_came=40), seen=1, by=BY, now=now, keys=keys)
    with refused(r"meeting\.changed"):
        meetings.amend(session, made, MINUTES, seen=1, by="officer:y", now=now, keys=keys)
    assert (made.public_came, made.seen) == (40, 2)


@pytest.mark.parametrize(
    ("minutes", "code"),
    [
        (replace(MINUTES, place=" "), "meeting.place"),
        (replace(MINUTES, public_came=-1), "meeting.came"),
        (replace(MINUTES, questions=[("q", "a")] * 61), "meeting.lines"),
    ],
)
def test_a_record_that_makes_no_sense_is_refused(
    session: Session, keys: Keyring, now: dt.datetime, minutes: Minutes, code: str
) -> None:
    with refused(code):
        meetings.record(session, minutes, by=BY, now=now, keys=keys)


def arrive(session: Session, keys: Keyring, now: dt.datetime, **more: Any) -> Submission:
    given = {
        "received_on": TODAY, "kind": "letter", "sender": "parish", "themes": ["roads", "roads", "asb"],
        "words": Words(sender="Clerk of Wicken", text="Cars race through the village"),
    }  # fmt: skip
    return submissions.receive(session, "autumn", by=BY, now=now, keys=keys, **given | more)


def test_what_arrives_is_read_then_considered_before_a_decision(
    session: Session, keys: Keyring, now: dt.datetime
) -> None:
    letter = arrive(session, keys, now)
    petition = arrive(session, keys, now, kind="petition", signatures=112, received_on=dt.date(2026, 11, 2))
    raw = b"".join(bytes(r[0]) for r in session.execute(text("SELECT sealed FROM outside_submission")))
    assert b"Wicken" not in raw
    assert letter.themes == ["asb", "roads"]
    assert submissions.unconsidered(session, "autumn") == (petition, letter)
    with refused(r"submission\.unread"):
        submissions.consider(session, letter, consideration="Noted", by=BY, now=now, keys=keys)
    for one in (letter, petition):
        submissions.read(session, one, summary="Speeding", themes=["roads"], by=BY, now=now, keys=keys)
        submissions.consider(session, one, consideration="Part of priority 1", by=BY, now=now, keys=keys)
    assert submissions.unconsidered(session, "autumn") == ()
    words = submissions.opened(letter, keys)
    assert (words.sender, words.summary, words.consideration) == (
        "Clerk of Wicken",
        "Speeding",
        "Part of priority 1",
    )
    assert [one.state for one in submissions.inbox(session, "autumn")] == ["considered", "considered"]
    assert not any("Wicken" in entry.facts for entry in audit.entries(session))


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"kind": "pigeon"}, "submission.kind"),
        ({"sender": "ghost"}, "submission.sender"),
        ({"received_on": dt.date(2026, 11, 11)}, "submission.day"),
        ({"signatures": 5}, "submission.signatures"),
        ({"words": Words(sender="x")}, "submission.empty"),
        ({"words": Words(text="x" * 20_001)}, "submission.long"),
    ],
)
def test_a_submission_that_makes_no_sense_is_refused(
    session: Session, keys: Keyring, now: dt.datetime, more: dict[str, Any], code: str
) -> None:
    with refused(code):
        arrive(session, keys, now, **more)


def complain(session: Session, keys: Keyring, now: dt.datetime, **more: str) -> complaints.Complaint:
    given = {"text": "You published my name", "name": "Ruth", "contact": "ruth@example.org"} | more
    return complaints.receive(
        session,
        subject="We have your message",
        body="Your number: {reference}",
        address="http://x/office",
        now=now,
        keys=keys,
        **given,
    )


def test_a_complaint_is_acknowledged_once_its_letter_has_left(
    session: Session, keys: Keyring, now: dt.datetime
) -> None:
    made = complain(session, keys, now)
    (letter,) = outbox.claim(session, now=now, keys=keys)
    assert (letter.to, letter.body) == ("ruth@example.org", f"Your number: {made.reference}")
    assert (made.state, made.due_on, made.answer_by) == (
        "received", dt.date(2026, 12, 10), dt.date(2027, 2, 10),
    )  # fmt: skip
    assert complaints.mail_state(session, made) == "queued"
    other = replace(letter, kind=outbox.URGENT)
    complaints.letter_left(session, other, now=now, keys=keys)
    assert made.state == "received"
    for _ in range(2):
        complaints.letter_left(session, letter, now=now, keys=keys)
        assert (made.state, made.acknowledged_on) == ("acknowledged", TODAY)
    assert [one.action for one in session.scalars(select(audit.Entry))].count("complaint.acknowledged") == 1
    raw = bytes(session.scalar(text("SELECT sealed FROM data_complaint")) or b"")
    assert b"my name" not in raw


def test_a_letter_without_content_tells_whoever_answers_complaints(
    session: Session, keys: Keyring, now: dt.datetime
) -> None:
    def told() -> set[str]:
        complain(session, keys, now, contact="")
        letters = outbox.claim(session, now=now, keys=keys)
        assert all("name" not in letter.body and "http://x/office" in letter.body for letter in letters)
        return {letter.to for letter in letters}

    assert told() == set()
    add_officer(session, "administrator", keys=keys, now=now, email="a@example.org")
    assert told() == {"a@example.org"}
    add_officer(session, "information", keys=keys, now=now, email="i@example.org")
    assert told() == {"i@example.org"}


def test_a_complaint_with_a_postal_address_waits_for_a_person(
    session: Session, keys: Keyring, now: dt.datetime
) -> None:
    def at(day: dt.date) -> complaints.Standing:
        return complaints.standing(session, day)

    made = complain(session, keys, now, contact="3 High Street, Ely")
    assert (made.state, complaints.listing(session)) == ("received", (made,))
    assert (at(TODAY).late, at(dt.date(2026, 12, 10)).late) == (0, 0)
    assert at(dt.date(2026, 12, 11)).late_acknowledgements == 1
    complaints.acknowledge(session, made, by=BY, now=now, keys=keys)
    with refused(r"complaint\.state"):
        complaints.acknowledge(session, made, by=BY, now=now, keys=keys)
    with refused(r"complaint\.answer"):
        complaints.answer(session, made, words=" ", by=BY, now=now, keys=keys)
    assert (at(dt.date(2027, 2, 10)).late, at(dt.date(2027, 2, 11)).late_answers) == (0, 1)
    complaints.answer(session, made, words="We took it down.", by=BY, now=now, keys=keys)
    assert (made.state, complaints.opened(made, keys).answer) == ("answered", "We took it down.")
    assert at(dt.date(2027, 12, 1)) == complaints.Standing(0, 0, 0, 0, None)


def test_a_complaint_without_an_address_is_acknowledged_by_its_page(
    session: Session, keys: Keyring, now: dt.datetime
) -> None:
    assert complain(session, keys, now, contact="", name="").state == "acknowledged"
    with refused(r"complaint\.text"):
        complain(session, keys, now, text=" ")
    with refused(r"text\.too_long"):
        complain(session, keys, now, text="x" * 5001)

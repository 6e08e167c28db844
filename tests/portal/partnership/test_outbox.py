"""Letters wait sealed, leave once, are tried again with patience, and are forgotten."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.partnership import outbox
from portal.partnership.outbox import Letter, Outgoing
from surveys import audit
from surveys.errors import SurveysError
from surveys.sealing import Keyring

HOSTILE = "ruth.ashdown@example.org"
LINK = "https://portal.example/surveys/invited/s3cret"


def posted(session: Session, keys: Keyring, now: dt.datetime, kind: str = "invitation", **given: str) -> str:
    words = {
        "to": HOSTILE,
        "subject": "A link for you",
        "body": f"Here it is:\n{LINK}\n",
        "link": LINK,
    } | given
    return outbox.post(session, kind=kind, now=now, keys=keys, **words).id


def settled(
    session: Session, letter: Letter, now: dt.datetime, fault: str = "", lasting: bool = False
) -> str:
    return outbox.settle(session, letter, fault=fault, lasting=lasting, now=now)


def test_a_letter_is_sealed_and_opens_again(session: Session, keys: Keyring, now: dt.datetime) -> None:
    posted(session, keys, now)
    raw = bytes(session.scalar(text("SELECT sealed FROM outgoing")) or b"")
    assert b"ashdown" not in raw
    assert b"s3cret" not in raw
    (letter,) = outbox.claim(session, now=now, keys=keys)
    assert (letter.to, letter.subject, letter.link, letter.attempts) == (HOSTILE, "A link for you", LINK, 1)
    assert "ashdown" not in repr(letter)


def test_a_claimed_letter_is_not_taken_twice_and_a_lost_attempt_is_tried_again(
    session: Session, keys: Keyring, now: dt.datetime
) -> None:
    posted(session, keys, now)
    assert len(outbox.claim(session, now=now, keys=keys)) == 1
    assert outbox.claim(session, now=now, keys=keys) == ()
    (letter,) = outbox.claim(session, now=now + outbox.WAITS[0], keys=keys)
    assert letter.attempts == 2
    assert settled(session, letter, now) == "sent"
    assert outbox.claim(session, now=now + dt.timedelta(days=9), keys=keys) == ()


def test_patience_ends(session: Session, keys: Keyring, now: dt.datetime) -> None:
    letter_id = posted(session, keys, now)
    states = []
    for wait in (dt.timedelta(), *outbox.WAITS):
        now += wait
        (letter,) = outbox.claim(session, now=now, keys=keys)
        states.append(settled(session, letter, now, "connection"))
    assert states == ["queued"] * len(outbox.WAITS) + ["failed"]
    assert outbox.standing(session) == {"queued": 0, "sent": 0, "failed": 1}
    outbox.again(session, letter_id, by="officer:x", now=now, keys=keys)
    assert len(outbox.claim(session, now=now, keys=keys)) == 1
    assert [entry.action for entry in audit.entries(session)] == ["mail.again"]


def test_a_lasting_fault_is_given_up_at_once(session: Session, keys: Keyring, now: dt.datetime) -> None:
    posted(session, keys, now)
    (letter,) = outbox.claim(session, now=now, keys=keys)
    assert settled(session, letter, now, "recipient", lasting=True) == "failed"
    assert settled(session, letter, now) == "failed"


@pytest.mark.parametrize("letter_id", ["nothing", ""])
def test_only_a_letter_that_is_there_and_unsent_goes_again(
    session: Session, keys: Keyring, now: dt.datetime, letter_id: str
) -> None:
    with pytest.raises(SurveysError, match=r"mail\.unknown"):
        outbox.again(session, letter_id, by="officer:x", now=now, keys=keys)
    sent = posted(session, keys, now)
    (letter,) = outbox.claim(session, now=now, keys=keys)
    settled(session, letter, now)
    with pytest.raises(SurveysError, match=r"mail\.sent"):
        outbox.again(session, sent, by="officer:x", now=now, keys=keys)


@pytest.mark.parametrize(
    "to",
    [
        *("", "nobody", "a@b", "a@b.c", "a b@example.org", "a@example.org, b@example.org"),
        *("a@example.org\nBcc: all@example.org", "a@example.org\r\n.", "<a@example.org>", "a@ex..org"),
        *('"a"@example.org', "a@example.org;b@example.org", "a@exam\x00ple.org", "é\ud800@example.org"),
    ],
)
def test_an_address_is_one_plain_address(session: Session, keys: Keyring, now: dt.datetime, to: str) -> None:
    with pytest.raises(SurveysError) as caught:
        posted(session, keys, now, to=to)
    assert (caught.value.code, caught.value.field) == ("mail.address", "address")


@pytest.mark.parametrize("subject", ["", "Hello\nBcc: all@example.org", "a\rb", "x\u2028y", "x" * 121])
def test_a_subject_cannot_start_another_header(
    session: Session, keys: Keyring, now: dt.datetime, subject: str
) -> None:
    with pytest.raises(SurveysError, match=r"mail\.header"):
        posted(session, keys, now, subject=subject)


def test_officers_see_links_but_never_a_residents_address(
    session: Session, keys: Keyring, now: dt.datetime
) -> None:
    for kind in ("invitation", "account-invitation", "resident-outcome"):
        posted(session, keys, now, kind)
    seen = {one.kind: (one.to, one.link) for one in outbox.listing(session, keys=keys, accounts=False)}
    assert seen == {
        "invitation": (HOSTILE, LINK),
        "account-invitation": (HOSTILE, ""),
        "resident-outcome": ("", ""),
    }
    all_links = {one.kind: one.link for one in outbox.listing(session, keys=keys, accounts=True)}
    assert all_links == {"invitation": LINK, "account-invitation": LINK, "resident-outcome": ""}


def test_settled_letters_are_forgotten_and_waiting_ones_stay(
    session: Session, keys: Keyring, now: dt.datetime
) -> None:
    posted(session, keys, now)
    (letter,) = outbox.claim(session, now=now, keys=keys)
    settled(session, letter, now)
    posted(session, keys, now)
    assert outbox.forget_settled(session, now + outbox.KEPT - dt.timedelta(seconds=1)) == 0
    assert outbox.forget_settled(session, now + outbox.KEPT) == 1
    assert outbox.standing(session) == {"queued": 1, "sent": 0, "failed": 0}


def test_a_settled_letter_says_when(session: Session, keys: Keyring, now: dt.datetime) -> None:
    letter_id = posted(session, keys, now)
    session.get_one(Outgoing, letter_id).settled_at = now
    with pytest.raises(IntegrityError):
        session.flush()

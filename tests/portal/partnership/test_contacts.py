"""An address hears one outcome, after its owner said so, and can never be matched with an answer."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import ForeignKeyConstraint, select
from sqlalchemy.orm import Session

from portal.partnership import contacts, outbox, rounds
from portal.partnership.contacts import Contact, Wording
from surveys import audit
from surveys.errors import SurveysError
from surveys.sealing import Keyring

BY = "officer:x"
LINK = "https://portal.example/updates/{token}"
WORDING = Wording("Please confirm your email address", "Open {link}")
ADDRESS = "Ruth.Ashdown@example.org"


@pytest.fixture(autouse=True)
def two_rounds(session: Session, keys: Keyring, now: dt.datetime) -> None:
    for slug in ("autumn", "winter"):
        rounds.create(session, slug=slug, by=BY, now=now, keys=keys)
    session.commit()


def asked(
    session: Session, keys: Keyring, now: dt.datetime, address: str = ADDRESS, slug: str = "autumn"
) -> str:
    """Asks and returns the token of the letter; empty when no letter was queued."""
    contacts.ask(session, slug, address=address, link=LINK, wording=WORDING, now=now, keys=keys)
    letters = outbox.claim(session, now=now, keys=keys)
    for letter in letters:
        outbox.settle(session, letter, fault="", lasting=False, now=now)
    return letters[0].body.rpartition("/")[2] if letters else ""


def told(session: Session, keys: Keyring, now: dt.datetime, **more: Any) -> int:
    given = {
        "wording": Wording("An update you asked for", "Read it. Leave: {link}"),
        "link": LINK,
        "last": True,
    }
    return contacts.tell(session, "autumn", by=BY, now=now, keys=keys, **given | more)


def test_an_address_counts_only_when_its_owner_confirms(
    session: Session, keys: Keyring, now: dt.datetime
) -> None:
    token = asked(session, keys, now)
    assert (contacts.standing(session, token, keys=keys), contacts.waiting(session, "autumn")) == ("asked", 0)
    assert contacts.confirm(session, token, keys=keys)
    assert contacts.confirm(session, token, keys=keys)
    assert (contacts.standing(session, token, keys=keys), contacts.waiting(session, "autumn")) == (
        "confirmed",
        1,
    )
    assert not contacts.confirm(session, "another", keys=keys)


def test_the_store_holds_no_readable_address_no_moment_and_no_way_to_a_response(
    session: Session, keys: Keyring, now: dt.datetime
) -> None:
    asked(session, keys, now)
    row = session.scalars(select(Contact)).one()
    assert b"ashdown" not in (row.sealed + row.address_hash + row.token_hash).lower()
    assert set(Contact.__table__.columns.keys()) == {
        *("round_slug", "address_hash", "state", "token_hash", "until", "sealed", "key_id"),
    }
    targets = {
        key.column.table.name
        for constraint in Contact.__table__.constraints
        if isinstance(constraint, ForeignKeyConstraint)
        for key in constraint.elements
    }
    assert targets == {"round"}


def test_an_address_cannot_be_recognised_in_another_round(
    session: Session, keys: Keyring, now: dt.datetime
) -> None:
    asked(session, keys, now)
    asked(session, keys, now, slug="winter")
    first, second = session.scalars(select(Contact.address_hash)).all()
    assert first != second


def test_typing_somebodys_address_again_and_again_sends_one_letter_a_week(
    session: Session, keys: Keyring, now: dt.datetime
) -> None:
    first = asked(session, keys, now)
    assert asked(session, keys, now + dt.timedelta(days=1), ADDRESS.lower()) == ""
    second = asked(session, keys, now + dt.timedelta(days=7))
    assert contacts.standing(session, first, keys=keys) == "unknown"
    contacts.confirm(session, second, keys=keys)
    assert asked(session, keys, now + dt.timedelta(days=14)) == ""


def test_one_click_leaves_and_a_second_is_no_fault(session: Session, keys: Keyring, now: dt.datetime) -> None:
    token = asked(session, keys, now)
    contacts.confirm(session, token, keys=keys)
    assert contacts.leave(session, token, keys=keys)
    assert not contacts.leave(session, token, keys=keys)
    assert session.scalars(select(Contact)).all() == []


def test_somebody_who_lost_the_letter_leaves_by_address(
    session: Session, keys: Keyring, now: dt.datetime
) -> None:
    asked(session, keys, now)
    asked(session, keys, now, slug="winter")
    assert contacts.leave_by_address(session, f" {ADDRESS.lower()} ", keys=keys) == 2
    with pytest.raises(SurveysError, match=r"mail\.address"):
        contacts.leave_by_address(session, "nobody", keys=keys)


def test_the_outcome_goes_to_those_who_confirmed_and_the_list_ends(
    session: Session, keys: Keyring, now: dt.datetime
) -> None:
    token = asked(session, keys, now)
    asked(session, keys, now, "tom@example.org")
    with pytest.raises(SurveysError, match=r"contacts\.none"):
        told(session, keys, now)
    contacts.confirm(session, token, keys=keys)
    assert told(session, keys, now, last=False) == 1
    (letter,) = outbox.claim(session, now=now, keys=keys)
    assert (letter.to, letter.kind) == (ADDRESS, "resident-outcome")
    assert contacts.standing(session, letter.body.rpartition("/")[2], keys=keys) == "confirmed"
    assert told(session, keys, now) == 1
    assert session.scalars(select(Contact)).all() == []
    entry = next(iter(audit.entries(session)))
    assert (entry.action, "example.org" in entry.facts) == ("outcome.told", False)


def test_an_address_nobody_confirms_goes_in_the_week_after_next(
    session: Session, keys: Keyring, now: dt.datetime
) -> None:
    token = asked(session, keys, now)
    assert contacts.forget_unconfirmed(session, dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)) == 0
    assert contacts.forget_unconfirmed(session, dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)) == 1
    assert not contacts.confirm(session, token, keys=keys)


@pytest.mark.parametrize("address", ["", "nobody", "a@example.org\nBcc: b@example.org"])
def test_an_address_is_checked(session: Session, keys: Keyring, now: dt.datetime, address: str) -> None:
    with pytest.raises(SurveysError, match=r"mail\.address"):
        asked(session, keys, now, address)

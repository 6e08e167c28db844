"""What lapses between setting a consultation to open and its last day is told, and never blocks the clock."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy.orm import Session

from portal.accounts import roles
from portal.accounts.people import Officer
from portal.partnership import editing, lapses, outbox, pages, rounds
from portal.partnership.rounds import Round
from surveys.sealing import Keyring
from tests.office import add_officer
from tests.portal.partnership import preparing
from tests.portal.partnership.preparing import NOW, OPENS


def at(days: int) -> dt.datetime:
    """Some hours into a day, counted from the first."""
    return dt.datetime.combine(OPENS, dt.time(2, 20), dt.UTC) + dt.timedelta(days=days)


@pytest.fixture
def cara(session: Session, keys: Keyring) -> Officer:
    add_officer(session, "safeguarding", keys=keys, now=NOW, email="dev@example.org")
    add_officer(session, "administrator", keys=keys, now=NOW, email="a@example.org")
    return add_officer(session, "safeguarding", "analyst", keys=keys, now=NOW, email="cara@example.org")


@pytest.fixture
def launched(session: Session, keys: Keyring, cara: Officer) -> Round:
    preparing.loaded(session, keys)
    return preparing.launched(session, keys)


def lines(session: Session, now: dt.datetime) -> list[str]:
    return [line.code for one in lapses.lapses(session, now) for line in one.lines]


def test_a_role_taken_away_is_told_before_the_day_and_on_it(
    session: Session, keys: Keyring, launched: Round, cara: Officer
) -> None:
    assert lines(session, NOW) == []
    assert lapses.left_short(session, NOW, []) == ()
    assert [one.slug for one in lapses.left_short(session, NOW, [cara.id])] == ["spring"]
    roles.set_roles(session, cara, ["analyst"], by="officer:x", now=NOW, keys=keys)
    [lapse] = lapses.lapses(session, NOW)
    assert [line.code for line in lapse.lines] == ["safeguarding"]
    assert {"administrator", "safeguarding", "consultation"} <= lapse.roles

    def due(days: int) -> list[str]:
        found = lapses.due(session, at(days))
        for which, slug in found:
            tell = {"public_url": "https://x.example", "now": at(days), "keys": keys}
            assert lapses.tell(session, which, slug, **tell) == 1  # type: ignore[arg-type]
        return [which for which, _ in found]

    assert due(-2) == []
    assert due(-1) == ["gates-before"]
    assert due(-1) == []
    assert due(0) == ["gates-day"]
    assert due(1) == []
    assert due(9) == ["gates-2031-w07"]
    assert due(10) == []
    assert due(16) == ["gates-2031-w08"]
    shown = rounds.one(session, "spring", at(0))
    assert shown is not None
    assert shown.state == "open"
    letters = outbox.claim(session, now=at(16), keys=keys, limit=50)
    assert [letter.subject for letter in letters] == [
        "A consultation that opens tomorrow is not in order",
        "A consultation that opens today is not in order",
        "An open consultation is not in order",
        "An open consultation is not in order",
    ]
    assert all("safeguarding" not in letter.body.lower() for letter in letters)
    assert "https://x.example/office/rounds/spring" in letters[0].body


def test_what_is_over_lapses_no_more(session: Session, keys: Keyring, launched: Round) -> None:
    after = dt.datetime.combine(preparing.CLOSES, dt.time(12), dt.UTC) + dt.timedelta(days=1)
    assert lapses.lapses(session, after) == ()


def test_a_lapse_that_begins_in_the_open_is_told_as_such(
    session: Session, keys: Keyring, launched: Round, cara: Officer
) -> None:
    roles.set_roles(session, cara, ["analyst"], by="officer:x", now=NOW, keys=keys)
    assert [which for which, _ in lapses.due(session, at(3))] == ["gates-2031-w06"]


def test_a_helpline_is_read_again_by_the_first_day(session: Session, keys: Keyring, launched: Round) -> None:
    def checked(day: dt.date) -> None:
        warden = editing.working(session, "helpline", "warden")
        assert warden is not None
        facts = {**warden.facts, "last_checked": day.isoformat()}
        pages.revise(session, "helpline", "warden", pages.NEUTRAL, facts, by="officer:x", now=NOW, keys=keys)

    checked(OPENS - dt.timedelta(days=91))
    assert lines(session, NOW) == ["helplines"]
    checked(OPENS - dt.timedelta(days=90))
    assert lines(session, NOW) == []
    assert lines(session, at(1)) == ["helplines"]

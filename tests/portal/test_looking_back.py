"""What a database filled before history was kept knows of its past: what the audit log tells, and no more."""

from __future__ import annotations

import datetime as dt
import importlib
from collections.abc import Callable
from typing import Any

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.partnership import census, crime, openings, places, rounds
from portal.partnership.crime_files import Month
from surveys import audit, surveys
from surveys.sealing import Keyring
from tests.portal.partnership import preparing
from tests.portal.partnership.preparing import ANNA, HOLDERS, NOW

migration = importlib.import_module("portal.migrations.versions.looking_back")
DAY = dt.timedelta(days=1)
NEW = ("survey_window", "round_change_wording", "crime_edition", "census_edition")


def upgraded(session: Session) -> None:
    """The database as it was before, with what it would have held, brought up to date."""
    words = session.execute(
        text(
            "SELECT change_id, locale, words, by, at FROM round_change_wording AS w WHERE number = (SELECT "
            "max(number) FROM round_change_wording WHERE change_id = w.change_id AND locale = w.locale)"
        )
    ).all()
    session.flush()
    session.expunge_all()
    connection = session.connection()
    for table in NEW:
        connection.execute(text(f"DROP TABLE {table}"))
    connection.execute(
        text(
            "CREATE TABLE round_change_words (change_id VARCHAR(22), locale VARCHAR(10), words TEXT, "
            "by VARCHAR(80), at TIMESTAMP)"
        )
    )
    for row in words:
        connection.execute(
            text("INSERT INTO round_change_words VALUES (:change_id, :locale, :words, :by, :at)"),
            dict(row._mapping),
        )
    with Operations.context(MigrationContext.configure(connection)):
        migration.upgrade()


def windows(session: Session, slug: str) -> list[dict[str, Any]]:
    survey = surveys.by_slug(session, slug)
    assert survey is not None
    return [
        {name: getattr(one, name) for name in ("number", "at", *surveys.WINDOW)}
        for one in surveys.windows_of(session, survey.id)
    ]


def test_the_audit_log_gives_back_every_window_and_says_how_much_else_is_lost(
    session: Session, keys: Keyring
) -> None:
    preparing.loaded(session, keys)
    round_ = preparing.approved(session, keys)
    signed: Callable[[int], dict[str, Any]] = lambda days: {"by": ANNA, "now": NOW + days * DAY, "keys": keys}  # noqa: E731
    openings.launch(session, round_, holders=HOLDERS, **signed(0))
    openings.pause(session, round_, reason="A wrong number.", **signed(16))
    [paused] = openings.changes_of(session, round_.id)
    for days, words in ((17, "Zły."), (18, "Błędny."), (19, "Zły numer.")):
        openings.say_reason(session, paused, "pl", words, **signed(days))
    openings.resume(session, round_, reason="Mended.", **signed(20))
    openings.extend(session, round_, dt.date(2031, 4, 6), reason="Snow.", **signed(21))
    openings.close_early(session, round_, reason="An election.", **signed(30))
    openings.reopen(session, round_, dt.date(2031, 4, 20), reason="It passed.", **signed(31))
    openings.say_reason(session, openings.changes_of(session, round_.id)[-1], "pl", "Po.", **signed(32))
    openings.withdraw(session, round_, reason="Wrong.", **signed(33))
    ward = places.places(session, "2031", "ward")[0].key
    for days, number in ((1, 10), (2, 20)):
        month = Month("street.csv")
        month.counts[ward, "burglary"] = number
        crime.store(session, {"2030-12": month}, area_set="2031", **signed(days))
    before = windows(session, "talk-spring")
    assert len(before) == 7
    margins = census.kept(session)

    upgraded(session)

    assert windows(session, "talk-spring") == before
    found = rounds.by_slug(session, "spring")
    assert found is not None
    kept = openings.wordings_of(session, found.id)
    assert {(one.words, one.number) for one in kept} == {("Zły numer.", 3), ("Po.", 1)}
    [[only]] = crime.editions(session).values()
    assert (only.number, only.imported_at, only.counts) == (2, NOW + 2 * DAY, {ward: {"burglary": 20}})
    editions = places.editions(session)
    assert {one.number for brought in editions.values() for one in brought} == {1}
    assert census.kept(session) == margins
    assert {variable for variable, _ in editions} == {one.variable for one in margins}
    assert audit.check(session, keys) == []


def test_a_window_the_log_does_not_lead_to_is_kept_from_now_on_only(session: Session, keys: Keyring) -> None:
    preparing.loaded(session, keys)
    openings.launch(session, preparing.approved(session, keys), holders=HOLDERS, by=ANNA, now=NOW, keys=keys)
    survey = surveys.by_slug(session, "talk-spring")
    assert survey is not None
    survey.closes_at = NOW + 90 * DAY
    upgraded(session)
    [only] = windows(session, "talk-spring")
    assert (only["number"], only["closes_at"], only["opens_at"]) == (
        2,
        NOW + 90 * DAY,
        dt.datetime(2031, 2, 3, tzinfo=dt.UTC),
    )
    assert dt.datetime.now(dt.UTC) - only["at"] < dt.timedelta(minutes=5)


def test_nothing_comes_of_a_survey_that_never_had_dates() -> None:
    assert migration.replayed([], migration.NOTHING) == []
    acts = [(dt.datetime(2031, 1, 1), "survey.pause", "survey:x", {})]
    assert migration.replayed(acts, migration.NOTHING) == []

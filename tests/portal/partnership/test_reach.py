"""Groups and regarded consultations on record."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.partnership import reach, rounds
from surveys import audit
from surveys.errors import SurveysError
from surveys.sealing import Keyring

BY = "officer:x"


def test_groups_are_noted_once_and_sorted_by_need(session: Session, keys: Keyring, now: dt.datetime) -> None:
    rounds.create(session, slug="autumn", by=BY, now=now, keys=keys)

    def note(name: str, affected: bool, expected: int, reached: int) -> None:
        reach.note_group(
            session, "autumn", name=name, affected=affected, expected=expected, reached=reached, how="",
            by=BY, now=now, keys=keys,
        )  # fmt: skip

    note("Businesses", False, 30, 5)
    note("Young people", True, 50, 40)
    with pytest.raises(SurveysError, match=r"^group\.exists$"):
        note(" businesses ", False, 30, 10)
    first, second = reach.groups(session, "autumn")
    amended = {"name": " Businesses ", "affected": False, "expected": 30, "reached": 10, "how": ""}
    signed = {"by": BY, "now": now, "keys": keys}
    seen = second.state
    reach.amend_group(session, second, **amended, seen=seen, **signed)  # type: ignore[arg-type]
    for changes_, code in (
        ({}, "group.changed"),
        ({"name": first.name, "seen": second.state}, "group.exists"),
    ):
        with pytest.raises(SurveysError, match=code):
            reach.amend_group(session, second, **(amended | {"seen": seen} | changes_), **signed)  # type: ignore[arg-type]
    assert [(one.name, one.reached) for one in reach.groups(session, "autumn")] == [
        ("Young people", 40),
        ("Businesses", 10),
    ]
    for name, expected in (("", 1), ("x" * 121, 1), ("Fine", -1)):
        with pytest.raises(SurveysError, match=r"group\."):
            note(name, False, expected, 0)
    reach.regard(
        session, "autumn", title="Policing survey", body="The commissioner", taken="Speeding comes first",
        by=BY, now=now, keys=keys,
    )  # fmt: skip
    assert [one.body for one in reach.regarded(session, "autumn")] == ["The commissioner"]
    assert audit.check(session, keys) == []
    with pytest.raises(IntegrityError):
        session.execute(text("UPDATE consulted_group SET reached = -1"))

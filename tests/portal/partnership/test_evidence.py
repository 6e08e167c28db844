"""The shelf: every thing with its source, in exactly the state a decision cites; no table about people."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal.partnership import evidence, packs, pages
from portal.partnership.evidence import TableFaults
from surveys import audit
from surveys.errors import SurveysError
from surveys.sealing import Keyring
from tests.portal.partnership.test_crime import PACK

BY = "officer:tests"
GOOD = b"\xef\xbb\xbfMeasure,Area,Period,Value,Unit\r\nFires lit on purpose,District,2025,31,fires\r\n"
FACTS = {
    "sort": "partner",
    "source": "Fire service",
    "sharing": "Information agreement 4",
    "topic": "fire-safety",
}
TEXTS = {"title": "Deliberate fires", "lead": "Fires the service thinks were lit on purpose."}


def faults(read: Any, content: bytes) -> list[str]:
    with pytest.raises(TableFaults) as refused:
        read("figures.csv", content)
    return [str(fault) for fault in refused.value.faults]


def put(session: Session, keys: Keyring, now: dt.datetime, seen: int, **changes: Any) -> evidence.Shelved:
    return evidence.put(
        session, "evidence", "fires", FACTS, TEXTS | changes, seen=seen, by=BY, now=now, keys=keys
    )


def test_a_partners_figures_are_read() -> None:
    (one,) = evidence.read_measures("figures.csv", GOOD)
    assert (one.measure, one.area, one.period, one.value, one.unit) == (
        "Fires lit on purpose",
        "District",
        "2025",
        31,
        "fires",
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            b"Name,Date of birth,Postcode\r\nA,1990,CB7\r\n",
            "names people or exact places (Name, Date of birth, Pos",
        ),
        (b"Measure,Area,Value\r\n", "needs the columns Measure, Area, Period, Value, Unit, in that order"),
        (GOOD + b"Fires,District,2025,many,\r\n", "figures.csv:3: column “Value”: “many” is no number"),
        (GOOD + b",District,2025,1,\r\n", "figures.csv:3: column “Measure” is empty"),
        (GOOD + GOOD.splitlines()[1], "figures.csv:3: gives the figure of row 2 again"),
        (GOOD + b"Fires,District\r\n", "figures.csv:3: has 2 values, not 5"),
        (GOOD.splitlines()[0], "has no rows"),
        (b"\xff\xfeM", "is not UTF-8 text from this row on"),
        (b"PK\x00\x00", "is not a text file"),
    ],
)
def test_what_is_wrong_with_a_table_is_told_by_row_and_column(content: bytes, words: str) -> None:
    assert any(words in fault for fault in faults(evidence.read_measures, content))


def test_harm_weights_come_with_their_fingerprint_and_no_unknown_type() -> None:
    weights, sha = evidence.read_harm("harm.csv", b"Crime type,Weight\nBurglary,273.5\nRobbery,365\n")
    assert weights == {"burglary": 273.5, "robbery": 365}
    assert len(sha) == 64
    assert "“Arson” is no police type" in faults(evidence.read_harm, b"Crime type,Weight\nArson,1\n")[0]
    assert "negative" in faults(evidence.read_harm, b"Crime type,Weight\nRobbery,-1\n")[0]
    assert "again" in faults(evidence.read_harm, b"Crime type,Weight\nRobbery,1\nrobbery,2\n")[0]


def test_a_thing_is_cited_in_the_state_it_was_read_in(
    session: Session, keys: Keyring, now: dt.datetime
) -> None:
    first = put(session, keys, now, 0)
    second = put(session, keys, now, first.number, lead="Counted anew.")
    session.commit()
    assert (first.id, second.id) == ("evidence:fires@2", "evidence:fires@3")
    assert [r.body["lead"] for r in pages.history(session, "evidence", "fires", "en_GB")] == [
        "Counted anew.",
        TEXTS["lead"],
    ]
    assert audit.check(session, keys) == []


def test_of_two_editors_the_second_is_told_and_nothing_is_lost(
    session: Session, keys: Keyring, now: dt.datetime
) -> None:
    first = put(session, keys, now, 0)
    put(session, keys, now, first.number, lead="By one.")
    with pytest.raises(SurveysError, match=r"^evidence.changed_meanwhile$"):
        put(session, keys, now, first.number, lead="By the other.")
    with pytest.raises(SurveysError, match=r"^evidence.exists$"):
        put(session, keys, now, 0)
    found = evidence.one(session, "evidence", "fires")
    assert found is not None
    assert found.entry.texts.lead == "By one."


def test_a_partners_figures_need_a_basis_for_sharing(
    session: Session, keys: Keyring, now: dt.datetime
) -> None:
    facts = {name: value for name, value in FACTS.items() if name != "sharing"}
    with pytest.raises(SurveysError, match=r"^revision.invalid$"):
        evidence.put(session, "evidence", "fires", facts, TEXTS, seen=0, by=BY, now=now, keys=keys)


def test_keys_are_made_of_titles_and_free(session: Session, keys: Keyring, now: dt.datetime) -> None:
    assert evidence.slug_for(session, "evidence", "  Fires, 2025: Ély ") == "fires-2025-ely"
    assert evidence.slug_for(session, "evidence", "Здравей") == "evidence"
    put(session, keys, now, 0)
    assert evidence.slug_for(session, "evidence", "Fires") == "fires-2"


def test_a_topic_without_open_data_is_not_nought(session: Session, keys: Keyring, now: dt.datetime) -> None:
    packs.load(session, packs.read(PACK), by=BY, now=now, keys=keys)
    asb = evidence.recorded(session, "anti-social-behaviour")
    assert asb.volume is not None
    assert (asb.volume.number, asb.volume.months, asb.volume.trend) == (304, 4, "unknown")
    topics = [entry.key for entry in pages.current(session, "area", "en_GB") if entry.facts.sort == "topic"]
    without = [topic for topic in topics if evidence.recorded(session, topic).volume is None]
    assert sorted(without) == [
        "cyber-crime", "domestic-abuse", "fire-safety", "hate-incidents-and-crime", "modern-day-slavery",
        "road-safety-and-speeding", "safer-streets", "scams", "young-people",
    ]  # fmt: skip


def test_an_assessment_has_the_headings_of_the_regulations_in_their_order(
    session: Session, keys: Keyring, now: dt.datetime
) -> None:
    for heading in ("views", "levels", "social"):
        evidence.put(
            session,
            "assessment",
            f"2027-{heading}",
            {"year": 2027, "heading": heading},
            {"title": heading, "body": "Words."},
            seen=0,
            by=BY,
            now=now,
            keys=keys,
        )
    assert list(evidence.assessment(session, 2027)) == ["levels", "views", "social"]
    assert evidence.unwritten(session, 2027) == ("changes", "matters", "progress")
    assert evidence.assessment(session, 2026) == {}

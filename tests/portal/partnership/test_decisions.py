"""Deciding: everything answered and cited first, one hand at a time, nothing public before publication."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.partnership import (
    adoption,
    citations,
    cycles,
    decision_minutes,
    decisions,
    pages,
    priorities,
    submissions,
)
from portal.partnership.priorities import Wording
from surveys import audit
from surveys.errors import SurveysError
from surveys.sealing import Keyring
from tests.portal.partnership import deciding
from tests.portal.partnership.deciding import BY, YEAR


@pytest.fixture
def how(keys: Keyring, now: dt.datetime) -> dict[str, Any]:
    return {"by": BY, "now": now, "keys": keys}


@pytest.fixture
def cycle(session: Session, keys: Keyring, now: dt.datetime) -> cycles.Cycle:
    return deciding.year(session, keys, now)


@pytest.fixture
def cited(session: Session, keys: Keyring, now: dt.datetime, cycle: cycles.Cycle) -> str:
    return deciding.shelved(session, keys, now)


def refused(code: str) -> Any:
    return pytest.raises(SurveysError, match=f"^{code}$")


def adopt(session: Session, decision: decisions.Decision, how: dict[str, Any], **changes: Any) -> None:
    wanted = {"snapshot": {"rows": []}, "on": how["now"].date(), "seen_version": decision.version} | changes
    adoption.adopt(session, decision, **wanted, **how)


def test_a_decision_begins_with_an_entry_for_every_topic_of_the_year(
    session: Session, cycle: cycles.Cycle, how: dict[str, Any]
) -> None:
    decision = decisions.begin(session, cycle, **how)
    assert decisions.begin(session, cycle, **how) is decision
    topics = decisions.entries(session, YEAR, "topic")
    assert {entry.key for entry in topics} == set(cycles.settings_of(cycle).topics)
    assert {entry.outcome for entry in topics} == {None}
    codes = {one.code for one in adoption.unanswered(session, decision)}
    assert codes == {"words", "reasons", "topic", "priority"}


def test_it_is_adopted_once_everything_is_answered_and_then_it_is_settled(
    session: Session, cycle: cycles.Cycle, cited: str, how: dict[str, Any]
) -> None:
    decision = deciding.ready(session, how["keys"], how["now"], cycle, cited)
    assert adoption.unanswered(session, decision) == ()
    adopt(session, decision, how)
    session.commit()
    assert (decision.state, decision.adopted_by, decision.snapshot) == ("adopted", BY, {"rows": []})
    entry = decisions.entries(session, YEAR, "topic")[0]
    with refused("decision.settled"):
        decisions.decide(
            session, decision, "topic", entry.key, outcome="drop", reasons="Later.", cites=[cited],
            seen_version=entry.version, **how,
        )  # fmt: skip
    with refused("decision.settled"):
        decisions.write(session, decision, deciding.WORDS, seen_version=decision.version, **how)
    with refused("decision.settled"):
        decision_minutes.declare(session, decision, who="Late", words="Too late.", **how)
    with refused("decision.settled"):
        adopt(session, decision, how)
    assert audit.check(session, how["keys"]) == []


def test_what_is_not_answered_stands_in_the_way(
    session: Session, cycle: cycles.Cycle, cited: str, how: dict[str, Any]
) -> None:
    decision = deciding.ready(session, how["keys"], how["now"], cycle, cited, cost="", equality_version="3")
    letter = submissions.receive(
        session, "winter", received_on=how["now"].date(), kind="letter", sender="resident",
        words=submissions.Words(text="A letter."), **how,
    )  # fmt: skip
    decisions.put_theme(session, decision, "dogs", title="Dogs", count=None, seen_version=0, **how)
    open_ = set(adoption.unanswered(session, decision))
    assert open_ == {
        adoption.Open("words", "cost"),
        adoption.Open("theme", "dogs"),
        adoption.Open("submission", letter.id),
        adoption.Open("equality"),
    }
    with refused("decision.unanswered"):
        adopt(session, decision, how)
    assert decision.state == "draft"


def test_priorities_and_topics_must_not_contradict_each_other(
    session: Session, cycle: cycles.Cycle, cited: str, how: dict[str, Any]
) -> None:
    decision = deciding.ready(session, how["keys"], how["now"], cycle, cited)
    (entry,) = decisions.entries(session, YEAR, "topic")
    (one,) = priorities.proposed(session, YEAR)
    ways = tuple(e.key for e in pages.current(session, "area", "en_GB") if e.facts.sort == "way")
    wording = Wording("Nights", "Nights", "Nights.", "Nights.", ways)
    priorities.propose(session, decision, one.key, wording, seen_version=one.version, **how)
    assert adoption.unanswered(session, decision) == (adoption.Open("uncovered", entry.key),)
    wording = Wording("Nights", "Nights", "Nights.", "Nights.", (*ways, entry.key))
    priorities.propose(session, decision, one.key, wording, seen_version=2, **how)
    decisions.decide(
        session, decision, "topic", entry.key, outcome="drop", reasons="Done.", cites=[cited],
        seen_version=entry.version, **how,
    )  # fmt: skip
    assert adoption.unanswered(session, decision) == (adoption.Open("contradicts", entry.key),)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"outcome": "taken-up"}, "decision.outcome"),
        ({"reasons": "  "}, "decision.reasons"),
        ({"reasons": "x" * 4001}, "decision.long"),
        ({"cites": []}, "decision.cites"),
        ({"cites": ["evidence:counts@99"]}, "decision.cites"),
        ({"seen_version": 7}, "decision.meanwhile"),
        ({"key": "nothing"}, "decision.no_entry"),
    ],
)
def test_what_an_entry_is_refused_for(
    session: Session, cycle: cycles.Cycle, cited: str, how: dict[str, Any], changes: dict[str, Any], code: str
) -> None:
    decision = decisions.begin(session, cycle, **how)
    key = decisions.entries(session, YEAR, "topic")[0].key
    wanted: dict[str, Any] = {
        "kind": "topic", "key": key, "outcome": "keep", "reasons": "Because.", "cites": [cited],
        "seen_version": 1,
    } | changes  # fmt: skip
    kind, key = wanted.pop("kind"), wanted.pop("key")
    with refused(code):
        decisions.decide(session, decision, kind, key, **wanted, **how)
    assert {entry.outcome for entry in decisions.entries(session, YEAR, "topic")} == {None}


def test_of_two_members_at_one_topic_nothing_is_lost(
    session: Session, cycle: cycles.Cycle, cited: str, how: dict[str, Any]
) -> None:
    decision = decisions.begin(session, cycle, **how)
    key = decisions.entries(session, YEAR, "topic")[0].key
    wanted: dict[str, Any] = {"cites": [cited], "seen_version": 1} | how
    decisions.decide(session, decision, "topic", key, outcome="keep", reasons="One says.", **wanted)
    session.commit()
    with refused("decision.meanwhile"):
        decisions.decide(session, decision, "topic", key, outcome="drop", reasons="Another says.", **wanted)
    session.rollback()
    decisions.decide(
        session, decision, "topic", key, outcome="drop", reasons="Both say.", **(wanted | {"seen_version": 2})
    )
    assert [change.body["reasons"] for change in decisions.history(session, YEAR, f"topic:{key}")] == [
        "Both say.",
        "One says.",
    ]


def test_adopting_writes_the_next_priorities_and_only_publishing_shows_them(
    session: Session, cycle: cycles.Cycle, cited: str, how: dict[str, Any]
) -> None:
    before = pages.current(session, "priority", "en_GB")
    decision = deciding.ready(session, how["keys"], how["now"], cycle, cited)
    assert decisions.published(session, YEAR) is None
    with refused("decision.not_adopted"):
        adoption.publish(session, decision, seen_version=decision.version, **how)
    adopt(session, decision, how)
    session.commit()
    assert pages.current(session, "priority", "en_GB") == before
    assert (decisions.published(session, YEAR), decisions.published_years(session)) == (None, ())
    adoption.publish(session, decision, seen_version=decision.version, **how)
    session.commit()
    (shown,) = pages.current(session, "priority", "en_GB")
    assert (shown.key, shown.texts.title, shown.facts.since) == (
        "nights",
        "Safer by night",
        dt.date(YEAR, 4, 1),
    )
    assert decisions.published_years(session) == (YEAR,)
    assert cycles.needed(session, YEAR).state == "published"
    gone = pages.newest(session, "priority", before[0].key, "")
    assert gone is not None
    assert (gone.body["retired"], gone.body["until"]) == (True, f"{YEAR}-03-31")
    assert audit.check(session, how["keys"]) == []


def test_a_kept_priority_keeps_its_translations_a_reworded_one_does_not(
    session: Session, cycle: cycles.Cycle, cited: str, how: dict[str, Any]
) -> None:
    decision = deciding.ready(session, how["keys"], how["now"], cycle, cited)
    (mine,) = priorities.proposed(session, YEAR)
    empty = Wording("-", "-", "-", "-", tuple(mine.areas))
    priorities.propose(session, decision, mine.key, empty, withdrawn=True, seen_version=1, **how)
    kept = priorities.take_over(session, decision, **how)
    standing = pages.current(session, "priority", "en_GB")
    assert [(one.key, one.texts["statement"]) for one in kept] == [
        (e.key, e.texts.statement) for e in standing
    ]
    for entry in standing:
        words = {"title": f"cy {entry.key}"}
        pages.revise(session, "priority", entry.key, "cy", words, **how)
    first = kept[0]
    reworded = Wording("Anew", "Anew", "Anew.", "Anew.", (*first.areas, *mine.areas))
    priorities.propose(session, decision, first.key, reworded, seen_version=first.version, **how)
    adopt(session, decision, how)
    adoption.publish(session, decision, seen_version=decision.version, **how)
    shown = {entry.key: entry for entry in pages.current(session, "priority", "cy")}
    assert shown[first.key].texts.title == "Anew"
    assert all(shown[one.key].texts.title == f"cy {one.key}" for one in kept[1:])


def test_only_what_is_there_can_be_cited(
    session: Session, cycle: cycles.Cycle, cited: str, how: dict[str, Any]
) -> None:
    letter = submissions.receive(
        session, "winter", received_on=how["now"].date(), kind="letter", sender="resident",
        words=submissions.Words(text="A letter."), **how,
    )  # fmt: skip
    assert citations.unknown(session, [cited, f"submission:{letter.id}"]) == ()
    wrong = (
        "evidence:counts@0", "evidence:counts@3", "evidence:other@1", "release:winter-talk:1:topics",
        "release:x", "crime:2024-01..2024-04", "crime:", "partners:nobody", "submission:nothing", "rumour:x",
        "", "evidence",
    )  # fmt: skip
    assert citations.unknown(session, wrong) == wrong


def test_who_read_what_is_noted_once(session: Session, cycle: cycles.Cycle, how: dict[str, Any]) -> None:
    decision = decisions.begin(session, cycle, **how)
    for _ in range(2):
        decision_minutes.note_reading(session, decision, reader="The chair", what="equality:2", **how)
    assert [(r.reader, r.what) for r in decision_minutes.readings(session, YEAR)] == [
        ("The chair", "equality:2")
    ]
    with refused("reading.what"):
        decision_minutes.note_reading(session, decision, reader="The chair", what=" ", **how)
    with refused("interest.words"):
        decision_minutes.declare(session, decision, who="A member", words=" ", **how)


def test_the_database_keeps_a_decision_whole(
    session: Session, cycle: cycles.Cycle, how: dict[str, Any]
) -> None:
    decision = decisions.begin(session, cycle, **how)
    session.commit()
    decision.state = "published"
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()
    decisions.entries(session, YEAR, "topic")[0].outcome = "keep"
    with pytest.raises(IntegrityError):
        session.flush()

"""A year with everything a decision needs, small enough to be made for every test."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.orm import Session

from portal.partnership import cycles, decision_minutes, decisions, evidence, packs, priorities
from portal.partnership.cycles import Cycle
from portal.partnership.decisions import Decision
from portal.partnership.priorities import Wording
from surveys.sealing import Keyring
from tests.portal.partnership.packs_on_disk import NORTHMOOR

BY = "officer:clerk"
YEAR = 2032
WORDS = {
    "recommendation": "Work on the two things people are most afraid of.",
    "reasons": ["Most people chose it.", "Partners see the harm."],
    "changed": "One topic more.",
    "cost": "No new money",
    "officer_time": "Half a day a week",
    "options": "Leaving it as it was; everything at once.",
    "equality": "Nobody loses by it.",
    "equality_version": "2",
}


def year(session: Session, keys: Keyring, now: dt.datetime, state: cycles.State = "deciding") -> Cycle:
    """Northmoor's year, resting on its winter consultation."""
    packs.load(session, packs.read(NORTHMOOR), by=BY, now=now, keys=keys)
    cycle = cycles.open_year(session, YEAR, round_slug="winter", state=state, by=BY, now=now, keys=keys)
    session.commit()
    return cycle


def shelved(session: Session, keys: Keyring, now: dt.datetime) -> str:
    """A partner's figure on the shelf; its id."""
    found = evidence.put(
        session, "evidence", "counts",
        {"sort": "partner", "source": "The partner", "sharing": "Agreement 1"},
        {"title": "Counts", "lead": "What was counted."},
        seen=0, by=BY, now=now, keys=keys,
    )  # fmt: skip
    return found.id


def ready(
    session: Session, keys: Keyring, now: dt.datetime, cycle: Cycle, cites: str, **words: Any
) -> Decision:
    """A decision with nothing left to answer: every topic kept, one theme answered, one dissent."""
    how: dict[str, Any] = {"by": BY, "now": now, "keys": keys}
    decision = decisions.begin(session, cycle, **how)
    decisions.write(session, decision, WORDS | words, seen_version=decision.version, **how)
    topics = decisions.entries(session, cycle.year, "topic")
    for entry in topics:
        decisions.decide(
            session, decision, "topic", entry.key, outcome="keep", reasons="It still matters.",
            dissent="The fire service would have dropped it." if entry is topics[0] else "",
            cites=[cites], seen_version=entry.version, **how,
        )  # fmt: skip
    decisions.put_theme(session, decision, "nights", title="Dark streets", count=35, seen_version=0, **how)
    decisions.decide(
        session, decision, "theme", "nights", outcome="partly", reasons="Two streets will be lit.",
        cites=[cites], seen_version=1, **how,
    )  # fmt: skip
    wording = Wording("Safer by night", "Making nights safer", "We look at nights first.", "More about it.",
                      tuple(entry.key for entry in topics))  # fmt: skip
    priorities.propose(session, decision, "nights", wording, seen_version=0, **how)
    decision_minutes.note_reading(session, decision, reader="The chair", what="equality:2", **how)
    decision_minutes.declare(session, decision, who="A member", words="Lives in one of the streets.", **how)
    session.commit()
    return decision

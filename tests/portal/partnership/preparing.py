"""A consultation made ready step by step, for the tests of its checklist, sign-off and opening."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from sqlalchemy.orm import Session

from portal.partnership import approvals, editing, gates, instruments, openings, packs, pages, round_copies
from portal.partnership.rounds import Round
from surveys.questionnaire.faults import load
from surveys.questionnaire.model import Questionnaire
from surveys.sealing import Keyring
from tests.portal.partnership.packs_on_disk import EAST_CAMBRIDGESHIRE, NORTHMOOR

ANNA, BEN = "officer:anna", "officer:ben"
NOW = dt.datetime(2031, 1, 20, 12, tzinfo=dt.UTC)
HOLDERS = {"safeguarding": ("Cara", "Dev")}
OPENS, CLOSES = dt.date(2031, 2, 3), dt.date(2031, 3, 30)
WORDS = {
    "title": "What next?",
    "purpose": "Tell us what to do first.",
    "audience": "Everybody who lives or works in Northmoor.",
    "reasons": "The law asks us to ask.",
    "evidence": "It was dark last year.",
    "options_considered": "Doing nothing would cost more.",
    "decision_open": "Nothing is decided.",
    "who_decides": "The board.",
    "publish_what": "The totals.",
    "other_ways": "Ask the warden.",
}
FACTS: dict[str, Any] = {
    "opens": OPENS.isoformat(),
    "closes": CLOSES.isoformat(),
    "impact_assessment": "DPIA 31/7",
}
IN_POLISH = {"title": "Co dalej?", "purpose": "Powiedz, co najpierw."}


def residents() -> Questionnaire:
    """The residents' survey, without the page only people in some parishes of another district get."""
    plain = json.loads((EAST_CAMBRIDGESHIRE / "questionnaires/residents.json").read_bytes())
    for page in plain["parts"][0]["pages"]:
        if "includes" in page.get("when", {}):
            del page["when"]
    return load(plain)


def loaded(session: Session, keys: Keyring, now: dt.datetime = NOW) -> None:
    packs.load(session, packs.read(NORTHMOOR), by="cli:tests", now=now, keys=keys)


def written(
    session: Session,
    keys: Keyring,
    slug: str = "spring",
    *,
    by: str = ANNA,
    now: dt.datetime = NOW,
    **facts: Any,
) -> Round:
    """A round with every word and fact, and the residents' survey."""
    round_ = round_copies.begin(
        session, slug=slug, title="What next?", purpose="First.", by=by, now=now, keys=keys
    )
    save(session, keys, slug, {pages.NEUTRAL: FACTS | facts, pages.SOURCE: WORDS}, by=by, now=now)
    instruments.plan_from(
        session,
        round_,
        residents(),
        origin="model:residents",
        slug=f"talk-{slug}",
        audience="residents",
        by=by,
        now=now,
        keys=keys,
    )
    return round_


def save(
    session: Session,
    keys: Keyring,
    slug: str,
    bodies: editing.Bodies,
    *,
    by: str = ANNA,
    now: dt.datetime = NOW,
) -> None:
    there = editing.working(session, "round", slug)
    seen = there.seen if there else {}
    editing.save(session, "round", slug, bodies, seen=seen, by=by, now=now, keys=keys)


def ready(session: Session, keys: Keyring, slug: str = "spring", *, now: dt.datetime = NOW) -> Round:
    """A round that lacks nothing but the sign-off."""
    round_ = written(session, keys, slug, now=now)
    gates.override(
        session, round_, "languages", reason="Polish follows in a week.", by=ANNA, now=now, keys=keys
    )
    gates.confirm_cover(
        session, round_, arrangement="Cara, then Dev, every weekday.", by=ANNA, now=now, keys=keys
    )
    return round_


def approved(session: Session, keys: Keyring, slug: str = "spring", *, now: dt.datetime = NOW) -> Round:
    """A round Ben signed off, so that Anna may open it."""
    round_ = ready(session, keys, slug, now=now)
    seen = approvals.content_of(session, round_).digest
    approvals.approve(session, round_, seen=seen, name="Ben", by=BEN, now=now, keys=keys)
    return round_


def launched(session: Session, keys: Keyring, slug: str = "spring", *, now: dt.datetime = NOW) -> Round:
    """A round Anna has set to open."""
    round_ = approved(session, keys, slug, now=now)
    openings.launch(session, round_, holders=HOLDERS, by=ANNA, now=now, keys=keys)
    return round_

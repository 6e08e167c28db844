"""Loads what the checklist of a consultation is judged by."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from portal.partnership import approvals, checklist, consultation_record, editing, gates, instruments, pages
from portal.partnership.checklist import Asking, Dossier, Holders, Line
from portal.partnership.instruments import Instrument
from portal.partnership.rounds import LONDON, Round, last_day
from surveys.errors import SurveysError
from surveys.surveys import london_day


def check(session: Session, round_: Round, now: dt.datetime, holders: Holders) -> tuple[Line, ...]:
    """The checklist as it stands at this moment; ``holders`` says who holds each role, by name."""
    return checklist.lines(dossier(session, round_, now, holders))


def dossier(session: Session, round_: Round, now: dt.datetime, holders: Holders) -> Dossier:
    """Everything the lines are judged by: the words and facts officers work on, and what is on record."""
    working = editing.working(session, "round", round_.slug)
    site = pages.site(session, pages.SOURCE)
    told = consultation_record.stakeholders_of(session, round_)
    given = approvals.approvals_of(session, round_)
    approved = approvals.valid(session, round_)
    asked = instruments.of_round(session, round_)
    facts = dict(working.facts) if working else {}
    opened = [one.survey for one in asked if one.survey is not None and one.survey.opens_at is not None]
    if opened and not facts.get("opens"):  # by a pack: the surveys' own windows say when
        facts["opens"] = min(london_day(one.opens_at) for one in opened if one.opens_at).isoformat()
        facts["closes"] = max(last_day(one.closes_at) for one in opened if one.closes_at).isoformat()
    return Dossier(
        facts=facts,
        texts=working.texts if working else {},
        surveys=tuple(_asking(one) for one in asked),
        today=now.astimezone(LONDON).date(),
        minimum_open_days=site.facts.minimum_open_days if site else 42,
        periods=tuple(
            (entry.texts.title, entry.facts.since, entry.facts.until)
            for entry in pages.current(session, "pre-election", pages.SOURCE)
        ),
        privacy_given=frozenset(
            entry.key
            for entry in pages.current(session, "privacy", pages.SOURCE)
            if entry.facts.state == "given"
        ),
        helplines={
            entry.texts.name: entry.facts.last_checked
            for entry in pages.current(session, "helpline", pages.SOURCE)
            if entry.facts.shown
        },
        equality=len(consultation_record.equality_of(session, round_)),
        stakeholders=len(told),
        affected=sum(one.stakeholder.particularly_affected for one in told),
        overrides={line: row.reason for line, row in gates.overrides_of(session, round_).items()},
        cover_confirmed=gates.cover_of(session, round_) is not None,
        language_checks=frozenset(gates.language_checks_of(session, round_)),
        approved=approved is not None,
        approval_void=bool(given) and approved is None,
        launched=round_.launched_at is not None or bool(opened),
        holders=holders,
    )


def _asking(one: Instrument) -> Asking:
    return Asking(
        title=one.title,
        audience=one.audience,
        faults=len(one.faults),
        under_13_lack=one.under_13_lack,
        languages=one.languages,
        incomplete=one.incomplete,
        unchecked=one.unchecked,
    )


def demand(session: Session, round_: Round, now: dt.datetime, holders: Holders) -> None:
    """Raises "round.not_ready" (``lines``: the codes) while anything stops the consultation from opening."""
    stopping = checklist.stopping(check(session, round_, now, holders))
    if stopping:
        raise SurveysError("round.not_ready", lines=stopping)

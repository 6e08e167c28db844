from __future__ import annotations

import datetime as dt
from functools import partial

import pytest
from sqlalchemy.orm import Session

from portal.partnership import (
    approvals,
    as_seen,
    consultation_record,
    editing,
    gates,
    instruments,
    openings,
    pages,
    readiness,
    round_copies,
    rounds,
)
from portal.partnership.rounds import Round
from surveys import audit, surveys
from surveys.authoring import publishing
from surveys.db import as_of, look_back
from surveys.errors import SurveysError
from surveys.sealing import Keyring
from tests.portal.partnership import preparing
from tests.portal.partnership.preparing import ANNA, BEN, CLOSES, HOLDERS, IN_POLISH, NOW

DURING = dt.datetime(2031, 2, 10, 12, tzinfo=dt.UTC)
AFTER = dt.datetime(2031, 4, 1, 12, tzinfo=dt.UTC)
BY = {"by": ANNA}


@pytest.fixture
def approved(session: Session, keys: Keyring) -> Round:
    preparing.loaded(session, keys)
    return preparing.approved(session, keys)


@pytest.fixture
def launched(session: Session, keys: Keyring, approved: Round) -> Round:
    openings.launch(session, approved, holders=HOLDERS, by=ANNA, now=NOW, keys=keys)
    return approved


def state(session: Session, now: dt.datetime) -> str | None:
    shown = rounds.one(session, "spring", now)
    return shown.state if shown else None


def refused(code: str) -> pytest.RaisesExc[SurveysError]:
    return pytest.raises(SurveysError, match=f"^{code.replace('.', '[.]')}$")


def test_nobody_sees_a_consultation_before_it_is_opened_and_the_clock_opens_it(
    session: Session, keys: Keyring, approved: Round
) -> None:
    assert state(session, DURING) is None
    [survey] = openings.launch(session, approved, holders=HOLDERS, by=ANNA, now=NOW, keys=keys)
    assert state(session, NOW) == "coming"
    assert state(session, dt.datetime(2031, 2, 2, 23, 59, tzinfo=dt.UTC)) == "coming"
    assert state(session, dt.datetime(2031, 2, 3, tzinfo=dt.UTC)) == "open"
    assert state(session, AFTER) == "closed"
    assert survey.withdraw_until == CLOSES + dt.timedelta(days=14)
    shown = rounds.one(session, "spring", DURING)
    assert shown is not None
    assert shown.entry.texts.options_considered == "Doing nothing would cost more."
    assert editing.working(session, "round", "spring").drafted == frozenset()  # type: ignore[union-attr]
    assert audit.check(session, keys) == []


def test_what_is_not_ready_or_not_signed_off_does_not_open(session: Session, keys: Keyring) -> None:
    preparing.loaded(session, keys)
    round_ = preparing.ready(session, keys)
    with refused("round.not_ready") as problem:
        openings.launch(session, round_, holders=HOLDERS, by=ANNA, now=NOW, keys=keys)
    assert problem.value.facts["lines"] == ("approval",)
    assert state(session, DURING) is None


def test_what_people_were_promised_is_never_hidden(session: Session, keys: Keyring, approved: Round) -> None:
    hide = partial(editing.retire, session, "round", "spring", by=ANNA, now=NOW, keys=keys)
    editing.publish(session, "round", "spring", by=ANNA, now=NOW, keys=keys)
    hide(retired=True)
    with refused("round.not_ready") as problem:
        openings.launch(session, approved, holders=HOLDERS, by=ANNA, now=NOW, keys=keys)
    assert "purpose" in problem.value.facts["lines"]
    hide(retired=False)
    openings.launch(session, approved, holders=HOLDERS, by=ANNA, now=NOW, keys=keys)
    with refused("round.announced"):
        hide(retired=True)
    facts = editing.working(session, "round", "spring").facts  # type: ignore[union-attr]
    preparing.save(session, keys, "spring", {pages.NEUTRAL: {**facts, "retired": True}})
    with refused("round.announced"):
        editing.publish(session, "round", "spring", by=ANNA, now=DURING, keys=keys)
    assert state(session, DURING) == "open"


def test_a_decision_cannot_be_made_while_people_are_asked(
    session: Session, keys: Keyring, launched: Round
) -> None:
    made = {pages.NEUTRAL: preparing.FACTS | {"decision": "made"}}
    preparing.save(session, keys, "spring", made, now=DURING)
    with refused("decision.while_open"):
        editing.publish(session, "round", "spring", by=ANNA, now=DURING, keys=keys)
    editing.publish(session, "round", "spring", by=ANNA, now=AFTER, keys=keys)


def test_questions_published_before_the_round_opens_open_with_it(
    session: Session, keys: Keyring, approved: Round
) -> None:
    [one] = instruments.of_round(session, approved)
    assert one.draft is not None
    survey = publishing.publish_first(
        session, one.draft.id, slug="early", receipt_prefix="ZZ",
        places=instruments.places_now(session), by=ANNA, now=NOW, keys=keys,
    )  # fmt: skip
    [one] = instruments.of_round(session, approved)
    assert one.survey == survey
    seen = approvals.content_of(session, approved).digest
    approvals.approve(session, approved, seen=seen, name="Ben", by=BEN, now=NOW, keys=keys)
    assert openings.launch(session, approved, holders=HOLDERS, by=ANNA, now=NOW, keys=keys) == (survey,)
    [one] = instruments.of_round(session, approved)
    assert (one.survey, state(session, DURING)) == (survey, "open")


def test_who_signed_it_off_does_not_open_it(session: Session, keys: Keyring, approved: Round) -> None:
    with refused("approval.own"):
        openings.launch(session, approved, holders=HOLDERS, by=BEN, now=NOW, keys=keys)
    openings.launch(session, approved, holders=HOLDERS, by=ANNA, now=NOW, keys=keys)
    with refused("round.launched"):
        openings.launch(session, approved, holders=HOLDERS, by=ANNA, now=NOW, keys=keys)


def test_a_language_is_offered_once_a_speaker_checked_it_even_after_opening(
    session: Session, keys: Keyring, launched: Round
) -> None:
    [one] = instruments.of_round(session, launched)
    assert instruments.offered(one.document) == ("en_GB",)
    with refused("language.unchecked"):
        openings.offer_language(session, launched, "pl", by=ANNA, now=DURING, keys=keys)
    preparing.save(session, keys, "spring", {"pl": IN_POLISH})
    gates.check_language(
        session, launched, "pl", speaker="Ewa Nowak", on=DURING.date(), by=ANNA, now=DURING, keys=keys
    )
    assert openings.offer_language(session, launched, "pl", by=ANNA, now=DURING, keys=keys) == 1
    [one] = instruments.of_round(session, launched)
    assert instruments.offered(one.document) == ("en_GB", "pl")
    assert one.document.translations["pl"].by == "Ewa Nowak"
    assert one.survey is not None
    version = surveys.current_version(session, one.survey.id)
    assert version is not None
    assert (version.number, version.meaning) == (2, "same")
    with refused("language.not_there"):
        openings.offer_language(session, launched, "pl", by=ANNA, now=DURING, keys=keys)


def test_every_change_of_dates_needs_a_reason_and_is_kept_for_the_public(
    session: Session, keys: Keyring, launched: Round
) -> None:
    later = CLOSES + dt.timedelta(days=7)
    with refused("reason.missing"):
        openings.extend(session, launched, later, reason="", by=ANNA, now=DURING, keys=keys)
    with refused("round.earlier"):
        openings.extend(session, launched, CLOSES, reason="Snow.", by=ANNA, now=DURING, keys=keys)
    openings.extend(session, launched, later, reason="Snow.", by=ANNA, now=DURING, keys=keys)
    openings.pause(session, launched, reason="A wrong number.", by=ANNA, now=DURING, keys=keys)
    assert state(session, DURING) == "paused"
    openings.resume(session, launched, reason="Mended.", by=ANNA, now=DURING, keys=keys)
    assert state(session, DURING) == "open"
    openings.close_early(session, launched, reason="An election was called.", by=ANNA, now=DURING, keys=keys)
    changes = openings.changes_of(session, launched.id)
    assert [(one.what, one.was, one.becomes) for one in changes] == [
        ("extended", CLOSES, later),
        ("paused", None, None),
        ("resumed", None, None),
        ("closed-early", later, DURING.date()),
    ]
    [one] = instruments.of_round(session, launched)
    assert one.survey is not None
    assert one.survey.withdraw_until == later + dt.timedelta(days=14)
    look_back(session, NOW)
    assert openings.changes_of(session, launched.id) == ()


def test_what_closed_can_be_opened_again(session: Session, keys: Keyring, launched: Round) -> None:
    with refused("round.not_closed"):
        openings.reopen(session, launched, CLOSES, reason="Snow.", by=ANNA, now=DURING, keys=keys)
    with refused("round.earlier"):
        openings.reopen(session, launched, CLOSES, reason="Snow.", by=ANNA, now=AFTER, keys=keys)
    openings.reopen(
        session, launched, dt.date(2031, 4, 10), reason="Few young people.", by=ANNA, now=AFTER, keys=keys
    )
    assert state(session, AFTER) == "open"
    assert state(session, dt.datetime(2031, 4, 12, tzinfo=dt.UTC)) == "closed"


def test_what_is_withdrawn_stays_on_record(session: Session, keys: Keyring, launched: Round) -> None:
    openings.withdraw(session, launched, reason="The question was wrong.", by=ANNA, now=DURING, keys=keys)
    assert [one.what for one in openings.changes_of(session, launched.id)] == ["withdrawn"]
    with refused("round.not_open"):
        openings.withdraw(session, launched, reason="Again.", by=ANNA, now=DURING, keys=keys)


def test_last_year_copied_has_its_words_questions_and_list_but_no_date_or_sign_off(
    session: Session, keys: Keyring, launched: Round
) -> None:
    consultation_record.list_stakeholder(
        session, launched, name="Youth club", speaks_for="Young people", contact="Jo, jo@example.org",
        particularly_affected=True, by=ANNA, now=NOW, keys=keys,
    )  # fmt: skip
    made = round_copies.copy(session, launched, slug="spring-2032", by=BEN, now=AFTER, keys=keys)
    there = editing.working(session, "round", "spring-2032")
    assert there is not None
    assert there.texts["en_GB"]["evidence"] == preparing.WORDS["evidence"]
    assert not {"opens", "closes", "impact_assessment"} & set(there.facts)
    assert there.shown == frozenset()
    [one] = instruments.of_round(session, made)
    assert (one.slug, one.audience, one.document.places) == ("talk-spring-2", "residents", [])
    assert [told.contact for told in consultation_record.stakeholders_of(session, made, keys)] == [
        "Jo, jo@example.org"
    ]
    stopping = {line.code for line in readiness.check(session, made, AFTER, HOLDERS) if line.stops}
    assert {"dates", "impact", "approval", "safeguarding", "languages"} <= stopping
    with refused("round.exists"):
        round_copies.copy(session, launched, slug="spring-2032", by=BEN, now=AFTER, keys=keys)


def test_what_residents_saw_can_be_shown_for_any_moment(
    session: Session, keys: Keyring, launched: Round
) -> None:
    preparing.save(
        session, keys, "spring", {pages.SOURCE: preparing.WORDS | {"evidence": "Lamps went out."}}, now=DURING
    )
    before_publishing = DURING + dt.timedelta(hours=1)
    published = DURING + dt.timedelta(days=1)
    editing.publish(session, "round", "spring", by=ANNA, now=published, keys=keys)
    openings.extend(session, launched, dt.date(2031, 4, 5), reason="Snow.", by=ANNA, now=published, keys=keys)
    was = as_seen.as_seen(session, launched, before_publishing)
    now = as_seen.as_seen(session, launched, published)
    never = as_seen.as_seen(session, launched, NOW - dt.timedelta(days=1))
    assert was.texts["en_GB"]["evidence"] == "It was dark last year."
    assert now.texts["en_GB"]["evidence"] == "Lamps went out."
    assert [one.version.number for one in was.surveys] == [1]
    assert ([one.what for one in was.changes], [one.what for one in now.changes]) == ([], ["extended"])
    assert [one.survey.closes_at for one in (*was.surveys, *now.surveys)] == [
        surveys.closing_moment(CLOSES),
        surveys.closing_moment(dt.date(2031, 4, 5)),
    ]
    assert (never.texts, never.surveys, never.announced) == ({}, (), False)
    assert (was.announced, was.gaps) == (True, ())
    told = [(one.what, one.about) for one in as_seen.events(session, launched) if one.at == published]
    assert told == [("change.extended", ""), ("words", "en_GB")]
    clock = [
        (one.what, one.at) for one in as_seen.events(session, launched) if one.what in ("opens", "closes")
    ]
    assert clock == [
        ("opens", dt.datetime(2031, 2, 3, tzinfo=dt.UTC)),
        ("closes", surveys.closing_moment(dt.date(2031, 4, 5))),
    ]
    assert as_of(session) is None
    assert not pages.overlaid(session)


def test_every_wording_of_a_reason_in_another_language_is_kept(
    session: Session, keys: Keyring, launched: Round
) -> None:
    openings.pause(session, launched, reason="A wrong number.", by=ANNA, now=DURING, keys=keys)
    [change] = openings.changes_of(session, launched.id)
    for hours, words in ((1, "Zły numer."), (2, "Zły numer."), (3, "Błędny numer.")):
        moment = DURING + dt.timedelta(hours=hours)
        openings.say_reason(session, change, "pl", words, by=ANNA, now=moment, keys=keys)
    kept = openings.wordings_of(session, launched.id)
    assert [(one.number, one.words) for one in kept] == [(1, "Zły numer."), (2, "Błędny numer.")]
    for hours, shown in ((0, {}), (2, {change.id: "Zły numer."}), (3, {change.id: "Błędny numer."})):
        look_back(session, DURING + dt.timedelta(hours=hours))
        assert openings.reasons_in(session, launched.id, "pl") == shown
    look_back(session, None)
    assert openings.reasons_in(session, launched.id, "pl") == {change.id: "Błędny numer."}
    assert openings.reasons_in(session, launched.id, "cy") == {}

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal.partnership import approvals, checklist, editing, gates, instruments, pages, readiness
from portal.partnership.checklist import LINES, OVERRIDABLE, Asking, Dossier
from portal.partnership.register import PRIVACY_SECTIONS
from surveys import audit
from surveys.errors import SurveysError
from surveys.sealing import Keyring
from tests.portal.partnership import preparing
from tests.portal.partnership.preparing import ANNA, BEN, FACTS, HOLDERS, IN_POLISH, NOW, WORDS

TODAY = dt.date(2031, 1, 20)
AFTER = dt.date(2031, 3, 20)
DAY, DAYS_91 = dt.timedelta(days=1), dt.timedelta(days=91)
SURVEY = Asking("talk", "residents", 0, "", ("pl",), frozenset(), frozenset())
COMPLETE = Dossier(
    facts=FACTS,
    texts={"en_GB": WORDS, "pl": IN_POLISH},
    surveys=(SURVEY,),
    today=TODAY,
    privacy_given=PRIVACY_SECTIONS,
    helplines={"Warden": dt.date(2031, 1, 2)},
    equality=1,
    stakeholders=3,
    affected=1,
    cover_confirmed=True,
    language_checks=frozenset({"pl"}),
    approved=True,
    holders=HOLDERS,
)


def lacks(**changed: Any) -> dict[str, list[str]]:
    """The codes of what is missing, by line."""
    found = checklist.lines(dataclasses.replace(COMPLETE, **changed))
    return {line.code: [lack.code for lack in line.lacks] for line in found if line.lacks}


def test_a_complete_consultation_lacks_nothing() -> None:
    assert lacks() == {}
    assert checklist.stopping(checklist.lines(COMPLETE)) == ()


@pytest.mark.parametrize(
    ("changed", "missing"),
    [
        ({"texts": {"en_GB": WORDS | {"audience": ""}, "pl": {}}}, {"purpose": ["text.missing"]}),
        ({"facts": FACTS | {"retired": True}}, {"purpose": ["text.retired"]}),
        ({"facts": FACTS | {"decision": "made"}}, {"decision": ["decision.taken"]}),
        ({"texts": {"en_GB": WORDS | {"evidence": None}, "pl": {}}}, {"evidence": ["text.missing"]}),
        ({"surveys": ()}, {"questions": ["survey.none"]}),
        ({"surveys": (dataclasses.replace(SURVEY, faults=3),)}, {"questions": ["survey.faults"]}),
        (
            {"surveys": (dataclasses.replace(SURVEY, under_13_lack="page"),)},
            {"young": ["survey.no_under_13_route"]},
        ),
        (
            {"surveys": (dataclasses.replace(SURVEY, audience="young-people", under_13_lack="question"),)},
            {"young": ["survey.no_under_13_route"]},
        ),
        (
            {"surveys": (dataclasses.replace(SURVEY, audience="organisations", under_13_lack="question"),)},
            {},
        ),
        ({"facts": {"impact_assessment": "x"}}, {"dates": ["dates.none"]}),
        ({"facts": FACTS | {"opens": "2031-04-01"}}, {"dates": ["dates.order"], "period": ["period.short"]}),
        ({"facts": FACTS | {"opens": "2031-01-19"}}, {"dates": ["dates.past"]}),
        ({"facts": FACTS | {"opens": "2031-01-19"}, "launched": True}, {}),
        ({"facts": FACTS | {"closes": "2031-03-15"}}, {"period": ["period.short"]}),
        ({"facts": FACTS | {"closes": "2031-03-16"}}, {}),
        ({"minimum_open_days": 57}, {"period": ["period.short"]}),
        (
            {"periods": (("Elections", dt.date(2031, 2, 3), dt.date(2031, 5, 1)),)},
            {"election": ["election.within"]},
        ),
        ({"periods": (("Elections", dt.date(2031, 2, 4), dt.date(2031, 5, 1)),)}, {}),
        ({"privacy_given": PRIVACY_SECTIONS - {"rights"}}, {"privacy": ["privacy.missing"]}),
        ({"facts": {**FACTS, "impact_assessment": ""}}, {"impact": ["impact.none"]}),
        ({"holders": {"safeguarding": ("Cara", "Cara")}}, {"safeguarding": ["safeguarding.people"]}),
        (
            {"holders": {}, "cover_confirmed": False},
            {"safeguarding": ["safeguarding.people", "safeguarding.cover"]},
        ),
        ({"helplines": {"Warden": preparing.OPENS - DAYS_91}}, {"helplines": ["helpline.unchecked"]}),
        ({"helplines": {"Warden": preparing.OPENS - DAYS_91 + DAY}}, {}),
        (
            {"helplines": {"Warden": AFTER - DAYS_91}, "today": AFTER, "launched": True},
            {"helplines": ["helpline.unchecked"]},
        ),
        ({"helplines": {"999": None}}, {"helplines": ["helpline.unchecked"]}),
        ({"helplines": {}}, {"helplines": ["helpline.none"]}),
        ({"language_checks": frozenset()}, {"languages": ["language.unchecked"]}),
        ({"texts": {"en_GB": WORDS}}, {"languages": ["language.no_round_texts"]}),
        (
            {"surveys": (dataclasses.replace(SURVEY, incomplete=frozenset({"pl"})),)},
            {"languages": ["language.incomplete"]},
        ),
        (
            {"surveys": (dataclasses.replace(SURVEY, unchecked=frozenset({"pl"})),)},
            {"languages": ["language.survey_unchecked"]},
        ),
        ({"equality": 0}, {"equality": ["equality.none"]}),
        ({"stakeholders": 0}, {"tell": ["stakeholder.none"]}),
        ({"affected": 0}, {"tell": ["stakeholder.none_affected"]}),
        ({"approved": False}, {"approval": ["approval.none"]}),
        ({"approved": False, "approval_void": True}, {"approval": ["approval.void"]}),
        ({"approved": False, "approval_void": True, "launched": True}, {}),
    ],
)
def test_each_line_says_what_is_missing(changed: dict[str, Any], missing: dict[str, list[str]]) -> None:
    assert lacks(**changed) == missing


def test_a_reason_overrides_only_four_lines() -> None:
    assert {"period", "election", "evidence", "languages"} == OVERRIDABLE
    empty = Dossier(facts={}, texts={}, surveys=(), today=TODAY, overrides=dict.fromkeys(LINES, "Because."))
    stopping = set(checklist.stopping(checklist.lines(empty)))
    assert stopping == set(LINES) - OVERRIDABLE - {"equality", "tell", "young"}


def test_advice_never_stops_and_every_line_names_who_can_do_it() -> None:
    found = checklist.lines(dataclasses.replace(COMPLETE, equality=0, stakeholders=0))
    assert checklist.stopping(found) == ()
    assert all(line.roles for line in found)


# From the store -------------------------------------------------------------------------------------------


def stopping(session: Session, round_: Any, now: dt.datetime = NOW) -> tuple[str, ...]:
    return checklist.stopping(readiness.check(session, round_, now, HOLDERS))


def test_a_round_written_from_nothing_is_made_ready_line_by_line(session: Session, keys: Keyring) -> None:
    preparing.loaded(session, keys)
    round_ = preparing.written(session, keys)
    assert stopping(session, round_) == ("languages", "safeguarding", "approval")
    gates.override(session, round_, "languages", reason="Later.", by=ANNA, now=NOW, keys=keys)
    gates.confirm_cover(session, round_, arrangement="Cara, then Dev.", by=ANNA, now=NOW, keys=keys)
    assert stopping(session, round_) == ("approval",)
    gates.lift(session, round_, "languages", by=ANNA, now=NOW, keys=keys)
    assert stopping(session, round_) == ("languages", "approval")
    assert audit.check(session, keys) == []


def test_a_speaker_who_checks_a_language_reads_page_and_questions(session: Session, keys: Keyring) -> None:
    preparing.loaded(session, keys)
    round_ = preparing.written(session, keys)
    preparing.save(session, keys, "spring", {"pl": IN_POLISH})
    gates.check_language(
        session, round_, "pl", speaker="Ewa Nowak", on=NOW.date(), by=ANNA, now=NOW, keys=keys
    )
    assert "languages" not in stopping(session, round_)
    preparing.save(session, keys, "spring", {"pl": IN_POLISH | {"title": "Co teraz?"}})
    line = next(one for one in readiness.check(session, round_, NOW, HOLDERS) if one.code == "languages")
    assert [lack.code for lack in line.lacks] == ["language.unchecked"]


def test_a_helpline_checked_long_ago_stops_the_opening(session: Session, keys: Keyring) -> None:
    preparing.loaded(session, keys)
    round_ = preparing.approved(session, keys)
    assert stopping(session, round_) == ()
    assert stopping(session, round_, NOW + dt.timedelta(days=80)) == ("dates", "helplines")


@pytest.mark.parametrize("line", sorted(set(LINES) - OVERRIDABLE))
def test_what_nothing_overrides_cannot_be_set_aside(session: Session, keys: Keyring, line: str) -> None:
    preparing.loaded(session, keys)
    round_ = preparing.written(session, keys)
    with pytest.raises(SurveysError, match=r"gate\.not_overridable"):
        gates.override(session, round_, line, reason="Please.", by=ANNA, now=NOW, keys=keys)


def test_a_line_is_set_aside_only_with_a_reason(session: Session, keys: Keyring) -> None:
    preparing.loaded(session, keys)
    round_ = preparing.written(session, keys)
    with pytest.raises(SurveysError, match=r"reason\.missing"):
        gates.override(session, round_, "period", reason="  ", by=ANNA, now=NOW, keys=keys)
    with pytest.raises(SurveysError, match=r"gate\.not_overridden"):
        gates.lift(session, round_, "period", by=ANNA, now=NOW, keys=keys)


def test_the_audience_and_address_of_a_survey_are_checked(session: Session, keys: Keyring) -> None:
    preparing.loaded(session, keys)
    round_ = preparing.written(session, keys)
    facts = {"origin": "blank", "by": ANNA, "now": NOW, "keys": keys}
    for slug, audience, code in (
        ("talk-spring", "residents", "survey.slug_taken"),
        ("Not an address", "residents", "survey.slug"),
        ("other", "everybody", "round.audience"),
    ):
        with pytest.raises(SurveysError) as refused:
            instruments.plan_from(
                session, round_, preparing.residents(), slug=slug, audience=audience, **facts
            )
        assert refused.value.code == code
    prefixes = {one.planned.receipt_prefix for one in instruments.of_round(session, round_) if one.planned}
    assert prefixes == {"AA"}
    assert instruments.free_prefix(session) == "AB"


def test_whoever_wrote_it_all_cannot_sign_it_off(session: Session, keys: Keyring) -> None:
    preparing.loaded(session, keys)
    round_ = preparing.ready(session, keys)
    seen = approvals.content_of(session, round_).digest
    with pytest.raises(SurveysError, match=r"approval\.own"):
        approvals.approve(session, round_, seen=seen, name="Anna", by=ANNA, now=NOW, keys=keys)
    approvals.approve(session, round_, seen=seen, name="Ben", by=BEN, now=NOW, keys=keys)
    assert stopping(session, round_) == ()
    there = editing.working(session, "round", "spring")
    assert there is not None
    preparing.save(session, keys, "spring", {pages.SOURCE: {**there.texts["en_GB"], "evidence": "Lamps."}})
    line = next(one for one in readiness.check(session, round_, NOW, HOLDERS) if one.code == "approval")
    assert [lack.code for lack in line.lacks] == ["approval.void"]

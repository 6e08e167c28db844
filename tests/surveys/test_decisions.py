"""What may become of a comment in public: who may decide what, once, and on record."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from surveys import audit, erasure, moderation, responses
from surveys.erasure import Ledger
from surveys.errors import SurveysError
from surveys.moderation import (
    Decision,
    PublicText,
    Redaction,
    Translation,
    appeals,
    concerns,
    safeguarding,
    screening,
)
from surveys.records import Comment, Response
from surveys.sealing import Keyring
from surveys.surveys import Survey
from tests.surveys.conftest import Fill
from tests.surveys.questionnaire import samples

ANNA, BEN = "officer:anna", "officer:ben"
Decide = Callable[..., None]
Send = Callable[..., str]
Given = dict[str, object]


@pytest.fixture
def send(session: Session, survey: Survey, fill: Fill, keys: Keyring, now: dt.datetime) -> Send:
    """Sends one response and gives its receipt number."""

    def send(token: str = "a", **more: object) -> str:
        state = fill(survey, token=token, **more)
        every = samples.every_kind()
        return responses.submit(session, survey, every, state, token=token, keys=keys, now=now).number

    return send


def comment_on(session: Session, item: str = "why") -> Comment:
    return session.scalars(select(Comment).where(Comment.item == item)).one()


@pytest.fixture
def decide(session: Session, keys: Keyring, now: dt.datetime) -> Decide:
    """Decides as Anna who has seen the comment as it is, unless told."""

    def decide(comment: Comment, outcome: str, **more: object) -> None:
        settled: dict[str, object] = {"by": ANNA, "seen_version": comment.version, "now": now, "keys": keys}
        moderation.decide(session, comment, outcome=outcome, **(settled | more))  # type: ignore[arg-type]

    return decide


def refused(code: str, act: Callable[..., object], *given: object, **named: object) -> None:
    with pytest.raises(SurveysError) as raised:
        act(*given, **named)
    assert raised.value.code == code


def test_a_decision_is_written_down_with_its_reason_and_is_not_the_last_word(
    session: Session, send: Send, decide: Decide, keys: Keyring
) -> None:
    send()
    why = comment_on(session)
    decide(why, "withheld", reason="allegation")
    decide(why, "waiting")
    decide(why, "publishable")
    session.commit()
    told = [(d.number, d.outcome, d.reason, d.by, d.policy) for d in moderation.decisions(session, why)]
    assert told == [
        (1, "withheld", "allegation", ANNA, moderation.POLICY),
        (2, "waiting", "", ANNA, moderation.POLICY),
        (3, "publishable", "", ANNA, moderation.POLICY),
    ]
    assert (why.state, why.version) == ("publishable", 3)
    assert moderation.public_text(session, why, keys=keys) == "People drive too fast"
    entries = list(audit.entries(session, subject=f"comment:{why.id}"))
    assert len(entries) == 3
    assert not any("drive" in entry.facts for entry in entries)


@pytest.mark.parametrize(
    ("outcome", "more", "code"),
    [
        ("hidden", {}, "outcome.unknown"),
        ("withheld", {}, "reason.needed"),
        ("withheld", {"reason": "advertising"}, "reason.unknown"),
        ("spam", {}, "reason.needed"),
        ("redacted", {"reason": "identifies"}, "outcome.nothing_replaced"),
        ("redacted", {"redactions": [Redaction(0, 6, "name")]}, "reason.needed"),
        ("redacted", {"reason": "identifies", "redactions": [Redaction(0, 99, "name")]}, "redaction.outside"),
        ("redacted", {"reason": "identifies", "redactions": [Redaction(0, 6, "x")]}, "redaction.unknown"),
        ("referred", {}, "category.unknown"),
        ("publishable", {"seen_version": 4}, "comment.stale"),
    ],
)
def test_what_does_not_hold_is_refused_and_leaves_nothing(
    session: Session,
    send: Send,
    decide: Decide,
    outcome: str,
    more: dict[str, object],
    code: str,
) -> None:
    send()
    why = comment_on(session)
    refused(code, decide, why, outcome, **more)
    assert (why.state, why.version) == ("waiting", 0)
    assert moderation.decisions(session, why) == []


def test_words_give_way_to_placeholders_and_to_nothing_else(
    session: Session, send: Send, decide: Decide, keys: Keyring
) -> None:
    send()
    why = comment_on(session)
    spans = [Redaction(17, 21, "words"), Redaction(0, 4, "name"), Redaction(2, 6, "place")]
    decide(why, "redacted", reason="identifies", redactions=spans)
    assert moderation.public_text(session, why, keys=keys) == "[name] drive too [words]"
    assert keys.open(why.key_id, why.sealed) == "People drive too fast"
    session.commit()
    stored = session.scalars(select(PublicText)).one()
    assert b"drive" not in stored.sealed
    decide(why, "withheld", reason="abuse")
    assert moderation.public_text(session, why, keys=keys) is None


def test_a_form_sent_twice_decides_once(session: Session, send: Send, decide: Decide) -> None:
    send()
    why = comment_on(session)
    spans = [Redaction(0, 6, "name")]
    decide(why, "redacted", reason="identifies", redactions=spans, seen_version=0)
    decide(why, "redacted", reason="identifies", redactions=spans, seen_version=0)
    assert len(moderation.decisions(session, why)) == 1
    other = [Redaction(0, 6, "place")]
    refused("comment.stale", decide, why, "redacted", reason="identifies", redactions=other, seen_version=0)
    refused("comment.stale", decide, why, "withheld", reason="identifies", seen_version=0)
    refused("comment.stale", decide, why, "withheld", reason="identifies", seen_version=0, by=BEN)


def test_of_two_officers_at_once_one_wins_and_the_other_is_told(
    engine: Engine,
    session: Session,
    send: Send,
    decide: Decide,
    keys: Keyring,
    now: dt.datetime,
) -> None:
    send()
    session.commit()
    why = comment_on(session)
    assert why.version == 0
    session.rollback()
    with Session(engine.execution_options(portal_writes=True)) as other:
        hers = comment_on(other)
        moderation.decide(
            other, hers, outcome="spam", reason="repeated", by=BEN, now=now, keys=keys, seen_version=0
        )
        other.commit()
    refused("comment.stale", decide, why, "publishable", seen_version=0)
    session.rollback()
    session.refresh(why)
    assert (why.state, why.version) == ("spam", 1)


def test_without_permission_it_is_only_read(session: Session, send: Send, decide: Decide) -> None:
    send(may_publish=False)
    why = comment_on(session)
    for outcome in ("publishable", "redacted", "withheld"):
        spans = [Redaction(0, 6, "name")]
        refused(
            "outcome.needs_permission",
            decide,
            why,
            outcome,
            reason="" if outcome == "publishable" else "identifies",
            redactions=spans if outcome == "redacted" else (),
        )
    decide(why, "read")
    assert why.state == "read"


def test_nobody_under_sixteen_is_quoted(session: Session, send: Send, decide: Decide) -> None:
    send(answers=samples.PATHS["fourteen"] | {"why": "Our bus stop has no light"})
    young = comment_on(session)
    assert not moderation.may_be_quoted(session, young)
    refused("outcome.needs_permission", decide, young, "publishable")
    decide(young, "read")


def test_a_referred_comment_is_locked_until_the_lead_gives_it_back(
    session: Session, send: Send, decide: Decide, keys: Keyring, now: dt.datetime
) -> None:
    send()
    why = comment_on(session)
    decide(why, "referred", category="child")
    assert moderation.public_text(session, why, keys=keys) is None
    for outcome in ("publishable", "waiting", "read"):
        refused("comment.locked", decide, why, outcome)
    actions = [entry.action for entry in audit.entries(session, subject=f"comment:{why.id}")]
    assert actions == ["comment.decide"]
    concern = concerns.of_comment(session, why.survey_id, why.id)
    assert concern is not None
    noted = {"by": "officer:lead", "now": now, "keys": keys}
    safeguarding.release(session, concern, reason="not-safeguarding", seen_version=1, **noted)  # type: ignore[arg-type]
    decide(why, "publishable")


def test_a_flagged_comment_is_not_published_before_the_lead_has_looked(
    session: Session, send: Send, decide: Decide, keys: Keyring, now: dt.datetime
) -> None:
    send()
    why = comment_on(session)
    noted = {"now": now, "keys": keys}
    concern = safeguarding.refer(
        session,
        why,
        category="child",
        source="phrases",
        by="system",
        **noted,  # type: ignore[arg-type]
    )
    assert why.state == "waiting"
    refused("comment.locked", decide, why, "publishable")
    decide(why, "withheld", reason="child")
    lead = {"reason": "not-safeguarding", "by": "officer:lead", "seen_version": 1} | noted
    safeguarding.release(session, concern, **lead)  # type: ignore[arg-type]
    assert why.state == "withheld"
    decide(why, "publishable")


def test_a_quote_needs_a_second_officer(
    session: Session, send: Send, decide: Decide, keys: Keyring, now: dt.datetime
) -> None:
    send()
    why = comment_on(session)

    def look(by: str, **more: object) -> None:
        settled = {"clear": True, "seen_version": why.version, "now": now, "keys": keys} | more
        moderation.look_at_quote(session, why, by=by, **settled)  # type: ignore[arg-type]

    refused("quote.not_proposed", look, BEN)
    decide(why, "publishable", quote=True)
    refused("quote.same_officer", look, ANNA)
    look(BEN)
    look(BEN, seen_version=1)
    assert (why.quote, why.state) == ("cleared", "publishable")
    assert [d.outcome for d in moderation.decisions(session, why)] == ["publishable", "quote-cleared"]
    decide(why, "withheld", reason="identifies")
    assert why.quote == ""
    decide(why, "publishable", quote=True)
    look(ANNA, reason="nobody-available")
    assert moderation.decisions(session, why)[-1].reason == "nobody-available"


def test_whose_decision_was_appealed_against_does_not_take_it_anew(
    session: Session, send: Send, decide: Decide, keys: Keyring, now: dt.datetime
) -> None:
    send()
    why = comment_on(session)
    response = session.get_one(Response, (why.survey_id, why.response_id))
    decide(why, "publishable")
    decide(why, "withheld", reason="abuse")
    decide(why, "withheld", reason="allegation", by=BEN)
    row = appeals.appeal(session, response, why.id, words="", now=now, keys=keys)
    for outcome in ("waiting", "publishable"):  # nor while it waits, or the appeal would come to nothing
        refused("comment.appealed", decide, why, outcome, by=BEN)
    appeals.settle(session, row, outcome="changed", by="officer:cara", now=now, keys=keys)
    refused("comment.appealed", decide, why, "publishable", by=BEN)
    refused("comment.appealed", decide, why, "publishable", by=BEN, alone="busy")
    assert (why.state, why.version) == ("waiting", 4)
    decide(why, "withheld", reason="abuse")  # Anna's decision was not the one appealed against
    second = appeals.appeal(session, response, why.id, words="", now=now, keys=keys)
    appeals.settle(session, second, outcome="kept", by=BEN, now=now, keys=keys)
    decide(why, "publishable")  # what stayed as it was may be undone by anybody else than Ben
    refused("comment.appealed", decide, why, "waiting", by=BEN)
    decide(why, "waiting", by=BEN, alone="nobody-available")
    facts = [json.loads(entry.facts) for entry in audit.entries(session, subject=f"comment:{why.id}")]
    assert [fact["alone"] for fact in facts if "alone" in fact] == ["nobody-available"]
    decide(why, "referred", category="child", by=BEN)
    assert why.state == "referred"


def test_identical_comments_are_decided_together_and_others_never(
    session: Session, send: Send, keys: Keyring, now: dt.datetime
) -> None:
    for token in ("a", "b", "c"):
        send(token=token)
    alike = session.scalars(select(Comment).where(Comment.item == "why")).all()
    given = {"outcome": "spam", "reason": "repeated", "by": ANNA, "now": now, "keys": keys}
    different = [alike[0], session.scalars(select(Comment).where(Comment.item == "heard")).first()]
    with pytest.raises(SurveysError, match=r"comments\.differ"):
        moderation.decide_alike(session, different, seen_versions=[0, 0], **given)  # type: ignore[arg-type]
    assert moderation.decide_alike(session, alike, seen_versions=[0, 0, 0], **given) == 3  # type: ignore[arg-type]
    assert {each.state for each in alike} == {"spam"}


def test_deciding_never_changes_a_count(session: Session, survey: Survey, send: Send, decide: Decide) -> None:
    for token in ("a", "b"):
        send(token=token)
    before = (responses.counts(session, survey.id), moderation.written(session, survey.id))
    logged = session.scalar(text("SELECT count(*) FROM change_log"))
    for comment in session.scalars(select(Comment)).all():
        decide(comment, "spam", reason="meaningless")
    assert (responses.counts(session, survey.id), moderation.written(session, survey.id)) == before
    assert session.scalar(text("SELECT count(*) FROM change_log")) == logged


def test_what_was_made_of_a_comment_goes_with_it_and_the_log_stays(
    session: Session,
    survey: Survey,
    send: Send,
    decide: Decide,
    keys: Keyring,
    now: dt.datetime,
    ledger: Ledger,
) -> None:
    number = send()
    why = comment_on(session)
    decide(why, "redacted", reason="identifies", redactions=[Redaction(0, 6, "name")])
    key_id, sealed = keys.seal("Ludzie")
    session.add(
        Translation(
            survey_id=survey.id, comment_id=why.id, locale="pl", sealed=sealed, key_id=key_id, by=ANNA, at=now
        )
    )
    session.commit()
    erasure.withdraw(session, number, keys=keys, now=now, ledger=ledger)
    session.commit()
    session.expire_all()
    assert session.scalars(select(PublicText)).all() == []
    assert session.scalars(select(Translation)).all() == []
    assert [d.outcome for d in session.scalars(select(Decision))] == ["redacted"]
    with pytest.raises(DBAPIError, match="append-only"):
        session.execute(text("DELETE FROM comment_decision"))
    session.rollback()


def test_a_survey_publishes_quotes_unless_told_otherwise(
    session: Session, survey: Survey, keys: Keyring, now: dt.datetime
) -> None:
    assert moderation.mode_of(session, survey.id) == "quotes"
    moderation.set_mode(session, survey.id, "all", by=ANNA, now=now, keys=keys)
    assert moderation.mode_of(session, survey.id) == "all"
    with pytest.raises(SurveysError, match=r"mode\.unknown"):
        moderation.set_mode(session, survey.id, "none", by=ANNA, now=now, keys=keys)


def test_phrase_lists_bring_a_comment_to_the_front_once_and_decide_nothing(
    session: Session, send: Send, keys: Keyring, now: dt.datetime
) -> None:
    send("a", answers=samples.PATHS["adult, everything"] | {"why": "My husband hits me"})
    send("b", locale="lt")
    assert screening.screen(session, keys=keys, now=now, limit=3) == 3
    assert screening.screen(session, keys=keys, now=now) == 5
    assert screening.screen(session, keys=keys, now=now) == 0
    found = {
        c.item: (c.urgency, c.flags, c.screened) for c in session.scalars(select(Comment)) if c.locale == "pl"
    }
    assert found["why"] == (0, "domestic-abuse", "pl-1")
    assert found["heard"] == (2, "", "pl-1")
    assert {(c.urgency, c.screened) for c in session.scalars(select(Comment)) if c.locale == "lt"} == {
        (1, "none")
    }
    assert {c.state for c in session.scalars(select(Comment))} == {"waiting"}
    raised = session.scalars(select(concerns.Concern)).all()
    assert len(raised) == 1


@pytest.mark.parametrize("outcome", ["publishable", "redacted"])
def test_what_shows_danger_is_not_published_in_the_moments_before_the_lists_looked(
    session: Session, send: Send, decide: Decide, keys: Keyring, now: dt.datetime, outcome: str
) -> None:
    send(answers=samples.PATHS["adult, everything"] | {"why": "My husband hits me"})
    session.commit()
    how = {"redactions": [Redaction(0, 10, "name")], "reason": "identifies"} if outcome == "redacted" else {}
    refused("comment.locked", decide, comment_on(session), outcome, **how)
    session.rollback()
    assert (comment_on(session).state, comment_on(session).screened) == ("waiting", "")
    assert screening.screen(session, keys=keys, now=now) == 4  # the refusal took nothing from the sweep
    assert len(session.scalars(select(concerns.Concern)).all()) == 1

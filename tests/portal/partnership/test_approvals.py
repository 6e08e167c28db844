from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from portal.partnership import approvals, gates, pages, round_documents
from portal.partnership.approvals import ApprovalLink
from portal.partnership.rounds import Round
from surveys import audit
from surveys.authoring import drafting
from surveys.authoring.drafting import SurveyDraft
from surveys.errors import SurveysError
from surveys.questionnaire.framing import set_document
from surveys.sealing import Keyring
from tests.portal.partnership import preparing
from tests.portal.partnership.preparing import ANNA, NOW, WORDS

LATER = NOW + dt.timedelta(days=1)


@pytest.fixture
def ready(session: Session, keys: Keyring) -> Round:
    preparing.loaded(session, keys)
    return preparing.ready(session, keys)


def asked(session: Session, keys: Keyring, round_: Round) -> str:
    link, token = approvals.make_link(
        session, round_, name="Dr Mira Shah", post="Director", by=ANNA, now=NOW, keys=keys
    )
    assert link.expires_at == NOW + dt.timedelta(days=14)
    return token


def refused(session: Session, keys: Keyring, slug: str, token: str, now: dt.datetime = LATER) -> str:
    with pytest.raises(SurveysError) as problem:
        approvals.open_link(session, slug, token, now=now, keys=keys)
    return problem.value.code


def test_a_senior_approves_by_link_once(session: Session, keys: Keyring, ready: Round) -> None:
    token = asked(session, keys, ready)
    answer = {"approved": True, "words": "Good.", "now": LATER, "keys": keys}
    approvals.answer_link(session, "spring", token, **answer)
    valid = approvals.valid(session, ready)
    assert valid is not None
    assert (valid.way, valid.name, valid.post, valid.reason) == (
        "senior",
        "Dr Mira Shah",
        "Director",
        "Good.",
    )
    with pytest.raises(SurveysError, match=r"approval\.used"):
        approvals.answer_link(session, "spring", token, **answer)
    assert refused(session, keys, "spring", token) == "approval.used"
    assert audit.check(session, keys) == []


def test_a_senior_who_sends_it_back_says_why(session: Session, keys: Keyring, ready: Round) -> None:
    token = asked(session, keys, ready)
    with pytest.raises(SurveysError, match=r"reason\.missing"):
        approvals.answer_link(session, "spring", token, approved=False, words=" ", now=LATER, keys=keys)
    link = approvals.answer_link(
        session, "spring", token, approved=False, words="Too long.", now=LATER, keys=keys
    )
    assert (link.outcome, link.note) == ("sent-back", "Too long.")
    assert approvals.valid(session, ready) is None


def test_a_link_says_what_is_wrong_with_it(session: Session, keys: Keyring, ready: Round) -> None:
    token = asked(session, keys, ready)
    assert refused(session, keys, "spring", "not-a-token") == "approval.unknown"
    assert refused(session, keys, "autumn", token) == "approval.other_round"
    assert refused(session, keys, "spring", token, NOW + dt.timedelta(days=14)) == "approval.expired"
    [link] = approvals.links_of(session, ready)
    approvals.take_back(session, ready, link.id, by=ANNA, now=LATER, keys=keys)
    assert refused(session, keys, "spring", token) == "approval.taken_back"
    again = asked(session, keys, ready)
    preparing.save(session, keys, "spring", {pages.SOURCE: WORDS | {"title": "Another?"}})
    assert refused(session, keys, "spring", again) == "approval.changed"


def test_only_a_hash_of_the_token_is_stored(session: Session, keys: Keyring, ready: Round) -> None:
    token = asked(session, keys, ready)
    session.flush()
    [stored] = session.scalars(select(ApprovalLink.token_hash))
    assert len(stored) == 32
    assert len(token) >= 22
    for table in ("approval_link", "audit_entry"):
        rows = session.execute(text(f"SELECT * FROM {table}")).all()
        assert rows
        assert token not in repr(rows)


def test_anything_that_changes_makes_another_content(session: Session, keys: Keyring, ready: Round) -> None:
    seen = {approvals.content_of(session, ready).digest}

    def changed() -> bool:
        before = len(seen)
        seen.add(approvals.content_of(session, ready).digest)
        return len(seen) > before

    assert not changed()
    preparing.save(session, keys, "spring", {pages.NEUTRAL: preparing.FACTS | {"closes": "2031-04-02"}})
    assert changed()
    [draft] = session.scalars(select(SurveyDraft))
    drafting.edit(
        session,
        draft.id,
        lambda document: set_document(document, {"minutes": 9}),
        action="document.set",
        subjects=["document"],
        seen_version=draft.revision,
        by=ANNA,
        now=NOW,
        keys=keys,
    )
    assert changed()
    document = round_documents.add(
        session, ready, title="Report", file_name="r.pdf", content=b"%PDF-1.7 x", by=ANNA, now=NOW, keys=keys
    )
    assert changed()
    round_documents.remove(session, ready, document.id, by=ANNA, now=NOW, keys=keys)
    assert not changed()
    gates.override(session, ready, "period", reason="Short.", by=ANNA, now=NOW, keys=keys)
    assert changed()


def test_with_nobody_available_a_reason_is_kept_for_the_year(
    session: Session, keys: Keyring, ready: Round
) -> None:
    assert approvals.alone(session, ready) == ()
    seen = approvals.content_of(session, ready).digest
    alone = {"seen": seen, "name": "Anna", "by": ANNA, "now": NOW, "keys": keys}
    with pytest.raises(SurveysError, match=r"reason\.missing"):
        approvals.approve_alone(session, ready, reason=" ", **alone)
    with pytest.raises(SurveysError, match=r"approval\.changed"):
        approvals.approve_alone(session, ready, reason="On leave.", **{**alone, "seen": "0" * 64})
    approvals.approve_alone(session, ready, reason="Everybody else is on leave.", **alone)
    [approval] = approvals.alone(session, ready)
    assert approval.reason == "Everybody else is on leave."


def test_an_approval_needs_what_was_seen(session: Session, keys: Keyring, ready: Round) -> None:
    with pytest.raises(SurveysError, match=r"approval\.changed"):
        approvals.approve(session, ready, seen="old", name="Ben", by=preparing.BEN, now=NOW, keys=keys)
    with pytest.raises(SurveysError, match=r"record\.missing") as missing:
        approvals.make_link(session, ready, name="Mira", post=" ", by=ANNA, now=NOW, keys=keys)
    assert missing.value.field == "post"


def test_of_two_answers_at_once_one_counts(
    session: Session, engine: Engine, keys: Keyring, ready: Round
) -> None:
    token = asked(session, keys, ready)
    session.commit()
    start = threading.Barrier(2)

    def answer(_: int) -> str:
        with Session(engine.execution_options(portal_writes=True)) as own:
            start.wait()
            try:
                approvals.answer_link(own, "spring", token, approved=True, words="", now=LATER, keys=keys)
                own.commit()
            except SurveysError as problem:
                return problem.code
            return "approved"

    with ThreadPoolExecutor(2) as two:
        assert sorted(two.map(answer, range(2))) == ["approval.used", "approved"]
    assert len(approvals.approvals_of(session, ready)) == 1

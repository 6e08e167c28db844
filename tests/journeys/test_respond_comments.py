"""What a receipt number shows of comments: their fate, never their words; appeals; permission."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from surveys import moderation
from surveys.moderation import Redaction, appeals, safeguarding
from surveys.moderation.records import Appeal
from surveys.records import Comment, Response
from tests.conftest import Clock
from tests.journeys.test_respond_codes import other_browser, received
from tests.journeys.walker import ADULT, Resident, Site
from tests.pages import Page, PageClient

AGAIN = "Ask us to look again: Why did you choose {"
SECRETS = ("People drive", "near the school", "Dogs on the loose")


@dataclass
class Writer:
    """Somebody with a receipt number at another browser, and officers who decide meanwhile."""

    site: Site
    client: PageClient
    number: str

    def look(self) -> Page:
        page = self.client.submit(self.client.page("/surveys/receipt"), {"code": self.number}, "Show")
        for secret in SECRETS:
            assert secret not in page.html
        assert self.number not in page.url
        return page

    def decide(self, item: str, outcome: str, by: str = "officer:anna", **more: Any) -> None:
        with self.site.writing() as session:
            comment = session.scalars(select(Comment).where(Comment.item == item)).one()
            moderation.decide(
                session, comment, outcome=outcome, by=by, now=self.site.now, keys=self.site.keys,
                seen_version=comment.version, **more,
            )  # fmt: skip

    def settle(self, outcome: str, by: str = "officer:ben", **more: Any) -> None:
        with self.site.writing() as session:
            (pending,) = appeals.pending(session, keys=self.site.keys)
            appeals.settle(
                session,
                pending.appeal,
                outcome=outcome,
                by=by,
                now=self.site.now,
                keys=self.site.keys,
                **more,
            )


@pytest.fixture
def writer(resident: Resident, site: Site) -> Writer:
    resident.go_to("questions/8", ADULT)
    resident.answer(ADULT, "Finish and send what I have answered")
    resident.press("Send my answers now", publish="yes")
    return Writer(site, other_browser(site), resident.code)


def test_each_comment_has_its_fate_and_a_reason(writer: Writer) -> None:
    assert writer.look().main.count("Waiting. A person reads it") == 2
    writer.decide("why", "withheld", reason="allegation")
    writer.decide("topics.else", "redacted", reason="identifies", redactions=[Redaction(0, 4, "name")])
    page = writer.look()
    assert "Not published. Why: It accuses a person or a business that could be recognised." in page.main
    assert "may be published with changes" in page.main
    assert "It names somebody" in page.main


def test_a_referred_comment_looks_like_one_that_waits(writer: Writer) -> None:
    before = writer.look().main
    writer.decide("why", "referred", category="child")
    assert writer.look().main == before
    with writer.site.writing() as session:
        comment = session.scalars(select(Comment).where(Comment.item == "topics.else")).one()
        safeguarding.refer(
            session, comment, category="child", source="phrases", by="job", now=writer.site.now,
            keys=writer.site.keys,
        )  # fmt: skip
    assert writer.look().main == before
    page = writer.client.submit(writer.look(), {}, "Take back my answers")
    page = writer.client.submit(page, {}, "Yes, take back my answers")
    assert page.h1 == "Your answers have been taken back"
    assert writer.site.responses() == []
    assert writer.site.words() == {}
    writer.client.submit(writer.client.page("/surveys/receipt"), {"code": writer.number}, "Show", 422)


def test_an_appeal_is_decided_by_somebody_else(writer: Writer) -> None:
    writer.decide("why", "withheld", reason="off-topic")
    page = writer.client.submit(writer.look(), {}, AGAIN)
    assert page.h1 == "Ask us to look again"
    long = writer.client.submit(page, {"words": "x" * 501}, "Ask us to look again", 422)
    assert "It is 1 character too long" in long.main
    page = writer.client.submit(page, {"words": "It <b>does</b> answer"}, "Ask us to look again")
    assert "Another person decides" in page.main
    again = writer.client.submit(long, {"words": "once more"}, "Ask us to look again")
    assert "You asked us to look again" in again.main
    with writer.site.writing() as session:
        assert len(session.scalars(select(Appeal)).all()) == 1
        (pending,) = appeals.pending(session, keys=writer.site.keys)
        assert pending.words == "It <b>does</b> answer"
        assert "does" not in repr(pending)
    with pytest.raises(Exception, match="same_officer"):
        writer.settle("kept", by="officer:anna")
    writer.settle("kept")
    page = writer.look()
    assert "We looked again, and it stays as it is." in page.main
    assert "Ask us to look again" not in page.main


def test_a_changed_decision_is_taken_anew(writer: Writer) -> None:
    writer.decide("why", "withheld", reason="off-topic")
    page = writer.client.submit(writer.look(), {}, AGAIN)
    writer.client.submit(page, {}, "Ask us to look again")
    writer.settle("changed", by="officer:anna", reason="nobody-available")
    assert writer.look().main.count("Waiting. A person reads it") == 2
    writer.decide("why", "withheld", reason="abuse", by="officer:ben")
    assert "Ask us to look again" in writer.look().main


def test_nothing_can_be_appealed_that_is_not_ones_own(writer: Writer, clock: Clock) -> None:
    writer.decide("why", "withheld", reason="off-topic")
    page = writer.client.submit(writer.look(), {}, AGAIN)
    page = writer.client.submit(page, {"comment": "somebody-elses-comment"}, "Ask us to look again")
    assert "There is no decision about this comment" in page.main
    with writer.site.writing() as session:
        assert session.scalars(select(Appeal)).all() == []


def test_permission_taken_back_ends_publication_and_nothing_else(writer: Writer) -> None:
    writer.decide("why", "publishable")
    page = writer.client.submit(writer.look(), {}, "Stop publishing what I wrote")
    assert page.h1 == "Stop publishing what you wrote?"
    with writer.site.writing() as session:
        assert session.scalars(select(Response.may_publish)).all() == [True]
    page = writer.client.submit(page, {}, "Yes, stop publishing")
    assert "Nothing you wrote is public any more" in page.main
    assert "We publish nothing of what you wrote" in writer.look().main
    assert "Stop publishing" not in writer.look().main
    with writer.site.writing() as session:
        assert session.scalars(select(Response.may_publish)).all() == [False]
    assert len(writer.site.responses()) == 1


def test_without_permission_nothing_is_told_apart(resident: Resident, site: Site) -> None:
    number = received(resident)
    with site.writing() as session:
        for response in session.scalars(select(Response)):
            response.may_publish = False
    writer = Writer(site, other_browser(site), number)
    before = writer.look().main
    writer.decide("topics.else", "referred", category="child")
    assert writer.look().main == before


def test_the_number_never_stands_in_an_address_and_guessing_is_slowed(client: PageClient) -> None:
    assert client.page("/surveys/receipt/appeal").url == "/surveys/receipt"
    assert client.page("/surveys/receipt/permission").url == "/surveys/receipt"
    token = dict(client.page("/surveys/receipt").form("Show").fields)["csrf_token"]
    for number in range(11):
        answer = client.post(
            "/surveys/receipt/permission",
            data={"code": f"KX{number:010d}", "action": "stop", "csrf_token": token},
            headers={"Origin": "http://localhost"},
        )
        assert answer.status_code in (422, 429)
    assert answer.status_code == 429

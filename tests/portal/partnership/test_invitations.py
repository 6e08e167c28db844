"""A link for an organisation: without a password, once, for one round; and short addresses for print."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from portal.partnership import invitations, outbox, short_addresses
from portal.partnership.invitations import Invitation, InvitedDraft
from surveys import audit, drafts, responses, surveys
from surveys.errors import SurveysError
from surveys.sealing import Keyring
from surveys.surveys import Survey
from tests.portal.partnership.conftest import BY, CLOSES, Ask
from tests.surveys.questionnaire import samples
from tests.surveys.test_responses import together

LINK = "https://portal.example/surveys/invited/{token}"
NAME = "Ely Housing Association"
ANSWERS: dict[str, Any] = {"organisation": NAME, "topics": ["scams"], "value": "Trust"}


@pytest.fixture
def survey(ask: Ask) -> Survey:
    return ask(samples.named(), slug="partners-2026", prefix="PT", audience="partners")


def invite(
    session: Session, survey: Survey, keys: Keyring, now: dt.datetime, **more: Any
) -> tuple[Invitation, str]:
    given = {"organisation": NAME, "address": "office@housing.example", "expires_at": CLOSES}
    return invitations.invite(
        session, survey, link=LINK, subject="A link for you", body="Here: {link}", by=BY, now=now, keys=keys,
        **given | more,
    )  # fmt: skip


def token_of(link: str) -> str:
    return link.rpartition("/")[2]


def draft(session: Session, survey: Survey, link: str, token: str, keys: Keyring, now: dt.datetime) -> Any:
    invited = invitations.by_token(session, token_of(link), keys=keys, now=now)
    version = surveys.current_version(session, survey.id)
    assert invited is not None
    assert version is not None
    begun = drafts.start(session, survey, version, locale="en_GB", token=token, keys=keys, now=now)
    begun.answers = dict(ANSWERS)
    invitations.attach(session, invited, token, keys=keys)
    return begun


def send(session: Session, survey: Survey, begun: Any, token: str, keys: Keyring, now: dt.datetime) -> None:
    document = surveys.questionnaire_of(surveys.current_version(session, survey.id))  # type: ignore[arg-type]
    responses.submit(session, survey, document, begun, token=token, keys=keys, now=now)
    invitations.use(session, token, keys=keys, now=now)


def standing(session: Session, link: str, keys: Keyring, now: dt.datetime) -> str:
    found = invitations.by_token(session, token_of(link), keys=keys, now=now)
    return found.standing if found is not None else "unknown"


def test_the_link_is_mailed_and_only_its_hash_is_kept(
    session: Session, survey: Survey, keys: Keyring, now: dt.datetime
) -> None:
    _, link = invite(session, survey, keys, now)
    (letter,) = outbox.claim(session, now=now, keys=keys)
    assert (letter.to, letter.body, letter.link) == ("office@housing.example", f"Here: {link}", link)
    row = session.execute(text("SELECT sealed, token_hash FROM invitation")).one()
    assert token_of(link).encode() not in bytes(row.token_hash) + bytes(row.sealed)
    assert b"Housing" not in bytes(row.sealed)
    assert standing(session, link, keys, now) == "open"
    assert audit.check(session, keys) == []


def test_without_an_address_the_link_is_handed_over(
    session: Session, survey: Survey, keys: Keyring, now: dt.datetime
) -> None:
    _, link = invite(session, survey, keys, now, address=" ")
    assert outbox.claim(session, now=now, keys=keys) == ()
    assert standing(session, link, keys, now) == "open"


def test_several_drafts_and_one_submission(
    session: Session, survey: Survey, keys: Keyring, now: dt.datetime
) -> None:
    invitation, link = invite(session, survey, keys, now)
    first = draft(session, survey, link, "one", keys, now)
    second = draft(session, survey, link, "two", keys, now)
    (asked,) = invitations.listing(session, survey, keys=keys, now=now)
    assert (asked.organisation, asked.standing, asked.drafts) == (NAME, "open", 2)
    assert invitations.holder(session, "two", keys=keys) == NAME
    send(session, survey, first, "one", keys, now)
    assert (invitation.id, standing(session, link, keys, now)) == (invitation.id, "used")
    with pytest.raises(SurveysError, match=r"invitation\.used"), session.begin_nested():
        send(session, survey, second, "two", keys, now)
    assert responses.counts(session, survey.id) == 1


def test_a_draft_that_changes_its_token_or_goes_takes_its_invitation_along(
    session: Session, survey: Survey, keys: Keyring, now: dt.datetime
) -> None:
    _, link = invite(session, survey, keys, now)
    draft(session, survey, link, "one", keys, now)
    code = drafts.give_return_code(session, "one", keys=keys, now=now)
    drafts.resume(session, code, new_token="moved", keys=keys, now=now)
    assert invitations.holder(session, "moved", keys=keys) == NAME
    assert invitations.holder(session, "one", keys=keys) == ""
    drafts.discard(session, "moved", keys=keys)
    assert session.scalars(select(InvitedDraft)).all() == []


def test_a_link_says_why_it_opens_nothing(
    session: Session, survey: Survey, keys: Keyring, now: dt.datetime
) -> None:
    invitation, link = invite(session, survey, keys, now, expires_at=now + dt.timedelta(days=2))
    assert standing(session, "https://x/wrong", keys, now) == "unknown"
    assert standing(session, link, keys, dt.datetime(2026, 10, 31, tzinfo=dt.UTC)) == "early"
    assert standing(session, link, keys, now + dt.timedelta(days=2)) == "expired"
    assert standing(session, link, keys, CLOSES + dt.timedelta(days=2)) == "closed"
    late = draft(session, survey, link, "one", keys, now)
    with pytest.raises(SurveysError, match=r"invitation\.over"), session.begin_nested():
        send(session, survey, late, "one", keys, now + dt.timedelta(days=2))
    invitations.revoke(session, invitation, by=BY, now=now, keys=keys)
    assert standing(session, link, keys, now) == "revoked"
    fresh = invitations.renew(
        session, invitation, link=LINK, subject="Again", body="{link}", expires_at=CLOSES, by=BY, now=now,
        keys=keys,
    )  # fmt: skip
    assert (standing(session, link, keys, now), standing(session, fresh, keys, now)) == ("unknown", "open")


def test_an_officer_types_a_returned_spreadsheet_with_its_source_and_day(
    session: Session, survey: Survey, keys: Keyring, now: dt.datetime
) -> None:
    invitation, link = invite(session, survey, keys, now)
    version = surveys.current_version(session, survey.id)
    assert version is not None
    given: dict[str, Any] = {
        "token": "once", "locale": "en_GB", "may_publish": False, "received_on": dt.date(2026, 11, 9),
        "by": BY, "now": now, "keys": keys,
    }  # fmt: skip
    document = surveys.questionnaire_of(version)
    for source in ("", "x" * 161):
        with pytest.raises(SurveysError, match=r"invitation\.source"):
            invitations.key_sheet(
                session, invitation, survey, version, document, ANSWERS, source=source, **given
            )
    for first in (True, False):
        receipt = invitations.key_sheet(
            session, invitation, survey, version, document, ANSWERS, source="E-mail of the director", **given
        )
        assert receipt.first == first
    session.refresh(invitation)
    assert (invitation.how, invitation.source) == ("sheet", "E-mail of the director, 2026-11-09")
    assert standing(session, link, keys, now) == "used"
    with pytest.raises(SurveysError, match=r"invitation\.used"):
        invitations.revoke(session, invitation, by=BY, now=now, keys=keys)


def test_an_organisation_is_asked_once_a_survey(
    session: Session, survey: Survey, ask: Ask, keys: Keyring, now: dt.datetime
) -> None:
    invite(session, survey, keys, now)
    with pytest.raises(SurveysError, match=r"invitation\.there"):
        invite(session, survey, keys, now, organisation="  ely housing  ASSOCIATION ")
    with pytest.raises(SurveysError, match=r"invitation\.expiry"):
        invite(session, survey, keys, now, organisation="Another", expires_at=now)
    with pytest.raises(SurveysError, match=r"invitation\.kind"):
        invite(session, ask(samples.every_kind()), keys, now)


def test_partners_answer_by_invitation_only(session: Session, survey: Survey, ask: Ask) -> None:
    open_to_all = ask(samples.every_kind())
    assert invitations.only_by_invitation(session, survey)
    assert not invitations.only_by_invitation(session, open_to_all)


def test_a_short_address_leads_to_one_survey_for_ever(
    session: Session, survey: Survey, ask: Ask, keys: Keyring, now: dt.datetime
) -> None:
    short_addresses.make(session, survey, code=" Ely ", by=BY, now=now, keys=keys)
    found = short_addresses.survey_of(session, "ELY")
    assert found is not None
    assert (found.id, short_addresses.of_survey(session, survey.id)) == (survey.id, ("ely",))
    assert short_addresses.survey_of(session, "nothing") is None
    with pytest.raises(SurveysError, match=r"short\.taken"):
        short_addresses.make(session, ask(samples.every_kind()), code="ely", by=BY, now=now, keys=keys)
    for code in ("", "a", "a b", "a/b", "x" * 21, "ü1"):
        with pytest.raises(SurveysError, match=r"short\.code"):
            short_addresses.make(session, survey, code=code, by=BY, now=now, keys=keys)


def test_eight_colleagues_sending_at_once_make_one_answer(
    session: Session, engine: Engine, survey: Survey, keys: Keyring, now: dt.datetime
) -> None:
    _, link = invite(session, survey, keys, now)
    drafts_ = {f"draft-{n}": draft(session, survey, link, f"draft-{n}", keys, now) for n in range(8)}
    session.commit()
    writers = engine.execution_options(portal_writes=True)

    def sending(token: str) -> Any:
        def act() -> str:
            with Session(writers) as own:
                send(own, own.get_one(Survey, survey.id), drafts_[token], token, keys, now)
                own.commit()
                return "sent"

        return act

    acts = iter([sending(token) for token in drafts_])
    results = together(8, lambda: next(acts)())
    refusals = [one.code for one in results if isinstance(one, SurveysError)]
    assert (results.count("sent"), refusals) == (1, ["invitation.used"] * 7)
    session.expire_all()
    assert responses.counts(session, survey.id) == 1

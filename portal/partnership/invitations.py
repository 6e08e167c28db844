"""Invitations to a named survey: one link and one submission an organisation, a draft for each of its people.

The link needs no password. Only its hash is kept here; the link itself stands sealed in the outbox as long as
the letter does, so that an officer can copy it.
"""

from __future__ import annotations

import datetime as dt
import json
import secrets
from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    LargeBinary,
    String,
    UniqueConstraint,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.partnership import outbox, rounds
from surveys import audit, receipts, responses, surveys
from surveys.db import Base, UTCDateTime, new_id, rows_changed
from surveys.errors import SurveysError
from surveys.questionnaire.model import Answers, Questionnaire
from surveys.sealing import Keyring
from surveys.surveys import Survey, SurveyVersion, london_day

KIND = "invitation"

Standing = Literal["open", "used", "expired", "revoked", "early", "closed"]
"""``early``: its survey has not opened. ``closed``: its survey belongs to a round that is over."""


class Invitation(Base):
    """One organisation asked. Sealed: its name and the address the link was sent to.

    ``used_on`` and ``how`` are set once, with the one submission; nothing leads from here to the response.
    """

    __tablename__ = "invitation"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        UniqueConstraint("survey_id", "organisation_hash"),
        CheckConstraint("(used_on IS NULL) = (how = '')", name="used"),
        CheckConstraint("how IN ('', 'link', 'sheet')", name="how"),
        CheckConstraint("(how = 'sheet') = (source <> '')", name="source"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=new_id)
    survey_id: Mapped[str] = mapped_column(ForeignKey("survey.id"))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str] = mapped_column(String(16))
    organisation_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    expires_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    revoked: Mapped[bool] = mapped_column(default=False)
    used_on: Mapped[dt.date | None] = mapped_column(Date)
    how: Mapped[str] = mapped_column(String(8), default="")
    source: Mapped[str] = mapped_column(String(200), default="")
    """For answers an officer typed from a spreadsheet: where it came from and when."""
    made_on: Mapped[dt.date] = mapped_column(Date)
    made_by: Mapped[str] = mapped_column(String(80))


class InvitedDraft(Base):
    """Whose draft belongs to which invitation; it follows the draft's token and goes with the draft."""

    __tablename__ = "invited_draft"
    __table_args__ = ({"sqlite_with_rowid": False},)

    token_hash: Mapped[bytes] = mapped_column(
        ForeignKey("draft.token_hash", ondelete="CASCADE", onupdate="CASCADE"), primary_key=True
    )
    invitation_id: Mapped[str] = mapped_column(ForeignKey("invitation.id"), index=True)


@dataclass(frozen=True)
class Invited:
    """An invitation opened by its link."""

    id: str
    survey: Survey
    organisation: str = field(repr=False)
    standing: Standing
    expires_at: dt.datetime
    used_on: dt.date | None
    drafts: int
    """How many people of the organisation have begun."""


@dataclass(frozen=True)
class Asked:
    """An invitation as officers list it."""

    id: str
    organisation: str
    address: str = field(repr=False)
    standing: Standing
    expires_at: dt.datetime
    used_on: dt.date | None
    how: str
    source: str
    drafts: int


# Inviting -------------------------------------------------------------------------------------------------


def invite(
    session: Session,
    survey: Survey,
    *,
    organisation: str,
    address: str,
    link: str,
    subject: str,
    body: str,
    expires_at: dt.datetime,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> tuple[Invitation, str]:
    """Invites one organisation, once a survey; returns the invitation and its link.

    ``link`` and ``body`` hold ``{token}`` and ``{link}``. Without an address nothing is sent: the link is
    handed over by whoever made it. Raises ``invitation.kind`` (not a named survey), ``invitation.name``,
    ``invitation.there``, ``invitation.expiry``, ``mail.address``.
    """
    if survey.kind != "named":
        raise SurveysError("invitation.kind")
    name = " ".join(organisation.split())
    if not 0 < len(name) <= 100:
        raise SurveysError("invitation.name", field="organisation")
    if expires_at <= now:
        raise SurveysError("invitation.expiry", field="expires")
    hashed = keys.mac("invited-organisation", name.casefold())
    there = select(Invitation.id).where(
        Invitation.survey_id == survey.id, Invitation.organisation_hash == hashed
    )
    if session.scalar(there) is not None:
        raise SurveysError("invitation.there", field="organisation")
    to = outbox.address(address) if address.strip() else ""
    key_id, sealed = keys.seal(json.dumps([name, to], ensure_ascii=False))
    token = secrets.token_urlsafe(32)
    made = Invitation(
        survey_id=survey.id, sealed=sealed, key_id=key_id, organisation_hash=hashed,
        token_hash=_hashed(keys, token), expires_at=expires_at, made_on=london_day(now), made_by=by,
    )  # fmt: skip
    session.add(made)
    session.flush()
    full = _send(session, to, link, token, subject, body, now, keys)
    _note(session, made, "invitation.made", {"mailed": bool(to)}, by, now, keys)
    return made, full


def renew(
    session: Session,
    invitation: Invitation,
    *,
    link: str,
    subject: str,
    body: str,
    expires_at: dt.datetime,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> str:
    """A new link in place of the old, which opens nothing any more. Raises ``invitation.used``."""
    if invitation.used_on is not None:
        raise SurveysError("invitation.used")
    if expires_at <= now:
        raise SurveysError("invitation.expiry", field="expires")
    token = secrets.token_urlsafe(32)
    invitation.token_hash, invitation.expires_at, invitation.revoked = _hashed(keys, token), expires_at, False
    session.flush()
    _name, to = _opened(invitation, keys)
    full = _send(session, to, link, token, subject, body, now, keys)
    _note(session, invitation, "invitation.renewed", {"mailed": bool(to)}, by, now, keys)
    return full


def revoke(session: Session, invitation: Invitation, *, by: str, now: dt.datetime, keys: Keyring) -> None:
    """The link opens nothing any more. Raises ``invitation.used``."""
    if invitation.used_on is not None:
        raise SurveysError("invitation.used")
    invitation.revoked = True
    session.flush()
    _note(session, invitation, "invitation.revoked", {}, by, now, keys)


def _send(
    session: Session, to: str, link: str, token: str, subject: str, body: str, now: dt.datetime, keys: Keyring
) -> str:
    full = link.replace("{token}", token)
    if to:
        words = body.replace("{link}", full)
        outbox.post(session, to=to, subject=subject, body=words, kind=KIND, link=full, now=now, keys=keys)
    return full


# Answering ------------------------------------------------------------------------------------------------


def by_token(session: Session, token: str, *, keys: Keyring, now: dt.datetime) -> Invited | None:
    """What a link opens, and where it stands; None for a link that was never ours or was replaced."""
    found = session.scalar(select(Invitation).where(Invitation.token_hash == _hashed(keys, token)))
    if found is None:
        return None
    survey = session.get_one(Survey, found.survey_id)
    return Invited(
        found.id, survey, _opened(found, keys)[0], _standing(found, survey, now), found.expires_at,
        found.used_on, _drafts(session, found.id),
    )  # fmt: skip


def only_by_invitation(session: Session, survey: Survey) -> bool:
    """Whether nobody may answer this survey without an invitation."""
    if survey.kind != "named":
        return False
    asked = select(rounds.RoundSurvey.audience).where(rounds.RoundSurvey.survey_id == survey.id)
    return session.scalar(asked) == rounds.BY_INVITATION


def attach(session: Session, invited: Invited, token: str, *, keys: Keyring) -> None:
    """Ties a draft just begun to its invitation."""
    hashed = receipts.token_hash(keys, token)
    session.execute(insert(InvitedDraft), {"token_hash": hashed, "invitation_id": invited.id})


def use(session: Session, token: str, *, keys: Keyring, now: dt.datetime) -> None:
    """Uses up the invitation of a draft that is being sent, in the same transaction; nothing for others.

    Raises ``invitation.used`` when somebody else of the organisation was first, ``invitation.over`` when the
    link expired or was taken back meanwhile.
    """
    hashed = receipts.token_hash(keys, token)
    mine = select(InvitedDraft.invitation_id).where(InvitedDraft.token_hash == hashed)
    invitation_id = session.scalar(mine)
    if invitation_id is not None:
        _use_up(session, invitation_id, now, how="link")


def holder(session: Session, token: str, *, keys: Keyring) -> str:
    """The organisation a draft answers for; empty for a draft without an invitation."""
    hashed = receipts.token_hash(keys, token)
    joined = select(Invitation).join(InvitedDraft, InvitedDraft.invitation_id == Invitation.id)
    found = session.scalar(joined.where(InvitedDraft.token_hash == hashed))
    return _opened(found, keys)[0] if found is not None else ""


def key_sheet(
    session: Session,
    invitation: Invitation,
    survey: Survey,
    version: SurveyVersion,
    questionnaire: Questionnaire,
    answers: Answers,
    *,
    source: str,
    token: str,
    locale: str,
    may_publish: bool,
    received_on: dt.date,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> responses.Receipt:
    """Sends what an organisation returned as a spreadsheet, in its place, and uses its invitation up.

    Raises ``invitation.source``, ``invitation.used``, or as ``responses.submit_direct`` does.
    """
    tidy = " ".join(source.split())
    if not 0 < len(tidy) <= 160:
        raise SurveysError("invitation.source", field="source")
    receipt = responses.submit_direct(
        session, survey, version, questionnaire, answers, token=token, locale=locale,
        may_publish=may_publish, channel="sheet", accepted=frozenset(p.id for p in questionnaire.parts),
        received_on=received_on, keys=keys, now=now,
    )  # fmt: skip
    if receipt.first:
        _use_up(
            session, invitation.id, now, how="sheet", source=f"{tidy}, {received_on.isoformat()}", late=True
        )
        _note(session, invitation, "invitation.keyed", {}, by, now, keys)
    return receipt


def _use_up(
    session: Session, invitation_id: str, now: dt.datetime, *, how: str, source: str = "", late: bool = False
) -> None:
    usable = [Invitation.id == invitation_id, Invitation.used_on.is_(None)]
    if not late:
        usable += [Invitation.revoked.is_(False), Invitation.expires_at > now]
    values = {"used_on": london_day(now), "how": how, "source": source}
    if rows_changed(session.execute(update(Invitation).where(*usable).values(values))):
        return
    used = session.scalar(select(Invitation.used_on).where(Invitation.id == invitation_id))
    raise SurveysError("invitation.used" if used is not None else "invitation.over")


def name_of(invitation: Invitation, keys: Keyring) -> str:
    """The organisation this invitation is for."""
    return _opened(invitation, keys)[0]


# Reading --------------------------------------------------------------------------------------------------


def listing(session: Session, survey: Survey, *, keys: Keyring, now: dt.datetime) -> tuple[Asked, ...]:
    """Every organisation invited to this survey, by name."""
    found = [
        Asked(
            row.id, *_opened(row, keys), _standing(row, survey, now), row.expires_at, row.used_on, row.how,
            row.source, _drafts(session, row.id),
        )
        for row in session.scalars(select(Invitation).where(Invitation.survey_id == survey.id))
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda one: one.organisation.casefold()))


def _standing(row: Invitation, survey: Survey, now: dt.datetime) -> Standing:
    if row.used_on is not None:
        return "used"
    state = surveys.state(survey, now)
    if state in ("closed", "withdrawn"):
        return "closed"
    if row.revoked:
        return "revoked"
    if row.expires_at <= now:
        return "expired"
    return "early" if state in ("draft", "coming") else "open"


def _opened(row: Invitation, keys: Keyring) -> tuple[str, str]:
    name, address = json.loads(keys.open(row.key_id, row.sealed))
    return name, address


def _drafts(session: Session, invitation_id: str) -> int:
    begun = select(func.count()).where(InvitedDraft.invitation_id == invitation_id)
    return session.scalar(begun) or 0


def _hashed(keys: Keyring, token: str) -> bytes:
    return keys.mac("invitation-link", token)


def _note(
    session: Session,
    row: Invitation,
    action: str,
    facts: dict[str, object],
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> None:
    subject = f"invitation:{row.id}"
    audit.record(session, actor=by, action=action, subject=subject, facts=facts, now=now, keys=keys)

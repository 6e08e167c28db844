"""Links that work once: invitations, and ways back in for who lost a password or authenticator."""

from __future__ import annotations

import datetime as dt
import re
import secrets
from collections.abc import Iterable
from typing import Literal

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.accounts.people import Account, Officer, holders, known_roles
from surveys import audit
from surveys.db import Base, Json, JsonValue, UTCDateTime, new_id
from surveys.errors import SurveysError
from surveys.sealing import Keyring

INVITED_FOR = dt.timedelta(days=7)
RECOVERED_FOR = dt.timedelta(hours=24)
EMAIL = re.compile(r"[^@\s\"<>]{1,64}@[^@\s\"<>]{1,185}\.[^@\s\"<>.]{2,}")

ENDINGS = ("used", "replaced", "taken-back")
Ending = Literal["used", "replaced", "taken-back"]
LinkKind = Literal["join", "password", "everything"]


class Link(Base):
    """A single-use link: an invitation, or a way back in. Only its token's hash is kept."""

    __tablename__ = "officer_link"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        CheckConstraint("kind IN ('join', 'password', 'everything')", name="kind"),
        CheckConstraint("(kind = 'join') = (officer_id IS NULL)", name="officer"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(10))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    officer_id: Mapped[str | None] = mapped_column(ForeignKey("officer.id"))
    email: Mapped[str] = mapped_column(String(254), default="")
    name: Mapped[str] = mapped_column(String(120), default="")
    roles: Mapped[JsonValue] = mapped_column(Json, default=list)
    made_by: Mapped[str] = mapped_column(String(80))
    confirmed_by: Mapped[str] = mapped_column(String(80), default="")
    """The second administrator of a way back in; empty while one is still wanted."""
    needs_second: Mapped[bool] = mapped_column(default=False)
    expires_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    ending: Mapped[str | None] = mapped_column(String(10))
    """Why it does not work any more: one of :data:`ENDINGS`; None for links ended before that was kept."""


def invite(
    session: Session,
    *,
    email: str,
    name: str,
    roles: Iterable[str],
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> str:
    """Invites somebody and returns the token of the link; an earlier unused invitation to them ends.

    Raises ``officer.email``, ``officer.name``, ``officer.roles``, ``officer.exists``.
    """
    email, name, wanted = email.strip().lower(), " ".join(name.split()), known_roles(roles)
    if not EMAIL.fullmatch(email):
        raise SurveysError("officer.email", field="email")
    if not name or len(name) > 120:
        raise SurveysError("officer.name", field="name")
    there = session.scalar(select(Account).where(Account.email == email))
    if there is not None and there.left_at is None:
        raise SurveysError("officer.exists", field="email")
    end_links(session, Link.email == email, "replaced", now)
    token, link = _link(keys, "join", by, now + INVITED_FOR)
    link.email, link.name, link.roles = email, name, sorted(wanted)
    session.add(link)
    session.flush()
    facts = {"roles": sorted(wanted)}
    audit.record(
        session,
        actor=by,
        action="officer.invited",
        subject=f"link:{link.id}",
        facts=facts,
        now=now,
        keys=keys,
    )
    return token


def recover(
    session: Session,
    officer: Officer,
    *,
    kind: Literal["password", "everything"],
    by: Officer,
    now: dt.datetime,
    keys: Keyring,
) -> str:
    """A way back in for somebody else: a new password, or a new authenticator as well.

    The second kind works only once another administrator has confirmed it, if there is one besides the two.
    Raises ``officer.self``, ``officer.left``.
    """
    if officer.id == by.id:
        raise SurveysError("officer.self")
    if officer.left:
        raise SurveysError("officer.left")
    others = [one for one in holders(session, "administrator") if one.id not in (officer.id, by.id)]
    end_links(session, Link.officer_id == officer.id, "replaced", now)
    token, link = _link(keys, kind, by.by, now + RECOVERED_FOR)
    link.officer_id, link.needs_second = officer.id, kind == "everything" and bool(others)
    session.add(link)
    session.flush()
    facts = {"kind": kind, "needs_second": link.needs_second}
    audit.record(
        session,
        actor=by.by,
        action="officer.recovery",
        subject=f"officer:{officer.id}",
        facts=facts,
        now=now,
        keys=keys,
    )
    return token


def confirm(session: Session, link: Link, *, by: Officer, now: dt.datetime, keys: Keyring) -> None:
    """The second administrator agrees to a way back in; again changes nothing.

    Raises ``link.ended``, ``link.own`` (who made it, or whom it is for).
    """
    if link.ended_at is not None or now >= link.expires_at:
        raise SurveysError("link.ended")
    if link.made_by == by.by or link.officer_id == by.id:
        raise SurveysError("link.own")
    if not link.needs_second or link.confirmed_by:
        return
    link.confirmed_by = by.by
    session.flush()
    subject = f"officer:{link.officer_id}"
    audit.record(
        session, actor=by.by, action="officer.recovery_confirmed", subject=subject, now=now, keys=keys
    )


def link_of(session: Session, token: str, *, now: dt.datetime, keys: Keyring) -> Link:
    """The link of this token while it works.

    Raises ``link.unknown``, ``link.used``, ``link.replaced`` (by a newer one), ``link.taken_back``,
    ``link.ended``, ``link.expired``, ``link.unconfirmed``.
    """
    link = session.scalar(select(Link).where(Link.token_hash == keys.mac("officer-link", token)))
    if link is None:
        raise SurveysError("link.unknown")
    if link.ended_at is not None:
        raise SurveysError(f"link.{(link.ending or 'ended').replace('-', '_')}")
    if now >= link.expires_at:
        raise SurveysError("link.expired")
    if link.needs_second and not link.confirmed_by:
        raise SurveysError("link.unconfirmed")
    return link


def open_links(session: Session, now: dt.datetime) -> tuple[Link, ...]:
    """Links that still work or wait for a second administrator, soonest to expire first."""
    wanted = select(Link).where(Link.ended_at.is_(None), Link.expires_at > now).order_by(Link.expires_at)
    return tuple(session.scalars(wanted))


def end_link(session: Session, link: Link, *, by: str, now: dt.datetime, keys: Keyring) -> None:
    """Takes a link back; again changes nothing."""
    if link.ended_at is not None:
        return
    link.ended_at, link.ending = now, "taken-back"
    session.flush()
    audit.record(
        session, actor=by, action="officer.link_ended", subject=f"link:{link.id}", now=now, keys=keys
    )


def _link(keys: Keyring, kind: LinkKind, by: str, until: dt.datetime) -> tuple[str, Link]:
    token = secrets.token_urlsafe(24)
    made = Link(kind=kind, token_hash=keys.mac("officer-link", token), made_by=by, expires_at=until)
    return token, made


def end_links(session: Session, whose: object, ending: Ending, now: dt.datetime) -> None:
    """Ends every open link that fits: no entry of its own, because the act it belongs to has one."""
    open_ones = update(Link).where(whose, Link.ended_at.is_(None))  # type: ignore[arg-type]
    session.execute(open_ones.values(ended_at=now, ending=ending))

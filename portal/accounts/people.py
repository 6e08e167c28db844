"""Officers: accounts, roles, invitations and leaving."""

from __future__ import annotations

import datetime as dt
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from surveys import audit
from surveys.db import Base, Json, JsonValue, UTCDateTime, new_id, rows_changed
from surveys.errors import SurveysError
from surveys.sealing import Keyring

ROLES = (
    "administrator",
    "consultation",
    "moderator",
    "safeguarding",
    "information",
    "analyst",
    "member",
    "auditor",
)
"""Every role there is; a person may have several. ``auditor`` only reads."""

INVITED_FOR = dt.timedelta(days=7)
RECOVERED_FOR = dt.timedelta(hours=24)
UNUSED_DAYS = 90
EMAIL = re.compile(r"[^@\s\"<>]{1,64}@[^@\s\"<>]{1,185}\.[^@\s\"<>.]{2,}")

LinkKind = Literal["join", "password", "everything"]


class Account(Base):
    """One officer. Nothing is deleted when somebody leaves: the audit log goes on naming the id."""

    __tablename__ = "officer"
    __table_args__ = (
        UniqueConstraint("email"),
        CheckConstraint("email = lower(email)", name="email"),
        CheckConstraint("(sealed IS NULL) = (key_id IS NULL)", name="sealed"),
        CheckConstraint("left_at IS NULL OR (password_hash IS NULL AND sealed IS NULL)", name="left"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The secret of the authenticator app."""
    key_id: Mapped[str | None] = mapped_column(String(16))
    last_step: Mapped[int] = mapped_column(default=0)
    """The newest 30-second step a code was taken from: no code is taken twice."""
    created_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    created_by: Mapped[str] = mapped_column(String(80))
    last_seen_on: Mapped[dt.date | None]
    left_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)


class RoleGiven(Base):
    __tablename__ = "officer_role"
    __table_args__ = (
        CheckConstraint("role IN ({})".format(", ".join(f"'{role}'" for role in ROLES)), name="role"),
    )

    officer_id: Mapped[str] = mapped_column(ForeignKey("officer.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(20), primary_key=True)


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


@dataclass(frozen=True)
class Officer:
    """An account as the rest of the house sees it."""

    id: str
    name: str
    email: str
    roles: frozenset[str]
    last_seen_on: dt.date | None = None
    left: bool = False

    @property
    def by(self) -> str:
        """How acts of this officer are signed."""
        return f"officer:{self.id}"

    def has(self, *roles: str) -> bool:
        """Whether the officer has at least one of these roles."""
        return not self.roles.isdisjoint(roles)


# Reading --------------------------------------------------------------------------------------------------


def officer_of(session: Session, officer_id: str) -> Officer:
    """Raises ``officer.unknown``."""
    account = session.get(Account, officer_id)
    if account is None:
        raise SurveysError("officer.unknown")
    return _officers(session, [account])[0]


def everyone(session: Session, *, left: bool = False) -> tuple[Officer, ...]:
    """Every officer who is still here (or, with ``left``, who is not), by name."""
    wanted = select(Account).where(Account.left_at.is_not(None) if left else Account.left_at.is_(None))
    return tuple(_officers(session, session.scalars(wanted.order_by(Account.name, Account.id))))


def holders(session: Session, role: str) -> tuple[Officer, ...]:
    """Who is here and has this role."""
    return tuple(one for one in everyone(session) if role in one.roles)


def name_of(session: Session, by: str) -> str:
    """The name behind ``officer:<id>``; anything else as it is."""
    kind, _, officer_id = by.partition(":")
    account = session.get(Account, officer_id) if kind == "officer" else None
    return account.name if account is not None else by


def unused(officers: Iterable[Officer], today: dt.date) -> tuple[Officer, ...]:
    """Who has not signed in for 90 days, or never."""
    limit = today - dt.timedelta(days=UNUSED_DAYS)
    return tuple(one for one in officers if one.last_seen_on is None or one.last_seen_on < limit)


def _officers(session: Session, accounts: Iterable[Account]) -> list[Officer]:
    found = list(accounts)
    given: dict[str, set[str]] = {}
    wanted = select(RoleGiven).where(RoleGiven.officer_id.in_([one.id for one in found]))
    for row in session.scalars(wanted):
        given.setdefault(row.officer_id, set()).add(row.role)
    return [
        Officer(
            one.id,
            one.name,
            one.email,
            frozenset(given.get(one.id, ())),
            one.last_seen_on,
            one.left_at is not None,
        )
        for one in found
    ]


# Links ----------------------------------------------------------------------------------------------------


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
    email, name, wanted = email.strip().lower(), " ".join(name.split()), _known(roles)
    if not EMAIL.fullmatch(email):
        raise SurveysError("officer.email", field="email")
    if not name or len(name) > 120:
        raise SurveysError("officer.name", field="name")
    there = session.scalar(select(Account).where(Account.email == email))
    if there is not None and there.left_at is None:
        raise SurveysError("officer.exists", field="email")
    _end_links(session, Link.email == email, now)
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
    _end_links(session, Link.officer_id == officer.id, now)
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

    Raises ``link.unknown``, ``link.used``, ``link.expired``, ``link.unconfirmed``.
    """
    link = session.scalar(select(Link).where(Link.token_hash == keys.mac("officer-link", token)))
    if link is None:
        raise SurveysError("link.unknown")
    if link.ended_at is not None:
        raise SurveysError("link.used")
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
    link.ended_at = now
    session.flush()
    audit.record(
        session, actor=by, action="officer.link_ended", subject=f"link:{link.id}", now=now, keys=keys
    )


def _link(keys: Keyring, kind: LinkKind, by: str, until: dt.datetime) -> tuple[str, Link]:
    token = secrets.token_urlsafe(24)
    made = Link(kind=kind, token_hash=keys.mac("officer-link", token), made_by=by, expires_at=until)
    return token, made


def _end_links(session: Session, whose: object, now: dt.datetime) -> None:
    session.execute(update(Link).where(whose, Link.ended_at.is_(None)).values(ended_at=now))  # type: ignore[arg-type]


# Changing -------------------------------------------------------------------------------------------------


def set_roles(
    session: Session, officer: Officer, roles: Iterable[str], *, by: str, now: dt.datetime, keys: Keyring
) -> None:
    """Gives exactly these roles; the same again changes nothing.

    Raises ``officer.roles``, ``officer.left``, ``officer.last_administrators``.
    """
    wanted = _known(roles)
    if officer.left:
        raise SurveysError("officer.left")
    if wanted == officer.roles:
        return
    if "administrator" in officer.roles - wanted:
        _keep_two(session)
    session.execute(delete(RoleGiven).where(RoleGiven.officer_id == officer.id))
    session.add_all(RoleGiven(officer_id=officer.id, role=role) for role in sorted(wanted))
    session.flush()
    facts = {"from": sorted(officer.roles), "to": sorted(wanted)}
    audit.record(
        session,
        actor=by,
        action="officer.roles",
        subject=f"officer:{officer.id}",
        facts=facts,
        now=now,
        keys=keys,
    )


def leave(
    session: Session, officer: Officer, successor: Officer, *, by: str, now: dt.datetime, keys: Keyring
) -> dict[str, int]:
    """Ends an account in one act: sessions, links, roles, password; what it owned passes to the successor.

    Returns how many rows of which table changed hands. Raises ``officer.left``, ``officer.successor``,
    ``officer.last_administrators``.
    """
    if officer.left:
        raise SurveysError("officer.left")
    if successor.left or successor.id == officer.id:
        raise SurveysError("officer.successor", field="successor")
    if "administrator" in officer.roles:
        _keep_two(session)
    moved: dict[str, int] = {}
    for table in _owned_tables():
        changed = session.execute(update(table).where(table.c.owner == officer.by).values(owner=successor.by))
        if rows_changed(changed):
            moved[table.name] = rows_changed(changed)
    session.execute(delete(RoleGiven).where(RoleGiven.officer_id == officer.id))
    _end_links(session, Link.officer_id == officer.id, now)
    for table in _tables_with("officer_id", "ended_at"):
        if table.name != Link.__tablename__:
            session.execute(
                update(table)
                .where(table.c.officer_id == officer.id, table.c.ended_at.is_(None))
                .values(ended_at=now)
            )
    account = session.get_one(Account, officer.id)
    account.left_at, account.password_hash, account.sealed, account.key_id = now, None, None, None
    session.flush()
    facts = {"successor": successor.id, "moved": moved, "roles": sorted(officer.roles)}
    audit.record(
        session,
        actor=by,
        action="officer.left",
        subject=f"officer:{officer.id}",
        facts=facts,
        now=now,
        keys=keys,
    )
    return moved


def _known(roles: Iterable[str]) -> frozenset[str]:
    wanted = frozenset(roles)
    if not wanted or not wanted <= set(ROLES):
        raise SurveysError("officer.roles", field="roles")
    return wanted


def _keep_two(session: Session) -> None:
    """One administrator fewer must leave two. A site that never had two yet can still lose none."""
    query = (
        select(func.count())
        .select_from(RoleGiven)
        .join(Account, Account.id == RoleGiven.officer_id)
        .where(RoleGiven.role == "administrator", Account.left_at.is_(None))
    )
    if (session.scalar(query) or 0) <= 2:
        raise SurveysError("officer.last_administrators", field="roles")


def _owned_tables() -> list[Table]:
    return _tables_with("owner")


def _tables_with(*names: str) -> list[Table]:
    return [one for one in Base.metadata.sorted_tables if set(names) <= set(one.columns.keys())]

"""Officers: their accounts and the roles they hold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    LargeBinary,
    String,
    UniqueConstraint,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from surveys.db import Base, UTCDateTime, new_id
from surveys.errors import SurveysError

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

UNUSED_DAYS = 90
UNREACHABLE = "@demonstration.invalid"
"""Where nobody has a mailbox (RFC 2606)."""


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


def invent(session: Session, *, name: str, now: dt.datetime) -> Officer:
    """Somebody whose name stands in a demonstration. It has left, so nobody comes in as them.

    The same name again is the same account.
    """
    email = "-".join("".join(one if one.isalnum() else " " for one in name.lower()).split()) + UNREACHABLE
    there = session.scalar(select(Account).where(Account.email == email))
    if there is None:
        there = Account(email=email, name=name, created_at=now, created_by="cli:demo", left_at=now)
        session.add(there)
        session.flush()
    return officer_of(session, there.id)


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
    """The name behind ``officer:<id>``; the command line, and anything else as it is."""
    kind, _, officer_id = by.partition(":")
    if kind == "cli":
        return "the command line"
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


def known_roles(roles: Iterable[str]) -> frozenset[str]:
    """These roles, if there are any and each exists. Raises ``officer.roles``."""
    wanted = frozenset(roles)
    if not wanted or not wanted <= set(ROLES):
        raise SurveysError("officer.roles", field="roles")
    return wanted

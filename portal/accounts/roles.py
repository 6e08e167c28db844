"""Roles given and taken, and leaving: what somebody owned passes on, everything they could do ends."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import Table, delete, func, or_, select, update
from sqlalchemy.orm import Session

from portal.accounts.links import Link, end_links
from portal.accounts.people import Account, Officer, RoleGiven, known_roles
from surveys import audit
from surveys.db import Base, rows_changed
from surveys.errors import SurveysError
from surveys.sealing import Keyring


def set_roles(
    session: Session, officer: Officer, roles: Iterable[str], *, by: str, now: dt.datetime, keys: Keyring
) -> None:
    """Gives exactly these roles; the same again changes nothing. Who is no longer an administrator has no
    open invitations either: nobody comes in by a link of somebody who may not make one.

    Raises ``officer.roles``, ``officer.left``, ``officer.last_administrators``.
    """
    wanted = known_roles(roles)
    if officer.left:
        raise SurveysError("officer.left")
    if wanted == officer.roles:
        return
    if "administrator" in officer.roles - wanted:
        _keep_two(session)
        end_links(session, Link.made_by == officer.by, "taken-back", now)
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
    """Ends an account in one act: sessions, roles, password, links to it and by it.

    What it owned passes to the successor. Returns how many rows of which table
    changed hands. Raises ``officer.left``, ``officer.successor``,
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
    end_links(session, or_(Link.officer_id == officer.id, Link.made_by == officer.by), "taken-back", now)
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

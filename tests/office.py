"""Officers for tests: an account that is signed in, without the dance of a first sign-in."""

from __future__ import annotations

import datetime as dt
import secrets

import pyotp
from flask import Flask
from sqlalchemy.orm import Session

from portal.accounts import passwords
from portal.accounts import sign_in as signing
from portal.accounts.people import Account, Officer, RoleGiven, officer_of
from portal.database import Database
from portal.office import visit
from surveys.sealing import Keyring
from tests.pages import PageClient

PASSWORD = "violet ladder seventeen harbour"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def add_officer(
    session: Session,
    *roles: str,
    keys: Keyring,
    now: dt.datetime,
    name: str = "Robin Sample",
    email: str | None = None,
) -> Officer:
    """An officer with a password and an authenticator."""
    key_id, sealed = keys.seal(SECRET)
    account = Account(
        email=email or f"{secrets.token_hex(4)}@example.org",
        name=name,
        password_hash=passwords.hashed(PASSWORD),
        key_id=key_id,
        sealed=sealed,
        created_at=now,
        created_by="test",
    )
    session.add(account)
    session.flush()
    session.add_all(RoleGiven(officer_id=account.id, role=role) for role in roles)
    session.flush()
    return officer_of(session, account.id)


def code(now: dt.datetime) -> str:
    """What the authenticator shows at this moment."""
    return pyotp.TOTP(SECRET).at(int(now.timestamp()))


def sign_in(
    app: Flask, *roles: str, name: str = "Robin Sample", officer: Officer | None = None
) -> PageClient:
    """A browser with a fresh session of a new officer with these roles (or of the one given).

    ``client.officer`` is who it is.
    """
    store: Database = app.extensions["portal.database"]
    keys: Keyring = app.extensions["portal.keys"]
    now: dt.datetime = app.extensions["portal.clock"]()
    with store.writing() as session:
        who = officer or add_officer(session, *roles, keys=keys, now=now, name=name)
        token = signing.open_session(session, who.id, now=now, keys=keys)
    client = app.test_client()
    assert isinstance(client, PageClient)
    with app.test_request_context():
        client.set_cookie(visit.cookie_name(), visit._signer().dumps([token, int(now.timestamp())]))
    client.officer = who  # type: ignore[attr-defined]
    return client

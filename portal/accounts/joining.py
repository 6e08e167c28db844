"""Setting up an account: by a link, with a password and an authenticator, and both anew."""

from __future__ import annotations

import base64
import datetime as dt
import secrets
from collections.abc import Iterable

import pyotp
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from portal.accounts import links, people
from portal.accounts.links import Link
from portal.accounts.people import Account, Officer, RoleGiven
from portal.accounts.sign_in import RECOVERY_LENGTH, OfficeSession, RecoveryCode, note, rests, step_of, tight
from surveys import attempts, audit
from surveys.errors import SurveysError
from surveys.sealing import Keyring
from surveys.surveys import london_day

RECOVERY_CODES = 8


def offered_secret(keys: Keyring, token: str) -> str:
    """The authenticator secret a link offers: the same each time the page is opened, nothing is stored."""
    return base64.b32encode(keys.mac("totp-offer", token)[:20]).decode()


def provisioning_uri(secret: str, email: str, site: str) -> str:
    """What the QR code says to an authenticator app."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=site)


def accept(
    session: Session,
    link: Link,
    token: str,
    *,
    password_hash: str,
    code: str,
    now: dt.datetime,
    keys: Keyring,
) -> tuple[Officer, tuple[str, ...]]:
    """Uses a link: the account with its new password; unless only that was lost, a new authenticator as well.

    New recovery codes are returned and never shown again. Ends every session of the account.

    Raises ``code.wrong`` (the authenticator's code does not fit), ``officer.exists``.
    """
    secret = offered_secret(keys, token)
    account = _account_of(session, link, now)
    if link.kind == "password":
        if account.sealed is None or account.key_id is None:
            raise SurveysError("code.wrong", field="code")
        secret = keys.open(account.key_id, account.sealed)
    step = step_of(secret, code, now, after=account.last_step if link.kind == "password" else 0)
    if step == 0:
        raise SurveysError("code.wrong", field="code")
    account.password_hash, account.last_step = password_hash, step
    codes: tuple[str, ...] = ()
    if link.kind != "password":
        account.key_id, account.sealed = keys.seal(secret)
        session.flush()
        codes = _new_codes(session, account.id, keys)
    link.ended_at, link.ending = now, "used"
    account.last_seen_on = london_day(now)  # whoever has just shown a code is no stranger
    if link.kind == "join":
        session.add_all(RoleGiven(officer_id=account.id, role=role) for role in link.roles)
    session.flush()
    session.execute(
        update(OfficeSession)
        .where(OfficeSession.officer_id == account.id, OfficeSession.ended_at.is_(None))
        .values(ended_at=now)
    )
    facts = {"kind": link.kind, "roles": list(link.roles)}
    subject = f"officer:{account.id}"
    audit.record(
        session, actor=subject, action="officer.link_used", subject=subject, facts=facts, now=now, keys=keys
    )
    return people.officer_of(session, account.id), codes


def missed(session: Session, link: Link, *, now: dt.datetime, keys: Keyring) -> None:
    """Counts a wrong code at a link; ten end it, so that who holds a link cannot guess the authenticator.

    Links that offer a new authenticator give nothing to guess.
    """
    if link.kind != "password":
        return
    who_ = keys.mac("sign-in-link", link.id)
    attempts.missed(session, "sign-in", who_, now=now)
    if rests(session, who_, now):
        links.end_link(session, link, by=f"link:{link.id}", now=now, keys=keys)


def _account_of(session: Session, link: Link, now: dt.datetime) -> Account:
    if link.officer_id is not None:
        return session.get_one(Account, link.officer_id)
    account = session.scalar(select(Account).where(Account.email == link.email))
    if account is None:
        account = Account(email=link.email, name=link.name, created_at=now, created_by=link.made_by)
        session.add(account)
    elif account.left_at is None:
        raise SurveysError("officer.exists", field="email")
    else:  # somebody who left comes back, under the same id
        account.left_at, account.name = None, link.name
    session.flush()
    return account


def change_password(
    session: Session, officer: Officer, password_hash: str, *, now: dt.datetime, keys: Keyring
) -> None:
    """Replaces the password; the caller has just had password and code confirmed."""
    session.get_one(Account, officer.id).password_hash = password_hash
    session.flush()
    note(session, officer.by, "officer.password", now, keys)


def new_codes(session: Session, officer: Officer, *, now: dt.datetime, keys: Keyring) -> tuple[str, ...]:
    """New recovery codes, shown once; the old ones stop working."""
    codes = _new_codes(session, officer.id, keys)
    note(session, officer.by, "officer.recovery_codes", now, keys)
    return codes


def codes_left(session: Session, officer: Officer) -> int:
    wanted = select(RecoveryCode).where(RecoveryCode.officer_id == officer.id, RecoveryCode.used_at.is_(None))
    return len(session.scalars(wanted).all())


def _new_codes(session: Session, officer_id: str, keys: Keyring) -> tuple[str, ...]:
    session.execute(delete(RecoveryCode).where(RecoveryCode.officer_id == officer_id))
    codes = tuple(_code() for _ in range(RECOVERY_CODES))
    session.add_all(_kept(officer_id, codes, keys))
    session.flush()
    return codes


def _code() -> str:
    letters = "".join(secrets.choice("ABCDEFGHJKMNPQRSTVWXYZ23456789") for _ in range(RECOVERY_LENGTH))
    return "-".join(letters[at : at + 4] for at in range(0, RECOVERY_LENGTH, 4))


def _kept(officer_id: str, codes: Iterable[str], keys: Keyring) -> Iterable[RecoveryCode]:
    for code in codes:
        hashed = keys.mac("recovery-code", f"{officer_id}:{tight(code)}")
        yield RecoveryCode(officer_id=officer_id, code_hash=hashed)

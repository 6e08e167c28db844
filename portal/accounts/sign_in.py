"""Signing in: password and authenticator code together, sessions that end, guessing that is slowed."""

from __future__ import annotations

import base64
import datetime as dt
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

import pyotp
from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.accounts import passwords, people
from portal.accounts.people import Account, Link, Officer, RoleGiven
from surveys import attempts, audit
from surveys.db import Base, UTCDateTime, rows_changed
from surveys.errors import SurveysError
from surveys.sealing import Keyring
from surveys.surveys import london_day

IDLE = dt.timedelta(minutes=30)
LONGEST = dt.timedelta(hours=12)
FRESH = dt.timedelta(minutes=10)
"""How long after a sign-in dangerous acts need no second one."""
RECOVERY_CODES = 8
STEP = 30
DRIFT = 1
"""Steps of clock drift that are forgiven on either side."""


class OfficeSession(Base):
    """One browser signed in. The cookie holds the token, this row its hash."""

    __tablename__ = "office_session"
    __table_args__ = (CheckConstraint("confirmed_at >= started_at", name="confirmed"),)

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    officer_id: Mapped[str] = mapped_column(ForeignKey("officer.id"), index=True)
    started_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    confirmed_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    """When password and code were last given."""
    ended_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)


class RecoveryCode(Base):
    """One use instead of the authenticator."""

    __tablename__ = "officer_recovery_code"

    officer_id: Mapped[str] = mapped_column(ForeignKey("officer.id"), primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    used_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)


@dataclass(frozen=True)
class SignedIn:
    """Who a cookie stands for, and since when password and code were last given."""

    officer: Officer
    started_at: dt.datetime
    confirmed_at: dt.datetime

    def fresh(self, now: dt.datetime) -> bool:
        return now - self.confirmed_at < FRESH


@dataclass(frozen=True)
class Try:
    """One attempt, weighed without writing: hashing is slow and must not hold the turn to write."""

    email: str
    account_id: str | None
    step: int = 0
    recovery: bytes | None = None
    rehashed: str | None = None
    password_right: bool = False

    @property
    def good(self) -> bool:
        return self.account_id is not None and (self.step > 0 or self.recovery is not None)


# Trying ---------------------------------------------------------------------------------------------------


def weigh(session: Session, email: str, password: str, code: str, *, now: dt.datetime, keys: Keyring) -> Try:
    """Reads and compares, in the same time for a known and an unknown account. Changes nothing."""
    email = email.strip().lower()
    account = session.scalar(select(Account).where(Account.email == email, Account.left_at.is_(None)))
    right = passwords.matches(account.password_hash if account is not None else None, password)
    if account is None or not right or account.sealed is None or account.key_id is None:
        return Try(email, None)
    again = passwords.hashed(password) if passwords.outdated(account.password_hash or "") else None
    step = _step(keys.open(account.key_id, account.sealed), code, now, after=account.last_step)
    recovery = None
    if step == 0:
        wanted = keys.mac("recovery-code", f"{account.id}:{_tight(code)}")
        unused = select(RecoveryCode).where(
            RecoveryCode.officer_id == account.id,
            RecoveryCode.code_hash == wanted,
            RecoveryCode.used_at.is_(None),
        )
        recovery = wanted if session.scalar(unused) is not None else None
    return Try(email, account.id, step, recovery, again, password_right=True)


def may_try(session: Session, email: str, *, address: str, now: dt.datetime, keys: Keyring) -> None:
    """Refuses a caller who has guessed too often before anything costly is done: ``sign_in.throttled``."""
    who_ = attempts.caller(keys, f"{address}|{email.strip().lower()}", now)
    try:
        attempts.throttle(session, "sign-in", who_, now=now)
    except SurveysError as problem:
        raise SurveysError("sign_in.throttled", minutes=problem.facts["minutes"]) from None


def begin(
    session: Session, tried: Try, *, address: str, now: dt.datetime, keys: Keyring
) -> tuple[str, Officer]:
    """Opens a session for a good try: its token and whose it is.

    Misses are counted per account and caller together, so that nobody can lock out somebody else, and for the
    account alone only when the password was right. Raises ``sign_in.throttled`` or ``sign_in.refused``; the
    caller commits either way, because a miss must be kept.
    """
    whos = [attempts.caller(keys, f"{address}|{tried.email}", now)]
    if tried.account_id is not None:
        whos.append(keys.mac("sign-in-account", tried.account_id))
    for who in whos:
        try:
            attempts.throttle(session, "sign-in", who, now=now)
        except SurveysError as problem:
            raise SurveysError("sign_in.throttled", minutes=problem.facts["minutes"]) from None
    if not tried.good or tried.account_id is None or not _take(session, tried, now):
        for who in whos:
            attempts.missed(session, "sign-in", who, now=now)
        if tried.password_right:
            _note(session, f"officer:{tried.account_id}", "sign_in.code_missed", now, keys)
        raise SurveysError("sign_in.refused", field="email")
    account = session.get_one(Account, tried.account_id)
    account.last_seen_on = london_day(now)
    if tried.rehashed is not None:
        account.password_hash = tried.rehashed
    token = open_session(session, account.id, now=now, keys=keys)
    how = {"recovery_code": tried.recovery is not None}
    _note(session, f"officer:{account.id}", "sign_in", now, keys, **how)
    return token, people.officer_of(session, account.id)


def open_session(session: Session, officer_id: str, *, now: dt.datetime, keys: Keyring) -> str:
    """A new browser session; returns its token."""
    token = secrets.token_urlsafe(32)
    session.add(
        OfficeSession(
            token_hash=keys.mac("office-session", token),
            officer_id=officer_id,
            started_at=now,
            confirmed_at=now,
        )
    )
    session.flush()
    return token


def _take(session: Session, tried: Try, now: dt.datetime) -> bool:
    """Uses up the code, if nobody used it meanwhile."""
    if tried.step:
        moved = session.execute(
            update(Account)
            .where(Account.id == tried.account_id, Account.last_step < tried.step)
            .values(last_step=tried.step)
        )
    else:
        moved = session.execute(
            update(RecoveryCode)
            .where(
                RecoveryCode.officer_id == tried.account_id,
                RecoveryCode.code_hash == tried.recovery,
                RecoveryCode.used_at.is_(None),
            )
            .values(used_at=now)
        )
    return rows_changed(moved) == 1


def _step(secret: str, code: str, now: dt.datetime, *, after: int = 0) -> int:
    """The time step this code belongs to, if it is near now and newer than ``after``; else 0 (RFC 6238)."""
    typed = _tight(code)
    here = int(now.timestamp()) // STEP
    made = pyotp.TOTP(secret)
    found = 0
    for step in range(here - DRIFT, here + DRIFT + 1):  # every step is compared: no early way out
        if secrets.compare_digest(made.at(step * STEP).encode(), typed.encode()) and step > after:
            found = step
    return found


def _tight(code: str) -> str:
    return "".join(code.split()).replace("-", "").upper()


# Sessions -------------------------------------------------------------------------------------------------


def who(
    session: Session, token: str, *, seen: dt.datetime, now: dt.datetime, keys: Keyring
) -> SignedIn | None:
    """Whom this session token stands for; None when it ended, timed out, or its officer left.

    ``seen``: when the browser was last served; it rides in the signed cookie, so that reading writes nothing.
    """
    if now - seen > IDLE:
        return None
    row = session.get(OfficeSession, keys.mac("office-session", token))
    if row is None or row.ended_at is not None or now - row.started_at > LONGEST:
        return None
    officer = people.officer_of(session, row.officer_id)
    return None if officer.left else SignedIn(officer, row.started_at, row.confirmed_at)


def confirm(
    session: Session, token: str, tried: Try, *, address: str, now: dt.datetime, keys: Keyring
) -> None:
    """Password and code once more, for dangerous acts. Raises as :func:`begin` does."""
    row = session.get_one(OfficeSession, keys.mac("office-session", token))
    who_ = attempts.caller(keys, f"{address}|{tried.email}", now)
    try:
        attempts.throttle(session, "sign-in", who_, now=now)
    except SurveysError as problem:
        raise SurveysError("sign_in.throttled", minutes=problem.facts["minutes"]) from None
    if not tried.good or tried.account_id != row.officer_id or not _take(session, tried, now):
        attempts.missed(session, "sign-in", who_, now=now)
        raise SurveysError("sign_in.refused", field="password")
    row.confirmed_at = now
    session.flush()
    _note(session, f"officer:{row.officer_id}", "sign_in.confirmed", now, keys)


def end(session: Session, token: str, *, now: dt.datetime, keys: Keyring) -> None:
    """Signs this browser out; again changes nothing."""
    wanted = OfficeSession.token_hash == keys.mac("office-session", token)
    session.execute(
        update(OfficeSession).where(wanted, OfficeSession.ended_at.is_(None)).values(ended_at=now)
    )


def end_everywhere(session: Session, officer: Officer, *, by: str, now: dt.datetime, keys: Keyring) -> int:
    """Signs the officer out in every browser; how many there were."""
    ended = rows_changed(
        session.execute(
            update(OfficeSession)
            .where(OfficeSession.officer_id == officer.id, OfficeSession.ended_at.is_(None))
            .values(ended_at=now)
        )
    )
    facts = {"sessions": ended}
    audit.record(
        session,
        actor=by,
        action="officer.signed_out",
        subject=f"officer:{officer.id}",
        facts=facts,
        now=now,
        keys=keys,
    )
    return ended


def forget_sessions(session: Session, now: dt.datetime) -> int:
    """Deletes sessions that can no longer be used."""
    old = OfficeSession.started_at < now - LONGEST
    return rows_changed(session.execute(delete(OfficeSession).where(old)))


# Setting up -----------------------------------------------------------------------------------------------


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
    step = _step(secret, code, now, after=account.last_step if link.kind == "password" else 0)
    if step == 0:
        raise SurveysError("code.wrong", field="code")
    account.password_hash, account.last_step = password_hash, step
    codes: tuple[str, ...] = ()
    if link.kind != "password":
        account.key_id, account.sealed = keys.seal(secret)
        session.flush()
        codes = _new_codes(session, account.id, keys)
    link.ended_at = now
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
    _note(session, officer.by, "officer.password", now, keys)


def new_codes(session: Session, officer: Officer, *, now: dt.datetime, keys: Keyring) -> tuple[str, ...]:
    """New recovery codes, shown once; the old ones stop working."""
    codes = _new_codes(session, officer.id, keys)
    _note(session, officer.by, "officer.recovery_codes", now, keys)
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
    letters = "".join(secrets.choice("ABCDEFGHJKMNPQRSTVWXYZ23456789") for _ in range(12))
    return "-".join(letters[at : at + 4] for at in range(0, 12, 4))


def _kept(officer_id: str, codes: Iterable[str], keys: Keyring) -> Iterable[RecoveryCode]:
    for code in codes:
        hashed = keys.mac("recovery-code", f"{officer_id}:{_tight(code)}")
        yield RecoveryCode(officer_id=officer_id, code_hash=hashed)


def _note(
    session: Session, subject: str, action: str, now: dt.datetime, keys: Keyring, **facts: object
) -> None:
    audit.record(session, actor=subject, action=action, subject=subject, facts=facts, now=now, keys=keys)

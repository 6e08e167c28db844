"""Signing in: password and authenticator code together, sessions that end, guessing that is slowed."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass

import pyotp
from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.accounts import passwords, people
from portal.accounts.people import Account, Officer
from surveys import attempts, audit
from surveys.db import Base, UTCDateTime, rows_changed
from surveys.errors import SurveysError
from surveys.sealing import Keyring
from surveys.surveys import london_day

IDLE = dt.timedelta(minutes=30)
LONGEST = dt.timedelta(hours=12)
FRESH = dt.timedelta(minutes=10)
"""How long after a sign-in dangerous acts need no second one."""
RECOVERY_LENGTH = 12
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
    step = step_of(keys.open(account.key_id, account.sealed), code, now, after=account.last_step)
    recovery = None
    if step == 0:
        wanted = keys.mac("recovery-code", f"{account.id}:{tight(code)}")
        unused = select(RecoveryCode).where(
            RecoveryCode.officer_id == account.id,
            RecoveryCode.code_hash == wanted,
            RecoveryCode.used_at.is_(None),
        )
        recovery = wanted if session.scalar(unused) is not None else None
    return Try(email, account.id, step, recovery, again, password_right=True)


def may_try(
    session: Session, email: str, code: str, *, address: str, now: dt.datetime, keys: Keyring
) -> None:
    """Refuses a caller who has guessed too often before anything costly is done: ``sign_in.throttled``.

    What looks like a recovery code is weighed all the same: see :func:`begin`.
    """
    if len(tight(code)) == RECOVERY_LENGTH:
        return
    who_ = attempts.caller(keys, f"{address}|{email.strip().lower()}", now)
    _throttle(session, who_, now)


def begin(
    session: Session, tried: Try, *, address: str, now: dt.datetime, keys: Keyring
) -> tuple[str, Officer]:
    """Opens a session for a good try: its token and whose it is.

    Misses are counted per account and caller together, so that nobody can lock out somebody else, and for the
    account alone only when the password was right. Whoever else guesses, the right password with a recovery
    code always opens: nobody guesses one. That an account rests is told only to who gave everything right;
    otherwise ten misses would tell that the password is the right one.

    Raises ``sign_in.throttled`` or ``sign_in.refused``; the caller commits either way, because a miss must
    be kept.
    """
    caller = attempts.caller(keys, f"{address}|{tried.email}", now)
    account_ = keys.mac("sign-in-account", tried.account_id) if tried.account_id is not None else None
    if tried.recovery is None:
        _throttle(session, caller, now)
        if account_ is not None and rests(session, account_, now):
            if tried.good:
                _throttle(session, account_, now)
            attempts.missed(session, "sign-in", caller, now=now)
            raise SurveysError("sign_in.refused", field="email")
    if not tried.good or tried.account_id is None or not _take(session, tried, now):
        for who in filter(None, (caller, account_)):
            attempts.missed(session, "sign-in", who, now=now)
        if tried.password_right:
            note(session, f"officer:{tried.account_id}", "sign_in.code_missed", now, keys)
        raise SurveysError("sign_in.refused", field="email")
    account = session.get_one(Account, tried.account_id)
    account.last_seen_on = london_day(now)
    if tried.rehashed is not None:
        account.password_hash = tried.rehashed
    token = open_session(session, account.id, now=now, keys=keys)
    how = {"recovery_code": tried.recovery is not None}
    note(session, f"officer:{account.id}", "sign_in", now, keys, **how)
    return token, people.officer_of(session, account.id)


def _throttle(session: Session, who: bytes, now: dt.datetime) -> None:
    try:
        attempts.throttle(session, "sign-in", who, now=now)
    except SurveysError as problem:
        raise SurveysError("sign_in.throttled", minutes=problem.facts["minutes"]) from None


def rests(session: Session, who: bytes, now: dt.datetime) -> bool:
    try:
        _throttle(session, who, now)
    except SurveysError:
        return True
    return False


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


def step_of(secret: str, code: str, now: dt.datetime, *, after: int = 0) -> int:
    """The time step this code belongs to, if it is near now and newer than ``after``; else 0 (RFC 6238)."""
    typed = tight(code)
    here = int(now.timestamp()) // STEP
    made = pyotp.TOTP(secret)
    found = 0
    for step in range(here - DRIFT, here + DRIFT + 1):  # every step is compared: no early way out
        if secrets.compare_digest(made.at(step * STEP).encode(), typed.encode()) and step > after:
            found = step
    return found


def tight(code: str) -> str:
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
    """Password and code once more, for dangerous acts. Raises as :func:`begin` does.

    Misses count for this session too: a stolen one is no place to guess from many addresses.
    """
    row = session.get_one(OfficeSession, keys.mac("office-session", token))
    who_ = attempts.caller(keys, f"{address}|{tried.email}", now)
    here = keys.mac("sign-in-session", token)
    for who in (who_, here):
        _throttle(session, who, now)
    if not tried.good or tried.account_id != row.officer_id or not _take(session, tried, now):
        for who in (who_, here):
            attempts.missed(session, "sign-in", who, now=now)
        if tried.password_right:
            note(session, f"officer:{row.officer_id}", "sign_in.code_missed", now, keys)
        raise SurveysError("sign_in.refused", field="password")
    row.confirmed_at = now
    session.flush()
    note(session, f"officer:{row.officer_id}", "sign_in.confirmed", now, keys)


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


def note(
    session: Session, subject: str, action: str, now: dt.datetime, keys: Keyring, **facts: object
) -> None:
    audit.record(session, actor=subject, action=action, subject=subject, facts=facts, now=now, keys=keys)

"""Guessing at codes is slowed: ten misses in fifteen minutes by one caller, and the box rests."""

from __future__ import annotations

import datetime as dt
import ipaddress
from typing import cast

from sqlalchemy import LargeBinary, String, Table, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from surveys.db import Base, rows_changed, upserting
from surveys.errors import SurveysError
from surveys.sealing import Keyring
from surveys.surveys import london_day

MISSES = 10
SLOT_SECONDS, SLOTS = 300, 3
"""Misses are counted in slots of five minutes; the last three count."""


class CodeAttempt(Base):
    """Misses of one caller in one slot. ``who`` is a hash that changes daily and stands beside no answer."""

    __tablename__ = "code_attempt"

    purpose: Mapped[str] = mapped_column(String(20), primary_key=True)
    who: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    slot: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    tally: Mapped[int]


ATTEMPT = cast(Table, CodeAttempt.__table__)


def network(address: str) -> str:
    """Whose address it is: an IPv6 caller is their /64, because one home has all of it to guess from."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return address
    return str(found.ipv4_mapped or ipaddress.ip_network((int(found), 64), strict=False))


def caller(keys: Keyring, address: str, now: dt.datetime) -> bytes:
    """Who is asking, as a hash of the address under today's key: tomorrow it is somebody else."""
    return keys.mac(f"caller:{london_day(now).isoformat()}", address)


def throttle(session: Session, purpose: str, who: bytes, *, now: dt.datetime) -> None:
    """Refuses a caller with ten misses in the last fifteen minutes: ``code.throttled`` (facts: minutes)."""
    query = select(func.sum(ATTEMPT.c.tally)).where(
        ATTEMPT.c.purpose == purpose, ATTEMPT.c.who == who, ATTEMPT.c.slot > _slot(now) - SLOTS
    )
    if (session.scalar(query) or 0) >= MISSES:
        raise SurveysError("code.throttled", field="code", minutes=SLOTS * SLOT_SECONDS // 60)


def missed(session: Session, purpose: str, who: bytes, *, now: dt.datetime) -> None:
    """Counts one miss: a code that opened nothing. The caller commits it although the request failed."""
    row = {"purpose": purpose, "who": who, "slot": _slot(now), "tally": 1}
    statement = upserting(session.connection())(ATTEMPT).values(row)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["purpose", "who", "slot"], set_={"tally": ATTEMPT.c.tally + 1}
        )
    )


def forget_attempts(session: Session, now: dt.datetime) -> int:
    """Deletes the misses that no longer count and says how many rows."""
    return rows_changed(session.execute(delete(ATTEMPT).where(ATTEMPT.c.slot <= _slot(now) - SLOTS)))


def _slot(now: dt.datetime) -> int:
    return int(now.timestamp()) // SLOT_SECONDS

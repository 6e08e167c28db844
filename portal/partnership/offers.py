"""What a pack would say where an officer said otherwise: shown, compared, and taken or left by an officer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CheckConstraint, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.partnership import pages
from surveys import audit
from surveys.db import Base, Json, JsonValue, UTCDateTime
from surveys.errors import SurveysError
from surveys.sealing import Keyring


class PackOffer(Base):
    """The newest words of a pack for a text an officer has edited; one a text."""

    __tablename__ = "pack_offer"
    __table_args__ = (
        CheckConstraint("settled IN ('taken', 'left')", name="settled"),
        CheckConstraint("(settled IS NULL) = (settled_by IS NULL)", name="settled_by"),
    )

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    locale: Mapped[str] = mapped_column(String(10), primary_key=True)
    body: Mapped[JsonValue] = mapped_column(Json)
    origin: Mapped[str] = mapped_column(String(120))
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    settled: Mapped[str | None] = mapped_column(String(10))
    settled_by: Mapped[str | None] = mapped_column(String(80))
    settled_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)


@dataclass(frozen=True)
class Offered:
    """A pack's words beside those on the site."""

    offer: PackOffer
    current: Mapping[str, Any]


def offer(
    session: Session,
    kind: str,
    key: str,
    locale: str,
    body: Mapping[str, Any],
    *,
    origin: str,
    now: dt.datetime,
) -> None:
    """Keeps what the pack says for an officer to look at; the same words are not offered twice."""
    there = session.get(PackOffer, (kind, key, locale))
    if there is not None and there.body == body:
        return
    if there is None:
        there = PackOffer(kind=kind, key=key, locale=locale)
        session.add(there)
    there.body, there.origin, there.at = dict(body), origin, now
    there.settled = there.settled_by = there.settled_at = None
    session.flush()


def waiting(session: Session) -> tuple[Offered, ...]:
    """Every offer that nobody has settled and that still differs from the site."""
    wanted = select(PackOffer).where(PackOffer.settled.is_(None))
    found = []
    for row in session.scalars(wanted.order_by(PackOffer.kind, PackOffer.key, PackOffer.locale)):
        current = pages.newest(session, row.kind, row.key, row.locale)
        body = current.body if current else {}
        if body != row.body:
            found.append(Offered(row, body))
    return tuple(found)


def settle(
    session: Session,
    kind: str,
    key: str,
    locale: str,
    *,
    take: bool,
    seen: str,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> None:
    """Takes the pack's words on the site, as an officer's edit, or leaves them.

    ``seen`` is the origin of the offer that was looked at. Raises "offer.unknown", "offer.changed".
    """
    there = session.get(PackOffer, (kind, key, locale))
    if there is None or there.settled is not None:
        raise SurveysError("offer.unknown")
    if there.origin != seen:
        raise SurveysError("offer.changed")
    if take:
        pages.add(session, kind, key, locale, there.body, by=by, now=now, origin=there.origin)
    there.settled, there.settled_by, there.settled_at = ("taken" if take else "left"), by, now
    session.flush()
    audit.record(
        session,
        actor=by,
        action="pack.offer_taken" if take else "pack.offer_left",
        subject=f"{kind}:{key}",
        facts={"locale": locale, "origin": there.origin},
        now=now,
        keys=keys,
    )

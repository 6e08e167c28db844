"""The register of requests: freedom of information, rights over data, police disclosure and complaints.

Due dates come from the law where the law gives one; the others are the partnership's own and say so. Who
asked and what for is sealed; acts are noted with codes only.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import (
    CheckConstraint,
    Date,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    delete,
    func,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from surveys import audit, working_days
from surveys.db import Base, new_id, rows_changed
from surveys.errors import SurveysError
from surveys.sealing import Keyring
from surveys.surveys import london_day

KINDS = ("foi", "access", "erasure", "objection", "police", "complaint")
DECISIONS: dict[str, tuple[str, ...]] = {
    "foi": ("given", "part", "refused", "not-held", "withdrawn"),
    "access": ("given", "part", "refused", "not-held", "cannot-identify", "withdrawn"),
    "erasure": ("done", "part", "refused", "not-held", "cannot-identify", "withdrawn"),
    "objection": ("done", "part", "refused", "cannot-identify", "withdrawn"),
    "police": ("given", "part", "refused", "not-held", "withdrawn"),
    "complaint": ("upheld", "part", "not-upheld", "withdrawn"),
}
FOI_DAYS = 20
"""Working days: Freedom of Information Act 2000, section 10."""
RIGHTS_MONTHS, EXTENSION_MONTHS = 1, 2
"""UK GDPR, Article 12(3): one month, two more when it is complex and the person is told in the first."""
POLICE_DAYS = 5
"""Working days, the partnership's own: the law gives no day."""
ACKNOWLEDGE_DAYS, COMPLAINT_MONTHS = 30, 3
"""Acknowledged within 30 days by law (Data (Use and Access) Act 2025); answered within the house's months."""
KEPT_MONTHS = 36
"""From the decision, the partnership's own: then the request goes, with who asked. The log keeps its acts."""
WHO_LIMIT, ABOUT_LIMIT = 200, 2000


class RequestRow(Base):
    """One request. ``sealed``: who asked, how to reach them, and what for."""

    __tablename__ = "request_register"
    __table_args__ = (
        UniqueConstraint("reference"),
        CheckConstraint(
            "kind IN ('foi', 'access', 'erasure', 'objection', 'police', 'complaint')", name="kind"
        ),
        CheckConstraint("(decision IS NULL) = (decided_on IS NULL)", name="decided"),
        CheckConstraint("pack_sent_on IS NULL OR decided_on IS NOT NULL", name="pack"),
        CheckConstraint("due_on >= received_on", name="due"),
        Index(None, "decided_on", "due_on"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(10))
    received_on: Mapped[dt.date] = mapped_column(Date)
    acknowledge_by: Mapped[dt.date | None] = mapped_column(Date)
    acknowledged_on: Mapped[dt.date | None] = mapped_column(Date)
    due_on: Mapped[dt.date] = mapped_column(Date)
    extended: Mapped[bool] = mapped_column(default=False)
    decision: Mapped[str | None] = mapped_column(String(20))
    decided_on: Mapped[dt.date | None] = mapped_column(Date)
    pack_sent_on: Mapped[dt.date | None] = mapped_column(Date)
    owner: Mapped[str] = mapped_column(String(80))
    version: Mapped[int] = mapped_column(default=1)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str] = mapped_column(String(16))

    def late(self, today: dt.date) -> bool:
        """Whether a day has passed on which something was due."""
        unacknowledged = self.acknowledge_by is not None and self.acknowledged_on is None
        if unacknowledged and self.acknowledge_by is not None and today > self.acknowledge_by:
            return True
        return self.decided_on is None and today > self.due_on


@dataclass(frozen=True)
class Asked:
    """What a request says, opened."""

    who: str = field(repr=False)
    about: str = field(repr=False)


# Pure -----------------------------------------------------------------------------------------------------


def due(kind: str, received_on: dt.date, *, extended: bool = False) -> dt.date:
    """The last day for an answer. A month that ends on a day off ends on the next working day."""
    if kind == "foi":
        return working_days.after(received_on, FOI_DAYS)
    if kind == "police":
        return working_days.after(received_on, POLICE_DAYS)
    months = COMPLAINT_MONTHS if kind == "complaint" else RIGHTS_MONTHS
    if extended:
        months += EXTENSION_MONTHS
    return working_days.after(working_days.months_after(received_on, months), 0)


def acknowledge_by(kind: str, received_on: dt.date) -> dt.date | None:
    """The last day to say that a complaint has come; nothing else has one."""
    return received_on + dt.timedelta(days=ACKNOWLEDGE_DAYS) if kind == "complaint" else None


# Reading --------------------------------------------------------------------------------------------------


def register(session: Session, *, settled: bool = False, limit: int = 200) -> list[RequestRow]:
    """Open requests, the one due first; or settled ones, the newest first."""
    query = select(RequestRow).limit(limit)
    if settled:
        query = query.where(RequestRow.decided_on.is_not(None)).order_by(RequestRow.decided_on.desc())
    else:
        query = query.where(RequestRow.decided_on.is_(None)).order_by(RequestRow.due_on)
    return list(session.scalars(query.order_by(RequestRow.reference)))


def one(session: Session, reference: str) -> RequestRow | None:
    return session.scalar(select(RequestRow).where(RequestRow.reference == reference))


def asked(row: RequestRow, keys: Keyring) -> Asked:
    return Asked(**json.loads(keys.open(row.key_id, row.sealed)))


# Writing --------------------------------------------------------------------------------------------------


def receive(
    session: Session,
    *,
    kind: str,
    received_on: dt.date,
    who: str,
    about: str,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> RequestRow:
    """Enters a request and sets its days.

    Raises ``request.kind``, ``request.day`` (in the future), ``request.who``, ``request.about``.
    """
    if kind not in KINDS:
        raise SurveysError("request.kind", field="kind")
    if received_on > london_day(now):
        raise SurveysError("request.day", field="received_on")
    who, about = who.strip(), about.strip()
    if not who or len(who) > WHO_LIMIT:
        raise SurveysError("request.who", field="who", most=WHO_LIMIT)
    if not about or len(about) > ABOUT_LIMIT:
        raise SurveysError("request.about", field="about", most=ABOUT_LIMIT)
    key_id, sealed = keys.seal(json.dumps({"who": who, "about": about}))
    row = RequestRow(
        id=new_id(), reference=_next_reference(session, received_on.year), kind=kind, received_on=received_on,
        acknowledge_by=acknowledge_by(kind, received_on), due_on=due(kind, received_on),
        owner=by, version=1, sealed=sealed, key_id=key_id,
    )  # fmt: skip
    session.add(row)
    session.flush()
    _note(session, row, "request.receive", by=by, now=now, keys=keys, kind=kind)
    return row


def acknowledge(
    session: Session, row: RequestRow, *, seen_version: int, by: str, now: dt.datetime, keys: Keyring
) -> None:
    """Notes that the person was told it has come. Raises ``request.changed``, ``request.settled``."""
    _open(session, row, seen_version)
    row.acknowledged_on = london_day(now)
    _changed(session, row)
    _note(session, row, "request.acknowledge", by=by, now=now, keys=keys)


def extend(
    session: Session, row: RequestRow, *, seen_version: int, by: str, now: dt.datetime, keys: Keyring
) -> None:
    """Two more months, once, before the first month is over, for access, erasure and objection.

    Raises ``request.changed``, ``request.settled``, ``request.no_extension``.
    """
    _open(session, row, seen_version)
    if row.kind not in ("access", "erasure", "objection") or row.extended or row.late(london_day(now)):
        raise SurveysError("request.no_extension")
    row.extended, row.due_on = True, due(row.kind, row.received_on, extended=True)
    _changed(session, row)
    _note(session, row, "request.extend", by=by, now=now, keys=keys, due_on=row.due_on.isoformat())


def decide(
    session: Session,
    row: RequestRow,
    *,
    decision: str,
    seen_version: int,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> None:
    """Settles a request. Raises ``request.changed``, ``request.settled``, ``request.decision``."""
    _open(session, row, seen_version)
    if decision not in DECISIONS[row.kind]:
        raise SurveysError("request.decision", field="decision")
    row.decision, row.decided_on = decision, london_day(now)
    _changed(session, row)
    _note(
        session,
        row,
        "request.decide",
        by=by,
        now=now,
        keys=keys,
        decision=decision,
        late=row.decided_on > row.due_on,
    )


def send_pack(
    session: Session,
    row: RequestRow,
    *,
    sent_on: dt.date,
    seen_version: int,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> None:
    """Notes that the answer and what goes with it was sent.

    Raises ``request.changed``, ``request.not_settled``, ``request.day`` (before it was decided, or to come).
    """
    session.refresh(row, with_for_update=True)
    if row.version != seen_version:
        raise SurveysError("request.changed")
    if row.decided_on is None:
        raise SurveysError("request.not_settled")
    if not row.decided_on <= sent_on <= london_day(now):
        raise SurveysError("request.day", field="sent_on")
    row.pack_sent_on = sent_on
    _changed(session, row)
    _note(session, row, "request.send", by=by, now=now, keys=keys, sent_on=sent_on.isoformat())


def note_copy(
    session: Session,
    row: RequestRow,
    facts: Mapping[str, object],
    *,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> None:
    """Notes that a file was made for this request: identifiers and numbers only. The file is not kept."""
    _note(session, row, "request.copy", by=by, now=now, keys=keys, **facts)


def forget_settled(session: Session, today: dt.date) -> int:
    """Deletes requests decided :data:`KEPT_MONTHS` ago and says how many."""
    last = working_days.months_after(today, -KEPT_MONTHS)
    return rows_changed(session.execute(delete(RequestRow).where(RequestRow.decided_on <= last)))


def _next_reference(session: Session, year: int) -> str:
    """ "2026-001" and on: numbers of one year follow each other."""
    like = f"{year}-%"
    last = session.scalar(select(func.max(RequestRow.reference)).where(RequestRow.reference.like(like)))
    return f"{year}-{int(last.partition('-')[2]) + 1 if last else 1:03d}"


def _open(session: Session, row: RequestRow, seen_version: int) -> None:
    """Nobody else changes it until this transaction is over."""
    session.refresh(row, with_for_update=True)
    if row.version != seen_version:
        raise SurveysError("request.changed")
    if row.decided_on is not None:
        raise SurveysError("request.settled")


def _changed(session: Session, row: RequestRow) -> None:
    row.version += 1
    session.flush()


def _note(
    session: Session,
    row: RequestRow,
    action: str,
    *,
    by: str,
    now: dt.datetime,
    keys: Keyring,
    **facts: object,
) -> None:
    audit.record(
        session, actor=by, action=action, subject=f"request:{row.reference}", facts=facts, now=now, keys=keys
    )

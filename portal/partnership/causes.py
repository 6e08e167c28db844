"""What an action of the plan may point back to: everything a decision may cite, and the decision itself.

decision:<year>:topic:<area>    decision:<year>:theme:<key>

and the ids of :mod:`portal.partnership.citations`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.partnership import citations
from portal.partnership.decisions import DecisionEntry


@dataclass(frozen=True)
class Decided:
    """One entry of a decision, named by its id."""

    year: int
    kind: str
    key: str


def decided(id: str) -> Decided | None:
    """The entry of a decision an id names; None when it names something else."""
    parts = id.split(":", 3)
    if len(parts) != 4 or parts[0] != "decision" or parts[2] not in ("topic", "theme"):
        return None
    if not (parts[1].isdecimal() and len(parts[1]) == 4):
        return None
    return Decided(int(parts[1]), parts[2], parts[3])


def unknown(session: Session, ids: Iterable[str]) -> tuple[str, ...]:
    """Those that point to nothing."""
    return tuple(id for id in ids if not _known(session, id))


def _known(session: Session, id: str) -> bool:
    entry = decided(id)
    if entry is None:
        return citations.known(session, id)
    found = session.get(DecisionEntry, (entry.year, entry.kind, entry.key))
    return found is not None and not found.withdrawn


def behind(session: Session, id: str) -> tuple[str, ...]:
    """What the decision an id names rests on in turn; nothing for other ids."""
    entry = decided(id)
    if entry is None:
        return ()
    found = session.get(DecisionEntry, (entry.year, entry.kind, entry.key))
    return () if found is None else tuple(found.cites)

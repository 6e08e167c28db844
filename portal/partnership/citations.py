"""What a decision may cite, by id: a release's table, recorded crime, partners' scores, a letter, the shelf.

release:<survey>:<number>:<table>    crime:<month>..<month>    partners:<survey>    submission:<id>
evidence:<key>@<state>    assessment:<key>@<state>    harm:<key>@<state>    recorded:<key>@<state>
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.partnership import evidence
from portal.partnership.crime import CrimeMonth
from portal.partnership.submissions import Submission
from surveys import surveys
from surveys.results.releases import Release

KINDS = ("release", "crime", "partners", "submission", "evidence", "assessment", "harm", "recorded")


@dataclass(frozen=True)
class Cited:
    """One thing cited, taken apart. ``number``: of the release, or the state of a thing on the shelf."""

    id: str
    kind: str
    key: str
    number: int = 0
    table: str = ""


def parse(id: str) -> Cited | None:
    """The parts of an id; None when it is none."""
    kind, _, rest = id.partition(":")
    if kind not in KINDS or not rest or len(id) > 200:
        return None
    match kind:
        case "release":
            survey, number, table = (*rest.split(":", 2), "", "")[:3]
            if not (number.isdecimal() and len(number) < 6 and table):
                return None
            return Cited(id, kind, survey, int(number), table)
        case "crime" | "partners" | "submission":
            return Cited(id, kind, rest)
        case _:
            key, _, number = rest.rpartition("@")
            return (
                Cited(id, kind, key, int(number)) if key and number.isdecimal() and len(number) < 6 else None
            )


def known(session: Session, id: str) -> bool:
    """Whether there is such a thing, in that state."""
    cited = parse(id)
    if cited is None:
        return False
    match cited.kind:
        case "release":
            survey = surveys.by_slug(session, cited.key)
            release = session.get(Release, (survey.id, cited.number)) if survey is not None else None
            return release is not None and any(t["key"] == cited.table for t in release.content["tables"])
        case "crime":
            first, _, last = cited.key.partition("..")
            there = select(func.count()).where(CrimeMonth.month.in_([first, last]))
            return first <= last and session.scalar(there) == len({first, last})
        case "partners":
            return surveys.by_slug(session, cited.key) is not None
        case "submission":
            return session.get(Submission, cited.key) is not None
        case _:
            return 0 < cited.number <= evidence.standing(session, cited.kind, cited.key)


def unknown(session: Session, ids: Iterable[str]) -> tuple[str, ...]:
    """Those that cannot be cited."""
    return tuple(id for id in ids if not known(session, id))

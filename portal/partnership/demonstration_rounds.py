"""How the demonstration's consultations were made ready by the verbs officers use: invented, and marked."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from portal.accounts import people
from portal.partnership import approvals, consultation_record, gates
from portal.partnership.rounds import Round
from surveys.surveys import LONDON

DAY = dt.timedelta(days=1)
How = dict[str, Any]
"""now and keys, as every verb takes them."""


def record_of(folder: Path) -> dict[str, Any]:
    """The pack's ``consulted.toml``; empty when it has none."""
    file = folder / "consulted.toml"
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


def prepare(
    session: Session, folder: Path, round_: Round, opens_at: dt.datetime, *, until: dt.datetime, how: How
) -> None:
    """Fills the record of one consultation as invented officers would have: once only.

    Everything up to the sign-off happens before ``how["now"]``; what follows the opening happens on its days,
    as far as they have come by ``until``.
    """
    record = record_of(folder)
    if not record or consultation_record.equality_of(session, round_):
        return
    who = {
        one["key"]: people.invent(session, name=one["name"], now=how["now"]).by for one in record["officers"]
    }
    written = how | {"by": who["writer"]}
    day = how["now"].astimezone(LONDON).date()
    consultation_record.assess_equality(session, round_, on=day, **record["equality"], **written)
    listed = [
        consultation_record.list_stakeholder(session, round_, **one, **written).id
        for one in record["stakeholders"]
    ]
    gates.confirm_cover(session, round_, **record["cover"], **how, by=who["safety"])
    gates.override(session, round_, "languages", **record["languages"], **written)
    seen = approvals.content_of(session, round_).digest
    names = {one["key"]: one["name"] for one in record["officers"]}
    approvals.approve(session, round_, seen=seen, name=names["reader"], **how, by=who["reader"])
    for noted in record["publicity"]:
        if (moment := opens_at + noted.pop("days_after") * DAY) <= until:
            told = written | {"now": moment}
            consultation_record.log_publicity(session, round_, on=_day(moment), **noted, **told)
    for sent in record["sendings"]:
        if (moment := opens_at + sent.pop("days_after") * DAY) <= until:
            told = written | {"now": moment}
            consultation_record.log_sending(session, round_, listed, on=_day(moment), **sent, **told)


def _day(moment: dt.datetime) -> dt.date:
    return moment.astimezone(LONDON).date()

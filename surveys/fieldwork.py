"""How often each page was first saved, by day: the only trail an unfinished answer leaves."""

from __future__ import annotations

import datetime as dt
from typing import cast

from sqlalchemy import (
    BigInteger,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    delete,
    func,
    insert,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from surveys.db import Base
from surveys.surveys import london_day


class Tick(Base):
    """A page was first saved by somebody; nothing leads from here to a draft. Folded nightly into sums."""

    __tablename__ = "fieldwork_tick"
    __table_args__ = (Index(None, "survey_id", "on"),)

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )
    survey_id: Mapped[str] = mapped_column(ForeignKey("survey.id"))
    page: Mapped[str] = mapped_column(String(40))
    locale: Mapped[str] = mapped_column(String(10))
    on: Mapped[dt.date] = mapped_column(Date)
    tally: Mapped[int] = mapped_column(default=1)


TICK = cast(Table, Tick.__table__)
ADD = insert(TICK)


def tick(session: Session, survey_id: str, page: str, *, locale: str, now: dt.datetime) -> None:
    """Counts one first saving of a page. ``page`` is a page id, or "start", "check", "sent"."""
    row = {"survey_id": survey_id, "page": page, "locale": locale, "on": london_day(now), "tally": 1}
    session.connection().execute(ADD, row)


def fold_ticks(session: Session, now: dt.datetime) -> int:
    """Turns the rows of each past day, page and language into one; says how many rows went."""
    names = ("survey_id", "page", "locale", "on")
    same = [TICK.c[name] for name in names]
    groups = session.execute(
        select(*same).where(TICK.c.on < london_day(now)).group_by(*same).having(func.count() > 1)
    ).all()
    removed = 0
    for group in groups:
        belongs = [column == value for column, value in zip(same, group, strict=True)]
        tallies = session.scalars(delete(TICK).where(*belongs).returning(TICK.c.tally)).all()
        removed += len(tallies) - 1
        session.execute(
            ADD,
            dict(zip(("survey_id", "page", "locale", "on"), group, strict=True)) | {"tally": sum(tallies)},
        )
    return removed


def pages_saved(session: Session, survey_id: str) -> dict[tuple[dt.date, str, str], int]:
    """Day (London), page and locale to how many people first saved that page then."""
    same = (TICK.c.on, TICK.c.page, TICK.c.locale)
    rows = session.execute(
        select(*same, func.sum(TICK.c.tally))
        .where(TICK.c.survey_id == survey_id)
        .group_by(*same)
        .order_by(*same)
    )
    return {(day, page, locale): int(tally) for day, page, locale, tally in rows}

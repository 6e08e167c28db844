"""Short addresses for print: a few letters that lead to a survey. Nobody's visit leaves a trace."""

from __future__ import annotations

import datetime as dt
import re

from sqlalchemy import CheckConstraint, Date, ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from surveys import audit
from surveys.db import Base
from surveys.errors import SurveysError
from surveys.sealing import Keyring
from surveys.surveys import Survey, london_day

CODE = re.compile(r"^[a-z0-9]{2,20}$")


class ShortAddress(Base):
    """A code is printed on paper, so it is never given to another survey."""

    __tablename__ = "short_address"
    __table_args__ = (CheckConstraint("code = lower(code)", name="lower"),)

    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    survey_id: Mapped[str] = mapped_column(ForeignKey("survey.id"), index=True)
    made_on: Mapped[dt.date] = mapped_column(Date)
    made_by: Mapped[str] = mapped_column(String(80))


def make(
    session: Session, survey: Survey, *, code: str, by: str, now: dt.datetime, keys: Keyring
) -> ShortAddress:
    """Gives a survey a short address. Raises ``short.code``, ``short.taken``."""
    tidy = code.strip().lower()
    if not CODE.match(tidy):
        raise SurveysError("short.code", field="code")
    if session.get(ShortAddress, tidy) is not None:
        raise SurveysError("short.taken", field="code")
    made = ShortAddress(code=tidy, survey_id=survey.id, made_on=london_day(now), made_by=by)
    session.add(made)
    session.flush()
    audit.record(
        session, actor=by, action="short.made", subject=f"survey:{survey.id}", facts={"code": tidy},
        now=now, keys=keys,
    )  # fmt: skip
    return made


def survey_of(session: Session, code: str) -> Survey | None:
    """Where a code leads, however it was typed."""
    joined = select(Survey).join(ShortAddress, ShortAddress.survey_id == Survey.id)
    return session.scalar(joined.where(ShortAddress.code == code.strip().lower()[:20]))


def of_survey(session: Session, survey_id: str) -> tuple[str, ...]:
    """The codes of a survey, shortest first."""
    found = session.scalars(select(ShortAddress.code).where(ShortAddress.survey_id == survey_id))
    return tuple(sorted(found, key=lambda code: (len(code), code)))

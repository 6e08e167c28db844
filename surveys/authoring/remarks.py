"""What colleagues say to each other about a draft: kept with the question, settled when it is dealt with."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from surveys.authoring.drafting import SurveyDraft, note
from surveys.db import Base, UTCDateTime, new_id
from surveys.errors import SurveysError
from surveys.questionnaire.checking import FORBIDDEN
from surveys.sealing import Keyring

MOST_CHARS = 2000


class Remark(Base):
    """One officer's remark. ``question`` is empty for the draft as a whole."""

    __tablename__ = "survey_remark"
    __table_args__ = (CheckConstraint("(settled_at IS NULL) = (settled_by IS NULL)", name="settled"),)

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=new_id)
    draft_id: Mapped[str] = mapped_column(ForeignKey("survey_draft.id"))
    question: Mapped[str] = mapped_column(String(40), default="")
    body: Mapped[str] = mapped_column(Text)
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    by: Mapped[str] = mapped_column(String(80))
    settled_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    settled_by: Mapped[str | None] = mapped_column(String(80))


def say(
    session: Session,
    draft: SurveyDraft,
    body: str,
    *,
    question: str = "",
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> Remark:
    """Raises ``remark.empty``, ``remark.too_long``, ``remark.forbidden``."""
    words = body.replace("\r\n", "\n").strip()
    if not words:
        raise SurveysError("remark.empty", field="body")
    if len(words) > MOST_CHARS:
        raise SurveysError("remark.too_long", field="body", most=MOST_CHARS)
    if FORBIDDEN.search(words):
        raise SurveysError("remark.forbidden", field="body")
    remark = Remark(id=new_id(), draft_id=draft.id, question=question, body=words, at=now, by=by)
    session.add(remark)
    session.flush()
    note(session, draft, "survey_draft.remark", by=by, now=now, keys=keys, question=question)
    return remark


def settle(session: Session, remark_id: str, *, by: str, now: dt.datetime, keys: Keyring) -> None:
    """The remark has been dealt with. Raises ``remark.unknown``."""
    remark = session.get(Remark, remark_id)
    draft = session.get(SurveyDraft, remark.draft_id) if remark else None
    if remark is None or draft is None:
        raise SurveysError("remark.unknown")
    if remark.settled_at is None:
        remark.settled_at, remark.settled_by = now, by
        session.flush()
        note(
            session, draft, "survey_draft.settle_remark", by=by, now=now, keys=keys, question=remark.question
        )


def remarks(session: Session, draft: SurveyDraft, question: str | None = None) -> list[Remark]:
    """Oldest first: of one question ("" for the draft as a whole), or all."""
    query = select(Remark).where(Remark.draft_id == draft.id)
    if question is not None:
        query = query.where(Remark.question == question)
    return list(session.scalars(query.order_by(Remark.at, Remark.id)))

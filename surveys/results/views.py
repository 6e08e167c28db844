"""Saved views: what an officer looked at and wants to look at again. Questions and filters, never figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from surveys import audit
from surveys.db import Base, Json, JsonValue, UTCDateTime, new_id
from surveys.errors import SurveysError
from surveys.sealing import Keyring

LONGEST_NAME = 80
MOST = 100
"""Views one officer may keep of one survey."""
EXPORTED = "responses.export"
_PARTS = frozenset({"question", "by", "against", "where", "weighted"})


class SavedView(Base):
    """One officer's view of one question. ``shown``: question, by, against, where, weighted."""

    __tablename__ = "saved_view"
    __table_args__ = (
        UniqueConstraint("survey_id", "owner", "name"),
        CheckConstraint("name <> ''", name="named"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=new_id)
    survey_id: Mapped[str] = mapped_column(ForeignKey("survey.id"))
    owner: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    shown: Mapped[JsonValue] = mapped_column(Json)
    saved_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


def save(
    session: Session,
    survey_id: str,
    *,
    name: str,
    shown: Mapping[str, Any],
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> SavedView:
    """Keeps a view under a name; the same name again replaces it.

    Raises SurveysError ``view.name`` (field "name") for no name or too long a one, ``view.many``.
    """
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise SurveysError("view.name", field="name", most=LONGEST_NAME)
    kept = {key: value for key, value in shown.items() if key in _PARTS and value}
    mine = views_of(session, survey_id, owner=by)
    view = next((one for one in mine if one.name == name), None)
    if view is None:
        if len(mine) >= MOST:
            raise SurveysError("view.many", field="name", most=MOST)
        view = SavedView(survey_id=survey_id, owner=by, name=name, shown=kept, saved_at=now)
        session.add(view)
    else:
        view.shown, view.saved_at = kept, now
    session.flush()
    _log(session, "view.saved", view, by=by, now=now, keys=keys)
    return view


def views_of(session: Session, survey_id: str, *, owner: str) -> list[SavedView]:
    """One officer's views of a survey, by name."""
    query = select(SavedView).where(SavedView.survey_id == survey_id, SavedView.owner == owner)
    return list(session.scalars(query.order_by(SavedView.name)))


def view_of(session: Session, id: str, *, owner: str) -> SavedView:
    """Raises SurveysError ``view.unknown``: views are their owner's alone."""
    view = session.get(SavedView, id)
    if view is None or view.owner != owner:
        raise SurveysError("view.unknown")
    return view


def forget(session: Session, view: SavedView, *, by: str, now: dt.datetime, keys: Keyring) -> None:
    session.delete(view)
    session.flush()
    _log(session, "view.forgotten", view, by=by, now=now, keys=keys)


def note_exact(
    session: Session, survey_id: str, what: Mapping[str, Any], *, by: str, now: dt.datetime, keys: Keyring
) -> None:
    """Writes down that somebody is about to read exact figures: which question, by what, of whom."""
    facts = {key: value for key, value in what.items() if value}
    subject = f"survey:{survey_id}"
    audit.record(
        session, actor=by, action="results.read_exact", subject=subject, facts=facts, now=now, keys=keys
    )


def note_export(
    session: Session,
    survey_id: str,
    what: Mapping[str, Any],
    *,
    reason: str,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> None:
    """Writes down that exact rows or cleared comments leave the office: how many, why, under which mark."""
    facts = {**what, "reason": audit.keep_reason(session, reason, by=by, now=now)}
    audit.record(
        session,
        actor=by,
        action=EXPORTED,
        subject=f"survey:{survey_id}",
        facts=facts,
        now=now,
        keys=keys,
    )


def _log(session: Session, action: str, view: SavedView, *, by: str, now: dt.datetime, keys: Keyring) -> None:
    audit.record(session, actor=by, action=action, subject=f"survey:{view.survey_id}", now=now, keys=keys)

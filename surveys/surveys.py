"""Surveys: one instrument, its immutable versions, and its fieldwork window."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import MutableMapping
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from surveys import audit
from surveys.db import Base, Json, JsonValue, UTCDateTime, append_only, as_of, new_id
from surveys.errors import SurveysError
from surveys.questionnaire.faults import faults
from surveys.questionnaire.model import Questionnaire
from surveys.receipts import PREFIX, normalise
from surveys.sealing import Keyring

LONDON = ZoneInfo("Europe/London")
GRACE = dt.timedelta(hours=1)
"""How long after closing an open draft may still be saved and sent."""

SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
State = Literal["draft", "coming", "open", "grace", "paused", "closed", "withdrawn"]


class Survey(Base):
    """One instrument. Its id never shows; its slug stands in addresses and says nothing about the topic."""

    __tablename__ = "survey"
    __table_args__ = (
        UniqueConstraint("slug"),
        UniqueConstraint("receipt_prefix"),
        UniqueConstraint("id", "kind"),
        CheckConstraint("kind IN ('anonymous', 'named')", name="kind"),
        CheckConstraint("closes_at > opens_at", name="window"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=new_id)
    slug: Mapped[str] = mapped_column(String(60))
    key: Mapped[str] = mapped_column(String(40))
    """The questionnaire's key ("residents"): the same instrument in another year has the same key."""
    kind: Mapped[str] = mapped_column(String(10))
    receipt_prefix: Mapped[str] = mapped_column(String(2))
    demonstration: Mapped[bool] = mapped_column(default=False)
    opens_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    closes_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    paused_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    withdrawn_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    withdraw_until: Mapped[dt.date | None]
    """Last day (London) a resident may take their answers back with the receipt number."""


class SurveyWindow(Base):
    """A survey's window as it stood from one moment on, so that any day's can be shown again."""

    __tablename__ = "survey_window"

    survey_id: Mapped[str] = mapped_column(ForeignKey("survey.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """From 1 on. A survey whose first is a later one had dates before that were not kept."""
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    opens_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    closes_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    paused_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    withdrawn_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    withdraw_until: Mapped[dt.date | None]


append_only(SurveyWindow.__table__)

WINDOW = ("opens_at", "closes_at", "paused_at", "withdrawn_at", "withdraw_until")


class SurveyVersion(Base):
    """A published questionnaire document; never edited (the database refuses it)."""

    __tablename__ = "survey_version"
    __table_args__ = (
        UniqueConstraint("survey_id", "number"),
        CheckConstraint("meaning IN ('first', 'same', 'changed')", name="meaning"),
        CheckConstraint("(number = 1) = (meaning = 'first')", name="first"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=new_id)
    survey_id: Mapped[str] = mapped_column(ForeignKey("survey.id"))
    number: Mapped[int]
    meaning: Mapped[str] = mapped_column(String(10))
    document: Mapped[JsonValue] = mapped_column(Json, deferred=True)
    published_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    published_by: Mapped[str] = mapped_column(String(80))
    note: Mapped[str] = mapped_column(Text, default="")


append_only(SurveyVersion.__table__)


def london_day(now: dt.datetime) -> dt.date:
    """The calendar day in London at this moment."""
    return now.astimezone(LONDON).date()


def closing_moment(day: dt.date) -> dt.datetime:
    """23:59:00 London on that day, in UTC: the moment shown is the moment that counts.

    The minute from 23:59 belongs to the grace of open drafts: nobody starts in it. Clocks never change then.
    """
    return dt.datetime.combine(day, dt.time(23, 59), LONDON).astimezone(dt.UTC)


def state(survey: Survey, now: dt.datetime) -> State:
    """Where the survey stands at this moment, derived from its timestamps alone."""
    if survey.withdrawn_at is not None:
        return "withdrawn"
    if survey.opens_at is None:
        return "draft"
    if survey.closes_at is not None and now >= survey.closes_at + GRACE:
        return "closed"
    if survey.paused_at is not None:
        return "paused"
    if now < survey.opens_at:
        return "coming"
    if survey.closes_at is not None and now >= survey.closes_at:
        return "grace"
    return "open"


def by_slug(session: Session, slug: str) -> Survey | None:
    found = session.scalar(select(Survey).where(Survey.slug == slug))
    return as_it_stood(session, found) if found is not None else None


def as_it_stood(session: Session, survey: Survey) -> Survey:
    """The survey itself; for a session that looks back, a copy of it with the window of that moment.

    Of a window that was not kept for so long, the first that was.
    """
    moment = as_of(session)
    if moment is None:
        return survey
    windows = windows_of(session, survey.id)
    then = next((one for one in reversed(windows) if one.at <= moment), None)
    if then is None and windows and windows[0].number > 1:
        then = windows[0]
    copy = Survey(**{column.key: getattr(survey, column.key) for column in Survey.__table__.columns})
    for name in WINDOW:
        setattr(copy, name, getattr(then, name, None))
    return copy


def windows_of(session: Session, survey_id: str) -> tuple[SurveyWindow, ...]:
    """Every window the survey has had, as far as it was kept, oldest first."""
    wanted = select(SurveyWindow).where(SurveyWindow.survey_id == survey_id)
    return tuple(session.scalars(wanted.order_by(SurveyWindow.at, SurveyWindow.number)))


def current_version(session: Session, survey_id: str) -> SurveyVersion | None:
    """The newest version, without its document (see :func:`questionnaire_of`)."""
    wanted = select(SurveyVersion).where(SurveyVersion.survey_id == survey_id)
    moment = as_of(session)
    if moment is not None:
        wanted = wanted.where(SurveyVersion.published_at <= moment)
    return session.scalar(wanted.order_by(SurveyVersion.number.desc()).limit(1))


def questionnaire_of(
    version: SurveyVersion, cache: MutableMapping[str, Questionnaire] | None = None, size: int = 64
) -> Questionnaire:
    """The version's document. The caller's ``cache`` (by version id) never holds more than ``size``."""
    known = cache.get(version.id) if cache is not None else None
    if known is not None:
        return known
    questionnaire = Questionnaire.model_validate(version.document)
    if cache is not None:
        while len(cache) >= size:
            cache.pop(next(iter(cache)), None)
        cache[version.id] = questionnaire
    return questionnaire


def create(
    session: Session,
    *,
    slug: str,
    key: str,
    kind: str,
    receipt_prefix: str,
    by: str,
    now: dt.datetime,
    keys: Keyring,
    demonstration: bool = False,
) -> Survey:
    """A survey without questions or dates.

    Raises ``survey.slug``, ``survey.kind``, ``survey.prefix``, ``survey.slug_taken``,
    ``survey.prefix_taken``.
    """
    if not SLUG.fullmatch(slug):
        raise SurveysError("survey.slug", field="slug")
    if kind not in ("anonymous", "named"):
        raise SurveysError("survey.kind", field="kind")
    if not PREFIX.fullmatch(receipt_prefix):
        raise SurveysError("survey.prefix", field="receipt_prefix")
    if by_slug(session, slug) is not None:
        raise SurveysError("survey.slug_taken", field="slug", slug=slug)
    taken = session.scalars(select(Survey.receipt_prefix))
    if normalise(receipt_prefix) in {normalise(prefix) for prefix in taken}:
        raise SurveysError("survey.prefix_taken", field="receipt_prefix", prefix=receipt_prefix)
    survey = Survey(
        id=new_id(), slug=slug, key=key, kind=kind, receipt_prefix=receipt_prefix, demonstration=demonstration
    )
    session.add(survey)
    session.flush()
    _note(session, survey, "survey.create", by=by, now=now, keys=keys, slug=slug, kind=kind)
    return survey


def publish_version(
    session: Session,
    survey: Survey,
    document: Questionnaire,
    *,
    meaning: Literal["first", "same", "changed"],
    by: str,
    now: dt.datetime,
    keys: Keyring,
    note: str = "",
) -> SurveyVersion:
    """Freezes a document as the survey's next version.

    Raises ``version.faults`` (facts["faults"], every one), ``version.other_survey``, ``version.meaning``,
    ``survey.ended``.
    """
    if state(survey, now) in ("closed", "withdrawn"):
        raise SurveysError("survey.ended", state=state(survey, now))
    if document.key != survey.key or document.kind != survey.kind:
        raise SurveysError("version.other_survey", key=document.key, kind=document.kind)
    last = current_version(session, survey.id)
    if (meaning == "first") != (last is None):
        raise SurveysError("version.meaning", field="meaning", meaning=meaning)
    previous = questionnaire_of(last) if last is not None else None
    found = faults(document, previous=previous, complete=True)
    if found:
        raise SurveysError("version.faults", faults=list(found))
    version = SurveyVersion(
        id=new_id(),
        survey_id=survey.id,
        number=last.number + 1 if last is not None else 1,
        meaning=meaning,
        document=document.model_dump(mode="json", by_alias=True, exclude_none=True),
        published_at=now,
        published_by=by,
        note=note,
    )
    session.add(version)
    session.flush()
    facts = {"version": version.number, "meaning": meaning}
    _note(session, survey, "survey.publish_version", by=by, now=now, keys=keys, **facts)
    return version


def schedule(
    session: Session,
    survey: Survey,
    *,
    opens_at: dt.datetime,
    closes_at: dt.datetime,
    withdraw_until: dt.date | None,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> None:
    """Sets the window. Once open, the opening stays, closing now is :func:`close`, a promise is only widened.

    Raises ``survey.no_version``, ``survey.ended``, ``survey.window``, ``survey.already_open``,
    ``survey.closes_in_past``, ``survey.withdraw_until_earlier``.
    """
    if current_version(session, survey.id) is None:
        raise SurveysError("survey.no_version")
    if closes_at <= opens_at:
        raise SurveysError("survey.window", field="closes_at")
    was = state(survey, now)
    if was in ("closed", "withdrawn"):
        raise SurveysError("survey.ended", state=was)
    if survey.opens_at is not None and now >= survey.opens_at:
        if opens_at != survey.opens_at:
            raise SurveysError("survey.already_open", field="opens_at")
        if closes_at <= now and closes_at != survey.closes_at:
            raise SurveysError("survey.closes_in_past", field="closes_at")
        promised = survey.withdraw_until
        if promised is not None and (withdraw_until is None or withdraw_until < promised):
            raise SurveysError("survey.withdraw_until_earlier", field="withdraw_until", promised=promised)
    survey.opens_at, survey.closes_at, survey.withdraw_until = opens_at, closes_at, withdraw_until
    _moved(session, survey, now)
    facts = {
        "opens_at": opens_at.astimezone(dt.UTC).isoformat(),
        "closes_at": closes_at.astimezone(dt.UTC).isoformat(),
        "withdraw_until": withdraw_until.isoformat() if withdraw_until else "",
    }
    _note(session, survey, "survey.schedule", by=by, now=now, keys=keys, **facts)


def close(session: Session, survey: Survey, *, reason: str, by: str, now: dt.datetime, keys: Keyring) -> None:
    """Closes an open survey at this moment; open drafts keep their hour. Raises ``survey.not_open``."""
    given = _reason(reason)
    if state(survey, now) not in ("open", "paused") or survey.opens_at is None or now <= survey.opens_at:
        raise SurveysError("survey.not_open", state=state(survey, now))
    if survey.closes_at is None or now < survey.closes_at:
        survey.closes_at = now
    _moved(session, survey, now)
    _note(session, survey, "survey.close", by=by, now=now, keys=keys, reason=_kept(session, given, by, now))


def pause(session: Session, survey: Survey, *, reason: str, by: str, now: dt.datetime, keys: Keyring) -> None:
    """Nobody can answer until :func:`resume`; drafts stay. Raises ``survey.not_open``."""
    given = _reason(reason)
    if state(survey, now) not in ("coming", "open", "grace"):
        raise SurveysError("survey.not_open", state=state(survey, now))
    survey.paused_at = now
    _moved(session, survey, now)
    _note(session, survey, "survey.pause", by=by, now=now, keys=keys, reason=_kept(session, given, by, now))


def resume(
    session: Session, survey: Survey, *, reason: str, by: str, now: dt.datetime, keys: Keyring
) -> None:
    """Ends a pause; the closing moment stays as it was. Raises ``survey.not_paused``."""
    given = _reason(reason)
    if survey.paused_at is None:
        raise SurveysError("survey.not_paused", state=state(survey, now))
    survey.paused_at = None
    _moved(session, survey, now)
    _note(session, survey, "survey.resume", by=by, now=now, keys=keys, reason=_kept(session, given, by, now))


def reopen(
    session: Session,
    survey: Survey,
    *,
    closes_at: dt.datetime,
    withdraw_until: dt.date | None,
    reason: str,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> None:
    """Takes answers again after closing. Whether results are out already is for the caller to know.

    Raises ``survey.not_closed``, ``survey.closes_in_past``, ``survey.withdraw_until_earlier``,
    ``reason.missing``.
    """
    given = _reason(reason)
    if state(survey, now) not in ("closed", "grace"):
        raise SurveysError("survey.not_closed", state=state(survey, now))
    if closes_at <= now:
        raise SurveysError("survey.closes_in_past", field="closes_at")
    promised = survey.withdraw_until
    if promised is not None and (withdraw_until is None or withdraw_until < promised):
        raise SurveysError("survey.withdraw_until_earlier", field="withdraw_until", promised=promised)
    survey.closes_at, survey.withdraw_until, survey.paused_at = closes_at, withdraw_until, None
    _moved(session, survey, now)
    facts = {"closes_at": closes_at.astimezone(dt.UTC).isoformat(), "reason": _kept(session, given, by, now)}
    _note(session, survey, "survey.reopen", by=by, now=now, keys=keys, **facts)


def withdraw_survey(
    session: Session, survey: Survey, *, reason: str, by: str, now: dt.datetime, keys: Keyring
) -> None:
    """Takes the survey back for good; what was answered stays until erased. Raises ``survey.ended``."""
    given = _reason(reason)
    if survey.withdrawn_at is not None:
        raise SurveysError("survey.ended", state="withdrawn")
    survey.withdrawn_at = now
    _moved(session, survey, now)
    _note(
        session, survey, "survey.withdraw", by=by, now=now, keys=keys, reason=_kept(session, given, by, now)
    )


def _moved(session: Session, survey: Survey, now: dt.datetime) -> None:
    """Stores the window and keeps it for those who look back; the row just changed holds others off."""
    session.flush()
    last = session.scalar(select(func.max(SurveyWindow.number)).where(SurveyWindow.survey_id == survey.id))
    stands = {name: getattr(survey, name) for name in WINDOW}
    session.add(SurveyWindow(survey_id=survey.id, number=(last or 0) + 1, at=now, **stands))
    session.flush()


def _reason(reason: str) -> str:
    """An officer's reason, required. Raises ``reason.missing``."""
    given = reason.strip()
    if not given:
        raise SurveysError("reason.missing", field="reason")
    return given


def _kept(session: Session, reason: str, by: str, now: dt.datetime) -> str:
    return audit.keep_reason(session, reason, by=by, now=now)


def _note(
    session: Session,
    survey: Survey,
    action: str,
    *,
    by: str,
    now: dt.datetime,
    keys: Keyring,
    **facts: object,
) -> None:
    audit.record(
        session, actor=by, action=action, subject=f"survey:{survey.id}", facts=facts, now=now, keys=keys
    )

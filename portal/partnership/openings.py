"""Opening a consultation, and all that changes when people can answer, with the reason they are told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.partnership import approvals, editing, gates, instruments, readiness
from portal.partnership.checklist import Holders
from portal.partnership.rounds import LONDON, Round, RoundSurvey, add_survey, last_day, note
from surveys import surveys
from surveys.db import Base, UTCDateTime, append_only, as_of, new_id
from surveys.errors import SurveysError
from surveys.results import releases
from surveys.sealing import Keyring
from surveys.surveys import Survey

MOST_REASON = 500


class RoundChange(Base):
    """A change of what people were promised, with its reason: it shows on the public page for good."""

    __tablename__ = "round_change"
    __table_args__ = (
        CheckConstraint(
            "what IN ('extended', 'closed-early', 'paused', 'resumed', 'reopened', 'withdrawn', 'language')",
            name="what",
        ),
        CheckConstraint("reason <> ''", name="reason"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=new_id)
    round_id: Mapped[str] = mapped_column(ForeignKey("round.id"), index=True)
    what: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text)
    was: Mapped[dt.date | None]
    """The last day as it was promised before."""
    becomes: Mapped[dt.date | None]
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


append_only(RoundChange.__table__)


class ChangeWords(Base):
    """One wording of a change's reason in another language of the site; the newest shows."""

    __tablename__ = "round_change_wording"
    __table_args__ = (CheckConstraint("words <> ''", name="words"),)

    change_id: Mapped[str] = mapped_column(ForeignKey("round_change.id"), primary_key=True)
    locale: Mapped[str] = mapped_column(String(10), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """From 1 on. Where the first is a later one, those before it were not kept."""
    words: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


append_only(ChangeWords.__table__)


def say_reason(
    session: Session,
    change: RoundChange,
    locale: str,
    words: str,
    *,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> None:
    """Gives the reason in another language. Raises "record.missing", "record.too_long"."""
    given = words.strip()
    if not given:
        raise SurveysError("record.missing", field="words")
    if len(given) > MOST_REASON:
        raise SurveysError("record.too_long", field="words", most=MOST_REASON)
    round_ = session.get_one(Round, change.round_id, with_for_update=True)
    mine = (ChangeWords.change_id == change.id, ChangeWords.locale == locale)
    last = session.scalar(select(ChangeWords).where(*mine).order_by(ChangeWords.number.desc()).limit(1))
    if last is not None and last.words == given:
        return
    number = last.number + 1 if last is not None else 1
    session.add(ChangeWords(change_id=change.id, locale=locale, number=number, words=given, by=by, at=now))
    session.flush()
    facts = {"translated": change.id, "locale": locale}
    note(session, round_, "round.reason_translated", facts, by=by, now=now, keys=keys)


def reasons_in(session: Session, round_id: str, locale: str) -> dict[str, str]:
    """The reasons of a round's changes that were given in this language, by change."""
    until = as_of(session)
    return {
        one.change_id: one.words
        for one in wordings_of(session, round_id)
        if one.locale == locale and (until is None or one.at <= until)
    }


def wordings_of(session: Session, round_id: str) -> tuple[ChangeWords, ...]:
    """Every wording of every reason in every other language, the first ones first."""
    wanted = (
        select(ChangeWords)
        .join(RoundChange, RoundChange.id == ChangeWords.change_id)
        .where(RoundChange.round_id == round_id)
    )
    return tuple(session.scalars(wanted.order_by(ChangeWords.number)))


def changes_of(session: Session, round_id: str) -> tuple[RoundChange, ...]:
    """Oldest first."""
    wanted = select(RoundChange).where(RoundChange.round_id == round_id).order_by(RoundChange.at)
    until = as_of(session)
    if until is not None:
        wanted = wanted.where(RoundChange.at <= until)
    return tuple(session.scalars(wanted))


# Opening --------------------------------------------------------------------------------------------------


def launch(
    session: Session,
    round_: Round,
    *,
    holders: Holders,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> tuple[Survey, ...]:
    """Publishes the words and the questions and sets the dates; the clock opens it.

    Languages nobody has checked are not offered; one that lacks words is left out of the document.
    Raises "round.launched", "round.not_ready" (``lines``), "approval.own" when who approved it opens it.
    """
    session.refresh(round_, with_for_update=True)
    if round_.launched_at is not None:
        raise SurveysError("round.launched")
    readiness.demand(session, round_, now, holders)
    approval = approvals.valid(session, round_)
    if approval is not None and approval.way == "account" and approval.by == by:
        raise SurveysError("approval.own")
    working = editing.working(session, "round", round_.slug)
    facts = working.facts if working else {}
    opens, closes = (dt.date.fromisoformat(str(facts[name])) for name in ("opens", "closes"))
    withdraw_days = int(facts.get("withdraw_days", 14))
    editing.publish(session, "round", round_.slug, by=by, now=now, keys=keys)
    places = instruments.places_now(session)
    published = []
    for one in instruments.of_round(session, round_):
        survey = one.survey or instruments.publish(session, round_, one, places, by=by, now=now, keys=keys)
        add_survey(session, round_, survey, audience=one.audience, by=by, now=now, keys=keys)
        surveys.schedule(
            session,
            survey,
            opens_at=dt.datetime.combine(opens, dt.time(), LONDON).astimezone(dt.UTC),
            closes_at=surveys.closing_moment(closes),
            withdraw_until=closes + dt.timedelta(days=withdraw_days),
            by=by,
            now=now,
            keys=keys,
        )
        published.append(survey)
    round_.launched_at, round_.launched_by = now, by
    session.flush()
    facts_of = {"opens": opens.isoformat(), "closes": closes.isoformat(), "surveys": len(published)}
    note(session, round_, "round.launched", facts_of, by=by, now=now, keys=keys)
    return tuple(published)


def offer_language(
    session: Session, round_: Round, locale: str, *, by: str, now: dt.datetime, keys: Keyring
) -> int:
    """Offers a language in every survey of an opened round that has all its words; says in how many.

    Raises "language.unchecked" before a named speaker has checked it, "language.not_there" when no survey
    has its words.
    """
    check = gates.language_checks_of(session, round_).get(locale)
    if check is None:
        raise SurveysError("language.unchecked", locale=locale)
    added = instruments.offer_language(
        session, round_, locale, speaker=check.speaker, by=by, now=now, keys=keys
    )
    if not added:
        raise SurveysError("language.not_there", locale=locale)
    _change(session, round_, "language", locale, None, None, by=by, now=now, keys=keys)
    return added


# Changing the dates ---------------------------------------------------------------------------------------


def extend(
    session: Session,
    round_: Round,
    closes: dt.date,
    *,
    reason: str,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> None:
    """Gives people longer. Raises "round.not_open", "round.earlier", "reason.missing"."""
    given = _reason(reason)
    open_ones = _in_state(session, round_, now, ("coming", "open", "paused"))
    was = _last_day(open_ones)
    if was is None or closes <= was:
        raise SurveysError("round.earlier", field="closes", was=was)
    for survey in open_ones:
        surveys.schedule(
            session,
            survey,
            opens_at=_set(survey.opens_at),
            closes_at=surveys.closing_moment(closes),
            withdraw_until=_later(survey, closes),
            by=by,
            now=now,
            keys=keys,
        )
    _change(session, round_, "extended", given, was, closes, by=by, now=now, keys=keys)


def close_early(
    session: Session, round_: Round, *, reason: str, by: str, now: dt.datetime, keys: Keyring
) -> None:
    """Closes now; people in the middle of answering keep their hour. Raises "round.not_open"."""
    given = _reason(reason)
    open_ones = _in_state(session, round_, now, ("open", "paused"))
    was = _last_day(open_ones)
    for survey in open_ones:
        surveys.close(session, survey, reason=given, by=by, now=now, keys=keys)
    _change(session, round_, "closed-early", given, was, _today(now), by=by, now=now, keys=keys)


def pause(session: Session, round_: Round, *, reason: str, by: str, now: dt.datetime, keys: Keyring) -> None:
    """Nobody can answer until it goes on; drafts stay. Raises "round.not_open"."""
    given = _reason(reason)
    for survey in _in_state(session, round_, now, ("coming", "open", "grace")):
        surveys.pause(session, survey, reason=given, by=by, now=now, keys=keys)
    _change(session, round_, "paused", given, None, None, by=by, now=now, keys=keys)


def resume(session: Session, round_: Round, *, reason: str, by: str, now: dt.datetime, keys: Keyring) -> None:
    """Ends a pause; the last day stays as promised. Raises "round.not_open"."""
    given = _reason(reason)
    for survey in _in_state(session, round_, now, ("paused",)):
        surveys.resume(session, survey, reason=given, by=by, now=now, keys=keys)
    _change(session, round_, "resumed", given, None, None, by=by, now=now, keys=keys)


def reopen(
    session: Session,
    round_: Round,
    closes: dt.date,
    *,
    reason: str,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> None:
    """Opens what has closed again, until the first results are out.

    Raises "round.not_closed", "round.released", "round.earlier", "reason.missing".
    """
    given = _reason(reason)
    closed = [one for one in _surveys(session, round_) if surveys.state(one, now) in ("closed", "grace")]
    if not closed:
        raise SurveysError("round.not_closed")
    if any(releases.current(session, survey.id) is not None for survey in closed):
        raise SurveysError("round.released")
    was = _last_day(closed)
    if surveys.closing_moment(closes) <= now:
        raise SurveysError("round.earlier", field="closes", was=was)
    for survey in closed:
        surveys.reopen(
            session,
            survey,
            closes_at=surveys.closing_moment(closes),
            withdraw_until=_later(survey, closes),
            reason=given,
            by=by,
            now=now,
            keys=keys,
        )
    _change(session, round_, "reopened", given, was, closes, by=by, now=now, keys=keys)


def withdraw(
    session: Session, round_: Round, *, reason: str, by: str, now: dt.datetime, keys: Keyring
) -> None:
    """Takes the consultation back for good. What was answered is kept. Raises "round.not_open"."""
    given = _reason(reason)
    there = [
        one for one in _surveys(session, round_) if one.withdrawn_at is None and one.opens_at is not None
    ]
    if not there:
        raise SurveysError("round.not_open")
    was = _last_day(there)
    for survey in there:
        surveys.withdraw_survey(session, survey, reason=given, by=by, now=now, keys=keys)
    _change(session, round_, "withdrawn", given, was, None, by=by, now=now, keys=keys)


def _surveys(session: Session, round_: Round) -> list[Survey]:
    wanted = (
        select(Survey)
        .join(RoundSurvey, RoundSurvey.survey_id == Survey.id)
        .where(RoundSurvey.round_id == round_.id)
        .order_by(RoundSurvey.position)
    )
    return list(session.scalars(wanted))


def _in_state(session: Session, round_: Round, now: dt.datetime, states: Iterable[str]) -> list[Survey]:
    wanted = tuple(states)
    found = [one for one in _surveys(session, round_) if surveys.state(one, now) in wanted]
    if not found:
        raise SurveysError("round.not_open")
    return found


def _last_day(found: Iterable[Survey]) -> dt.date | None:
    moments = [one.closes_at for one in found if one.closes_at is not None]
    return last_day(max(moments)) if moments else None


def _later(survey: Survey, closes: dt.date) -> dt.date | None:
    """The promise to take answers back keeps its length after the new last day, and is never shortened."""
    promised = survey.withdraw_until
    if promised is None or survey.closes_at is None:
        return promised
    return max(promised, closes + (promised - last_day(survey.closes_at)))


def _set(moment: dt.datetime | None) -> dt.datetime:
    if moment is None:
        raise SurveysError("round.not_open")
    return moment


def _today(now: dt.datetime) -> dt.date:
    return now.astimezone(LONDON).date()


def _reason(reason: str) -> str:
    given = reason.strip()
    if not given:
        raise SurveysError("reason.missing", field="reason")
    if len(given) > MOST_REASON:
        raise SurveysError("record.too_long", field="reason", most=MOST_REASON)
    return given


def _change(
    session: Session,
    round_: Round,
    what: str,
    reason: str,
    was: dt.date | None,
    becomes: dt.date | None,
    *,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> None:
    made = RoundChange(round_id=round_.id, what=what, reason=reason, was=was, becomes=becomes, by=by, at=now)
    session.add(made)
    session.flush()
    facts = {
        "change": made.id,
        "was": was.isoformat() if was else "",
        "becomes": becomes.isoformat() if becomes else "",
    }
    note(session, round_, f"round.{what.replace('-', '_')}", facts, by=by, now=now, keys=keys)

"""Responses: sending answers once and only once, receipts, and what is known of a response afterwards.

The rows, drafts, change log, fieldwork ticks and throttling live beside this module and are offered here too.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NoReturn, cast

from sqlalchemy import Connection, Table, func, insert, select
from sqlalchemy.orm import Session

from surveys import changes, drafts, receipts
from surveys.attempts import CodeAttempt, caller, forget_attempts, missed, throttle
from surveys.changes import Change, Watermark, ahead_of, changes_since, standing, trim_changes
from surveys.db import new_id, rows_changed, upserting
from surveys.drafts import (
    Draft,
    DraftState,
    discard,
    expire_drafts,
    give_return_code,
    open_draft,
    resume,
    save,
    start,
)
from surveys.errors import SurveysError
from surveys.fieldwork import Tick, fold_ticks, pages_saved, tick
from surveys.questionnaire.codebook import codebook_of
from surveys.questionnaire.model import Answer, Answers, Questionnaire
from surveys.questionnaire.routing import prune
from surveys.receipts import normalise, recognise
from surveys.records import RESPONSE, Comment, Participant, Response, ResponseSign
from surveys.sealing import Keyring
from surveys.surveys import Survey, SurveyVersion, london_day
from surveys.surveys import state as survey_state

__all__ = [
    "RESPONSE",
    "Change",
    "CodeAttempt",
    "Comment",
    "Draft",
    "DraftState",
    "Participant",
    "Receipt",
    "ReceiptStatus",
    "Response",
    "Tick",
    "Watermark",
    "ahead_of",
    "caller",
    "changes_since",
    "coded",
    "confirmation",
    "counts",
    "discard",
    "expire_drafts",
    "find_receipt",
    "find_response",
    "fold_ticks",
    "forget_attempts",
    "give_return_code",
    "missed",
    "normalise",
    "open_draft",
    "pages_saved",
    "participants",
    "receipt_number",
    "recognise",
    "resume",
    "save",
    "standing",
    "start",
    "submit",
    "submit_direct",
    "throttle",
    "tick",
    "trim_changes",
]


COUNTED = {"preserve_rowcount": True}  # an INSERT's count of rows is otherwise lost on PostgreSQL
ADD_COMMENT = insert(cast(Table, Comment.__table__))
ADD_SIGN = insert(cast(Table, ResponseSign.__table__))
ADD_PARTICIPANT = insert(cast(Table, Participant.__table__))


@cache
def _add_response(insert_of: Any) -> Any:
    # No key is named: a repeat meets the submission's key and the receipt's at once, and whichever of the two
    # PostgreSQL looks at first while a twin is being stored must count as "already there".
    return insert_of(RESPONSE).on_conflict_do_nothing().execution_options(**COUNTED)


@dataclass(frozen=True)
class Receipt:
    """What a respondent is given. ``first`` is False when these answers had arrived already."""

    number: str
    survey_id: str
    first: bool
    submitted_on: dt.date


@dataclass(frozen=True)
class ReceiptStatus:
    """What a receipt number shows: that answers were received, never which."""

    survey: Survey
    submitted_on: dt.date
    withdraw_until: dt.date | None
    can_withdraw: bool


@dataclass(frozen=True)
class _Parts:
    """Pruned answers taken apart: what is coded, what is text, and who took part."""

    coded: dict[str, Answer]
    texts: list[tuple[str, str]]
    organisation: str


def receipt_number(keys: Keyring, survey: Survey, token: str) -> str:
    """The receipt number this draft token gets in this survey, "LX7Q-4TXD-9RWB"; always the same."""
    return receipts.receipt_number(keys, survey.receipt_prefix, token)


def submit(
    session: Session,
    survey: Survey,
    questionnaire: Questionnaire,
    state: DraftState,
    *,
    token: str,
    channel: str = "web",
    signs: Sequence[str] = (),
    keys: Keyring,
    now: dt.datetime,
) -> Receipt:
    """Sends a draft in one transaction; again, or at the same time, it gives the same receipt, no second row.

    ``signs`` ("fast", "trap") are noted beside the response; they change nothing else.
    Raises ``survey.not_open``, ``draft.stale``, ``draft.gone``, ``participant.missing``.
    """
    receipt = _file(
        session,
        survey,
        questionnaire,
        prune(
            questionnaire,
            state.answers,
            accepted=frozenset(state.accepted),
            declined=frozenset(state.declined),
        ),
        version_id=state.version_id,
        token=token,
        locale=state.locale,
        may_publish=bool(state.may_publish),
        channel=channel,
        signs=signs,
        keys=keys,
        now=now,
    )
    if receipt.first:
        hashed = receipts.receipt_hash(keys, receipt.number)
        drafts.mark_sent(session, state, token=token, receipt_hash=hashed, keys=keys, now=now)
    return receipt


def submit_direct(
    session: Session,
    survey: Survey,
    version: SurveyVersion,
    questionnaire: Questionnaire,
    answers: Answers,
    *,
    token: str,
    locale: str,
    may_publish: bool,
    channel: str = "web",
    signs: Sequence[str] = (),
    accepted: Collection[str] = frozenset(),
    received_on: dt.date | None = None,
    keys: Keyring,
    now: dt.datetime,
) -> Receipt:
    """Sends answers without a draft: a one-page survey's, or those of a paper form or a call.

    ``accepted``: the offered parts these answers include. ``received_on``: the London day on which somebody
    else's answers reached us; with a day before closing they are taken afterwards as well.
    Raises ``received.day`` for a day outside the survey's window, else as :func:`submit` does.
    """
    if received_on is not None and not _received_in_time(survey, received_on, now):
        raise SurveysError("received.day", field="received_on")
    return _file(
        session,
        survey,
        questionnaire,
        prune(questionnaire, answers, accepted=accepted),
        version_id=version.id,
        token=token,
        locale=locale,
        may_publish=may_publish,
        channel=channel,
        signs=signs,
        received_on=received_on,
        keys=keys,
        now=now,
    )


def _received_in_time(survey: Survey, day: dt.date, now: dt.datetime) -> bool:
    """Whether the day lies between opening and closing and not in the future."""
    if survey.opens_at is None or not london_day(survey.opens_at) <= day <= london_day(now):
        return False
    return survey.closes_at is None or day <= london_day(survey.closes_at - dt.timedelta(seconds=1))


def coded(questionnaire: Questionnaire, answers: Answers) -> dict[str, Answer]:
    """Pruned answers as they are stored beside the words: what was written is only True."""
    return _take_apart(questionnaire, answers).coded


def confirmation(
    session: Session, token: str, *, keys: Keyring, now: dt.datetime
) -> tuple[Receipt, DraftState] | None:
    """Receipt and answers of a draft sent in the last twenty minutes, for repeats and the printable copy."""
    sent = drafts.sent_draft(session, token, keys=keys, now=now)
    survey = session.get(Survey, sent[0].survey_id) if sent is not None else None
    if sent is None or survey is None:
        return None
    draft, sent_at = sent
    number = receipt_number(keys, survey, token)
    return Receipt(number, survey.id, first=False, submitted_on=london_day(sent_at)), draft


def find_response(session: Session, number: str, *, keys: Keyring) -> tuple[Survey, Response]:
    """The response a receipt number belongs to.

    Raises ``receipt.is_return_code`` (a return code was typed), ``receipt.malformed`` or ``receipt.unknown``.
    """
    shape = receipts.recognise(number)
    if shape != "receipt":
        code = "receipt.is_return_code" if shape == "return" else "receipt.malformed"
        raise SurveysError(code, field="number")
    prefix = normalise(number)[:2]
    survey = next((s for s in session.scalars(select(Survey)) if normalise(s.receipt_prefix) == prefix), None)
    found = None
    if survey is not None:
        hashed = receipts.receipt_hash(keys, number)
        found = session.scalar(
            select(Response).where(Response.survey_id == survey.id, Response.receipt_hash == hashed)
        )
    if survey is None or found is None:
        raise SurveysError("receipt.unknown", field="number")
    return survey, found


def find_receipt(session: Session, number: str, *, keys: Keyring, now: dt.datetime) -> ReceiptStatus:
    """Status only, never an answer. Raises as :func:`find_response` does."""
    survey, response = find_response(session, number, keys=keys)
    until = survey.withdraw_until
    return ReceiptStatus(
        survey=survey,
        submitted_on=response.submitted_on,
        withdraw_until=until,
        can_withdraw=until is not None and london_day(now) <= until,
    )


def counts(session: Session, survey_id: str) -> int:
    """How many responses to the survey count."""
    query = select(func.count()).where(RESPONSE.c.survey_id == survey_id, RESPONSE.c.status == "counted")
    return session.scalar(query) or 0


def participants(session: Session, survey_id: str, *, keys: Keyring) -> dict[str, str]:
    """Who took part in a named survey: participant id to organisation."""
    rows = session.scalars(select(Participant).where(Participant.survey_id == survey_id))
    return {row.id: keys.open(row.key_id, row.sealed) for row in rows}


def _file(
    session: Session,
    survey: Survey,
    questionnaire: Questionnaire,
    answers: Answers,
    *,
    version_id: str,
    token: str,
    locale: str,
    may_publish: bool,
    channel: str,
    signs: Sequence[str],
    received_on: dt.date | None = None,
    keys: Keyring,
    now: dt.datetime,
) -> Receipt:
    """Stores pruned answers under the token's unique key, or finds what is stored there already."""
    session.flush()
    submission_hash = receipts.submission_hash(keys, token)
    number = receipt_number(keys, survey, token)
    taking = ("open", "grace") if received_on is None else ("open", "grace", "closed")
    if survey_state(survey, now) not in taking:
        return _stored(session, survey, submission_hash, number) or _refuse(survey, now)
    parts = _take_apart(questionnaire, answers)
    if survey.kind == "named" and not parts.organisation:
        raise SurveysError("participant.missing")
    response_id, today = new_id(), received_on or london_day(now)
    row = {
        "survey_id": survey.id,
        "id": response_id,
        "survey_kind": survey.kind,
        "version_id": version_id,
        "submission_hash": submission_hash,
        "receipt_hash": receipts.receipt_hash(keys, number),
        "participant_id": new_id() if survey.kind == "named" else None,
        "answers": parts.coded,
        "packed": codebook_of(questionnaire).pack(parts.coded),
        "record_key": secrets.randbelow(256),
        "channel": channel,
        "locale": locale,
        "submitted_on": today,
        "may_publish": may_publish and questionnaire.asks_permission,
        "status": "counted",
    }
    connection = session.connection()  # plain statements: the session would add its own work to each
    added = connection.execute(_add_response(upserting(connection)), row)
    if not rows_changed(added):
        return _stored(session, survey, submission_hash, number) or _taken()
    _add_words(connection, row, parts, keys)
    for sign in sorted(set(signs)):
        connection.execute(ADD_SIGN, {"survey_id": survey.id, "response_id": response_id, "sign": sign})
    changes.record(connection, survey.id, response_id, "submit")
    return Receipt(number, survey.id, first=True, submitted_on=today)


def _take_apart(questionnaire: Questionnaire, answers: Answers) -> _Parts:
    """Texts become True in the coded answers; the name in a named survey becomes the participant."""
    kinds = _text_kinds(questionnaire)
    coded: dict[str, Answer] = {}
    texts: list[tuple[str, str]] = []
    organisation = ""
    for item, value in answers.items():
        kind = "text" if "." in item else kinds.get(item)
        if kind is None or value is None:
            coded[item] = value
            continue
        words = value if isinstance(value, str) else ""
        coded[item] = True if words else None
        if kind == "name":
            organisation = words
        elif words:
            texts.append((item, words))
    return _Parts(coded, texts, organisation)


def _text_kinds(questionnaire: Questionnaire) -> dict[str, str]:
    """Question id to "text" or, in a named survey, "name"; found once per document."""
    known: dict[str, str] | None = questionnaire.compiled.get("text_kinds")
    if known is None:
        named = questionnaire.kind == "named"
        known = questionnaire.compiled["text_kinds"] = {
            question.id: "name" if named and getattr(question, "names", False) else "text"
            for question in questionnaire.questions
            if question.kind in ("short-text", "long-text")
        }
    return known


def _add_words(connection: Connection, row: Mapping[str, Any], parts: _Parts, keys: Keyring) -> None:
    """The sealed rows of a response: one comment per text, and the participant of a named survey."""
    survey_id = row["survey_id"]
    if row["participant_id"] is not None:
        key_id, sealed = keys.seal(parts.organisation)
        who = {"survey_id": survey_id, "id": row["participant_id"], "survey_kind": "named"}
        connection.execute(ADD_PARTICIPANT, who | {"key_id": key_id, "sealed": sealed})
    comments = []
    for item, words in parts.texts:
        key_id, sealed = keys.seal(words)
        comments.append(
            {
                "survey_id": survey_id,
                "id": new_id(),
                "response_id": row["id"],
                "item": item,
                "sealed": sealed,
                "key_id": key_id,
                "locale": row["locale"],
                "state": "waiting",
                "submitted_on": row["submitted_on"],
            }
        )
    if comments:
        connection.execute(ADD_COMMENT, comments)


def _stored(session: Session, survey: Survey, submission_hash: bytes, number: str) -> Receipt | None:
    day = session.scalar(
        select(RESPONSE.c.submitted_on).where(
            RESPONSE.c.survey_id == survey.id, RESPONSE.c.submission_hash == submission_hash
        )
    )
    return None if day is None else Receipt(number, survey.id, first=False, submitted_on=day)


def _taken() -> NoReturn:
    """Another person's answers have this receipt number (about 1 in 10^15 pairs), or were just taken back."""
    raise SurveysError("receipt.taken")


def _refuse(survey: Survey, now: dt.datetime) -> NoReturn:
    raise SurveysError("survey.not_open", state=survey_state(survey, now))

"""Paper, phone and face-to-face answers typed in by officers: batches, form numbers, a sample typed twice.

A form's number is kept apart from its answers: a batch knows only how many forms were typed, spoiled and
checked. The one exception ends with the second typing: a form drawn into the sample points at its response
until the comparison is made, and the second copy is never stored.
"""

from __future__ import annotations

import datetime as dt
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    String,
    UniqueConstraint,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from surveys import audit, receipts, responses
from surveys.db import Base, new_id, rows_changed
from surveys.errors import SurveysError
from surveys.questionnaire.checking import Checked, Raw, check_form
from surveys.questionnaire.model import Answer, Answers, Questionnaire
from surveys.questionnaire.routing import prune, walk
from surveys.records import RESPONSE
from surveys.results import releases
from surveys.sealing import Keyring
from surveys.surveys import Survey, SurveyVersion, london_day

CHANNELS = ("paper", "phone", "face", "sheet")
"""Forms sent in or collected; calls; conversations; an organisation's spreadsheet."""
SPOILED = ("blank", "unreadable", "twice", "too-young", "late", "other")
NUMBER = re.compile(r"^[0-9A-Z][0-9A-Z/-]{0,19}$")
SAMPLE_EVERY = 10
"""One form in so many is typed twice, unless the batch says otherwise."""
COMPARE_WITHIN = dt.timedelta(days=30)
"""After this a form of the sample that nobody typed again stops pointing at its response."""


class Batch(Base):
    """Forms that came one way. ``issued`` and ``returned`` are counted by hand, the rest while typing."""

    __tablename__ = "form_batch"
    __table_args__ = (
        UniqueConstraint("survey_id", "name"),
        CheckConstraint("channel IN ('paper', 'phone', 'face', 'sheet')", name="channel"),
        CheckConstraint("issued >= 0 AND returned >= 0 AND returned <= issued", name="counted"),
        CheckConstraint("sample_every >= 1", name="sample"),
        CheckConstraint("0 <= differences AND differences <= compared", name="compared"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=new_id)
    survey_id: Mapped[str] = mapped_column(ForeignKey("survey.id"))
    name: Mapped[str] = mapped_column(String(60))
    channel: Mapped[str] = mapped_column(String(10))
    issued: Mapped[int] = mapped_column(default=0)
    returned: Mapped[int] = mapped_column(default=0)
    sample_every: Mapped[int] = mapped_column(default=SAMPLE_EVERY)
    twice: Mapped[int] = mapped_column(default=0)
    """Forms that were typed a second time."""
    compared: Mapped[int] = mapped_column(default=0)
    """Answers of those forms that were compared, and in ``differences`` those that were not the same."""
    differences: Mapped[int] = mapped_column(default=0)
    made_on: Mapped[dt.date] = mapped_column(Date)
    made_by: Mapped[str] = mapped_column(String(80))


class PaperForm(Base):
    """A form's number and what became of the form: nothing of what it says."""

    __tablename__ = "paper_form"
    __table_args__ = (
        CheckConstraint("state IN ('keyed', 'spoiled')", name="state"),
        CheckConstraint("(state = 'spoiled') = (reason <> '')", name="reason"),
        {"sqlite_with_rowid": False},
    )

    survey_id: Mapped[str] = mapped_column(ForeignKey("survey.id"), primary_key=True)
    number: Mapped[str] = mapped_column(String(20), primary_key=True)
    batch_id: Mapped[str] = mapped_column(ForeignKey("form_batch.id"))
    state: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str] = mapped_column(String(12), default="")


class FirstTyping(Base):
    """A form of the sample that waits for its second typing; gone with the comparison or the response."""

    __tablename__ = "first_typing"
    __table_args__ = (
        ForeignKeyConstraint(["survey_id", "number"], ["paper_form.survey_id", "paper_form.number"]),
        ForeignKeyConstraint(
            ["survey_id", "response_id"], ["response.survey_id", "response.id"], ondelete="CASCADE"
        ),
        {"sqlite_with_rowid": False},
    )

    survey_id: Mapped[str] = mapped_column(String(22), primary_key=True)
    number: Mapped[str] = mapped_column(String(20), primary_key=True)
    response_id: Mapped[str] = mapped_column(String(22))
    until: Mapped[dt.date] = mapped_column(Date)


@dataclass(frozen=True)
class Reckoning:
    """One batch reconciled. ``left``: returned, not typed nor spoiled; below zero, a count is wrong."""

    batch: Batch
    keyed: int
    spoiled: int
    waiting: tuple[str, ...]
    """Numbers of the forms to type a second time."""

    @property
    def left(self) -> int:
        return self.batch.returned - self.keyed - self.spoiled

    @property
    def error_rate(self) -> float | None:
        """Share of compared answers that differed, from 0 to 1; None before anything was compared."""
        return self.batch.differences / self.batch.compared if self.batch.compared else None


@dataclass(frozen=True)
class Keyed:
    """What came of typing a form. ``sampled``: it is to be typed again, by somebody else if possible."""

    receipt: responses.Receipt
    sampled: bool


@dataclass(frozen=True)
class Difference:
    question: str
    first: Answer
    second: Answer


@dataclass(frozen=True)
class Comparison:
    compared: int
    differences: tuple[Difference, ...]


# Batches --------------------------------------------------------------------------------------------------


def open_batch(
    session: Session,
    survey: Survey,
    *,
    name: str,
    channel: str,
    issued: int,
    returned: int,
    sample_every: int = SAMPLE_EVERY,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> Batch:
    """A batch of forms of one survey. Raises ``batch.name``, ``batch.exists``, ``batch.counts``."""
    tidy = " ".join(name.split())
    if not 0 < len(tidy) <= 60:
        raise SurveysError("batch.name", field="name")
    if channel not in CHANNELS:
        raise SurveysError("batch.channel", field="channel")
    _counts(issued, returned)
    taken = select(Batch.id).where(Batch.survey_id == survey.id, Batch.name == tidy)
    if session.scalar(taken) is not None:
        raise SurveysError("batch.exists", field="name")
    batch = Batch(
        survey_id=survey.id, name=tidy, channel=channel, issued=issued, returned=returned,
        sample_every=max(1, sample_every), made_on=london_day(now), made_by=by,
    )  # fmt: skip
    session.add(batch)
    session.flush()
    _note(session, batch, "batch.opened", {"channel": channel}, by, now, keys)
    return batch


def count_batch(
    session: Session, batch: Batch, *, issued: int, returned: int, by: str, now: dt.datetime, keys: Keyring
) -> None:
    """Corrects how many forms went out and came back. Raises ``batch.counts``."""
    _counts(issued, returned)
    was = {"issued_was": batch.issued, "returned_was": batch.returned}
    batch.issued, batch.returned = issued, returned
    session.flush()
    _note(session, batch, "batch.counted", was | {"issued": issued, "returned": returned}, by, now, keys)


def _counts(issued: int, returned: int) -> None:
    if not 0 <= returned <= issued:
        raise SurveysError("batch.counts", field="returned")


# Typing ---------------------------------------------------------------------------------------------------


def check(questionnaire: Questionnaire, raw: Raw) -> Checked:
    """What was typed from a form that shows every question, by the rules of the web.

    A question left blank is a fault only where this person was meant to answer it.
    """
    checked = check_form(raw, questionnaire=questionnaire)
    route = walk(questionnaire, checked.answers, accepted=_parts(questionnaire))
    meant = {question for asked in route.asked.values() for question in asked}
    problems = tuple(one for one in checked.problems if one.question in meant or _typed(raw, one.question))
    return Checked(checked.answers, problems)


def _typed(raw: Raw, question: str) -> bool:
    return any(raw.get(name) for name in raw if name.partition(".")[0] == question)


def stops(questionnaire: Questionnaire, answers: Answers) -> str:
    """The stop or hand-over these answers lead to, by name; empty when they lead to sending."""
    ends = [s for s in walk(questionnaire, answers, accepted=_parts(questionnaire)).steps if s.kind in ENDS]
    return ends[0].id if ends else ""


ENDS = ("stop", "hand-over")


def key_form(
    session: Session,
    batch: Batch,
    survey: Survey,
    version: SurveyVersion,
    questionnaire: Questionnaire,
    answers: Answers,
    *,
    number: str,
    token: str,
    locale: str,
    may_publish: bool,
    received_on: dt.date,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> Keyed:
    """Sends one form's answers once. The same ``token`` again gives the same receipt and changes nothing.

    Raises ``form.number``, ``form.there`` (typed or spoiled already), ``form.stopped`` (these answers end the
    survey early), ``form.released`` (the results are out), or as ``responses.submit_direct`` does.
    """
    number = _number(number)
    if releases.current(session, survey.id) is not None:
        raise SurveysError("form.released")
    if end := stops(questionnaire, answers):
        raise SurveysError("form.stopped", stop=end)
    receipt = responses.submit_direct(
        session, survey, version, questionnaire, answers, token=token, locale=locale,
        may_publish=may_publish, channel=batch.channel, accepted=_parts(questionnaire),
        received_on=received_on, keys=keys, now=now,
    )  # fmt: skip
    if not receipt.first:
        return Keyed(receipt, sampled=False)
    _file(session, batch, number, "keyed", "")
    sampled = secrets.randbelow(batch.sample_every) == 0
    if sampled:
        hashed = receipts.submission_hash(keys, token)
        mine = (RESPONSE.c.survey_id == survey.id, RESPONSE.c.submission_hash == hashed)
        response_id = session.scalar(select(RESPONSE.c.id).where(*mine))
        values = {"survey_id": survey.id, "number": number, "response_id": response_id}
        session.execute(insert(FirstTyping), values | {"until": london_day(now) + COMPARE_WITHIN})
    _note(session, batch, "form.keyed", {}, by, now, keys)
    return Keyed(receipt, sampled)


def spoil(
    session: Session, batch: Batch, *, number: str, reason: str, by: str, now: dt.datetime, keys: Keyring
) -> None:
    """Puts a form aside that cannot be typed. Raises ``form.number``, ``form.there``, ``reason.unknown``."""
    if reason not in SPOILED:
        raise SurveysError("reason.unknown", field="reason")
    _file(session, batch, _number(number), "spoiled", reason)
    _note(session, batch, "form.spoiled", {"reason": reason}, by, now, keys)


def key_again(
    session: Session,
    batch: Batch,
    questionnaire: Questionnaire,
    answers: Answers,
    *,
    number: str,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> Comparison:
    """Compares a form's second typing with the first, adds to the batch's error rate, and forgets the link.

    The second copy is not stored; texts are compared only as written or not. Raises ``form.not_waiting``.
    """
    number = _number(number)
    mine = (FirstTyping.survey_id == batch.survey_id, FirstTyping.number == number)
    found = session.scalar(
        select(RESPONSE.c.answers)
        .join(FirstTyping, FirstTyping.response_id == RESPONSE.c.id)
        .where(RESPONSE.c.survey_id == batch.survey_id, *mine)
    )
    if found is None or not rows_changed(session.execute(delete(FirstTyping).where(*mine))):
        raise SurveysError("form.not_waiting", field="number")
    second = responses.coded(questionnaire, prune(questionnaire, answers, accepted=_parts(questionnaire)))
    comparison = compare(found, second)
    session.execute(
        update(Batch)
        .where(Batch.id == batch.id)
        .values(
            twice=Batch.twice + 1,
            compared=Batch.compared + comparison.compared,
            differences=Batch.differences + len(comparison.differences),
        )
    )
    session.refresh(batch)
    facts = {"compared": comparison.compared, "differences": len(comparison.differences)}
    _note(session, batch, "form.compared", facts, by, now, keys)
    return comparison


def compare(first: Mapping[str, Answer], second: Mapping[str, Answer]) -> Comparison:
    """Answer by answer over every question either copy was asked."""
    asked = [*first, *(name for name in second if name not in first)]
    different = [
        Difference(name, first.get(name), second.get(name))
        for name in asked
        if first.get(name) != second.get(name)
    ]
    return Comparison(len(asked), tuple(different))


def forget_links(session: Session, now: dt.datetime) -> int:
    """Unties the forms of the sample that nobody typed again in time; says how many."""
    old = delete(FirstTyping).where(FirstTyping.until < london_day(now))
    return rows_changed(session.execute(old))


# Reading --------------------------------------------------------------------------------------------------


def batches(session: Session, survey_id: str) -> tuple[Reckoning, ...]:
    """Every batch of a survey, reconciled, by name."""
    found = session.scalars(select(Batch).where(Batch.survey_id == survey_id).order_by(Batch.name))
    return tuple(reckon(session, batch) for batch in found)


def reckon(session: Session, batch: Batch) -> Reckoning:
    counted = {
        state: int(number)
        for state, number in session.execute(
            select(PaperForm.state, func.count())
            .where(PaperForm.batch_id == batch.id)
            .group_by(PaperForm.state)
        )
    }
    waiting = session.scalars(
        select(FirstTyping.number)
        .join(
            PaperForm,
            (PaperForm.survey_id == FirstTyping.survey_id) & (PaperForm.number == FirstTyping.number),
        )
        .where(PaperForm.batch_id == batch.id)
        .order_by(FirstTyping.number)
    )
    return Reckoning(batch, counted.get("keyed", 0), counted.get("spoiled", 0), tuple(waiting))


def _parts(questionnaire: Questionnaire) -> frozenset[str]:
    """Paper shows everything: every offered part counts as taken."""
    return frozenset(part.id for part in questionnaire.parts)


def _number(typed: str) -> str:
    number = typed.strip().upper()
    if not NUMBER.match(number):
        raise SurveysError("form.number", field="number")
    return number


def _file(session: Session, batch: Batch, number: str, state: str, reason: str) -> None:
    if session.get(PaperForm, (batch.survey_id, number)) is not None:
        raise SurveysError("form.there", field="number")
    values = {"survey_id": batch.survey_id, "number": number, "batch_id": batch.id}
    session.execute(insert(PaperForm), values | {"state": state, "reason": reason})


def _note(
    session: Session,
    batch: Batch,
    action: str,
    facts: Mapping[str, object],
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> None:
    audit.record(
        session, actor=by, action=action, subject=f"batch:{batch.id}", facts=facts, now=now, keys=keys
    )

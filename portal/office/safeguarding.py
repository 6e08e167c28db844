"""Concerns, for the safeguarding role only: the queue with its clocks, and one concern until its release."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable
from typing import Any

from flask import Response, abort, current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from portal.config import Settings
from portal.database import database, read_session, writing
from portal.forms.office import OfficeForm
from portal.forms.office.safeguarding import (
    CATEGORY_WORDS,
    CHANNEL_WORDS,
    OUTCOME_WORDS,
    RELEASE_WORDS,
    SOURCE_WORDS,
    Classify,
    Conclude,
    Release,
    Reveal,
    Tell,
)
from portal.i18n import SOURCE_LOCALE
from portal.office.blueprint import bp, fresh_sign_in, keys, now, officer, said, survey_title, whole
from portal.office.showing import visible
from portal.partnership import pages
from portal.reading import label
from surveys import erasure, surveys
from surveys.errors import SurveysError
from surveys.moderation import concerns, safeguarding
from surveys.moderation.concerns import Circumstances, Concern
from surveys.questionnaire.model import Questionnaire
from surveys.surveys import Survey, london_day

MEASURED = dt.timedelta(days=365)


@bp.get("/safeguarding", endpoint="safeguarding")
def concerns_queue() -> ResponseReturnValue:
    session, today = read_session(), london_day(now())
    closed = request.args.get("closed") == "yes"
    found = concerns.register(session, closed=closed)
    return render_template(
        "office/safeguarding/queue.html",
        closed=closed,
        lines=[(concern, concerns.clock_of(concern, today)) for concern in found],
        standing=concerns.standing(session, today),
        measures=concerns.measures(session, today - MEASURED, today, today),
        category_words=CATEGORY_WORDS,
        outcome_words=OUTCOME_WORDS,
        release_words=RELEASE_WORDS,
    )


@bp.get("/safeguarding/<concern_id>")
def concern(concern_id: str) -> ResponseReturnValue:
    return _page(_found(read_session(), concern_id))


@bp.post("/safeguarding/<concern_id>/read")
def concern_read(concern_id: str) -> ResponseReturnValue:
    """The text, on this page only: opening the concern again does not show it."""
    with writing() as session:
        found = _found(session, concern_id)
        try:
            text = safeguarding.read(session, found, by=officer().by, now=now(), keys=keys())
        except SurveysError as problem:
            form = OfficeForm()
            form.refuse(problem)
            return _page(found, form=form)
    return _page(found, text=visible(text))


@bp.post("/safeguarding/<concern_id>/reveal")
@fresh_sign_in
def concern_reveal(concern_id: str) -> ResponseReturnValue:
    """Age band and place of this one response, on this page only."""
    form = Reveal()
    with writing() as session:
        found = _found(session, concern_id)
        try:
            revealed = safeguarding.reveal(
                session, found, reason=form.purpose.data or "", by=officer().by, now=now(), keys=keys()
            )
        except SurveysError as problem:
            form.refuse(problem)
            return _page(found, reveal=form)
    return _page(found, revealed=_in_words(revealed))


@bp.post("/safeguarding/<concern_id>/tell")
def concern_tell(concern_id: str) -> ResponseReturnValue:
    form = Tell()

    def tell(session: Session, found: Concern, noted: dict[str, Any]) -> None:
        if form.told_on.data is None:
            raise SurveysError("telling.day", field="told_on")
        safeguarding.tell(
            session, found, who=form.who.data or "", channel=form.channel.data or "",
            reference=form.reference.data or "", told_on=form.told_on.data, **noted,
        )  # fmt: skip

    return _act(concern_id, form, "tell", tell, "Noted. The clock has stopped.")


@bp.post("/safeguarding/<concern_id>/category")
def concern_classify(concern_id: str) -> ResponseReturnValue:
    form = Classify()

    def classify(session: Session, found: Concern, noted: dict[str, Any]) -> None:
        safeguarding.classify(session, found, category=form.category.data or "", **noted)

    return _act(concern_id, form, "classify", classify, "The category is changed.")


@bp.post("/safeguarding/<concern_id>/outcome")
def concern_conclude(concern_id: str) -> ResponseReturnValue:
    form = Conclude()

    def conclude(session: Session, found: Concern, noted: dict[str, Any]) -> None:
        safeguarding.conclude(session, found, outcome=form.outcome.data or "", **noted)

    return _act(concern_id, form, "conclude", conclude, "The outcome is noted.")


@bp.post("/safeguarding/<concern_id>/release")
def concern_release(concern_id: str) -> ResponseReturnValue:
    form = Release()
    settings: Settings = current_app.extensions["portal.settings"]
    ledger = erasure.Ledger(settings.ledger_path)

    def release(session: Session, found: Concern, noted: dict[str, Any]) -> None:
        erasure.release(session, found, reason=form.reason.data or "", ledger=ledger, **noted)

    done = _act(concern_id, form, "release", release, "The hold has ended.")
    with contextlib.suppress(SQLAlchemyError):  # what readers are in the way of, the nightly sweep frees
        erasure.scrub(database().engine)
    return done


Verb = Callable[[Session, Concern, dict[str, Any]], None]


def _act(concern_id: str, form: OfficeForm, name: str, verb: Verb, words: str) -> ResponseReturnValue:
    noted = {
        "seen_version": whole(request.form.get("seen"), -1),
        "by": officer().by,
        "now": now(),
        "keys": keys(),
    }
    good = form.validate()
    try:
        with writing() as session:
            found = _found(session, concern_id)
            if good:
                verb(session, found, noted)
    except SurveysError as problem:
        form.refuse(problem)
    if form.problems():
        return _page(_found(read_session(), concern_id), **{name: form})
    said(words)
    return redirect(url_for("office.concern", concern_id=concern_id))


def _found(session: Session, concern_id: str) -> Concern:
    found = session.scalar(select(Concern).where(Concern.id == concern_id))
    if found is None:
        abort(404)
    return found


def _page(found: Concern, *, text: str = "", revealed: Any = None, **forms: OfficeForm) -> Response:
    """The concern with its forms; of those given back, the faults are shown."""
    session, today = read_session(), london_day(now())
    blank: dict[str, Any] = {
        "tell": forms.get("tell") or Tell(formdata=None, told_on=today),
        "classify": forms.get("classify") or Classify(formdata=None, category=found.category),
        "conclude": forms.get("conclude") or Conclude(formdata=None, outcome=found.outcome),
        "release": forms.get("release") or Release(formdata=None),
        "reveal": forms.get("reveal") or Reveal(formdata=None),
    }
    faulty = next((form for form in forms.values() if form.problems()), None)
    shown = render_template(
        "office/safeguarding/concern.html",
        concern=found,
        clock=concerns.clock_of(found, today),
        question=_question(session, found),
        told=safeguarding.tellings(session, found, keys=keys()),
        text=text,
        revealed=revealed,
        form=faulty,
        helplines=pages.current(session, "helpline", SOURCE_LOCALE),
        category_words=CATEGORY_WORDS,
        source_words=SOURCE_WORDS,
        channel_words=CHANNEL_WORDS,
        outcome_words=OUTCOME_WORDS,
        release_words=RELEASE_WORDS,
        **blank,
    )
    return make_response(shown, 422 if faulty is not None else 200)


def _question(session: Session, found: Concern) -> tuple[str, str]:
    """The survey's address and the question the comment answers, in English."""
    survey = session.get_one(Survey, found.survey_id)
    version = surveys.current_version(session, survey.id)
    document = surveys.questionnaire_of(version) if version is not None else None
    asked = document.question_by_id.get(found.item.partition(".")[0]) if document else None
    if document is None or asked is None:
        return survey_title(survey), found.item
    return survey_title(survey), label(document, asked.short or asked.text, SOURCE_LOCALE).text


def _in_words(revealed: Circumstances) -> list[tuple[str, str]]:
    """Question and answer of each circumstance, in English."""
    document = revealed.document
    return [
        (
            label(document, document.question_by_id[id].short, SOURCE_LOCALE).text,
            _answer_words(document, id, answer),
        )
        for id, answer in revealed.answers.items()
    ]


def _answer_words(document: Questionnaire, question_id: str, answer: str) -> str:
    question = document.question_by_id[question_id]
    for option in getattr(question, "options", ()):
        if option.key == answer:
            return label(document, option.text, SOURCE_LOCALE).text
    return next((place.name for place in document.places if place.key == answer), answer)

"""Consultations as the public meets them: what is coming, open and closed, why we ask, what happens next."""

from __future__ import annotations

import datetime as dt
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any, cast

from flask import Response, abort, current_app, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select

from portal.database import read_session
from portal.i18n import SOURCE_LOCALE, locale_code
from portal.lookback import now as now
from portal.partnership import openings, round_documents, rounds
from portal.partnership.rounds import Asked, Consultation
from portal.public.blueprint import bp
from portal.reading import Label, label
from portal.rendering import day, moment, spoken
from surveys import surveys
from surveys.authoring import publishing
from surveys.moderation import publication
from surveys.questionnaire.model import Questionnaire
from surveys.results import releases
from surveys.sealing import Keyring
from surveys.surveys import Survey, SurveyVersion

QUESTIONNAIRES = "public.questionnaires"
ENOUGH = "public.commented"
MINUTE = dt.timedelta(minutes=1)


@dataclass(frozen=True)
class Instrument:
    """One survey of a consultation with what its document says about it, in this request's language."""

    survey: Survey
    state: str
    document: Questionnaire
    released: bool

    @property
    def title(self) -> Label:
        return label(self.document, self.document.title, locale_code())

    @property
    def purpose(self) -> Label:
        return label(self.document, self.document.purpose, locale_code())

    @property
    def choices(self) -> list[Label]:
        """The topics people are asked to choose from, in the order asked."""
        headline = self.document.question_by_id.get(self.document.headline or "")
        options = headline.options if headline is not None else []
        return [label(self.document, o.text, locale_code()) for o in options if o.meaning == "answer"]


def keys() -> Keyring:
    """What opens the words people agreed to publish."""
    return cast(Keyring, current_app.extensions["portal.keys"])


def commented(survey: Survey) -> dict[str, int]:
    """Item to the number of public comments.

    Whether enough people wrote something is asked once a minute: it takes a look at every comment.
    """
    kept: dict[str, tuple[dt.datetime, frozenset[str]]] = current_app.extensions.setdefault(ENOUGH, {})
    known = kept.get(survey.id)
    if known is None or not dt.timedelta() <= now() - known[0] < MINUTE:
        known = kept[survey.id] = (now(), publication.enough(read_session(), survey.id))
    return publication.items(read_session(), survey.id, known[1])


def questionnaire(survey: Survey, number: int | None = None) -> Questionnaire | None:
    """A published document of a survey, by default the newest, parsed once per worker; None before any."""
    cache: MutableMapping[str, Questionnaire] = current_app.extensions.setdefault(QUESTIONNAIRES, {})
    if number is None:
        version = surveys.current_version(read_session(), survey.id)
    else:
        wanted = select(SurveyVersion).where(
            SurveyVersion.survey_id == survey.id, SurveyVersion.number == number
        )
        version = read_session().scalar(wanted)
    return surveys.questionnaire_of(version, cache) if version is not None else None


def release_number(survey: Survey) -> int | None:
    """The number of the newest release of a survey; None before the first."""
    return releases.newest_number(read_session(), survey.id)


def of_survey(survey: Survey) -> Consultation | None:
    """The consultation a survey belongs to, as the public may know it."""
    round_ = rounds.of_survey(read_session(), survey.id)
    return rounds.one(read_session(), round_.slug, now(), locale_code()) if round_ else None


def instruments(consultation: Consultation) -> list[Instrument]:
    found = []
    for asked in consultation.surveys:
        document = questionnaire(asked.survey)
        if document is not None:
            released = release_number(asked.survey) is not None
            found.append(Instrument(asked.survey, _state(asked), document, released))
    return found


def _state(asked: Asked) -> str:
    return "closed" if asked.state == "grace" else asked.state


def closing(consultation: Consultation) -> str:
    """``Sunday 29 November 2026, 11:59pm``: the moment the last survey that is open stops taking answers."""
    moments = [asked.survey.closes_at for asked in consultation.surveys if asked.survey.closes_at]
    return moment(max(moments)) if moments else ""


def next_steps(consultation: Consultation) -> list[dict[str, object]]:
    """What happens between answering and hearing back, as the trail shows it, with the known dates."""
    closed = consultation.state == "closed"
    today = now().astimezone(rounds.LONDON).date()
    due = consultation.results_due
    results = gettext("Figures for every question are published for everybody.")
    if due:
        results += " " + gettext("Expected by %(day)s.", day=day(due))
    outcome = gettext("What was done, and what could not be done, with the reasons.")
    if consultation.outcome_due:
        outcome += " " + gettext("Expected by %(day)s.", day=day(consultation.outcome_due))
    closes = consultation.closes_on
    answer = gettext("Until %(day)s.", day=day(closes)) if closes else ""
    decided = consultation.entry.facts.decision == "made"
    steps: list[dict[str, object]] = [
        {"title": gettext("You answer"), "text": answer},
        {
            "title": gettext("We read and count"),
            "text": gettext("A person reads every comment before any is shown."),
        },
        {"title": gettext("We publish the results"), "text": results},
        {
            "title": gettext("The partnership decides"),
            "text": gettext("With your answers beside the other evidence."),
        },
        {"title": gettext("We report back"), "text": outcome},
    ]
    reached = 0 if not closed else 1
    if closed and any(release_number(asked.survey) for asked in consultation.surveys):
        reached = 4 if decided else 3
        if decided and consultation.outcome_due and consultation.outcome_due < today:
            reached = 5
    for number, step in enumerate(steps):
        step["state"] = "done" if number < reached else "now" if number == reached else ""
    return steps


@bp.app_context_processor
def _shared() -> dict[str, object]:
    return {"closing": closing}


@bp.get("/rounds")
def have_your_say() -> ResponseReturnValue:
    listing = rounds.listing(read_session(), now(), locale_code())
    shown = (*listing.open, *listing.coming, *listing.closed)
    return render_template(
        "public/have_your_say.html",
        listing=listing,
        instruments={one.slug: instruments(one) for one in shown},
    )


@bp.get("/rounds/<slug>")
def round(slug: str) -> ResponseReturnValue:
    shown = rounds.one(read_session(), slug, now(), locale_code())
    if shown is None:
        taken_back = rounds.withdrawn(read_session(), slug, now(), locale_code())
        if taken_back is None:
            abort(404)
        return render_template(
            "public/round_withdrawn.html",
            consultation=taken_back,
            changes=_changes(slug),
            change_words=_change_words(slug),
        )
    return render_template(
        "public/round.html",
        consultation=shown,
        instruments=instruments(shown),
        steps=next_steps(shown),
        changes=_changes(slug),
        change_words=_change_words(slug),
        documents=_documents(slug),
        corrections=_corrections(shown),
    )


def _corrections(shown: rounds.Consultation) -> list[dict[str, Any]]:
    """Every later version of the round's surveys, oldest first, each with what was corrected."""
    found: list[dict[str, Any]] = []
    for asked in shown.surveys:
        for one in publishing.corrections(read_session(), asked.survey.id):
            found.append({"number": one.number, "on": one.published_at, "same": one.meaning == "same"})
            found[-1]["note"] = spoken(one.note, SOURCE_LOCALE)
    return sorted(found, key=lambda one: one["on"])


def _changes(slug: str) -> tuple[openings.RoundChange, ...]:
    """Every change of what people were promised, oldest first, with its reason."""
    round_ = rounds.by_slug(read_session(), slug)
    return openings.changes_of(read_session(), round_.id) if round_ else ()


def _change_words(slug: str) -> dict[str, str]:
    """The reasons of the changes in this page's language, where an officer gave them."""
    round_ = rounds.by_slug(read_session(), slug)
    return openings.reasons_in(read_session(), round_.id, locale_code()) if round_ else {}


def _documents(slug: str) -> tuple[round_documents.RoundDocument, ...]:
    round_ = rounds.by_slug(read_session(), slug)
    return round_documents.of_round(read_session(), round_.id) if round_ else ()


@bp.get("/rounds/<slug>/documents/<document_id>")
def round_document(slug: str, document_id: str) -> ResponseReturnValue:
    """An uploaded document, to be saved: no browser opens it as a page of this site."""
    shown = rounds.one(read_session(), slug, now(), locale_code())
    offered = any(one.id == document_id for one in _documents(slug))
    document = round_documents.read(read_session(), document_id) if shown and offered else None
    if document is None:
        abort(404)
    response = Response(document.content, mimetype=document.media_type)
    response.headers.set("Content-Disposition", "attachment", filename=document.file_name)
    return response

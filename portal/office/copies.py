"""The answer to a request as a file: what is held for one receipt number, or what is public."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from collections.abc import Iterator

from flask import Response, abort, make_response, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.database import end_reading, read_session, writing
from portal.figure_words import figure_words
from portal.forms.office.comments import FLAG_WORDS, OUTCOME_WORDS, REASON_WORDS
from portal.forms.office.exclusions import RULE_WORDS, SIGN_WORDS, STATE_WORDS
from portal.forms.office.requests import STATE_WORDS as COMMENT_STATES
from portal.forms.office.requests import Copy
from portal.i18n import SOURCE_LOCALE, html_lang
from portal.office.blueprint import bp, fresh_sign_in, keys, now
from portal.office.comments import language_words
from portal.office.requests import request_page, request_row
from portal.office.showing import visible
from portal.office.signature import signed
from portal.partnership import requests as register
from surveys import responses
from surveys.errors import SurveysError
from surveys.moderation import access, statistics
from surveys.results import exports
from surveys.results.releases import Release
from surveys.surveys import Survey, london_day


@bp.post("/requests/<reference>/copy")
@fresh_sign_in
def request_copy(reference: str) -> ResponseReturnValue:
    """Everything held for one receipt number, as one page in a file."""
    session, form = read_session(), Copy()
    row = request_row(session, reference)
    if row.kind != "access":
        abort(404)
    try:
        survey, sent = responses.find_response(session, (form.number.data or "")[:100], keys=keys())
        held = access.held_of(session, survey, sent, keys=keys())
        if held.concerned and not form.agreed.data:
            raise SurveysError("request.on_hold", field="agreed")
    except SurveysError as problem:
        form.refuse(problem)
        return request_page(row, copy=form)
    page = render_template(
        "office/requests/copy.html",
        held=held,
        made_on=london_day(now()),
        visible=visible,
        html_lang=html_lang,
        language=language_words,
        state_words=COMMENT_STATES,
        outcome_words=OUTCOME_WORDS,
        reason_words=REASON_WORDS,
        flagged=lambda flags: ", ".join(FLAG_WORDS[flag] for flag in flags),
        sign_words=SIGN_WORDS,
        rule_words=RULE_WORDS,
        proposal_words=STATE_WORDS,
    )
    facts = {"survey": survey.id, "response": sent.id, "kept_back": held.kept_back}
    end_reading()
    with writing() as session:
        register.note_copy(session, request_row(session, reference), facts, **signed())
    return _file(page.encode(), f"copy-{reference}.html", "text/html")


@bp.post("/requests/<reference>/public-records")
@fresh_sign_in
def request_public(reference: str) -> ResponseReturnValue:
    """Every release, with the yearly figures of moderation, as one archive: all of it is public already."""
    session = read_session()
    row = request_row(session, reference)
    if row.kind != "foi":
        abort(404)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in _public_files(session, london_day(now())):
            archive.writestr(name, body)
    end_reading()
    with writing() as session:
        register.note_copy(session, request_row(session, reference), {"public": True}, **signed())
    return _file(packed.getvalue(), f"copy-{reference}.zip", "application/zip")


def _public_files(session: Session, today: dt.date) -> Iterator[tuple[str, bytes]]:
    released = session.execute(
        select(Survey.slug, Release.number, Release.content)
        .join(Survey, Survey.id == Release.survey_id)
        .where(Survey.withdrawn_at.is_(None))
        .order_by(Survey.slug, Release.number)
    )
    for slug, number, content in released:
        yield f"results/{slug}-{number}.csv", exports.tables_csv(content, SOURCE_LOCALE, figure_words())
        yield f"results/{slug}-{number}.json", json.dumps(content, ensure_ascii=False, indent=1).encode()
    yield "moderation.csv", exports.to_csv(_moderation(session))
    yield "about.txt", f"Made on {today.isoformat()}. Everything in here is published.\n".encode()


def _moderation(session: Session) -> Iterator[tuple[str | int | None, ...]]:
    """The yearly figures as the moderation policy's page shows them; an empty figure is fewer than 10."""
    yield "year", "figure", "reason", "comments"
    for one in statistics.frozen(session):
        yield one.year, "decided", "", one.decided
        for outcome, number in one.outcomes.items():
            yield one.year, outcome, "", number
        for (outcome, reason), number in one.reasons.items():
            yield one.year, outcome, REASON_WORDS.get(reason, reason), number
        yield one.year, "working days to a decision", "", one.days
        yield one.year, "appeals", "", one.appeals
        yield one.year, "appeals: changed", "", one.appeals_changed
        yield one.year, "appeals: kept", "", one.appeals_kept


def _file(body: bytes, name: str, kind: str) -> Response:
    response = make_response(body)
    response.mimetype = kind
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response

"""The search over what people wrote, and erasure: both for the information officer, both noted."""

from __future__ import annotations

import contextlib
from typing import Any

from flask import Response, abort, current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from portal.config import Settings
from portal.database import database, end_reading, read_session, writing
from portal.forms.office import OfficeForm
from portal.forms.office.requests import STATE_WORDS, Erase, Receipt, Search
from portal.office.blueprint import bp, fresh_sign_in, keys, now, officer, said, survey_title
from portal.office.comments import question_words
from portal.office.showing import visible
from portal.partnership import requests
from surveys import erasure, responses
from surveys.errors import SurveysError
from surveys.moderation import concerns, search
from surveys.records import Comment
from surveys.records import Response as Sent
from surveys.surveys import Survey


@bp.route("/search", methods=["GET", "POST"], endpoint="search")
def find_words() -> ResponseReturnValue:
    """What is looked for is sent, never put into an address; the answer is shown once."""
    form, found = Search(), None
    if request.method == "POST" and form.validate():
        reference = (form.reference.data or "").strip()
        try:
            if reference and requests.one(read_session(), reference) is None:
                raise SurveysError("request.unknown", field="reference")
            found = search.scan(read_session(), form.words.data or "", keys=keys())
            end_reading()
            with writing() as session:
                search.note(session, found, by=officer().by, now=now(), keys=keys(), request=reference)
        except SurveysError as problem:
            form.refuse(problem)
    shown = render_template(
        "office/requests/search.html",
        form=form,
        found=found,
        receipt=Receipt(formdata=None),
        state_words=STATE_WORDS,
        visible=visible,
        question=lambda hit: question_words(read_session(), hit.survey_id, hit.item),
        title_of=lambda hit: survey_title(read_session().get_one(Survey, hit.survey_id)),
    )
    return make_response(shown, 422 if form.problems() else 200)


@bp.post("/search/receipt")
def search_receipt() -> ResponseReturnValue:
    """One response by the receipt number its writer gave; it may be erased, and nothing of it is shown."""
    form = Receipt()
    try:
        survey, sent = responses.find_response(read_session(), (form.number.data or "")[:100], keys=keys())
    except SurveysError as problem:
        form.refuse(problem)
        shown = render_template(
            "office/requests/search.html",
            form=form,
            search_form=Search(formdata=None),
            found=None,
            receipt=form,
            state_words=STATE_WORDS,
        )
        return make_response(shown, 422)
    return _confirm(survey, sent, None, Erase(formdata=None, what="response"))


@bp.post("/erasure")
@fresh_sign_in
def erase() -> ResponseReturnValue:
    """Asked once more with the comment in view, then done. ``sure`` says that it was asked."""
    survey = read_session().get(Survey, request.form.get("survey", "")[:22])
    sent = read_session().get(Sent, (survey.id, request.form.get("response", "")[:22])) if survey else None
    if survey is None or sent is None:
        abort(404)
    named = request.form.get("comment", "")[:22]
    comment = read_session().get(Comment, (survey.id, named)) if named else None
    if named and (comment is None or comment.response_id != sent.id):
        abort(404)  # erased already: what is left of the response must not go in its place
    if request.form.get("sure") != "yes":
        return _confirm(survey, sent, comment, Erase(formdata=None))
    form = Erase()
    settings: Settings = current_app.extensions["portal.settings"]
    noted: dict[str, Any] = {
        "by": officer().by,
        "reason": form.reason.data or "",
        "keys": keys(),
        "now": now(),
        "ledger": erasure.Ledger(settings.ledger_path),
    }
    only = comment.id if comment is not None and form.what.data == "comment" else None
    survey_id, response_id = survey.id, sent.id
    try:
        with writing() as session:
            if only is not None:
                erasure.erase_comment(session, survey_id, only, **noted)
            else:
                erasure.erase(session, survey_id, response_id, **noted)
    except SurveysError as problem:
        form.refuse(problem)
        return _confirm(survey, sent, comment, form)
    # What cannot be freed now because others are reading, the nightly sweep frees.
    with contextlib.suppress(SQLAlchemyError):
        erasure.scrub(database().engine)
    said("It is erased. Published figures stay as they are.")
    return redirect(url_for("office.search"))


def _confirm(survey: Survey, sent: Sent, comment: Comment | None, form: OfficeForm) -> Response:
    held = comment is not None and concerns.locked(read_session(), survey.id, comment.id)
    text = keys().open(comment.key_id, comment.sealed) if comment is not None and not held else ""
    shown = render_template(
        "office/requests/erase.html",
        form=form,
        survey=survey,
        sent=sent,
        comment=comment,
        text=visible(text),
    )
    return make_response(shown, 422 if form.problems() else 200)

"""What became of a resident's comments, by receipt number: their state, an appeal, permission taken back.

Never a word of what was written, and the number never stands in an address.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, make_response, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.comment_words import reason_words
from portal.forms.questions import showable
from portal.i18n import locale_code
from portal.messages import words
from portal.reading import Label, label
from portal.respond import visit
from portal.respond.blueprint import bp
from portal.respond.boxes import box, looked_up
from portal.respond.sitting import keyring, questionnaire
from surveys import receipts, responses
from surveys.errors import SurveysError
from surveys.moderation import appeals
from surveys.moderation.appeals import Fate
from surveys.questionnaire.model import Questionnaire
from surveys.records import Response as Sent
from surveys.responses import ReceiptStatus
from surveys.results.releases import Release
from surveys.surveys import Survey


@dataclass(frozen=True)
class Standing:
    """What a receipt number shows."""

    status: ReceiptStatus
    fates: tuple[Fate, ...]
    may_publish: bool
    version_id: str


def standing(session: Session, number: str) -> Standing:
    """Raises as :func:`surveys.responses.find_response` does."""
    survey, sent = responses.find_response(session, number, keys=keyring())
    return _standing(session, survey, sent, number)


def _standing(session: Session, survey: Survey, sent: Sent, number: str) -> Standing:
    status = responses.find_receipt(session, number, keys=keyring(), now=visit.now())
    released = session.scalar(select(Release.number).where(Release.survey_id == survey.id).limit(1))
    found = appeals.fates(session, survey, sent, released=released is not None)
    return Standing(status, tuple(found), sent.may_publish, sent.version_id)


def page(found: Standing, typed: str, *, asking: str = "", note: str = "") -> Response:
    """The status page. ``asking``: what has to be confirmed; ``note``: what was just done."""
    document = questionnaire(found.version_id)
    return make_response(
        render_template(
            "respond/receipt-status.html",
            status=found.status,
            number=receipts.in_fours(receipts.normalise(typed)),
            fates=[(fate, _question(document, fate.item), reason_words(fate.reason)) for fate in found.fates],
            may_publish=found.may_publish,
            asking=asking,
            note=note,
        )
    )


def _question(document: Questionnaire, item: str) -> Label:
    """The short name of the question a comment answers."""
    asked = document.question_by_id.get(item.partition(".")[0])
    return label(document, asked.short, locale_code()) if asked is not None else Label(item)


@bp.route("/receipt/permission", methods=["GET", "POST"])
def permission() -> Response:
    """Permission to publish is taken back: asked once more, then what is public goes at once."""
    if request.method == "GET":
        return _back()
    typed = request.form.get("code", "")
    sure = request.form.get("action") == "stop"

    def verb(session: Session, number: str) -> Standing:
        survey, sent = responses.find_response(session, number, keys=keyring())
        if sure:
            appeals.take_back_permission(session, sent)
        return _standing(session, survey, sent, number)

    found = looked_up("receipt", typed, verb)
    if isinstance(found, SurveysError):
        return box("respond/receipt.html", typed, found)
    return page(found, typed, asking="" if sure else "permission", note="stopped" if sure else "")


@bp.route("/receipt/appeal", methods=["GET", "POST"])
def appeal() -> Response:
    """Asking for a decision to be looked at again: first why, if the writer wants to say, then it is sent."""
    if request.method == "GET":
        return _back()
    typed, comment_id = request.form.get("code", ""), request.form.get("comment", "")[:22]
    said = request.form.get("words", "").replace("\r\n", "\n")
    send = request.form.get("action") == "send"

    def verb(session: Session, number: str) -> Standing:
        survey, sent = responses.find_response(session, number, keys=keyring())
        if send:
            appeals.appeal(session, sent, comment_id, words=said, now=visit.now(), keys=keyring())
        return _standing(session, survey, sent, number)

    found = looked_up("receipt", typed, verb)
    if isinstance(found, SurveysError):
        if found.code == "appeal.long":
            return _ask_why(typed, comment_id, said, words(found.code, found.facts))
        if not found.code.startswith("appeal."):
            return box("respond/receipt.html", typed, found)
        again = looked_up("receipt", typed, standing)
        if isinstance(again, SurveysError):
            return box("respond/receipt.html", typed, again)
        return page(again, typed, note="none")
    if send:
        return page(found, typed, note="appealed")
    return _ask_why(typed, comment_id)


def _ask_why(typed: str, comment_id: str, said: str = "", error: str = "") -> Response:
    shown = render_template(
        "respond/appeal.html",
        number=receipts.in_fours(receipts.normalise(typed)),
        comment_id=comment_id,
        said=showable(said),
        most=appeals.WORDS_LIMIT,
        error=error,
        page_error=bool(error),
        errors=[{"href": "#words", "text": error}] if error else [],
    )
    return make_response(shown, 422 if error else 200)


def _back() -> Response:
    return make_response(redirect(url_for("respond.receipt")))

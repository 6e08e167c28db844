"""Coming back: return codes that reopen a draft, and receipt numbers that show a response's status."""

from __future__ import annotations

import contextlib
import datetime as dt
import secrets
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import TypeVar

from flask import Response, current_app, make_response, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from portal.config import Settings
from portal.database import database, read_session, writing
from portal.forms.questions import showable
from portal.messages import words
from portal.respond import visit
from portal.respond.blueprint import bp
from portal.respond.frame import frame_of
from portal.respond.sitting import Sitting, keyring, questionnaire, sit, to
from surveys import drafts, erasure, receipts, responses, surveys
from surveys.drafts import Draft
from surveys.errors import SurveysError
from surveys.responses import ReceiptStatus
from surveys.surveys import Survey

MOST_TYPED = 100
"""Characters of a code box that are looked at; the rest of what was pasted there is still shown."""

T = TypeVar("T")


def hand_out_code(sitting: Sitting) -> Response:
    """Gives the draft a return code and shows it by GET."""
    with writing() as session:
        drafts.give_return_code(session, sitting.draft.token, keys=keyring(), now=visit.now())
    return to(url_for("respond.save", slug=sitting.slug))


@bp.route("/<slug>/saved", methods=["GET", "POST"])
def save(slug: str) -> Response:
    """The return code of a draft, to write down."""
    sitting = sit(slug)
    if request.method == "POST":
        return hand_out_code(sitting)
    if not sitting.draft.return_code:
        return sitting.go(sitting.reached)
    facts = {
        **frame_of(sitting),
        "code": sitting.draft.return_code,
        "until": _kept_until(sitting),
        "on": sitting.address(sitting.reached),
    }
    return make_response(render_template("respond/saved.html", **facts))


def _kept_until(sitting: Sitting) -> dt.datetime | None:
    hashed = receipts.token_hash(keyring(), sitting.draft.token)
    return read_session().scalar(select(Draft.expires_at).where(Draft.token_hash == hashed))


@bp.route("/return", methods=["GET", "POST"])
def resume() -> Response:
    """The box for a return code."""
    if request.method == "GET":
        return _box("respond/return.html")
    typed = request.form.get("code", "")
    new_token = secrets.token_urlsafe(32)
    keys, now = keyring(), visit.now()
    draft = _looked_up(
        "return",
        typed,
        lambda session, code: drafts.resume(session, code, new_token=new_token, keys=keys, now=now),
    )
    if isinstance(draft, SurveysError):
        return _box("respond/return.html", typed, draft)
    survey = read_session().get_one(Survey, draft.survey_id)
    visit.begin(survey.slug, new_token)
    if surveys.state(survey, now) not in ("open", "grace"):
        return to(url_for("respond.start", slug=survey.slug))
    sitting = Sitting(survey, questionnaire(draft.version_id), draft)
    return sitting.go(sitting.reached)


@bp.route("/receipt", methods=["GET", "POST"])
def receipt() -> Response:
    """The box for a receipt number: status only. The number never stands in an address."""
    if request.method == "GET":
        return _box("respond/receipt.html")
    typed = request.form.get("code", "")
    found = _find_receipt(typed)
    if isinstance(found, SurveysError):
        return _box("respond/receipt.html", typed, found)
    return _status(found, typed)


def _find_receipt(typed: str) -> ReceiptStatus | SurveysError:
    keys, now = keyring(), visit.now()
    return _looked_up(
        "receipt", typed, lambda session, code: responses.find_receipt(session, code, keys=keys, now=now)
    )


def _status(found: ReceiptStatus, typed: str, *, asking: bool = False) -> Response:
    number = receipts.in_fours(receipts.normalise(typed))
    return make_response(
        render_template("respond/receipt-status.html", status=found, number=number, asking=asking)
    )


@bp.route("/receipt/withdrawal", methods=["GET", "POST"])
def withdrawal() -> Response:
    """Taking a response back: asked twice, done once. Afterwards the number opens nothing."""
    if request.method == "GET":
        return make_response(render_template("respond/withdrawn.html"))
    typed = request.form.get("code", "")
    if request.form.get("action") != "withdraw":
        found = _find_receipt(typed)
        if isinstance(found, SurveysError):
            return _box("respond/receipt.html", typed, found)
        return _status(found, typed, asking=found.can_withdraw)
    keys, now, ledger = keyring(), visit.now(), erasure.Ledger(_ledger_path())
    gone = _looked_up(
        "receipt",
        typed,
        lambda session, code: erasure.withdraw(session, code, keys=keys, now=now, ledger=ledger),
    )
    if isinstance(gone, SurveysError):
        return _box("respond/receipt.html", typed, gone)
    visit.forget_sent()
    # The rows are gone. What cannot be freed now because others are reading, the nightly sweep frees.
    with contextlib.suppress(SQLAlchemyError):
        erasure.scrub(database().engine)
    return to(url_for("respond.withdrawal"))


def _ledger_path() -> Path:
    settings: Settings = current_app.extensions["portal.settings"]
    return settings.data_dir / "erasures.log"


def _looked_up(purpose: str, typed: str, verb: Callable[[Session, str], T]) -> T | SurveysError:
    """What the verb finds for a typed code; a miss is counted, and too many misses are refused unseen."""
    keys, now = keyring(), visit.now()
    who = responses.caller(keys, request.remote_addr or "", now)
    refusal: SurveysError | None = None
    with writing() as session:
        try:
            responses.throttle(session, purpose, who, now=now)
            with session.begin_nested():
                return verb(session, typed[:MOST_TYPED])
        except SurveysError as problem:
            refusal = problem
            if problem.code.endswith(".unknown"):
                responses.missed(session, purpose, who, now=now)
    return refusal


def _box(template: str, typed: str = "", problem: SurveysError | None = None) -> Response:
    status = HTTPStatus.OK
    if problem is not None:
        throttled = problem.code == "code.throttled"
        status = HTTPStatus.TOO_MANY_REQUESTS if throttled else HTTPStatus.UNPROCESSABLE_ENTITY
    error = words(problem.code, problem.facts) if problem else ""
    return make_response(
        render_template(
            template,
            typed=showable(typed),
            error=error,
            problem=problem.code if problem else "",
            page_error=bool(error),
            errors=[{"href": "#code", "text": error}] if error else [],
        ),
        status,
    )

"""Coming back: return codes that reopen a draft, and receipt numbers that show a response's status."""

from __future__ import annotations

import contextlib
import datetime as dt
import secrets
from pathlib import Path

from flask import Response, current_app, make_response, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from portal.config import Settings
from portal.database import database, read_session, writing
from portal.respond import visit
from portal.respond.blueprint import bp
from portal.respond.boxes import box, looked_up
from portal.respond.comments import page, standing
from portal.respond.frame import frame_of
from portal.respond.sitting import Sitting, keyring, questionnaire, sit, to
from surveys import drafts, erasure, receipts, retention, surveys
from surveys.drafts import Draft
from surveys.errors import SurveysError
from surveys.surveys import Survey


def hand_out_code(sitting: Sitting) -> Response:
    """Gives the draft a return code and shows it by GET."""
    with writing() as session:
        life = retention.draft_life(session)
        drafts.give_return_code(session, sitting.draft.token, keys=keyring(), now=visit.now(), life=life)
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
        return box("respond/return.html")
    typed = request.form.get("code", "")
    new_token = secrets.token_urlsafe(32)
    keys, now = keyring(), visit.now()
    draft = looked_up(
        "return",
        typed,
        lambda session, code: drafts.resume(session, code, new_token=new_token, keys=keys, now=now),
    )
    if isinstance(draft, SurveysError):
        return box("respond/return.html", typed, draft)
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
        return box("respond/receipt.html")
    typed = request.form.get("code", "")
    found = looked_up("receipt", typed, standing)
    if isinstance(found, SurveysError):
        return box("respond/receipt.html", typed, found)
    return page(found, typed)


@bp.route("/receipt/withdrawal", methods=["GET", "POST"])
def withdrawal() -> Response:
    """Taking a response back: asked twice, done once. Afterwards the number opens nothing."""
    if request.method == "GET":
        return make_response(render_template("respond/withdrawn.html"))
    typed = request.form.get("code", "")
    if request.form.get("action") != "withdraw":
        found = looked_up("receipt", typed, standing)
        if isinstance(found, SurveysError):
            return box("respond/receipt.html", typed, found)
        return page(found, typed, asking="withdrawal" if found.status.can_withdraw else "")
    keys, now, ledger = keyring(), visit.now(), erasure.Ledger(_ledger_path())
    gone = looked_up(
        "receipt",
        typed,
        lambda session, code: erasure.withdraw(session, code, keys=keys, now=now, ledger=ledger),
    )
    if isinstance(gone, SurveysError):
        return box("respond/receipt.html", typed, gone)
    visit.forget_sent()
    # The rows are gone. What cannot be freed now because others are reading, the nightly sweep frees.
    with contextlib.suppress(SQLAlchemyError):
        erasure.scrub(database().engine)
    return to(url_for("respond.withdrawal"))


def _ledger_path() -> Path:
    settings: Settings = current_app.extensions["portal.settings"]
    return settings.data_dir / "erasures.log"

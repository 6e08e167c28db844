"""Hearing the outcome: the owner of an address confirms from the letter, and leaves with one click.

A mail scanner that opens every link changes nothing: both pages act on a button.
"""

from __future__ import annotations

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.database import read_session, writing
from portal.letterbox.blueprint import MOST_TYPED, bp, keys
from portal.messages import words_of
from portal.partnership import contacts
from surveys.errors import SurveysError


@bp.route("/updates/<token>", methods=["GET", "POST"])
def updates(token: str) -> ResponseReturnValue:
    """The button that confirms an address."""
    known = token[:MOST_TYPED]
    if request.method == "POST":
        with writing() as session:
            contacts.confirm(session, known, keys=keys())
        return redirect(url_for("letterbox.updates", token=known))
    state = contacts.standing(read_session(), known, keys=keys())
    return _page("letterbox/updates.html", 200 if state != "unknown" else 404, state=state, token=known)


@bp.route("/updates/<token>/leave", methods=["GET", "POST"])
def leave(token: str) -> ResponseReturnValue:
    """One click: the button here, or the one a mail program shows beside the letter."""
    known = token[:MOST_TYPED]
    if request.method == "POST":
        with writing() as session:
            contacts.leave(session, known, keys=keys())
        return _page("letterbox/left.html")
    state = contacts.standing(read_session(), known, keys=keys())
    return _page("letterbox/left.html") if state == "unknown" else _page("letterbox/leave.html", token=known)


@bp.route("/updates/stop", methods=["GET", "POST"])
def stop() -> ResponseReturnValue:
    """For somebody who lost the letter. The page says the same whether the address was known or not."""
    if request.method == "GET":
        return _page("letterbox/stop.html", typed="", error="", errors=[])
    typed = request.form.get("address", "")[:300]
    try:
        with writing() as session:
            contacts.leave_by_address(session, typed, keys=keys())
    except SurveysError as problem:
        error = words_of(problem)
        links = [{"href": "#address", "text": error}]
        return _page("letterbox/stop.html", 422, typed=typed, error=error, errors=links, page_error=True)
    return _page("letterbox/left.html")


def _page(template: str, status: int = 200, **facts: object) -> Response:
    return make_response(render_template(template, **facts), status)

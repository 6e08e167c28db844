"""Leaving fast, staying, and what is left on the device afterwards."""

from __future__ import annotations

from http import HTTPStatus

from flask import Response, make_response, render_template, url_for

from portal.database import read_session
from portal.i18n import locale_code
from portal.partnership import pages
from portal.rendering import site
from portal.respond import visit
from portal.respond.blueprint import bp
from portal.respond.sitting import survey_at, to


@bp.post("/exit")
def leave() -> Response:
    """Out, at once: this device forgets the survey and shows the partnership's neutral address instead.

    Needs no token, no database and no script. What was saved stays for whoever has the return code.
    """
    visit.leave()
    response = to(site().exit_url)
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@bp.get("/left")
def left() -> Response:
    """What Back finds after Exit, and every address of a survey this device has nothing open in."""
    return make_response(render_template("respond/left.html"))


@bp.get("/exit-this-page")
def what_exit_hides() -> Response:
    """What Exit does, and what it cannot hide."""
    entry = pages.one(read_session(), "page", "exit-this-page", locale_code())
    return make_response(render_template("respond/exit.html", entry=entry))


@bp.post("/stay")
def stay() -> Response:
    """Somebody is still there. 410 when the visit has ended meanwhile."""
    return make_response("", HTTPStatus.NO_CONTENT if visit.is_open() else HTTPStatus.GONE)


@bp.get("/<slug>/away")
def away(slug: str) -> Response:
    """Where the page goes by itself after twenty minutes; a link to here from elsewhere ends nothing."""
    survey_at(slug)
    if not visit.end_if_idle():
        return to(url_for("respond.start", slug=slug))
    return make_response(render_template("respond/away.html", slug=slug, kept=[]))

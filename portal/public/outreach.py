"""Short addresses, the QR image, the poster and the leaflet to print, and what councillors should know."""

from __future__ import annotations

import io

from flask import Response, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.database import read_session
from portal.i18n import locale_code
from portal.partnership import rounds, short_addresses
from portal.public.blueprint import bp
from portal.public.consultations import now, questionnaire
from portal.rendering import day
from surveys.surveys import Survey


def _survey(code: str) -> Survey:
    found = short_addresses.survey_of(read_session(), code)
    if found is None or found.opens_at is None:
        abort(404)
    return found


@bp.get("/s/<code>")
def short(code: str) -> ResponseReturnValue:
    """To the survey's start, in the language of this address. Nothing is counted."""
    return redirect(url_for("respond.start", slug=_survey(code).slug))


@bp.get("/s/<code>/qr.svg")
def short_qr(code: str) -> Response:
    """The QR image of the short address, dark on white with the quiet margin the standard asks for."""
    import segno

    _survey(code)
    made = segno.make(short_address(code), error="m")
    drawn = io.BytesIO()
    made.save(drawn, kind="svg", scale=8, border=4, light="#fff", xmldecl=False)
    return Response(drawn.getvalue(), mimetype="image/svg+xml")


@bp.get("/s/<code>/poster")
def poster(code: str) -> ResponseReturnValue:
    return _sheet(code, "poster")


@bp.get("/s/<code>/leaflet")
def leaflet(code: str) -> ResponseReturnValue:
    return _sheet(code, "leaflet")


def _sheet(code: str, kind: str) -> ResponseReturnValue:
    survey = _survey(code)
    document = questionnaire(survey)
    if document is None:
        abort(404)
    address = short_address(code)
    return render_template(
        "public/poster.html",
        kind=kind,
        code=code,
        minutes=document.minutes,
        named=document.kind == "named",
        closes=day(rounds.last_day(survey.closes_at), weekday=True) if survey.closes_at else "",
        typed=address.partition("://")[2],
    )


def short_address(code: str) -> str:
    """The whole short address, in this request's language."""
    return url_for("public.short", code=code.lower(), _external=True)


@bp.get("/rounds/<slug>/councillors")
def councillors(slug: str) -> ResponseReturnValue:
    """What a councillor will get from a consultation, and what nobody gets."""
    from_round = rounds.one(read_session(), slug, now(), locale_code())
    if from_round is None:
        abort(404)
    return render_template("public/councillors.html", consultation=from_round)

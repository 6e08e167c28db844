"""Figures to take away: each table on a page of its own, as a picture and for Word; and previews of links.

The pictures are those stored with the release, which never change. As PNG they are made from the same drawing
when somebody first asks.
"""

from __future__ import annotations

import hashlib

from flask import Response, abort, make_response, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from portal import link_pictures, raster
from portal.database import read_session
from portal.documents import files
from portal.drawing import ORDER, PICTURE, SHARE, SINCE
from portal.i18n import html_lang, locale_code
from portal.partnership import rounds
from portal.public import consultations
from portal.public.blueprint import bp
from portal.public.documents import KINDS, kept, report_of, to_save
from portal.public.results import Published, heading_of, shown_or_404, survey_or_404, table_or_404, title_of
from portal.rendering import site
from surveys import surveys
from surveys.results.releases import Release

PNG_WIDTH = 1600


@bp.get("/results/<survey>/<table>/figure")
def figure(survey: str, table: str) -> ResponseReturnValue:
    """One figure with all that belongs to it, to copy, to save or to print; needs no script."""
    asked, shown = survey_or_404(survey), table_or_404(survey, table)
    laid = report_of(shown)
    return render_template(
        "public/figure.html",
        survey=asked,
        shown=shown,
        laid=laid,
        table=next(one for one in laid.tables if one.key == table),
        consultation=consultations.of_survey(asked),
        title=title_of(asked),
    )


@bp.get("/results/<survey>/<table>/picture.svg")
def picture_svg(survey: str, table: str) -> ResponseReturnValue:
    drawing = _stored(table_or_404(survey, table), table, PICTURE) or abort(404)
    return Response(drawing, mimetype="image/svg+xml")


@bp.get("/results/<survey>/<table>/picture.png")
def picture_png(survey: str, table: str) -> ResponseReturnValue:
    return _png(_stored(table_or_404(survey, table), table, PICTURE) or abort(404), PNG_WIDTH)


@bp.get("/results/<survey>/<table>/order.png")
def order_png(survey: str, table: str) -> ResponseReturnValue:
    """How sure the order of the topics is, as a picture."""
    return _png(_stored(table_or_404(survey, table), table, ORDER) or abort(404), PNG_WIDTH)


@bp.get("/results/<survey>/<table>/since.svg")
def since_svg(survey: str, table: str) -> ResponseReturnValue:
    """The answers from year to year, as a picture."""
    drawing = _stored(table_or_404(survey, table), table, SINCE) or abort(404)
    return Response(drawing, mimetype="image/svg+xml")


@bp.get("/results/<survey>/<table>/since.png")
def since_png(survey: str, table: str) -> ResponseReturnValue:
    return _png(_stored(table_or_404(survey, table), table, SINCE) or abort(404), PNG_WIDTH)


@bp.get("/results/<survey>/<table>.docx")
def figure_docx(survey: str, table: str) -> ResponseReturnValue:
    shown = table_or_404(survey, table)
    laid = report_of(shown)
    drawing = _stored(shown, table, PICTURE)
    picture = raster.png(drawing, PNG_WIDTH) if drawing else None
    body = files.figure(laid, next(one for one in laid.tables if one.key == table), picture)
    number = shown.content["number"]
    return to_save(body, KINDS["results.docx"], f"{survey}-{number}-{locale_code()}-{table}.docx")


def _stored(shown: Published, table: str, what: str) -> str | None:
    """A drawing of the release in this language, else in its first one; None when it was made without."""
    survey = surveys.by_slug(read_session(), shown.survey)
    for locale in (locale_code(), shown.document.source_locale):
        wanted = select(Release.figures[(locale, table, what)].as_string()).where(
            Release.survey_id == (survey.id if survey else ""), Release.number == shown.content["number"]
        )
        found = read_session().scalar(wanted)
        if found:
            return str(found)
    return None


def _png(drawing: str, width: int) -> Response:
    name = f"{hashlib.sha256(drawing.encode()).hexdigest()}-{width}.png"
    response: Response = make_response(kept(name, lambda: raster.png(drawing, width)))
    response.mimetype = "image/png"
    return response


# Previews of links -----------------------------------------------------------------------------------------


@bp.get("/results/<survey>/share.png")
def share_results(survey: str) -> ResponseReturnValue:
    """What another site shows of a link to these results: the first topics, drawn with the release."""
    shown = shown_or_404(survey)
    asked = survey_or_404(survey)
    drawing = _stored(shown, shown.document.headline or "", SHARE)
    if drawing is None:
        title = heading_of(consultations.of_survey(asked), asked, title_of(asked)).striptags()
        drawing = _cover(title, "")
    return _png(drawing, link_pictures.SHARE_WIDTH)


@bp.get("/rounds/<slug>/share.png")
def share_round(slug: str) -> ResponseReturnValue:
    shown = rounds.one(read_session(), slug, consultations.now(), locale_code())
    if shown is None:
        abort(404)
    return _png(_cover(shown.entry.texts.title, shown.entry.texts.purpose), link_pictures.SHARE_WIDTH)


@bp.get("/share.png")
def share_site() -> ResponseReturnValue:
    here = site()
    words = (here.texts.question, here.texts.lead) if here.texts else (here.name, "")
    return _png(_cover(*words), link_pictures.SHARE_WIDTH)


def _cover(title: str, lead: str) -> str:
    return link_pictures.cover_of(site().name, title, lead, site().banner, language=html_lang(locale_code()))

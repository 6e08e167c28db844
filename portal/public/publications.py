"""Documents and public meetings. Death reviews stand behind their gate: no page knows of one before."""

from __future__ import annotations

import datetime as dt

from flask import Response, abort, make_response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from portal.database import read_session
from portal.partnership import meetings, publications
from portal.public.blueprint import bp, helpline
from portal.rendering import site


def kind_words() -> dict[str, str]:
    return {
        "assessment": gettext("Strategic assessment"),
        "plan": gettext("Partnership plan"),
        "decision-paper": gettext("Decision paper"),
        "minutes": gettext("Minutes"),
        "scrutiny": gettext("Scrutiny report"),
        "report": gettext("Report"),
        "death-review": gettext("Domestic Abuse Related Death Reviews (formerly Domestic Homicide Reviews)"),
    }


@bp.get("/documents")
def documents() -> ResponseReturnValue:
    found = publications.shelf(read_session())
    words = kind_words()
    groups = [(words[kind], [one for one in found if one.kind == kind]) for kind in publications.KINDS]
    return render_template("public/documents.html", groups=[group for group in groups if group[1]])


@bp.get("/documents/<slug>")
def document(slug: str) -> ResponseReturnValue:
    found = publications.public(read_session(), slug)
    if found is None:
        abort(404)
    shown = render_template(
        "public/document.html",
        found=found,
        kind=kind_words()[found.kind],
        files=publications.files(read_session(), slug),
        help_lines=[helpline(line) for line in site().helplines_on("support")] if found.guarded else [],
    )
    return _unfound(make_response(shown), found)


@bp.get("/documents/<slug>/files/<file_id>")
def document_file(slug: str, file_id: str) -> ResponseReturnValue:
    """A file beside a document, to be saved: no browser opens it as a page of this site."""
    found = publications.public(read_session(), slug)
    kept = publications.file(read_session(), slug, file_id) if found is not None else None
    if found is None or kept is None:
        abort(404)
    response = Response(kept.content, mimetype=kept.media_type)
    response.headers.set("Content-Disposition", "attachment", filename=kept.file_name)
    return _unfound(response, found)


def _unfound(response: Response, found: publications.Publication) -> Response:
    """Keeps a death review out of search results and previews, whatever form it is read in."""
    if found.guarded:
        response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive, nosnippet, noimageindex"
    return response


@bp.get("/meetings")
def public_meetings() -> ResponseReturnValue:
    found = meetings.between(read_session(), dt.date(1998, 1, 1), dt.date(2199, 12, 31))
    return render_template(
        "public/meetings.html",
        meetings=[one for one in found if one.public],
        authorities=meetings.authorities,
    )

"""A release as a file to take away: Word, PDF, XLSX, bundle. Made once, then kept in the data folder."""

from __future__ import annotations

import contextlib
import secrets
import threading
from collections.abc import Callable
from pathlib import Path

from flask import Response, abort, current_app, make_response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, gettext

from portal.config import Settings
from portal.documents import files, report
from portal.figure_words import figure_words
from portal.i18n import direction, html_lang, locale_code
from portal.method_words import method_of
from portal.public import consultations, results
from portal.public.blueprint import bp
from portal.public.results import Published, heading_of, shown_or_404
from portal.rendering import day
from surveys.results.releases import fingerprint

FORMAT = 5
"""Raised when the files change although the release does not."""
KINDS = {
    "results.pdf": "application/pdf",
    "results.docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "results.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "results.zip": "application/zip",
}
_one_at_a_time = threading.Lock()
"""Making a PDF takes seconds and much memory: one is enough."""


@bp.get("/results/<survey>/files/<name>")
def results_file(survey: str, name: str) -> ResponseReturnValue:
    """One file of a release in this language; 404 for a name nobody offers."""
    if name not in KINDS or (name == "results.pdf" and not files.can_make_pdf()):
        abort(404)
    shown = shown_or_404(survey)
    number = shown.content["number"]
    body = kept(f"{fingerprint(shown.content)}-{FORMAT}-{locale_code()}-{name}", lambda: _made(shown, name))
    return to_save(body, KINDS[name], f"{survey}-{number}-{locale_code()}{Path(name).suffix}")


def to_save(body: bytes, kind: str, name: str) -> Response:
    """A file the browser saves under this name instead of showing it."""
    response: Response = make_response(body)
    response.mimetype = kind
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def kept(name: str, make: Callable[[], bytes]) -> bytes:
    """The file from the data folder, made when it is not there; a full disk costs making it again.

    ``name`` says everything the content depends on.
    """
    settings: Settings = current_app.extensions["portal.settings"]
    folder = settings.data_dir / "files"
    place = folder / name
    try:
        return place.read_bytes()
    except OSError:
        pass
    with _one_at_a_time:
        body = make()
    draft = place.with_name(f"{place.name}.{secrets.token_hex(6)}")
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        draft.write_bytes(body)
        draft.replace(place)
    except OSError:
        with contextlib.suppress(OSError):
            draft.unlink()
    return body


def _made(shown: Published, name: str) -> bytes:
    if name == "results.xlsx":
        return files.spreadsheet(shown.content, locale_code(), figure_words(), shown.method)
    if name == "results.zip":
        words, methods = {}, {}
        for locale in shown.content["locales"]:
            with force_locale(locale):
                words[locale] = figure_words()
                methods[locale] = method_of(shown.content, shown.document, locale)
        return files.bundle(shown.content, words, methods, fingerprint(shown.content))
    laid = report.pictured(report_of(shown), shown.content, shown.document, results.drawn(shown))
    if name == "results.docx":
        return files.word(laid)
    html = render_template(
        "documents/results.html",
        report=laid,
        inline=files.inline,
        lang=html_lang(locale_code()),
        dir=direction(locale_code()),
    )
    return files.pdf(html)


def report_of(shown: Published) -> report.Report:
    """The release as a report in this request's language."""
    survey = results.survey_or_404(shown.survey)
    consultation = consultations.of_survey(survey)
    when = gettext(
        "From %(first)s to %(last)s.", first=day(shown.day("first_day")), last=day(shown.day("last_day"))
    )
    return report.report(
        shown.content,
        shown.document,
        title=heading_of(consultation, survey, results.title_of(survey)).striptags(),
        when=when,
        locale=locale_code(),
        language=html_lang(locale_code()),
        tell=shown.finding,
    )

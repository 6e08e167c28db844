"""What leaves the office: exact rows and cleared comments, to analysts only, each time with a reason."""

from __future__ import annotations

import io
import secrets
from collections.abc import Iterator
from typing import cast

from flask import Response, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.database import database, read_session, writing
from portal.forms.office.desk import Export, Reason
from portal.office.blueprint import bp, fresh_sign_in, keys, now, officer
from portal.office.desk import survey_called, words
from surveys import responses
from surveys.errors import SurveysError
from surveys.results import microdata, views
from surveys.results.exports import harmless
from surveys.results.microdata import Together
from surveys.surveys import Survey, london_day

SHORTEST_REASON = 10
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _reason(text: str | None) -> str:
    reason = " ".join((text or "").split())
    if len(reason) < SHORTEST_REASON:
        raise SurveysError("export.reason", field="reason")
    return reason[:300]


def _mark() -> str:
    """Whose copy this is: stands in every line of the file and in the audit log."""
    return f"{officer().id}-{london_day(now()):%Y%m%d}-{secrets.token_hex(3)}"


@bp.route("/desk/<slug>/export", methods=["GET", "POST"])
@fresh_sign_in
def desk_export(slug: str) -> ResponseReturnValue:
    """Every counted response as CSV: no text anybody wrote, no day, and never a place beside a person's marks."""
    survey, document = survey_called(slug)
    form = Export()
    if request.method == "POST" and form.validate():
        try:
            reason, mark = _reason(form.reason.data), _mark()
            together = cast(Together, form.groups.data)
            with writing() as session:
                wanted = responses.counts(session, survey.id)
                what = {"rows": wanted, "groups": together, "reason": reason, "mark": mark}
                views.note_export(session, survey.id, what, by=officer().by, now=now(), keys=keys())
            return _file(survey, together, mark)
        except SurveysError as problem:
            form.refuse(problem)
    left = {
        together: [
            words(document, document.question_by_id[id].short)
            for id in microdata.left_out(document, together)
            if id in document.question_by_id
        ]
        for together in cast(tuple[Together, ...], ("place", "people"))
    }
    page = render_template("office/desk/export.html", survey=survey, form=form, left=left)
    return make_response(page, 422 if form.problems() else 200)


def _file(survey: Survey, together: Together, mark: str) -> Response:
    store = database()

    def parts() -> Iterator[bytes]:
        with store.reading() as session:
            yield from microdata.responses_csv(session, survey.id, together=together, mark=mark)

    sent = Response(parts(), mimetype="text/csv")
    sent.headers["Content-Disposition"] = f'attachment; filename="{survey.slug}-{together}-{mark}.csv"'
    return sent


@bp.route("/desk/<slug>/comments", methods=["GET", "POST"])
@fresh_sign_in
def desk_comments(slug: str) -> ResponseReturnValue:
    """Comments as they were cleared for the public, with their themes, as a spreadsheet."""
    survey, _ = survey_called(slug)
    form = Reason()
    if request.method == "POST" and form.validate():
        try:
            reason, mark = _reason(form.reason.data), _mark()
            rows = comment_rows(survey)
            with writing() as session:
                what = {"comments": len(rows), "reason": reason, "mark": mark}
                views.note_export(session, survey.id, what, by=officer().by, now=now(), keys=keys())
            sent = make_response(workbook(rows, mark))
            sent.headers["Content-Type"] = SHEET
            sent.headers["Content-Disposition"] = f'attachment; filename="{slug}-comments-{mark}.xlsx"'
            return sent
        except SurveysError as problem:
            form.refuse(problem)
    page = render_template("office/desk/comments.html", survey=survey, form=form)
    return make_response(page, 422 if form.problems() else 200)

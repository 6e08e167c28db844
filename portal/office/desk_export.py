"""What leaves the office: exact rows and cleared comments, to analysts only, each time with a reason."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import cast, get_args

from flask import Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from portal.database import database, read_session, writing
from portal.forms.office.desk import Export, Reason
from portal.office.blueprint import bp, fresh_sign_in, keys, now, officer
from portal.office.desk import survey_called, words
from surveys.errors import SurveysError
from surveys.questionnaire.model import Questionnaire
from surveys.results import microdata, views
from surveys.results.comments import Cleared, cleared
from surveys.results.exports import harmless
from surveys.results.microdata import Together
from surveys.surveys import Survey

HEADS = (
    ("Question", 30), ("Comment as cleared", 80), ("Themes", 40), ("Language", 10), ("Words replaced", 14),
    ("May be quoted", 14), ("Copy", 30),
)  # fmt: skip
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.route("/desk/<slug>/export", methods=["GET", "POST"])
@fresh_sign_in
def desk_export(slug: str) -> ResponseReturnValue:
    """Counted responses as CSV: no text, no day, and no answer both beside a place and beside a person's."""
    survey, document = survey_called(slug)
    form = Export()
    if request.method == "POST" and form.validate():
        try:
            reason, mark = microdata.reason_of(form.reason.data), microdata.mark_of(officer().id, now())
            together = cast(Together, form.groups.data)
            ids = microdata.counted(read_session(), survey.id)
            with writing() as session:
                microdata.note(
                    session, survey.id, ids, together=together, mark=mark, reason=reason,
                    by=officer().by, now=now(), keys=keys(),
                )  # fmt: skip
            return _file(survey, together, mark, ids)
        except SurveysError as problem:
            form.refuse(problem)
    inside = {
        together: [
            words(document, one.short)
            for one in document.questions
            if one.id not in microdata.left_out(document, together)
        ]
        for together in get_args(Together)
    }
    page = render_template("office/desk/export.html", survey=survey, form=form, inside=inside)
    return make_response(page, 422 if form.problems() else 200)


def _file(survey: Survey, together: Together, mark: str, ids: microdata.Ids) -> Response:
    store = database()

    def parts() -> Iterator[bytes]:
        with store.reading() as session:
            yield from microdata.responses_csv(session, survey.id, together=together, mark=mark, ids=ids)

    sent = Response(parts(), mimetype="text/csv")
    sent.headers["Content-Disposition"] = f'attachment; filename="{survey.slug}-{together}-{mark}.csv"'
    return sent


@bp.route("/desk/<slug>/comments", methods=["GET", "POST"])
@fresh_sign_in
def desk_comments(slug: str) -> ResponseReturnValue:
    """Comments as they were cleared for the public, with their themes, as a spreadsheet."""
    survey, document = survey_called(slug)
    form = Reason()
    if request.method == "POST" and form.validate():
        try:
            reason, mark = microdata.reason_of(form.reason.data), microdata.mark_of(officer().id, now())
            rows = cleared(read_session(), survey.id, keys=keys())
            with writing() as session:
                what = {"comments": len(rows), "mark": mark}
                views.note_export(
                    session, survey.id, what, reason=reason, by=officer().by, now=now(), keys=keys()
                )
            sent = make_response(workbook(rows, _names(document), mark))
            sent.headers["Content-Type"] = SHEET
            sent.headers["Content-Disposition"] = f'attachment; filename="{slug}-comments-{mark}.xlsx"'
            return sent
        except SurveysError as problem:
            form.refuse(problem)
    page = render_template("office/desk/comments.html", survey=survey, form=form)
    return make_response(page, 422 if form.problems() else 200)


def _names(document: Questionnaire) -> dict[str, str]:
    """The short words of every question, and of its "something else" boxes, by item."""
    found = {}
    for question in document.questions:
        short = words(document, question.short)
        found[question.id] = short
        for option in getattr(question, "options", ()):
            found[f"{question.id}.{option.key}"] = f"{short}: {words(document, option.text)}"
    return found


def workbook(rows: list[Cleared], names: dict[str, str], mark: str) -> bytes:
    """The comments as XLSX. Text cells are strings whatever they begin with, and made harmless besides."""
    import xlsxwriter

    out = io.BytesIO()
    plain = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(out, plain)
    bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet("Comments")
    for column, (head, width) in enumerate(HEADS):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, head, bold)
    for line, one in enumerate(rows, 1):
        cells = (
            names.get(one.item, one.item), one.text, "; ".join(one.themes), one.locale,
            "Yes" if one.changed else "No", "Yes" if one.quotable else "No", mark,
        )  # fmt: skip
        for column, text in enumerate(cells):
            sheet.write_string(line, column, harmless(text), wrapped)
    sheet.freeze_panes(1, 0)
    if rows:
        sheet.autofilter(0, 0, len(rows), len(HEADS) - 1)
    book.set_properties({"title": "Comments as cleared", "comments": f"Copy {mark}"})
    book.close()
    return out.getvalue()

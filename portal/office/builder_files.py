"""Files of a draft: Word for colleagues, the paper form, our JSON, spreadsheets and XLSForm out and in."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale

from portal import workbooks
from portal.database import read_session, writing
from portal.forms.office.builder import Upload
from portal.i18n import english_name
from portal.office.blueprint import bp, keys, now, officer, said
from portal.office.builder_desk import change, draft_at, places, seen
from portal.office.builder_words import SHEET_FAULTS
from portal.office.visit import settings
from portal.papers import word
from portal.papers.sheet import paper
from surveys.authoring import drafting, translating
from surveys.authoring.drafting import SurveyDraft
from surveys.errors import SurveysError
from surveys.questionnaire.editing import opened
from surveys.questionnaire.geography import freeze
from surveys.questionnaire.model import Questionnaire
from surveys.questionnaire.xlsform import rows
from surveys.questionnaire.xlsform.reading import Line, SheetFault, take_over

MOST_SHOWN = 500


def _file(content: bytes, kind: str, name: str) -> Response:
    response = make_response(content)
    response.headers["Content-Type"] = kind
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _locale(draft: SurveyDraft) -> str:
    wanted = request.args.get("locale", "")
    document = drafting.document_of(draft)
    if wanted and wanted not in document.locales:
        abort(404)
    return wanted or document.source_locale


def _with_places(draft: SurveyDraft) -> Questionnaire:
    """The document as it would be published today, so that places have their names."""
    return freeze(drafting.document_of(draft), places())


@bp.get("/surveys/<draft_id>/questionnaire.docx")
def builder_word(draft_id: str) -> ResponseReturnValue:
    draft = draft_at(draft_id)
    document = _with_places(draft)
    content = word.committee(document, name=draft.name, made=now(), site=settings().public_url)
    return _file(content, word.TYPE, f"{document.key}-questionnaire.docx")


@bp.get("/surveys/<draft_id>/paper")
def builder_paper(draft_id: str) -> ResponseReturnValue:
    """The paper form as a page to print."""
    draft = draft_at(draft_id)
    locale = _locale(draft)
    document = _with_places(draft)
    with force_locale(locale):
        printed = paper(document, locale)
    return render_template("office/builder/paper.html", draft=draft, document=document, paper=printed)


@bp.get("/surveys/<draft_id>/paper.docx")
def builder_paper_word(draft_id: str) -> ResponseReturnValue:
    draft = draft_at(draft_id)
    locale = _locale(draft)
    document = _with_places(draft)
    with force_locale(locale):
        content = word.form(document, locale, made=now(), site=settings().public_url)
    return _file(content, word.TYPE, f"{document.key}-paper-{locale.lower().replace('_', '-')}.docx")


@bp.get("/surveys/<draft_id>/questionnaire.json")
def builder_json(draft_id: str) -> ResponseReturnValue:
    document = drafting.document_of(draft_at(draft_id))
    content = json.dumps(opened(document), ensure_ascii=False, indent=2).encode() + b"\n"
    return _file(content, "application/json", f"{document.key}.json")


# Translations as a spreadsheet ------------------------------------------------------------------------------

NAME, SOURCE, STATE = "name", "source", "state"


@bp.get("/surveys/<draft_id>/languages/<locale>/texts.xlsx")
def builder_texts(draft_id: str, locale: str) -> ResponseReturnValue:
    draft = draft_at(draft_id)
    document = drafting.document_of(draft)
    if locale not in document.locales[1:]:
        abort(404)
    texts = translating.side_by_side(read_session(), draft, locale)
    headings = (NAME, SOURCE, locale, STATE)
    table = [(one.wording.name, one.source, one.text, one.state) for one in texts]
    content = workbooks.write({"texts": (headings, table)}, wide=(NAME, SOURCE, locale))
    return _file(content, workbooks.TYPE, f"{document.key}-{locale}.xlsx")


@bp.route("/surveys/<draft_id>/languages/<locale>/import", methods=["GET", "POST"])
def builder_texts_import(draft_id: str, locale: str) -> ResponseReturnValue:
    draft = draft_at(draft_id)
    document = drafting.document_of(draft)
    if locale not in document.locales[1:]:
        abort(404)
    form, faults = Upload(), list[SheetFault]()
    if request.method == "POST" and form.validate():
        try:
            texts = _texts(workbooks.read(_uploaded()), draft, locale, faults)
            if faults:
                raise SurveysError("sheet.faults", field="file", count=len(faults))
            with writing() as session:
                translating.translate(
                    session,
                    draft_id,
                    locale,
                    texts,
                    seen_version=seen(),
                    by=officer().by,
                    now=now(),
                    keys=keys(),
                )
            said("The translations are in. Each stays a draft until somebody has checked it.")
            return redirect(url_for("office.builder_translations", draft_id=draft_id, locale=locale))
        except SurveysError as problem:
            form.refuse(problem)
    what = f"Translations into {english_name(locale)} from a spreadsheet"
    back = url_for("office.builder_translations", draft_id=draft_id, locale=locale)
    back_text = f"{english_name(locale)}, side by side"
    return _upload_page(draft, form, faults, what, (back, back_text), "")


def _texts(
    sheets: dict[str, list[workbooks.Row]], draft: SurveyDraft, locale: str, faults: list[SheetFault]
) -> dict[str, str]:
    """The sheet's translations by name; every row that does not fit becomes a fault."""
    known = {one.wording.name: one for one in translating.side_by_side(read_session(), draft, locale)}
    sheet = sheets.get("texts") or next(iter(sheets.values()), [])
    found: dict[str, str] = {}
    if not sheet:
        faults.append(SheetFault("texts", 1, NAME, "sheet.empty"))
    for row in sheet:
        name = row.cells.get(NAME, "")
        if name not in known:
            faults.append(SheetFault("texts", row.number, NAME, "unknown" if name else "missing", name[:60]))
        elif name in found:
            faults.append(SheetFault("texts", row.number, NAME, "repeated", name))
        elif row.cells.get(SOURCE, "") != known[name].source.strip():
            faults.append(SheetFault("texts", row.number, SOURCE, "source_changed", name))
        else:
            # An empty cell leaves a text as it is: a sheet sent half done takes nothing away.
            found[name] = row.cells.get(locale, "") or known[name].text
    return found


def _uploaded() -> Any:
    file = request.files.get("file")
    return file.stream if file else None


def _upload_page(
    draft: SurveyDraft,
    form: Upload,
    faults: list[SheetFault],
    what: str,
    back: tuple[str, str],
    lead: str,
) -> ResponseReturnValue:
    page = render_template(
        "office/builder/upload.html",
        draft=draft,
        form=form,
        faults=faults[:MOST_SHOWN],
        count=len(faults),
        fault_words=SHEET_FAULTS,
        what=what,
        back=back[0],
        back_text=back[1],
        about=lead,
    )
    return make_response(page, 422 if form.problems() else 200)


# XLSForm ----------------------------------------------------------------------------------------------------


@bp.get("/surveys/<draft_id>/xlsform.xlsx")
def builder_xlsform(draft_id: str) -> ResponseReturnValue:
    draft = draft_at(draft_id)
    document = drafting.document_of(draft)
    headings = rows.headings(document)
    tables = {
        name: (headings[name], [[row.get(heading) for heading in headings[name]] for row in found])
        for name, found in rows.export(document, str(draft.revision)).items()
    }
    content = workbooks.write(tables, wide=("label", "hint"))
    return _file(content, workbooks.TYPE, f"{document.key}-xlsform.xlsx")


@bp.route("/surveys/<draft_id>/xlsform", methods=["GET", "POST"])
def builder_xlsform_import(draft_id: str) -> ResponseReturnValue:
    """What the uploaded form changes becomes one step, which undo takes back."""
    draft = draft_at(draft_id)
    form = Upload()
    faults: list[SheetFault] = []
    if request.method == "POST" and form.validate():
        try:
            sheets = {
                name: [Line(row.number, row.cells) for row in found]
                for name, found in workbooks.read(_uploaded()).items()
            }
            document = drafting.document_of(draft)
            taken = take_over(document, sheets)
            touched = [f"question:{q.id}" for q in (*document.all_questions, *taken.all_questions)]
            touched += [f"page:{page.id}" for page in (*document.pages(), *taken.pages())]
            change(
                draft_id,
                lambda now_there: take_over(now_there, sheets),
                "form.import",
                sorted(set(touched)),
                seen(),
            )
            said("The form is in. History shows what changed; undo takes it back.")
            return redirect(url_for("office.builder_draft", draft_id=draft_id))
        except SurveysError as problem:
            form.refuse(problem)
            listed: Any = problem.facts.get("faults", ())
            faults = [one for one in listed if isinstance(one, SheetFault)]
    back = url_for("office.builder_draft", draft_id=draft_id)
    lead = (
        "Download the draft as an XLSForm, change it in a spreadsheet program, and bring it back here. "
        "Only what you changed is changed. With any fault nothing is."
    )
    return _upload_page(draft, form, faults, "XLSForm", (back, draft.name), lead)

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
from portal.office.blueprint import bp, keys, now, officer, said, whole
from portal.office.builder_desk import Conflict, clashing, draft_at, places, seen
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
from surveys.questionnaire.wordings import pairs
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
FROM = "from"
"""A column out of sight: which state of which draft the row was made from."""


@bp.get("/surveys/<draft_id>/languages/<locale>/texts.xlsx")
def builder_texts(draft_id: str, locale: str) -> ResponseReturnValue:
    draft = draft_at(draft_id)
    document = drafting.document_of(draft)
    if locale not in document.locales[1:]:
        abort(404)
    texts = translating.side_by_side(read_session(), draft, locale)
    headings = (NAME, SOURCE, locale, STATE, FROM)
    made_from = f"{draft.id}@{draft.revision}"
    table = [(one.wording.name, one.source, one.text, one.state, made_from) for one in texts]
    content = workbooks.write({"texts": (headings, table)}, wide=(NAME, SOURCE, locale), hidden=(FROM,))
    return _file(content, workbooks.TYPE, f"{document.key}-{locale}.xlsx")


@bp.route("/surveys/<draft_id>/languages/<locale>/import", methods=["GET", "POST"])
def builder_texts_import(draft_id: str, locale: str) -> ResponseReturnValue:
    draft = draft_at(draft_id)
    document = drafting.document_of(draft)
    if locale not in document.locales[1:]:
        abort(404)
    form, faults, clash = Upload(), list[SheetFault](), None
    if request.method == "POST" and form.validate():
        try:
            sheet = _Sheet(draft, locale, workbooks.read(_uploaded()))
            faults = sheet.faults
            if faults:
                raise SurveysError("sheet.faults", field="file", count=len(faults))
            if sheet.clashes:
                clash = Conflict("", "", tuple(sheet.clashes))
                raise SurveysError("sheet.clash", field="file")
            with writing() as session:
                after = translating.translate(
                    session,
                    draft_id,
                    locale,
                    sheet.texts,
                    seen_version=seen() if sheet.from_elsewhere else draft.revision,
                    by=officer().by,
                    now=now(),
                    keys=keys(),
                ).revision
            done = "The translations are in. Each stays a draft until somebody has checked it."
            said(done if after > draft.revision else "Nothing was different. The draft is as it was.")
            return redirect(url_for("office.builder_translations", draft_id=draft_id, locale=locale))
        except SurveysError as problem:
            form.refuse(problem)
    what = f"Translations into {english_name(locale)} from a spreadsheet"
    back = url_for("office.builder_translations", draft_id=draft_id, locale=locale)
    back_text = f"{english_name(locale)}, side by side"
    return _upload_page(draft, form, faults, what, (back, back_text), "", clash)


class _Sheet:
    """The translations of an uploaded sheet: what it changes of the state each row was made from."""

    def __init__(self, draft: SurveyDraft, locale: str, sheets: dict[str, list[workbooks.Row]]) -> None:
        session = read_session()
        self.draft, self.locale, self.known = draft, locale, pairs(drafting.document_of(draft), locale)
        self.bases: dict[int, dict[str, tuple[str, str]]] = {
            version: pairs(drafting.document_at(session, draft, version), locale)
            for version in {_made_from(row, draft) for found in sheets.values() for row in found}
            if version is not None
        }
        self.texts: dict[str, str] = {}
        self.faults: list[SheetFault] = []
        self.clashes: list[tuple[str, str, str, str]] = []
        self.from_elsewhere = False
        rows_there = sheets.get("texts") or next(iter(sheets.values()), [])
        if not rows_there:
            self.faults.append(SheetFault("texts", 1, NAME, "sheet.empty"))
        read: set[str] = set()
        for row in rows_there:
            name = row.cells.get(NAME, "")
            if name in read:
                self.faults.append(SheetFault("texts", row.number, NAME, "repeated", name))
            else:
                self._row(row, name)
            read.add(name)

    def _row(self, row: workbooks.Row, name: str) -> None:
        # An empty cell leaves a text as it is: a sheet sent half done takes nothing away.
        typed, source = row.cells.get(self.locale, ""), row.cells.get(SOURCE, "")
        version = _made_from(row, self.draft)
        base = self.bases.get(version, {}).get(name) if version is not None else None
        if base is not None and typed in ("", base[1].strip()) and source == base[0].strip():
            return
        if name not in self.known:
            code = "unknown" if name else "missing"
            self.faults.append(SheetFault("texts", row.number, NAME, code, name[:60]))
            return
        now_source, now_text = self.known[name]
        self.from_elsewhere |= base is None
        if source != now_source.strip():
            self.faults.append(SheetFault("texts", row.number, SOURCE, "source_changed", name))
        elif base is not None and now_text.strip() not in (base[1].strip(), typed):
            self.clashes.append((now_source, base[1], now_text, typed))
        elif typed:
            self.texts[name] = typed


def _made_from(row: workbooks.Row, draft: SurveyDraft) -> int | None:
    """Which state of this draft a row was made from; None for one from elsewhere."""
    id, _, version = row.cells.get(FROM, "").rpartition("@")
    number = whole(version, -1) if id == draft.id else -1
    return number if 0 <= number <= draft.revision else None


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
    clash: Conflict | None,
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
        clash=clash,
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
        for name, found in rows.export(document, str(draft.revision), draft.id).items()
    }
    content = workbooks.write(tables, wide=("label", "hint"))
    return _file(content, workbooks.TYPE, f"{document.key}-xlsform.xlsx")


@bp.route("/surveys/<draft_id>/xlsform", methods=["GET", "POST"])
def builder_xlsform_import(draft_id: str) -> ResponseReturnValue:
    """What the form changes of the state it was made from becomes one step, which undo takes back."""
    draft = draft_at(draft_id)
    form, faults, clash = Upload(), list[SheetFault](), None
    if request.method == "POST" and form.validate():
        try:
            sheets = workbooks.read(_uploaded())
            version = rows.came_from([row.cells for row in sheets.get("settings", ())], draft_id)
            version = min(seen() if version is None else version, draft.revision)
            lines = {name: [Line(row.number, row.cells) for row in found] for name, found in sheets.items()}
            mine = take_over(drafting.document_at(read_session(), draft, version), lines)
            return _taken_in(draft_id, mine, version)
        except SurveysError as problem:
            form.refuse(problem)
            listed: Any = problem.facts.get("faults", ())
            faults = [one for one in listed if isinstance(one, SheetFault)]
            if problem.code == "survey_draft.clash":
                clash = clashing(draft_at(draft_id), problem)
    back = url_for("office.builder_draft", draft_id=draft_id)
    lead = (
        "Download the draft as an XLSForm, change it in a spreadsheet program, and bring it back here. "
        "Only what you changed is changed, and what colleagues changed meanwhile stays. With any fault "
        "nothing is changed."
    )
    return _upload_page(draft, form, faults, "XLSForm", (back, draft.name), lead, clash)


def _taken_in(draft_id: str, mine: Questionnaire, version: int) -> ResponseReturnValue:
    with writing() as session:
        step = drafting.take_in(
            session,
            draft_id,
            mine,
            action="form.import",
            seen_version=version,
            by=officer().by,
            now=now(),
            keys=keys(),
        )
    if step is None:
        said("Nothing was different. The draft is as it was.")
        return redirect(url_for("office.builder_draft", draft_id=draft_id))
    said("The form is in. This is what it changed; undo takes that back.")
    return redirect(url_for("office.builder_step", draft_id=draft_id, number=step))

"""The builder's pages, and what holds them together: sections, parts and stop pages."""

from __future__ import annotations

from typing import Any

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.forms.office.builder import AddPage, AddQuestion, Holder, PageForm
from portal.office.blueprint import bp, said
from portal.office.builder_desk import (
    Conflict,
    change,
    conditions_said,
    conflict,
    draft_at,
    press,
    thing,
    undoing,
)
from portal.office.builder_words import KINDS
from surveys.authoring import drafting
from surveys.errors import SurveysError
from surveys.questionnaire import editing, framing
from surveys.questionnaire.model import Questionnaire

MOVES = {"up": -1, "down": 1}


@bp.route("/surveys/<draft_id>/pages/add", methods=["GET", "POST"])
def builder_page_add(draft_id: str) -> ResponseReturnValue:
    draft = draft_at(draft_id)
    document = drafting.document_of(draft)
    form = AddPage(data={"seen": str(draft.revision), "after": request.args.get("after", "")})
    locale = document.source_locale
    form.part.choices = [(part.id, document.say(part.title, locale) or part.id) for part in document.parts]
    form.after.choices = [("", "The end of the part"), *((p.id, f"Page {p.id}") for p in document.pages())]
    if request.method == "POST" and form.validate():
        after = form.after.data or ""
        part = document.part_of_page[after].id if after in document.part_of_page else str(form.part.data)
        try:
            id = editing.new_page_id(document, part)
            change(
                draft_id,
                lambda now_there: editing.add_page(now_there, part, id, after=after),
                "page.add",
                [f"page:{id}"],
                form.version,
            )
            said(f"Page {id} is there. Give it a question.")
            return redirect(url_for("office.builder_page", draft_id=draft_id, page_id=id))
        except SurveysError as problem:
            form.refuse(problem)
    page = render_template("office/builder/page_add.html", draft=draft, document=document, form=form)
    return make_response(page, 422 if form.problems() else 200)


@bp.route("/surveys/<draft_id>/pages/<page_id>", methods=["GET", "POST"])
def builder_page(draft_id: str, page_id: str) -> ResponseReturnValue:
    draft = draft_at(draft_id)
    document = drafting.document_of(draft)
    page = thing(document.page_by_id.get(page_id))
    form = PageForm(data=(_shown(document, page_id) or {}) | {"seen": str(draft.revision)})
    locale = document.source_locale
    form.section.choices = [(one.id, document.say(one.title, locale) or one.id) for one in document.sections]
    clash: Conflict | None = None
    if request.method == "POST" and form.validate():
        fields = {
            "title": {locale: str(form.title.data or "").strip()},
            "body": {locale: str(form.body.data or "").replace("\r\n", "\n").strip()},
            "section": form.section.data,
            "help": bool(form.help.data),
        }
        try:
            change(
                draft_id,
                lambda now_there: editing.set_page(now_there, page_id, fields),
                "page.set",
                [f"page:{page_id}"],
                form.version,
            )
            said("Saved.")
            return redirect(url_for("office.builder_page", draft_id=draft_id, page_id=page_id))
        except SurveysError as problem:
            form.refuse(problem)
            if problem.code == "survey_draft.conflict":
                draft = draft_at(draft_id)
                clash = conflict(draft, problem, form, lambda state: _shown(state, page_id))
    shown = render_template(
        "office/builder/page.html",
        draft=draft,
        document=document,
        page=page,
        form=form,
        clash=clash,
        kinds=KINDS,
        only=conditions_said(document),
        **undoing(draft),
    )
    return make_response(shown, 422 if form.problems() else 200)


def _shown(document: Questionnaire, page_id: str) -> dict[str, Any] | None:
    page = document.page_by_id.get(page_id)
    if page is None:
        return None
    locale = document.source_locale
    return {
        "title": document.say(page.title, locale),
        "body": document.say(page.body, locale),
        "section": page.section,
        "help": page.help,
    }


@bp.post("/surveys/<draft_id>/pages/<page_id>/act")
def builder_page_act(draft_id: str, page_id: str) -> ResponseReturnValue:
    """Moves, copies or deletes a page by one button."""
    act = request.form.get("action", "")
    back = redirect(url_for("office.builder_draft", draft_id=draft_id) + f"#page-{page_id}")
    if act in MOVES:
        press(
            draft_id,
            lambda document: editing.move_page(document, page_id, MOVES[act]),
            f"page.{act}",
            [f"page:{page_id}"],
        )
    elif act == "copy":
        if press(draft_id, lambda document: editing.copy_page(document, page_id), "page.copy", []):
            said("The copy is right after the page.")
    elif act == "delete":
        document = drafting.document_of(draft_at(draft_id))
        page = thing(document.page_by_id.get(page_id))
        touched = [f"page:{page_id}", *(f"question:{q.id}" for q in page.questions)]
        if press(draft_id, lambda document: editing.delete_page(document, page_id), "page.delete", touched):
            said(f"Page {page_id} is deleted. Undo brings it back.")
    return back


@bp.route("/surveys/<draft_id>/pages/<page_id>/add", methods=["GET", "POST"])
def builder_question_add(draft_id: str, page_id: str) -> ResponseReturnValue:
    draft = draft_at(draft_id)
    document = drafting.document_of(draft)
    thing(document.page_by_id.get(page_id))
    form = AddQuestion(data={"seen": str(draft.revision)})
    form.kind.choices = [(kind, words[0]) for kind, words in KINDS.items()]
    if request.method == "POST" and form.validate():
        locale = document.source_locale
        text = str(form.text.data).strip()
        short = str(form.short.data or "").strip() or text[:60]
        id = editing.new_question_id(document, short)
        made = {"kind": form.kind.data, "id": id, "text": {locale: text}, "short": {locale: short}}
        if form.kind.data == "one-of":
            several = [q.id for q in document.all_questions if q.kind == "several"]
            made["of"] = several[-1] if several else "choose"
        answers = [line.strip() for line in str(form.options.data or "").splitlines() if line.strip()]

        def edit(now_there: Questionnaire) -> Questionnaire:
            now_there = editing.add_question(now_there, page_id, made)
            if hasattr(next(q for q in now_there.all_questions if q.id == id), "options"):
                for words in answers:
                    now_there = editing.add_option(now_there, id, {locale: words})
            return now_there

        try:
            change(draft_id, edit, "question.add", [f"question:{id}"], form.version)
            said("The question is there.")
            return redirect(url_for("office.builder_question", draft_id=draft_id, question_id=id))
        except SurveysError as problem:
            form.refuse(problem)
    hints = {kind: words[1] for kind, words in KINDS.items()}
    page = render_template(
        "office/builder/question_add.html", draft=draft, page_id=page_id, form=form, hints=hints
    )
    return make_response(page, 422 if form.problems() else 200)


# Sections, parts, stop pages ------------------------------------------------------------------------------


@bp.route("/surveys/<draft_id>/frame", methods=["GET", "POST"])
def builder_frame(draft_id: str) -> ResponseReturnValue:
    """Lists them, and adds one."""
    draft = draft_at(draft_id)
    document = drafting.document_of(draft)
    form = Holder(data={"seen": str(draft.revision)})
    if request.method == "POST" and form.validate():
        holder, locale = str(form.holder.data), document.source_locale
        taken = {one.id for one in getattr(document, holder, ())} if holder in framing.HOLDERS else set()
        made = _holder_fields(form, holder, locale)
        made["id"] = str(form.id.data or "").strip() or editing.slug(str(form.title.data), taken)
        try:
            change(
                draft_id,
                lambda now_there: framing.add_holder(now_there, holder, made),
                "holder.add",
                [f"{holder}:{made['id']}"],
                form.version,
            )
            said("Added.")
            return redirect(url_for("office.builder_frame", draft_id=draft_id))
        except SurveysError as problem:
            form.refuse(problem)
    page = render_template(
        "office/builder/frame.html", draft=draft, document=document, form=form, holders=framing.HOLDERS
    )
    return make_response(page, 422 if form.problems() else 200)


def _holder_fields(form: Holder, holder: str, locale: str) -> dict[str, Any]:
    body = str(form.body.data or "").replace("\r\n", "\n").strip()
    fields: dict[str, Any] = {"title": {locale: str(form.title.data).strip()}}
    if holder == "stops":
        fields |= {"body": {locale: body}, "deletes_draft": bool(form.deletes_draft.data)}
    elif holder == "parts":
        fields |= {"entry": form.entry.data or "always", "after_check": bool(form.after_check.data)}
        if body:
            fields["offer"] = {locale: body}
    elif holder != "sections":
        raise SurveysError("edit.gone", what=holder)
    return fields


@bp.route("/surveys/<draft_id>/frame/<holder>/<name>", methods=["GET", "POST"])
def builder_holder(draft_id: str, holder: str, name: str) -> ResponseReturnValue:
    draft = draft_at(draft_id)
    document = drafting.document_of(draft)
    found = getattr(document, holder, ()) if holder in framing.HOLDERS else ()
    one = thing(next((one for one in found if one.id == name), None))
    form = Holder(data=_holder_shown(document, one, holder) | {"seen": str(draft.revision)})
    if request.method == "POST" and request.form.get("action"):
        _holder_act(draft_id, holder, name, request.form["action"])
        return redirect(url_for("office.builder_frame", draft_id=draft_id))
    clash: Conflict | None = None
    if request.method == "POST" and form.validate():
        try:
            fields = _holder_fields(form, holder, document.source_locale)
            if holder == "parts":
                fields.setdefault("offer", None)
            change(
                draft_id,
                lambda now_there: framing.set_holder(now_there, holder, name, fields),
                "holder.set",
                [f"{holder}:{name}"],
                form.version,
            )
            said("Saved.")
            return redirect(url_for("office.builder_frame", draft_id=draft_id))
        except SurveysError as problem:
            form.refuse(problem)
            if problem.code == "survey_draft.conflict":
                draft = draft_at(draft_id)
                clash = conflict(draft, problem, form, lambda state: _holder_state(state, holder, name))
    page = render_template(
        "office/builder/holder.html",
        draft=draft,
        document=document,
        form=form,
        holder=holder,
        one=one,
        clash=clash,
    )
    return make_response(page, 422 if form.problems() else 200)


def _holder_state(document: Questionnaire, holder: str, name: str) -> dict[str, Any] | None:
    one = next((one for one in getattr(document, holder) if one.id == name), None)
    return None if one is None else _holder_shown(document, one, holder)


def _holder_shown(document: Questionnaire, one: Any, holder: str) -> dict[str, Any]:
    locale = document.source_locale
    words = {"parts": "offer", "stops": "body"}.get(holder, "")
    return {
        "holder": holder,
        "id": one.id,
        "title": document.say(one.title, locale),
        "body": document.say(getattr(one, words, None), locale) if words else "",
        "entry": getattr(one, "entry", "always"),
        "after_check": getattr(one, "after_check", False),
        "deletes_draft": getattr(one, "deletes_draft", True),
    }


def _holder_act(draft_id: str, holder: str, name: str, act: str) -> None:
    subjects = [f"{holder}:{name}"]
    if act in MOVES:
        press(
            draft_id,
            lambda document: framing.move_holder(document, holder, name, MOVES[act]),
            f"holder.{act}",
            subjects,
        )
    elif act == "delete" and press(
        draft_id, lambda document: framing.delete_holder(document, holder, name), "holder.delete", subjects
    ):
        said("Deleted. Undo brings it back.")

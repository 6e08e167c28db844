"""The builder's questions and their answers, the question bank, and what colleagues say about a question."""

from __future__ import annotations

from typing import Any, Literal

from flask import abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.database import read_session, writing
from portal.forms.office.builder import (
    AddAnswers,
    OptionForm,
    Remark,
    RowForm,
    answer_texts,
    question_fields,
    question_form,
    question_shown,
)
from portal.messages import words_of
from portal.office.blueprint import bp, keys, now, officer, said
from portal.office.builder_desk import (
    Conflict,
    change,
    conditions_said,
    conflict,
    draft_at,
    page_of,
    press,
    question_at,
    tell,
    thing,
    undoing,
)
from portal.office.builder_pages import MOVES
from portal.office.builder_words import DIFFERENCES, KINDS, MEANINGS
from surveys.authoring import drafting, remarks
from surveys.authoring.drafting import SurveyDraft
from surveys.errors import SurveysError
from surveys.questionnaire import bank, editing
from surveys.questionnaire.model import Questionnaire

ANSWER_ACTS = frozenset({*MOVES, "copy", "delete"})
WHERE: dict[str, Literal["options", "rows"]] = {"options": "options", "rows": "rows"}


@bp.route("/surveys/<draft_id>/questions/<question_id>", methods=["GET", "POST"])
def builder_question(draft_id: str, question_id: str) -> ResponseReturnValue:
    draft = draft_at(draft_id)
    document = drafting.document_of(draft)
    question = question_at(document, question_id)
    form: Any = question_form(question, document)(
        data=question_shown(question, document) | {"seen": str(draft.revision)}
    )
    clash: Conflict | None = None
    if request.method == "POST" and form.validate():
        try:
            fields = question_fields(form, question, document)
            options, rows = answer_texts(form, "option"), answer_texts(form, "row")
            act, where_, key = _pressed()

            def edit(now_there: Questionnaire) -> Questionnaire:
                now_there = editing.set_question(now_there, question_id, fields)
                locale = now_there.source_locale
                for where, texts in (("options", options), ("rows", rows)):
                    for key_of, words in texts.items():
                        said_before = {locale: words}
                        now_there = editing.set_option(
                            now_there, question_id, key_of, {"text": said_before}, where=WHERE[where]
                        )
                return _moved(now_there, question_id, key, where_, act)

            change(
                draft_id,
                edit,
                f"option.{act}" if act else "question.set",
                [f"question:{question_id}"],
                form.version,
            )
            said("The answer is deleted. Undo brings it back." if act == "delete" else "Saved.")
            here = url_for("office.builder_question", draft_id=draft_id, question_id=question_id)
            return redirect(f"{here}#answers" if act else here)
        except ValueError as line:
            form.bins.errors = [*form.bins.errors, f"Write each band like “0-4 Up to four”, not “{line}”"]
        except SurveysError as problem:
            form.refuse(problem)
            if problem.code == "survey_draft.conflict":
                draft = draft_at(draft_id)
                clash = conflict(draft, problem, form, lambda state: _shown(state, question_id))
    return _question_page(draft, document, question, form, clash)


def _pressed() -> tuple[str, Literal["options", "rows"], str]:
    """The small button pressed beside an answer: what to do, in which list, with which answer."""
    act, _, rest = request.form.get("action", "").partition(":")
    where, _, key = rest.partition(":")
    return (act if act in ANSWER_ACTS else ""), WHERE.get(where, "options"), key


def _moved(
    document: Questionnaire, question_id: str, key: str, where: Literal["options", "rows"], act: str
) -> Questionnaire:
    """The document after that button was pressed beside an answer."""
    if act in MOVES:
        return editing.move_option(document, question_id, key, MOVES[act], where=where)
    if act == "copy":
        return editing.copy_option(document, question_id, key, where=where)
    return editing.delete_option(document, question_id, key, where=where) if act == "delete" else document


def _shown(document: Questionnaire, question_id: str) -> dict[str, Any] | None:
    question = next((q for q in document.all_questions if q.id == question_id), None)
    return None if question is None else question_shown(question, document)


def _question_page(
    draft: SurveyDraft,
    document: Questionnaire,
    question: Any,
    form: Any,
    clash: Conflict | None = None,
    more: AddAnswers | None = None,
    remark: Remark | None = None,
) -> ResponseReturnValue:
    session = read_session()
    here = url_for("office.builder_question", draft_id=draft.id, question_id=question.id)
    faults = tell(draft, document, drafting.faults_of(session, draft))
    earlier = drafting.earlier(session, draft)
    shown = render_template(
        "office/builder/question.html",
        draft=draft,
        document=document,
        question=question,
        page_id=page_of(document, question.id),
        form=form,
        clash=clash,
        more=more or AddAnswers(formdata=None, data={"seen": str(draft.revision)}),
        remark=remark or Remark(formdata=None),
        remarks=remarks.remarks(session, draft, question.id),
        kind=KINDS[question.kind],
        meanings=MEANINGS,
        faults=[one for one in faults if one.href.startswith((here, f"{here}/"))],
        changed=[one for one in earlier.differences if one.question == question.id] if earlier else [],
        earlier=earlier,
        differences=DIFFERENCES,
        only=conditions_said(document),
        **undoing(draft),
    )
    bad = form.problems() or (more and more.problems()) or (remark and remark.problems())
    return make_response(shown, 422 if bad else 200)


@bp.post("/surveys/<draft_id>/questions/<question_id>/act")
def builder_question_act(draft_id: str, question_id: str) -> ResponseReturnValue:
    """Moves, copies or deletes a question by one button."""
    document = drafting.document_of(draft_at(draft_id))
    question_at(document, question_id)
    page_id = page_of(document, question_id)
    act, subjects = request.form.get("action", ""), [f"question:{question_id}"]
    if act in MOVES:
        press(
            draft_id,
            lambda now_there: editing.move_question(now_there, question_id, MOVES[act]),
            f"question.{act}",
            subjects,
        )
        page_id = page_of(drafting.document_of(draft_at(draft_id)), question_id)
    elif act == "copy":
        press(draft_id, lambda now_there: editing.copy_question(now_there, question_id), "question.copy", [])
    elif act == "delete" and press(
        draft_id,
        lambda now_there: editing.delete_question(now_there, question_id),
        "question.delete",
        subjects,
    ):
        said("The question is deleted. Undo brings it back.")
    return redirect(url_for("office.builder_page", draft_id=draft_id, page_id=page_id))


# Answers --------------------------------------------------------------------------------------------------


@bp.post("/surveys/<draft_id>/questions/<question_id>/answers")
def builder_answers(draft_id: str, question_id: str) -> ResponseReturnValue:
    """Adds answers (or rows), one a line."""
    draft = draft_at(draft_id)
    document = drafting.document_of(draft)
    question = question_at(document, question_id)
    form = AddAnswers()
    where = WHERE.get(str(form.where.data), "options")
    if form.validate():
        locale = document.source_locale
        lines = [line.strip() for line in str(form.answers.data).splitlines() if line.strip()]

        def edit(now_there: Questionnaire) -> Questionnaire:
            for words in lines:
                now_there = editing.add_option(now_there, question_id, {locale: words}, where=where)
            return now_there

        try:
            change(draft_id, edit, "option.add", [f"question:{question_id}"], form.version)
            address = url_for("office.builder_question", draft_id=draft_id, question_id=question_id)
            return redirect(f"{address}#answers")
        except SurveysError as problem:
            form.refuse(problem)
    shown: Any = question_form(question, document)(
        formdata=None, data=question_shown(question, document) | {"seen": str(draft.revision)}
    )
    return _question_page(draft, document, question, shown, more=form)


@bp.route("/surveys/<draft_id>/questions/<question_id>/answers/<key>", methods=["GET", "POST"])
def builder_option(draft_id: str, question_id: str, key: str) -> ResponseReturnValue:
    return _answer(draft_id, question_id, key, "options")


@bp.route("/surveys/<draft_id>/questions/<question_id>/rows/<key>", methods=["GET", "POST"])
def builder_row(draft_id: str, question_id: str, key: str) -> ResponseReturnValue:
    return _answer(draft_id, question_id, key, "rows")


def _answer(
    draft_id: str, question_id: str, key: str, where: Literal["options", "rows"]
) -> ResponseReturnValue:
    draft = draft_at(draft_id)
    document = drafting.document_of(draft)
    question = question_at(document, question_id)
    option = thing(next((one for one in getattr(question, where, ()) if one.key == key), None))
    back = url_for("office.builder_question", draft_id=draft_id, question_id=question_id) + "#answers"
    if request.method == "POST" and request.form.get("action"):
        _answer_act(draft_id, question_id, key, where, request.form["action"])
        return redirect(back)
    given = _answer_shown(document, option) | {"seen": str(draft.revision)}
    form: Any = OptionForm(data=given) if where == "options" else RowForm(data=given)
    if where == "options":
        form.meaning.choices = list(MEANINGS.items())
        stops = [(one.id, document.say(one.title, document.source_locale)) for one in document.stops]
        form.stop.choices = [("", "Does not end the survey"), *stops]
    clash: Conflict | None = None
    if request.method == "POST" and form.validate():
        fields = _answer_fields(form, document.source_locale)
        try:
            change(
                draft_id,
                lambda now_there: editing.set_option(now_there, question_id, key, fields, where=where),
                "option.set",
                [f"question:{question_id}"],
                form.version,
            )
            said("Saved.")
            return redirect(back)
        except SurveysError as problem:
            form.refuse(problem)
            if problem.code == "survey_draft.conflict":
                draft = draft_at(draft_id)
                clash = conflict(
                    draft, problem, form, lambda state: _answer_state(state, question_id, key, where)
                )
    page = render_template(
        "office/builder/answer.html",
        draft=draft,
        document=document,
        question=question,
        option=option,
        form=form,
        where=where,
        back=back,
        clash=clash,
    )
    return make_response(page, 422 if form.problems() else 200)


def _answer_state(document: Questionnaire, question_id: str, key: str, where: str) -> dict[str, Any] | None:
    question = next((q for q in document.all_questions if q.id == question_id), None)
    option = next((one for one in getattr(question, where, ()) if one.key == key), None)
    return None if option is None else _answer_shown(document, option)


def _answer_shown(document: Questionnaire, option: Any) -> dict[str, Any]:
    locale = document.source_locale
    texts = {name: document.say(getattr(option, name, None), locale) for name in ("text", "hint")}
    given: dict[str, Any] = option.model_dump() | texts
    return given | {"stop": given.get("stop") or ""}


def _answer_fields(form: Any, locale: str) -> dict[str, Any]:
    fields: dict[str, Any] = {"text": {locale: str(form.text.data).strip()}}
    fields["topic"] = str(form.topic.data or "").strip() or None
    if "meaning" in form:
        fields |= {
            "hint": {locale: str(form.hint.data or "").strip()},
            "meaning": form.meaning.data,
            "exclusive": bool(form.exclusive.data),
            "write_in": bool(form.write_in.data),
            "min_age": form.min_age.data,
            "stop": form.stop.data or None,
            "hand_over": str(form.hand_over.data or "").strip() or None,
        }
    return fields


def _answer_act(
    draft_id: str, question_id: str, key: str, where: Literal["options", "rows"], act: str
) -> None:
    subjects = [f"question:{question_id}"]
    if act not in ANSWER_ACTS:
        return
    done = press(
        draft_id,
        lambda document: _moved(document, question_id, key, where, act),
        f"option.{act}",
        subjects,
    )
    if done and act == "delete":
        said("The answer is deleted. Undo brings it back.")


# The bank -------------------------------------------------------------------------------------------------


@bp.route("/surveys/<draft_id>/bank", methods=["GET", "POST"])
def builder_bank(draft_id: str) -> ResponseReturnValue:
    draft = draft_at(draft_id)
    document = drafting.document_of(draft)
    if request.method == "POST":
        key, part = request.form.get("key", ""), request.form.get("part", "")
        after = request.form.get("after", "")
        if after in document.part_of_page:
            part = document.part_of_page[after].id
        if press(
            draft_id,
            lambda now_there: bank.put(now_there, key, part, after=after),
            "question.bank",
            [f"bank:{key}"],
        ):
            said("The question is in the draft.")
        return redirect(url_for("office.builder_draft", draft_id=draft_id))
    asked = {question.identity for question in document.all_questions}
    return render_template(
        "office/builder/bank.html",
        draft=draft,
        document=document,
        entries=bank.bank(),
        asked=asked,
        kinds=KINDS,
    )


# Remarks --------------------------------------------------------------------------------------------------


@bp.post("/surveys/<draft_id>/questions/<question_id>/remarks")
def builder_remark(draft_id: str, question_id: str) -> ResponseReturnValue:
    draft = draft_at(draft_id)
    document = drafting.document_of(draft)
    question = question_at(document, question_id)
    form = Remark()
    if form.validate():
        try:
            with writing() as session:
                remarks.say(
                    session,
                    session.get_one(SurveyDraft, draft_id),
                    str(form.body.data),
                    question=question_id,
                    by=officer().by,
                    now=now(),
                    keys=keys(),
                )
            address = url_for("office.builder_question", draft_id=draft_id, question_id=question_id)
            return redirect(f"{address}#remarks")
        except SurveysError as problem:
            form.refuse(problem)
    shown: Any = question_form(question, document)(
        formdata=None, data=question_shown(question, document) | {"seen": str(draft.revision)}
    )
    return _question_page(draft, document, question, shown, remark=form)


@bp.post("/surveys/<draft_id>/remarks/<remark_id>/settle")
def builder_remark_settle(draft_id: str, remark_id: str) -> ResponseReturnValue:
    found = read_session().get(remarks.Remark, remark_id)
    if found is None or found.draft_id != draft_id:
        abort(404)
    try:
        with writing() as session:
            remarks.settle(session, remark_id, by=officer().by, now=now(), keys=keys())
        said("Settled.")
    except SurveysError as problem:
        said(words_of(problem))
    asked = {question.id for question in drafting.document_of(draft_at(draft_id)).all_questions}
    if found.question in asked:
        return redirect(url_for("office.builder_question", draft_id=draft_id, question_id=found.question))
    return redirect(url_for("office.builder_draft", draft_id=draft_id))

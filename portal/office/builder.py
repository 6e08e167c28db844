"""Surveys being written: the list of drafts, starting one, its overview, history, and undo."""

from __future__ import annotations

from typing import Any

from flask import abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from portal.database import read_session, writing
from portal.forms.office.builder import Begin, Settings
from portal.messages import words_of
from portal.office.blueprint import bp, keys, now, officer, said, survey_title
from portal.office.builder_desk import (
    Conflict,
    change,
    conditions_said,
    conflict,
    draft_at,
    places,
    seen,
    subject_words,
    tell,
    undoing,
)
from portal.office.builder_words import ACTIONS, DIFFERENCES, fault_words
from portal.partnership.survey_models import models
from portal.survey_words import changes
from surveys import surveys
from surveys.authoring import beginning, drafting, previews, publishing, remarks, translating
from surveys.errors import SurveysError
from surveys.questionnaire import framing
from surveys.questionnaire.faults import Fault, load
from surveys.questionnaire.geography import freeze
from surveys.questionnaire.model import Questionnaire
from surveys.surveys import Survey, SurveyVersion

STAYING = frozenset({"set", "up", "down", "translate"})
"""Steps that neither make nor take away anything: whoever takes one back stays on the page."""
MOST_BYTES = 2_000_000


@bp.get("/surveys")
def builder() -> ResponseReturnValue:
    session = read_session()
    drafts = drafting.drafts(session)
    published = [
        {
            "survey": survey,
            "state": surveys.state(survey, now()),
            "corrections": len(publishing.corrections(session, survey.id)),
        }
        for survey in session.scalars(select(Survey).order_by(Survey.opens_at.desc(), Survey.slug))
    ]
    return render_template(
        "office/builder/list.html",
        drafts=[{"draft": draft, "faults": len(drafting.faults_of(session, draft))} for draft in drafts],
        aside=drafting.drafts(session, set_aside=True),
        published=published,
    )


# Starting -------------------------------------------------------------------------------------------------


def _starts() -> list[tuple[str, str]]:
    found = [(f"model:{key}", f"The model survey “{key}”") for key in models()]
    for survey in read_session().scalars(select(Survey).order_by(Survey.opens_at.desc(), Survey.slug)):
        if surveys.current_version(read_session(), survey.id) is not None:
            found.append((f"survey:{survey.slug}", f"The survey “{survey_title(survey)}”"))
    return [*found, ("file", "A questionnaire file"), ("blank", "Nothing: a blank questionnaire")]


@bp.route("/surveys/begin", methods=["GET", "POST"])
def builder_begin() -> ResponseReturnValue:
    form = Begin()
    form.start.choices = _starts()
    faults: list[str] = []
    if request.method == "POST" and form.validate():
        try:
            document, origin = _document(form)
            with writing() as session:
                draft = beginning.begin(
                    session,
                    document,
                    name=form.name.data or "",
                    origin=origin,
                    by=officer().by,
                    now=now(),
                    keys=keys(),
                )
            said("The draft is made. Nothing is published before you say so.")
            return redirect(url_for("office.builder_draft", draft_id=draft.id))
        except SurveysError as problem:
            form.refuse(problem)
            found: Any = problem.facts.get("faults", ())
            faults = [f"{fault.place}: {fault_words(fault)}" for fault in found if isinstance(fault, Fault)]
    elif request.method == "GET":
        form.start.data = request.args.get("start", "")
    page = render_template("office/builder/begin.html", form=form, faults=faults)
    return make_response(page, 422 if form.problems() else 200)


def _document(form: Begin) -> tuple[Questionnaire, str]:
    """What the officer chose to start from. Places are frozen in again when the draft is published."""
    start = str(form.start.data)
    kind, _, name = start.partition(":")
    if kind == "model":
        return models()[name], start
    if kind == "survey":
        survey = surveys.by_slug(read_session(), name)
        version = surveys.current_version(read_session(), survey.id) if survey else None
        if version is None:
            raise SurveysError("survey.unknown")
        return framing.unfrozen(surveys.questionnaire_of(version)), f"version:{version.id}"
    if kind == "file":
        file = request.files.get("file")
        content = file.read(MOST_BYTES + 1) if file else b""
        if not content or len(content) > MOST_BYTES:
            raise SurveysError("upload.empty" if not content else "upload.too_large", field="file")
        return load(content), "file"
    return framing.blank(
        str(form.key.data or "survey").strip() or "survey", "anonymous", ["en_GB"], "Local survey"
    ), ("blank")


@bp.post("/surveys/correct/<slug>")
def builder_correct(slug: str) -> ResponseReturnValue:
    try:
        with writing() as session:
            survey = surveys.by_slug(session, slug)
            version = surveys.current_version(session, survey.id) if survey else None
            if survey is None or version is None:
                raise SurveysError("survey.unknown")
            full = session.get_one(SurveyVersion, version.id)
            draft = beginning.begin_correction(session, survey, full, by=officer().by, now=now(), keys=keys())
        return redirect(url_for("office.builder_draft", draft_id=draft.id))
    except SurveysError as problem:
        said(words_of(problem))
        return redirect(url_for("office.builder"))


# One draft ------------------------------------------------------------------------------------------------


@bp.get("/surveys/<draft_id>")
def builder_draft(draft_id: str) -> ResponseReturnValue:
    draft, session = draft_at(draft_id), read_session()
    document = drafting.document_of(draft)
    corrected = session.get(Survey, draft.survey_id) if draft.survey_id else None
    return render_template(
        "office/builder/draft.html",
        draft=draft,
        document=document,
        corrected=corrected,
        **undoing(draft),
        faults=tell(draft, document, drafting.faults_of(session, draft)),
        earlier=drafting.earlier(session, draft),
        differences=DIFFERENCES,
        languages_done=[translating.summary(session, draft, one) for one in document.locales[1:]],
        links=previews.links(session, draft, now()),
        remarks=[one for one in remarks.remarks(session, draft) if one.settled_at is None],
        only=conditions_said(document),
        names={q.id: document.say(q.short, document.source_locale) or q.id for q in document.all_questions},
    )


@bp.get("/surveys/<draft_id>/history")
def builder_history(draft_id: str) -> ResponseReturnValue:
    draft = draft_at(draft_id)
    steps = drafting.history(read_session(), draft)
    document = drafting.document_of(draft)
    return render_template(
        "office/builder/history.html",
        draft=draft,
        steps=steps,
        actions=ACTIONS,
        touched=lambda step: list(dict.fromkeys(subject_words(document, one) for one in step.subjects)),
    )


@bp.get("/surveys/<draft_id>/history/<int:number>")
def builder_step(draft_id: str, number: int) -> ResponseReturnValue:
    """What one step changed, line by line."""
    draft, session = draft_at(draft_id), read_session()
    step = drafting.step_of(session, draft, number) if number <= draft.revision else None
    if step is None:
        abort(404)
    before, after = (
        freeze(drafting.document_at(session, draft, one), places()) for one in (number - 1, number)
    )
    found = changes(before, after)
    own = [one for one in found if any(_about(one.where, subject) for subject in step.subjects)] or found
    touched = dict.fromkeys(subject_words(after, one) for one in step.subjects)
    return render_template(
        "office/builder/step.html",
        draft=draft,
        step=step,
        touched=list(touched),
        changes=own,
        also=[one.where for one in found if one not in own],
        **undoing(draft),
    )


def _about(where: str, subject: str) -> bool:
    """Whether a change in words is of what a step touched itself, not only a mention of it elsewhere."""
    kind, _, name = (subject.split(":", 2)[2] if subject.startswith("text:") else subject).partition(":")
    if subject.startswith("text:"):
        name = name.partition(".")[0]
    if kind not in ("question", "page"):
        return True
    begins = f"Question “{name}”" if kind == "question" else f"Page {name}"
    return where == begins or where.startswith((f"{begins},", f"{begins} "))


@bp.post("/surveys/<draft_id>/undo")
def builder_undo(draft_id: str) -> ResponseReturnValue:
    return _reverse(draft_id, drafting.undo, "Undone.")


@bp.post("/surveys/<draft_id>/redo")
def builder_redo(draft_id: str) -> ResponseReturnValue:
    return _reverse(draft_id, drafting.redo, "Done again.")


def _reverse(draft_id: str, verb: Any, done: str) -> ResponseReturnValue:
    home = url_for("office.builder_draft", draft_id=draft_id)
    back = request.form.get("back", "")
    can = drafting.reversible(read_session(), draft_at(draft_id))
    step = can.undo if verb is drafting.undo else can.redo
    try:
        with writing() as session:
            verb(session, draft_id, seen_version=seen(), by=officer().by, now=now(), keys=keys())
        said(done)
    except SurveysError as problem:
        said(words_of(problem))
    # A page is gone on which somebody undid that it was made.
    stays = step is not None and step.action.partition(".")[2] in STAYING and back.startswith(f"{home}/")
    return redirect(back if stays and "//" not in back else home)


@bp.post("/surveys/<draft_id>/aside")
def builder_aside(draft_id: str) -> ResponseReturnValue:
    """Sets the draft aside, or takes it up again."""
    back = request.form.get("action") == "take_up"
    verb = drafting.take_up if back else drafting.set_aside
    try:
        with writing() as session:
            verb(session, draft_id, by=officer().by, now=now(), keys=keys())
        said(
            "The draft is back."
            if back
            else "The draft is set aside. You can take it up again from the list."
        )
    except SurveysError as problem:
        said(words_of(problem))
    return redirect(url_for("office.builder"))


# Settings -------------------------------------------------------------------------------------------------


@bp.route("/surveys/<draft_id>/settings", methods=["GET", "POST"])
def builder_settings(draft_id: str) -> ResponseReturnValue:
    draft = draft_at(draft_id)
    document = drafting.document_of(draft)
    form = Settings(data=_settings_shown(document) | {"seen": str(draft.revision)})
    _choose(form, document)
    clash: Conflict | None = None
    if request.method == "POST" and form.validate():
        try:
            fields = _settings_fields(form, document)
            change(
                draft_id,
                lambda now_there: framing.set_document(now_there, fields),
                "document.set",
                ["document"],
                form.version,
            )
            said("Saved.")
            return redirect(url_for("office.builder_draft", draft_id=draft_id))
        except SurveysError as problem:
            form.refuse(problem)
            if problem.code == "survey_draft.conflict":
                draft = draft_at(draft_id)
                clash = conflict(draft, problem, form, _settings_shown)
    page = render_template(
        "office/builder/settings.html", draft=draft, document=document, form=form, clash=clash
    )
    return make_response(page, 422 if form.problems() else 200)


def _settings_shown(document: Questionnaire) -> dict[str, Any]:
    locale = document.source_locale
    return {
        "name_title": document.say(document.title, locale),
        "purpose": document.say(document.purpose, locale),
        "minutes": document.minutes,
        "single_page": document.single_page,
        "asks_permission": document.asks_permission,
        "finish_after": document.finish_after or "",
        "age_question": document.age_question or "",
        "headline": document.headline or "",
    }


def _choose(form: Settings, document: Questionnaire) -> None:
    locale = document.source_locale
    form.finish_after.choices = [("", "Nobody may"), *((p.id, f"Page {p.id}") for p in document.pages())]
    for field, kind in ((form.age_question, "one"), (form.headline, "several")):
        found = [q for q in document.all_questions if q.kind == kind]
        field.choices = [("", "None"), *((q.id, document.say(q.short, locale) or q.id) for q in found)]


def _settings_fields(form: Settings, document: Questionnaire) -> dict[str, Any]:
    locale = document.source_locale
    return {
        "title": {locale: str(form.name_title.data).strip()},
        "purpose": {locale: str(form.purpose.data).strip()},
        "minutes": form.minutes.data,
        "single_page": bool(form.single_page.data),
        "asks_permission": bool(form.asks_permission.data),
        "finish_after": form.finish_after.data or None,
        "age_question": form.age_question.data or None,
        "headline": form.headline.data or None,
    }

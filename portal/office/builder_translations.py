"""Translations side by side, with a state for every text; languages come and go here."""

from __future__ import annotations

from flask import abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.database import read_session, writing
from portal.forms.office.builder import Checked, Language
from portal.i18n import english_name
from portal.messages import words_of
from portal.office.blueprint import bp, keys, name_of, now, officer, said
from portal.office.builder_desk import change, draft_at, press, seen, thing
from portal.office.builder_words import text_words
from portal.rendering import moment
from surveys.authoring import drafting, translating
from surveys.errors import SurveysError
from surveys.questionnaire import framing
from surveys.questionnaire.wordings import pairs

LANGUAGES = (
    *"pl ro lt pt es bg hu ru uk lv sk cs it fr de".split(),
    *"ar fa ku ps ur pa bn gu hi ta zh vi so tr sq el nl cy".split(),
)
"""Languages spoken in English districts, to choose from; any other can come with a questionnaire file."""
STATES = {"missing": "Missing", "draft": "Draft", "checked": "Checked", "stale": "Source changed since"}


@bp.route("/surveys/<draft_id>/languages", methods=["GET", "POST"])
def builder_languages(draft_id: str) -> ResponseReturnValue:
    draft = draft_at(draft_id)
    document = drafting.document_of(draft)
    form = Language(data={"seen": str(draft.revision)})
    free = [(code, english_name(code)) for code in LANGUAGES if code not in document.locales]
    form.locale.choices = [("", "Choose a language"), *free]
    if request.method == "POST" and request.form.get("action") == "drop":
        locale = request.form.get("locale", "")
        if press(
            draft_id,
            lambda now_there: framing.drop_language(now_there, locale),
            "language.drop",
            [f"language:{locale}"],
        ):
            said("The language and its texts are taken away. Undo brings them back.")
        return redirect(url_for("office.builder_languages", draft_id=draft_id))
    if request.method == "POST" and form.validate():
        locale = str(form.locale.data)
        try:
            change(
                draft_id,
                lambda now_there: framing.add_language(now_there, locale),
                "language.add",
                [f"language:{locale}"],
                form.version,
            )
            return redirect(url_for("office.builder_translations", draft_id=draft_id, locale=locale))
        except SurveysError as problem:
            form.refuse(problem)
    session = read_session()
    page = render_template(
        "office/builder/languages.html",
        draft=draft,
        document=document,
        form=form,
        done=[translating.summary(session, draft, one) for one in document.locales[1:]],
    )
    return make_response(page, 422 if form.problems() else 200)


@bp.route("/surveys/<draft_id>/languages/<locale>", methods=["GET", "POST"])
def builder_translations(draft_id: str, locale: str) -> ResponseReturnValue:
    """Every text beside its translation; ``show`` keeps those of one state."""
    draft = draft_at(draft_id)
    document = drafting.document_of(draft)
    thing(locale if locale in document.locales[1:] else None)
    typed: dict[str, str] = {}
    clash: dict[str, str] = {}
    problem_words = ""
    show = request.values.get("show", "")
    if request.method == "POST":
        typed = {
            name.removeprefix("text:"): value.replace("\r\n", "\n")
            for name, value in request.form.items()
            if name.startswith("text:")
        }
        # Only what was typed: a text that stands in the form as it was is no wish to put it back.
        opened = pairs(drafting.document_at(read_session(), draft, min(seen(), draft.revision)), locale)
        typed = {
            name: text
            for name, text in typed.items()
            if name not in opened or text.strip() != opened[name][1].strip()
        }
        try:
            with writing() as session:
                translating.translate(
                    session,
                    draft_id,
                    locale,
                    typed,
                    seen_version=seen(),
                    by=officer().by,
                    now=now(),
                    keys=keys(),
                )
            said("Saved. Each text stays a draft until somebody who speaks the language has checked it.")
            return redirect(
                url_for("office.builder_translations", draft_id=draft_id, locale=locale, show=show or None)
            )
        except SurveysError as problem:
            problem_words = words_of(problem)
            draft = draft_at(draft_id)
            if problem.code == "survey_draft.conflict":
                clash = {"who": name_of(str(problem.facts["by"])), "when": moment(problem.facts["at"])}  # type: ignore[arg-type]
    return _page(locale, draft_id, show, typed=typed, clash=clash, problem=problem_words)


def _page(
    locale: str,
    draft_id: str,
    show: str,
    *,
    typed: dict[str, str] | None = None,
    clash: dict[str, str] | None = None,
    problem: str = "",
    form: Checked | None = None,
) -> ResponseReturnValue:
    draft = draft_at(draft_id)
    session = read_session()
    texts = translating.side_by_side(session, draft, locale)
    there = {one.wording.name for one in texts}
    shown = [one for one in texts if show in ("", one.state) or one.wording.name in (typed or {})]
    form = form or Checked(formdata=None)
    page = render_template(
        "office/builder/translations.html",
        draft=draft,
        document=drafting.document_of(draft),
        to=locale,
        texts=shown,
        summary=translating.summary(session, draft, locale),
        states=STATES,
        show=show,
        text_words=text_words,
        typed=typed or {},
        gone=[(text_words(name), text) for name, text in (typed or {}).items() if name not in there and text],
        clash=clash,
        problem=problem,
        form=form,
    )
    return make_response(page, 422 if problem or form.problems() else 200)


@bp.post("/surveys/<draft_id>/languages/<locale>/checked")
def builder_checked(draft_id: str, locale: str) -> ResponseReturnValue:
    """A named speaker has read every text that is there (or the ones ticked)."""
    draft = draft_at(draft_id)
    if locale not in drafting.document_of(draft).locales[1:]:
        abort(404)
    form = Checked()
    if form.validate():
        chosen = request.form.getlist("name")
        names = chosen or [
            one.wording.name for one in translating.side_by_side(read_session(), draft, locale)
        ]
        try:
            with writing() as session:
                count = translating.check(
                    session,
                    draft_id,
                    locale,
                    names,
                    speaker=str(form.speaker.data),
                    by=officer().by,
                    now=now(),
                    keys=keys(),
                )
            said(f"{count} texts are noted as checked by {str(form.speaker.data).strip()}.")
            return redirect(url_for("office.builder_translations", draft_id=draft_id, locale=locale))
        except SurveysError as problem:
            form.refuse(problem)
    return _page(locale, draft_id, "", form=form)

"""The code frame: the themes of each open question, ticked while reading, with and without campaigns."""

from __future__ import annotations

from flask import abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.database import read_session, writing
from portal.forms.office.comments import ThemeForm
from portal.office.blueprint import bp, keys, now, officer, said
from portal.office.comments import (
    document_of,
    found_survey,
    open_items,
    question_words,
    surveys_with_comments,
)
from surveys import moderation
from surveys.errors import SurveysError
from surveys.moderation import themes as frames
from surveys.surveys import Survey


@bp.get("/themes")
def themes() -> ResponseReturnValue:
    session = read_session()
    frame = []
    for survey in surveys_with_comments(session):
        wrote = moderation.written(session, survey.id)
        items = [
            (
                item,
                question_words(session, survey.id, item),
                wrote.get(item, 0),
                len(frames.frame(session, survey.id, item)),
            )
            for item in open_items(document_of(session, survey.id))
        ]
        frame.append((survey, items))
    return render_template("office/themes/themes.html", frame=frame)


@bp.route("/themes/<slug>/<item>", methods=["GET", "POST"])
def theme_frame(slug: str, item: str) -> ResponseReturnValue:
    """The themes of one question, and a form for one more."""
    form = ThemeForm()
    if request.method == "POST":
        try:
            with writing() as session:
                survey = _survey(session, slug, item)
                if form.validate():
                    frames.add(
                        session,
                        survey.id,
                        item,
                        name=form.name.data or "",
                        description=form.description.data or "",
                        by=officer().by,
                        now=now(),
                        keys=keys(),
                    )
        except SurveysError as problem:
            form.refuse(problem)
        if not form.problems():
            said("Added.")
            return redirect(url_for("office.theme_frame", slug=slug, item=item))
    session = read_session()
    survey = _survey(session, slug, item)
    shown = render_template(
        "office/themes/frame.html",
        form=form,
        survey=survey,
        item=item,
        question=question_words(session, survey.id, item),
        found=frames.found(session, survey.id, item),
        wrote=moderation.written(session, survey.id).get(item, 0),
    )
    return make_response(shown, 422 if form.problems() else 200)


def _survey(session: Session, slug: str, item: str) -> Survey:
    survey = found_survey(session, slug)
    if item not in open_items(document_of(session, survey.id)):
        abort(404)
    return survey


@bp.route("/themes/<slug>/<item>/<theme_id>", methods=["GET", "POST"])
def theme(slug: str, item: str, theme_id: str) -> ResponseReturnValue:
    """Rename, explain or retire one theme."""
    session = read_session()
    survey = _survey(session, slug, item)
    try:
        known = frames.find(session, survey.id, theme_id)
    except SurveysError:
        abort(404)
    form = ThemeForm(name=known.name, description=known.description, retired=known.retired)
    if request.method == "POST" and form.validate():
        try:
            with writing() as session:
                frames.change(
                    session,
                    frames.find(session, survey.id, theme_id),
                    name=form.name.data or "",
                    description=form.description.data or "",
                    retired=bool(form.retired.data),
                    by=officer().by,
                    now=now(),
                    keys=keys(),
                )
            said("Saved.")
            return redirect(url_for("office.theme_frame", slug=slug, item=item))
        except SurveysError as problem:
            form.refuse(problem)
    shown = render_template(
        "office/themes/theme.html",
        form=form,
        survey=survey,
        item=item,
        theme=known,
        question=question_words(session, survey.id, item),
    )
    return make_response(shown, 422 if form.problems() else 200)

"""Is the coding of comments to be trusted: a second person's sample, and suggestions people decide on."""

from __future__ import annotations

from typing import Any

from flask import abort, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.database import read_session, writing
from portal.forms.office.desk import SecondCoding
from portal.office import desk_words as say
from portal.office.blueprint import bp, keys, now, officer, said
from portal.office.desk import survey_called, words
from surveys.errors import SurveysError
from surveys.moderation import themes
from surveys.questionnaire.model import Questionnaire
from surveys.results import coding as work
from surveys.results.agreement import Agreement
from surveys.surveys import Survey


def _asked(document: Questionnaire, item: str) -> str:
    """The short words of an open question or of a "something else" box."""
    id, _, key = item.partition(".")
    question = document.question_by_id.get(id)
    if question is None:
        abort(404)
    option = next((o for o in getattr(question, "options", ()) if o.key == key), None)
    if key and option is None:
        abort(404)
    short = words(document, question.short)
    return f"{short}: {words(document, option.text)}" if option else short


@bp.get("/coding/<slug>/<item>")
def coding(slug: str, item: str) -> ResponseReturnValue:
    survey, document = survey_called(slug)
    return _page(survey, item, _asked(document, item))


def _page(survey: Survey, item: str, title: str, learned: work.Learned | None = None) -> str:
    session = read_session()
    agreed = work.agreement(session, survey.id, item)
    found = themes.found(session, survey.id, item)
    comments = len(work.readable(session, survey.id, item))
    return render_template(
        "office/coding/coding.html",
        survey=survey,
        item=item,
        title=title,
        rows=[_row(one, agreed.get(one.theme.id)) for one in found],
        comments=comments,
        sample=min(comments, work.SAMPLE),
        checked=max((one.number for one in agreed.values()), default=0),
        waiting=work.waiting(session, survey.id, item, keys=keys()),
        decided=work.decided(session, survey.id, item),
        learned=learned,
        share=say.share,
    )


def _row(found: themes.Found, agreed: Agreement | None) -> list[Any]:
    cells: list[Any] = [found.theme.name, str(found.people)]
    if agreed is None or not agreed.number:
        return [*cells, {"text": "no sample yet", "few": True}, ""]
    kappa = "cannot be worked out" if agreed.kappa is None else f"{agreed.kappa:.2f}"
    return [*cells, f"{say.share(agreed.same)} of {agreed.number}", kappa]


@bp.route("/coding/<slug>/<item>/next", methods=["GET", "POST"])
def coding_next(slug: str, item: str) -> ResponseReturnValue:
    """One comment of the sample, as cleared; the first coding is not shown."""
    survey, document = survey_called(slug)
    title = _asked(document, item)
    session = read_session()
    form = SecondCoding()
    frame = themes.frame(session, survey.id, item)
    form.themes.choices = [(theme.id, theme.name) for theme in frame]
    if form.is_submitted() and form.validate():
        try:
            with writing() as session:
                work.code_again(
                    session, survey.id, form.comment.data, form.themes.data or (), by=officer().by, now=now(),
                    keys=keys(),
                )  # fmt: skip
            return redirect(url_for("office.coding_next", slug=slug, item=item))
        except SurveysError as problem:
            form.refuse(problem)
    found = work.next_to_code(read_session(), survey.id, item, keys=keys())
    if found is None or not frame:
        said("Every comment of the sample has been coded twice." if frame else "Name some themes first.")
        return redirect(url_for("office.coding", slug=slug, item=item))
    comment, text = found
    if not form.problems():
        form.comment.data, form.themes.data = comment.id, []
    hints = {theme.id: theme.description for theme in frame}
    page = render_template(
        "office/coding/next.html", survey=survey, item=item, title=title, form=form, text=text, hints=hints
    )
    return make_response(page, 422 if form.problems() else 200)


@bp.post("/coding/<slug>/<item>/suggestions")
def coding_learn(slug: str, item: str) -> ResponseReturnValue:
    """Reads the cleared comments outside the turn to write, then keeps what it would suggest."""
    survey, document = survey_called(slug)
    title = _asked(document, item)
    learned = work.learn(read_session(), survey.id, item, keys=keys())
    with writing() as session:
        work.keep(session, survey.id, item, learned, by=officer().by, now=now(), keys=keys())
    return _page(survey, item, title, learned)


@bp.post("/coding/<slug>/<item>/suggestions/<comment_id>/<theme_id>/<answer>")
def coding_decide(slug: str, item: str, comment_id: str, theme_id: str, answer: str) -> ResponseReturnValue:
    survey, _ = survey_called(slug)
    if answer not in ("accept", "reject"):
        abort(404)
    try:
        with writing() as session:
            accept, by = answer == "accept", officer().by
            work.decide(
                session, survey.id, comment_id, theme_id, accept=accept, by=by, now=now(), keys=keys()
            )
    except SurveysError as problem:
        if problem.code == "coding.unknown":
            abort(404)
        said("Somebody has decided this already.")
    return redirect(url_for("office.coding", slug=slug, item=item))

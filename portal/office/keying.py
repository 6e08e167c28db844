"""Paper, phone and face-to-face answers: batches, the typing page, the second typing, and what it shows."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from flask import abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import select

from portal.database import read_session, writing
from portal.forms.office.keying import (
    CHANNEL_WORDS,
    Counts,
    Cover,
    NewBatch,
    Spoil,
    blanks,
    raw_by_choice,
    raw_of,
)
from portal.forms.questions import Setting, draw, showable
from portal.i18n import english_name
from portal.messages import words
from portal.office.blueprint import bp, keys, now, officer, said, survey_title
from portal.partnership import keying as forms
from portal.partnership.keying import Batch
from surveys import surveys
from surveys.errors import SurveysError
from surveys.questionnaire.checking import Checked, Raw
from surveys.questionnaire.model import Questionnaire
from surveys.questionnaire.plan import plan_of
from surveys.questionnaire.routing import labels
from surveys.results import releases
from surveys.surveys import Survey, SurveyVersion, london_day

ONCE = re.compile(r"[A-Za-z0-9_-]{43}")


# Surveys and batches --------------------------------------------------------------------------------------


@bp.get("/keying")
def keying() -> ResponseReturnValue:
    session = read_session()
    found = session.scalars(
        select(Survey).where(Survey.opens_at.is_not(None)).order_by(Survey.opens_at.desc())
    )
    taking = [one for one in found if surveys.state(one, now()) not in ("draft", "coming", "withdrawn")]
    shown = [
        (one, survey_title(one), forms.batches(session, one.id))
        for one in taking
        if releases.current(session, one.id) is None and surveys.current_version(session, one.id) is not None
    ]
    return render_template("office/keying/keying.html", shown=shown, channel_words=CHANNEL_WORDS)


@bp.route("/keying/<slug>", methods=["GET", "POST"])
def keying_survey(slug: str) -> ResponseReturnValue:
    survey, form = survey_of(slug), NewBatch()
    if request.method == "POST" and form.validate():
        try:
            with writing() as session:
                batch = forms.open_batch(
                    session, survey, name=form.name.data or "", channel=form.channel.data or "",
                    issued=form.issued.data, returned=form.returned.data,
                    sample_every=form.sample_every.data, by=officer().by, now=now(), keys=keys(),
                )  # fmt: skip
            return redirect(url_for("office.batch", slug=slug, batch_id=batch.id))
        except SurveysError as problem:
            form.refuse(problem)
    page = render_template(
        "office/keying/survey.html",
        survey=survey,
        batches=forms.batches(read_session(), survey.id),
        channel_words=CHANNEL_WORDS,
        form=form,
    )
    return make_response(page, 422 if form.problems() else 200)


@bp.route("/keying/<slug>/batches/<batch_id>", methods=["GET", "POST"])
def batch(slug: str, batch_id: str) -> ResponseReturnValue:
    survey, found = _batch(slug, batch_id)
    counts = Counts(issued=found.issued, returned=found.returned)
    if request.method == "POST" and counts.validate():
        try:
            with writing() as session:
                forms.count_batch(
                    session, session.get_one(Batch, found.id), issued=counts.issued.data,
                    returned=counts.returned.data, by=officer().by, now=now(), keys=keys(),
                )  # fmt: skip
            said("Saved.")
            return redirect(url_for("office.batch", slug=slug, batch_id=batch_id))
        except SurveysError as problem:
            counts.refuse(problem)
    return _batch_page(survey, found, counts, Spoil(formdata=None))


@bp.post("/keying/<slug>/batches/<batch_id>/spoiled")
def form_spoiled(slug: str, batch_id: str) -> ResponseReturnValue:
    survey, found = _batch(slug, batch_id)
    form = Spoil()
    if form.validate():
        try:
            with writing() as session:
                forms.spoil(
                    session, found, number=form.number.data or "", reason=form.reason.data or "",
                    by=officer().by, now=now(), keys=keys(),
                )  # fmt: skip
            said(f"Form {(form.number.data or '').strip().upper()} is put aside.")
            return redirect(url_for("office.batch", slug=slug, batch_id=batch_id))
        except SurveysError as problem:
            form.refuse(problem)
    return _batch_page(
        survey, found, Counts(formdata=None, issued=found.issued, returned=found.returned), form
    )


def _batch_page(survey: Survey, found: Batch, counts: Counts, spoil: Spoil) -> ResponseReturnValue:
    wrong = counts if counts.problems() else spoil
    page = render_template(
        "office/keying/batch.html",
        survey=survey,
        reckoned=forms.reckon(read_session(), found),
        channel_words=CHANNEL_WORDS,
        counts=counts,
        spoil=spoil,
        form=wrong,
    )
    return make_response(page, 422 if wrong.problems() else 200)


# Typing ---------------------------------------------------------------------------------------------------


@bp.route("/keying/<slug>/batches/<batch_id>/form", methods=["GET", "POST"])
def form_typed(slug: str, batch_id: str) -> ResponseReturnValue:
    """One form: its number, then every answer by the codes printed on it, or chosen from lists."""
    survey, found = _batch(slug, batch_id)
    version, document = document_of(survey)
    cover = covered(Cover(received_on=london_day(now())), document)
    if request.method == "GET":
        return typing_page(survey, document, cover, once_of(), {}, here=_batch_facts(survey, found))
    raw, checked = typed_answers(document)
    once = once_of()
    if cover.validate() and not checked.problems:
        try:
            with writing() as session:
                done = forms.key_form(
                    session, found, survey, version, document, checked.answers,
                    number=cover.number.data or "", token=once, locale=cover.locale.data,
                    may_publish=cover.publish.data == "yes", received_on=cover.received_on.data,
                    by=officer().by, now=now(), keys=keys(),
                )  # fmt: skip
            number = (cover.number.data or "").strip().upper()
            said(f"Form {number} is in. Write its receipt number on the paper: {done.receipt.number}.")
            if done.sampled:
                said(f"Form {number} was drawn for the second typing. Ask a colleague to type it again.")
            mode = request.form.get("mode", "")
            return redirect(
                url_for(
                    "office.form_typed", slug=slug, batch_id=batch_id, mode=mode if mode == "lists" else None
                )
            )
        except SurveysError as problem:
            cover.refuse(problem)
    return typing_page(survey, document, cover, once, raw, checked, here=_batch_facts(survey, found))


@bp.route("/keying/<slug>/batches/<batch_id>/again/<path:number>", methods=["GET", "POST"])
def form_again(slug: str, batch_id: str, number: str) -> ResponseReturnValue:
    """The second typing of a form of the sample: compared with the first, then thrown away."""
    survey, found = _batch(slug, batch_id)
    if number not in forms.reckon(read_session(), found).waiting:
        said("No form of this number waits for its second typing.")
        return redirect(url_for("office.batch", slug=slug, batch_id=batch_id))
    _version, document = document_of(survey)
    here = _batch_facts(survey, found) | {"again": number}
    if request.method == "GET":
        return typing_page(survey, document, None, "", {}, here=here)
    raw, checked = typed_answers(document)
    if checked.problems:
        return typing_page(survey, document, None, "", raw, checked, here=here)
    with writing() as session:
        result = forms.key_again(
            session, session.get_one(Batch, found.id), document, checked.answers, number=number,
            by=officer().by, now=now(), keys=keys(),
        )  # fmt: skip
    if not result.differences:
        said(f"Form {number}: all {result.compared} answers are the same.")
        return redirect(url_for("office.batch", slug=slug, batch_id=batch_id))
    differences = [
        (_short(document, one.question), _in_words(document, one.question, one.first),
         _in_words(document, one.question, one.second))
        for one in result.differences
    ]  # fmt: skip
    return render_template(
        "office/keying/compared.html",
        survey=survey, batch=found, number=number, compared=result.compared, differences=differences,
    )  # fmt: skip


def _short(document: Questionnaire, name: str) -> str:
    question, _, option = name.partition(".")
    short = document.say(document.question_by_id[question].short, document.source_locale)
    return f"{short} (in words)" if option else short


def _in_words(document: Questionnaire, name: str, answer: Any) -> str:
    question = document.question_by_id[name.partition(".")[0]]
    if answer is True:
        return "something was written"
    return "; ".join(filter(None, labels(question, answer, document, document.source_locale))) or "nothing"


# What the typing pages share ------------------------------------------------------------------------------


def covered(cover: Any, document: Questionnaire) -> Any:
    """The cover with the survey's languages to choose from."""
    cover.locale.choices = [(code, english_name(code)) for code in document.locales]
    cover.locale.data = cover.locale.data or document.source_locale
    return cover


def typed_answers(document: Questionnaire) -> tuple[Raw, Checked]:
    """What was typed on this page, as the web would have sent it, checked by the web's own rules."""
    if request.form.get("mode") == "lists":
        raw = raw_by_choice(document, request.form.getlist, _given)
    else:
        raw = raw_of(document, _given)
    return raw, forms.check(document, raw)


def _given(name: str) -> str:
    return request.form.get(name, "")


def once_of() -> str:
    given = request.form.get("once", "")
    return given if ONCE.fullmatch(given) else secrets.token_urlsafe(32)


def _batch_facts(survey: Survey, found: Batch) -> dict[str, Any]:
    return {
        "up": url_for("office.batch", slug=survey.slug, batch_id=found.id),
        "up_text": found.name,
        "title": "Type a form",
        "again": "",
    }


def typing_page(
    survey: Survey,
    document: Questionnaire,
    cover: Any,
    once: str,
    raw: Raw,
    checked: Checked | None = None,
    *,
    here: Mapping[str, Any],
    given: Callable[[str], str] = _given,
) -> ResponseReturnValue:
    """Every question on one page, in the order of the paper, with what was typed and what is wrong.

    ``here`` may hold ``rows``: the rows of the spreadsheet the answers were read from, by box.
    """
    mode = request.values.get("mode", "")
    lists = mode == "lists"
    problems = checked.problems if checked else ()
    setting = Setting(document, document.source_locale, checked.answers if checked else {}, raw, problems)

    def shown(name: str) -> str:
        return showable(given(name))

    pages = []
    for page in document.pages():
        questions = []
        for question in page.questions:
            if question.off:
                continue
            as_web = lists and question.kind != "one-of"
            drawn = draw(question, setting, page_heading=False) | {"size": "s"} if as_web else None
            questions.append({"web": drawn, "blanks": [] if as_web else blanks(question, setting, shown)})
        if questions:
            pages.append({"title": setting.said(page.title) if page.title else "", "questions": questions})
    rows = here.get("rows", {})
    links = [
        {
            "href": f"#{_anchor(one)}",
            "text": Markup("Row {}: ").format(rows[_anchor(one)]) + _fault(document, one)
            if _anchor(one) in rows
            else _fault(document, one),
        }
        for one in problems
    ]
    links += [
        {"href": "", "text": f"Row {number}: this is not one of the questions, and it has an answer"}
        for number in here.get("strange", ())
    ]
    if here.get("file_fault"):
        links.append({"href": "#file", "text": here["file_fault"]})
    faults = [*(cover.problems() if cover is not None else []), *links]
    rendered = render_template(
        "office/keying/type.html",
        survey=survey, cover=cover, once=once, pages=pages, faults=faults, lists=lists, here=here,
    )  # fmt: skip
    return make_response(rendered, 422 if faults else 200)


def _anchor(problem: Any) -> str:
    return (
        f"{problem.question}.{problem.item}"
        if problem.item and not problem.item.isdigit()
        else problem.question
    )


def _fault(document: Questionnaire, problem: Any) -> Markup:
    return Markup("{}: {}").format(_short(document, problem.question), words(problem.code, problem.facts))


def survey_of(slug: str) -> Survey:
    survey = surveys.by_slug(read_session(), slug)
    if survey is None or surveys.current_version(read_session(), survey.id) is None:
        abort(404)
    return survey


def _batch(slug: str, batch_id: str) -> tuple[Survey, Batch]:
    survey = survey_of(slug)
    found = read_session().get(Batch, batch_id)
    if found is None or found.survey_id != survey.id:
        abort(404)
    return survey, found


def document_of(survey: Survey) -> tuple[SurveyVersion, Questionnaire]:
    version = surveys.current_version(read_session(), survey.id)
    if version is None:
        abort(404)
    document = surveys.questionnaire_of(version)
    plan_of(document)
    return version, document

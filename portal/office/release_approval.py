"""Results approved by a named senior: the link, and the page it opens."""

from __future__ import annotations

import datetime as dt

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape

from portal import drawing, findings_words
from portal.database import read_session, writing
from portal.documents.report import report
from portal.forms.office.rounds import Answer, ApprovalLink
from portal.i18n import html_lang
from portal.office import seniors
from portal.office.blueprint import bp, keys, now
from portal.office.releases import document_of, draft_of, release_page, survey_or_404
from portal.office.signature import signed
from portal.outside import outside
from portal.partnership import approval_links, release_approvals
from portal.reading import Reading
from portal.rendering import day
from surveys.errors import SurveysError
from surveys.results import compositions
from surveys.results.compositions import Composition
from surveys.results.releases import Prepared
from surveys.surveys import Survey


@bp.post("/releases/<slug>/approval/link")
def release_link(slug: str) -> ResponseReturnValue:
    """A single-use link for a named senior, shown once."""
    survey, form = survey_or_404(slug), ApprovalLink()
    draft = draft_of(survey)
    try:
        session = read_session()
        beyond = outside(session, survey)
        prepared = compositions.prepare(session, survey, draft, now=now(), outside=beyond)
        with writing() as session:
            link, token = release_approvals.ask(
                session,
                session.get_one(Composition, draft.id),
                prepared,
                name=form.name.data or "",
                post=form.post.data or "",
                **signed(),
            )
            path = url_for("office.release_signing", slug=slug, token=token)
            address = seniors.send(session, link, path, form.email.data or "")
    except SurveysError as problem:
        form.refuse(problem)
        return release_page(survey, asking=form, status=422)
    return render_template("office/releases/link.html", survey=survey, link=link, address=address)


@bp.post("/releases/<slug>/approval/links/<link_id>/end")
def release_link_end(slug: str, link_id: str) -> ResponseReturnValue:
    about = release_approvals.about(draft_of(survey_or_404(slug)))
    seniors.end(lambda session: approval_links.take_back(session, about, link_id, **signed()))
    return redirect(url_for("office.release", slug=slug))


@bp.route("/signing/results/<slug>/<token>", methods=["GET", "POST"])
def release_signing(slug: str, token: str) -> ResponseReturnValue:
    """A named senior, without an account, reads what would be published; approves it or sends it back."""
    form, survey = Answer(), survey_or_404(slug)
    session = read_session()
    answering = request.method == "POST"
    try:
        link, draft = release_approvals.named(session, token, keys=keys())
        if draft.survey_id != survey.id:
            raise SurveysError("approval.unknown")
        if draft.state not in compositions.OPEN:
            approval_links.check(link, "", now=now())
        draw = drawing.drawer(session) if answering else None
        beyond = outside(session, survey)
        prepared = compositions.prepare(session, survey, draft, now=now(), draw=draw, outside=beyond)
        approval_links.check(link, compositions.sealed_print(prepared.content), now=now())
    except SurveysError as problem:
        return seniors.refused(problem)
    if answering:
        approved = request.form.get("action") == "approve"
        words = form.words.data or ""
        try:
            with writing() as session:
                release_approvals.answer(
                    session, token, prepared, approved=approved, words=words, now=now(), keys=keys()
                )
            return render_template("office/releases/signed.html", approved=approved)
        except SurveysError as problem:
            form.refuse(problem)
    page = render_template(
        "office/releases/signing.html",
        form=form,
        link=link,
        report=_report(survey, prepared),
        hidden=len(prepared.content["report"]),
    )
    return make_response(page, 422 if form.problems() else 200)


def _report(survey: Survey, prepared: Prepared) -> object:
    """Everything that would be published, in the language the survey was written in."""
    document, content = document_of(survey), prepared.content
    source = document.source_locale

    def tell(reading: Reading) -> Markup:
        own = content.get("written", {}).get(reading.key, {}).get(source)
        return escape(own) if own else findings_words.sentence(content["findings"][reading.key], reading)

    first, last = (day(dt.date.fromisoformat(content[name])) for name in ("first_day", "last_day"))
    return report(
        content, document, title=document.say(document.title, source), when=f"From {first} to {last}.",
        locale=source, language=html_lang(source), tell=tell,
    )  # fmt: skip

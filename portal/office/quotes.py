"""Quotes looked at by a named senior: the link an officer makes, and the page it opens."""

from __future__ import annotations

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.database import read_session, writing
from portal.forms.office import OfficeForm
from portal.forms.office.rounds import Answer, ApprovalLink
from portal.office import seniors
from portal.office.blueprint import bp, keys, now
from portal.office.comments import found_survey, question_words
from portal.office.showing import visible
from portal.office.signature import signed
from portal.partnership import approval_links, quote_approvals
from surveys.errors import SurveysError


@bp.get("/quotes/<slug>")
def quotes(slug: str) -> ResponseReturnValue:
    return _page(slug, ApprovalLink(formdata=None))


def _page(slug: str, form: OfficeForm) -> Response:
    session = read_session()
    survey = found_survey(session, slug)
    waiting = quote_approvals.waiting(session, survey, until=now(), keys=keys())
    links = approval_links.of(session, quote_approvals.about(survey))
    fits = {
        link.id: quote_approvals.digest(
            quote_approvals.waiting(session, survey, until=link.made_at, keys=keys())
        )
        for link in links
        if link.used_at is None
    }
    shown = render_template(
        "office/comments/quotes.html",
        form=form,
        survey=survey,
        waiting=len(waiting),
        links=links,
        fits=fits,
        end_of=lambda link: url_for("office.quote_link_end", slug=slug, link_id=link.id),
    )
    return make_response(shown, 422 if form.problems() else 200)


@bp.post("/quotes/<slug>/link")
def quote_link(slug: str) -> ResponseReturnValue:
    """A single-use link for a named senior, shown once."""
    form = ApprovalLink()
    try:
        with writing() as session:
            survey = found_survey(session, slug)
            given = {"name": form.name.data or "", "post": form.post.data or ""}
            link, token = quote_approvals.ask(session, survey, **given, **signed())
            path = url_for("office.quote_signing", slug=slug, token=token)
            address = seniors.send(session, link, path, form.email.data or "")
    except SurveysError as problem:
        form.refuse(problem)
        return _page(slug, form)
    return make_response(
        render_template("office/comments/quotes-link.html", survey=survey, link=link, address=address)
    )


@bp.post("/quotes/<slug>/links/<link_id>/end")
def quote_link_end(slug: str, link_id: str) -> ResponseReturnValue:
    about = quote_approvals.about(found_survey(read_session(), slug))
    seniors.end(lambda session: approval_links.take_back(session, about, link_id, **signed()))
    return redirect(url_for("office.quotes", slug=slug))


@bp.route("/signing/quotes/<slug>/<token>", methods=["GET", "POST"])
def quote_signing(slug: str, token: str) -> ResponseReturnValue:
    """A named senior, without an account, reads each quote as a stranger would; clears or declines it."""
    form = Answer()
    session = read_session()
    survey = found_survey(session, slug)
    try:
        link, waiting = quote_approvals.opened(session, survey, token, now=now(), keys=keys())
    except SurveysError as problem:
        return seniors.refused(problem)
    if request.method == "POST":
        approved = request.form.get("action") == "approve"
        cleared = frozenset(request.form.getlist("clear"))
        try:
            with writing() as session:
                quote_approvals.answer(
                    session, survey, token, approved=approved, cleared=cleared,
                    words=form.words.data or "", now=now(), keys=keys(),
                )  # fmt: skip
            return render_template("office/comments/quotes-signed.html", approved=approved)
        except SurveysError as problem:
            form.refuse(problem)
    page = render_template(
        "office/comments/quotes-signing.html",
        form=form,
        link=link,
        survey=survey,
        waiting=[
            (one.comment, question_words(read_session(), survey.id, one.comment.item), visible(one.text))
            for one in waiting
        ],
        ticked=request.form.getlist("clear"),
    )
    return make_response(page, 422 if form.problems() else 200)

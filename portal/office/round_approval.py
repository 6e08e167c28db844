"""Sign-off: exactly what is approved, by a second account, by a named senior's link, or by nobody and why."""

from __future__ import annotations

import datetime as dt

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.database import read_session, writing
from portal.forms.office.rounds import AUDIENCE_WORDS, Answer, ApprovalLink, ApproveAlone
from portal.forms.office.texts import LABELS
from portal.messages import words_of
from portal.office import seniors
from portal.office.blueprint import bp, fresh_sign_in, keys, now, officer, said
from portal.office.round_words import TITLES
from portal.office.rounds import the_round
from portal.office.signature import signed
from portal.partnership import approvals
from portal.partnership.rounds import Round
from portal.survey_words import told
from surveys.errors import SurveysError
from surveys.questionnaire.model import Questionnaire


def _shown(content: approvals.Content) -> dict[str, object]:
    """What a page needs to show everything that is approved."""
    documents = [Questionnaire.model_validate(one["document"]) for one in content.plain["surveys"]]
    return {
        "content": content.plain,
        "digest": content.digest,
        "asked": list(zip(content.plain["surveys"], documents, strict=True)),
        "told": told,
        "labels": LABELS,
        "line_titles": TITLES,
        "audience_words": AUDIENCE_WORDS,
        "date_of": dt.date.fromisoformat,
    }


@bp.route("/rounds/<slug>/approval", methods=["GET", "POST"])
def round_approval(slug: str) -> ResponseReturnValue:
    """Shows what would open, and takes the sign-off of this account."""
    round_ = the_round(slug)
    if request.method == "POST":
        try:
            with writing() as session:
                mine = session.get_one(Round, round_.id)
                seen = request.form.get("seen", "")
                approvals.approve(session, mine, seen=seen, name=officer().name, **signed())
            said("Approved. Somebody else can open it now.")
            return redirect(url_for("office.round", slug=slug))
        except SurveysError as problem:
            said(words_of(problem))
            return redirect(url_for("office.round_approval", slug=slug))
    return _page(round_, ApprovalLink(), ApproveAlone())


def _page(round_: Round, form: ApprovalLink, alone: ApproveAlone) -> ResponseReturnValue:
    session = read_session()
    content = approvals.content_of(session, round_)
    page = render_template(
        "office/rounds/approval.html",
        round_=round_,
        form=form,
        alone=alone,
        valid=approvals.valid(session, round_, content.digest),
        given=approvals.approvals_of(session, round_),
        links=approvals.links_of(session, round_),
        end_of=lambda link: url_for("office.round_link_end", slug=round_.slug, link_id=link.id),
        **_shown(content),
    )
    return make_response(page, 422 if form.problems() or alone.problems() else 200)


@bp.post("/rounds/<slug>/approval/alone")
@fresh_sign_in
def round_approve_alone(slug: str) -> ResponseReturnValue:
    """There is no second person: the reason is kept for the year's evidence pack."""
    round_, form = the_round(slug), ApproveAlone()
    try:
        with writing() as session:
            approvals.approve_alone(
                session,
                session.get_one(Round, round_.id),
                seen=request.form.get("seen", ""),
                reason=form.reason.data or "",
                name=officer().name,
                **signed(),
            )
    except SurveysError as problem:
        form.refuse(problem)
        return _page(round_, ApprovalLink(formdata=None), form)
    said("Kept. The reason stands in the evidence pack of the year.")
    return redirect(url_for("office.round", slug=slug))


@bp.post("/rounds/<slug>/approval/link")
def round_approval_link(slug: str) -> ResponseReturnValue:
    """A single-use link for a named senior, shown once."""
    round_, form = the_round(slug), ApprovalLink()
    try:
        with writing() as session:
            link, token = approvals.make_link(
                session,
                session.get_one(Round, round_.id),
                name=form.name.data or "",
                post=form.post.data or "",
                **signed(),
            )
            path = url_for("office.round_signing", slug=slug, token=token)
            address = seniors.send(session, link, path, form.email.data or "")
    except SurveysError as problem:
        form.refuse(problem)
        return _page(round_, form, ApproveAlone(formdata=None))
    return render_template("office/rounds/link.html", round_=round_, link=link, address=address)


@bp.post("/rounds/<slug>/approval/links/<link_id>/end")
def round_link_end(slug: str, link_id: str) -> ResponseReturnValue:
    round_ = the_round(slug)
    seniors.end(
        lambda session: approvals.take_back(session, session.get_one(Round, round_.id), link_id, **signed())
    )
    return redirect(url_for("office.round_approval", slug=slug))


# The senior's page ----------------------------------------------------------------------------------------


@bp.route("/signing/<slug>/<token>", methods=["GET", "POST"])
def round_signing(slug: str, token: str) -> ResponseReturnValue:
    """A named senior reads what would open, and approves it or sends it back. No account is needed."""
    form = Answer()
    try:
        link = approvals.open_link(read_session(), slug, token, now=now(), keys=keys())
        round_ = the_round(slug)
        content = approvals.content_of(read_session(), round_)
    except SurveysError as problem:
        return seniors.refused(problem)
    if request.method == "POST":
        approved = request.form.get("action") == "approve"
        try:
            with writing() as session:
                approvals.answer_link(
                    session,
                    slug,
                    token,
                    approved=approved,
                    words=form.words.data or "",
                    now=now(),
                    keys=keys(),
                )
            return render_template("office/rounds/signed.html", approved=approved)
        except SurveysError as problem:
            form.refuse(problem)
    title = content.plain["texts"].get("en_GB", {}).get("title", round_.slug)
    page = render_template("office/rounds/signing.html", form=form, link=link, title=title, **_shown(content))
    return make_response(page, 422 if form.problems() else 200)

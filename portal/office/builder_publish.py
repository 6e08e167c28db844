"""Sharing a preview of a draft, and publishing it: as a new survey, or as the correction of a live one."""

from __future__ import annotations

from flask import abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.database import read_session, writing
from portal.forms.office.builder import PublishCorrection, PublishFirst, Share
from portal.i18n import english_name
from portal.messages import words_of
from portal.office.blueprint import bp, fresh_sign_in, keys, now, officer, said
from portal.office.builder_desk import draft_at, places, seen, tell
from portal.office.builder_words import DIFFERENCES
from portal.office.door import qr_picture
from portal.office.visit import settings
from portal.partnership.instruments import PlannedSurvey
from portal.survey_words import changes
from surveys import surveys
from surveys.authoring import drafting, previews, publishing
from surveys.authoring.drafting import SurveyDraft
from surveys.authoring.previews import Preview
from surveys.errors import SurveysError
from surveys.questionnaire.comparing import differences
from surveys.questionnaire.geography import freeze
from surveys.questionnaire.model import Questionnaire
from surveys.questionnaire.wordings import wordings
from surveys.surveys import Survey


@bp.route("/surveys/<draft_id>/preview", methods=["GET", "POST"])
def builder_preview(draft_id: str) -> ResponseReturnValue:
    """Opens a preview of one's own for a day, or makes a link for others."""
    draft, form = draft_at(draft_id), Share()
    if request.method == "POST":
        own = request.form.get("action") == "own"
        if own or form.validate():
            try:
                with writing() as session:
                    preview = previews.share(
                        session,
                        session.get_one(SurveyDraft, draft_id),
                        days=1 if own else form.days.data or 0,
                        by=officer().by,
                        now=now(),
                        keys=keys(),
                    )
                if own:
                    return redirect(url_for("preview.start", token=previews.token(preview, keys())))
                said("The link is made. Anybody who has it can look until it expires or you switch it off.")
                return redirect(url_for("office.builder_preview", draft_id=draft_id))
            except SurveysError as problem:
                form.refuse(problem)
    links = previews.links(read_session(), draft, now())
    page = render_template(
        "office/builder/preview.html",
        draft=draft,
        form=form,
        picture=qr_picture,
        links=[(one, settings().public_url + _address(one)) for one in links],
    )
    return make_response(page, 422 if form.problems() else 200)


def _address(preview: Preview) -> str:
    return url_for("preview.start", token=previews.token(preview, keys()))


@bp.post("/surveys/<draft_id>/preview/<preview_id>/end")
def builder_preview_end(draft_id: str, preview_id: str) -> ResponseReturnValue:
    found = read_session().get(Preview, preview_id)
    if found is None or found.draft_id != draft_id:
        abort(404)
    with writing() as session:
        previews.revoke(session, preview_id, by=officer().by, now=now(), keys=keys())
    said("The link does not work any more.")
    return redirect(url_for("office.builder_preview", draft_id=draft_id))


@bp.route("/surveys/<draft_id>/publish", methods=["GET", "POST"])
@fresh_sign_in
def builder_publish(draft_id: str) -> ResponseReturnValue:
    draft, session = draft_at(draft_id), read_session()
    document = drafting.document_of(draft)
    correction = draft.survey_id is not None
    form: PublishFirst | PublishCorrection = PublishCorrection() if correction else PublishFirst()
    planned = session.scalar(select(PlannedSurvey).where(PlannedSurvey.draft_id == draft_id))
    if request.method == "POST" and planned is not None:
        form.refuse(SurveysError("survey_draft.in_round"))
    elif request.method == "POST" and form.validate():
        try:
            return _publish(draft_id, form)
        except SurveysError as problem:
            form.refuse(problem)
    base = drafting.base_of(session, draft)
    survey = session.get(Survey, draft.survey_id) if draft.survey_id else None
    page = render_template(
        "office/builder/publish.html",
        draft=draft,
        document=document,
        form=form,
        correction=correction,
        planned=planned,
        survey=survey,
        state=surveys.state(survey, now()) if survey else "",
        changed=differences(base, document) if base else (),
        every_change=changes(base, freeze(document, places())) if base else (),
        differences=DIFFERENCES,
        faults=tell(draft, document, drafting.faults_of(session, draft)),
        lost={
            meaning: [english_name(locale) for locale in publishing.languages_lost(session, draft, meaning)]
            for meaning in ("same", "changed")
        },
        approval=publishing.approval_of(session, draft) if correction else None,
        beyond=_beyond(session, draft, document),
        may_approve=correction and officer().by not in drafting.authors(session, draft),
        earlier=None if correction else drafting.earlier(session, draft),
    )
    return make_response(page, 422 if form.problems() else 200)


def _beyond(session: Session, draft: SurveyDraft, document: Questionnaire) -> list[str]:
    """What of a correction is more than spelling, as officers read it."""
    found = publishing.beyond_spelling(session, draft)
    words = {one.name: document.say(dict(one.texts), document.source_locale) for one in wordings(document)}
    texts = [
        f"The words “{words[name]}”" if name in words else "A text that was taken away"
        for name in found.texts
    ]
    structure = "Questions, answers, their order, routes, limits, groups or settings"
    return [*dict.fromkeys(texts), *([structure] if found.structure else [])]


@bp.post("/surveys/<draft_id>/approval")
@fresh_sign_in
def builder_approve(draft_id: str) -> ResponseReturnValue:
    """A colleague agrees to a correction and to what it is said to mean."""
    try:
        with writing() as session:
            publishing.approve(
                session,
                draft_id,
                meaning=request.form.get("meaning", ""),  # type: ignore[arg-type]
                seen_version=seen(),
                by=officer().by,
                now=now(),
                keys=keys(),
            )
        said("Approved as it stands. A later change needs a new approval.")
    except SurveysError as problem:
        said(words_of(problem))
    return redirect(url_for("office.builder_publish", draft_id=draft_id))


def _publish(draft_id: str, form: PublishFirst | PublishCorrection) -> ResponseReturnValue:
    frozen = places()
    if isinstance(form, PublishFirst):
        with writing() as session:
            survey = publishing.publish_first(
                session,
                draft_id,
                slug=str(form.slug.data).strip(),
                receipt_prefix=str(form.receipt_prefix.data).strip(),
                places=frozen,
                by=officer().by,
                now=now(),
                keys=keys(),
            )
            slug = survey.slug
        said(f"Published as the survey “{slug}”. Nobody can answer it before its consultation opens.")
    else:
        with writing() as session:
            version = publishing.publish_correction(
                session,
                draft_id,
                meaning=form.meaning.data,
                note=str(form.note.data),
                unapproved=str(form.unapproved.data or ""),
                by=officer().by,
                now=now(),
                keys=keys(),
            )
            number = version.number
        said(f"Version {number} is live. The public page lists the correction.")
    return redirect(url_for("office.builder"))

"""Campaigns, bursts and odd responses, with and without; leaving any out takes two people and a rule."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from flask import abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.beside import beside
from portal.database import database, end_reading, read_session, writing
from portal.forms.office import OfficeForm
from portal.forms.office.exclusions import RULE_WORDS, SIGN_WORDS, STATE_WORDS, Propose
from portal.i18n import SOURCE_LOCALE
from portal.office.blueprint import bp, fresh_sign_in, keys, may, now, officer, said
from portal.office.comments import found_survey, question_words, surveys_with_comments
from surveys import exclusions
from surveys.errors import SurveysError
from surveys.exclusions import ALONE, Exclusion
from surveys.moderation import campaigns as grouped
from surveys.results import counted, follower, with_without
from surveys.results.disclosure import Policy


@bp.get("/campaigns")
def campaigns() -> ResponseReturnValue:
    session = read_session()
    lines = [
        (survey, grouped.totals(session, survey.id), exclusions.totals(session, survey.id))
        for survey in surveys_with_comments(session)
    ]
    return render_template("office/campaigns/campaigns.html", lines=lines)


@bp.get("/campaigns/<slug>")
def campaign_survey(slug: str) -> ResponseReturnValue:
    return _page(slug)


def _page(slug: str, form: OfficeForm | None = None) -> ResponseReturnValue:
    session = read_session()
    survey = found_survey(session, slug)
    proposals = exclusions.of_survey(session, survey.id)
    shown = render_template(
        "office/campaigns/survey.html",
        form=form,
        survey=survey,
        campaigns=grouped.campaigns(session, survey.id),
        question=lambda campaign: question_words(session, survey.id, campaign.item),
        bursts=grouped.bursts(session, survey.id),
        signs=grouped.signs(session, survey.id),
        whole=grouped.totals(session, survey.id),
        both=exclusions.totals(session, survey.id),
        proposals=[(one, len(exclusions.members(session, one))) for one in proposals],
        rule_words=RULE_WORDS,
        sign_words=SIGN_WORDS,
        state_words=STATE_WORDS,
        me=officer().by,
        reads=may("office.comments"),
        alone=ALONE,
    )
    return make_response(shown, 422 if form is not None else 200)


@bp.get("/campaigns/<slug>/tables")
def campaign_tables(slug: str) -> ResponseReturnValue:
    """Each question with and without campaigns, as it might be published now."""
    session = read_session()
    survey, document = found_survey(session, slug), None
    with contextlib.suppress(SurveysError):
        document = follower.layout_of(session, survey.id).questionnaire
    if document is None:
        abort(404)
    counts = counted.count(session, survey)
    _, both = with_without.published(counts.tables, counts.with_without, Policy(), clashing=counts.clashing)
    tables = [with_without.two_columns(table).as_json() for table in both.tables]
    return render_template(
        "office/campaigns/tables.html", survey=survey, questions=beside(tables, document, SOURCE_LOCALE)
    )


@bp.post("/campaigns/<slug>/grouping")
def campaign_regroup(slug: str) -> ResponseReturnValue:
    """Groups the comments anew: reading first, then small steps of writing."""
    store, survey = database(), found_survey(read_session(), slug)
    end_reading()
    number = grouped.regroup(store.reading, store.writing, survey.id, keys=keys())
    with writing() as session:
        grouped.sign_identical(session, survey.id)
    said(f"Grouped. {number} campaigns." if number != 1 else "Grouped. 1 campaign.")
    return redirect(url_for("office.campaign_survey", slug=slug))


@bp.post("/campaigns/<slug>/exclusions")
@fresh_sign_in
def exclusion_propose(slug: str) -> ResponseReturnValue:
    """The first of two steps: nothing is left out yet."""
    form = Propose()
    kind, _, name = (form.what.data or "").partition(":")
    try:
        with writing() as session:
            survey = found_survey(session, slug)
            named = grouped.responses_in if kind == "campaign" else grouped.responses_with
            exclusions.propose(
                session,
                survey.id,
                named(session, survey.id, name),
                rule=form.rule.data or "",
                by=officer().by,
                now=now(),
                keys=keys(),
            )
    except SurveysError as problem:
        form.refuse(problem)
        return _page(slug, form)
    said("Proposed. Somebody else has to confirm it; until then everybody counts.")
    return redirect(url_for("office.campaign_survey", slug=slug))


@bp.post("/campaigns/<slug>/exclusions/<exclusion_id>/confirmation")
@fresh_sign_in
def exclusion_confirm(slug: str, exclusion_id: str) -> ResponseReturnValue:
    """The second step, by another person."""

    def confirm(session: Session, found: Exclusion) -> None:
        override = ALONE if request.form.get("alone") == ALONE else ""
        exclusions.confirm(session, found, by=officer().by, now=now(), keys=keys(), override=override)

    return _decide(slug, exclusion_id, confirm, "Left out. Both totals are reported with the results.")


@bp.post("/campaigns/<slug>/exclusions/<exclusion_id>/refusal")
def exclusion_refuse(slug: str, exclusion_id: str) -> ResponseReturnValue:
    def refuse(session: Session, found: Exclusion) -> None:
        exclusions.refuse(session, found, by=officer().by, now=now(), keys=keys())

    return _decide(slug, exclusion_id, refuse, "Refused. Everybody counts.")


@bp.post("/campaigns/<slug>/exclusions/<exclusion_id>/lifting")
@fresh_sign_in
def exclusion_lift(slug: str, exclusion_id: str) -> ResponseReturnValue:
    def lift(session: Session, found: Exclusion) -> None:
        exclusions.lift(session, found, by=officer().by, now=now(), keys=keys())

    return _decide(slug, exclusion_id, lift, "Counted again.")


def _decide(
    slug: str, exclusion_id: str, verb: Callable[[Session, Exclusion], None], words: str
) -> ResponseReturnValue:
    form = OfficeForm()
    try:
        with writing() as session:
            survey = found_survey(session, slug)
            verb(session, exclusions.find(session, survey.id, exclusion_id))
    except SurveysError as problem:
        if problem.code == "exclusion.unknown":
            abort(404)
        form.refuse(problem)
        return _page(slug, form)
    said(words)
    return redirect(url_for("office.campaign_survey", slug=slug))

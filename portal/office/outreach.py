"""Outreach for one survey: a short address, sheets to print, texts to copy, and a mail-merge file."""

from __future__ import annotations

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from portal import outreach_words
from portal.database import read_session, writing
from portal.forms.office.outreach import Short
from portal.i18n import english_name, path_in
from portal.office.blueprint import bp, keys, now, officer, said
from portal.office.desk import survey_called, words
from portal.office.signature import signed
from portal.office.visit import settings
from portal.outreach_words import Facts
from portal.partnership import consultation_record, invitations, rounds, short_addresses
from portal.partnership.rounds import Round, RoundSurvey
from portal.rendering import day, site
from surveys.errors import SurveysError
from surveys.results.exports import to_csv
from surveys.surveys import Survey


@bp.route("/outreach/<slug>", methods=["GET", "POST"])
def outreach(slug: str) -> ResponseReturnValue:
    survey, document = survey_called(slug)
    form = Short()
    if request.method == "POST" and form.validate():
        try:
            with writing() as session:
                made = short_addresses.make(
                    session, survey, code=form.code.data or "", by=officer().by, now=now(), keys=keys()
                )
            said(f"The short address is {_short(made.code)}. Printed, it works for ever.")
            return redirect(url_for("office.outreach", slug=slug))
        except SurveysError as problem:
            form.refuse(problem)
    codes = short_addresses.of_survey(read_session(), survey.id)
    locale = request.args.get("language", document.source_locale)
    locale = locale if locale in document.locales else document.source_locale
    round_ = rounds.of_survey(read_session(), survey.id)
    page = render_template(
        "office/outreach/outreach.html",
        survey=survey,
        title=words(document, document.title),
        form=form,
        codes=[(code, _short(code)) for code in codes],
        sheets=[
            (
                english_name(code),
                path_in(code, f"/s/{codes[0]}/poster"),
                path_in(code, f"/s/{codes[0]}/leaflet"),
            )
            for code in document.locales
        ]
        if codes
        else [],
        texts=outreach_words.texts(_facts(survey, document.minutes, codes, locale), locale),
        invited_only=invitations.only_by_invitation(read_session(), survey),
        locale_chosen=locale,
        languages=[(code, english_name(code)) for code in document.locales],
        told_at=url_for("office.round_stakeholders", slug=round_.slug) if round_ is not None else "",
        councillors=url_for("public.councillors", slug=round_.slug) if round_ is not None else "",
    )
    return make_response(page, 422 if form.problems() else 200)


@bp.post("/outreach/<slug>/mail-merge.csv")
def mail_merge(slug: str) -> Response:
    """Name, address and what the letter needs, for everybody to be told of this consultation: its list, and
    whoever is invited to one of its surveys. Each address stands there once.
    """
    survey, _document = survey_called(slug)
    session = read_session()
    round_ = rounds.of_survey(session, survey.id)
    joined = select(Survey).join(RoundSurvey, RoundSurvey.survey_id == Survey.id)
    mine = joined.where(
        RoundSurvey.round_id == (round_.id if round_ is not None else ""), Survey.kind == "named"
    )
    codes = short_addresses.of_survey(session, survey.id)
    address = _short(codes[0]) if codes else _start(survey)
    closes = day(rounds.last_day(survey.closes_at)) if survey.closes_at else ""
    reached = [
        (one.organisation, one.address)
        for asked in session.scalars(mine)
        for one in invitations.listing(session, asked, keys=keys(), now=now())
    ]
    if round_ is not None:
        with writing() as store:
            reached += consultation_record.mailboxes(store, store.get_one(Round, round_.id), **signed())
    once = {to.casefold(): (name, to) for name, to in reversed(reached) if to}
    rows = [(name, to, address, closes) for name, to in sorted(once.values())]
    response = Response(to_csv([("Organisation", "Email", "Survey", "Closes"), *rows]), mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename=f"{slug}-mail-merge.csv")
    return response


def _facts(survey: Survey, minutes: int, codes: tuple[str, ...], locale: str) -> Facts:
    last = rounds.last_day(survey.closes_at) if survey.closes_at else None
    return Facts(
        place=site().place,
        partnership=site().name,
        minutes=minutes,
        closes=day(last, locale=locale) if last else "",
        address=_short(codes[0], locale) if codes else _start(survey),
        named=survey.kind == "named",
    )


def _short(code: str, locale: str = "en_GB") -> str:
    return settings().public_url + path_in(locale, f"/s/{code}")


def _start(survey: Survey) -> str:
    return settings().public_url + url_for("respond.start", slug=survey.slug)

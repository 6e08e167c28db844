"""Reporting back: drafts from the decision, the twelve-week clock, publishing, and the letters."""

from __future__ import annotations

from flask import current_app, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.config import Settings
from portal.database import read_session, writing
from portal.forms.office import OfficeForm
from portal.office.blueprint import bp, fresh_sign_in, keys, now, officer, said
from portal.partnership import contacts, cycles, decisions, report_back
from portal.partnership.contacts import Wording
from portal.rendering import site
from surveys.errors import SurveysError
from surveys.surveys import london_day

TOKEN = "TOKEN-STANDS-HERE"  # noqa: S105  a place in an address, not a secret


@bp.get("/report-back", endpoint="report_back")
def reports() -> ResponseReturnValue:
    session = read_session()
    years = [one.year for one in cycles.listing(session)]
    clocks = {year: report_back.clock(session, year, now()) for year in years}
    return render_template(
        "office/report_back/years.html",
        years=years,
        clocks=clocks,
        today=london_day(now()),
        decided=decisions.published_years(session),
    )


@bp.get("/report-back/<int:year>")
def report_back_year(year: int) -> ResponseReturnValue:
    return _page(year, OfficeForm())


def _page(year: int, form: OfficeForm) -> ResponseReturnValue:
    session = read_session()
    cycle = cycles.of(session, year)
    slug = cycle.round_slug if cycle is not None else None
    shown = render_template(
        "office/report_back/year.html",
        year=year,
        form=form,
        clock=report_back.clock(session, year, now()),
        today=london_day(now()),
        entries=report_back.working(session, year),
        decided=decisions.published(session, year) is not None,
        waiting=contacts.waiting(session, slug) if slug else 0,
        round_slug=slug,
    )
    return make_response(shown, 422 if form.problems() else 200)


@bp.post("/report-back/<int:year>/drafts")
def report_back_draft(year: int) -> ResponseReturnValue:
    form = OfficeForm()
    try:
        with writing() as session:
            made = report_back.draft(session, year, by=officer().by, now=now(), keys=keys())
    except SurveysError as problem:
        form.refuse(problem)
        return _page(year, form)
    said(f"{made} drafts are made. Put them into words people use, then publish.")
    return redirect(url_for("office.report_back_year", year=year))


@bp.post("/report-back/<int:year>/publication")
def report_back_publish(year: int) -> ResponseReturnValue:
    form = OfficeForm()
    try:
        with writing() as session:
            shown = report_back.publish(session, year, by=officer().by, now=now(), keys=keys())
    except SurveysError as problem:
        form.refuse(problem)
        return _page(year, form)
    said(f"{shown} entries are on the site.")
    return redirect(url_for("office.report_back_year", year=year))


@bp.post("/report-back/<int:year>/letters")
@fresh_sign_in
def report_back_tell(year: int) -> ResponseReturnValue:
    """Writes to everybody who asked, once: afterwards their addresses are gone."""
    form = OfficeForm()
    try:
        with writing() as session:
            cycle = cycles.needed(session, year)
            if not report_back.public(session, year):
                raise SurveysError("report.not_told")
            sent = contacts.tell(
                session, cycle.round_slug or "", wording=_wording(year), link=_leave(), last=True,
                by=officer().by, now=now(), keys=keys(),
            )  # fmt: skip
    except SurveysError as problem:
        form.refuse(problem)
        return _page(year, form)
    said(f"{sent} letters are on their way. The addresses are deleted.")
    return redirect(url_for("office.report_back_year", year=year))


def _public_url() -> str:
    settings: Settings = current_app.extensions["portal.settings"]
    return settings.public_url


def _leave() -> str:
    return _public_url() + url_for("letterbox.leave", token=TOKEN).replace(TOKEN, "{token}")


def _wording(year: int) -> Wording:
    address = _public_url() + url_for("public.done", _anchor=f"year-{year}")
    body = "\n\n".join(
        (
            "You asked to hear what came of the consultation.",
            f"What you said, what we did, what we could not do, and why:\n{address}",
            "This was the last letter, and your address is deleted. If another comes:\n{link}",
        )
    )
    return Wording(f"What came of it: {site().name}"[:120], body)

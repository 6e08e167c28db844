"""Reporting back: drafts from the decision, the twelve-week clock, publishing, and who waits for a letter."""

from __future__ import annotations

from flask import make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.database import read_session, writing
from portal.forms.office import OfficeForm
from portal.office.blueprint import bp, keys, now, officer, said
from portal.partnership import contacts, cycles, decisions, report_back
from surveys.errors import SurveysError
from surveys.surveys import london_day


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

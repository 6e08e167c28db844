"""Scrutiny of a plan year: recommendations, replies and their clock, and what was sent to whom."""

from __future__ import annotations

from flask import abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.accounts import people
from portal.database import read_session, writing
from portal.forms.office import OfficeForm
from portal.forms.office.plan import NONE
from portal.forms.office.publications import Recommend, Reply, Sent
from portal.office.blueprint import bp, keys, now, officer, said
from portal.office.plan import number, plan_or_404
from portal.partnership import scrutiny as minutes
from portal.partnership.scrutiny import Recommendation
from surveys.errors import SurveysError
from surveys.surveys import london_day


def _owners(form: Recommend | Reply) -> None:
    form.owner.choices = [NONE, *((one.by, one.name) for one in people.everyone(read_session()))]


@bp.route("/plan/<int:year>/scrutiny", methods=["GET", "POST"])
def scrutiny(year: int) -> ResponseReturnValue:
    plan_or_404(year)
    form = (
        Recommend() if request.method == "POST" else Recommend(formdata=None, received_on=london_day(now()))
    )
    _owners(form)
    if request.method == "POST" and form.validate():
        try:
            with writing() as session:
                minutes.receive(
                    session, year, made_by=form.made_by.data or "", words=form.words.data or "",
                    received_on=form.received_on.data, reply_due=form.reply_due.data,
                    owner=form.owner.data or None, by=officer().by, now=now(), keys=keys(),
                )  # fmt: skip
            said("The recommendation is entered.")
            return redirect(url_for("office.scrutiny", year=year))
        except SurveysError as problem:
            form.refuse(problem)
    return _page(year, form, Sent(formdata=None, sent_on=london_day(now())))


@bp.post("/plan/<int:year>/sent")
def plan_sent(year: int) -> ResponseReturnValue:
    plan_or_404(year)
    form = Sent()
    try:
        with writing() as session:
            minutes.note_sent(
                session, year, what=form.what.data or "", recipient=form.recipient.data or "",
                sent_on=form.sent_on.data, by=officer().by, now=now(), keys=keys(),
            )  # fmt: skip
    except SurveysError as problem:
        form.refuse(problem)
        blank = Recommend(formdata=None, received_on=london_day(now()))
        _owners(blank)
        return _page(year, blank, form, refused=form)
    said("It is noted that it was sent.")
    return redirect(url_for("office.scrutiny", year=year, _anchor="sent"))


def _page(year: int, form: Recommend, sent: Sent, refused: OfficeForm | None = None) -> ResponseReturnValue:
    session = read_session()
    shown = render_template(
        "office/publications/scrutiny.html",
        year=year,
        form=refused or form,
        recommend=form,
        sent=sent,
        found=minutes.of_year(session, year),
        log=minutes.sent(session, year),
        today=london_day(now()),
    )
    return make_response(shown, 422 if (refused or form).problems() else 200)


@bp.route("/plan/<int:year>/scrutiny/<recommendation_id>", methods=["GET", "POST"])
def recommendation(year: int, recommendation_id: str) -> ResponseReturnValue:
    found = _found(read_session(), year, recommendation_id)
    form = Reply(
        seen=str(found.version), reply=found.reply, replied_on=found.replied_on, reply_due=found.reply_due,
        owner=found.owner or "", public=found.public,
    )  # fmt: skip
    _owners(form)
    if request.method == "POST" and form.validate():
        try:
            with writing() as session:
                minutes.reply(
                    session, _found(session, year, recommendation_id), words=form.reply.data or "",
                    replied_on=form.replied_on.data, reply_due=form.reply_due.data,
                    owner=form.owner.data or None, public=form.public.data,
                    seen_version=number(form.seen.data), by=officer().by, now=now(), keys=keys(),
                )  # fmt: skip
            said("It is saved.")
            return redirect(url_for("office.scrutiny", year=year))
        except SurveysError as problem:
            form.refuse(problem)
    shown = render_template("office/publications/recommendation.html", year=year, found=found, form=form)
    return make_response(shown, 422 if form.problems() else 200)


def _found(session: Session, year: int, recommendation_id: str) -> Recommendation:
    found = session.get(Recommendation, recommendation_id)
    if found is None or found.plan_year != year:
        abort(404)
    return found

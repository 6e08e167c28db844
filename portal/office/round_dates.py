"""Changes of what people were promised, with the reason they read."""

from __future__ import annotations

import datetime as dt

from flask import abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.database import read_session, writing
from portal.forms.office.rounds import CHANGE_WORDS, Change, ReasonIn
from portal.i18n import SOURCE_LOCALE, english_name
from portal.office.blueprint import bp, fresh_sign_in, now, said
from portal.office.rounds import the_round
from portal.office.signature import signed
from portal.office.texts import locales
from portal.partnership import openings, rounds
from portal.partnership.openings import RoundChange
from portal.partnership.rounds import Round
from surveys.errors import SurveysError

OFFERED = {
    "coming": ("extend", "pause", "withdraw"),
    "open": ("extend", "close", "pause", "withdraw"),
    "paused": ("extend", "resume", "close", "withdraw"),
    "closed": ("reopen", "withdraw"),
}
"""What can be changed in each state."""


@bp.route("/rounds/<slug>/change", methods=["GET", "POST"])
@fresh_sign_in
def round_change(slug: str) -> ResponseReturnValue:
    """Extension, early closing, pause, reopening, withdrawal: each needs a reason and shows for good."""
    round_ = the_round(slug)
    shown = rounds.one(read_session(), slug, now())
    form = Change()
    offered = OFFERED.get(shown.state if shown else "", ())
    form.what.choices = [(what, CHANGE_WORDS[what]) for what in offered]
    if request.method == "POST":
        try:
            if form.what.data not in offered:
                raise SurveysError("record.missing", field="what")
            with writing() as session:
                _carry_out(session, session.get_one(Round, round_.id), form)
            said("Done. It shows on the consultation’s page, with the reason.")
            return redirect(url_for("office.round", slug=slug))
        except SurveysError as problem:
            field = "day" if problem.field == "closes" else problem.field
            form.refuse(SurveysError(problem.code, field=field, **problem.facts))
    page = render_template(
        "office/rounds/change.html",
        round_=round_,
        form=form,
        shown=shown,
        offered=offered,
        changes=openings.changes_of(read_session(), round_.id),
        own_words={
            locale: openings.reasons_in(read_session(), round_.id, locale)
            for locale in locales()
            if locale != SOURCE_LOCALE
        },
    )
    return make_response(page, 422 if form.problems() else 200)


@bp.route("/rounds/<slug>/changes/<change_id>/<locale>", methods=["GET", "POST"])
def round_reason_in(slug: str, change_id: str, locale: str) -> ResponseReturnValue:
    """The reason of one change in another language of the site; until it is there people read the English."""
    round_ = the_round(slug)
    change = read_session().get(RoundChange, change_id)
    if change is None or change.round_id != round_.id or change.what == "language":
        abort(404)
    if locale == SOURCE_LOCALE or locale not in locales():
        abort(404)
    form = ReasonIn()
    if request.method == "POST":
        try:
            with writing() as session:
                mine = session.get_one(RoundChange, change.id)
                openings.say_reason(session, mine, locale, form.words.data or "", **signed())
            said(f"Saved. The page in {english_name(locale)} shows it.")
            return redirect(url_for("office.round_change", slug=slug))
        except SurveysError as problem:
            form.refuse(problem)
    else:
        form.words.data = openings.reasons_in(read_session(), round_.id, locale).get(change.id, "")
    page = render_template(
        "office/rounds/reason-in.html", round_=round_, form=form, change=change, language=english_name(locale)
    )
    return make_response(page, 422 if form.problems() else 200)


def _carry_out(session: Session, round_: Round, form: Change) -> None:
    what, day, reason = form.what.data, form.day.data, form.reason.data or ""
    if what in ("extend", "reopen"):
        if not isinstance(day, dt.date):
            raise SurveysError("record.day", field="day")
        verb = openings.extend if what == "extend" else openings.reopen
        verb(session, round_, day, reason=reason, **signed())
        return
    plain = {
        "close": openings.close_early,
        "pause": openings.pause,
        "resume": openings.resume,
        "withdraw": openings.withdraw,
    }
    plain[what](session, round_, reason=reason, **signed())

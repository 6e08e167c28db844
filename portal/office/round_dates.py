"""Changes of what people were promised, with the reason they read; and what they saw on any day."""

from __future__ import annotations

import datetime as dt

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.database import read_session, writing
from portal.forms.office.rounds import AUDIENCE_WORDS, CHANGE_WORDS, Change
from portal.forms.office.texts import LABELS
from portal.i18n import own_name
from portal.office.blueprint import bp, fresh_sign_in, now, said
from portal.office.rounds import the_round
from portal.office.signature import signed
from portal.partnership import openings, round_copies, rounds
from portal.partnership.rounds import LONDON, Round
from portal.survey_words import told
from surveys import surveys
from surveys.errors import SurveysError
from surveys.surveys import london_day

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


@bp.get("/rounds/<slug>/as-seen")
def round_as_seen(slug: str) -> ResponseReturnValue:
    """What anybody could read, and was asked, at the end of a day."""
    round_ = the_round(slug)
    try:
        on = dt.date.fromisoformat(request.args.get("on", ""))
    except ValueError:
        on = london_day(now())
    moment = min(dt.datetime.combine(on, dt.time(23, 59, 59), LONDON), now().astimezone(LONDON))
    seen = round_copies.as_seen(read_session(), round_, moment)
    documents = [surveys.questionnaire_of(one.version) for one in seen.surveys]
    return render_template(
        "office/rounds/as-seen.html",
        told=told,
        round_=round_,
        seen=seen,
        on=on,
        moment_shown=moment,
        asked=list(zip(seen.surveys, documents, strict=True)),
        labels=LABELS,
        audience_words=AUDIENCE_WORDS,
        own_name=own_name,
        date_of=dt.date.fromisoformat,
    )

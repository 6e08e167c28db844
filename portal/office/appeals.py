"""Appeals of residents against a decision about a comment: settled by somebody who did not take it."""

from __future__ import annotations

from flask import Response, abort, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms import BooleanField

from portal.comment_words import reason_words
from portal.database import read_session, writing
from portal.forms.office import OfficeForm
from portal.forms.office.choosing import RadioField
from portal.office.blueprint import bp, keys, now, officer, said
from portal.office.showing import visible
from surveys import moderation
from surveys.errors import SurveysError
from surveys.moderation import appeals as verbs
from surveys.moderation.policy import ALONE
from surveys.moderation.records import Appeal
from surveys.surveys import Survey


class Settle(OfficeForm):
    outcome = RadioField(
        "What you decide",
        choices=[("kept", "It stays as it is"), ("changed", "It is decided anew: back to the queue")],
    )
    alone = BooleanField("You took this decision", description="Nobody else is available. It stays on record")


@bp.get("/appeals", endpoint="appeals")
def open_appeals() -> ResponseReturnValue:
    return render_template("office/appeals/appeals.html", pending=verbs.pending(read_session(), keys=keys()))


@bp.get("/appeals/<appeal_id>")
def appeal(appeal_id: str) -> ResponseReturnValue:
    return _page(_found(read_session(), appeal_id), Settle(formdata=None))


@bp.post("/appeals/<appeal_id>/outcome")
def appeal_settle(appeal_id: str) -> ResponseReturnValue:
    form = Settle()
    try:
        with writing() as session:
            verbs.settle(
                session,
                _found(session, appeal_id),
                outcome=form.outcome.data or "",
                reason=ALONE if form.alone.data else "",
                by=officer().by,
                now=now(),
                keys=keys(),
            )
    except SurveysError as problem:
        form.refuse(problem)
        return _page(_found(read_session(), appeal_id), form)
    said("The appeal is settled. The writer sees it with the receipt number.")
    return redirect(url_for("office.appeals"))


def _found(session: Session, appeal_id: str) -> Appeal:
    found = session.scalar(select(Appeal).where(Appeal.id == appeal_id))
    if found is None:
        abort(404)
    return found


def _page(row: Appeal, form: OfficeForm) -> Response:
    session = read_session()
    pending = verbs.of(session, row, keys=keys())
    comment = pending.comment
    shown = render_template(
        "office/appeals/appeal.html",
        form=form,
        pending=pending,
        survey=session.get_one(Survey, comment.survey_id),
        original=visible(keys().open(comment.key_id, comment.sealed)),
        public=visible(moderation.public_text(session, comment, keys=keys()) or ""),
        said=visible(pending.words),
        reason=reason_words(pending.decision.reason) if pending.decision is not None else "",
        mine=pending.decision is not None and pending.decision.by == officer().by,
    )
    return make_response(shown, 422 if form.problems() else 200)

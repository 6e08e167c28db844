"""The outbox: what waits to be mailed, what could not be, and the links to pass on by hand."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.condition import SIGN_IN
from portal.database import read_session, writing
from portal.messages import words_of
from portal.office.blueprint import bp, keys, now, officer, said
from portal.office.visit import settings
from portal.partnership import outbox as letters
from surveys.errors import SurveysError

STATES = ("queued", "failed", "sent")


@bp.get("/outbox")
def outbox() -> ResponseReturnValue:
    session = read_session()
    state = request.args.get("state", "")
    shown = state if state in STATES else None
    return render_template(
        "office/outbox/outbox.html",
        letters=letters.listing(
            session, keys=keys(), accounts="administrator" in officer().roles, state=shown
        ),
        standing=letters.standing(session),
        state=shown or "",
        server=settings().mail.server,
        kept_days=letters.KEPT.days,
        sign_in_words=SIGN_IN,
    )


@bp.post("/outbox/<letter_id>/again")
def letter_again(letter_id: str) -> ResponseReturnValue:
    try:
        with writing() as session:
            letters.again(session, letter_id, by=officer().by, now=now(), keys=keys())
    except SurveysError as problem:
        said(words_of(problem))
    else:
        said("It goes out with the next round, within ten minutes.")
    return redirect(url_for("office.outbox"))

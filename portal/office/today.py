"""The first page after signing in: what has to be done first, by whom, and how things stand."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from portal.accounts import people
from portal.database import read_session
from portal.office.blueprint import bp, may, now
from portal.office.waiting import dues
from portal.partnership import rounds
from surveys import responses


@bp.get("/")
def today() -> ResponseReturnValue:
    session = read_session()
    listing = rounds.listing(session, now())
    counts = {
        asked.survey.slug: responses.counts(session, asked.survey.id)
        for consultation in (*listing.open, *listing.coming)
        for asked in consultation.surveys
    }
    administrators = len(people.holders(session, "administrator")) if may("office.people") else None
    return render_template(
        "office/today.html",
        listing=listing,
        counts=counts,
        administrators=administrators,
        waiting=dues(session),
    )

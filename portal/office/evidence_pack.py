"""The evidence pack of a year in one act: its public pages, its records and its log, as one zip."""

from __future__ import annotations

from typing import cast

from flask import Flask, Response, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal import archive
from portal.database import read_session
from portal.documents import files
from portal.forms.office.plan import STATUS_WORDS
from portal.office.blueprint import bp, now, said
from portal.office.plan import plan_or_404
from portal.partnership import (
    consultation_record,
    cycles,
    meetings,
    plan,
    plan_board,
    progress,
    rounds,
    scrutiny,
)
from portal.static_site import Kept


@bp.get("/plan/<int:year>/evidence-pack.zip")
def evidence_pack(year: int) -> ResponseReturnValue:
    plan_or_404(year)
    session = read_session()
    cycle = cycles.of(session, year)
    round_ = rounds.by_slug(session, cycle.round_slug) if cycle is not None and cycle.round_slug else None

    edition = plan.public(session, year)
    if edition is None:
        said("Publish the plan first: a pack holds only what the public can read.")
        return redirect(url_for("office.plan_year", year=year))
    board = plan_board.board(year, edition.content)

    def index(kept: Kept, records: list[str]) -> str:
        return render_template(
            "office/plan/pack.html",
            year=year,
            board=board,
            status_words=STATUS_WORDS,
            records=records,
            made_on=now(),
            pages=sorted(
                (name, address) for name, address in kept.pages.items() if not name.startswith("pl/")
            ),
            broken=kept.broken,
            round=round_,
            stakeholders=consultation_record.stakeholders_of(session, round_) if round_ else (),
            publicity=consultation_record.publicity_of(session, round_) if round_ else (),
            meetings=meetings.between(session, progress.first_day(year - 1), progress.quarter_end(year, 4)),
            authorities=meetings.authorities,
            sent=scrutiny.sent(session, year),
            recommendations=scrutiny.of_year(session, year),
        )

    app = cast(Flask, current_app._get_current_object())  # type: ignore[attr-defined]
    body = archive.year_pack(app, session, year, index, files.pdf if files.can_make_pdf() else None)
    response = Response(body, mimetype="application/zip")
    response.headers.set("Content-Disposition", "attachment", filename=f"evidence-pack-{year}.zip")
    return response

"""The evidence pack of a year in one act: public pages, records and log, as one zip with one PDF."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, cast

from flask import Flask, Response, abort, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import archive, findings_words
from portal.database import read_session
from portal.documents import files, report
from portal.documents.decision_paper import HEADS, matrix_row
from portal.documents.plan_paper import SPOKEN, TARGET_HEADS, quarter_words, target_row
from portal.forms.office.decision import OUTCOME_WORDS
from portal.forms.office.plan import STATUS_WORDS
from portal.i18n import SOURCE_LOCALE, html_lang
from portal.office.blueprint import bp, keys, now, said
from portal.office.plan import named, plan_or_404
from portal.office.round_words import TITLES
from portal.office.year_papers import cause_words
from portal.partnership import (
    decision_minutes,
    decisions,
    heard,
    meetings,
    plan,
    plan_board,
    priorities,
    report_back,
    year_record,
)
from portal.partnership.plan_board import ActionLine, Board
from portal.partnership.year_record import Alone, YearRecord
from portal.rendering import day
from surveys import surveys
from surveys.results import releases
from surveys.surveys import Survey, SurveyVersion

ALONE_WORDS = {
    "opening": "One person alone signed off the opening of “{about}”",
    "results": "One person alone approved the results of “{about}”",
    "exclusion": "One person alone left responses to “{about}” out",
    "correction": "One person alone corrected the live survey “{about}”",
    "line": "A line of the checklist was set aside: {about}",
}
NOBODY = "Nobody else was available."


@bp.get("/plan/<int:year>/evidence-pack.zip")
def evidence_pack(year: int) -> ResponseReturnValue:
    plan_or_404(year)
    session = read_session()
    if plan.public(session, year) is None:
        return _nothing_yet(year)
    found = year_record.of(session, year)
    told = _told(session, found)
    app = cast(Flask, current_app._get_current_object())  # type: ignore[attr-defined]
    kept = archive.of_year(
        app,
        year,
        consultation=found.round.slug if found.round is not None else None,
        surveys=[one.slug for one in found.surveys],
    )

    pdf = _on_paper(session, found, told) if files.can_make_pdf() else None
    pages = sorted(kept.pages.items())

    def index(names: list[str]) -> str:
        return render_template(
            "office/plan/pack.html",
            whole=False,
            files=names,
            pdf=archive.WHOLE if pdf else "",
            pages=pages,
            broken=kept.broken,
            **told,
        )

    body = archive.year_pack(kept, archive.records(session, year), index, pdf)
    return _file(body, "application/zip", f"evidence-pack-{year}.zip")


@bp.get("/plan/<int:year>/evidence-pack.pdf")
def evidence_pack_paper(year: int) -> ResponseReturnValue:
    plan_or_404(year)
    session = read_session()
    if not files.can_make_pdf():
        abort(404)
    if plan.public(session, year) is None:
        return _nothing_yet(year)
    found = year_record.of(session, year)
    body = _on_paper(session, found, _told(session, found))
    return _file(body, "application/pdf", f"evidence-pack-{year}.pdf")


def _nothing_yet(year: int) -> ResponseReturnValue:
    said("Publish the plan first: a pack holds only what the public can read.")
    return redirect(url_for("office.plan_year", year=year))


def _file(body: bytes, media_type: str, name: str) -> Response:
    response = Response(body, mimetype=media_type)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _on_paper(session: Session, found: YearRecord, told: dict[str, Any]) -> bytes:
    """The whole pack as a tagged PDF, results with every table."""
    reports = [one for survey in found.surveys if (one := _report(session, survey))]
    return files.pdf(render_template("office/plan/pack.html", whole=True, reports=reports, **told))


def _told(session: Session, found: YearRecord) -> dict[str, Any]:
    """Everything the pack's own pages say, in words."""
    year = found.year
    edition = plan.public(session, year)
    board = plan_board.board(year, edition.content if edition else {})
    return {
        "year": year,
        "record": found,
        "made_on": now(),
        "attended": meetings.authorities,
        "announced": [(day(one.on), one.what, one.where) for one in found.publicity],
        "told": [
            (
                one.stakeholder.name,
                one.stakeholder.speaks_for,
                "Yes" if one.stakeholder.particularly_affected else "No",
                "; ".join(f"{day(sent.on)}: {sent.what} ({sent.how})" for sent in one.sendings) or "nothing",
            )
            for one in found.stakeholders
        ],
        "groups": [
            (one.name, "Yes" if one.affected else "No", one.expected, one.reached, one.how)
            for one in found.groups
        ],
        "alone_rows": [
            (day(one.on), ALONE_WORDS[one.what].format(about=_about(one)), one.reason or NOBODY)
            for one in found.alone
        ],
        "sent_rows": [(day(one.sent_on), one.what, one.recipient) for one in found.sent],
        "outcomes": report_back.public(session, year),
        "spoken_parts": SPOKEN,
        **_decision(session, year),
        **_plan(edition, board),
    }


def _about(one: Alone) -> str:
    return TITLES.get(one.about, one.about) if one.what == "line" else one.about


def _decision(session: Session, year: int) -> dict[str, Any]:
    found = decisions.published(session, year)
    if found is None or found.snapshot is None:
        return {"decided": None}
    titles = named("area")
    entries = {one.key: one for one in decisions.entries(session, year, "topic")}
    themes = decisions.entries(session, year, "theme")
    return {
        "decided": found,
        "sure": found.snapshot["sure"],
        "titles": titles,
        "priorities": priorities.proposed(session, year),
        "matrix_heads": HEADS,
        "matrix_rows": [
            matrix_row(row, entries[row["topic"]].outcome if row["topic"] in entries else None)
            for row in found.snapshot["matrix"]["rows"]
        ],
        "topics": [
            (titles.get(one.key, one.key), OUTCOME_WORDS[one.outcome].lower(), one)
            for one in entries.values()
            if one.outcome
        ],
        "themes": [
            (
                OUTCOME_WORDS[one.outcome].lower(),
                one,
                heard.quote(session, one.about.get("quote"), keys=keys()),
            )
            for one in themes
            if one.outcome
        ],
        "readings": [
            one for one in decision_minutes.readings(session, year) if one.what.startswith("equality:")
        ],
        "interests": decision_minutes.interests(session, year),
    }


def _plan(edition: Any, board: Board) -> dict[str, Any]:
    areas = named("area")

    def because(action: ActionLine) -> list[str]:
        return [cause_words(id, areas) for id in action.body.causes]

    return {
        "edition": edition,
        "board": board,
        "status_words": STATUS_WORDS,
        "target_heads": TARGET_HEADS,
        "targets": {one.key: [target_row(target) for target in one.targets] for one in board.objectives},
        "quarter": lambda number: quarter_words(board.year, number),
        "because": because,
    }


def _report(session: Session, survey: Survey) -> report.Report | None:
    """The newest results of a survey for paper; None where there are none to read any more."""
    release = releases.current(session, survey.id)
    if release is None:
        return None
    content: Mapping[str, Any] = release.content
    wanted = select(SurveyVersion).where(
        SurveyVersion.survey_id == survey.id, SurveyVersion.number == content["versions"][-1]
    )
    document = surveys.questionnaire_of(session.scalars(wanted).one())
    first, last = (day(dt.date.fromisoformat(content[name])) for name in ("first_day", "last_day"))
    return report.report(
        content,
        document,
        title=document.say(document.title, SOURCE_LOCALE),
        when=f"From {first} to {last}.",
        locale=SOURCE_LOCALE,
        language=html_lang(SOURCE_LOCALE),
        tell=lambda reading: findings_words.told(content, document, reading),
    )

"""The papers of the year as Word files to work on: the decision, the plan, the report back."""

from __future__ import annotations

from flask import Response, make_response
from flask.typing import ResponseReturnValue

from portal.database import read_session
from portal.documents.decision_paper import decision_paper
from portal.documents.plan_paper import plan_paper, report_back_paper
from portal.forms.office.decision import CITED_WORDS, OUTCOME_WORDS
from portal.office.blueprint import bp, keys, now
from portal.office.decision_parts import citable, read_words
from portal.office.plan import board_of, named, plan_or_404
from portal.office.year import known
from portal.papers.book import TYPE
from portal.partnership import causes, citations, decisions, plan, record, report_back
from portal.rendering import day, site


def _word(content: bytes, name: str) -> Response:
    response = make_response(content)
    response.headers["Content-Type"] = TYPE
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


@bp.get("/decision/<int:year>/decision.docx")
def decision_word(year: int) -> ResponseReturnValue:
    cycle = known(year)
    found = record.gather(read_session(), cycle, now=now(), keys=keys())
    names = {one.what: read_words(one.what) for one in found.readings} | dict(citable(cycle))
    content = decision_paper(
        found, partnership=site().name, demonstration=site().demonstration, names=names, made=now()
    )
    return _word(content, f"decision-{year}.docx")


@bp.get("/plan/<int:year>/plan.docx")
def plan_word(year: int) -> ResponseReturnValue:
    found, session = plan_or_404(year), read_session()
    board = board_of(found)
    editions = plan.editions(session, year)
    if not editions:
        state = "Nothing of it is public yet."
    elif editions[0].content == plan.content(session, found):
        state = f"Public as it stands here since {day(editions[0].at)}."
    else:
        state = f"Changed since it was last published on {day(editions[0].at)}; the changes are not public."
    areas = named("area")
    content = plan_paper(
        board,
        partnership=site().name,
        state=state,
        partners=named("partner"),
        areas=areas,
        priorities=named("priority"),
        causes={id: cause_words(id, areas) for one in board.actions for id in one.body.causes},
        made=now(),
    )
    return _word(content, f"plan-{year}.docx")


def cause_words(id: str, areas: dict[str, str]) -> str:
    """What caused an action, in words."""
    decided = causes.decided(id)
    if decided is None:
        cited = citations.parse(id)
        return id if cited is None else CITED_WORDS[cited.kind]
    entries = decisions.entries(read_session(), decided.year, decided.kind)
    entry = next((one for one in entries if one.key == decided.key), None)
    title = areas.get(decided.key, decided.key)
    if entry is not None and decided.kind == "theme":
        title = str(entry.about.get("title") or decided.key)
    outcome = f", {OUTCOME_WORDS[entry.outcome].lower()}" if entry is not None and entry.outcome else ""
    return f"the decision for {decided.year} about {title}{outcome}"


@bp.get("/report-back/<int:year>/report-back.docx")
def report_back_word(year: int) -> ResponseReturnValue:
    known(year)
    entries = [
        {"title": one.title, "draft": bool(one.drafted), **one.texts.get("en_GB", {})}
        for one in report_back.working(read_session(), year)
    ]
    content = report_back_paper(
        year, entries, partnership=site().name, demonstration=site().demonstration, made=now()
    )
    return _word(content, f"report-back-{year}.docx")

"""The fieldwork board: how a survey fills, who answers against the census, what to do about the gap."""

from __future__ import annotations

from typing import Any

from flask import abort, jsonify, render_template, url_for
from flask.typing import ResponseReturnValue

from portal import board_charts
from portal.counting import counting
from portal.database import read_session
from portal.forms.office.keying import CHANNEL_WORDS
from portal.forms.office.rounds import AUDIENCE_WORDS
from portal.i18n import english_name
from portal.office.blueprint import bp, may, now, officer, survey_title
from portal.office.desk import profile, survey_called, words
from portal.partnership import board as sums
from portal.partnership import census, rounds
from portal.partnership.board import Fieldwork, Gap, shown
from portal.rendering import day
from surveys import surveys
from surveys.moderation import concerns
from surveys.questionnaire.model import Questionnaire
from surveys.results.tables import WHO
from surveys.surveys import Survey, london_day

SUGGESTED = ("ward", "age", "sex")
"""Dimensions the board compares; special categories stay on the desk."""
NEXT = {
    "ward": "Ask the parish council and the village hall of {group} to put up posters and give out leaflets.",
    "age": "Ask whoever reaches people of {group} best: clubs, carers, employers, colleges or schools.",
    "sex": "Ask groups and places where “{group}” are reached: clubs, nurseries, workplaces, sports grounds.",
}


@bp.get("/board")
def board() -> ResponseReturnValue:
    session = read_session()
    listing = rounds.listing(session, now())
    shown_rounds = (*listing.open, *listing.coming, *listing.closed)
    return render_template(
        "office/board/board.html", consultations=shown_rounds, audience_words=AUDIENCE_WORDS
    )


@bp.get("/board/<slug>")
def board_survey(slug: str) -> ResponseReturnValue:
    survey, document = survey_called(slug)
    session, exact = read_session(), "analyst" in officer().roles
    found = sums.fieldwork_of(session, survey, document)
    round_ = rounds.of_survey(session, survey.id)
    profiles = _profiles(survey)
    gap = sums.biggest_gap({one["key"]: one["compared"] for one in profiles if one["key"] in SUGGESTED})
    closes = london_day(survey.closes_at) if survey.closes_at else None
    channels, locales = _channels(found, exact=exact), _locales(found, exact=exact)
    return render_template(
        "office/board/survey.html",
        survey=survey,
        title=survey_title(survey),
        begun=bool(found.starts or found.responses),
        state=surveys.state(survey, now()),
        left=(closes - london_day(now())).days if closes else None,
        concerns=concerns.standing(session, london_day(now()), survey.id),
        exact=exact,
        starts=shown(found.starts, exact=exact),
        answered=shown(found.responses, exact=exact),
        finished=_finished(found, exact=exact),
        pages=[(label, str(figure)) for label, figure in _pages(found, document, exact=exact)],
        days=[
            (day(on), str(shown(starts, exact=exact)), str(shown(sent, exact=exact)))
            for on, starts, sent in reversed(found.days)
        ],
        channels=[(label, str(figure)) for label, figure in channels],
        locales=[(label, str(figure)) for label, figure in locales],
        drawn={
            "channels": any(figure.figure is not None for _, figure in channels),
            "languages": any(figure.figure is not None for _, figure in locales),
            **{one["key"]: any(share is not None for _, share, _ in one["compared"]) for one in profiles},
        },
        profiles=[one for one in profiles if one["key"] in SUGGESTED],
        gap=_advice(gap, profiles),
        reach=url_for("office.reach", slug=round_.slug) if round_ is not None and may("office.reach") else "",
    )


@bp.get("/board/<slug>/<name>.json")
def board_figure(slug: str, name: str) -> ResponseReturnValue:
    """The plotly figure of one table of the board, from the same figures the reader may see."""
    survey, document = survey_called(slug)
    exact = "analyst" in officer().roles
    found = sums.fieldwork_of(read_session(), survey, document)
    figure = None
    if name in ("pages", "channels", "languages"):
        rows = {
            "pages": lambda: _pages(found, document, exact=exact),
            "channels": lambda: _channels(found, exact=exact),
            "languages": lambda: _locales(found, exact=exact),
        }[name]()
        figure = board_charts.counts([(label, number.figure) for label, number in rows])
    elif name == "days":
        figure = board_charts.days([(on, shown(sent, exact=exact).figure) for on, _, sent in found.days])
    elif name in SUGGESTED:
        for one in _profiles(survey):
            if one["key"] == name:
                figure = board_charts.beside(one["compared"])
    if figure is None:
        abort(404)
    return jsonify(figure)


def _pages(found: Fieldwork, document: Questionnaire, *, exact: bool) -> list[tuple[str, sums.Shown]]:
    rows = [("Pressed Start", shown(found.starts, exact=exact))]
    for id, number in found.pages.items():
        questions = [q for q in document.page_by_id[id].questions if not q.off]
        label = words(document, questions[0].short) if questions else "A page to read"
        rows.append((label, shown(number, exact=exact)))
    return [*rows, ("Sent", shown(found.web, exact=exact))]


def _finished(found: Fieldwork, *, exact: bool) -> str:
    """The share of those who started on the web that sent, from figures this reader may see."""
    starts, sent = shown(found.starts, exact=exact).figure, shown(found.web, exact=exact).figure
    if not starts or sent is None or starts < 30:
        return "–"
    return f"{min(100, round(100 * sent / starts))}%"


def _channels(found: Fieldwork, *, exact: bool) -> list[tuple[str, sums.Shown]]:
    return _named(found.channels, CHANNEL_WORDS, exact=exact)


def _locales(found: Fieldwork, *, exact: bool) -> list[tuple[str, sums.Shown]]:
    return _named(found.locales, {code: english_name(code) for code in found.locales}, exact=exact)


def _named(counts: Any, names: dict[str, str], *, exact: bool) -> list[tuple[str, sums.Shown]]:
    return [
        (names.get(key, key), shown(number, exact=exact))
        for key, number in sorted(counts.items(), key=lambda one: -one[1])
    ]


def _profiles(survey: Survey) -> list[dict[str, Any]]:
    """Who answered beside the population, from released tables only."""
    session = read_session()
    publication, document, _ = counting().published(session, survey.id, now())
    targets = {target.axis: target for target in census.targets(census.kept(session), document)}
    return [
        profile(document, table, targets.get(table.key.removeprefix(f"{WHO}.")))
        for table in publication.tables
        if table.key.startswith(f"{WHO}.")
    ]


def _advice(gap: Gap | None, profiles: list[dict[str, Any]]) -> dict[str, str] | None:
    """The widest gap in words, and what to do next."""
    if gap is None:
        return None
    name = next(one["name"] for one in profiles if one["key"] == gap.dimension)
    shares = f"{gap.answered}% of those who answered and {gap.expected}% of the people here"
    return {"said": f"{name}: {gap.group} are {shares}.", "next": NEXT[gap.dimension].format(group=gap.group)}

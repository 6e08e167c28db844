"""The parts of a decision: topics and themes, proposed priorities, who read what, declared interests."""

from __future__ import annotations

from typing import Any

from flask import abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.database import read_session, writing
from portal.forms.office.decision import (
    CITED_WORDS,
    OUTCOME_HINTS,
    OUTCOME_WORDS,
    Entry,
    Interest,
    Priority,
    Reading,
    Theme,
)
from portal.office.blueprint import bp, keys, now, officer, said
from portal.office.decision import begun, seen_version, table_of, titles
from portal.partnership import (
    citations,
    decision_minutes,
    decisions,
    evidence,
    heard,
    pages,
    priorities,
    record,
    submissions,
)
from portal.partnership.bodies import HEADINGS
from portal.partnership.cycles import Cycle
from portal.partnership.decisions import THEME_OUTCOMES, TOPIC_OUTCOMES, Decision, DecisionEntry
from portal.partnership.priorities import ProposedPriority, Wording
from surveys.errors import SurveysError


def citable(cycle: Cycle) -> list[tuple[str, str]]:
    """Everything on the shelf of this year that an entry may cite, by id."""
    session, table = read_session(), table_of(cycle)
    words = {
        "residents": "What people answered: the published table of topics",
        "partners": "Partners' scores",
        "recorded": "Recorded crime",
    }
    found = [(table.cites[name], words[name]) for name in words if name in table.cites]
    names = titles()
    for kind in ("evidence", "harm", "recorded"):
        for one in evidence.of_kind(session, kind):
            topic = names.get(one.entry.key, one.entry.key)
            title = {"harm": "Harm weights", "recorded": f"What police records cover: {topic}"}.get(kind)
            found.append((one.id, title or one.entry.texts.title))
    headings = evidence.assessment(session, cycle.year)
    found += [
        (headings[key].id, f"Assessment: {headings[key].entry.texts.title}")
        for key in HEADINGS
        if key in headings
    ]
    for letter in submissions.inbox(session, cycle.round_slug) if cycle.round_slug else ():
        summary = submissions.opened(letter, keys()).summary or "not summed up yet"
        found.append((f"submission:{letter.id}", f"{letter.kind.capitalize()}: {summary[:90]}"))
    return found


def read_words(id: str) -> str:
    """What somebody read, for what is not on the shelf of this year any more."""
    if id.startswith("paper:"):
        return f"The decision paper, version {id.removeprefix('paper:')}"
    if id.startswith("equality:"):
        return f"Equality assessment, version {id.removeprefix('equality:')}"
    cited = citations.parse(id)
    return id if cited is None else CITED_WORDS[cited.kind].capitalize()


@bp.route("/decision/<int:year>/<any(topic, theme):kind>/<key>", methods=["GET", "POST"])
def decision_entry(year: int, kind: str, key: str) -> ResponseReturnValue:
    """What is decided about one topic or theme; recorded in the meeting or before it."""
    cycle, found = begun(year)
    entry = read_session().get(DecisionEntry, (year, kind, key))
    if entry is None or entry.withdrawn:
        abort(404)
    form = Entry(
        outcome=entry.outcome, reasons=entry.reasons, dissent=entry.dissent, cites=list(entry.cites),
        seen_version=str(entry.version),
    )  # fmt: skip
    outcomes = TOPIC_OUTCOMES if kind == "topic" else THEME_OUTCOMES
    form.outcome.choices = [("", "Not decided yet"), *((one, OUTCOME_WORDS[one]) for one in outcomes)]
    form.outcome.data = form.outcome.data or ""
    on_the_shelf = citable(cycle)
    form.cites.choices = on_the_shelf
    if request.method == "POST" and form.validate():
        try:
            with writing() as session:
                decisions.decide(
                    session, session.get_one(Decision, year), kind, key, outcome=form.outcome.data or None,
                    reasons=form.reasons.data or "", dissent=form.dissent.data or "",
                    cites=form.cites.data or (), seen_version=seen_version(form),
                    by=officer().by, now=now(), keys=keys(),
                )  # fmt: skip
            said("Saved.")
            return redirect(url_for("office.decision", year=year, _anchor=f"{kind}-{key}"))
        except SurveysError as problem:
            form.refuse(problem)
    matrix = table_of(cycle)
    shown = render_template(
        "office/decision/entry.html",
        form=form,
        year=year,
        kind=kind,
        key=key,
        entry=read_session().get(DecisionEntry, (year, kind, key), populate_existing=True),
        decision=found,
        title=titles().get(key, key) if kind == "topic" else entry.about["title"],
        row=next((row for row in matrix.rows if row.topic == key), None),
        matrix=matrix,
        hints=OUTCOME_HINTS,
        cited=[dict(on_the_shelf).get(id) or read_words(id) for id in entry.cites],
        outcome_words=OUTCOME_WORDS,
        history=decisions.history(read_session(), year, f"{kind}:{key}"),
        quote=heard.quote(read_session(), entry.about.get("quote"), keys=keys()),
    )
    return make_response(shown, 422 if form.problems() else 200)


# Themes ---------------------------------------------------------------------------------------------------


@bp.route("/decision/<int:year>/themes/<key>", methods=["GET", "POST"])
def decision_theme(year: int, key: str) -> ResponseReturnValue:
    """A theme of what people wrote; ``new`` for one more."""
    cycle, _ = begun(year)
    entry = None if key == "new" else read_session().get(DecisionEntry, (year, "theme", key))
    if key != "new" and entry is None:
        abort(404)
    about = entry.about if entry else {}
    survey_id = record.residents_survey_id(read_session(), cycle)
    cleared = heard.quotes(read_session(), survey_id, keys=keys()) if survey_id else ()
    chosen = f"{about['quote'][0]}/{about['quote'][1]}" if about.get("quote") else ""
    form = Theme(
        title=about.get("title"), count=about.get("count"), quote=chosen,
        seen_version=str(entry.version if entry else 0),
    )  # fmt: skip
    form.quote.choices = [("", "None"), *((f"{q.survey_id}/{q.comment_id}", q.text[:120]) for q in cleared)]
    if request.method == "POST" and form.validate():
        given = form.quote.data if form.quote.data in {one.value for one in form.quote.choices} else ""
        ids = tuple(given.split("/", 1)) if given else None
        try:
            with writing() as session:
                at = key if entry else _theme_key(session, year, form.title.data)
                decisions.put_theme(
                    session, session.get_one(Decision, year), at, title=form.title.data,
                    count=form.count.data, quote=(ids[0], ids[1]) if ids else None,
                    withdrawn=form.withdrawn.data,
                    seen_version=seen_version(form), by=officer().by, now=now(), keys=keys(),
                )  # fmt: skip
            said("Saved.")
            return redirect(url_for("office.decision", year=year, _anchor="themes"))
        except SurveysError as problem:
            form.refuse(problem)
    shown = render_template("office/decision/theme.html", form=form, year=year, entry=entry)
    return make_response(shown, 422 if form.problems() else 200)


def _theme_key(session: Any, year: int, title: str) -> str:
    stem = evidence.slug_for(session, "problem", title)[:50]
    number = 1
    while (
        session.get(DecisionEntry, (year, "theme", stem if number == 1 else f"{stem}-{number}")) is not None
    ):
        number += 1
    return stem if number == 1 else f"{stem}-{number}"


@bp.post("/decision/<int:year>/themes")
def decision_themes(year: int) -> ResponseReturnValue:
    """Takes the themes officers found in the comments over, those that are not there yet."""
    cycle, _ = begun(year)
    survey_id = record.residents_survey_id(read_session(), cycle)
    there = {e.about["title"] for e in decisions.entries(read_session(), year, "theme")}
    wanted = (
        [one for one in heard.themes(read_session(), survey_id) if one.title not in there]
        if survey_id
        else []
    )
    with writing() as session:
        found = session.get_one(Decision, year)
        for one in wanted:
            key = _theme_key(session, year, one.title)
            decisions.put_theme(
                session, found, key, title=one.title, count=one.people, seen_version=0,
                by=officer().by, now=now(), keys=keys(),
            )  # fmt: skip
    said(f"{len(wanted)} themes are taken over from the comments." if wanted else "There was no new theme.")
    return redirect(url_for("office.decision", year=year, _anchor="themes"))


# Priorities -----------------------------------------------------------------------------------------------


@bp.route("/decision/<int:year>/priorities/<key>", methods=["GET", "POST"])
def decision_priority(year: int, key: str) -> ResponseReturnValue:
    """A proposed priority; ``new`` for one more."""
    _, found = begun(year)
    there = None if key == "new" else read_session().get(ProposedPriority, (year, key))
    if key != "new" and there is None:
        abort(404)
    form = Priority(
        **(there.texts if there else {}), areas=list(there.areas) if there else [],
        seen_version=str(there.version if there else 0),
    )  # fmt: skip
    areas = pages.current(read_session(), "area", pages.SOURCE)
    form.areas.choices = [(area.key, area.texts.title) for area in areas]
    if request.method == "POST" and form.validate():
        texts = {name: form[name].data or "" for name in priorities.FIELDS}
        wording = Wording(**texts, areas=tuple(form.areas.data or ()))
        try:
            with writing() as session:
                at = key if there else evidence.slug_for(session, "problem", form.title.data)
                priorities.propose(
                    session, session.get_one(Decision, year), at, wording, withdrawn=form.withdrawn.data,
                    seen_version=seen_version(form), by=officer().by, now=now(), keys=keys(),
                )  # fmt: skip
            said(f"“{form.title.data}” is saved.")
            return redirect(url_for("office.decision", year=year, _anchor="priorities"))
        except SurveysError as problem:
            form.refuse(problem)
    shown = render_template(
        "office/decision/priority.html", form=form, year=year, there=there, draft=found.state == "draft",
        areas=[area.texts.title for area in areas if there and area.key in there.areas],
        history=decisions.history(read_session(), year, f"priority:{key}"),
    )  # fmt: skip
    return make_response(shown, 422 if form.problems() else 200)


# Minutes --------------------------------------------------------------------------------------------------


@bp.post("/decision/<int:year>/read/<any(page, word, equality):what>")
def decision_read(year: int, what: str) -> ResponseReturnValue:
    """Opens one of the decision's papers and notes that this member has read it, in this version, once."""
    cycle, found = begun(year)
    version = found.words.equality_version if what == "equality" else found.version
    to = {
        "page": url_for("office.decision", year=year),
        "word": url_for("office.decision_word", year=year),
        "equality": url_for("office.round_equality", slug=cycle.round_slug) if cycle.round_slug else "",
    }[what]
    id = f"equality:{version}" if what == "equality" else f"paper:{version}"
    if found.state == "draft" and version:
        with writing() as session:
            decision_minutes.note_reading(
                session, session.get_one(Decision, year), reader=officer().name, what=id,
                by=officer().by, now=now(), keys=keys(),
            )  # fmt: skip
    if what == "page":
        said("It is noted that you have read this version.")
    return redirect(to or url_for("office.decision", year=year))


@bp.route("/decision/<int:year>/minutes", endpoint="decision_minutes", methods=["GET", "POST"])
def decision_minutes_page(year: int) -> ResponseReturnValue:
    """Who read what and when, and whose interests were declared."""
    cycle, found = begun(year)
    version = found.words.equality_version
    equality = [(f"equality:{version}", f"Equality assessment, version {version}")] if version else []
    declared = request.form.get("part") == "interest"
    reading = Reading(formdata=None) if declared or request.method == "GET" else Reading()
    interest = Interest() if declared else Interest(formdata=None)
    reading.what.choices = [*equality, *citable(cycle)]
    form = interest if declared else reading
    if request.method == "POST" and form.validate():
        how: dict[str, Any] = {"by": officer().by, "now": now(), "keys": keys()}
        try:
            with writing() as session:
                decision = session.get_one(Decision, year)
                if declared:
                    who, words = interest.who.data, interest.words.data
                    decision_minutes.declare(session, decision, who=who, words=words, **how)
                else:
                    decision_minutes.note_reading(
                        session, decision, reader=reading.reader.data, what=reading.what.data or "",
                        read_on=reading.read_on.data, **how,
                    )  # fmt: skip
            said("Recorded.")
            return redirect(url_for("office.decision_minutes", year=year))
        except SurveysError as problem:
            form.refuse(problem)
    readings = decision_minutes.readings(read_session(), year)
    names = {one.value: one.label for one in reading.what.choices}
    shown = render_template(
        "office/decision/minutes.html", year=year, reading=reading, interest=interest, decision=found,
        form=form if form.problems() else None,
        readings=[(one, names.get(one.what, read_words(one.what))) for one in readings],
        interests=decision_minutes.interests(read_session(), year),
    )  # fmt: skip
    return make_response(shown, 422 if form.problems() else 200)

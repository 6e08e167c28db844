"""Publishing results: what is chosen, what disclosure control hides and why, findings, approval, the day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from flask import abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from sqlalchemy import select

from portal import drawing, findings_words
from portal.database import read_session, writing
from portal.forms.office.releases import Approve, Tables
from portal.forms.office.rounds import ApprovalLink
from portal.messages import words_of
from portal.method_words import method_of, weighting
from portal.office.blueprint import bp, keys, now, officer, said, whole
from portal.outside import outside
from portal.partnership import approval_links, release_approvals
from portal.reading import Reading, read
from surveys import surveys
from surveys.errors import SurveysError
from surveys.questionnaire.model import Questionnaire
from surveys.results import compositions
from surveys.results import releases as published
from surveys.results.compositions import Composition, Kind
from surveys.results.releases import Prepared, Release
from surveys.surveys import LONDON, Survey

RULES = {
    "10-5": "fewer than 10 people",
    "percent-30": "no percentages under 30 people",
    "special-20": "fewer than 20 people, about something sensitive",
    "special-place": "sensitive answers are never shown by place",
    "alike": "nearly all answered alike",
    "complement": "would show what a few people outside the group said",
    "protect": "would give a hidden figure away",
    "weighted": "no weighted percentage: it would tell a weight or a hidden figure, or rests on too few",
}


BASES = {"asked": "how many were asked", "answered": "how many answered", "skipped": "how many skipped it"}


@dataclass(frozen=True)
class Line:
    """A table of the menu as the composing officer sees it."""

    reading: Reading
    chosen: bool
    hidden: tuple[str, ...]
    proposed: Any
    written: str

    @property
    def key(self) -> str:
        return self.reading.key


def survey_or_404(slug: str) -> Survey:
    found = surveys.by_slug(read_session(), slug)
    if found is None or surveys.state(found, now()) in ("draft", "withdrawn"):
        abort(404)
    return found


def document_of(survey: Survey) -> Questionnaire:
    version = surveys.current_version(read_session(), survey.id)
    if version is None:
        abort(404)
    return surveys.questionnaire_of(version)


@bp.get("/releases")
def releases() -> ResponseReturnValue:
    session = read_session()
    lines = []
    for survey in session.scalars(select(Survey).order_by(Survey.closes_at.desc(), Survey.slug)):
        state = surveys.state(survey, now())
        if state in ("draft", "withdrawn"):
            continue
        newest = published.current(session, survey.id)
        lines.append(
            {
                "survey": survey,
                "state": state,
                "newest": newest,
                "draft": compositions.open_one(session, survey.id),
                "next": kind_of_next(state, newest),
            }
        )
    return render_template("office/releases/releases.html", lines=lines)


def kind_of_next(state: str, newest: Release | None) -> Kind | None:
    """What can be composed next: results so far, the closing release, or a correction."""
    if state in ("open", "paused"):
        return "interim"
    if state != "closed":
        return None
    return "closing" if newest is None or newest.kind == "interim" else "correction"


@bp.post("/releases/<slug>/begin")
def release_begin(slug: str) -> ResponseReturnValue:
    survey = survey_or_404(slug)
    kind = kind_of_next(surveys.state(survey, now()), published.current(read_session(), survey.id))
    if kind is None:
        abort(404)
    with writing() as session:
        compositions.compose(session, survey, kind, by=officer().by, now=now(), keys=keys())
    return redirect(url_for("office.release", slug=slug))


@bp.get("/releases/<slug>")
def release(slug: str) -> ResponseReturnValue:
    return release_page(survey_or_404(slug))


def draft_of(survey: Survey) -> Composition:
    draft = compositions.open_one(read_session(), survey.id)
    if draft is None:
        abort(404)
    return draft


def release_page(
    survey: Survey,
    tables: Tables | None = None,
    approving: Approve | None = None,
    asking: ApprovalLink | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    session = read_session()
    draft = compositions.open_one(session, survey.id)
    past = published.all_of(session, survey.id)
    facts: dict[str, Any] = {"survey": survey, "draft": draft, "past": past, "rules": RULES, "document": None}
    facts["next"] = kind_of_next(surveys.state(survey, now()), published.current(session, survey.id))
    if draft is not None:
        facts |= _making(survey, draft, tables)
    page = render_template(
        "office/releases/release.html",
        approving=approving or Approve(formdata=None),
        asking=asking or ApprovalLink(formdata=None),
        **facts,
    )
    return make_response(page, status)


def _making(survey: Survey, draft: Composition, tables: Tables | None) -> dict[str, Any]:
    """The whole menu with what is hidden in it, or the words of why nothing can be published yet."""
    document = document_of(survey)
    try:
        whole, chosen = _prepared(survey, draft)
    except SurveysError as problem:
        blank = tables or Tables(
            formdata=None, note=draft.note, recount=draft.recount, weighted=draft.weighted
        )
        blank.shown.choices = []
        return {"impossible": words_of(problem), "document": document, "lines": [], "form": blank}
    lines = _lines(document, whole, draft)
    form = tables or Tables(
        formdata=None,
        shown=[line.key for line in lines if line.chosen],
        note=draft.note,
        recount=draft.recount,
        weighted=draft.weighted,
    )
    form.shown.choices = [(line.key, line.key) for line in lines]
    seal = compositions.sealed_print(chosen.content)
    return {
        "impossible": "",
        "document": document,
        "lines": lines,
        "form": form,
        "print": seal,
        "digest": seal,
        "links": approval_links.of(read_session(), release_approvals.about(draft)),
        "end_of": lambda link: url_for("office.release_link_end", slug=survey.slug, link_id=link.id),
        "content": chosen.content,
        "method": method_of(chosen.content, document, document.source_locale),
        "weighting": list(weighting(chosen.content, document, document.source_locale)),
        "counts": whole.counts,
        "own": draft.changed_by == officer().by,
    }


def _prepared(survey: Survey, draft: Composition) -> tuple[Prepared, Prepared]:
    """The release with every table of the menu, and as it was chosen. Raises as the release verbs do."""
    session = read_session()
    beyond = outside(session, survey)
    chosen = compositions.prepare(session, survey, draft, now=now(), outside=beyond)
    if not draft.left_out:
        return chosen, chosen
    everything = Composition(
        survey_id=draft.survey_id, kind=draft.kind, note=draft.note, recount=draft.recount,
        left_out=[], written=draft.written, weighted=draft.weighted,
    )  # fmt: skip
    return compositions.prepare(session, survey, everything, now=now(), outside=beyond), chosen


def _hidden(reading: Reading, rule: str, group: str, row: str) -> str:
    """One rule applied, with the words of the group and the answer it was applied to."""
    block = next((one for one in reading.blocks if one.key == group), None)
    line = block.line(row) if block is not None else None
    named = (
        block.label.text if block is not None and group != "all" else "",
        line.label.text if line is not None else BASES.get(row, row),
    )
    place = ", ".join(words for words in named if words) or "all of it"
    return f"{place}: {RULES.get(rule, rule)}"


def _lines(document: Questionnaire, whole: Prepared, draft: Composition) -> list[Line]:
    why: dict[str, list[tuple[str, str, str]]] = {}
    for table, rule, group, row in whole.content["report"]:
        why.setdefault(table, []).append((rule, group or "", row or ""))
    source = document.source_locale
    found = []
    for table in whole.content["tables"]:
        reading = read(table, document, source)
        written = draft.written.get(table["key"], {})
        found.append(
            Line(
                reading,
                table["key"] not in draft.left_out,
                tuple(_hidden(reading, *applied) for applied in why.get(table["key"], ())),
                findings_words.sentence(whole.content["findings"][table["key"]], reading),
                written.get(source, ""),
            )
        )
    return found


@bp.post("/releases/<slug>/tables")
def release_tables(slug: str) -> ResponseReturnValue:
    survey = survey_or_404(slug)
    draft, form = draft_of(survey), Tables()
    try:
        prepared, _ = _prepared(survey, draft)
    except SurveysError:  # nothing can be published yet: a correction's note comes first
        menu, left_out = [], list(draft.left_out)
    else:
        wanted = set(request.form.getlist("shown"))
        menu = [table["key"] for table in prepared.content["tables"]]
        left_out = [key for key in menu if key not in wanted]
    form.shown.choices = [(key, key) for key in menu]
    try:
        with writing() as session:
            mine = session.get_one(Composition, draft.id)
            compositions.change(
                session,
                mine,
                left_out=left_out,
                note=form.note.data or "",
                recount=bool(form.recount.data),
                weighted=bool(form.weighted.data),
                by=officer().by,
                now=now(),
                keys=keys(),
                seen_version=_seen(),
            )
    except SurveysError as problem:
        form.refuse(problem)
        return release_page(survey, tables=form, status=422)
    said("Saved. Whatever was approved has to be approved again.")
    return redirect(url_for("office.release", slug=slug))


def _seen() -> int:
    return whole(request.form.get("seen_version"))


@bp.route("/releases/<slug>/findings/<table>", methods=["GET", "POST"])
def release_finding(slug: str, table: str) -> ResponseReturnValue:
    """The officer's own sentence for one table, in every language of the survey."""
    survey = survey_or_404(slug)
    draft, document = draft_of(survey), document_of(survey)
    whole, _ = _prepared(survey, draft)
    released = next((one for one in whole.content["tables"] if one["key"] == table), None)
    if released is None:
        abort(404)
    written = draft.written.get(table, {})
    typed = {locale: request.form.get(locale, written.get(locale, "")) for locale in document.locales}
    faults: dict[str, str] = {}
    if request.method == "POST":
        try:
            with writing() as session:
                compositions.write(
                    session,
                    session.get_one(Composition, draft.id),
                    released,
                    typed,
                    [*_known(released, document), *_tested(whole, table)],
                    by=officer().by,
                    now=now(),
                    keys=keys(),
                    seen_version=_seen(),
                )
        except SurveysError as problem:
            faults[problem.field or document.source_locale] = words_of(problem)
        else:
            said("Saved.")
            return redirect(url_for("office.release", slug=slug) + "#findings")
    proposed = {}
    for locale in document.locales:
        with force_locale(locale):
            reading = read(released, document, locale)
            proposed[locale] = findings_words.sentence(whole.content["findings"][table], reading)
    page = render_template(
        "office/releases/finding.html",
        survey=survey,
        draft=draft,
        reading=read(released, document, document.source_locale),
        typed=typed,
        proposed=proposed,
        faults=faults,
    )
    return make_response(page, 422 if faults else 200)


def _tested(whole: Prepared, table: str) -> list[str]:
    """Every figure of the table's groups against the rest."""
    groups = whole.content["against"].get(table, {"groups": []})["groups"]
    return [str(abs(group[name])) for group in groups for name in ("share", "rest", "points")]


def _known(released: dict[str, Any], document: Questionnaire) -> list[str]:
    """Every label of the table in every language: their figures may be said."""
    found = []
    for locale in document.locales:
        reading = read(released, document, locale)
        found += [reading.title.text, reading.wording.text]
        found += [label.text for label in (*reading.answers.values(), *reading.nets.values())]
        found += [block.label.text for block in reading.blocks]
    return found


@bp.post("/releases/<slug>/approval")
def release_approve(slug: str) -> ResponseReturnValue:
    survey = survey_or_404(slug)
    draft, form = draft_of(survey), Approve()
    good = form.validate()
    publish_at = None
    if form.publish_on.data:
        publish_at = dt.datetime.combine(form.publish_on.data, dt.time(7), LONDON).astimezone(dt.UTC)
    if good:
        try:
            session = read_session()
            draw = drawing.drawer(session)
            prepared = compositions.prepare(
                session, survey, draft, now=now(), draw=draw, outside=outside(session, survey)
            )
            with writing() as session:
                compositions.approve(
                    session,
                    session.get_one(Composition, draft.id),
                    prepared,
                    shown=request.form.get("print", ""),
                    by=officer().by,
                    now=now(),
                    keys=keys(),
                    publish_at=publish_at,
                    override_reason=form.override_reason.data or "",
                )
            said("Approved, exactly as it was shown.")
            return redirect(url_for("office.release", slug=slug))
        except SurveysError as problem:
            form.refuse(problem)
    return release_page(survey, approving=form, status=422)


@bp.post("/releases/<slug>/publication")
def release_publish(slug: str) -> ResponseReturnValue:
    survey = survey_or_404(slug)
    draft = draft_of(survey)
    with writing() as session:
        mine = session.get_one(Composition, draft.id)
        made = compositions.publish(session, mine, by=officer().by, now=now(), keys=keys())
        number = made.number
    said(f"Published as release {number}. Everybody can read it now.")
    return redirect(url_for("office.release", slug=slug))


@bp.post("/releases/<slug>/end")
def release_abandon(slug: str) -> ResponseReturnValue:
    survey = survey_or_404(slug)
    draft = draft_of(survey)
    with writing() as session:
        mine = session.get_one(Composition, draft.id)
        compositions.abandon(session, mine, by=officer().by, now=now(), keys=keys())
    said("Given up. Nothing was published.")
    return redirect(url_for("office.releases"))

"""The evidence shelf in the office: recorded crime, figures partners bring, and what else is known."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from flask import abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.database import read_session, writing
from portal.forms.office import OfficeForm
from portal.forms.office.evidence import (
    HEADING_WORDS,
    PROBLEM_WORDS,
    SORT_WORDS,
    STAGE_WORDS,
    Assessment,
    Crime,
    Harm,
    Item,
)
from portal.office.blueprint import bp, keys, now, officer, said, whole
from portal.partnership import census, crime, crime_files, cycles, evidence, pages, places
from portal.partnership.bodies import POLICE_TYPES, STATUTORY
from portal.partnership.crime_files import CrimeFaults
from portal.partnership.evidence import Shelved, TableFaults
from portal.partnership.register import SiteFacts
from portal.rendering import site
from surveys.errors import SurveysError

NONE = ("", "None")


def topics() -> list[tuple[str, str]]:
    """Areas of focus to choose from."""
    found = pages.current(read_session(), "area", pages.SOURCE)
    return [NONE, *((e.key, e.texts.title) for e in found if e.facts.sort == "topic")]


def seen(form: OfficeForm) -> int:
    """The state the officer started from, as the page carried it."""
    return whole(str(form.seen.data or ""))


@bp.get("/evidence", endpoint="evidence")
def shelf() -> ResponseReturnValue:
    session = read_session()
    months = crime.months(session)
    under_way = cycles.under_way(session)
    year = under_way.year if under_way else now().year + 1
    return render_template(
        "office/evidence/shelf.html",
        months=months,
        window=crime.window(one.month for one in months),
        total=sum(crime.by_ward(session, [one.month for one in months]).values()),
        items=evidence.of_kind(session, "evidence"),
        problems=evidence.of_kind(session, "problem"),
        recorded=[(key, words, evidence.recorded(session, key)) for key, words in topics() if key],
        assessment=evidence.assessment(session, year),
        harm=evidence.harm(session),
        census=census.kept(session),
        year=year,
        statutory=STATUTORY,
        heading_words=HEADING_WORDS,
        sort_words=SORT_WORDS,
        problem_words=PROBLEM_WORDS,
        stage_words=STAGE_WORDS,
        types=POLICE_TYPES,
    )


# Recorded crime -------------------------------------------------------------------------------------------


@bp.route("/evidence/crime", methods=["GET", "POST"])
def evidence_crime() -> ResponseReturnValue:
    form, faults = Crime(), []
    if request.method == "POST":
        uploads = [one for one in request.files.getlist("files") if one.filename]
        try:
            if not uploads:
                raise SurveysError("crime.no_file", field="files")
            months = _read_uploads(uploads)
            with writing() as session:
                crime.store(
                    session, months, area_set=_facts().area_set, by=officer().by, now=now(), keys=keys()
                )
            kept = sum(one.kept for one in months.values())
            said(f"{len(months)} months are on the shelf, with {kept} incidents in the partnership's area.")
            return redirect(url_for("office.evidence_crime"))
        except CrimeFaults as problem:
            form.refuse(problem)
            faults = list(problem.faults)
        except SurveysError as problem:
            form.refuse(problem)
    session = read_session()
    months_known = crime.months(session)
    latest = crime.window(one.month for one in months_known)
    wards = places.places(session, _facts().area_set, "ward")
    shown = render_template(
        "office/evidence/crime.html",
        form=form,
        faults=faults,
        months=months_known,
        latest=latest,
        comparison=crime.comparison(session),
        by_type=crime.by_type(session, latest),
        by_ward=crime.by_ward(session, latest),
        wards=wards,
        types=POLICE_TYPES,
    )
    return make_response(shown, 422 if form.problems() else 200)


def _facts() -> SiteFacts:
    facts = site().facts
    if facts is None:
        abort(404)
    return facts


def _read_uploads(uploads: list[Any]) -> dict[str, crime_files.Month]:
    """The uploaded files, read to their end outside any transaction; their copies are gone afterwards."""
    facts = _facts()
    area = crime.area_of(read_session(), facts.area_set, facts.lsoa_names)
    with tempfile.TemporaryDirectory() as folder:
        streets: list[crime_files.Street] = []
        for number, upload in enumerate(uploads):
            path = Path(folder) / str(number) / (Path(upload.filename).name[:100] or "street.csv")
            path.parent.mkdir()
            upload.save(path)
            streets += crime_files.streets(path)
        return crime_files.read(streets, area)


# Figures, consultations, statistics -----------------------------------------------------------------------


@bp.route("/evidence/items/new", methods=["GET", "POST"])
def evidence_new() -> ResponseReturnValue:
    form = Item(seen="0")
    return _item(form, None)


@bp.route("/evidence/items/<key>", methods=["GET", "POST"])
def evidence_item(key: str) -> ResponseReturnValue:
    found = evidence.one(read_session(), "evidence", key)
    if found is None:
        abort(404)
    facts, texts = found.entry.facts, found.entry.texts
    form = Item(
        title=texts.title, sort=facts.sort, source=facts.source, sharing=facts.sharing, as_of=facts.as_of,
        topic=facts.topic or "", lead=texts.lead, body=texts.body, public=facts.public,
        seen=str(found.number),
    )  # fmt: skip
    return _item(form, found)


def _item(form: Item, found: Shelved | None) -> ResponseReturnValue:
    form.topic.choices = topics()
    faults: list[Any] = []
    if request.method == "POST" and form.validate():
        try:
            upload = request.files.get("table")
            measures = found.entry.facts.measures if found else ()
            if upload is not None and upload.filename:
                measures = evidence.read_measures(Path(upload.filename).name[:100], upload.read())
            facts = {
                "sort": form.sort.data,
                "source": form.source.data,
                "sharing": (form.sharing.data or "").strip() or None,
                "as_of": form.as_of.data,
                "topic": form.topic.data or None,
                "public": form.public.data,
                "retired": form.retired.data,
                "measures": [one.model_dump() for one in measures],
            }
            texts = {"title": form.title.data, "lead": form.lead.data, "body": form.body.data or None}
            _put("evidence", found.entry.key if found else None, facts, texts, form)
            return redirect(url_for("office.evidence"))
        except TableFaults as problem:
            form.table.errors = [*form.table.errors, "The table was not taken. Its faults are listed below"]
            faults = list(problem.faults)
        except SurveysError as problem:
            form.refuse(problem)
    shown = render_template("office/evidence/item.html", form=form, found=found, faults=faults)
    return make_response(shown, 422 if form.problems() else 200)


def _put(kind: str, key: str | None, facts: dict[str, Any], texts: dict[str, Any], form: OfficeForm) -> None:
    given = {name: value for name, value in facts.items() if value is not None}
    words = {name: value for name, value in texts.items() if value is not None}
    if facts.get("sort") == "partner" and not facts.get("sharing"):
        raise SurveysError("evidence.sharing", field="sharing")
    with writing() as session:
        at = key or evidence.slug_for(session, kind, str(texts["title"]))
        evidence.put(
            session, kind, at, given, words, seen=seen(form), by=officer().by, now=now(), keys=keys()
        )
    said(f"“{texts['title']}” is saved.")


# The strategic assessment and harm weights ----------------------------------------------------------------


@bp.route("/evidence/assessment/<int:year>/<heading>", methods=["GET", "POST"])
def evidence_assessment(year: int, heading: str) -> ResponseReturnValue:
    if heading not in HEADING_WORDS or cycles.of(read_session(), year) is None:
        abort(404)
    key = f"{year}-{heading}"
    found = evidence.one(read_session(), "assessment", key)
    form = Assessment(
        body=found.entry.texts.body if found else "",
        public=found.entry.facts.public if found else False,
        seen=str(found.number if found else 0),
    )
    if request.method == "POST" and form.validate():
        facts = {"year": year, "heading": heading, "public": form.public.data}
        texts = {"title": HEADING_WORDS[heading], "body": form.body.data}
        try:
            _put("assessment", key, facts, texts, form)
            return redirect(url_for("office.evidence", _anchor="assessment"))
        except SurveysError as problem:
            form.refuse(problem)
    shown = render_template(
        "office/evidence/assessment.html", form=form, found=found, year=year, heading=HEADING_WORDS[heading]
    )
    return make_response(shown, 422 if form.problems() else 200)


@bp.route("/evidence/harm", methods=["GET", "POST"])
def evidence_harm() -> ResponseReturnValue:
    found = evidence.harm(read_session())
    facts = found.entry.facts if found else None
    form = Harm(
        source=facts.source if facts else "", as_of=facts.as_of if facts else None,
        unit=facts.unit if facts else "", note=found.entry.texts.note if found else "",
        seen=str(found.number if found else 0),
    )  # fmt: skip
    faults: list[Any] = []
    if request.method == "POST" and form.validate():
        upload = request.files.get("table")
        try:
            if upload is not None and upload.filename:
                weights, sha = evidence.read_harm(Path(upload.filename).name[:100], upload.read())
            elif facts is not None:
                weights, sha = facts.weights, facts.sha256
            else:
                raise SurveysError("evidence.no_table", field="table")
            values = {
                "source": form.source.data, "as_of": form.as_of.data, "unit": form.unit.data,
                "weights": weights, "sha256": sha,
            }  # fmt: skip
            with writing() as session:
                evidence.put(
                    session, "harm", "harm", values, {"note": form.note.data}, seen=seen(form),
                    by=officer().by, now=now(), keys=keys(),
                )  # fmt: skip
            said("The harm weights are saved.")
            return redirect(url_for("office.evidence", _anchor="harm"))
        except TableFaults as problem:
            form.table.errors = [*form.table.errors, "The table was not taken. Its faults are listed below"]
            faults = list(problem.faults)
        except SurveysError as problem:
            form.refuse(problem)
    shown = render_template(
        "office/evidence/harm.html", form=form, found=found, faults=faults, types=POLICE_TYPES
    )
    return make_response(shown, 422 if form.problems() else 200)

"""How long what is kept stays, what goes next, and what has gone."""

from __future__ import annotations

import json

from flask import Response, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from portal.database import read_session, writing
from portal.forms.office import OfficeForm
from portal.forms.office.requests import CLASS_WORDS, START_WORDS, Keep, Start
from portal.office.blueprint import bp, fresh_sign_in, keys, now, officer, said, survey_title
from surveys import audit, surveys
from surveys import retention as kept
from surveys.errors import SurveysError
from surveys.surveys import Survey, london_day

REPORTS = 20


@bp.get("/retention", endpoint="retention")
def what_stays() -> ResponseReturnValue:
    return _page()


@bp.post("/retention/rule")
@fresh_sign_in
def retention_rule() -> ResponseReturnValue:
    form = Keep()
    if form.validate() and form.keep.data is not None:
        try:
            with writing() as session:
                kept.set_rule(
                    session, form.kind.data or "", form.keep.data, by=officer().by, now=now(), keys=keys()
                )
            said("It is set. Look below at what goes now.")
            return redirect(url_for("office.retention"))
        except SurveysError as problem:
            form.refuse(problem)
    return _page(form)


@bp.post("/retention/start")
def retention_start() -> ResponseReturnValue:
    form = Start()
    if not form.validate():
        return _page(form, form)
    try:
        with writing() as session:
            survey = surveys.by_slug(session, (form.survey.data or "")[:60])
            if survey is None:
                raise SurveysError("retention.start", field="since")
            kept.set_start(
                session, survey, form.since.data, reason=form.reason.data or "", by=officer().by, now=now(),
                keys=keys(),
            )  # fmt: skip
    except SurveysError as problem:
        form.refuse(problem)
        return _page(form, form)
    said("The day is noted. Look below at what goes now.")
    return redirect(url_for("office.retention"))


def _page(form: OfficeForm | None = None, start: OfficeForm | None = None) -> Response:
    session = read_session()
    rules = kept.rules(session)
    preview = kept.preview(session, now())
    reports = [
        (entry.at, json.loads(entry.facts))
        for entry in audit.entries(session, subject="retention", limit=REPORTS)
        if entry.action == "retention.run"
    ]
    known = list(session.scalars(select(Survey)))
    slugs = {one.id: one.slug for one in known}
    titles = {one.id: survey_title(one) for one in known}
    shown = render_template(
        "office/requests/retention.html",
        form=form,
        start=start or Start(formdata=None),
        runs_from=START_WORDS,
        rules=[(kind, kept.CLASSES[kind], rules[kind]) for kind in kept.CLASSES],
        preview=preview,
        today=london_day(now()),
        slugs=slugs,
        titles=titles,
        surveys=sorted({due.subject for due in preview if due.kind == "text"}, key=lambda id: slugs[id]),
        reports=reports,
        class_words=CLASS_WORDS,
    )
    return make_response(shown, 422 if form is not None else 200)

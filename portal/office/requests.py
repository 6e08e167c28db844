"""The register of requests, for the information officer: days, decisions, and that an answer was sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.database import read_session, writing
from portal.forms.office import OfficeForm
from portal.forms.office.requests import DECISION_WORDS, KIND_WORDS, Copy, Receive, Sent, Settle
from portal.office.blueprint import bp, keys, may, now, officer, said, whole
from portal.office.showing import visible
from portal.partnership import complaints
from portal.partnership import requests as register
from portal.partnership.requests import DECISIONS, RequestRow
from surveys.errors import SurveysError
from surveys.surveys import london_day


@bp.route("/requests", methods=["GET", "POST"])
def requests() -> ResponseReturnValue:
    form = Receive(received_on=london_day(now())) if request.method == "GET" else Receive()
    if request.method == "POST" and form.validate():
        try:
            with writing() as session:
                row = register.receive(
                    session,
                    kind=form.kind.data or "",
                    received_on=form.received_on.data,
                    who=form.who.data or "",
                    about=form.about.data or "",
                    by=officer().by,
                    now=now(),
                    keys=keys(),
                )
            said(f"Request {row.reference} is entered.")
            return redirect(url_for("office.request", reference=row.reference))
        except SurveysError as problem:
            form.refuse(problem)
    settled = request.args.get("settled") == "yes"
    shown = render_template(
        "office/requests/register.html",
        form=form,
        rows=register.register(read_session(), settled=settled),
        settled=settled,
        complaints=[
            one for one in complaints.listing(read_session()) if (one.answered_on is not None) == settled
        ],
        complaints_at=url_for("office.complaints") if may("office.complaints") else "",
        today=london_day(now()),
        kind_words=KIND_WORDS,
        decision_words=DECISION_WORDS,
    )
    return make_response(shown, 422 if form.problems() else 200)


@bp.get("/requests/<reference>", endpoint="request")
def one_request(reference: str) -> ResponseReturnValue:
    return request_page(request_row(read_session(), reference))


Verb = Callable[[Session, RequestRow, dict[str, Any]], None]


@bp.post("/requests/<reference>/acknowledged")
def request_acknowledge(reference: str) -> ResponseReturnValue:
    def verb(session: Session, row: RequestRow, noted: dict[str, Any]) -> None:
        register.acknowledge(session, row, **noted)

    return _act(reference, OfficeForm(), verb, "It is noted that they were told.")


@bp.post("/requests/<reference>/extended")
def request_extend(reference: str) -> ResponseReturnValue:
    def verb(session: Session, row: RequestRow, noted: dict[str, Any]) -> None:
        register.extend(session, row, **noted)

    return _act(reference, OfficeForm(), verb, "There are two more months. Tell the person why.")


@bp.post("/requests/<reference>/decision")
def request_decide(reference: str) -> ResponseReturnValue:
    form = _settle_form(request_row(read_session(), reference))

    def verb(session: Session, row: RequestRow, noted: dict[str, Any]) -> None:
        register.decide(session, row, decision=form.decision.data or "", **noted)

    return _act(reference, form, verb, "The decision is noted.", name="settle")


@bp.post("/requests/<reference>/sent")
def request_sent(reference: str) -> ResponseReturnValue:
    form = Sent()

    def verb(session: Session, row: RequestRow, noted: dict[str, Any]) -> None:
        if form.sent_on.data is None:
            raise SurveysError("request.day", field="sent_on")
        register.send_pack(session, row, sent_on=form.sent_on.data, **noted)

    return _act(reference, form, verb, "It is noted that the answer was sent.", name="sent")


def _act(
    reference: str, form: OfficeForm, verb: Verb, words: str, *, name: str = "form"
) -> ResponseReturnValue:
    noted = {
        "seen_version": whole(request.form.get("seen"), -1),
        "by": officer().by,
        "now": now(),
        "keys": keys(),
    }
    try:
        with writing() as session:
            verb(session, request_row(session, reference), noted)
    except SurveysError as problem:
        form.refuse(problem)
        return request_page(
            request_row(read_session(), reference), form=form, **({name: form} if name != "form" else {})
        )
    said(words)
    return redirect(url_for("office.request", reference=reference))


def request_row(session: Session, reference: str) -> RequestRow:
    """The request of this reference; 404 when there is none."""
    row = register.one(session, reference)
    if row is None:
        abort(404)
    return row


def _settle_form(row: RequestRow, **given: Any) -> Settle:
    form = Settle(**given)
    form.decision.choices = [(code, DECISION_WORDS[code]) for code in DECISIONS[row.kind]]
    return form


def request_page(row: RequestRow, *, form: OfficeForm | None = None, **forms: OfficeForm) -> Response:
    """The page of one request, with the forms that were refused."""
    form = form or next(iter(forms.values()), None)
    today = london_day(now())
    shown = render_template(
        "office/requests/request.html",
        row=row,
        asked=register.asked(row, keys()),
        visible=visible,
        late=row.late(today),
        form=form,
        settle=forms.get("settle") or _settle_form(row, formdata=None),
        copy=forms.get("copy") or Copy(formdata=None),
        sent=forms.get("sent") or Sent(formdata=None, sent_on=today),
        kind_words=KIND_WORDS,
        decision_words=DECISION_WORDS,
    )
    return make_response(shown, 422 if form is not None and form.problems() else 200)

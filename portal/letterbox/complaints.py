"""A complaint about how personal data was used: one form, a reference number, an acknowledgement."""

from __future__ import annotations

from flask import make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from portal.database import writing
from portal.forms.questions import showable
from portal.letterbox.blueprint import bp, keys, now, settings
from portal.messages import words_of
from portal.partnership import complaints
from portal.rendering import site
from surveys.errors import SurveysError

REFERENCE = "complaint"
FIELDS = ("text", "name", "contact")


@bp.route("/privacy/complaint", methods=["GET", "POST"])
def complaint() -> ResponseReturnValue:
    typed = {name: request.form.get(name, "") for name in FIELDS}
    if request.method == "GET":
        return make_response(_form(typed))
    try:
        with writing() as store:
            made = complaints.receive(
                store, text=typed["text"], name=typed["name"], contact=typed["contact"],
                subject=gettext("We have your message"), body=_letter(),
                address=f"{settings().public_url}/office/complaints", now=now(), keys=keys(),
            )  # fmt: skip
    except SurveysError as problem:
        return make_response(_form(typed, problem), 422)
    session[REFERENCE] = [made.reference, made.due_on.isoformat()]
    return redirect(url_for("letterbox.complaint_sent"))


@bp.get("/privacy/complaint/sent")
def complaint_sent() -> ResponseReturnValue:
    """The reference number, for as long as this browser is open."""
    reference, due = session.get(REFERENCE, ["", ""])
    if not reference:
        return redirect(url_for("letterbox.complaint"))
    return render_template("letterbox/complaint-sent.html", reference=reference, due=due)


def _form(typed: dict[str, str], problem: SurveysError | None = None) -> str:
    error = words_of(problem) if problem else ""
    field = problem.field if problem and problem.field in FIELDS else "text"
    return render_template(
        "letterbox/complaint.html",
        typed={name: showable(value) for name, value in typed.items()},
        faults={field: error} if error else {},
        errors=[{"href": f"#{field}", "text": error}] if error else [],
        page_error=bool(error),
        most=complaints.TEXT_MOST,
    )


def _letter() -> str:
    """The acknowledgement; ``{reference}`` stays for the number."""
    return "\n\n".join(
        (
            gettext("We have received your complaint about how your information was used."),
            gettext("Its reference number is %(number)s.", number="{reference}"),
            gettext("We look into it and answer you without undue delay."),
            site().name,
        )
    )

"""What people see when something goes wrong, and what they can do next."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from flask import Flask, Response, current_app, g, make_response, request
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DatabaseError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from portal import logs
from portal.config import site_root
from portal.messages import words_of
from portal.permissions import Permission, permission_of
from surveys.errors import SurveysError

PAGES = {400: "bad-request", 403: "forbidden", 404: "not-found", 405: "wrong-method", 413: "too-large"}
PAGES |= {422: "refused", 429: "too-many", 500: "fault", 503: "unavailable"}

MISSING = ("survey.unknown", "version.unknown", "round.unknown", "page.unknown", "release.unknown")
"""Codes that mean: there is nothing at this address."""


class NotSaved(Exception):
    """The store could not take a change; nothing of it was kept. ``args[0]`` names the cause for the log."""


def status_of(problem: SurveysError) -> int:
    """The HTTP status of a domain refusal that no view turned into a field error."""
    if problem.code in MISSING:
        return HTTPStatus.NOT_FOUND
    if problem.code.endswith(".throttled"):
        return HTTPStatus.TOO_MANY_REQUESTS
    return HTTPStatus.UNPROCESSABLE_ENTITY


def typed_fields() -> list[tuple[str, str]]:
    """What the person had typed, to be sent again; nothing when the body cannot be read."""
    try:
        return [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
    except HTTPException:
        return []


def is_own_page() -> bool:
    """Whether the browser says that this form was sent from a page of ours."""
    origin = request.headers.get("Origin", "")
    return origin.partition("://")[2] == request.host


def draw(template: str, facts: dict[str, object]) -> str:
    """The template with what every page shares, but without the look-ups that blueprints add to their own."""
    shared: Callable[[], dict[str, object]] = current_app.extensions["portal.shared"]
    drawn = current_app.jinja_env.get_template(template)
    return drawn.render({"request": request, "g": g, **shared(), **facts})


def page(status: int, name: str, **facts: object) -> Response:
    """An error page; when it cannot be drawn, the page of last resort, which looks nothing up.

    Machines that ask the API get problem details (RFC 9457) instead.
    """
    if request.path.startswith("/api/"):
        return problem_details(status)
    try:
        facts["sensitive"] = permission_of(request.endpoint) is Permission.RESPOND
        if facts["sensitive"]:
            facts["title_tail"] = gettext("Local survey")  # what stays in the browser's history is neutral
        facts["request_id"] = logs.request_id() if status >= 500 else ""
        body = draw(f"errors/{name}.html", facts)
    except Exception as problem:  # whatever broke must not take the last page with it
        logs.fault(problem, page=name)
        body = last_resort(saved=request.method in ("GET", "HEAD"))
    response = make_response(body, status)
    response.headers["Cache-Control"] = "no-store"
    return response


def problem_details(status: int) -> Response:
    title = HTTPStatus(status).phrase
    response = make_response({"type": "about:blank", "title": title, "status": status}, status)
    response.mimetype = "application/problem+json"
    response.headers["Cache-Control"] = "no-store"
    return response


def last_resort(*, saved: bool) -> str:
    """A finished page without look-ups. After a POST it says plainly that nothing was saved."""
    name = "last-resort.html" if saved else "last-resort-not-saved.html"
    return (site_root() / "templates" / "errors" / name).read_text(encoding="utf-8")


def not_saved(problem: Exception) -> Response:
    """503: says that the answer was not saved, keeps what was typed and offers to send it again."""
    logs.fault(problem, cause=str(problem.args[0]) if isinstance(problem, NotSaved) and problem.args else "")
    response = page(503, "not-saved", fields=typed_fields(), action=request.script_root + request.path)
    response.headers["Retry-After"] = "30"
    return response


def store_is_away(problem: Exception) -> Response:
    if request.method == "POST":
        return not_saved(problem)
    logs.fault(problem)
    response = page(503, "unavailable")
    response.headers["Retry-After"] = "30"
    return response


def expired_form(problem: CSRFError) -> Response:
    """400: the page was open too long. From our own page, what was typed can be sent again with one press."""
    fields = typed_fields() if is_own_page() else []
    return page(400, "expired", fields=fields, action=request.script_root + request.path if fields else "")


def refused(problem: SurveysError) -> Response:
    status = status_of(problem)
    return page(status, PAGES[status], words=words_of(problem))


def http_problem(problem: HTTPException) -> Response | HTTPException:
    code = problem.code or 500
    if code < 400:  # a redirect
        return problem
    shown = code if code in PAGES else 400 if code < 500 else 500
    response = page(code, PAGES[shown])
    for name, value in problem.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def fault(problem: Exception) -> Response:
    logs.fault(problem)
    return page(500, "fault")


def init_app(app: Flask) -> None:
    app.register_error_handler(CSRFError, expired_form)
    app.register_error_handler(RequestEntityTooLarge, http_problem)
    app.register_error_handler(HTTPException, http_problem)
    app.register_error_handler(SurveysError, refused)
    app.register_error_handler(NotSaved, not_saved)
    for kind in (OperationalError, InterfaceError, PoolTimeout):
        app.register_error_handler(kind, store_is_away)
    app.register_error_handler(DatabaseError, fault)
    app.register_error_handler(Exception, fault)

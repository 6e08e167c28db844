"""The boxes for return codes and receipt numbers: what is typed, looked up slowly, and refused in words."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import TypeVar

from flask import Response, make_response, render_template, request
from sqlalchemy.orm import Session

from portal.database import writing
from portal.forms.questions import showable
from portal.messages import words
from portal.respond import visit
from portal.respond.sitting import keyring
from surveys import attempts, responses
from surveys.errors import SurveysError

MOST_TYPED = 100
"""Characters of a code box that are looked at; the rest of what was pasted there is still shown."""

T = TypeVar("T")


def looked_up(purpose: str, typed: str, verb: Callable[[Session, str], T]) -> T | SurveysError:
    """What the verb finds for a typed code; a miss is counted, and too many misses are refused unseen."""
    keys, now = keyring(), visit.now()
    who = responses.caller(keys, attempts.network(request.remote_addr or ""), now)
    refusal: SurveysError | None = None
    with writing() as session:
        try:
            responses.throttle(session, purpose, who, now=now)
            with session.begin_nested():
                return verb(session, typed[:MOST_TYPED])
        except SurveysError as problem:
            refusal = problem
            if problem.code.endswith(".unknown"):
                responses.missed(session, purpose, who, now=now)
    return refusal


def box(template: str, typed: str = "", problem: SurveysError | None = None) -> Response:
    status = HTTPStatus.OK
    if problem is not None:
        throttled = problem.code == "code.throttled"
        status = HTTPStatus.TOO_MANY_REQUESTS if throttled else HTTPStatus.UNPROCESSABLE_ENTITY
    error = words(problem.code, problem.facts) if problem else ""
    return make_response(
        render_template(
            template,
            typed=showable(typed),
            error=error,
            problem=problem.code if problem else "",
            page_error=bool(error),
            errors=[{"href": "#code", "text": error}] if error else [],
        ),
        status,
    )

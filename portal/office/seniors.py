"""Asking a named senior by a link: the letter, and what every page with such links shows."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, make_response, render_template
from sqlalchemy.orm import Session

from portal.database import writing
from portal.messages import words_of
from portal.office.blueprint import keys, now, said
from portal.office.visit import settings
from portal.partnership import outbox
from portal.partnership.approval_links import ApprovalLink
from portal.rendering import moment
from surveys.errors import SurveysError

LETTER = """Dear {name},

Please look at what is prepared and say whether it may go ahead. No account is needed.
The link works once, until {until}:

{address}

It shows exactly what you would approve. If anything is changed after this letter, the link tells you so.
"""


def send(session: Session, link: ApprovalLink, path: str, email: str) -> str:
    """The whole address of a link, posted to ``email`` if there is one.

    Raises what is wrong with the address of the letter under the field "email".
    """
    address = settings().public_url + path
    if email.strip():
        try:
            outbox.post(
                session,
                to=email.strip(),
                subject="For your approval",
                body=LETTER.format(name=link.name, address=address, until=moment(link.expires_at)),
                kind="approval",
                now=now(),
                keys=keys(),
                link=address,
            )
        except SurveysError as problem:
            raise SurveysError(problem.code, field="email", **problem.facts) from problem
    return address


def end(take_back: Callable[[Session], object]) -> None:
    """Takes a link back and says so, or why it could not be."""
    try:
        with writing() as session:
            take_back(session)
        said("The link opens nothing any more.")
    except SurveysError as problem:
        said(words_of(problem))


def refused(problem: SurveysError) -> Response:
    """What a senior meets whose link opens nothing: 404 for one never made, 410 for one that is over."""
    page = render_template("office/rounds/link-ended.html", words=words_of(problem))
    return make_response(page, 404 if problem.code == "approval.unknown" else 410)

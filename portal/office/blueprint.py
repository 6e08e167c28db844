"""The office: who may come in, what every page of it shares."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from portal.accounts import people
from portal.accounts.people import Officer
from portal.accounts.sign_in import SignedIn
from portal.database import SAFE_METHODS, read_session
from portal.errors import typed_fields
from portal.forms.office.accounts import ROLE_WORDS
from portal.i18n import SOURCE_LOCALE, path_in
from portal.office import navigation, visit
from portal.partnership import approval_links
from portal.permissions import PERMISSIONS, ROLES, Permission
from surveys import surveys
from surveys.questionnaire.model import Questionnaire
from surveys.sealing import Keyring
from surveys.surveys import Survey

bp = Blueprint("office", __name__, url_prefix="/office")

View = TypeVar("View", bound=Callable[..., Any])
NOTES = "office.notes"


def now() -> dt.datetime:
    """This moment, as the application's clock tells it."""
    return visit.now()


def keys() -> Keyring:
    return visit.keys()


def whole(typed: str | None, otherwise: int = 0) -> int:
    """What a hidden field or an address says as a whole number; ``otherwise`` when it is none."""
    text = typed or ""
    return int(text) if text.isdecimal() and len(text) < 10 else otherwise


def signed_in() -> SignedIn:
    """The signed-in visit; only pages behind the door ask."""
    found = visit.load()
    if found is None:
        abort(403)
    return found


def officer() -> Officer:
    """The signed-in officer. ``officer().by`` signs what they do."""
    return signed_in().officer


def may(endpoint: str, method: str = "GET") -> bool:
    """Whether this officer may open an address of the office: ``may("office.people")``."""
    row = ROLES.get(endpoint)
    found = visit.load()
    return row is not None and found is not None and row.allows(found.officer.roles, method)


def said(words: str) -> None:
    """A note at the top of the next page this officer opens: what was done."""
    session[NOTES] = [*session.get(NOTES, [])[-4:], words[:500]]


def fresh_sign_in(view: View) -> View:
    """For dangerous acts: password and code are asked again when the last time is over ten minutes ago.

    What was typed waits in the page in between: it is sent again with one press.
    """

    @wraps(view)
    def asked_again(*args: Any, **values: Any) -> ResponseReturnValue:
        if signed_in().fresh(now()):
            return cast(ResponseReturnValue, view(*args, **values))
        if request.method in SAFE_METHODS:
            return redirect(url_for("office.confirm", next=_here()))
        return _hold("office/accounts/confirm-first.html", url_for("office.confirm"), 403)

    return cast(View, asked_again)


def name_of(by: str) -> str:
    """The name behind ``officer:<id>``, ``senior:<id>`` of an approval link, or ``cli:<user>``, for pages."""
    names: dict[str, str] = g.setdefault("names", {})
    if by not in names:
        kind, _, who = by.partition(":")
        names[by] = (
            f"Command line ({who})"
            if kind == "cli"
            else approval_links.name_of(read_session(), by) or people.name_of(read_session(), by)
        )
    return names[by]


def role_list(roles: Iterable[str]) -> list[str]:
    """Roles in words, in the order of the table."""
    held = set(roles)
    return [words for role, (words, _) in ROLE_WORDS.items() if role in held]


# The door -------------------------------------------------------------------------------------------------


@bp.before_request
def _door() -> ResponseReturnValue | None:
    if request.environ.get("portal.locale") and request.method in SAFE_METHODS:
        return redirect(path_in(SOURCE_LOCALE, request.full_path.rstrip("?")))
    if PERMISSIONS.get(request.endpoint or "") is Permission.DOOR:
        return None
    if visit.load() is None:
        if request.method in SAFE_METHODS:
            wanted = None if request.endpoint == "office.today" else _here()
            return redirect(url_for("office.sign_in", next=wanted))
        return _hold("office/accounts/signed-out.html", url_for("office.sign_in"), 401)
    if not ROLES[request.endpoint or ""].allows(officer().roles, request.method):
        abort(403)
    return None


def _here() -> str:
    return request.full_path.rstrip("?")


def _hold(template: str, door: str, status: int) -> Response:
    """Keeps what was typed in a page while its officer signs in (again) in another tab."""
    action = request.script_root + request.full_path.rstrip("?")
    held = render_template(template, fields=typed_fields(), action=action, door=door)
    return make_response(held, status)


@bp.after_request
def _seen(response: Response) -> Response:
    if request.endpoint == "office.sign_out" or g.get("dropped") or "kept" in g:
        return response
    return visit.keep(response)


UNPRINTED = bytes.maketrans(bytes(range(9)) + b"\x0b" + bytes(range(14, 32)) + b"\x7f", b"?" * 29)


@bp.after_request
def _as_page(response: Response) -> Response:
    """No page can hold control characters; messages quote what was typed and what stood in files."""
    if response.mimetype == "text/html" and not response.direct_passthrough:
        response.set_data(response.get_data().translate(UNPRINTED))
    return response


@bp.context_processor
def _shared() -> dict[str, Any]:
    return {
        "officer": visit.load().officer if visit.load() is not None else None,  # type: ignore[union-attr]
        "may": may,
        "name_of": name_of,
        "notes": _notes,
        "role_list": role_list,
        "sections": _sections,
        "survey_title": survey_title,
        "today_is": now,
    }


def documents() -> dict[str, Questionnaire]:
    """Documents read so far, by version; it hangs on the application."""
    kept: dict[str, Questionnaire] = current_app.extensions.setdefault("portal.office.documents", {})
    return kept


def survey_title(survey: Survey) -> str:
    """A survey as officers know it: its title, told apart by year, then by short name."""
    if "survey_titles" not in g:
        g.survey_titles = _survey_titles()
    return str(g.survey_titles.get(survey.id, survey.slug))


def _survey_titles() -> dict[str, str]:
    store, titles = read_session(), dict[Survey, str]()
    for one in store.scalars(select(Survey)):
        version = surveys.current_version(store, one.id)
        if version is not None:
            document = surveys.questionnaire_of(version, documents())
            titles[one] = document.say(document.title, document.source_locale)
    alike = Counter(titles.values())
    dated = {
        one: f"{title}, {surveys.london_day(one.opens_at).year}"
        if alike[title] > 1 and one.opens_at
        else title
        for one, title in titles.items()
    }
    alike = Counter(dated.values())
    return {one.id: f"{title} ({one.slug})" if alike[title] > 1 else title for one, title in dated.items()}


def _notes() -> list[str]:
    return list(session.pop(NOTES, []))


def _sections() -> list[tuple[navigation.Group, list[navigation.Section]]]:
    """What this officer's navigation offers."""
    return navigation.grouped([one for one in navigation.SECTIONS if may(one.endpoint)])

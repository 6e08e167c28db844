"""Who may come in: officers, their roles, invitations, leaving, ways back in."""

from __future__ import annotations

from flask import abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.accounts import links, roles
from portal.accounts import people as accounts
from portal.accounts.links import Link
from portal.accounts.people import Officer
from portal.database import read_session, writing
from portal.forms.office.accounts import ROLE_WORDS, Invite, Leave, Recover, Roles
from portal.office.blueprint import bp, fresh_sign_in, keys, now, officer, said
from portal.office.visit import settings
from portal.partnership import lapses
from portal.partnership.rounds import Consultation
from surveys.errors import SurveysError
from surveys.surveys import london_day


@bp.get("/people")
def people() -> ResponseReturnValue:
    session = read_session()
    here = accounts.everyone(session)
    return render_template(
        "office/accounts/people.html",
        here=here,
        gone=accounts.everyone(session, left=True),
        unused=accounts.unused(here, london_day(now())),
        links=links.open_links(session, now()),
        role_words=ROLE_WORDS,
    )


@bp.route("/people/invite", methods=["GET", "POST"])
@fresh_sign_in
def invite() -> ResponseReturnValue:
    form = Invite()
    if request.method == "POST" and form.validate():
        try:
            with writing() as session:
                token = links.invite(
                    session,
                    email=form.email.data,
                    name=form.name.data,
                    roles=form.roles.data or (),
                    by=officer().by,
                    now=now(),
                    keys=keys(),
                )
            return _link_page(token, form.name.data, "join")
        except SurveysError as problem:
            form.refuse(problem)
    shown = render_template("office/accounts/invite.html", form=form, role_words=ROLE_WORDS)
    return make_response(shown, 422 if form.problems() else 200)


def _link_page(token: str, name: str, kind: str, *, waits: bool = False) -> str:
    """The link, shown once: to be copied, or sent by whatever way the office trusts."""
    address = settings().public_url + url_for("office.join", token=token)
    return render_template("office/accounts/link.html", address=address, name=name, kind=kind, waits=waits)


def _known(officer_id: str) -> Officer:
    try:
        return accounts.officer_of(read_session(), officer_id)
    except SurveysError:
        abort(404)


@bp.get("/people/<officer_id>")
def person(officer_id: str) -> ResponseReturnValue:
    shown = _known(officer_id)
    form = Roles(roles=sorted(shown.roles))
    return _person_page(shown, form)


def _person_page(
    shown: Officer, form: Roles, leave: Leave | None = None, status: int = 200
) -> ResponseReturnValue:
    leaving = leave or Leave()
    others = [one for one in accounts.everyone(read_session()) if one.id != shown.id]
    leaving.successor.choices = [("", "Choose somebody"), *((one.id, one.name) for one in others)]
    page = render_template(
        "office/accounts/person.html",
        person=shown,
        form=form,
        leaving=leaving,
        recovering=Recover(),
        role_words=ROLE_WORDS,
        own=shown.id == officer().id,
        short=_left_short(shown),
    )
    return make_response(page, status)


def _left_short(shown: Officer) -> tuple[Consultation, ...]:
    """The consultations that would have too few people for safeguarding without this one."""
    if shown.left or not shown.has("safeguarding"):
        return ()
    return lapses.left_short(read_session(), now(), [shown.id])


def _say_short(short: tuple[Consultation, ...]) -> str:
    """What follows once somebody for safeguarding has gone; empty while enough are left."""
    if not short:
        return ""
    titles = ", ".join(f"“{one.entry.texts.title}”" for one in short)
    return f" Fewer than two people hold the safeguarding role now: give it to somebody else, for {titles}."


@bp.post("/people/<officer_id>/roles")
@fresh_sign_in
def person_roles(officer_id: str) -> ResponseReturnValue:
    shown, form = _known(officer_id), Roles()
    short = _left_short(shown) if "safeguarding" not in (form.roles.data or ()) else ()
    try:
        with writing() as session:
            roles.set_roles(session, shown, form.roles.data or (), by=officer().by, now=now(), keys=keys())
    except SurveysError as problem:
        form.refuse(problem)
        return _person_page(shown, form, status=422)
    said(f"Saved. {shown.name} has these roles from the next page on.{_say_short(short)}")
    return redirect(url_for("office.person", officer_id=officer_id))


@bp.post("/people/<officer_id>/leave")
@fresh_sign_in
def person_leave(officer_id: str) -> ResponseReturnValue:
    shown, form = _known(officer_id), Leave()
    short = _left_short(shown)
    try:
        with writing() as session:
            successor = accounts.officer_of(session, request.form.get("successor", ""))
            moved = roles.leave(session, shown, successor, by=officer().by, now=now(), keys=keys())
    except SurveysError as problem:
        if problem.code == "officer.unknown":
            problem = SurveysError("officer.successor", field="successor")
        form.refuse(problem)
        if not form.problems()[0]["href"]:  # the refusal names a field of the other form
            form.refusals = [entry["text"] for entry in form.problems()]
        return _person_page(shown, Roles(formdata=None, roles=sorted(shown.roles)), form, 422)
    count = sum(moved.values())
    told = f"{shown.name} has left and is signed out everywhere. {count} things passed to {successor.name}."
    said(told + _say_short(short))
    return redirect(url_for("office.people"))


@bp.post("/people/<officer_id>/recovery")
@fresh_sign_in
def person_recover(officer_id: str) -> ResponseReturnValue:
    shown = _known(officer_id)
    kind = "everything" if request.form.get("kind") == "everything" else "password"
    with writing() as session:
        token = links.recover(session, shown, kind=kind, by=officer(), now=now(), keys=keys())  # type: ignore[arg-type]
        link = links.open_links(session, now())
    waits = any(one.needs_second and one.officer_id == shown.id for one in link)
    return _link_page(token, shown.name, kind, waits=waits)


def _open(link_id: str) -> Link:
    found = next((one for one in links.open_links(read_session(), now()) if one.id == link_id), None)
    if found is None:
        abort(404)
    return found


@bp.post("/people/links/<link_id>/confirmation")
@fresh_sign_in
def link_confirm(link_id: str) -> ResponseReturnValue:
    _open(link_id)
    with writing() as session:
        link = session.get_one(Link, link_id)
        links.confirm(session, link, by=officer(), now=now(), keys=keys())
    said("Confirmed. The link works now.")
    return redirect(url_for("office.people"))


@bp.post("/people/links/<link_id>/end")
def link_end(link_id: str) -> ResponseReturnValue:
    _open(link_id)
    with writing() as session:
        links.end_link(session, session.get_one(Link, link_id), by=officer().by, now=now(), keys=keys())
    said("The link does not work any more.")
    return redirect(url_for("office.people"))

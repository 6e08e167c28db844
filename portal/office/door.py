"""Coming in: signing in and out, single-use links, and giving password and code once more."""

from __future__ import annotations

from flask import Response, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from portal.accounts import joining, links, passwords, people
from portal.accounts import sign_in as signing
from portal.accounts.links import Link
from portal.database import read_session, writing
from portal.forms.office.accounts import Confirm, Join, SignIn
from portal.messages import words_of
from portal.office import visit
from portal.office.blueprint import bp, keys, now, officer, said
from portal.rendering import site
from surveys import attempts
from surveys.errors import SurveysError


@bp.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    form = SignIn()
    onward = visit.safe_next(request.values.get("next"))
    if request.method == "GET":
        if visit.load() is not None:
            return redirect(onward or url_for("office.today"))
        return render_template("office/accounts/sign-in.html", form=form, onward=onward)
    if not form.validate():
        return make_response(render_template("office/accounts/sign-in.html", form=form, onward=onward), 422)
    typed = (form.email.data or "", form.password.data or "", form.code.data or "")
    token, status = None, 422
    try:
        signing.may_try(read_session(), typed[0], typed[2], address=_address(), now=now(), keys=keys())
        tried = signing.weigh(read_session(), *typed, now=now(), keys=keys())
    except SurveysError as problem:
        form.refuse(problem)
        return make_response(render_template("office/accounts/sign-in.html", form=form, onward=onward), 429)
    with writing() as session:  # a miss is kept too, so the refusal is answered after the commit
        try:
            token, _ = signing.begin(session, tried, address=_address(), now=now(), keys=keys())
        except SurveysError as problem:
            form.refuse(problem)
            status = 429 if problem.code == "sign_in.throttled" else 422
    if token is None:
        shown = render_template("office/accounts/sign-in.html", form=form, onward=onward)
        return make_response(shown, status)
    g.kept = True
    return visit.keep(make_response(redirect(onward or url_for("office.today"))), token)


def _address() -> str:
    return attempts.network(request.remote_addr or "")


@bp.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    token = visit.token()
    if token is not None:
        with writing() as session:
            signing.end(session, token, now=now(), keys=keys())
    response = make_response(redirect(url_for("office.sign_in")))
    response.headers["Clear-Site-Data"] = '"cache"'
    return visit.drop(response)


@bp.route("/confirm", methods=["GET", "POST"])
def confirm() -> ResponseReturnValue:
    """Password and code once more, before a dangerous act."""
    form = Confirm()
    onward = visit.safe_next(request.values.get("next"))
    if request.method == "GET":
        return render_template("office/accounts/confirm.html", form=form, onward=onward)
    if not form.validate():
        return make_response(render_template("office/accounts/confirm.html", form=form, onward=onward), 422)
    typed = (officer().email, form.password.data or "", form.code.data or "")
    tried = signing.weigh(read_session(), *typed, now=now(), keys=keys())
    token = visit.token() or ""
    with writing() as session:
        try:
            signing.confirm(session, token, tried, address=_address(), now=now(), keys=keys())
        except SurveysError as problem:
            form.refuse(problem)
    if form.problems():
        return make_response(render_template("office/accounts/confirm.html", form=form, onward=onward), 422)
    g.pop("signed_in", None)
    said("Thank you. For ten minutes you will not be asked again.")
    return redirect(onward or url_for("office.today"))


# Links ----------------------------------------------------------------------------------------------------


@bp.route("/join/<token>", methods=["GET", "POST"])
def join(token: str) -> ResponseReturnValue:
    """A single-use link: an invitation, or a way back in."""
    try:
        link = links.link_of(read_session(), token, now=now(), keys=keys())
    except SurveysError as problem:
        refused = render_template("office/accounts/link-ended.html", words=words_of(problem))
        return make_response(refused, 404 if problem.code == "link.unknown" else 410)
    form = Join()
    if request.method == "POST":
        done = _accept(form, link, token)
        if done is not None:
            return done
    shown = _offer(form, link, token)
    return make_response(shown, 422 if form.problems() else 200)


def _accept(form: Join, link: Link, token: str) -> Response | None:
    password = form.password.data or ""
    email, name = _whose(link)
    try:
        passwords.check(password, (email, name, site().place))
        if password != (form.again.data or ""):
            raise SurveysError("password.differs", field="again")
        stored = passwords.hashed(password)
        with writing() as session:
            mine = links.link_of(session, token, now=now(), keys=keys())
            joined, codes = joining.accept(
                session, mine, token, password_hash=stored, code=form.code.data or "", now=now(), keys=keys()
            )
            opened = signing.open_session(session, joined.id, now=now(), keys=keys())
    except SurveysError as problem:
        form.refuse(problem)
        if problem.code == "code.wrong":
            with writing() as session:
                joining.missed(session, session.get_one(Link, link.id), now=now(), keys=keys())
        return None
    g.kept = True
    shown = render_template("office/accounts/joined.html", name=joined.name, codes=codes)
    return visit.keep(make_response(shown), opened)


def _whose(link: Link) -> tuple[str, str]:
    if link.officer_id is None:
        return link.email, link.name
    known = people.officer_of(read_session(), link.officer_id)
    return known.email, known.name


def _offer(form: Join, link: Link, token: str) -> str:
    email, name = _whose(link)
    secret = "" if link.kind == "password" else joining.offered_secret(keys(), token)
    return render_template(
        "office/accounts/join.html",
        form=form,
        name=name,
        email=email,
        kind=link.kind,
        secret=secret,
        picture=qr_picture(joining.provisioning_uri(secret, email, site().name)) if secret else "",
    )


def qr_picture(words: str) -> Markup:
    """A QR code as a data address for an img element: drawn here, no other service sees it."""
    import segno

    address: str = segno.make(words, error="m").svg_data_uri(scale=5, border=2, light="#fff", dark="#000")
    return Markup("{}").format(address)

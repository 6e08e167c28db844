"""An officer's own account: password, recovery codes, other browsers."""

from __future__ import annotations

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.accounts import joining, passwords
from portal.accounts import sign_in as signing
from portal.database import read_session, writing
from portal.forms.office.accounts import ROLE_WORDS, Password
from portal.office import visit
from portal.office.blueprint import bp, fresh_sign_in, keys, now, officer, said
from portal.rendering import site
from surveys.errors import SurveysError


@bp.get("/account")
def account() -> ResponseReturnValue:
    left = joining.codes_left(read_session(), officer())
    return render_template("office/accounts/account.html", codes_left=left, role_words=ROLE_WORDS)


@bp.route("/account/password", methods=["GET", "POST"])
@fresh_sign_in
def account_password() -> ResponseReturnValue:
    form = Password()
    if request.method == "POST":
        password = form.password.data or ""
        try:
            passwords.check(password, (officer().email, officer().name, site().place))
            if password != (form.again.data or ""):
                raise SurveysError("password.differs", field="again")
            stored = passwords.hashed(password)
            with writing() as session:
                joining.change_password(session, officer(), stored, now=now(), keys=keys())
            said("Your password is changed.")
            return redirect(url_for("office.account"))
        except SurveysError as problem:
            form.refuse(problem)
    shown = render_template("office/accounts/password.html", form=form)
    return make_response(shown, 422 if form.problems() else 200)


@bp.post("/account/codes")
@fresh_sign_in
def account_codes() -> ResponseReturnValue:
    with writing() as session:
        codes = joining.new_codes(session, officer(), now=now(), keys=keys())
    return render_template("office/accounts/codes.html", codes=codes)


@bp.post("/account/sign-out-everywhere")
def sign_out_everywhere() -> ResponseReturnValue:
    me = officer()
    with writing() as session:
        signing.end_everywhere(session, me, by=me.by, now=now(), keys=keys())
    return visit.drop(make_response(redirect(url_for("office.sign_in"))))

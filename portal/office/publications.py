"""Publications in the office: drafts, the gate of death reviews, files, publishing and taking down."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.database import read_session, writing
from portal.forms.office import OfficeForm
from portal.forms.office.publications import KIND_WORDS, Add, Attach, Write
from portal.office.blueprint import bp, fresh_sign_in, keys, now, officer, said, whole
from portal.office_words.publications import GATE_WORDS
from portal.partnership import publications
from portal.partnership.publications import GATE, Publication
from portal.partnership.round_documents import MOST_BYTES
from surveys.errors import SurveysError
from surveys.surveys import london_day

WORDS = ("title", "body", "dated", "review_on", "plan_year")


@bp.route("/publications", methods=["GET", "POST"], endpoint="publications")
def shelf() -> ResponseReturnValue:
    form = Add() if request.method == "POST" else Add(formdata=None, dated=london_day(now()))
    if request.method == "POST" and form.validate():
        try:
            with writing() as session:
                made = publications.add(
                    session, (form.slug.data or "").strip(), form.kind.data,
                    {name: form[name].data for name in WORDS}, by=officer().by, now=now(), keys=keys(),
                )  # fmt: skip
            said(f"“{made.title}” is kept as a draft.")
            return redirect(url_for("office.publication", slug=made.slug))
        except SurveysError as problem:
            form.refuse(problem)
    session = read_session()
    shown = render_template(
        "office/publications/shelf.html",
        form=form,
        found=publications.listing(session),
        due={one.slug for one in publications.due(session, london_day(now()))},
        kind_words=KIND_WORDS,
    )
    return make_response(shown, 422 if form.problems() else 200)


@bp.route("/publications/<slug>", methods=["GET", "POST"])
def publication(slug: str) -> ResponseReturnValue:
    found = _found(slug)
    if request.method == "GET":
        return _page(found)
    form = Write()

    def verb(session: Session, there: Publication, how: dict[str, Any]) -> None:
        gate = {name: form[name].data for name in GATE if name != "review_on"}
        words = {name: form[name].data for name in WORDS}
        publications.write(session, there, words, gate=gate, seen_version=_seen(), **how)

    return _act(slug, form, verb, "It is saved.", write=form) if form.validate() else _page(found, write=form)


@bp.post("/publications/<slug>/publication")
@fresh_sign_in
def publication_publish(slug: str) -> ResponseReturnValue:
    def verb(session: Session, found: Publication, how: dict[str, Any]) -> None:
        publications.publish(session, found, seen_version=_seen(), **how)

    return _act(slug, OfficeForm(), verb, "It is public.")


@bp.post("/publications/<slug>/withdrawal")
def publication_withdraw(slug: str) -> ResponseReturnValue:
    def verb(session: Session, found: Publication, how: dict[str, Any]) -> None:
        publications.withdraw(session, found, seen_version=_seen(), **how)

    return _act(slug, OfficeForm(), verb, "It is off the site.")


@bp.post("/publications/<slug>/files")
def publication_attach(slug: str) -> ResponseReturnValue:
    form = Attach()
    sent = request.files.get("file")
    content = sent.read(MOST_BYTES + 1) if sent else b""

    def verb(session: Session, found: Publication, how: dict[str, Any]) -> None:
        name = (sent.filename if sent else None) or ""
        publications.attach(session, found, file_name=name, content=content, **how)

    return _act(slug, form, verb, "The file stands beside it.", attach=form)


@bp.get("/publications/<slug>/files/<file_id>")
def publication_file(slug: str, file_id: str) -> ResponseReturnValue:
    found = publications.file(read_session(), slug, file_id)
    if found is None:
        abort(404)
    response = Response(found.content, mimetype=found.media_type)
    response.headers.set("Content-Disposition", "attachment", filename=found.file_name)
    return response


Verb = Callable[[Session, Publication, dict[str, Any]], None]


def _act(slug: str, form: OfficeForm, verb: Verb, words: str, **forms: OfficeForm) -> ResponseReturnValue:
    try:
        with writing() as session:
            verb(session, _found(slug, session), {"by": officer().by, "now": now(), "keys": keys()})
    except SurveysError as problem:
        form.refuse(problem)
        return _page(_found(slug), form=form, **forms)
    said(words)
    return redirect(url_for("office.publication", slug=slug))


def _found(slug: str, session: Session | None = None) -> Publication:
    found = publications.of(session or read_session(), slug)
    if found is None:
        abort(404)
    return found


def _seen() -> int:
    return whole(request.form.get("seen"), -1)


def _page(found: Publication, *, form: OfficeForm | None = None, **forms: OfficeForm) -> Response:
    given = {name: getattr(found, name) for name in (*WORDS, *GATE)}
    write = forms.get("write") or Write(formdata=None, seen=str(found.version), **given)
    shown_form = form or write
    shown = render_template(
        "office/publications/publication.html",
        found=found,
        form=shown_form,
        write=write,
        attach=forms.get("attach") or Attach(formdata=None),
        files=publications.files(read_session(), found.slug),
        lacking=[GATE_WORDS[name] for name in publications.lacking(found)],
        gate=GATE,
        kind_words=KIND_WORDS,
    )
    return make_response(shown, 422 if shown_form.problems() else 200)

"""What a consultation leaves on file: cover, languages, equality, publicity, stakeholders, documents."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import abort, current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.database import read_session, writing
from portal.forms.office import OfficeForm
from portal.forms.office.rounds import (
    Cover,
    Document,
    Equality,
    LanguageChecked,
    PublicityEntry,
    SendingEntry,
    StakeholderEntry,
)
from portal.i18n import english_name
from portal.office.blueprint import bp, keys, may, now, said
from portal.office.round_words import TITLES, lack_words
from portal.office.rounds import holders, lines_of, the_round
from portal.office.signature import signed
from portal.partnership import consultation_record, gates, instruments, openings, round_documents
from portal.partnership.consultation_record import Stakeholder
from portal.partnership.rounds import Round
from surveys.errors import SurveysError
from surveys.surveys import london_day


def _answer(template: str, form: OfficeForm, round_: Round, **shown: object) -> ResponseReturnValue:
    page = render_template(f"office/rounds/{template}.html", form=form, round_=round_, **shown)
    return make_response(page, 422 if form.problems() else 200)


def _day(form: OfficeForm) -> dt.date:
    """The day that was typed. Raises "record.day"."""
    day = form._fields["on"].data
    if not isinstance(day, dt.date):
        raise SurveysError("record.day", field="on")
    return day


# Safeguarding cover ---------------------------------------------------------------------------------------


@bp.route("/rounds/<slug>/cover", methods=["GET", "POST"])
def round_cover(slug: str) -> ResponseReturnValue:
    round_ = the_round(slug)
    session = read_session()
    there = gates.cover_of(session, round_)
    form = Cover(arrangement=there.arrangement if there else "")
    if request.method == "POST":
        try:
            with writing() as store:
                mine = store.get_one(Round, round_.id)
                gates.confirm_cover(store, mine, arrangement=form.arrangement.data or "", **signed())
            said("Confirmed.")
            return redirect(url_for("office.round", slug=slug))
        except SurveysError as problem:
            form.refuse(problem)
    names = [name.partition(" <")[0] for name in holders()["safeguarding"]]
    return _answer("cover", form, round_, there=there, names=names)


# Languages ------------------------------------------------------------------------------------------------


@bp.route("/rounds/<slug>/languages", methods=["GET", "POST"])
def round_languages(slug: str) -> ResponseReturnValue:
    """Who read each language; after the opening, a checked one can be added."""
    round_ = the_round(slug)
    session = read_session()
    form, wrong = LanguageChecked(on=london_day(now())), ""
    if request.method == "POST":
        locale = request.form.get("locale", "")
        if locale not in current_app.extensions["portal.locales"]:
            abort(404)
        try:
            with writing() as store:
                mine = store.get_one(Round, round_.id)
                if request.form.get("action") == "offer":
                    number = openings.offer_language(store, mine, locale, **signed())
                    done = f"{english_name(locale)} is offered now, in {number} surveys."
                else:
                    gates.check_language(
                        store, mine, locale, speaker=form.speaker.data or "", on=_day(form), **signed()
                    )
                    done = f"Noted. {english_name(locale)} has been read."
            said(done)
            return redirect(url_for("office.round_languages", slug=slug))
        except SurveysError as problem:
            form.refuse(problem)
            wrong = locale
            for field in form:
                field.id = f"{field.name}-{locale}"
    asked = instruments.of_round(session, round_)
    spoken = sorted({locale for one in asked for locale in one.languages})
    return _answer(
        "languages",
        form,
        round_,
        surveys=asked,
        spoken=spoken,
        wrong=wrong,
        site=current_app.extensions["portal.locales"],
        today=london_day(now()).isoformat(),
        checks=gates.language_checks_of(session, round_),
        line=next(one for one in lines_of(round_) if one.code == "languages"),
        lack_words=lack_words,
        title=TITLES["languages"],
    )


# Equality and publicity -----------------------------------------------------------------------------------


@bp.route("/rounds/<slug>/equality", methods=["GET", "POST"])
def round_equality(slug: str) -> ResponseReturnValue:
    round_ = the_round(slug)
    form = Equality(on=london_day(now()))
    if request.method == "POST":
        try:
            with writing() as store:
                consultation_record.assess_equality(
                    store,
                    store.get_one(Round, round_.id),
                    on=_day(form),
                    author=form.author.data or "",
                    words=form.words.data or "",
                    link=form.link.data or "",
                    **signed(),
                )
            said("Added. Earlier versions stay.")
            return redirect(url_for("office.round_equality", slug=slug))
        except SurveysError as problem:
            form.refuse(problem)
    return _answer("equality", form, round_, versions=consultation_record.equality_of(read_session(), round_))


@bp.route("/rounds/<slug>/publicity", methods=["GET", "POST"])
def round_publicity(slug: str) -> ResponseReturnValue:
    round_ = the_round(slug)
    form = PublicityEntry(on=london_day(now()))
    if request.method == "POST":
        try:
            with writing() as store:
                consultation_record.log_publicity(
                    store,
                    store.get_one(Round, round_.id),
                    on=_day(form),
                    what=form.what.data or "",
                    where=form.where.data or "",
                    link=form.link.data or "",
                    **signed(),
                )
            said("Noted.")
            return redirect(url_for("office.round_publicity", slug=slug))
        except SurveysError as problem:
            form.refuse(problem)
    return _answer("publicity", form, round_, log=consultation_record.publicity_of(read_session(), round_))


# Stakeholders ---------------------------------------------------------------------------------------------


@bp.route("/rounds/<slug>/stakeholders", methods=["GET", "POST"])
def round_stakeholders(slug: str) -> ResponseReturnValue:
    """Who is to be told: added here, or taken off the list."""
    round_ = the_round(slug)
    form, there = StakeholderEntry(), ""
    if request.method == "POST":
        try:
            with writing() as store:
                mine = store.get_one(Round, round_.id)
                if request.form.get("action") == "drop":
                    wanted = request.form.get("stakeholder", "")
                    consultation_record.drop_stakeholder(store, mine, wanted, **signed())
                else:
                    consultation_record.list_stakeholder(store, mine, **_typed(form), **signed())
            said("Saved.")
            return redirect(url_for("office.round_stakeholders", slug=slug))
        except SurveysError as problem:
            form.refuse(problem)
            there = str(problem.facts.get("id", ""))
    seen = keys() if may("office.round_stakeholders", "POST") else None
    told = consultation_record.stakeholders_of(read_session(), round_, seen)
    return _answer("stakeholders", form, round_, told=told, there=there)


@bp.route("/rounds/<slug>/stakeholders/<stakeholder_id>", methods=["GET", "POST"])
def round_stakeholder(slug: str, stakeholder_id: str) -> ResponseReturnValue:
    """One of them. Whoever saves second is shown both and loses nothing."""
    round_ = the_round(slug)
    found = read_session().get(Stakeholder, stakeholder_id)
    if found is None or found.round_id != round_.id or (found.dropped_at and request.method != "POST"):
        abort(404)
    form = StakeholderEntry(data=None if request.method == "POST" else _shown(found))
    theirs: list[tuple[str, str, str]] = []
    other = ""
    if request.method == "POST" and form.validate():
        try:
            with writing() as store:
                consultation_record.amend_stakeholder(
                    store,
                    store.get_one(Round, round_.id),
                    stakeholder_id,
                    **_typed(form),
                    seen=form.seen.data or "",
                    **signed(),
                )
            said("Saved.")
            return redirect(url_for("office.round_stakeholders", slug=slug))
        except SurveysError as problem:
            form.refuse(problem)
            other = str(problem.facts.get("id", ""))
            if problem.code == "record.changed":
                shown = _shown(read_session().get_one(Stakeholder, stakeholder_id))
                theirs, form.seen.data = form.against(shown), shown["seen"]
    return _answer("stakeholder", form, round_, found=found, theirs=theirs, other=other)


def _typed(form: StakeholderEntry) -> Any:
    return {
        "name": form.name.data or "",
        "speaks_for": form.speaks_for.data or "",
        "contact": form.contact.data or "",
        "particularly_affected": bool(form.particularly_affected.data),
    }


def _shown(found: Stakeholder) -> dict[str, Any]:
    """An entry as its form shows it."""
    return {
        "seen": consultation_record.stakeholder_state(found, keys()),
        "name": found.name,
        "speaks_for": found.speaks_for,
        "contact": consultation_record.contact_of(found, keys()),
        "particularly_affected": found.particularly_affected,
    }


@bp.route("/rounds/<slug>/stakeholders/sent", methods=["GET", "POST"])
def round_sendings(slug: str) -> ResponseReturnValue:
    """What was sent to whom, and when."""
    round_ = the_round(slug)
    told = consultation_record.stakeholders_of(read_session(), round_)
    form = SendingEntry(on=london_day(now()))
    form.stakeholders.choices = [(one.stakeholder.id, one.stakeholder.name) for one in told]
    if request.method == "POST":
        try:
            with writing() as store:
                number = consultation_record.log_sending(
                    store,
                    store.get_one(Round, round_.id),
                    list(form.stakeholders.data or ()),
                    on=_day(form),
                    what=form.what.data or "",
                    how=form.how.data or "",
                    **signed(),
                )
            said(f"Noted for {number} of them.")
            return redirect(url_for("office.round_stakeholders", slug=slug))
        except SurveysError as problem:
            form.refuse(problem)
    return _answer("sendings", form, round_, told=told)


# Documents ------------------------------------------------------------------------------------------------


@bp.route("/rounds/<slug>/documents", methods=["GET", "POST"], endpoint="round_documents")
def documents(slug: str) -> ResponseReturnValue:
    """Documents residents can save: added here, or taken off the page."""
    round_ = the_round(slug)
    form = Document()
    if request.method == "POST":
        try:
            if request.form.get("action") == "remove":
                with writing() as store:
                    mine, wanted = store.get_one(Round, round_.id), request.form.get("document", "")
                    round_documents.remove(store, mine, wanted, **signed())
                said("Taken off the page. It is kept, because people have read it.")
            else:
                _keep(form, round_)
                said("Added.")
            return redirect(url_for("office.round_documents", slug=slug))
        except SurveysError as problem:
            form.refuse(problem)
    return _answer("documents", form, round_, documents=round_documents.of_round(read_session(), round_.id))


def _keep(form: Document, round_: Round) -> None:
    upload = form.file.data
    name = getattr(upload, "filename", "") or ""
    content = upload.read(round_documents.MOST_BYTES + 1) if name else b""
    round_documents.file_kind(name, content)
    with writing() as store:
        round_documents.add(
            store,
            store.get_one(Round, round_.id),
            title=form.title.data or "",
            file_name=name,
            content=content,
            sort=form.sort.data if form.sort.data in ("evidence", "equality", "paper") else "evidence",
            **signed(),
        )

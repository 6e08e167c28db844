"""How a text came to be what it is; how it would look; what a pack says instead; the emblem."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import abort, current_app, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from pydantic import ValidationError
from werkzeug.exceptions import NotFound
from wtforms import FileField

from portal.database import read_session, writing
from portal.forms.office import OfficeForm
from portal.i18n import SOURCE_LOCALE
from portal.office.blueprint import bp, said, whole
from portal.office.signature import signed
from portal.office.texts import KIND_WORDS, locales, thing
from portal.partnership import brand, editing, offers, pages
from portal.partnership.pages import NEUTRAL, Revision
from portal.rendering import load_site
from surveys.errors import SurveysError

SHOWN_AT = {
    "site": ("public.home", ""),
    "priority": ("public.priority", "slug"),
    "area": ("public.area", "slug"),
    "partner": ("public.partners", ""),
    "strand": ("public.about", ""),
    "helpline": ("public.help", ""),
    "language": ("public.languages", ""),
    "privacy": ("public.privacy", ""),
    "accessibility": ("public.accessibility", ""),
    "outcome": ("public.done", ""),
    "round": ("public.round", "slug"),
    "notice": ("public.home", ""),
}
"""The page on which a kind is seen, and the name its address gives the key."""
PAGES_AT = {
    "about": "public.about",
    "help": "public.help",
    "cookies": "public.cookies",
    "languages": "public.languages",
    "contact": "public.contact",
    "privacy-young-people": "public.privacy_young",
}


@dataclass(frozen=True)
class Step:
    """One state of a text with what it changed."""

    revision: Revision
    differences: tuple[editing.Difference, ...]


@bp.get("/texts/<kind>/<key>/history")
def text_history(kind: str, key: str) -> ResponseReturnValue:
    there = thing(kind, key)
    histories = {}
    for locale in (NEUTRAL, *locales()):
        rows = pages.history(read_session(), kind, key, locale)
        steps = [
            Step(row, editing.differences(rows[at + 1].body if at + 1 < len(rows) else {}, row.body))
            for at, row in enumerate(rows)
        ]
        if steps:
            histories[locale] = steps
    return render_template(
        "office/texts/history.html",
        kind=kind,
        words=KIND_WORDS[kind],
        there=there,
        histories=histories,
    )


@bp.post("/texts/<kind>/<key>/history/back")
def text_bring_back(kind: str, key: str) -> ResponseReturnValue:
    """Undo: an earlier state becomes the draft."""
    thing(kind, key)
    locale, number = request.form.get("locale", ""), whole(request.form.get("number"), -1)
    if locale not in (NEUTRAL, *locales()) or number < 0:
        abort(404)
    with writing() as session:
        editing.bring_back(session, kind, key, locale, number, **signed())
    said("The earlier version is a draft now. Look at it, then publish it.")
    return redirect(url_for("office.text", kind=kind, key=key))


@bp.get("/texts/<kind>/<key>/preview")
def text_preview(kind: str, key: str) -> ResponseReturnValue:
    """The public page itself, with the drafts of this thing in it. Nothing is stored, nobody else sees it."""
    there = thing(kind, key)
    locale = request.args.get("in", SOURCE_LOCALE)
    if locale not in locales():
        abort(404)
    session = read_session()
    pages.overlay(session, {(kind, key, of): body for of, body in there.bodies.items()})
    with force_locale(locale):
        try:
            g.site = (locale, load_site(session, locale))
            g.preview = url_for("office.text", kind=kind, key=key)
            return make_response(_public_page(kind, key))
        except (ValidationError, NotFound):
            g.pop("preview", None)
    g.pop("site", None)
    session.info.pop(pages.OVERLAY, None)
    shown = render_template("office/texts/no-preview.html", kind=kind, there=there, words=KIND_WORDS[kind])
    return make_response(shown, 422)


def _public_page(kind: str, key: str) -> ResponseReturnValue:
    endpoint, name = (PAGES_AT.get(key, ""), "") if kind == "page" else SHOWN_AT.get(kind, ("", ""))
    if kind == "page" and key == "exit-this-page":
        endpoint = "respond.what_exit_hides"
    if not endpoint:
        raise NotFound
    view = current_app.view_functions[endpoint]
    return cast(ResponseReturnValue, view(**({name: key} if name else {})))


# What a pack says instead ---------------------------------------------------------------------------------


@bp.get("/texts/pack")
def text_offers() -> ResponseReturnValue:
    waiting = [
        (one, editing.differences(one.current, one.offer.body)) for one in offers.waiting(read_session())
    ]
    return render_template("office/texts/offers.html", waiting=waiting, kinds=KIND_WORDS)


@bp.post("/texts/pack/settled")
def text_settle() -> ResponseReturnValue:
    sent = request.form
    take = sent.get("action") == "take"
    try:
        with writing() as session:
            offers.settle(
                session,
                sent.get("kind", ""),
                sent.get("key", ""),
                sent.get("locale", ""),
                take=take,
                seen=sent.get("seen", ""),
                **signed(),
            )
    except SurveysError as problem:
        if problem.code == "offer.changed":
            said("The pack was loaded again meanwhile. Look at what it says now.")
        return redirect(url_for("office.text_offers"))
    said(
        "The pack's words are on the site now."
        if take
        else "Yours stay. The pack's words are not offered again."
    )
    return redirect(url_for("office.text_offers"))


# The emblem -----------------------------------------------------------------------------------------------


class Emblem(OfficeForm):
    emblem = FileField("Picture", description="PNG, from 40 by 20 to 2000 by 2000 pixels, at most 512 KB")


@bp.route("/texts/emblem", methods=["GET", "POST"])
def text_emblem() -> ResponseReturnValue:
    """Uploads the partnership's own emblem, or goes back to the design's."""
    there = thing("site", "site")
    form = Emblem()
    if request.method == "POST":
        try:
            _set_emblem(there, form)
        except SurveysError as problem:
            form.refuse(problem)
        else:
            said("Saved. It stands at the top of every public page.")
            return redirect(url_for("office.text_emblem"))
    current = pages.newest(read_session(), "site", "site", NEUTRAL)
    emblem = current.body.get("emblem") if current else None
    shown = render_template("office/texts/emblem.html", form=form, emblem=emblem, there=there)
    return make_response(shown, 422 if form.problems() else 200)


def _set_emblem(there: editing.Working, form: Emblem) -> None:
    remove = request.form.get("action") == "remove"
    upload = form.emblem.data
    content = b"" if remove or not hasattr(upload, "read") else upload.read(brand.MOST_PICTURE_BYTES + 1)
    with writing() as session:
        signature = signed()
        current = pages.newest(session, "site", "site", NEUTRAL)
        if current is None:
            raise SurveysError("revision.unknown", number=0)
        facts = {name: value for name, value in current.body.items() if name != "emblem"}
        if not remove:
            facts["emblem"] = brand.keep_picture(session, content, **signature)
        pages.revise(session, "site", "site", NEUTRAL, facts, **signature)

"""What the site says, edited: every kind listed, one form a thing, drafts, publication, off the site."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from flask import abort, current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.database import read_session, writing
from portal.forms.office.texts import Choices, TextForm, text_form
from portal.i18n import SOURCE_LOCALE
from portal.messages import words_of
from portal.office.blueprint import bp, now, said, whole
from portal.office.signature import signed
from portal.partnership import brand, editing, offers, pages, rounds
from portal.partnership.checklist import HELPLINE_DAYS
from portal.partnership.editing import REFERENCES, Working
from portal.partnership.pages import NEUTRAL, Revision
from portal.partnership.register import KINDS, SectionFacts
from surveys.errors import SurveysError
from surveys.surveys import SLUG, london_day

KIND_WORDS = {
    "site": ("The site itself", "Names, contacts, banner, colours, attributions"),
    "page": ("Pages", "About, help, contact and the like"),
    "priority": ("Priorities", "The strategic priorities and what they group"),
    "area": ("Areas of focus", "What is worked on, and where to get help"),
    "partner": ("Partners", "The bodies that work together"),
    "strand": ("Strands of work", "What the partnership does all year, whatever the priorities"),
    "helpline": ("Helplines", "Who to call, and when that was last checked"),
    "notice": ("Notices", "Short notes in fixed places"),
    "privacy": ("Privacy notice", "Every part a law asks for"),
    "accessibility": ("Accessibility statement", "In the form the regulations prescribe"),
    "outcome": ("What we have done", "You said, we did"),
    "language": ("Languages spoken here", "From the census"),
    "round": ("Consultations", "Their words; the checklist is under Consultations"),
    "pre-election": ("Pre-election periods", "No consultation opens in one without a recorded reason"),
}
"""The kinds that are edited here. Others have pages of their own."""


@dataclass(frozen=True)
class Clash:
    """What somebody else saved meanwhile, beside what this officer typed."""

    locale: str
    revision: Revision
    differences: tuple[editing.Difference, ...]


def locales() -> tuple[str, ...]:
    """Every language of the site, the source first."""
    return tuple(current_app.extensions["portal.locales"])


def known_kind(kind: str) -> None:
    if kind not in KIND_WORDS:
        abort(404)


def thing(kind: str, key: str) -> Working:
    """The thing of this address; the 404 page when there has never been one."""
    known_kind(kind)
    found = editing.working(read_session(), kind, key)
    if found is None:
        abort(404)
    return found


def choices_for(kind: str) -> Mapping[str, Choices]:
    """The entries that facts of this kind may name, by their kind."""
    return {
        target: [
            (one.key, one.title) for one in editing.everything(read_session(), target) if not one.retired
        ]
        for (of, _), target in REFERENCES.items()
        if of == kind
    }


# Lists ----------------------------------------------------------------------------------------------------


@bp.get("/texts")
def texts() -> ResponseReturnValue:
    session = read_session()
    listed = {kind: editing.everything(session, kind) for kind in KIND_WORDS}
    drafted = [one for found in listed.values() for one in found if one.drafted]
    return render_template(
        "office/texts/kinds.html",
        kinds=KIND_WORDS,
        listed=listed,
        drafted=drafted,
        stale=[one for one in listed["helpline"] if _is_stale(one)],
        waiting=offers.waiting(session),
    )


def _unconfirmed(kind: str) -> dict[str, str]:
    """The parts of a statement that the body answering for it has not confirmed, and how far they are."""
    return {
        entry.key: entry.facts.state
        for entry in pages.current(read_session(), kind, pages.SOURCE)
        if isinstance(entry.facts, SectionFacts) and entry.facts.state != "given"
    }


def _is_stale(line: Working) -> bool:
    """Whether a helpline people are shown was not checked within the time the checklist asks for."""
    if line.retired or line.facts.get("state") == "unchecked":
        return False
    checked = line.facts.get("last_checked")
    if checked is None:
        return True
    return (london_day(now()) - dt.date.fromisoformat(str(checked))).days > HELPLINE_DAYS


@bp.get("/texts/<kind>")
def text_kind(kind: str) -> ResponseReturnValue:
    known_kind(kind)
    listed = editing.everything(read_session(), kind)
    return render_template(
        "office/texts/kind.html",
        kind=kind,
        words=KIND_WORDS[kind],
        listed=listed,
        stale=[one.key for one in listed if kind == "helpline" and _is_stale(one)],
        unconfirmed=_unconfirmed(kind),
        date_of=dt.date.fromisoformat,
        locales=locales(),
        required=KINDS[kind].required,
        may_add=kind not in ("site", "round", "privacy", "accessibility"),
    )


# One thing ------------------------------------------------------------------------------------------------


@bp.route("/texts/<kind>/new", methods=["GET", "POST"])
def text_new(kind: str) -> ResponseReturnValue:
    known_kind(kind)
    if kind in ("site", "round"):
        abort(404)
    made = text_form(kind, locales(), None, choices_for(kind))
    key = request.form.get("key", "").strip()
    if request.method == "POST":
        try:
            if not SLUG.fullmatch(key):
                raise SurveysError("survey.slug", field="key")
            if editing.working(read_session(), kind, key) is not None:
                raise SurveysError("text.key_taken", field="key")
            return _save(kind, key, made, made.bodies({}), {})
        except SurveysError as problem:
            if problem.field == "key":
                made.form.beside["key"] = words_of(problem)
            else:
                made.refuse(problem)
    return _edit_page(kind, None, made, {}, key=key)


@bp.route("/texts/<kind>/<key>", methods=["GET", "POST"])
def text(kind: str, key: str) -> ResponseReturnValue:
    there = thing(kind, key)
    made = text_form(kind, locales(), there, choices_for(kind))
    seen = dict(there.seen)
    clashes: list[Clash] = []
    if request.method == "POST":
        seen = seen_in(request.form, there)
        try:
            return _save(kind, key, made, made.bodies(there.bodies), seen)
        except SurveysError as problem:
            made.refuse(problem)
            if problem.code == "text.stale":
                clashes = clashes_of(there, made, problem)
                seen = dict(there.seen)
    return _edit_page(kind, there, made, seen, clashes=clashes)


def seen_in(sent: Mapping[str, str], there: Working) -> dict[str, int]:
    """The revisions a form was made from, as its hidden fields say."""
    found = {}
    for locale in (NEUTRAL, *locales()):
        found[locale] = whole(sent.get(f"seen-{locale or 'facts'}"))
    return found


def clashes_of(there: Working, made: TextForm, problem: SurveysError) -> list[Clash]:
    """For every language somebody else saved in meanwhile: theirs beside what was typed."""
    mine = made.bodies(there.bodies)
    found = []
    stale = problem.facts.get("locales", ())
    for locale in stale if isinstance(stale, tuple) else ():
        history = pages.history(read_session(), there.kind, there.key, locale)
        if history:
            differing = editing.differences(there.bodies.get(locale, {}), mine.get(locale, {}))
            found.append(Clash(locale, history[0], differing))
    return found


def _save(
    kind: str, key: str, made: TextForm, bodies: editing.Bodies, seen: Mapping[str, int]
) -> ResponseReturnValue:
    if not made.form.validate():
        raise SurveysError("text.unstorable")
    action = request.form.get("action", "draft")
    signature = signed()
    with writing() as session:
        editing.save(session, kind, key, bodies, seen=seen, **signature)
        if action == "publish":
            editing.publish(session, kind, key, **signature)
        shown = _shown(session, kind, key)
    if action == "preview":
        return redirect(url_for("office.text_preview", kind=kind, key=key))
    kept = "Saved as a draft. Nothing on the site changed."
    said(f"Published. {shown}" if action == "publish" else kept)
    return redirect(url_for("office.text", kind=kind, key=key))


def _shown(session: Session, kind: str, key: str) -> str:
    """Whether people see it now that it is published."""
    entry = pages.newest(session, kind, key, NEUTRAL)
    if entry is not None and entry.body.get("retired"):
        return "It was taken off the site, so nobody sees it until it is put back."
    if kind == "round" and not rounds.is_launched(session, key):
        return "Nobody sees it yet: its page appears once the checklist is done and it is set to open."
    return "It is on the site now."


def _edit_page(
    kind: str,
    there: Working | None,
    made: TextForm,
    seen: Mapping[str, int],
    *,
    clashes: list[Clash] | tuple[()] = (),
    key: str = "",
) -> ResponseReturnValue:
    colours = there.facts.get("colours", {}) if there and kind == "site" else None
    shown = render_template(
        "office/texts/edit.html",
        kind=kind,
        words=KIND_WORDS[kind],
        there=there,
        made=made,
        form=made.form,
        seen=seen,
        clashes=clashes,
        locales=locales(),
        source=SOURCE_LOCALE,
        pairs=brand.pairs(colours) if colours is not None else (),
        required=bool(there and there.key in KINDS[kind].required),
        announced=there is not None and kind == "round" and rounds.is_launched(read_session(), there.key),
        typed_key=key,
    )
    return make_response(shown, 422 if made.form.problems() else 200)


@bp.post("/texts/<kind>/<key>/publication")
def text_publish(kind: str, key: str) -> ResponseReturnValue:
    """Publishes the draft as it is, or lets it go."""
    there = thing(kind, key)
    signature = signed()
    try:
        with writing() as session:
            if request.form.get("action") == "discard":
                editing.discard(session, kind, key, **signature)
                said("The draft was let go. The history keeps it.")
            else:
                editing.publish(session, kind, key, **signature)
                said(f"Published. {_shown(session, kind, key)}")
    except SurveysError as problem:
        made = _unsent(kind, there)
        made.refuse(problem)
        return _edit_page(kind, there, made, there.seen)
    return redirect(url_for("office.text", kind=kind, key=key))


def _unsent(kind: str, there: Working) -> TextForm:
    """The form of a thing as it stands, whatever this request sent."""
    return text_form(kind, locales(), there, choices_for(kind), sent=False)


@bp.route("/texts/<kind>/<key>/shown", methods=["GET", "POST"])
def text_shown(kind: str, key: str) -> ResponseReturnValue:
    """Asks first, then takes a thing off the site or puts it back."""
    there = thing(kind, key)
    if request.method == "GET":
        return render_template("office/texts/shown.html", kind=kind, there=there, words=KIND_WORDS[kind])
    retired = request.form.get("action") != "restore"
    try:
        with writing() as session:
            editing.retire(session, kind, key, retired=retired, **signed())
            shown = _shown(session, kind, key)
    except SurveysError as problem:
        made = _unsent(kind, there)
        made.refuse(problem)
        return _edit_page(kind, there, made, there.seen)
    said("It is off the site. Its history stays." if retired else shown)
    return redirect(url_for("office.text", kind=kind, key=key))


@bp.post("/texts/helpline/<key>/checked")
def text_checked(key: str) -> ResponseReturnValue:
    """Marks a helpline as checked today: somebody has just read or called it."""
    there = thing("helpline", key)
    facts = {**there.facts, "state": "checked", "last_checked": london_day(now()).isoformat()}
    try:
        with writing() as session:
            pages.revise(session, "helpline", key, NEUTRAL, facts, **signed())
        said(f"{there.title}: checked today.")
    except SurveysError:
        said(f"{there.title} needs a phone number or a web address before it can be checked.")
    return redirect(url_for("office.text_kind", kind="helpline"))

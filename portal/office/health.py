"""The site's health, complaints about personal data, and telling the outcome to those who asked."""

from __future__ import annotations

import time

from flask import abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from portal import condition
from portal.database import database, read_session, writing
from portal.forms.office.health import Answer, Tell
from portal.office.blueprint import bp, fresh_sign_in, keys, now, officer, said
from portal.office.visit import settings
from portal.partnership import complaints as taken
from portal.partnership import contacts, cycles, pages, report_back, rounds
from portal.partnership.complaints import Complaint
from portal.partnership.contacts import Wording
from portal.rendering import site
from surveys.errors import SurveysError
from surveys.surveys import london_day


@bp.get("/health")
def health() -> ResponseReturnValue:
    found = condition.lines(
        read_session(),
        database(),
        settings(),
        now(),
        jobs_age=condition.last_tick_age(settings().data_dir, time.time()),
    )
    worst = {"bad": 0, "soon": 1, "good": 2}
    return render_template(
        "office/health/health.html", lines=sorted(found, key=lambda line: worst[line.state])
    )


# Complaints -----------------------------------------------------------------------------------------------


@bp.get("/complaints")
def complaints() -> ResponseReturnValue:
    found = taken.listing(read_session())
    return render_template("office/complaints/complaints.html", found=found, today=london_day(now()))


@bp.route("/complaints/<reference>", methods=["GET", "POST"])
def complaint(reference: str) -> ResponseReturnValue:
    session = read_session()
    found = session.scalar(select(Complaint).where(Complaint.reference == reference))
    if found is None:
        abort(404)
    form = Answer()
    words = taken.opened(found, keys())
    if request.method == "POST":
        acknowledging = request.form.get("which") == "acknowledge"
        if acknowledging or form.validate():
            try:
                with writing() as store:
                    mine = store.get_one(Complaint, found.id)
                    if acknowledging:
                        taken.acknowledge(store, mine, by=officer().by, now=now(), keys=keys())
                    else:
                        words_given = form.words.data or ""
                        taken.answer(store, mine, words=words_given, by=officer().by, now=now(), keys=keys())
                said("Saved.")
                return redirect(url_for("office.complaints"))
            except SurveysError as problem:
                form.refuse(problem)
    page = render_template(
        "office/complaints/complaint.html",
        found=found,
        words=words,
        form=form,
        letter_words=_letter_words(taken.mail_state(session, found)) if found.letter else "",
    )
    return make_response(page, 422 if form.problems() else 200)


def _letter_words(state: str) -> str:
    """How the letter that would acknowledge it stands, in words."""
    if not settings().mail.server:
        return "No mail server is set, so nothing reached the writer. Tell them yourself."
    return {
        "queued": "A letter to the writer waits in the outbox. Once it has left, it is noted here by itself.",
        "failed": "The letter to the writer could not be delivered. Tell them another way.",
    }.get(state, "")


# The outcome ----------------------------------------------------------------------------------------------


@bp.get("/outcome")
def outcome() -> ResponseReturnValue:
    """How many wait for each outcome; nobody sees who."""
    session = read_session()
    listing = rounds.listing(session, now())
    waiting = [(one, contacts.waiting(session, one.slug)) for one in (*listing.open, *listing.closed)]
    return render_template("office/outcome/outcome.html", waiting=waiting)


@bp.route("/outcome/<slug>", methods=["GET", "POST"])
@fresh_sign_in
def outcome_told(slug: str) -> ResponseReturnValue:
    session = read_session()
    if rounds.by_slug(session, slug) is None:
        abort(404)
    public = settings().public_url
    cycle = cycles.of_round(session, slug)
    told = cycle is not None and bool(report_back.public(session, cycle.year))
    news = "What you said, what we did, what we could not do, and why" if told else "There is an outcome"
    form = Tell(words=f"{news}. Read it here:\n\n{public}{url_for('public.done')}", last=told)
    if request.method == "POST" and form.validate():
        place = "token-goes-here"
        link = public + url_for("letterbox.leave", token=place).replace(place, "{token}")
        body = f"{form.words.data}\n\nYou asked us to tell you. To leave: {{link}}\n\n{site().name}\n"
        try:
            with writing() as store:
                number = contacts.tell(
                    store, slug, wording=Wording(form.subject.data or "", body), link=link,
                    last=form.last.data, by=officer().by, now=now(), keys=keys(),
                )  # fmt: skip
            said(
                ("1 letter is" if number == 1 else f"{number} letters are")
                + " in the outbox."
                + (" The list is deleted." if form.last.data else "")
            )
            return redirect(url_for("office.outcome"))
        except SurveysError as problem:
            form.refuse(problem)
    entry = pages.one(session, "round", slug, pages.SOURCE)
    page = render_template(
        "office/outcome/tell.html",
        title=entry.texts.title if entry is not None else slug,
        waiting=contacts.waiting(read_session(), slug),
        form=form,
    )
    return make_response(page, 422 if form.problems() else 200)

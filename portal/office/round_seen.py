"""What anybody could read, and was asked, at the end of any day: words, questions, pages and colours."""

from __future__ import annotations

import datetime as dt
from typing import cast

from flask import abort, current_app, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from pydantic import ValidationError
from werkzeug.exceptions import NotFound

from portal.database import read_session
from portal.forms.office.rounds import AUDIENCE_WORDS
from portal.forms.office.texts import LABELS
from portal.i18n import SOURCE_LOCALE
from portal.office.blueprint import bp, now, said
from portal.office.rounds import the_round
from portal.office.texts import locales
from portal.partnership import as_seen, pages, round_copies
from portal.partnership.rounds import LONDON
from portal.rendering import day, load_site
from portal.survey_words import told
from surveys import surveys
from surveys.surveys import london_day

AROUND = {
    "home": ("public.home", "The front page"),
    "privacy": ("public.privacy", "The privacy notice"),
    "young-people": ("public.privacy_young", "Privacy for young people"),
    "help": ("public.help", "Get help"),
    "accessibility": ("public.accessibility", "Accessibility"),
    "exit": ("respond.what_exit_hides", "What “Exit this page” hides"),
}
"""The pages a consultation leads to: where each is, and what officers call it."""


def _on() -> tuple[dt.date, dt.datetime]:
    """The day asked for, today when it is none, and its end or now."""
    try:
        on = dt.date.fromisoformat(request.args.get("on", ""))
        end = dt.datetime.combine(on, dt.time(23, 59, 59), LONDON)
    except (ValueError, OverflowError):
        on = london_day(now())
        end = dt.datetime.combine(on, dt.time(23, 59, 59), LONDON)
    return on, min(end, now().astimezone(LONDON))


@bp.get("/rounds/<slug>/as-seen")
def round_as_seen(slug: str) -> ResponseReturnValue:
    """What anybody could read, and was asked, at the end of a day."""
    round_ = the_round(slug)
    on, moment = _on()
    seen = round_copies.as_seen(read_session(), round_, moment)
    documents = [surveys.questionnaire_of(one.version) for one in seen.surveys]
    return render_template(
        "office/rounds/as-seen.html",
        told=told,
        round_=round_,
        seen=seen,
        on=on,
        moment_shown=moment,
        asked=list(zip(seen.surveys, documents, strict=True)),
        labels=LABELS,
        audience_words=AUDIENCE_WORDS,
        date_of=dt.date.fromisoformat,
        around={name: words for name, (_, words) in AROUND.items()},
        locales=locales(),
    )


@bp.get("/rounds/<slug>/as-seen/<name>")
def round_page_as_seen(slug: str, name: str) -> ResponseReturnValue:
    """A page of the site with the words, facts and colours of that day."""
    the_round(slug)
    locale = request.args.get("in", SOURCE_LOCALE)
    if name not in AROUND or locale not in locales():
        abort(404)
    on, moment = _on()
    session = read_session()
    pages.overlay(session, as_seen.site_at(session, moment))
    with force_locale(locale):
        try:
            if not pages.current(session, "site", locale):
                raise NotFound
            g.site = (locale, load_site(session, locale))
            g.preview = url_for("office.round_as_seen", slug=slug, on=on)
            g.preview_of = on
            g.colours = url_for("office.round_colours_as_seen", slug=slug, on=on)
            return make_response(cast(ResponseReturnValue, current_app.view_functions[AROUND[name][0]]()))
        except (ValidationError, NotFound):
            for kept in ("site", "preview", "preview_of", "colours"):
                g.pop(kept, None)
    session.info.pop(pages.OVERLAY, None)
    said(f"That page was not there on {day(on)}.")
    return redirect(url_for("office.round_as_seen", slug=slug, on=on))


@bp.get("/rounds/<slug>/as-seen/colours.css")
def round_colours_as_seen(slug: str) -> ResponseReturnValue:
    """The partnership's own colours as they were on that day."""
    the_round(slug)
    session = read_session()
    pages.overlay(session, as_seen.site_at(session, _on()[1]))
    g.site = (SOURCE_LOCALE, load_site(session, SOURCE_LOCALE))
    return cast(ResponseReturnValue, current_app.view_functions["public.colours"]())

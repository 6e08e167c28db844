"""What anybody could read, and was asked, at any moment: the pages of a consultation as they stood."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import groupby
from typing import Any, cast

from flask import (
    Response,
    abort,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from pydantic import ValidationError
from werkzeug.exceptions import NotFound

from portal import lookback
from portal.database import read_session
from portal.forms.office.rounds import AUDIENCE_WORDS
from portal.forms.office.texts import LABELS
from portal.i18n import SOURCE_LOCALE, bare_script_name, english_name, path_in
from portal.office.blueprint import bp, now, said
from portal.office.rounds import the_round
from portal.office.texts import locales
from portal.partnership import as_seen, instruments, pages
from portal.partnership.as_seen import Event, Gap
from portal.partnership.rounds import LONDON, Round
from portal.rendering import clock, day, load_site
from portal.survey_words import told
from surveys import surveys
from surveys.surveys import london_day

AROUND = {
    "itself": ("public.round", "The consultation’s own page"),
    "evidence": ("public.evidence", "The evidence"),
    "census": ("public.census", "Who lives here: the census"),
    "have-your-say": ("public.have_your_say", "Have your say"),
    "councillors": ("public.councillors", "For councillors"),
    "home": ("public.home", "The front page"),
    "privacy": ("public.privacy", "The privacy notice"),
    "young-people": ("public.privacy_young", "Privacy for young people"),
    "help": ("public.help", "Get help"),
    "contact": ("public.contact", "Contact"),
    "accessibility": ("public.accessibility", "Accessibility"),
    "exit": ("respond.what_exit_hides", "What “Exit this page” hides"),
}
"""The pages a consultation leads to: where each is, and what officers call it."""
OF_ROUND = frozenset({"public.round", "public.councillors"})
NAMES = {endpoint: name for name, (endpoint, _) in AROUND.items()}
RESTS_ON = {"evidence": ("crime",), "census": ("census",)}
"""What a page shows besides words, where it is not the dates and reasons of consultations."""

EVENT_WORDS = {
    "change.extended": "People were given longer",
    "change.closed-early": "It was closed early",
    "change.paused": "It was paused",
    "change.resumed": "It went on after the pause",
    "change.reopened": "It was opened again",
    "change.withdrawn": "It was taken back",
    "change.language": "One more language was offered",
    "reason": "A reason was given or reworded in another language",
    "words": "Its words changed",
    "facts": "Its facts changed",
    "version": "Questions were published",
    "dates": "Dates were set",
    "opens": "The survey opened",
    "closes": "The survey closed",
    "document": "A document was added",
    "document.gone": "A document was taken off",
    "site": "Other pages of the site changed",
}
GAP_WORDS = {
    "dates": "Dates and pauses of survey {about} were not kept before {since}: these are the first that were",
    "reason": "An earlier wording of a reason ({about}) was not kept before {since}",
    "crime": "Crime figures of {about} were not kept before {since}: these are the first that were",
    "census": "The census table “{about}” was not kept before {since}: this is the first that was",
}

TODAYS = "Headings and buttons are worded as today. Links to pages not kept with a consultation open today’s."


@dataclass(frozen=True)
class When:
    """The day asked for, and the time if one was; what is shown is how that day or that minute ended."""

    on: dt.date
    at: str
    moment: dt.datetime

    @property
    def asked(self) -> dict[str, Any]:
        """As addresses carry it."""
        time: dict[str, Any] = {"at": self.at} if self.at else {}
        return {"on": self.on.isoformat(), **time}

    def spoken(self, locale: str) -> dict[str, Any]:
        """The same, with the language the page is to be in."""
        return {**self.asked, "in": locale}

    @property
    def words(self) -> str:
        ended = f"at {clock(self.moment)}" if self.at or self.moment < _end(self.on) else "as the day ended"
        return f"{day(self.on)}, {ended}"


def _end(on: dt.date, time: dt.time = dt.time(23, 59)) -> dt.datetime:
    """The end of that minute; of an hour that comes twice in autumn, the second time."""
    return dt.datetime.combine(on, time.replace(second=59, microsecond=999_999, fold=1), LONDON)


def _when() -> When:
    """What the address asks for; today when it asks for nothing there has been, or could be."""
    present = now().astimezone(LONDON)
    today = london_day(present)
    try:
        on = dt.date.fromisoformat(request.args.get("on", ""))
        time = dt.time.fromisoformat(request.args.get("at") or "23:59").replace(tzinfo=None)
        end = _end(on, time)
    except (ValueError, OverflowError):
        on, time, end = today, dt.time(23, 59), _end(today)
    if end > present:
        return When(today, "", present)
    return When(on, f"{time:%H:%M}" if request.args.get("at") else "", end)


@bp.get("/rounds/<slug>/as-seen")
def round_as_seen(slug: str) -> ResponseReturnValue:
    """What anybody could read, and was asked, at the end of a day or of a minute; and when it changed."""
    round_ = the_round(slug)
    when = _when()
    session = read_session()
    seen = as_seen.as_seen(session, round_, when.moment)
    documents = [surveys.questionnaire_of(one.version) for one in seen.surveys]
    changed = as_seen.events(session, round_)
    return render_template(
        "office/rounds/as-seen.html",
        told=told,
        round_=round_,
        seen=seen,
        when=when,
        asked=list(zip(seen.surveys, documents, strict=True)),
        offered=[instruments.offered(document, demonstration=seen.demonstration) for document in documents],
        times=_times([one for one in changed if as_seen.day_of(one) == when.on]),
        days=sorted({as_seen.day_of(one) for one in changed if one.what != "site" and one.at <= now()}),
        gaps=gap_words(seen.gaps),
        labels=LABELS,
        audience_words=AUDIENCE_WORDS,
        date_of=dt.date.fromisoformat,
        around={name: words for name, (_, words) in AROUND.items()},
        locales=locales(),
    )


def _times(events: list[Event]) -> list[tuple[dt.datetime, list[str]]]:
    """The minutes of a day in which something changed, each with what it was."""
    timed = sorted(events, key=lambda one: one.at)
    return [
        (minute, list(dict.fromkeys(_event(one) for one in found)))
        for minute, found in (
            (minute, list(found))
            for minute, found in groupby(
                timed, lambda one: one.at.astimezone(LONDON).replace(second=0, microsecond=0)
            )
        )
        if minute <= now()
    ]


def _event(one: Event) -> str:
    about = english_name(one.about) if one.what in ("reason", "words") else one.about
    return f"{EVENT_WORDS[one.what]}: {about}" if about else EVENT_WORDS[one.what]


def gap_words(gaps: tuple[Gap, ...]) -> list[str]:
    return list(
        dict.fromkeys(
            GAP_WORDS[one.what].format(
                about=english_name(one.about) if one.what == "reason" else one.about, since=day(one.since)
            )
            for one in gaps
        )
    )


# One page -------------------------------------------------------------------------------------------------


@bp.get("/rounds/<slug>/as-seen/<name>")
def round_page_as_seen(slug: str, name: str) -> ResponseReturnValue:
    """A page of the site exactly as anybody met it at that moment; nothing on it can be sent."""
    round_ = the_round(slug)
    if name not in AROUND:
        abort(404)
    endpoint, _ = AROUND[name]
    values = {"slug": slug} if endpoint in OF_ROUND else {}
    return _shown(round_, endpoint, values, RESTS_ON.get(name, ("dates", "reason")))


@bp.get("/rounds/<slug>/as-seen/surveys/<survey>")
def round_survey_as_seen(slug: str, survey: str) -> ResponseReturnValue:
    """The first page of a survey at that moment, or the page that said why nobody could answer it."""
    return _shown(the_round(slug), "respond.start", {"slug": survey}, ("dates",))


@bp.get("/rounds/<slug>/as-seen/documents/<document_id>")
def round_document_as_seen(slug: str, document_id: str) -> ResponseReturnValue:
    """A document that was offered then: the very same bytes, to be saved."""
    values = {"slug": slug, "document_id": document_id}
    return _shown(the_round(slug), "public.round_document", values, ())


@bp.get("/rounds/<slug>/as-seen/colours.css")
def round_colours_as_seen(slug: str) -> ResponseReturnValue:
    """The partnership's own colours as they were at that moment."""
    return _shown(the_round(slug), "public.colours", {}, ())


def _shown(round_: Round, endpoint: str, values: dict[str, str], rests_on: tuple[str, ...]) -> Response:
    """The answer the public got, from the very view that gave it."""
    locale = request.args.get("in", SOURCE_LOCALE)
    if locale not in locales():
        abort(404)
    when, session = _when(), read_session()
    back = url_for("office.round_as_seen", slug=round_.slug, **when.asked)
    gaps = tuple(one for one in as_seen.gaps_of(session, round_, when.moment) if one.what in rests_on)
    told_above = (*(f"{words}." for words in gap_words(gaps)), TODAYS)
    title = f"As it stood on {when.words}. Nothing here can be sent."
    with as_seen.looking_back(session, when.moment), force_locale(locale):
        try:
            if not pages.current(session, "site", locale):
                raise NotFound
            g.site = (locale, load_site(session, locale))
            g.preview = back
            g.colours = url_for("office.round_colours_as_seen", slug=round_.slug, **when.asked)
            lookback.look_at(
                lookback.Then(
                    moment=when.moment,
                    blueprint=endpoint.partition(".")[0],
                    url_for=Addresses(round_.slug, when, locale),
                    title=title,
                    said=told_above,
                    back=back,
                    way_back="Back to the office",
                    walk=_walk(values.get("slug", ""), locale) if endpoint == "respond.start" else "",
                )
            )
            answer = make_response(cast(ResponseReturnValue, current_app.view_functions[endpoint](**values)))
        except (ValidationError, NotFound):
            for kept in ("site", "preview", "colours"):
                g.pop(kept, None)
            answer = None
        finally:
            lookback.look_away()
    if answer is None:
        said(f"That page was not there: {when.words}.")
        return make_response(redirect(back))
    answer.status_code = 200  # it is there to be looked at, also where the public was told it is gone
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _walk(slug: str, locale: str) -> str:
    """Where Start leads: through the questions of the version then published, keeping nothing."""
    session = read_session()
    survey = surveys.by_slug(session, slug)
    version = surveys.current_version(session, survey.id) if survey is not None else None
    return _in(locale, url_for("preview.start", token=f"seen-{version.id}")) if version is not None else ""


def _in(locale: str, address: str) -> str:
    """The address in that language, as the page of that language would have led there."""
    bare = bare_script_name()
    return path_in(locale, address.removeprefix(bare)) if address.startswith(f"{bare}/") else address


@dataclass(frozen=True)
class Addresses:
    """``url_for`` of a page that looks back: to pages of that moment where there are any, else to today's."""

    slug: str
    when: When
    locale: str

    def __call__(self, endpoint: str, **values: Any) -> str:
        of = values.get("slug", self.slug)
        match endpoint:
            case "respond.start":
                return self._then("office.round_survey_as_seen", slug=self.slug, survey=of)
            case "public.round_document":
                return self._then("office.round_document_as_seen", slug=of, document_id=values["document_id"])
        if endpoint in NAMES:
            mine = of if endpoint in OF_ROUND else self.slug
            anchor = values.get("_anchor")
            return self._then("office.round_page_as_seen", slug=mine, name=NAMES[endpoint], _anchor=anchor)
        address = url_for(endpoint, **values)
        return _in(self.locale, address) if endpoint.startswith(("public.", "respond.")) else address

    def _then(self, endpoint: str, **values: Any) -> str:
        return url_for(endpoint, **values, **self.when.spoken(self.locale))

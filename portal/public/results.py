"""Results: one page a survey, and the same figures as CSV, JSON and chart, all from one release."""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, cast

from flask import abort, current_app, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape
from sqlalchemy import Row, select

from portal import against_words, alongside_words, findings_words, maps, method_words, order_words, panels
from portal.database import read_session
from portal.documents import files
from portal.drawing import DRAWINGS, PICTURE, SINCE
from portal.i18n import locale_code
from portal.partnership import rounds
from portal.partnership.rounds import Consultation
from portal.public import consultations, figures
from portal.public.blueprint import bp, spoken_label, words
from portal.public.year import decided_on
from portal.reading import Label, Reading, base_words, families, label, read
from surveys import surveys
from surveys.questionnaire.model import Questionnaire
from surveys.results import releases
from surveys.results.alongside import about_people
from surveys.results.releases import Release
from surveys.surveys import Survey

KEPT = 24
"""How many releases, by language, a worker keeps read."""


@dataclass(frozen=True)
class Part:
    """A stretch of the results page: one question, or neighbours that share one chart."""

    readings: tuple[Reading, ...]
    breakdowns: tuple[Reading, ...]
    chart: str
    """The key of its figure, or "" when it has none."""

    @property
    def lead(self) -> Reading:
        return self.readings[0]


@dataclass(frozen=True)
class Published:
    """A release read in one language. ``pinned``: its number, when it was asked for by number."""

    survey: str
    content: Mapping[str, Any]
    figures: Mapping[str, Any]
    document: Questionnaire
    readings: tuple[Reading, ...]
    pinned: int | None = None
    pictured: frozenset[str] = frozenset()
    """The tables that have a picture to keep, see :mod:`portal.public.pictures`."""
    sloped: frozenset[str] = frozenset()
    """Those that have one of their answers from year to year; a release of earlier days has none."""
    drawn: dict[str, Markup] = field(default_factory=dict, repr=False, compare=False)
    """The questions as HTML, by mount point."""

    def finding(self, reading: Reading) -> Markup:
        """The one sentence about this table: the officer's own, else the one the figures propose."""
        return findings_words.told(self.content, self.document, reading)

    @property
    def answered(self) -> int | None:
        """How many people took part, rounded."""
        number = self.content["responses"]
        return int(number) if number is not None else None

    def day(self, name: str) -> dt.date:
        """``first_day``, ``last_day`` or ``made_on``."""
        return dt.date.fromisoformat(self.content[name])

    @cached_property
    def weighted(self) -> frozenset[str]:
        """The tables with weighted percentages in them."""
        return frozenset(self.content.get("weighting", {}).get("tables", ()))

    @property
    def method(self) -> Sequence[str]:
        """How it was made and what it cannot say."""
        return method_words.method_of(self.content, self.document, locale_code())

    @cached_property
    def toplines(self) -> list[Reading]:
        return [reading for reading in self.readings if reading.by is None]

    @cached_property
    def headline(self) -> Reading | None:
        """The share choosing each topic."""
        return next((r for r in self.toplines if r.question.id == self.document.headline), None)

    @cached_property
    def matters(self) -> Reading | None:
        """The share naming each topic as the one that matters most, of the people who chose topics."""
        found = (r for r in self.toplines if r.kind == "one-of" and r.question.of == self.document.headline)
        return next(found, None)

    @cached_property
    def about_people(self) -> frozenset[str]:
        """Questions that say who answered."""
        return about_people(self.document)

    def parts(self, *, about_people: bool) -> list[Part]:
        """The page in document order; the pick-then-one pair leads."""
        shown = [r for r in self.toplines if (r.question.id in self.about_people) == about_people]
        pair = [r for r in (self.headline, self.matters) if r is not None and r in shown]
        ordered = [*pair, *(r for r in shown if r not in pair)]
        return [self._part(family) for family in families(ordered, self.document)]

    def _part(self, family: tuple[Reading, ...]) -> Part:
        asked = {reading.question.id for reading in family}
        broken = tuple(r for r in self.readings if r.by is not None and r.question.id in asked)
        chart = next((r.key for r in family if r.key in self.figures), "")
        return Part(family, broken, chart)


def published(survey: Survey, pinned: int | None = None) -> Published | None:
    """What is released of this survey, in this request's language; None before the first release.

    A release never changes, so it is read once; afterwards only its number is asked for. With ``pinned`` it
    is the release of that number, which stays readable after a correction; None when there is none.
    """
    number = pinned or consultations.release_number(survey)
    if number is None:
        return None
    kept: OrderedDict[tuple[str, int, str, bool], Published] = current_app.extensions.setdefault(
        "public.releases", OrderedDict()
    )
    name = (survey.id, number, locale_code(), pinned is not None)
    known = kept.get(name)
    if known is None:
        release = read_session().get(Release, (survey.id, number))
        if release is None:
            return None
        known = kept[name] = _read(survey, release, locale_code(), pinned)
        while len(kept) > KEPT:
            kept.popitem(last=False)
    return known


def _read(survey: Survey, release: Release, locale: str, pinned: int | None) -> Published:
    content = cast(Mapping[str, Any], release.content)
    document = consultations.questionnaire(survey, content["versions"][-1])
    if document is None:
        abort(404)
    readings = tuple(read(table, document, locale) for table in content["tables"])
    drawn = _figures(release, locale, document)
    charts = {key: {n: part for n, part in one.items() if n not in DRAWINGS} for key, one in drawn.items()}
    charts = {key: one for key, one in charts.items() if one}
    pictured = frozenset(key for key, one in drawn.items() if PICTURE in one)
    sloped = frozenset(key for key, one in drawn.items() if SINCE in one)
    return Published(survey.slug, content, charts, document, readings, pinned, pictured, sloped)


def _figures(release: Release, locale: str, document: Questionnaire) -> Mapping[str, Any]:
    by_locale = cast(Mapping[str, Mapping[str, Any]], release.figures or {})
    return by_locale.get(locale) or by_locale.get(document.source_locale) or {}


def drawn(shown: Published) -> Mapping[str, Any]:
    """Everything drawn with a release in this request's language, pictures to keep included."""
    survey = surveys.by_slug(read_session(), shown.survey)
    name = (survey.id if survey is not None else "", shown.content["number"])
    release = read_session().get(Release, name)
    return _figures(release, locale_code(), shown.document) if release is not None else {}


def latest_shares() -> list[int] | None:
    """The widths of the fields on every page: topics of the newest release of a survey of people."""
    survey = releases.newest_of_people(read_session())
    shown = published(survey) if survey is not None else None
    return figures.field_shares(shown.headline) if shown is not None and shown.headline else None


@bp.context_processor
def _fields() -> dict[str, list[int] | None]:
    return {"shares": latest_shares()}


# Pages ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Listed:
    """One line of the list of results."""

    consultation: Consultation
    survey: Survey
    published: Published | None


def listed(consultation: Consultation) -> list[Listed]:
    return [Listed(consultation, asked.survey, published(asked.survey)) for asked in consultation.surveys]


def latest() -> Listed | None:
    """The newest result of a closed consultation; surveys of people before surveys of organisations."""
    closed = rounds.listing(read_session(), consultations.now(), locale_code()).closed
    for consultation in closed:
        found = [one for one in listed(consultation) if one.published is not None]
        if found:
            return min(found, key=lambda one: one.survey.kind != "anonymous")
    return None


@bp.get("/results")
def results() -> ResponseReturnValue:
    listing = rounds.listing(read_session(), consultations.now(), locale_code())
    lines = [one for consultation in (*listing.open, *listing.closed) for one in listed(consultation)]
    return render_template(
        "public/results.html",
        out=[one for one in lines if one.published is not None],
        waiting=[one for one in lines if one.published is None],
        titles={one.survey.id: title_of(one.survey) for one in lines},
    )


def title_of(survey: Survey) -> Label | None:
    document = consultations.questionnaire(survey)
    return label(document, document.title, locale_code()) if document is not None else None


@bp.app_template_global()
def heading_of(consultation: Consultation | None, survey: Survey, title: Label | None) -> Markup:
    """The consultation's name; with the survey's own for every survey after its first."""
    own = spoken_label(title) if title is not None else escape(survey.slug)
    if consultation is None:
        return own
    name = words(consultation.entry, "title")
    first = consultation.surveys[0].survey.id if consultation.surveys else ""
    return name if survey.id == first else Markup("{}: {}").format(name, own)


def survey_or_404(slug: str) -> Survey:
    """The survey at this address; 404 for a draft or a withdrawn one, as for one that never was."""
    survey = surveys.by_slug(read_session(), slug)
    if survey is None or surveys.state(survey, consultations.now()) in ("draft", "withdrawn"):
        abort(404)
    return survey


@bp.get("/results/<survey>")
def survey_results(survey: str) -> ResponseReturnValue:
    asked = survey_or_404(survey)
    pinned = _pinned()
    shown = published(asked, pinned)
    if shown is None and pinned is not None:
        abort(404)
    consultation = consultations.of_survey(asked)
    if shown is None:
        return render_template(
            "public/results_coming.html", survey=asked, consultation=consultation, title=title_of(asked)
        )
    return render_template(
        "public/survey_results.html",
        survey=asked,
        shown=shown,
        consultation=consultation,
        title=title_of(asked),
        body=_body(asked, shown),
        corrections=_corrections(asked),
        newest=consultations.release_number(asked),
        can_pdf=files.can_make_pdf(),
        key_findings=key_findings(shown),
        decided=decided_on(survey),
        comments_shown=bool(consultations.commented(asked)),
        **({"shares": figures.field_shares(shown.headline)} if shown.headline else {}),
    )


def _pinned() -> int | None:
    """The release somebody asks for by number (``?release=1``); 404 for anything that is not one."""
    asked = request.args.get("release")
    if asked is None:
        return None
    if not (asked.isascii() and asked.isdecimal() and len(asked) < 6 and int(asked) > 0):
        abort(404)
    return int(asked)


def _corrections(survey: Survey) -> Sequence[Row[int, dt.datetime, str]]:
    """When a release was corrected and what is different, the first correction first."""
    wanted = select(Release.number, Release.made_at, Release.note).where(
        Release.survey_id == survey.id, Release.kind == "correction"
    )
    return read_session().execute(wanted.order_by(Release.number)).all()


def _body(asked: Survey, shown: Published) -> Markup:
    """Every question of the release with finding, chart, table and files; drawn once for each mount point."""
    drawn = shown.drawn.get(request.script_root)
    if drawn is None:
        wards = maps.wards_of(read_session(), shown.document)
        mapped = [r for r in shown.readings if r.by is not None and r.by.map and r.net is not None]
        html = render_template(
            "public/results_body.html",
            shown=shown,
            parts_=shown.parts(about_people=False),
            people=shown.parts(about_people=True),
            maps={reading.key: figures.ward_picture(reading, wards) for reading in mapped},
            beside=alongside_words.beside(shown.content, shown.document, locale_code()),
            years=alongside_words.since(shown.content, shown.toplines),
            ranks=order_words.ranks(shown.content, shown.toplines),
            against=against_words.against(shown.content, shown.readings),
            weighted=shown.weighted,
            figures=figures,
            panels=panels.panels,
            end_of=panels.top,
            finding=shown.finding,
            base_words=base_words,
        )
        drawn = Markup(html)  # noqa: S704 - our own template has just made it
        shown.drawn[request.script_root] = drawn
    return drawn


def key_findings(shown: Published) -> list[dict[str, Any]]:
    """At most four sentences: the pick-then-one pair first, then what was broken down by place."""
    lead: list[Reading] = [r for r in (shown.headline, shown.matters) if r is not None]
    by_place = [r for r in shown.readings if r.by is not None and r.by.map and r.net is not None]
    others = [
        r
        for r in shown.toplines
        if r not in lead and r.kind == "one" and r.question.id not in shown.about_people
    ]
    chosen: Sequence[Reading] = [*lead, *by_place[:1], *others[: 4 - len(lead) - len(by_place[:1])]]
    return [
        {
            "text": _with_topic(shown, reading, lead),
            "base": against_words.named_bases(shown.content, shown.document, reading)
            or findings_words.answered_words(reading.first.answered),
            "key": reading.key,
        }
        for reading in chosen
    ]


def _with_topic(shown: Published, reading: Reading, lead: Sequence[Reading]) -> Markup:
    """A finding that stands away from its question names the question first."""
    sentence = shown.finding(reading)
    if reading in lead or reading.by is not None:
        return sentence
    return Markup("{}: {}").format(spoken_label(reading.title), sentence)


# For files -------------------------------------------------------------------------------------------------


def shown_or_404(slug: str) -> Published:
    found = published(survey_or_404(slug), _pinned())
    if found is None:
        abort(404)
    return found


def table_or_404(slug: str, table: str) -> Published:
    """The release that holds this table; 404 when there is no such release or table."""
    shown = shown_or_404(slug)
    if all(released["key"] != table for released in shown.content["tables"]):
        abort(404)
    return shown

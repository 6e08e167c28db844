"""The first page: what is open now, where to turn in danger, what is being done, and what people said."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from portal import findings_words
from portal.database import read_session
from portal.i18n import locale_code
from portal.partnership import rounds
from portal.partnership.pages import Entry
from portal.public import consultations, figures, results
from portal.public.blueprint import bp, entries
from portal.public.results import Listed
from portal.rendering import site


@bp.get("/")
def home() -> ResponseReturnValue:
    listing = rounds.listing(read_session(), consultations.now(), locale_code())
    open_now = next((one for one in listing.open if one.state == "open"), None)
    latest = results.latest()
    areas = sorted(entries("area"), key=lambda area: area.texts.title.casefold())
    outcomes = entries("outcome")
    return render_template(
        "public/home.html",
        open_now=open_now,
        instruments=consultations.instruments(open_now) if open_now else [],
        paused=[one for one in listing.open if one.state == "paused"],
        coming=listing.coming[0] if listing.coming else None,
        last_closed=listing.closed[0] if listing.closed else None,
        priorities=entries("priority"),
        outcomes=outcomes[:2],
        partner_names=[item for item in entries("partner") if item.facts.status == "responsible"],
        topics=_sort(areas, "topic"),
        ways=_sort(areas, "way"),
        help_lines=[line for line in site().helplines_on("home") if line.facts.phone],
        latest=latest,
        **_field(latest),
    )


def _sort(areas: list[Entry], sort: str) -> list[Entry]:
    return [area for area in areas if area.facts.sort == sort]


def _field(latest: Listed | None) -> dict[str, object]:
    """The field picture: shares in the order asked, discs on the five widest, and the key findings."""
    if latest is None or latest.published is None or latest.published.headline is None:
        return {"shares": None, "widest": [], "ranks": {}, "key_findings": []}
    headline = latest.published.headline
    topics = figures.topics(headline)
    known = sorted(
        (n for n, line in enumerate(topics) if line.percent is not None),
        key=lambda n: -(topics[n].percent or 0),
    )[:5]
    return {
        "shares": figures.field_shares(headline),
        "ranks": {index: str(place) for place, index in enumerate(known, start=1)},
        "widest": [topics[index] for index in known],
        "key_findings": results.key_findings(latest.published)[:3],
        "answered": findings_words.answered_words(headline.first.answered),
    }

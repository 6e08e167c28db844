"""The one way to draw a release, over the wards its survey knows: charts for the page, pictures to keep."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from flask_babel import force_locale
from sqlalchemy.orm import Session

from portal import alongside_words, charts, link_pictures, maps, order_words, pictures
from portal.i18n import html_lang
from portal.partnership import pages
from portal.pictures import Imprint
from portal.reading import label, read
from surveys.questionnaire.model import Questionnaire
from surveys.results.disclosure import ReleasedTable
from surveys.results.releases import Draw

PICTURE, ORDER, SINCE, SHARE = "picture", "order", "since", "share"
"""Beside the chart of a table: the table as SVG, the order of its topics, its answers from year to year, the
headline for other sites."""
DRAWINGS = (PICTURE, ORDER, SINCE, SHARE)


def drawer(session: Session) -> Draw:
    """Draws every table of a release. Call what it returns inside an application context: charts speak."""

    def draw(
        document: Questionnaire, tables: list[ReleasedTable], locale: str, content: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        wards = maps.wards_of(session, document)
        figures = charts.draw(document, tables, locale, wards=wards)
        with force_locale(locale):
            imprint = _imprint(session, document, locale, content)
            for table in tables:
                reading = read(table.as_json(), document, locale)
                figure = figures.setdefault(reading.key, {})
                figure[PICTURE] = pictures.picture(reading, imprint, wards)
                for ranks in order_words.ranks(content, [reading] if reading.by is None else []).values():
                    figure[ORDER] = pictures.order(reading, ranks.places, imprint)
                for one in alongside_words.since(content, [reading] if reading.by is None else []).values():
                    if one.lines:
                        figure[SINCE] = pictures.slope(reading, one.years, one.lines, imprint)
                if reading.key == document.headline:
                    figure[SHARE] = link_pictures.share(reading, imprint)
        return figures

    return draw


def _imprint(session: Session, document: Questionnaire, locale: str, content: Mapping[str, Any]) -> Imprint:
    site = pages.site(session, locale)
    return Imprint(
        source=site.texts.name if site is not None else "",
        survey=label(document, document.title, locale).text,
        first=dt.date.fromisoformat(content["first_day"]),
        last=dt.date.fromisoformat(content["last_day"]),
        demonstration=content["demonstration"],
        interim=content["kind"] == "interim",
        language=html_lang(locale),
    )

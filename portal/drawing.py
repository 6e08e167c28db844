"""The one way to draw a release: our charts, over the wards its survey knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from portal import charts, maps
from surveys.questionnaire.model import Questionnaire
from surveys.results.disclosure import ReleasedTable
from surveys.results.releases import Draw


def drawer(session: Session) -> Draw:
    """Draws every table of a release. Call what it returns inside an application context: charts speak."""

    def draw(document: Questionnaire, tables: list[ReleasedTable], locale: str) -> Mapping[str, Any]:
        return charts.draw(document, tables, locale, wards=maps.wards_of(session, document))

    return draw

"""The one way to draw a release: our charts over the wards in use now."""

from __future__ import annotations

from functools import partial

from sqlalchemy.orm import Session

from portal import charts, maps
from portal.partnership import pages, register
from surveys.results.releases import Draw


def wards(session: Session) -> tuple[maps.Ward, ...]:
    """The wards that can be drawn, by name; none before a pack is loaded. Keys as in tables."""
    site = pages.site(session, pages.SOURCE)
    if site is None:
        return ()
    return tuple(
        maps.ward(place.key.lower(), place.name, place.geometry, (place.label_lon, place.label_lat))
        for place in register.places(session, site.facts.area_set, "ward")
        if place.geometry is not None and place.label_lon is not None and place.label_lat is not None
    )


def drawer(session: Session) -> Draw:
    """Draws every table of a release. Call what it returns inside an application context: charts speak."""
    return partial(charts.draw, wards=wards(session))

"""What a new survey is made from: the model questionnaires of the portal, and the places in use."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from sqlalchemy.orm import Session

from portal.partnership import pages
from portal.partnership.places import place_entries
from surveys.questionnaire.faults import load
from surveys.questionnaire.model import PlaceEntry, Questionnaire

FOLDER = Path(__file__).parents[1] / "packs" / "east_cambridgeshire" / "questionnaires"


@cache
def models() -> Mapping[str, Questionnaire]:
    """Every model questionnaire by its key."""
    found = (load(path.read_bytes()) for path in sorted(FOLDER.glob("*.json")))
    return {document.key: document for document in found}


def places_in_use(session: Session) -> tuple[PlaceEntry, ...]:
    """The wards and parishes of today's map, as publishing freezes them into a document."""
    site = pages.site(session, pages.SOURCE)
    return place_entries(session, site.facts.area_set) if site is not None else ()

"""Where a fault is: from a path ("parts[0].pages[3].questions[0].text") to the things it names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from surveys.questionnaire.model import Questionnaire
from surveys.questionnaire.tabulation import LISTS, listed_key

_STEP = re.compile(r"([a-z_]+)(?:\[(\d+)\])?")


@dataclass(frozen=True)
class Spot:
    """The nearest thing an officer can open. Empty names: the fault is not inside such a thing."""

    part: str = ""
    page: str = ""
    question: str = ""
    option: str = ""
    row: str = ""
    holder: str = ""
    """Else the list it stands in: sections, stops, dimensions, nets, breakdowns, places, translations."""
    listed: str = ""
    """In a list of dimensions, nets or breakdowns: what the thing is called there."""
    field: str = ""
    """The last name of the path."""


_NAMES = {
    "parts": "part",
    "pages": "page",
    "questions": "question",
    "options": "option",
    "rows": "row",
}


def spot(questionnaire: Questionnaire, place: str) -> Spot:
    """The spot of this path; a path that leads nowhere gives what can be told."""
    found: dict[str, str] = {}
    here: Any = questionnaire
    for name, index in _STEP.findall(place):
        found["field"] = name
        inner = getattr(here, name, None)
        if index and isinstance(inner, (list, tuple)) and int(index) < len(inner):
            inner = inner[int(index)]
            if name in _NAMES:
                found[_NAMES[name]] = str(getattr(inner, "id", None) or getattr(inner, "key", ""))
            else:
                found.setdefault("holder", name)
                if here is questionnaire and name in LISTS:
                    found["listed"] = listed_key(name, inner.model_dump())
        elif here is questionnaire and name not in _NAMES:
            found.setdefault("holder", name)
        here = inner
    return Spot(**found)

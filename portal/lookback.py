"""A page shown as it stood at one moment of the past: what time it is there, and where its links lead.

The session it reads looks back too (:func:`surveys.db.look_back`); this is the part of the request.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from flask import Flask, current_app, g, has_request_context


@dataclass(frozen=True)
class Then:
    """One look back at one page."""

    moment: dt.datetime
    blueprint: str
    """Whose page it is."""
    url_for: Callable[..., str]
    """Takes the place of the templates' own: leads to the pages of that moment, where there are any."""
    title: str
    said: tuple[str, ...]
    """What stands above the page, in the language of the office."""
    back: str
    way_back: str
    walk: str = ""
    """Where its form leads in place of being sent."""


def look_at(then: Then) -> None:
    """From now on this request shows that moment."""
    g.then = then


def look_away() -> None:
    g.pop("then", None)


def then() -> Then | None:
    """The look back this request is; None for a page of now."""
    found: Then | None = g.get("then") if has_request_context() else None
    return found


def now() -> dt.datetime:
    """The moment the page is about."""
    looked = then()
    return looked.moment if looked else cast(dt.datetime, current_app.extensions["portal.clock"]())


def _shared() -> dict[str, Any]:
    """What its templates see besides: its own links, and what its own blueprint gives."""
    looked = then()
    if looked is None:
        return {}
    context: dict[str, Any] = {}
    for processor in current_app.template_context_processors.get(looked.blueprint, ()):
        context |= cast(dict[str, Any], processor())
    return {**context, "url_for": looked.url_for, "then": looked}


def init_app(app: Flask) -> None:
    app.context_processor(_shared)

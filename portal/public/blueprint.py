"""The public blueprint and what its templates share. Nothing here opens the session or writes."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort
from markupsafe import Markup

from portal.database import read_session
from portal.findings_words import answered_words
from portal.i18n import SOURCE_LOCALE, direction, html_lang, locale_code
from portal.lookback import now
from portal.partnership import pages
from portal.rendering import LONDON, markdown, spoken

bp = Blueprint("public", __name__)


def entries(kind: str) -> tuple[pages.Entry, ...]:
    """Everything of this kind that is on the site, in this request's language."""
    return pages.current(read_session(), kind, locale_code())


def entry(kind: str, key: str) -> pages.Entry:
    """One thing of the site; the 404 page when there is none."""
    found = pages.one(read_session(), kind, key, locale_code())
    if found is None:
        abort(404)
    return found


def words(item: pages.Entry, field: str) -> Markup:
    """One text of an entry, marked with its language where that is not the page's."""
    text = getattr(item.texts, field)
    return spoken(text, SOURCE_LOCALE if item.lang(field) else locale_code()) if text else Markup()


def prose(item: pages.Entry, field: str, *, top: int = 3) -> Markup:
    """One Markdown text of an entry as HTML, marked with its language where that is not the page's."""
    html = markdown(getattr(item.texts, field), top=top)
    if not html or not item.lang(field):
        return html
    return Markup('<div lang="{}" dir="{}">{}</div>').format(
        html_lang(SOURCE_LOCALE), direction(SOURCE_LOCALE), html
    )


def spoken_label(label: Any) -> Markup:
    """A :class:`portal.reading.Label`, marked with its language where that is not the page's."""
    return spoken(label.text, SOURCE_LOCALE if label.lang else locale_code())


def notice(key: str) -> pages.Entry | None:
    """A short notice of the partnership, while it is in force; None when there is no such notice."""
    found = pages.one(read_session(), "notice", key, locale_code())
    if found is None:
        return None
    today = now().astimezone(LONDON).date()
    in_force = (found.facts.since or today) <= today <= (found.facts.until or today)
    return found if in_force else None


@bp.app_context_processor
def _shared() -> dict[str, Any]:
    return {
        "words": words,
        "prose": prose,
        "spoken_label": spoken_label,
        "answered_words": answered_words,
        "notice": notice,
    }


def helpline(line: pages.Entry) -> dict[str, Any]:
    """One helpline as the help components take it."""
    return {"name": words(line, "name"), "number": line.facts.phone or "", "text": words(line, "lead")}

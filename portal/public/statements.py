"""Help, and what a public body must say about itself: access, privacy, cookies, languages, contact."""

from __future__ import annotations

from collections import defaultdict

from flask import current_app, render_template
from flask.typing import ResponseReturnValue

from portal.i18n import locale_code
from portal.lookback import now
from portal.partnership.pages import Entry
from portal.public.blueprint import bp, entries, entry
from portal.rendering import site

HELP_GROUPS = ("emergency", "report", "support", "advice")


@bp.get("/help")
def help() -> ResponseReturnValue:
    groups: dict[str, list[Entry]] = defaultdict(list)
    for line in site().helplines:
        groups[line.facts.group].append(line)
    return render_template(
        "public/help.html",
        page=entry("page", "help"),
        groups=[(name, groups[name]) for name in HELP_GROUPS if groups[name]],
        areas=[area for area in entries("area") if area.facts.sort == "topic"],
    )


@bp.get("/accessibility")
def accessibility() -> ResponseReturnValue:
    sections = entries("accessibility")
    dates = next((item.facts for item in sections if item.facts.prepared or item.facts.reviewed), None)
    return render_template(
        "public/accessibility.html",
        sections=sections,
        dates=dates,
        compliance=next((item.facts.compliance for item in sections if item.facts.compliance), None),
        contact=_contact("accessibility"),
        today=now().date(),
    )


@bp.get("/privacy")
def privacy() -> ResponseReturnValue:
    return render_template(
        "public/privacy.html", sections=entries("privacy"), complaints=_contact("data-complaints")
    )


@bp.get("/privacy/young-people")
def privacy_young() -> ResponseReturnValue:
    return render_template(
        "public/page.html", page=entry("page", "privacy-young-people"), up="public.privacy"
    )


@bp.get("/cookies")
def cookies() -> ResponseReturnValue:
    return render_template("public/page.html", page=entry("page", "cookies"), up="public.home")


@bp.get("/languages")
def languages() -> ResponseReturnValue:
    return render_template(
        "public/languages.html",
        page=entry("page", "languages"),
        spoken_here=entries("language"),
        available=[code.replace("_", "-").split("-")[0] for code in current_app.extensions["portal.locales"]],
        here=locale_code(),
    )


@bp.get("/contact")
def contact() -> ResponseReturnValue:
    facts = site().facts
    return render_template(
        "public/contact.html", page=entry("page", "contact"), contacts=facts.contacts if facts else {}
    )


def _contact(purpose: str) -> object:
    facts = site().facts
    return facts.contacts.get(purpose) if facts is not None else None  # type: ignore[call-overload]

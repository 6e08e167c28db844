"""What every template may use: the site's own facts, languages, dates and numbers, Markdown, hashed files."""

from __future__ import annotations

import datetime as dt
import hashlib
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

import nh3
from babel.dates import format_date, format_time
from babel.numbers import format_decimal, format_percent
from flask import Flask, current_app, g, has_request_context, request
from markdown_it import MarkdownIt
from markupsafe import Markup, escape
from sqlalchemy.exc import DatabaseError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from portal.config import Settings, site_root
from portal.database import read_session
from portal.i18n import (
    SOURCE_LOCALE,
    TIME_ZONE,
    direction,
    english_name,
    html_lang,
    locale_code,
    own_name,
    path_in,
)
from portal.partnership import pages, register

SITE_SECONDS = 5.0
"""How long a worker may show the site's own facts before it looks again."""

LONDON = ZoneInfo(TIME_ZONE)
DEFAULT_EXIT = "https://www.bbc.co.uk/weather"
ALLOWED_TAGS = frozenset(
    "p h2 h3 h4 h5 h6 ul ol li a strong em code blockquote hr br table thead tbody tr th td".split()
)
_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")


@dataclass(frozen=True)
class Site:
    """The partnership as every page names it, in one language. Without a loaded pack: the bare defaults."""

    place: str = "Community safety"
    """The district's everyday name."""
    body_name: str = ""
    """What kind of body it is ("Community Safety Partnership")."""
    name: str = "Community safety"
    banner: str = ""
    """What every page of a demonstration says; empty when this is not one."""
    demonstration: bool = False
    exit_url: str = DEFAULT_EXIT
    facts: register.SiteFacts | None = None
    texts: register.SiteTexts | None = None
    helplines: tuple[pages.Entry, ...] = ()
    locale_shown: str = SOURCE_LOCALE
    """Whose words these are: the source language where the asked one has none yet."""

    def helplines_on(self, place: str) -> tuple[pages.Entry, ...]:
        """The support lines shown in one place ("strip", "start", "stop", "comments", "home", "support")."""
        return tuple(line for line in self.helplines if place in line.facts.show_on)


BARE_SITE = Site()


class Language(NamedTuple):
    code: str
    name: str
    url: str
    current: bool


class _Kept(NamedTuple):
    read_at: float
    site: Site


def site() -> Site:
    """The site's facts in this request's language; the last known ones while the database is away."""
    locale = locale_code()
    if has_request_context() and "site" in g and g.site[0] == locale:
        shown: Site = g.site[1]
        return shown
    found = _site(locale)
    if has_request_context():
        g.site = (locale, found)
    return found


def _site(locale: str) -> Site:
    kept: dict[str, _Kept] = current_app.extensions["portal.site"]
    known = kept.get(locale)
    now = time.monotonic()
    if known is not None and not current_app.testing and now - known.read_at < SITE_SECONDS:
        return known.site
    try:
        found = load_site(read_session(), locale)
    except (DatabaseError, InterfaceError, PoolTimeout):
        return known.site if known else BARE_SITE
    kept[locale] = _Kept(now, found)
    return found


def load_site(session: Session, locale: str) -> Site:
    entries = pages.current(session, "site", locale)
    if not entries:
        return BARE_SITE
    entry = entries[0]
    facts, texts = entry.facts, entry.texts
    helplines = tuple(line for line in pages.current(session, "helpline", locale) if line.facts.shown)
    return Site(
        place=texts.place,
        body_name=texts.body_name,
        name=texts.name,
        banner=texts.banner if facts.demonstration else "",
        demonstration=facts.demonstration,
        exit_url=facts.exit_url,
        facts=facts,
        texts=texts,
        helplines=helplines,
        locale_shown=entry.locale_shown,
    )


def languages(only: Collection[str] = ()) -> list[Language]:
    """Every language of the interface (or those of ``only``) with the address of this same page in it."""
    here = locale_code()
    path = quote(request.path)
    previewed = "preview" in g
    if request.routing_exception is not None or (request.method == "POST" and not _readable()):
        path = "/"
    return [
        Language(
            code,
            own_name(code),
            f"{path}?{urlencode({**request.args, 'in': code})}" if previewed else path_in(code, path),
            code == here,
        )
        for code in current_app.extensions["portal.locales"]
        if not only or code in only or code == here
    ]


def _readable() -> bool:
    """Whether the page of this POST can also be opened by following a link."""
    rule = request.url_rule
    return rule is not None and "GET" in (rule.methods or ())


# Files ----------------------------------------------------------------------------------------------------


def file_hash(name: str) -> str:
    """The first eight digits of the content's hash; empty for a file that is not there."""
    hashes: dict[str, str] = current_app.extensions["portal.files"]
    if name not in hashes or current_app.debug:
        path = site_root() / "static" / name
        hashes[name] = hashlib.sha256(path.read_bytes()).hexdigest()[:8] if path.is_file() else ""
    return hashes[name]


def static_url(name: str) -> str:
    """The address of a file of ours; it changes with the content, so it can be kept for ever."""
    version = file_hash(name)
    return path_in(SOURCE_LOCALE, f"/static/{name}") + (f"?v={version}" if version else "")


# Words ----------------------------------------------------------------------------------------------------


def day(value: dt.date, *, weekday: bool = False, locale: str | None = None) -> str:
    """``29 November 2026`` or ``Sunday 29 November 2026``; a moment is taken in London."""
    if isinstance(value, dt.datetime):
        value = value.astimezone(LONDON)
    return format_date(value, "EEEE d MMMM y" if weekday else "d MMMM y", locale=locale or locale_code())


def clock(value: dt.datetime, *, locale: str | None = None) -> str:
    """``11:59pm``; in other languages as they write it."""
    here = locale or locale_code()
    local = value.astimezone(LONDON)
    if here == SOURCE_LOCALE:
        return f"{local.hour % 12 or 12}:{local.minute:02}{'am' if local.hour < 12 else 'pm'}"
    return format_time(local, "short", locale=here)


def moment(value: dt.datetime, *, weekday: bool = True, locale: str | None = None) -> str:
    """``Sunday 29 November 2026, 11:59pm``."""
    return f"{day(value, weekday=weekday, locale=locale)}, {clock(value, locale=locale)}"


def number(value: float) -> str:
    return format_decimal(value, locale=locale_code())


def percent(value: float) -> str:
    """A whole percentage: ``53`` is ``53%``."""
    return format_percent(value / 100, "#,##0%", locale=locale_code())


def markdown(text: str | None, *, top: int = 2) -> Markup:
    """Officer-typed Markdown as safe HTML; its highest heading becomes ``h<top>``."""
    if not text:
        return Markup()
    tokens = _markdown.parse(text)
    headings = [token for token in tokens if token.type in ("heading_open", "heading_close")]
    lower = top - min((int(token.tag[1]) for token in headings), default=top)
    for token in headings:
        token.tag = f"h{min(6, int(token.tag[1]) + lower)}"
    html = _markdown.renderer.render(tokens, _markdown.options, {})
    cleaned = nh3.clean(
        html,
        tags=set(ALLOWED_TAGS),
        attributes={"a": {"href"}},
        url_schemes={"https", "http", "mailto", "tel"},
        link_rel=None,
    )
    return Markup(cleaned)  # noqa: S704 - nh3 has just cleaned it


def say(texts: Mapping[str, str] | None, *, source: str = SOURCE_LOCALE) -> Markup:
    """The text in this language, else in the source language, marked as such with lang and dir."""
    if not texts:
        return Markup()
    here = locale_code()
    if texts.get(here):
        return escape(texts[here])
    words = texts.get(source, "")
    return spoken(words, source) if words and here != source else escape(words)


def absolute(path: str) -> str:
    """An address of this site as other sites and papers need it: with the public name in front."""
    settings: Settings = current_app.extensions["portal.settings"]
    return f"{settings.public_url.rstrip('/')}{path}"


def spoken(words: str, locale: str) -> Markup:
    """Words in a language of their own: wrapped with lang and dir unless it is the page's language."""
    if locale == locale_code():
        return escape(words)
    return Markup('<span lang="{}" dir="{}">{}</span>').format(html_lang(locale), direction(locale), words)


def init_app(app: Flask) -> None:
    app.extensions["portal.site"] = {}
    app.extensions["portal.files"] = {}
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.globals.update(
        static_url=static_url, languages=languages, say=say, spoken=spoken, absolute=absolute
    )
    for words in (
        day,
        clock,
        moment,
        number,
        percent,
        markdown,
        html_lang,
        direction,
        own_name,
        english_name,
    ):
        app.jinja_env.globals[words.__name__] = words
        app.jinja_env.filters[words.__name__] = words
    app.context_processor(_request_globals)
    app.extensions["portal.shared"] = _request_globals


def _request_globals() -> dict[str, Any]:
    here = locale_code()
    return {
        "site": site(),
        "locale": here,
        "lang": html_lang(here),
        "dir": direction(here),
        "back_to_editing": g.get("preview") if has_request_context() else None,
        "colours_then": g.get("colours") if has_request_context() else None,
    }

"""Languages of the interface: which exist, which one an address asks for, and whether they are compiled."""

from __future__ import annotations

import gettext
import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from babel import Locale
from flask import Flask, has_request_context, request
from flask_babel import Babel, get_locale

from portal.config import SettingsError, site_root

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SOURCE_LOCALE = "en_GB"
TIME_ZONE = "Europe/London"


def translations_dir() -> Path:
    return site_root() / "translations"


def other_locales(folder: Path | None = None) -> tuple[str, ...]:
    """The translated languages, in a steady order; the source language needs no catalogue."""
    found = (folder or translations_dir()).glob("*/LC_MESSAGES/messages.po")
    return tuple(sorted(path.parts[-3] for path in found))


class LocalePrefix:
    """Moves a known language from the front of the path into SCRIPT_NAME, so that addresses keep it."""

    def __init__(self, app: WSGIApplication, locales: Iterable[str]) -> None:
        self.app = app
        self.locales = frozenset(locales)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path: str = environ.get("PATH_INFO", "")
        first, slash, rest = path[1:].partition("/")
        if first in self.locales:
            environ["portal.locale"] = first
            environ["portal.bare_script_name"] = environ.get("SCRIPT_NAME", "")
            environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + "/" + first
            environ["PATH_INFO"] = slash + rest or "/"
        return self.app(environ, start_response)


def locale_code() -> str:
    """The language being spoken: of the request, or the one forced for a while, else the source language."""
    return str(get_locale() or SOURCE_LOCALE)


OFFICE = "/office"
"""Addresses below this are officers' pages: always in the source language."""


def _asked_for() -> str:
    if not has_request_context() or f"{request.path}/".startswith(f"{OFFICE}/"):
        return SOURCE_LOCALE
    return str(request.environ.get("portal.locale", SOURCE_LOCALE))


def bare_script_name() -> str:
    """The mount point of the site without the language."""
    environ: dict[str, Any] = request.environ
    return str(environ.get("portal.bare_script_name", environ.get("SCRIPT_NAME", "")))


def path_in(locale: str, path: str) -> str:
    """The same page in another language."""
    prefix = "" if locale == SOURCE_LOCALE else f"/{locale}"
    return f"{bare_script_name()}{prefix}{path}"


@cache
def own_name(locale: str) -> str:
    """What speakers of a language call it."""
    parsed = Locale.parse(locale)
    name = parsed.get_language_name(parsed.language) or parsed.language
    return name[:1].upper() + name[1:]


def english_name(locale: str) -> str:
    """What the office, which is in English only, calls a language."""
    return Locale.parse(locale).get_language_name("en") or locale


def html_lang(locale: str) -> str:
    return locale.replace("_", "-")


@cache
def direction(locale: str) -> str:
    """``ltr`` or ``rtl``."""
    return str(Locale.parse(locale).text_direction)


def catalogue_hash(po: Path) -> str:
    return hashlib.sha256(po.read_bytes()).hexdigest()[:16]


def check_compiled(folder: Path | None = None) -> None:
    """Raises SettingsError, one line per language whose catalogue was not compiled since it changed."""
    faults = []
    for locale in other_locales(folder):
        po = (folder or translations_dir()) / locale / "LC_MESSAGES" / "messages.po"
        mo = po.with_suffix(".mo")
        if not mo.is_file():
            faults.append(f"Language {locale} is not compiled: run portal translations compile.")
            continue
        with mo.open("rb") as file:
            version = gettext.GNUTranslations(file).info().get("project-id-version", "")
        if not version.endswith(catalogue_hash(po)):
            faults.append(
                f"Language {locale} changed since it was compiled: run portal translations compile."
            )
    if faults:
        raise SettingsError(*faults)


def init_app(app: Flask) -> None:
    locales = other_locales()
    app.extensions["portal.locales"] = (SOURCE_LOCALE, *locales)
    app.wsgi_app = LocalePrefix(app.wsgi_app, locales)  # type: ignore[method-assign]
    Babel(
        app,
        default_locale=SOURCE_LOCALE,
        default_timezone=TIME_ZONE,
        default_translation_directories=str(translations_dir()),
        locale_selector=_asked_for,
        timezone_selector=lambda: TIME_ZONE,
    )

"""Interface words: gathered from the code, kept per language, compiled with a mark of their source."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from portal.config import site_root
from portal.i18n import catalogue_hash, other_locales, translations_dir

PYTHON_FOLDER = Path(__file__).parent
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "npgettext": ((1, "c"), 2, 3),
    "pgettext": ((1, "c"), 2),
}
OFFICE = ("office/**", "office_words/**", "forms/office/**", "**/office.html")
"""Folders and files whose words only officers read: they work in the partnership's own language."""
PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]")
HEADER = "# Words of the interface. Sentences a person reads come first, codes never appear here.\n"


@dataclass(frozen=True)
class Problem:
    """A catalogue that may not be used: ``place`` names the language and the sentence."""

    place: str
    problem: str

    def __str__(self) -> str:
        return f"{self.place}: {self.problem}"


def extract() -> Catalog:
    """Every sentence marked for translation in the portal and its templates, sorted; without the office's."""
    catalogue = Catalog(project="portal", version="0", header_comment=HEADER.strip(), fuzzy=False)
    for folder, method in (
        (PYTHON_FOLDER, "python"),
        (site_root() / "templates", "jinja2.ext:babel_extract"),
    ):
        found = extract_from_dir(
            str(folder),
            method_map=[
                *((place, "ignore") for place in OFFICE),
                ("**.py" if method == "python" else "**.html", method),
            ],
            options_map={"**.html": {"trimmed": "true", "silent": "false"}},
            keywords=KEYWORDS,
            comment_tags=("translators:",),
            strip_comment_tags=True,
        )
        for _file, _line, message, comments, context in found:
            catalogue.add(message, None, auto_comments=comments, context=context)
    return catalogue


def as_text(catalogue: Catalog) -> str:
    """The catalogue as a file that only changes when a sentence does: no dates, no places, sorted.

    The comment at its head is kept: a language's own says who has checked its words.
    """
    written = io.BytesIO()
    write_po(written, catalogue, no_location=True, sort_output=True, width=100, omit_header=True)
    locale = f'"Language: {catalogue.locale}\\n"\n' if catalogue.locale else ""
    plural = f'"Plural-Forms: {catalogue.plural_forms}\\n"\n' if catalogue.locale else ""
    return (
        f'{catalogue.header_comment.strip()}\nmsgid ""\nmsgstr ""\n"Project-Id-Version: portal\\n"\n'
        f"{locale}{plural}"
        '"MIME-Version: 1.0\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Content-Transfer-Encoding: 8bit\\n"\n\n{written.getvalue().decode()}'
    )


def template_path() -> Path:
    return translations_dir() / "messages.pot"


def po_path(locale: str) -> Path:
    return translations_dir() / locale / "LC_MESSAGES" / "messages.po"


def read(locale: str) -> Catalog:
    with po_path(locale).open("rb") as file:
        return read_po(file, locale=locale, charset="utf-8")


def update(locale: str, template: Catalog) -> Catalog:
    """The language's catalogue with exactly the template's sentences; words it already has are kept."""
    path = po_path(locale)
    new = Catalog(locale=locale, charset="utf-8", header_comment=HEADER.strip())
    catalogue = read(locale) if path.exists() else new
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(as_text(catalogue), encoding="utf-8")
    return catalogue


def compile_locale(locale: str) -> Path:
    """The language's .mo, marked with the hash of the .po it was made from (see ``i18n.check_compiled``)."""
    catalogue = read(locale)
    catalogue.project, catalogue.version = "portal", catalogue_hash(po_path(locale))
    made = io.BytesIO()
    write_mo(made, catalogue)
    path = po_path(locale).with_suffix(".mo")
    draft = path.with_suffix(".mo.new")
    draft.write_bytes(made.getvalue())
    draft.replace(path)
    return path


def problems(template: Catalog | None = None) -> Iterator[Problem]:
    """What stops a release: stale files, sentences without words, placeholders that differ, fuzzy guesses."""
    current = template or extract()
    if not template_path().exists() or template_path().read_text(encoding="utf-8") != as_text(current):
        yield Problem("messages.pot", "is not what the code says: run portal translations extract")
    wanted = {_key(message) for message in current if message.id}
    for locale in other_locales():
        catalogue = read(locale)
        there = {_key(message) for message in catalogue if message.id}
        if there != wanted:
            yield Problem(locale, "does not hold the template's sentences: run portal translations update")
        for message in catalogue:
            if message.id:
                yield from (Problem(f"{locale}: {_first(message)}", fault) for fault in _faults(message))


def _key(message: Message) -> tuple[object, object]:
    return message.context, message.id


def _first(message: Message) -> str:
    return message.id if isinstance(message.id, str) else str(message.id[0])


def _faults(message: Message) -> Iterator[str]:
    asked = message.id if isinstance(message.id, tuple | list) else [message.id]
    given = message.string if isinstance(message.string, tuple | list) else [message.string]
    if message.fuzzy:
        yield "is only a guess (fuzzy)"
    if not all(given):
        yield "has no words yet"
        return
    names = [set(PLACEHOLDER.findall(words)) for words in asked]
    for words in given:
        if set(PLACEHOLDER.findall(str(words))) not in names:
            yield f"has other placeholders: {words}"

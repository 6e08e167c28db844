"""Words in other languages: complete, current, in the right punctuation, and kind to every reader."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog

from portal import catalogues
from portal.config import site_root
from portal.i18n import other_locales

PACK = site_root() / "portal" / "packs" / "east_cambridgeshire"
ENDINGS = (".", "?", "!", ":", "…")
SAME_IN_POLISH = {"Telefon:", "E-mail:", "%(row)s: %(answer)s"}
POLISH_GENDER = re.compile(r"\w+(?<!ó)ł(?:em|eś|byś|bym|am|aś|abyś|abym)\b|\bPan(?:i|a|u|em|ią)?\b")
"""Forms that only a man, or only a woman, would read as meant for them."""


def pairs(catalogue: Catalog) -> Iterator[tuple[str, str]]:
    """Every English sentence with each of its translations."""
    for message in catalogue:
        if not message.id:
            continue
        source = message.id if isinstance(message.id, str) else message.id[-1]
        given = [message.string] if isinstance(message.string, str) else list(message.string or ())
        for words in given:
            yield source, words


def texts_of(value: Any, language: str) -> Iterator[str]:
    """The strings found anywhere below a key that names the language."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _strings(inner) if key == language else texts_of(inner, language)
    elif isinstance(value, list):
        for inner in value:
            yield from texts_of(inner, language)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)


def polish_texts() -> dict[str, str]:
    """Everything a Polish reader of the demonstration can meet, by the place it comes from."""
    found = {f"catalogue: {source}": words for source, words in pairs(catalogues.read("pl"))}
    for path in sorted(PACK.rglob("*.pl.md")):
        found[path.name] = path.read_text(encoding="utf-8")
    for path in sorted([*PACK.rglob("*.toml"), *PACK.rglob("*.json")]):
        if path.name == "demonstration.toml":  # made-up comments of made-up people
            continue
        written = path.read_text(encoding="utf-8")
        value = json.loads(written) if path.suffix == ".json" else tomllib.loads(written)
        for number, words in enumerate(texts_of(value, "pl")):
            found[f"{path.name} {number}"] = words
    return found


def test_every_sentence_is_translated_with_its_placeholders() -> None:
    assert [str(problem) for problem in catalogues.problems()] == []


@pytest.mark.parametrize("locale", other_locales())
def test_a_translation_ends_as_its_source_does(locale: str) -> None:
    odd = [
        (source, words)
        for source, words in pairs(catalogues.read(locale))
        if (source.endswith(ENDINGS) or words.endswith(ENDINGS)) and source[-1] != words[-1]
    ]
    assert odd == []


def test_nothing_was_left_in_english() -> None:
    same = {source for source, words in pairs(catalogues.read("pl")) if source == words}
    assert same - SAME_IN_POLISH == set()


def test_polish_quotation_marks_are_polish() -> None:
    foreign = {
        place: words
        for place, words in polish_texts().items()
        if "“" in words or '"' in words or words.count("„") != words.count("”")
    }
    assert foreign == {}


def test_polish_speaks_to_women_and_men_alike() -> None:
    gendered = {
        place: found.group()
        for place, words in polish_texts().items()
        for found in POLISH_GENDER.finditer(words)
    }
    assert gendered == {}


def test_polish_says_that_nobody_has_checked_it() -> None:
    written = (PACK / "pack.toml").read_text(encoding="utf-8")
    states = {language["code"]: language["translation"] for language in tomllib.loads(written)["language"]}
    head = catalogues.po_path("pl").read_text(encoding="utf-8").partition('msgid ""')[0]
    survey = json.loads((PACK / "questionnaires" / "residents.json").read_text(encoding="utf-8"))
    assert states["pl"] == "unchecked"
    assert survey["translations"]["pl"] == {"state": "unchecked"}
    assert "Translation state: unchecked." in head


def test_the_head_of_a_catalogue_survives_an_update(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = catalogues.po_path("pl").read_text(encoding="utf-8")
    copy = tmp_path / "pl" / "LC_MESSAGES" / "messages.po"
    copy.parent.mkdir(parents=True)
    copy.write_text(kept, encoding="utf-8")
    monkeypatch.setattr(catalogues, "translations_dir", lambda: tmp_path)
    catalogues.update("pl", catalogues.extract())
    assert copy.read_text(encoding="utf-8") == kept

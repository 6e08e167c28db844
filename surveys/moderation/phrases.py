"""Phrase lists, one a language, that send a comment to the front of the queue. They flag and never decide.

A list is data, ``phrase_lists/<language>.json``: phrases by category of risk, and a state that says who
checked it. It sorts what people read first; everything is read, and a comment without a flag is not thereby
safe.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from surveys.moderation.policy import CATEGORIES
from surveys.moderation.seeing import seen

LISTS = Path(__file__).parent / "phrase_lists"
WORD = re.compile(r"\w+(?:'\w+)*")
STEM = 3
"""How many letters a phrase that ends in a star has before it, at least."""


@dataclass(frozen=True)
class PhraseList:
    """The phrases of one language, ready to look with."""

    language: str
    version: int
    checked_by: str | None
    checked_on: dt.date | None
    size: int
    _whole: Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]
    """First word to the phrases (all their words) that begin with it, and their category."""
    _stems: Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]
    """First letters to the phrases whose first word may end in any way."""

    @property
    def checked(self) -> bool:
        return self.checked_by is not None

    @property
    def name(self) -> str:
        return f"{self.language}-{self.version}"

    def found_in(self, text: str) -> frozenset[str]:
        """The categories of every phrase in the text; letter case, spaces and hidden characters apart."""
        words = WORD.findall(seen(text).casefold().replace("’", "'"))
        found: set[str] = set()
        for at, word in enumerate(words):
            for phrase, category in (*self._whole.get(word, ()), *self._stems.get(word[:STEM], ())):
                if category not in found and _begins(words, at, phrase):
                    found.add(category)
        return frozenset(found)


@cache
def lists() -> Mapping[str, PhraseList]:
    """Every list there is, by language ("en")."""
    return {each.language: each for each in map(_read, sorted(LISTS.glob("*.json")))}


def list_for(locale: str) -> PhraseList | None:
    """The list of a locale's language; None when nobody wrote one."""
    return lists().get(locale.partition("_")[0])


def flags(text: str) -> tuple[str, ...]:
    """Categories found by any list, in the order of ``CATEGORIES``: people do not keep to one language."""
    found = frozenset[str]().union(*(each.found_in(text) for each in lists().values()))
    return tuple(category for category in CATEGORIES if category in found)


def _begins(words: list[str], at: int, phrase: tuple[str, ...]) -> bool:
    if at + len(phrase) > len(words):
        return False
    return all(
        word.startswith(part[:-1]) if part.endswith("*") else word == part
        for part, word in zip(phrase, words[at : at + len(phrase)], strict=True)
    )


def _read(path: Path) -> PhraseList:
    """Raises ValueError for an unknown category or a star after fewer than ``STEM`` letters."""
    stored = json.loads(path.read_text(encoding="utf-8"))
    whole: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    stems: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    size = 0
    for category, phrases in stored["phrases"].items():
        if category not in CATEGORIES:
            raise ValueError(f"{path.name}: {category}")
        for phrase in phrases:
            words = tuple(re.findall(r"\w+(?:'\w+)*\*?", phrase.casefold()))
            first = words[0]
            if first.endswith("*") and len(first) <= STEM:
                raise ValueError(f"{path.name}: {phrase}")
            place, key = (stems, first[:STEM]) if first.endswith("*") else (whole, first)
            place.setdefault(key, []).append((words, category))
            size += 1
    on = stored["checked_on"]
    return PhraseList(
        language=stored["language"],
        version=stored["version"],
        checked_by=stored["checked_by"] if stored["state"] == "checked" else None,
        checked_on=dt.date.fromisoformat(on) if on else None,
        size=size,
        _whole={key: tuple(found) for key, found in whole.items()},
        _stems={key: tuple(found) for key, found in stems.items()},
    )

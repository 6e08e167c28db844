"""Edits of what holds a questionnaire's pages together: its settings, languages, sections and parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from surveys.errors import SurveysError
from surveys.questionnaire.editing import Json, _named, _set, closed, opened
from surveys.questionnaire.model import Questionnaire

HOLDERS = ("sections", "parts", "stops")


def blank(key: str, kind: str, locales: Sequence[str], title: str) -> Questionnaire:
    """A questionnaire with one empty page, to begin from nothing."""
    source = locales[0]
    return closed(
        {
            "key": key,
            "kind": kind,
            "locales": list(locales),
            "translations": {
                locale: {"state": "source" if locale == source else "unchecked"} for locale in locales
            },
            "title": {source: title},
            "purpose": {},
            "minutes": 5,
            "sections": [{"id": "main", "title": {source: "Questions"}}],
            "parts": [
                {
                    "id": "main",
                    "title": {source: "Questions"},
                    "pages": [{"id": "1", "section": "main", "questions": []}],
                }
            ],
        }
    )


def set_document(questionnaire: Questionnaire, fields: Mapping[str, Any]) -> Questionnaire:
    """The document's own texts and settings."""
    document = opened(questionnaire)
    _set(document, fields)
    return closed(document)


def add_language(questionnaire: Questionnaire, locale: str) -> Questionnaire:
    """One language more, with everything still to be translated."""
    document = opened(questionnaire)
    if locale in document["locales"]:
        raise SurveysError("edit.taken", field="locale", id=locale)
    document["locales"].append(locale)
    document["translations"][locale] = {"state": "unchecked"}
    return closed(document)


def drop_language(questionnaire: Questionnaire, locale: str) -> Questionnaire:
    """The questionnaire without this language and all its texts; the source language stays."""
    document = opened(questionnaire)
    if locale not in document["locales"]:
        raise SurveysError("edit.gone", what=f"language:{locale}")
    if locale == document["locales"][0]:
        raise SurveysError("edit.source_language", locale=locale)
    document["locales"].remove(locale)
    document["translations"].pop(locale, None)
    _without(document, locale)
    document["translations"] = {name: document["translations"][name] for name in document["locales"]}
    return closed(document)


def _without(value: Any, locale: str) -> None:
    """Takes the locale out of every mapping of texts below."""
    if isinstance(value, dict):
        if isinstance(value.get(locale), str):
            del value[locale]
        for inner in value.values():
            _without(inner, locale)
    elif isinstance(value, list):
        for inner in value:
            _without(inner, locale)


def add_holder(questionnaire: Questionnaire, holder: str, thing: Json) -> Questionnaire:
    """A section, part or stop page after the others."""
    document = opened(questionnaire)
    things = document.setdefault(holder, [])
    if any(known["id"] == thing["id"] for known in things):
        raise SurveysError("edit.taken", field="id", id=thing["id"])
    things.append({"pages": [], **thing} if holder == "parts" else thing)
    return closed(document)


def set_holder(
    questionnaire: Questionnaire, holder: str, id: str, fields: Mapping[str, Any]
) -> Questionnaire:
    document = opened(questionnaire)
    things = document.get(holder, [])
    thing = things[_named(things, "id", id, holder[:-1])]
    title = thing.get("title", {})
    _set(thing, fields)
    thing.setdefault("title", {} if "title" in fields else title)
    if holder == "stops":
        thing.setdefault("body", {})
    return closed(document)


def move_holder(questionnaire: Questionnaire, holder: str, id: str, steps: int) -> Questionnaire:
    document = opened(questionnaire)
    things = document.get(holder, [])
    here = _named(things, "id", id, holder[:-1])
    thing = things.pop(here)
    things.insert(max(0, min(here + steps, len(things))), thing)
    return closed(document)


def delete_holder(questionnaire: Questionnaire, holder: str, id: str) -> Questionnaire:
    """Without this section, part or stop page. A part with pages stays: ``edit.not_empty``."""
    document = opened(questionnaire)
    things = document.get(holder, [])
    here = _named(things, "id", id, holder[:-1])
    if things[here].get("pages"):
        raise SurveysError("edit.not_empty", id=id)
    del things[here]
    return closed(document)


def unfrozen(questionnaire: Questionnaire) -> Questionnaire:
    """A published document as the start of another survey: without frozen places and map categories.

    Publishing freezes the places of the day into it again.
    """
    document = opened(questionnaire)
    document["places"] = []
    for dimension in document.get("dimensions", ()):
        if dimension.get("map"):
            dimension["categories"] = []
    return closed(document)

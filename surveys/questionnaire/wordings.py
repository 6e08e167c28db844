"""Every text of a questionnaire under a steady name, for translating side by side.

A name says what the text belongs to ("question:safe-day.option.very-safe.text"), not where it stands, so it
keeps its translation and its state when things move.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from surveys.errors import SurveysError
from surveys.questionnaire.editing import Json, closed, opened
from surveys.questionnaire.model import Questionnaire

State = Literal["missing", "draft", "checked", "stale"]
"""``stale``: the source text changed since this was translated. ``checked``: a named speaker read it."""

_FIELDS = {
    "section": ("title",),
    "part": ("title", "offer"),
    "page": ("title", "body"),
    "question": ("text", "hint", "short", "unit"),
    "option": ("text", "hint"),
    "row": ("text",),
    "bin": ("text",),
    "stop": ("title", "body"),
    "dimension": ("text",),
    "category": ("text",),
    "net": ("text",),
}


@dataclass(frozen=True)
class Wording:
    """One text with all its languages. ``question``: the question it belongs to, if any."""

    name: str
    texts: Mapping[str, str]
    question: str = ""
    page: str = ""


def wordings(questionnaire: Questionnaire) -> tuple[Wording, ...]:
    """Every text that is translated, in document order. Ward names are names and stay as they are."""
    found = []
    for name, holder, field, question, page in _slots(opened(questionnaire)):
        texts = holder.get(field)
        if texts:
            found.append(Wording(name, texts, question, page))
    return tuple(found)


def pairs(questionnaire: Questionnaire, locale: str) -> dict[str, tuple[str, str]]:
    """Every text by name: as it was written, and in this language."""
    source = questionnaire.source_locale
    return {
        one.name: (one.texts.get(source, ""), one.texts.get(locale, "")) for one in wordings(questionnaire)
    }


def set_wordings(questionnaire: Questionnaire, locale: str, texts: Mapping[str, str]) -> Questionnaire:
    """The document with these texts, by name, in this language; an empty one takes the translation away.

    Raises ``edit.gone`` for a name the document does not have and ``edit.language`` for one it is not in.
    """
    if locale not in questionnaire.locales:
        raise SurveysError("edit.language", locale=locale)
    document = opened(questionnaire)
    slots = {name: (holder, field) for name, holder, field, _, _ in _slots(document)}
    for name, text in texts.items():
        if name not in slots or not slots[name][0].get(slots[name][1]):
            raise SurveysError("edit.gone", what=name)
        holder, field = slots[name]
        if text:
            holder[field][locale] = text
        else:
            holder[field].pop(locale, None)
    return closed(document)


Slot = tuple[str, Json, str, str, str]


def _slots(document: Json) -> Iterator[Slot]:
    """(name, holder, field, question, page) of every place that can hold a translated text."""
    for field in ("title", "purpose"):
        yield field, document, field, "", ""
    for section in document["sections"]:
        yield from _own("section", section["id"], section)
    for part in document["parts"]:
        yield from _own("part", part["id"], part)
        for page in part["pages"]:
            yield from _own("page", page["id"], page, page=page["id"])
            for question in page["questions"]:
                yield from _of_question(question, page["id"])
    for stop in document.get("stops", ()):
        yield from _own("stop", stop["id"], stop)
    for dimension in document.get("dimensions", ()):
        yield from _own("dimension", dimension["key"], dimension)
        if not dimension.get("map"):
            for category in dimension["categories"]:
                yield from _own("category", category["key"], category, f"dimension:{dimension['key']}.")
    for net in document.get("nets", ()):
        yield from _own("net", f"{net['question']}.{net['key']}", net)


def _own(
    kind: str, id: str, thing: Json, before: str = "", question: str = "", page: str = ""
) -> Iterator[Slot]:
    name = f"{before}{kind}.{id}" if before else f"{kind}:{id}"
    for field in _FIELDS[kind]:
        yield f"{name}.{field}", thing, field, question, page


def _of_question(question: Json, page: str) -> Iterator[Slot]:
    id = question["id"]
    yield from _own("question", id, question, question=id, page=page)
    for kind in ("option", "row", "bin"):
        for thing in question.get(f"{kind}s", ()):
            yield from _own(kind, thing["key"], thing, f"question:{id}.", id, page)
    labels: Any = question.get("labels", {})
    for point in labels:
        yield f"question:{id}.label.{point}", labels, point, id, page


def fingerprint(text: str) -> str:
    """Stands for a text, to see later whether it is still the same."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]

"""The words a release carries: questions, answers, groups and nets in every language, as asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from surveys.questionnaire.model import Questionnaire
from surveys.questionnaire.plan import plan_of
from surveys.results.columns import WROTE
from surveys.results.layout import NOT_GIVEN
from surveys.results.tables import ALL, TEXTS


def wording_of(document: Questionnaire) -> dict[str, Any]:
    """Texts by locale of everything a released table can name. Lists keep the order of the document.

    ``questions``: id to kind, identity, wording, section, text, short, hint, unit, ``answers`` (key, text,
    meaning) and grid ``rows`` (key, text). ``dimensions``: key to text and ``categories``. ``nets``: lists by
    question. Keys "all", "not-given" and "wrote" have no text here: they are interface words.
    """
    section = {q.id: page.section for page in document.pages() for q in page.questions}
    return {
        "title": document.title,
        "purpose": document.purpose,
        "sections": [{"key": s.id, "text": s.title} for s in document.sections],
        "questions": {
            q.id: {
                "kind": q.kind,
                "identity": q.identity,
                "wording": q.wording,
                "section": section[q.id],
                "text": q.text,
                "short": q.short,
                "hint": q.hint,
                "unit": getattr(q, "unit", None),
                "of": getattr(q, "of", None),
                "answers": _answers(document, q),
                "rows": [{"key": row.key, "text": row.text} for row in getattr(q, "rows", ())],
            }
            for q in document.questions
            if q.released
        },
        "dimensions": {
            d.key: {"text": d.text, "categories": [{"key": c.key, "text": c.text} for c in d.categories]}
            for d in document.dimensions
        },
        "nets": [
            {"key": n.key, "question": n.question, "text": n.text, "options": list(n.options)}
            for n in document.nets
        ],
    }


def _answers(document: Questionnaire, question: Any) -> list[dict[str, Any]]:
    options = [
        {"key": key, "text": option.text, "meaning": option.meaning}
        for key, option in plan_of(document).options[question.id].items()
    ]
    source = document.source_locale
    if question.kind == "rating":
        points = range(question.low, question.high + 1)
        named = [{source: str(n)} | _point(n, question.labels.get(n) or {}) for n in points]
        return [
            {"key": str(n), "text": t, "meaning": "answer"} for n, t in zip(points, named, strict=True)
        ] + options
    if question.kind == "number":
        bins = sorted(question.bins, key=lambda b: b.first)
        return [{"key": b.key, "text": b.text, "meaning": "answer"} for b in bins] + options
    if question.kind == "place":
        places = document.places_at(question.level)
        return [{"key": p.key, "text": {source: p.name}, "meaning": "answer"} for p in places] + options
    return options


def _point(number: int, texts: dict[str, str]) -> dict[str, str]:
    return {locale: f"{number}, {text}" for locale, text in texts.items()}


class Words:
    """Looks labels up in a release's wording, in one language; the source language stands in for a gap."""

    def __init__(
        self, wording: dict[str, Any], locale: str, source: str, interface: Mapping[str, str]
    ) -> None:
        self._wording, self._locale, self._source, self._interface = wording, locale, source, interface

    def say(self, texts: dict[str, str] | None) -> str:
        return (texts or {}).get(self._locale) or (texts or {}).get(self._source, "")

    def question(self, id: str, which: str = "short") -> str:
        return self.say(self._wording["questions"].get(id, {}).get(which)) or id

    def answer(self, question: str, key: str, net: str | None = None) -> str:
        if key == WROTE and self._wording["questions"][question]["kind"] in TEXTS:
            return self._interface[WROTE]
        if net is not None:
            return self.net(question, net)
        return self._among(self._wording["questions"][question]["answers"], key)

    def net(self, question: str, key: str) -> str:
        nets = [net for net in self._wording["nets"] if net["question"] == question]
        return self._among(nets, key)

    def dimension(self, key: str) -> str:
        return self.say(self._wording["dimensions"].get(key, {}).get("text")) or key

    def group(self, question: str, by: str | None, key: str) -> str:
        if key in (ALL, NOT_GIVEN):
            return self._interface[key]
        if by is None:
            return self.row(question, key)
        return self._among(self._wording["dimensions"][by]["categories"], key)

    def row(self, question: str, key: str) -> str:
        return self._among(self._wording["questions"][question]["rows"], key)

    def _among(self, entries: list[dict[str, Any]], key: str) -> str:
        return next((self.say(entry["text"]) for entry in entries if entry["key"] == key), "") or key

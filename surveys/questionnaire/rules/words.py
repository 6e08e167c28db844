"""Rules about words: every text in every language, sound characters, and pipes that have something to say."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cache
from typing import Any

from pydantic import BaseModel

from surveys.questionnaire.checking import FORBIDDEN
from surveys.questionnaire.model import Dimension, Texts
from surveys.questionnaire.routing import PIPE
from surveys.questionnaire.rules.report import Placed, Report

PIPED_KINDS = frozenset({"one", "one-of", "several", "ranking", "place", "rating", "number", "short-text"})


def check(report: Report) -> None:
    questionnaire = report.questionnaire
    report.unique(
        ((f"locales[{n}]", name) for n, name in enumerate(questionnaire.locales)), "locale.repeated"
    )
    if not questionnaire.locales:
        report.add("locales.none", "locales")
        return
    _translations(report)
    for place, texts, source_only in _texts(questionnaire, "", False):
        _check_texts(report, place, texts, source_only)
    for at in report.pages:
        for name in ("title", "body"):
            _check_pipes(report, at, f"{at.place}.{name}", getattr(at.page, name))
    for at in report.questions:
        for name in ("text", "hint"):
            _check_pipes(report, at, f"{at.place}.{name}", getattr(at.question, name))


def _translations(report: Report) -> None:
    questionnaire = report.questionnaire
    for locale in questionnaire.locales:
        if locale not in questionnaire.translations:
            report.add("translation.state_missing", "translations", locale=locale)
    for locale, translation in questionnaire.translations.items():
        place = f"translations.{locale}"
        if locale not in questionnaire.locales:
            report.add("translation.unlisted", place, locale=locale)
        elif (translation.state == "source") != (locale == questionnaire.source_locale):
            report.add("translation.state", place, locale=locale, state=translation.state)


@cache
def _text_fields(model: type[BaseModel]) -> frozenset[str]:
    wanted: tuple[object, ...] = (Texts, Texts | None)
    return frozenset(name for name, field in model.model_fields.items() if field.annotation in wanted)


def _texts(value: Any, place: str, source_only: bool) -> Iterator[tuple[str, Texts, bool]]:
    """Every text with its path. Wards are names: the source language is enough for a map's categories."""
    if isinstance(value, BaseModel):
        source_only = source_only or (isinstance(value, Dimension) and value.map)
        text_fields = _text_fields(type(value))
        for name in type(value).model_fields:
            here, inner = f"{place}.{name}" if place else name, getattr(value, name)
            if name not in text_fields:
                yield from _texts(inner, here, source_only and name == "categories")
            elif inner is not None:
                yield here, inner, source_only and not isinstance(value, Dimension)
    elif isinstance(value, list):
        for n, inner in enumerate(value):
            yield from _texts(inner, f"{place}[{n}]", source_only)
    elif place.endswith(".labels"):
        for point, texts in value.items():
            yield f"{place}.{point}", texts, source_only


def _check_texts(report: Report, place: str, texts: Texts, source_only: bool) -> None:
    source = report.questionnaire.source_locale
    for locale in [source] if source_only else report.questionnaire.locales:
        if locale not in texts:
            report.add("text.missing" if locale == source else "translation.missing", place, locale=locale)
    for locale, text in texts.items():
        if locale not in report.questionnaire.locales:
            report.add("translation.unlisted", place, locale=locale)
        if not text.strip():
            report.add("text.empty", place, locale=locale)
        if FORBIDDEN.search(text):
            report.add("text.forbidden", place, locale=locale)


def _check_pipes(report: Report, at: Placed, place: str, texts: Texts | None) -> None:
    names: Collection[str] = {match[1] for text in (texts or {}).values() for match in PIPE.finditer(text)}
    for name in sorted(names):
        source = report.by_id.get(name)
        if source is None:
            report.add("pipe.unknown", place, question=name)
        elif source.question.kind not in PIPED_KINDS:
            report.add("pipe.kind", place, question=name)
        elif source.order >= at.order:
            report.add("pipe.later", place, question=name)
        elif source.off and not at.off:
            report.add("pipe.off", place, question=name)

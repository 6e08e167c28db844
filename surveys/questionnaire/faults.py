"""Every fault of a draft questionnaire at once, as codes and places; and reading a document from JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from surveys.errors import SurveysError
from surveys.questionnaire.model import Questionnaire
from surveys.questionnaire.rules import changes, names, questions, routes, tables, words
from surveys.questionnaire.rules.report import Fault, Report

__all__ = ["SCHEMA_FILE", "Fault", "faults", "json_schema", "load", "schema_text"]

SCHEMA_FILE = Path(__file__).with_name("schema.json")
"""The published JSON Schema, as :func:`schema_text` writes it."""

_SHAPES = {
    "missing": "field.missing",
    "extra_forbidden": "field.unknown",
    "string_pattern_mismatch": "field.malformed",
    "union_tag_invalid": "field.kind_unknown",
    "union_tag_not_found": "field.kind_unknown",
}


def faults(
    questionnaire: Questionnaire, *, previous: Questionnaire | None = None, complete: bool = False
) -> tuple[Fault, ...]:
    """Everything wrong with the document, in no fixed order of weight; empty when it may be published.

    ``previous``: the version it is to replace. ``complete``: it is about to be published, so the places that
    its questions offer must be in it.
    """
    report = Report(questionnaire, complete=complete)
    for rules in (names, words, questions, routes, tables):
        rules.check(report)
    if previous is not None:
        changes.check(report, previous)
    return tuple(report.found)


def load(source: str | bytes | Mapping[str, Any]) -> Questionnaire:
    """The document in this JSON (text, or already read).

    Raises SurveysError ``questionnaire.invalid`` with ``faults`` (a tuple of :class:`Fault`): those of its
    shape, or, when the shape is right, those of its meaning.
    """
    document = _read(source) if isinstance(source, (str, bytes)) else source
    try:
        questionnaire = Questionnaire.model_validate(document)
    except ValidationError as invalid:
        found = tuple(_shape_fault(error, document) for error in invalid.errors(include_url=False))
        raise SurveysError("questionnaire.invalid", faults=found) from None
    if found := faults(questionnaire):
        raise SurveysError("questionnaire.invalid", faults=found)
    return questionnaire


def _read(text: str | bytes) -> Any:
    repeated: list[Fault] = []

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        whole: dict[str, Any] = {}
        for name, value in pairs:
            if name in whole:
                repeated.append(Fault("json.repeated_name", "", {"name": name}))
            whole[name] = value
        return whole

    try:
        document = json.loads(text, object_pairs_hook=once)
    except json.JSONDecodeError as problem:
        repeated = [Fault("json.syntax", "", {"line": problem.lineno, "column": problem.colno})]
    except (ValueError, RecursionError):
        # Not in UTF-8, a number of thousands of digits, or nested beyond reason.
        repeated = [Fault("json.unreadable", "")]
    if repeated:
        raise SurveysError("questionnaire.invalid", faults=tuple(repeated))
    return document


def _shape_fault(error: Any, document: Any) -> Fault:
    code = _SHAPES.get(error["type"], "field.invalid")
    return Fault(code, _place(error["loc"], document), {"rule": error["type"], "message": error["msg"]})


def _place(path: tuple[int | str, ...], document: Any) -> str:
    """The path as the document has it: pydantic's own also names the member of a union it tried."""
    place, here = "", document
    for n, step in enumerate(path):
        if isinstance(step, int) and isinstance(here, list):
            place, here = f"{place}[{step}]", here[step]
        elif isinstance(here, Mapping) and str(step) in here:
            place, here = f"{place}.{step}", here[str(step)]
        elif isinstance(here, Mapping) and n == len(path) - 1 and step != "[key]":
            place = f"{place}.{step}"
    return place.lstrip(".")


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a questionnaire document: its shape; :func:`faults` has the rest."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Questionnaire.model_json_schema(by_alias=True),
    }


def schema_text() -> str:
    return json.dumps(json_schema(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"

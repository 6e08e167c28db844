"""Made-up documents with a few things changed, by the same paths that faults are reported at."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

from surveys.questionnaire.model import Questionnaire

GONE: Any = object()
"""As a value: the thing at this path is taken away."""

MAIN, MORE, ABOUT = (f"parts[{n}].pages" for n in range(3))
"""The pages of the three parts of :func:`samples.every_kind`."""

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


def plain(questionnaire: Questionnaire) -> Any:
    """The document as JSON values of its own."""
    return json.loads(questionnaire.model_dump_json(by_alias=True))


def at(document: Any, path: str) -> Any:
    for step in _steps(path):
        document = document[step]
    return document


def changed(questionnaire: Questionnaire, changes: dict[str, Any]) -> Any:
    """The document as JSON values with these paths set; a path that ends in ``[+]`` appends."""
    document = plain(questionnaire)
    for path, value in changes.items():
        if path.endswith("[+]"):
            at(document, path[:-3]).append(copy.deepcopy(value))
            continue
        *way, last = _steps(path)
        target = document
        for step in way:
            target = target[step]
        if value is GONE:
            del target[last]
        else:
            target[last] = copy.deepcopy(value)
    return document


def _steps(path: str) -> list[str | int]:
    return [int(number) if number else name for name, number in _STEP.findall(path)]

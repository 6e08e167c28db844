"""The words of refusals that only officers meet: one module a noun, each with ``WORDS``. English only.

Officers work in the partnership's own language: what is written here, in the office's views, forms and
templates is not gathered for translation, and office pages are always in the source language.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from typing import Any

Facts = Mapping[str, Any]
Say = Callable[[Facts], str]


def gather() -> dict[str, Say]:
    """Every code of every module here. Raises ValueError when two modules claim one code."""
    found: dict[str, Say] = {}
    for module in pkgutil.iter_modules(__path__):
        words: dict[str, Say] = importlib.import_module(f"{__name__}.{module.name}").WORDS
        twice = sorted(set(found) & set(words))
        if twice:
            raise ValueError(f"{module.name} repeats {', '.join(twice)}")
        found |= words
    return found

"""A released question with and without a campaign, in words: two columns of one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.reading import Block, Label, base_words, hidden_words, line_words, percent_words, read
from surveys.questionnaire.model import Questionnaire
from surveys.results.tables import ALL
from surveys.results.with_without import REST


@dataclass(frozen=True)
class Beside:
    """One question, or one row of a grid.

    ``rows``: an answer, share and people of everybody, then of the rest.
    """

    key: str
    title: Label
    answered: tuple[str, str]
    rows: tuple[tuple[Label, str, str, str, str], ...]


def beside(tables: Sequence[Mapping[str, Any]], document: Questionnaire, locale: str) -> list[Beside]:
    """Tables of :mod:`surveys.results.with_without` in words."""
    found = []
    for table in tables:
        reading = read(table, document, locale)
        everybody, rest = reading.block(ALL), reading.block(REST)
        if everybody is None or rest is None:
            continue
        rows = tuple(
            (line.label, *_said(everybody, line.key), *_said(rest, line.key))
            for line in reading.sorted_lines(everybody)
        )
        answered = base_words(everybody, "answered"), base_words(rest, "answered")
        key = reading.key.partition(".by.")[0].replace(".", "-")
        found.append(Beside(key, reading.title, answered, rows))
    return found


def _said(block: Block, key: str) -> tuple[str, str]:
    """Share and people, or the words that stand in their place."""
    line = block.line(key)
    if block.hidden or line is None:
        return hidden_words(block), hidden_words(block)
    return percent_words(line), line_words(line)

"""A release laid out as a report: the same headings, sentences, tables and words for PDF and Word."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext
from markupsafe import Markup

from portal import findings_words
from portal.reading import (
    Block,
    Line,
    Reading,
    base_words,
    hidden_words,
    line_words,
    percent_words,
    read,
)
from surveys.questionnaire.model import Questionnaire

Content = Mapping[str, Any]
Tell = Callable[[Reading], Markup]


@dataclass(frozen=True)
class Table:
    """One table of the report: ``heads`` and ``rows`` are words as printed; ``note`` says what is hidden."""

    key: str
    title: str
    wording: str
    finding: str
    base: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str


@dataclass(frozen=True)
class Report:
    title: str
    when: str
    answered: str
    demonstration: bool
    findings: tuple[str, ...]
    tables: tuple[Table, ...]
    method: tuple[str, ...]
    language: str
    note: str
    number: int
    invented: str
    method_title: str


def report(
    content: Content,
    document: Questionnaire,
    *,
    title: str,
    when: str,
    locale: str,
    language: str,
    tell: Tell,
) -> Report:
    """The whole release. ``tell`` gives the finding of a reading; call inside a context of this language."""
    readings = [read(table, document, locale) for table in content["tables"]]
    toplines = [reading for reading in readings if reading.by is None]
    lead = [r for r in toplines if r.question.id == document.headline]
    lead += [r for r in toplines if r.kind == "one-of" and r.question.of == document.headline]
    return Report(
        title=title,
        when=when,
        answered=findings_words.answered_words(content["responses"]),
        demonstration=bool(content["demonstration"]),
        findings=tuple(tell(reading).striptags() for reading in lead),
        tables=tuple(_table(reading, tell) for reading in (*lead, *(r for r in readings if r not in lead))),
        method=method_lines(),
        language=language,
        note=content["note"],
        number=content["number"],
        invented=gettext("These answers are invented, for demonstration"),
        method_title=gettext("Method and limits"),
    )


def method_lines() -> tuple[str, ...]:
    """How the figures were made and what they cannot say."""
    return (
        gettext(
            "Anybody could answer. Nobody was picked at random, so the figures describe the people who "
            "answered and nobody else."
        ),
        gettext(
            "Each person counts once. Every question could be skipped; each table says how many answered it "
            "and how many saw it and skipped it."
        ),
        gettext(
            "Numbers of people under 10 are shown as “fewer than 10”. All others are rounded to the nearest "
            "5. Percentages are worked out from the rounded numbers, in whole per cent, and only where at "
            "least 30 people answered."
        ),
        gettext(
            "Some groups are hidden because nearly all of them gave the same answer, or so that another "
            "group cannot be worked out."
        ),
    )


def _table(reading: Reading, tell: Tell) -> Table:
    title = reading.title.text
    if reading.by is not None:
        title = gettext("%(title)s: by %(group)s", title=title, group=reading.by_title.text)
    heads, rows = _grid(reading) if reading.by is None and reading.kind == "grid" else _lines(reading)
    first = reading.first
    base = gettext(
        "People who answered: %(answered)s. Saw it and skipped it: %(skipped)s.",
        answered=base_words(first, "answered"),
        skipped=base_words(first, "skipped"),
    )
    note = ""
    if reading.something_hidden:
        note = gettext(
            "Words in place of a figure protect people: the number is small, or would give a small one away."
        )
    return Table(
        key=reading.key,
        title=title,
        wording=reading.wording.text,
        finding=tell(reading).striptags(),
        base=base,
        heads=heads,
        rows=rows,
        note=note,
    )


def _lines(reading: Reading) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Answers down; for a breakdown one row a group and answer, so that nothing runs off the paper."""
    if reading.by is None:
        heads = (gettext("Answer"), gettext("Share"), gettext("People"))
        return heads, tuple(
            (line.label.text, *_figures(line)) for line in reading.sorted_lines(reading.first)
        )
    by_group = (reading.by_title.text, gettext("Answer"), gettext("Share"), gettext("People"))
    return by_group, tuple(row for block in reading.blocks for row in _group(block))


def _group(block: Block) -> list[tuple[str, ...]]:
    if block.hidden:
        words = hidden_words(block)
        return [(block.label.text, "", words, words)]
    return [(block.label.text, line.label.text, *_figures(line)) for line in block.lines]


def _grid(reading: Reading) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    heads = (gettext("About"), gettext("Answer"), gettext("Share"), gettext("People"))
    return heads, tuple(row for block in reading.blocks for row in _group(block))


def _figures(line: Line) -> tuple[str, str]:
    return percent_words(line), line_words(line)

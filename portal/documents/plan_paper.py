"""The plan and the report back as Word files to work on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from portal.forms.office.plan import STATUS_WORDS
from portal.papers.book import Book
from portal.partnership.plan_board import ActionLine, Board, ObjectiveLine, TargetLine, Update
from portal.rendering import day

QUARTERS = {1: "April to June", 2: "July to September", 3: "October to December", 4: "January to March"}
TARGET_HEADS = ("Target", "At the start", "Aim", "By", "Term", "Now", "How it stands")
TARGET_WIDTHS = (5.0, 1.9, 1.9, 2.3, 1.5, 2.2, 2.2)
SPOKEN = (
    ("you_said", "You said"),
    ("we_did", "We did"),
    ("we_could_not", "We could not"),
    ("because", "Because"),
)


def quarter_words(year: int, quarter: int) -> str:
    return f"{QUARTERS[quarter]} {year + (quarter == 4)}"


def value_words(value: float | None, unit: str) -> str:
    if value is None:
        return "not known"
    figure = f"{value:,.2f}".rstrip("0").rstrip(".")
    return f"{figure}{unit}" if unit in ("", "%") else f"{figure} {unit}"


def plan_paper(
    board: Board, *, partnership: str, state: str, partners: Mapping[str, str], areas: Mapping[str, str],
    priorities: Mapping[str, str], causes: Mapping[str, str], made: dt.datetime,
) -> bytes:  # fmt: skip
    """``state``: whether this is what the public reads. The others: names by key; ``causes`` by id."""
    book = Book(f"Plan for {board.year} to {board.year + 1}", "en_GB", made)
    book.say(f"{partnership}. {state} This file was made on {day(made)}.")
    if board.demonstration:
        book.quiet("A demonstration: every figure and promise in it is invented.")
    book.say(board.introduction)
    placed = {one.key for key in priorities for one in board.under(key)}
    groups = [(name, board.under(key)) for key, name in priorities.items()]
    groups.append(("For all priorities", tuple(one for one in board.objectives if one.key not in placed)))
    for name, objectives in groups:
        if objectives:
            book.heading(name)
        for objective in objectives:
            _objective(book, board.year, objective, partners)
            for action in objective.actions:
                _action(book, board.year, action, partners, areas, causes)
    if not board.objectives:
        book.say("Nothing is in the plan yet.")
    return book.saved()


def _objective(book: Book, year: int, one: ObjectiveLine, partners: Mapping[str, str]) -> None:
    book.heading(f"{one.key}: {one.body.title}", 2)
    book.say(one.body.outcome)
    book.fact("How it stands", STATUS_WORDS[one.status])
    if one.body.partner:
        book.fact("Who leads", partners.get(one.body.partner, one.body.partner))
    if one.targets:
        rows = [target_row(target) for target in one.targets]
        about = f"Targets of objective {one.key}: where each started, its aim and day, and how it stands."
        book.table(
            TARGET_HEADS, rows, title=f"Targets of {one.key}", about=about, widths=TARGET_WIDTHS, size=9
        )
    for target in one.targets:
        if target.body.source:
            book.fact(f"Where the figure of {target.key} comes from", target.body.source)
        _updates(book, year, target.updates, target)
    if one.body.evaluation:
        book.fact("What we learned", one.body.evaluation)


def target_row(one: TargetLine) -> tuple[str, ...]:
    """A target in words, as :data:`TARGET_HEADS` names them."""
    body, told = one.body, one.valued
    return (
        f"{one.key}: {body.title}",
        value_words(body.baseline, body.unit),
        value_words(body.aim, body.unit),
        day(body.due),
        body.term,
        value_words(told.value, body.unit) if told is not None else "not reported yet",
        STATUS_WORDS[one.status],
    )


def _updates(book: Book, year: int, updates: Iterable[Update], target: TargetLine | None = None) -> None:
    for one in updates:
        figure = "" if target is None else f"{value_words(one.value, target.body.unit)}, "
        name = quarter_words(year, one.quarter)
        book.fact(f"{target.key}, {name}" if target is not None else name,
                  f"{figure}{STATUS_WORDS[one.status].lower()}. {one.words}")  # fmt: skip


def _action(
    book: Book, year: int, one: ActionLine, partners: Mapping[str, str], areas: Mapping[str, str],
    causes: Mapping[str, str],
) -> None:  # fmt: skip
    body = one.body
    book.heading(f"{one.key}: {body.title}", 3)
    facts = (
        ("How it stands", STATUS_WORDS[one.status]),
        ("Who does it", ", ".join(partners.get(key, key) for key in body.partners)),
        ("By", day(body.due) if body.due else ""),
        ("Area of focus", areas.get(body.area, body.area)),
        ("Where", body.place),
        ("What it needs", body.resources),
        ("Looked at again on", day(body.review_on) if body.review_on else ""),
        ("Because of", "; ".join(causes.get(id, id) for id in body.causes)),
        ("What we learned", body.evaluation),
    )
    for name, words in facts:
        if words:
            book.fact(name, words)
    _updates(book, year, one.updates)


def report_back_paper(
    year: int, entries: Iterable[Mapping[str, Any]], *, partnership: str, demonstration: bool,
    made: dt.datetime,
) -> bytes:  # fmt: skip
    """``entries``: the words of each, with ``title`` and whether it is a ``draft``."""
    book = Book(f"You said, we did, we could not: {year}", "en_GB", made)
    book.say(f"{partnership}. This file was made on {day(made)}.")
    if demonstration:
        book.quiet("A demonstration: what is told in it is invented.")
    there = False
    for one in entries:
        there = True
        book.heading(str(one["title"]))
        if one["draft"]:
            book.quiet("Draft, not public yet.")
        for name, words in SPOKEN:
            if one.get(name):
                book.fact(words, str(one[name]))
    if not there:
        book.say("Nothing is written yet.")
    return book.saved()

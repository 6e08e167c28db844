"""A questionnaire as a Word document: for colleagues and committee papers, or as a paper form."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext

from portal.papers.book import TYPE as TYPE
from portal.papers.book import Book
from portal.papers.sheet import Answer, Block, Item, paper
from surveys.questionnaire.model import Questionnaire

BOX = "☐"


def committee(document: Questionnaire, *, name: str, made: dt.datetime, site: str = "") -> bytes:
    """The questionnaire with its codes, its ways on in words, sources and what is off.

    ``site``: the address of the site, before links to its own pages.
    """
    locale = document.source_locale
    book = Book(f"{document.say(document.title, locale)}: {name}", locale, made)
    book.say(document.say(document.purpose, locale))
    book.say(
        f"{len(document.questions)} questions on {len(document.page_by_id)} pages, "
        f"about {document.minutes} minutes. Numbers in brackets are the codes in which answers are stored."
    )
    form = paper(document, locale)
    by_id = {question.id: question for question in document.all_questions}
    for part in document.parts:
        book.heading(document.say(part.title, locale) or part.id)
        if part.entry == "offered":
            book.quiet("Offered: people are asked only if they accept.")
            book.prose(document.say(part.offer, locale), site)
        if part.after_check:
            book.quiet("Comes after people have checked their answers.")
        pages = {page.id for page in part.pages}
        for block in form.blocks:
            if block.page in pages:
                _review(book, block, by_id, site)
    off = [question for question in document.all_questions if question.off]
    if off:
        book.heading("Switched off, not asked")
        book.listed(document.say(question.text, locale) for question in off)
    if document.stops:
        book.heading("Pages that end the survey early")
        for stop in document.stops:
            book.heading(document.say(stop.title, locale), 2)
            book.prose(document.say(stop.body, locale), site)
    return book.saved()


def _review(book: Book, block: Block, by_id: Mapping[str, Any], site: str) -> None:
    _opening(book, block, site, 2)
    for item in block.items:
        question = by_id[item.id]
        book.heading(f"{item.number}. {item.text}", 3)
        for words in (*item.before, item.hint):
            if words:
                book.quiet(words, kept=True)
        book.say(item.how + (". An answer is needed." if question.required else "."), kept=True)
        if item.rows:
            book.say("Rows:", kept=True)
            book.listed(item.rows)
            book.say("Answers for each row:", kept=True)
        book.listed(_coded(answer) for answer in item.answers)
        if question.source:
            book.quiet(f"Source: {question.source}")
    for words in block.after:
        book.quiet(words)


def _opening(book: Book, block: Block, site: str, level: int) -> None:
    """What stands above a page's questions."""
    if block.section:
        book.heading(block.section, level)
    for words in block.before:
        book.quiet(words, kept=True)
    if block.title:
        book.heading(block.title, level + 1)
    book.prose(block.body, site)


def _coded(answer: Answer) -> str:
    words = answer.text if answer.code is None else f"[{answer.code}] {answer.text}"
    if answer.write_in:
        words += ": ____________________"
    return f"{words} → {answer.note}" if answer.note else words


def form(document: Questionnaire, locale: str, *, made: dt.datetime, site: str = "") -> bytes:
    """The paper form in this language; interface words are those of the language in force."""
    printed = paper(document, locale)
    book = Book(printed.title, locale, made)
    book.say(printed.purpose)
    for block in printed.blocks:
        _opening(book, block, site, 1)
        for item in block.items:
            _asked(book, item)
        for words in block.after:
            book.quiet(words)
    book.heading(str(gettext("The end")), 2)
    book.say(str(gettext("Thank you. Please give this form back where you got it.")))
    return book.saved()


def _asked(book: Book, item: Item) -> None:
    book.heading(f"{item.number}. {item.text}", 3)
    for words in item.before:
        book.quiet(words, kept=True)
    book.quiet(" ".join(filter(None, (item.hint, f"{item.how}." if item.how else ""))), kept=True)
    if item.rows:
        heads = ["", *(f"{answer.text} ({answer.code})" for answer in item.answers)]
        rest = min(3.0, 11 / len(item.answers))
        book.table(
            heads,
            [[row, *(BOX for _ in item.answers)] for row in item.rows],
            title=item.text,
            about=item.how,
            widths=[17 - rest * len(item.answers), *(rest for _ in item.answers)],
        )
        return
    lines = "\n".join("_" * 60 for _ in range(item.lines))
    if item.lines == 1:  # a name or a number is written first; the boxes are for those who cannot
        book.say(lines, kept=bool(item.answers))
    for n, answer in enumerate(item.answers, start=1):
        book.box(
            f"{BOX} {answer.text} ({answer.code})" + (" " + "_" * 30 if answer.write_in else ""),
            note=f" → {answer.note}" if answer.note else "",
            kept=n < len(item.answers),
        )
    if item.lines > 1:
        book.say(lines)

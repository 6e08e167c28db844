"""A questionnaire as a Word document: for colleagues and committee papers, or as a paper form."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask_babel import gettext

from portal.papers.book import TYPE as TYPE
from portal.papers.book import Book
from portal.papers.sheet import Answer, Block, Item, Paper, paper
from surveys.questionnaire.model import Questionnaire

BOX = "☐"


def committee(document: Questionnaire, *, name: str, made: dt.datetime) -> bytes:
    """The questionnaire with its codes, its ways on in words, sources and what is off."""
    locale = document.source_locale
    opened = Book(f"{document.say(document.title, locale)}: {name}", locale, made)
    book = opened.book
    book.add_paragraph(document.say(document.purpose, locale))
    book.add_paragraph(
        f"{len(document.questions)} questions on {len(document.page_by_id)} pages, "
        f"about {document.minutes} minutes. Numbers in brackets are the codes in which answers are stored."
    )
    form = paper(document, locale)
    by_id = {question.id: question for question in document.all_questions}
    for part in document.parts:
        book.add_heading(document.say(part.title, locale) or part.id, 1)
        if part.entry == "offered":
            book.add_paragraph("Offered: people are asked only if they accept.", style="Intense Quote")
        pages = {page.id for page in part.pages}
        for block in form.blocks:
            if block.page in pages:
                _review(book, block, by_id)
    off = [question for question in document.all_questions if question.off]
    if off:
        book.add_heading("Switched off, not asked", 1)
        for question in off:
            book.add_paragraph(document.say(question.text, locale), style="List Bullet")
    if document.stops:
        book.add_heading("Pages that end the survey early", 1)
        for stop in document.stops:
            book.add_paragraph(document.say(stop.title, locale)).runs[0].bold = True
            book.add_paragraph(document.say(stop.body, locale))
    return opened.saved()


def _review(book: Any, block: Block, by_id: Any) -> None:
    if block.section:
        book.add_heading(block.section, 2)
    for words in block.before:
        _quiet(book, words)
    if block.title:
        book.add_paragraph(block.title).runs[0].bold = True
    if block.body:
        book.add_paragraph(block.body)
    for item in block.items:
        question = by_id[item.id]
        book.add_heading(f"{item.number}. {item.text}", 3)
        if item.hint:
            _quiet(book, item.hint)
        for words in item.before:
            _quiet(book, words)
        book.add_paragraph(item.how + (". An answer is needed" if question.required else ""))
        for row in item.rows:
            book.add_paragraph(row, style="List Bullet")
        for answer in item.answers:
            book.add_paragraph(_coded(answer), style="List Bullet")
        if question.source:
            _quiet(book, f"Source: {question.source}")
    for words in block.after:
        _quiet(book, words)


def _coded(answer: Answer) -> str:
    words = answer.text if answer.code is None else f"[{answer.code}] {answer.text}"
    if answer.write_in:
        words += ": ____________________"
    return f"{words} → {answer.note}" if answer.note else words


def form(document: Questionnaire, locale: str, *, made: dt.datetime) -> bytes:
    """The paper form in this language; interface words are those of the language in force."""
    printed = paper(document, locale)
    opened = Book(printed.title, locale, made)
    book = opened.book
    book.add_paragraph(printed.purpose)
    for block in printed.blocks:
        _printed(book, block, printed)
    book.add_heading(str(gettext("The end")), 2)
    book.add_paragraph(str(gettext("Thank you. Please give this form back where you got it.")))
    return opened.saved()


def _printed(book: Any, block: Block, printed: Paper) -> None:
    if block.section:
        book.add_heading(block.section, 1)
    for words in block.before:
        _quiet(book, words)
    if block.title:
        book.add_heading(block.title, 2)
    if block.body:
        book.add_paragraph(block.body)
    for item in block.items:
        _asked(book, item)
    for words in block.after:
        _quiet(book, words)


def _asked(book: Any, item: Item) -> None:
    book.add_heading(f"{item.number}. {item.text}", 3)
    for words in (*item.before, item.hint):
        if words:
            _quiet(book, words)
    if item.how:
        _quiet(book, f"{item.how}.")
    if item.rows:
        table = book.add_table(rows=1, cols=len(item.answers) + 1)
        table.style = "Table Grid"
        for cell, answer in zip(table.rows[0].cells[1:], item.answers, strict=True):
            cell.text = f"{answer.text} ({answer.code})"
        for row in item.rows:
            cells = table.add_row().cells
            cells[0].text = row
            for cell in cells[1:]:
                cell.text = BOX
        return
    for answer in item.answers:
        words = f"{BOX} {answer.text} ({answer.code})"
        if answer.write_in:
            words += " ______________________________"
        paragraph = book.add_paragraph(words)
        if answer.note:
            paragraph.add_run(f" → {answer.note}").italic = True
    for _ in range(item.lines):
        book.add_paragraph("_" * 60)


def _quiet(book: Any, words: str) -> None:
    book.add_paragraph().add_run(words).italic = True

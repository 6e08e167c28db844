"""The decision as a Word paper for the meeting: page one, the matrix across a page, and what backs it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from portal.forms.office.decision import (
    CAPACITY_WORDS,
    CRITERION_WORDS,
    GROUP_WORDS,
    LEVEL_WORDS,
    OUTCOME_WORDS,
    TREND_WORDS,
)
from portal.papers.book import Book
from portal.partnership.decisions import Body, DecisionEntry
from portal.partnership.record import OnePage
from portal.rendering import day

HEADS = (
    "Topic", "Chose it", "People’s rank", "Partners’ rank", "Spread", "Recorded", "Trend", "Harm",
    "Confidence", "Capacity", "Priority now", "Proposed",
)  # fmt: skip
WIDTHS = (4.1, 1.6, 2.3, 1.8, 2.0, 2.5, 2.4, 1.9, 2.1, 1.9, 1.7, 2.2)
NOT_YET = "Not written yet."
NONE = "None."


def state_words(found: OnePage) -> str:
    """Whether the paper is a draft, and whether anybody outside may read it."""
    decision = found.decision
    if decision is None or decision.adopted_on is None:
        return "Draft for the meeting. Not public."
    if decision.published_at is None:
        return f"Adopted on {day(decision.adopted_on)}. Not public yet."
    return f"Adopted on {day(decision.adopted_on)}, published on {day(decision.published_at)}."


def decision_paper(
    found: OnePage, *, partnership: str, demonstration: bool, names: Mapping[str, str], made: dt.datetime
) -> bytes:
    """``names``: what was read, by its id."""
    year, words = found.cycle.year, found.words or Body()
    book = Book(f"Priorities for {year}: the decision", "en_GB", made)
    book.say(f"{partnership}. {state_words(found)} This file was made on {day(made)}.")
    if found.cycle.meeting_on:
        book.fact("Meeting", day(found.cycle.meeting_on))
    if words.decided_by:
        book.fact("Decides", words.decided_by)
    if demonstration:
        book.quiet("A demonstration: responses, scores and decisions in it are invented.")
    _page_one(book, found, words)
    book.turn(wide=True)
    _matrix(book, found)
    book.turn(wide=False)
    _heard(book, found)
    _decided(book, found)
    _how(book, found, words, names)
    return book.saved()


def _page_one(book: Book, found: OnePage, words: Body) -> None:
    book.heading("The recommendation")
    book.say(words.recommendation or NOT_YET)
    book.heading("Three reasons", 2)
    book.listed(words.reasons or (NOT_YET,), numbered=bool(words.reasons))
    book.heading("What changed", 2)
    book.say(words.changed or NOT_YET)
    book.heading("How sure", 2)
    book.say(sure_words(found.sure))
    book.heading("Cost and officer time", 2)
    book.say(". ".join(one for one in (words.cost, words.officer_time) if one) or NOT_YET)
    book.heading("Dissent", 2)
    book.say(words.dissent or "None recorded.")


def sure_words(sure: Mapping[str, Any] | None) -> str:
    if sure is None:
        return "Nothing to weigh yet: neither results nor partners’ scores are out."
    told = (
        f"The top three holds in {sure['holds']} of 100 variations of the weights and of chance in the "
        "answers."
    )
    flip = sure["flip"]
    if flip is None:
        return f"{told} No single weight changes it."
    what = CRITERION_WORDS[flip["criterion"]][0].lower()
    return (
        f"{told} Moving the weight of {what} from {flip['before']} to {flip['after']} would change it, and "
        "no smaller move of one weight."
    )


def _matrix(book: Book, found: OnePage) -> None:
    table = found.matrix
    book.heading("The matrix")
    base = f"{table.base:,} people answered the question." if table.base else "The results are not out yet."
    about = (
        f"{len(table.rows)} topics in the order of the people who answered. {base} After a rank stands "
        f"the range it could fall in by chance. {len(table.organisations)} organisations scored on our own "
        "scale of harm, likelihood, confidence and capacity; the spread is the lowest and highest rank they "
        "give."
    )
    book.say(about)
    outcomes = {key: entry.outcome for key, entry in found.topics.items()}
    rows = [matrix_row(asdict(row), outcomes.get(row.topic)) for row in table.rows]
    title = f"Decision matrix for {found.cycle.year}"
    book.table(HEADS, rows, title=title, about=about, widths=WIDTHS, size=9)
    book.quiet(
        "Recorded crime: data.police.uk, approximate locations; a topic without open data has none, which is "
        "not nought. Topics inform the decision; a priority is a written statement and never comes out of a "
        "score."
    )


def matrix_row(row: Mapping[str, Any], outcome: str | None) -> tuple[str, ...]:
    """A row of the matrix in words, as :data:`HEADS` names them; ``row`` as a snapshot keeps it."""
    here, partners, recorded = row["residents"], row["partners"], row["recorded"]
    chose = rank = "not out yet"
    if here is not None:
        chose = f"{here['percent']}%" if here["percent"] is not None else "fewer than 10"
        if here["percent"] is None and here["count"] is not None:
            chose = str(here["count"])
        rank = str(here["rank"])
        if here["low"] < here["high"]:
            rank += f" ({here['low']} to {here['high']})"
    middle = spread = "not scored"
    if partners is not None and partners["rank"] is not None:
        ranks = partners["ranks"]
        middle = f"{partners['rank']:g}"
        spread = f"{ranks[0]:g} to {ranks[-1]:g}" if ranks else middle
    number, trend = "no open data", "not known"
    if recorded is not None:
        number = f"{recorded['number']:,}"
        if recorded["months"] < 12:
            number += f" in {recorded['months']} months"
        trend = TREND_WORDS[recorded["trend"]]
        if recorded["percent"] is not None:
            trend += f", {recorded['percent']:+d}%"
    return (
        row["title"], chose, rank, middle, spread, number, trend, LEVEL_WORDS[row["harm"]],
        LEVEL_WORDS[row["confidence"]], CAPACITY_WORDS[row["capacity"]], "Yes" if row["now"] else "No",
        OUTCOME_WORDS[outcome] if outcome else "open",
    )  # fmt: skip


def _heard(book: Book, found: OnePage) -> None:
    book.heading("Who answered, who is missing")
    if found.who:
        rows = [
            (GROUP_WORDS.get(one.key, f"Aged {one.key}"), f"{one.answered:.0f}%", f"{one.district:.0f}%",
             "Yes" if one.missing else "No")
            for one in found.who
        ]  # fmt: skip
        about = (
            "Shares of those whose group is known on both sides. Missing: three points or more under the "
            "share in the area."
        )
        book.say(about)
        heads = ("Group", "Of those who answered", "Of the area", "Missing?")
        book.table(heads, rows, title="Who answered", about=about)
    else:
        book.say("Known once the results are out.")
    book.heading("What people wrote")
    for entry, quote in found.themes:
        book.heading(str(entry.about["title"]), 2)
        count = entry.about.get("count")
        book.say(f"About {count} people." if count else "Fewer than 10 people.")
        if quote is not None:
            book.quote(quote.text, quote.lang)
            book.quiet("Cleared by two people; who wrote it may take it back until it is printed.")
        _answer(book, entry)
    if not found.themes:
        book.say("No theme is in the decision yet.")
    book.heading("Where residents and partners disagree most")
    apart = [
        f"{row.title}: residents {row.residents.rank}, partners {row.partners.rank:g}"
        for row in found.widest
        if row.residents is not None and row.partners is not None
    ]
    book.listed(apart or ("No topic lies three ranks or more apart.",))
    book.heading("Letters from outside the survey")
    done = len(found.letters) - len(found.waiting)
    book.say(f"{len(found.letters)} arrived; {done} considered, {len(found.waiting)} still to consider.")


def _answer(book: Book, entry: DecisionEntry) -> None:
    if entry.outcome is None:
        book.fact("Decided", "open")
        return
    book.fact("Decided", OUTCOME_WORDS[entry.outcome])
    book.say(entry.reasons)
    if entry.dissent:
        book.fact("Dissent", entry.dissent)


def _decided(book: Book, found: OnePage) -> None:
    book.heading("Topic by topic")
    for row in found.matrix.rows:
        entry = found.topics.get(row.topic)
        if entry is not None:
            book.heading(row.title, 2)
            _answer(book, entry)
    book.heading("The priorities")
    for one in found.priorities:
        book.heading(str(one.texts["title"]), 2)
        book.say(str(one.texts["statement"]))
        book.fact("It covers", ", ".join(found.titles.get(key, key) for key in one.areas))
    if not found.priorities:
        book.say("None is proposed yet.")


def _how(book: Book, found: OnePage, words: Body, names: Mapping[str, str]) -> None:
    book.heading("Options considered")
    book.say(words.options or NOT_YET)
    book.heading("Equality impact")
    book.say(words.equality or NOT_YET)
    if words.equality_version:
        book.fact("Version of the equality assessment", words.equality_version)
    book.heading("Who read what")
    readings = [(one.reader, names.get(one.what, one.what), day(one.read_on)) for one in found.readings]
    if readings:
        title = "Who read what, and when"
        book.table(("Who", "What", "When"), readings, title=title, about="One row for each reading.")
    else:
        book.say(NONE)
    book.heading("Declared interests")
    book.listed([f"{one.who}: {one.words}" for one in found.interests] or ("None were declared.",))

"""One question beside the same one of another survey: another year, or the partners instead of residents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from portal.counting import counting
from portal.database import read_session
from portal.office import desk_words as say
from portal.office.blueprint import now
from portal.office.desk import LOCALE, survey_called, words
from portal.office.desk_tables import exact_json
from portal.reading import read
from surveys import surveys
from surveys.questionnaire.model import Questionnaire
from surveys.results import releases, tables
from surveys.results.comparison import Compared, Share, comparable, each, same_question
from surveys.results.estimates import Estimates
from surveys.results.tables import ExactTable
from surveys.surveys import Survey


def compared_with(
    document: Questionnaire, asked: Any, counted: tuple[ExactTable, Sequence[Estimates]], slug: str
) -> dict[str, Any] | None:
    """This question against the same one of another survey: another year, or the partners."""
    if not slug:
        return None
    other, theirs = survey_called(slug)
    question = same_question(asked, theirs)
    title = f"{words(theirs, theirs.title)} ({slug})"
    reason = comparable(asked, question)
    if reason is not None or question is None:
        return {"title": title, "refused": say.REFUSED[reason or "not-asked"], "rows": [], "said": []}
    before = _other_shares(read_session(), other, question.id)
    if before is None:
        return {"title": title, "refused": say.REFUSED["nothing-counted"], "rows": [], "said": []}
    here = {
        (found.group.key, row.key): Share(row.share or 0.0, found.group.answered, float(found.group.answered))
        for found in counted[1]
        for row in found.rows
    }
    named = {f"{group}|{key}": value for (group, key), value in here.items()}
    made = each(named, {f"{group}|{key}": value for (group, key), value in before.items()})
    reading = read(exact_json(counted[0]), document, LOCALE)
    several = len(reading.blocks) > 1
    labels = {
        f"{block.key}|{line.key}": f"{block.label.text}: {line.label.text}" if several else line.label.text
        for block in reading.blocks
        for line in block.lines
    }
    rows = [[labels.get(key, key), *_difference_cells(one)] for key, one in made.items()]
    found = sorted((k for k, one in made.items() if one.differs), key=lambda k: -abs(made[k].difference))
    return {
        "title": title,
        "refused": say.REFUSED["base-small"] if made and all(one.reason for one in made.values()) else "",
        "rows": rows,
        "said": [
            say.difference("People here", labels.get(k, k), made[k], "people there") for k in found[:12]
        ],
    }


def _difference_cells(one: Compared) -> list[Any]:
    first, second = say.share(one.first.share), say.share(one.second.share)
    if one.reason:
        return [first, second, {"text": "not compared: too few people", "few": True}, ""]
    return [first, second, say.points(one.interval), "more than chance" if one.differs else "could be chance"]


def _other_shares(session: Session, other: Survey, question: str) -> dict[tuple[str, str], Share] | None:
    """Exact shares of another survey: from its release if it has one, which erasure never changes."""
    release = releases.current(session, other.id)
    found: Sequence[ExactTable] = ()
    if release is not None:
        found = [t for t in releases.exact_counts(session, release).tables if t.key == question]
    elif surveys.current_version(session, other.id) is not None:
        found = counting().ask(session, other.id, lambda cube: tables.topline(cube, question)[:1], now())[0]
    shares = {
        (group.key, row.key): Share.of(row.people, group.answered)
        for table in found
        for group in table.groups
        for row in group.rows
        if group.answered
    }
    return shares or None

"""Then and now: a question of a release beside the same question of the survey before it.

Both sides are the released, rounded tables of two releases, taken as independent: nobody is followed from one
year to the next. A question is compared only in the same words, with the same answers to choose from, and
where at least 30 people answered it both times.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from flask_babel import gettext
from markupsafe import Markup, escape
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import panels
from portal.public.blueprint import spoken_label
from portal.reading import Label, Line, Reading, percent_words
from surveys.results.comparison import SMALLEST_BASE, Compared, Share, each
from surveys.results.releases import Release
from surveys.surveys import Survey

COMPARED = ("one", "one-of")
"""Kinds of question that are compared, beside the headline."""


@dataclass(frozen=True)
class Change:
    """One answer then and now, in whole per cent; ``points`` None: a side is hidden, so nothing is compared.

    ``low`` and ``high``: how far chance alone could move the difference, in whole points, indicative.
    """

    label: Label
    then: str
    now: str
    points: int | None = None
    low: int = 0
    high: int = 0
    differs: bool = False
    shares: tuple[int, int] | None = None
    """Then and now in whole per cent, where both are shown."""


@dataclass(frozen=True)
class Between:
    """One question of two releases. ``reason``: why nothing is compared; there are no changes then."""

    before: str
    """The address of the survey before."""
    then: str
    now: str
    changes: tuple[Change, ...] = ()
    reason: str = ""

    @property
    def heads(self) -> list[Any]:
        return [gettext("Answer"), self.then, self.now, gettext("Difference"), gettext("Range by chance")]

    @property
    def rows(self) -> list[list[Any]]:
        return [_row(change, self.most) for change in self.changes]

    @property
    def most(self) -> int:
        """The end in per cent of the one scale on which every answer's move is drawn."""
        return panels.end_of(share for change in self.changes for share in change.shares or ())

    @property
    def said(self) -> Markup:
        """What moved by more than chance would, or that nothing did, or why nothing is compared."""
        if self.reason:
            return escape(_REASONS[self.reason]()) % {"year": self.then, "least": SMALLEST_BASE}
        moved = [change for change in self.changes if change.differs and change.points]
        if not moved:
            return escape(gettext("No answer moved from %(year)s by more than chance could.")) % {
                "year": self.then
            }
        told = Markup("; ").join(
            Markup("{} ({})").format(spoken_label(change.label), _points(change.points or 0))
            for change in moved
        )
        words = gettext("Moved from %(year)s by more than chance would explain, in points: %(answers)s.")
        return escape(words) % {"year": self.then, "answers": told}


_REASONS = {
    "not-asked": lambda: gettext("This was not asked in %(year)s, so there is nothing to compare it with."),
    "identity": lambda: gettext("Another question stood here in %(year)s, so the answers are not compared."),
    "wording": lambda: gettext("The words have changed since %(year)s, so the answers are not compared."),
    "kind": lambda: gettext("It was answered in another way in %(year)s, so the answers are not compared."),
    "answers": lambda: gettext(
        "There were other answers to choose from in %(year)s, so they are not compared."
    ),
    "hidden": lambda: gettext(
        "The figures of one of the two years are hidden, so nothing is compared with %(year)s."
    ),
    "base-small": lambda: gettext(
        "Fewer than %(least)s people answered in one of the two years, so nothing is compared with %(year)s."
    ),
}


def _points(number: int) -> str:
    return f"+{number}" if number > 0 else f"−{-number}" if number else "0"


def _row(change: Change, most: int) -> list[Any]:
    name: dict[str, Any] = {"text": spoken_label(change.label)}
    if change.shares is not None:
        name["move"] = {"then": change.shares[0], "now": change.shares[1], "of": most}
    if change.points is None:
        words = {"text": gettext("not compared"), "few": True}
        return [name, change.then, change.now, words, words]
    between = gettext("%(low)s to %(high)s", low=_points(change.low), high=_points(change.high))
    return [name, change.then, change.now, _points(change.points), between]


# Finding ---------------------------------------------------------------------------------------------------


def release_before(session: Session, survey: Survey) -> tuple[str, int] | None:
    """The newest release of the survey of the same key that opened last before this one: survey and number.

    None without one. Invented answers are never set beside real ones.
    """
    if survey.opens_at is None:
        return None
    earlier = session.scalar(
        select(Survey)
        .where(
            Survey.key == survey.key,
            Survey.opens_at < survey.opens_at,
            Survey.withdrawn_at.is_(None),
            Survey.demonstration == survey.demonstration,
        )
        .order_by(Survey.opens_at.desc())
        .limit(1)
    )
    if earlier is None:
        return None
    number = session.scalar(select(func.max(Release.number)).where(Release.survey_id == earlier.id))
    return (earlier.id, number) if number is not None else None


def content_of(session: Session, which: tuple[str, int]) -> Mapping[str, Any]:
    """What a release holds, without its figures."""
    wanted = select(Release.content).where(Release.survey_id == which[0], Release.number == which[1])
    return cast(Mapping[str, Any], session.scalar(wanted))


def between(
    readings: Sequence[Reading], content: Mapping[str, Any], before: Mapping[str, Any]
) -> dict[str, Between]:
    """By table key: the headline and every single choice among these toplines. ``content``, ``before``: of
    the two releases, this one's first."""
    then, now = _years(before, content)
    found = {}
    for reading in readings:
        if reading.by is None and (reading.kind in COMPARED or reading.question.id == content["headline"]):
            reason, changes = _compared(reading, content, before)
            found[reading.key] = Between(before["survey"], then, now, changes, reason)
    return found


def _years(before: Mapping[str, Any], content: Mapping[str, Any]) -> tuple[str, str]:
    """The years they opened in; two of one year are told apart by the whole day."""
    days = before["first_day"], content["first_day"]
    years = days[0][:4], days[1][:4]
    return years if years[0] != years[1] else days


def _compared(
    reading: Reading, content: Mapping[str, Any], before: Mapping[str, Any]
) -> tuple[str, tuple[Change, ...]]:
    asked, earlier = content["wording"]["questions"], before["wording"]["questions"]
    question = asked[reading.question.id]
    key = next((id for id, one in earlier.items() if one["identity"] == question["identity"]), None)
    if key is None:
        return ("identity" if reading.question.id in earlier else "not-asked"), ()
    if reason := unlike(asked, question, earlier, earlier[key]):
        return reason, ()
    table = next((t for t in before["tables"] if t["key"] == key), None)
    if table is None:
        return "not-asked", ()
    group = table["groups"][0]
    if group["hidden"] or reading.first.hidden or None in (group["answered"], reading.first.answered):
        return "hidden", ()
    if min(group["answered"], reading.first.answered or 0) < SMALLEST_BASE:
        return "base-small", ()
    return "", _changes(reading, group)


def unlike(
    asked: Mapping[str, Any], now: Mapping[str, Any], earlier: Mapping[str, Any], then: Mapping[str, Any]
) -> str:
    """Why two questions of one identity may not be compared, from two releases' wordings; "" if they may."""
    if now["wording"] != then["wording"]:
        return "wording"
    if now["kind"] != then["kind"]:
        return "kind"
    if _answers(asked, now) != _answers(earlier, then):
        return "answers"
    if now["of"]:
        return unlike(asked, asked[now["of"]], earlier, earlier[then["of"]])
    return ""


def _answers(questions: Mapping[str, Any], question: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(answer["key"] for answer in question["answers"])


def _changes(reading: Reading, group: Mapping[str, Any]) -> tuple[Change, ...]:
    rows = {row["key"]: row for row in group["rows"]}
    lines = [line for line in reading.sorted_lines(reading.first) if line.key in rows]
    people_now, people_then = reading.first.answered or 0, group["answered"]
    shown = {line.key: line for line in lines if _shown(line.percent) and _shown(rows[line.key]["percent"])}
    made = each(
        {key: Share.of(line.count or 0, people_now) for key, line in shown.items()},
        {key: Share.of(rows[key]["count"], people_then) for key in shown},
    )
    return tuple(_change(line, rows[line.key], made.get(line.key)) for line in lines)


def _shown(percent: int | None) -> bool:
    return percent is not None


def _change(line: Line, row: Mapping[str, Any], made: Compared | None) -> Change:
    old = Line(
        line.key, line.label, row["count"], row["percent"], line.meaning, row.get("hidden") == "protect"
    )
    if made is None or line.percent is None:
        return Change(line.label, percent_words(old), percent_words(line))
    points = line.percent - row["percent"]
    low, high = round(100 * made.interval.low), round(100 * made.interval.high)
    return Change(
        line.label, percent_words(old), percent_words(line), points, min(low, points), max(high, points),
        made.differs, (row["percent"], line.percent),
    )  # fmt: skip

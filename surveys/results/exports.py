"""Files of results: CSV that opens rightly in a spreadsheet, a data dictionary, and JSON.

CSV is UTF-8 with a byte order mark, CRLF line ends, and text a spreadsheet would take for a formula made
harmless. Column names and keys are the same in every language; labels come in the locale asked for. A figure
that is not shown stands as words, never as a blank, a zero or a dash.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from surveys.errors import SurveysError
from surveys.results.layout import NOT_GIVEN
from surveys.results.tables import ALL, TEXTS
from surveys.results.wording import Words

WORDS: Mapping[str, str] = {
    ALL: "Everyone who answered",
    NOT_GIVEN: "Not given",
    "wrote": "Wrote something",
    "few": "fewer than 10",
    "special": "too few to show",
    "alike": "hidden because the answers were too alike",
    "complement": "hidden to protect people in another group",
    "protect": "hidden to protect another figure",
    "withheld": "not shown",
    "percent-none": "too few to give a percentage",
    "unweighted": "not weighted",
    "column.table": "The table's name in addresses",
    "column.question": "The question's short name",
    "column.question_label": "The question, as it was asked",
    "column.group": "Who the row is about: everyone, a group of people, or one row of a grid",
    "column.group_label": "The group in words",
    "column.answer": "The answer's short name",
    "column.answer_label": "The answer in words",
    "column.asked": "How many people were asked, rounded to 5",
    "column.answered": "How many of them answered, rounded to 5: the base of the percentages",
    "column.skipped": "How many of them skipped the question, rounded to 5",
    "column.count": "How many people gave the answer, rounded to 5",
    "column.percent": "Whole per cent of those who answered, worked out from the rounded figures",
    "column.weighted": "The same weighted to the census, whole per cent; only of everybody, where it is safe",
    "column.hidden": "Why a figure is not shown",
    "column.comparison": (
        "What is compared: census, survey before, topics in order, group and rest, without a campaign"
    ),
    "column.key": "The short name of the answer or group",
    "column.label": "The answer or group in words",
    "column.measure": "What the figure is",
    "column.value": "The figure, or why there is none",
    "measure.answered": "Per cent of those who answered, among the groups both count",
    "measure.live_here": "Per cent of those who live here, among the groups both count",
    "measure.then": "Per cent in the survey before",
    "measure.now": "Per cent now",
    "measure.difference": "Difference in points",
    "measure.difference_low": "The difference by chance alone: from, in points (indicative)",
    "measure.difference_high": "The difference by chance alone: to, in points (indicative)",
    "measure.points": "Points out of 100 in a ranking, by place; worked out from points rounded like counts",
    "measure.group": "Per cent of the group",
    "measure.rest": "Per cent of all the others who answered",
    "measure.chance": "How likely chance alone makes so large a difference, corrected for many groups (Holm)",
    "measure.differs": "Whether the difference is more than chance would explain",
    "measure.place_first": "Place in the order; the first of a close group",
    "measure.place_last": "Place in the order; the last of a close group",
    "measure.place_low": "Place by chance alone: from (indicative)",
    "measure.place_high": "Place by chance alone: to (indicative)",
    "measure.first_three": "Of 100 draws, in how many it is among the first three",
    "measure.everybody_answered": "How many answered, rounded to 5",
    "measure.everybody_people": "How many gave the answer, rounded to 5",
    "measure.everybody_share": "Per cent of those who answered",
    "measure.without_answered": "How many answered, rounded to 5; without those who sent the same words",
    "measure.without_people": "How many gave the answer, rounded to 5; without those who sent the same words",
    "measure.without_share": "Per cent of those who answered; without those who sent the same words",
    "no-census": "the census table has no such group",
    "not-asked": "not asked",
    "not-compared": "not compared",
    "base-small": "fewer than 30 people on one side",
    "yes": "yes",
    "no": "no",
    "kind": "Kind of question",
    "responses": "How many people took part, rounded to 5",
    "demonstration": "These answers are invented, for demonstration",
}
"""The interface's own words, in English; the caller gives the same keys in another language."""

COLUMNS = (
    "table", "question", "question_label", "group", "group_label", "answer", "answer_label",
    "asked", "answered", "skipped", "count", "percent", "weighted", "hidden",
)  # fmt: skip
COMPARISONS = (
    "comparison", "table", "question", "question_label", "key", "label", "measure", "value",
)  # fmt: skip
MEASURES = (
    "answered", "live_here", "then", "now", "difference", "difference_low", "difference_high",
    "place_first", "place_last", "place_low", "place_high", "first_three",
    "points", "group", "rest", "chance", "differs",
    "everybody_answered", "everybody_people", "everybody_share",
    "without_answered", "without_people", "without_share",
)  # fmt: skip
_FORMULA = re.compile(
    r"[\t\r\n]|[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202f\u2060\ufeff]*[=+\-@＝＋－＠]"
)
"""A leading formula character, full-width ones included, behind any white space or invisible character."""
BOM = "\ufeff"

Content = Mapping[str, Any]
"""A release's content, see :mod:`surveys.results.releases`."""


def harmless(text: str) -> str:
    """The text with an apostrophe in front if a spreadsheet would run it as a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def to_csv(rows: Iterable[Sequence[str | int | None]]) -> bytes:
    """Rows as a CSV file; texts made harmless."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerows([harmless(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return (BOM + written.getvalue()).encode()


def rows_of(body: bytes) -> list[list[str]]:
    """The rows of a file :func:`to_csv` made."""
    return list(csv.reader(io.StringIO(body.decode().removeprefix(BOM), newline="")))


def table_of(content: Content, key: str) -> Mapping[str, Any]:
    """One released table's JSON. Raises SurveysError ``table.unknown``."""
    for table in content["tables"]:
        if table["key"] == key:
            found: Mapping[str, Any] = table
            return found
    raise SurveysError("table.unknown", table=key)


def table_csv(content: Content, key: str, locale: str, words: Mapping[str, str] = WORDS) -> bytes:
    """One table, a line for each answer of each group. Raises SurveysError ``table.unknown``."""
    return to_csv([COLUMNS, *_lines(content, table_of(content, key), locale, words)])


def tables_csv(content: Content, locale: str, words: Mapping[str, str] = WORDS) -> bytes:
    """Every table of the release under each other."""
    lines = (line for table in content["tables"] for line in _lines(content, table, locale, words))
    return to_csv([COLUMNS, *lines])


def _lines(
    content: Content, table: Mapping[str, Any], locale: str, words: Mapping[str, str]
) -> Iterable[Sequence[str | int | None]]:
    said = Words(content["wording"], locale, content["locales"][0], words)
    question, by, net, item = table["question"], table["by"], table["net"], table["item"]
    asked = said.question(question, "text")
    label = f"{asked} {said.row(question, item)}" if item else asked
    weighted = _has_weights(content, table["key"])
    for group in table["groups"]:
        why = group["hidden"]
        bases = [_base(group, name, words) for name in _BASES]
        for row in group["rows"]:
            hidden = why or row["hidden"] or ("few" if row["count"] is None else None)
            share = row["percent"]
            if share is None:
                share = "" if table["kind"] in TEXTS and not hidden else words[hidden or "percent-none"]
            yield (
                table["key"], question, label,
                group["key"], said.group(question, by, group["key"]),
                row["key"], said.answer(question, row["key"], net),
                *bases, shown(row["count"], hidden, words), share, _weighted(row, weighted, share, words),
                words[hidden] if hidden else "",
            )  # fmt: skip


def _has_weights(content: Content, key: str) -> bool:
    return key in content.get("weighting", {}).get("tables", ())


def _weighted(
    row: Mapping[str, Any], weighted: bool, share: str | int, words: Mapping[str, str]
) -> str | int:
    if not weighted:
        return words["unweighted"]
    if row["weighted"] is not None:
        return int(row["weighted"])
    return words["withheld"] if isinstance(share, int) else share


_BASES = ("asked", "answered", "skipped")
_HIDDEN = ("few", "special", "alike", "complement", "protect", "withheld")


def _base(group: Mapping[str, Any], name: str, words: Mapping[str, str]) -> str | int:
    if group["hidden"] and name != "answered":
        return shown(group[name], "withheld", words)
    return shown(group[name], group["hidden"] or ("protect" if name in group["withheld"] else None), words)


def shown(figure: int | None, why: str | None, words: Mapping[str, str]) -> str | int:
    """The figure, or the words that stand in its place."""
    return words[why or "few"] if figure is None else figure


def dictionary_csv(content: Content, locale: str, words: Mapping[str, str] = WORDS) -> bytes:
    """What every column, question, answer, group and rule in the other files means."""
    wording = content["wording"]
    said = Words(wording, locale, content["locales"][0], words)
    lines: list[Sequence[str | int | None]] = [("about", "name", "key", "meaning")]
    lines.append(("survey", content["survey"], "title", said.say(wording["title"])))
    for name in ("made_on", "first_day", "last_day"):
        lines.append(("survey", content["survey"], name, content[name] or ""))
    count = content["responses"]
    lines.append(("survey", content["survey"], "responses", shown(count, "few", words)))
    if content["demonstration"]:
        lines.append(("survey", content["survey"], "demonstration", words["demonstration"]))
    named = dict.fromkeys((*COLUMNS, *COMPARISONS))
    lines += [("column", name, "", words[f"column.{name}"]) for name in named]
    lines += [("measure", name, "", words[f"measure.{name}"]) for name in MEASURES]
    for id, question in wording["questions"].items():
        lines.append(("question", id, question["kind"], said.say(question["text"])))
        lines += [("grid row", id, row["key"], said.say(row["text"])) for row in question["rows"]]
        lines += [("answer", id, answer["key"], said.say(answer["text"])) for answer in question["answers"]]
        nets = [net for net in wording["nets"] if net["question"] == id]
        summed = ((net, ", ".join(net["options"])) for net in nets)
        lines += [("net", id, net["key"], f"{said.say(net['text'])} ({keys})") for net, keys in summed]
    for key, dimension in wording["dimensions"].items():
        lines.append(("dimension", key, "", said.say(dimension["text"])))
        lines += [("group", key, c["key"], said.say(c["text"])) for c in dimension["categories"]]
        lines.append(("group", key, NOT_GIVEN, words[NOT_GIVEN]))
    lines.append(("group", "", ALL, words[ALL]))
    lines += [("hidden", code, "", words[code]) for code in _HIDDEN]
    lines += [("method", name, "", _plain(value)) for name, value in content["method"].items()]
    return to_csv(lines)


def _plain(value: int) -> str | int:
    return ("yes" if value else "no") if isinstance(value, bool) else value


def table_json(content: Content, key: str) -> dict[str, Any]:
    """One table with everything needed to understand it alone. Raises SurveysError ``table.unknown``."""
    table = table_of(content, key)
    wording = content["wording"]
    about = ("survey", "number", "made_on", "first_day", "last_day", "responses", "demonstration", "method")
    years = content.get("since") or {"tables": {}}
    beside = content.get("beside") or ()
    return {
        **{name: content[name] for name in about},
        "table": table,
        "weighting": content.get("weighting") if _has_weights(content, key) else None,
        "order": (content.get("orders") or {}).get(key),
        "since": {**years, "tables": {key: years["tables"][key]}} if key in years["tables"] else None,
        "against": (content.get("against") or {}).get(key),
        "beside": [one for one in beside if one["table"] == key],
        "with_without": [
            one
            for one in content.get("with_without") or ()
            if table["by"] is None and one["question"] == table["question"]
        ],
        "finding": content["findings"].get(key),
        "written": (content.get("written") or {}).get(key),
        "question": wording["questions"].get(table["question"]),
        "dimension": wording["dimensions"].get(table["by"]) if table["by"] else None,
        "nets": [net for net in wording["nets"] if net["question"] == table["question"]],
    }

"""What a release sets beside its tables as CSV: one line a figure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from surveys.results.exports import COMPARISONS, WORDS, Content, shown, to_csv
from surveys.results.tables import ALL
from surveys.results.with_without import BY, REST
from surveys.results.wording import Words

Line = tuple[str | int | None, ...]


def comparisons_csv(content: Content, locale: str, words: Mapping[str, str] = WORDS) -> bytes:
    """Everything compared in the release: the census, the survey before, topics in order, group and rest, and
    everybody with and without those who sent nearly the same words."""
    said = Words(content["wording"], locale, content["locales"][0], words)
    found = (
        *_population(content, said, words),
        *_since(content, said, words),
        *_orders(content, said, words),
        *_against(content, said, words),
        *_campaign(content, said, words),
    )
    return to_csv([COMPARISONS, *found])


def _population(content: Content, said: Words, words: Mapping[str, str]) -> Iterator[Line]:
    for one in content.get("beside") or ():
        question = _question(content, one["table"])
        start = ("census", one["table"], question, said.question(question, "text"))
        for group in one["groups"]:
            name = said.group(question, one["dimension"], group["key"])
            for measure, figure in (("answered", group["here"]), ("live_here", group["there"])):
                yield (*start, group["key"], name, measure, figure)
        for group in one["left"]:
            name = said.group(question, one["dimension"], group["key"])
            yield (*start, group["key"], name, "answered", words[group["why"]])


def _since(content: Content, said: Words, words: Mapping[str, str]) -> Iterator[Line]:
    kept = content.get("since") or {"tables": {}}
    for key, one in kept["tables"].items():
        question = _question(content, key)
        about = (key, question, said.question(question, "text"))
        for year in reversed(one.get("earlier", ())):
            for row in year["shares"]:
                share = words[row["hidden"]] if row["share"] is None else row["share"]
                name = said.answer(question, row["key"], None)
                yield (f"{year['survey']}/{year['number']}", *about, row["key"], name, "then", share)
        start = (f"{kept['survey']}/{kept['number']}", *about)
        for row in one["rows"]:
            name = said.answer(question, row["key"], None)
            then = words[row["then_hidden"]] if row["then"] is None else row["then"]
            now = words["withheld"] if row["now"] is None else row["now"]
            yield (*start, row["key"], name, "then", then)
            yield (*start, row["key"], name, "now", now)
            for measure, field in (
                ("difference", "points"),
                ("difference_low", "low"),
                ("difference_high", "high"),
            ):
                figure = words["not-compared"] if row[field] is None else row[field]
                yield (*start, row["key"], name, measure, figure)


def _orders(content: Content, said: Words, words: Mapping[str, str]) -> Iterator[Line]:
    for key, one in (content.get("orders") or {}).items():
        question = _question(content, key)
        start = ("order", key, question, said.question(question, "text"))
        for place in one["places"]:
            name = said.answer(question, place["key"], None)
            for measure, field in (
                ("place_first", "first"), ("place_last", "last"), ("place_low", "low"),
                ("place_high", "high"), ("first_three", "top_three"),
            ):  # fmt: skip
                yield (*start, place["key"], name, measure, place[field])
            if "points" in place:
                yield (*start, place["key"], name, "points", place["points"])
        for gone in one["left"]:
            name = said.answer(question, gone["key"], None)
            yield (*start, gone["key"], name, "place_first", words[gone["why"]])


def _against(content: Content, said: Words, words: Mapping[str, str]) -> Iterator[Line]:
    by = {table["key"]: table["by"] for table in content["tables"]}
    for key, one in (content.get("against") or {}).items():
        question = _question(content, key)
        start = ("rest", key, question, said.question(question, "text"))
        for group in one["groups"]:
            name = said.group(question, by[key], group["key"])
            figures = {
                "group": group["share"], "rest": group["rest"], "difference": group["points"],
                "difference_low": group["low"], "difference_high": group["high"],
                "chance": f"{group['chance']:.3f}", "differs": words["yes" if group["differs"] else "no"],
            }  # fmt: skip
            for measure, figure in figures.items():
                yield (*start, group["key"], name, measure, figure)
        for gone in one["left"]:
            name = said.group(question, by[key], gone["key"])
            yield (*start, gone["key"], name, "difference", words[gone["why"]])


def _campaign(content: Content, said: Words, words: Mapping[str, str]) -> Iterator[Line]:
    sides = {ALL: "everybody", REST: "without"}
    for table in content.get("with_without") or ():
        question = table["question"]
        label = said.question(question, "text")
        if table["item"]:
            label = f"{label} {said.row(question, table['item'])}"
        start = ("campaign", table["key"].partition(f".by.{BY}")[0], question, label)
        for group in table["groups"]:
            side, why = sides[group["key"]], group["hidden"]
            base = shown(group["answered"], why or _withheld(group), words)
            yield (*start, "", words[ALL], f"{side}_answered", base)
            for row in group["rows"]:
                hidden = why or row["hidden"] or ("few" if row["count"] is None else None)
                share = words[hidden or "percent-none"] if row["percent"] is None else row["percent"]
                name = said.answer(question, row["key"], None)
                yield (*start, row["key"], name, f"{side}_people", shown(row["count"], hidden, words))
                yield (*start, row["key"], name, f"{side}_share", share)


def _withheld(group: Mapping[str, Any]) -> str | None:
    return "protect" if "answered" in group["withheld"] else None


def _question(content: Content, key: str) -> str:
    table: Mapping[str, Any] = next(one for one in content["tables"] if one["key"] == key)
    return str(table["question"])

"""What a release sets beside its tables: the census, the survey before, how sure an order is, group and rest.

Made when the release is made, from its rounded tables (a true ranking's order from rounded sums, see
:mod:`surveys.results.ranked`) and nothing else of our own, and kept in it, so that page and files say the
same for ever. Plain JSON, without a word: keys, whole per cent, codes of why not.

``beside``: a list by dimension of {dimension, table, source, as_of, groups: [{key, people, here, there}],
left: [{key, why}]}; ``why``: "no-census", "not-asked", "few", "protect", or why the table's group is hidden.
``since``: None, or {survey, number, first_day, tables: {table: {reason, rows: [{key, then, then_hidden, now,
points, low, high, differs}], earlier: [{survey, number, first_day, shares: [{key, share, hidden}]}]}}};
``reason`` "" or a code of :func:`unlike`, "hidden", "base-small"; ``earlier``: the surveys before that one,
the newest first, as far back as the same question was asked in the same words and nothing stood in the way.
``against``: {table: groups against the rest, see :mod:`surveys.results.against`}.
``orders``: {table: {draws, places: [{key, rank, first, last, low, high, top_three}], left: [{key, why}]}}.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from surveys import arrays as np
from surveys.questionnaire.model import Category, Dimension, Questionnaire
from surveys.results import ranked, ranking
from surveys.results.against import against
from surveys.results.comparison import SMALLEST_BASE, Compared, Share, each
from surveys.results.disclosure import ReleasedTable
from surveys.results.rounding import Policy, percent
from surveys.results.weighting import Target

Content = Mapping[str, Any]
Table = Mapping[str, Any]
COMPARED = ("one", "one-of")
"""Kinds of question compared with the survey before, beside the headline."""


def about_people(document: Questionnaire) -> frozenset[str]:
    """Questions that say who answered: they place people in groups, or belong to an equality part."""
    placing = {question for dimension in document.dimensions for question in dimension.questions}
    after = {
        question.id
        for part in document.parts
        if part.after_check
        for page in part.pages
        for question in page.questions
    }
    return frozenset(placing | after)


def alongside(
    content: Content,
    document: Questionnaire,
    targets: Sequence[Target],
    before: Sequence[Content],
    tallies: Mapping[str, ranked.Tally],
) -> dict[str, Any]:
    """Everything set beside the tables of this release. ``before``: the releases of the surveys before it,
    the newest first; ``tallies``: of the rankings, by question."""
    toplines = {table["key"]: table for table in content["tables"] if table["by"] is None}
    return {
        "beside": population(toplines, document, targets),
        "since": since(content, toplines, document, before) if before else None,
        "orders": orders(toplines, document, tallies),
        "against": {
            table["key"]: found
            for table in content["tables"]
            if (found := against(ReleasedTable.from_json(table))) is not None
        },
    }


def without(kept: Content, keys: set[str]) -> dict[str, Any]:
    """The same without what belongs to tables that are not published. ``kept``: a release's content."""
    found: dict[str, Any] = {}
    if "beside" in kept:
        found["beside"] = [one for one in kept["beside"] if one["table"] in keys]
        for name in ("orders", "against"):
            found[name] = {key: one for key, one in kept.get(name, {}).items() if key in keys}
        years = kept["since"]
        found["since"] = years and {
            **years,
            "tables": {key: one for key, one in years["tables"].items() if key in keys},
        }
    return found


# Who answered, and who lives here --------------------------------------------------------------------------


def population(
    toplines: Mapping[str, Table], document: Questionnaire, targets: Sequence[Target]
) -> list[dict[str, Any]]:
    """Every dimension that one released question places people in and the census counts.

    Both sides are shares of the people in the groups that both of them count. No ``groups``: fewer than two
    can be compared, or too few people answered for a percentage.
    """
    known = {target.axis: target for target in targets}
    return [
        _beside(toplines[dimension.questions[0]], dimension, known[dimension.key])
        for dimension in document.dimensions
        if dimension.key in known and len(dimension.questions) == 1 and dimension.questions[0] in toplines
    ]


def _beside(table: Table, dimension: Dimension, target: Target) -> dict[str, Any]:
    both: list[tuple[str, int, float]] = []
    left: list[dict[str, str]] = []
    for category in dimension.categories:
        there = target.shares.get(category.key)
        people, why = _counted(table, dimension, category)
        if there is None:
            left.append({"key": category.key, "why": "no-census"})
        elif people is None:
            left.append({"key": category.key, "why": why})
        else:
            both.append((category.key, people, there))
    here_all, there_all = sum(one[1] for one in both), sum(one[2] for one in both)
    groups = []
    for key, people, there in both:
        here = percent(people, here_all, Policy())
        if here is not None and there_all > 0:
            share = int(100 * there / there_all + 0.5)
            groups.append({"key": key, "people": people, "here": here, "there": share})
    return {
        "dimension": dimension.key,
        "table": table["key"],
        "source": target.source,
        "as_of": target.as_of.isoformat() if target.as_of else None,
        "groups": groups if len(groups) > 1 else [],
        "left": left,
    }


def _counted(table: Table, dimension: Dimension, category: Category) -> tuple[int | None, str]:
    """The rounded counts of the answers that make up a group; None, and why, when one of them is hidden."""
    group = table["groups"][0]
    rows = {row["key"]: row for row in group["rows"]}
    total = 0
    for key in category.answers.get(dimension.questions[0], ()):
        row = rows.get(key)
        if row is None:
            return None, "not-asked"
        if row["count"] is None:
            return None, group["hidden"] or row["hidden"] or "few"
        total += row["count"]
    return total, ""


# Then and now ---------------------------------------------------------------------------------------------


def since(
    content: Content, toplines: Mapping[str, Table], document: Questionnaire, before: Sequence[Content]
) -> dict[str, Any]:
    """The headline and every single choice about views, beside the same question of the survey before.

    Both sides are the rounded tables of two releases, taken as independent: nobody is followed. Years before
    that are only shown: nothing is tested against them.
    """
    last, *further = before
    people = about_people(document)
    tables: dict[str, Any] = {}
    for key, table in toplines.items():
        views = table["question"] not in people and key == table["question"]
        if views and (table["kind"] in COMPARED or key == content["headline"]):
            reason, old = _comparable(table, content, last)
            if old is None:
                tables[key] = {"reason": reason, "rows": [], "earlier": []}
            else:
                rows = _changes(table["groups"][0], old["groups"][0])
                tables[key] = {"reason": "", "rows": rows, "earlier": _earlier(table, content, further)}
    return {**_named(last), "tables": tables}


def _named(release: Content) -> dict[str, Any]:
    return {name: release[name] for name in ("survey", "number", "first_day")}


def _earlier(table: Table, content: Content, further: Sequence[Content]) -> list[dict[str, Any]]:
    """The same answers in the years before the last, until the first year that may not be compared."""
    found: list[dict[str, Any]] = []
    for release in further:
        old = _comparable(table, content, release)[1]
        if old is None:
            break
        rows = {row["key"]: row for row in old["groups"][0]["rows"]}
        shares: list[dict[str, Any]] = [
            {"key": key, "share": rows[key]["percent"], "hidden": _hidden(rows[key])}
            for key in (row["key"] for row in table["groups"][0]["rows"])
            if key in rows
        ]
        found.append({**_named(release), "shares": shares})
    return found


def _hidden(row: Mapping[str, Any]) -> str | None:
    """Why a row has no percentage; None when it has one."""
    if row["percent"] is not None:
        return None
    return row["hidden"] or ("few" if row["count"] is None else "percent-none")


def _comparable(table: Table, content: Content, before: Content) -> tuple[str, Table | None]:
    """The table of the same question in an earlier release; None, and why, when it may not be compared."""
    asked, earlier = content["wording"]["questions"], before["wording"]["questions"]
    question = asked[table["question"]]
    key = next((id for id, one in earlier.items() if one["identity"] == question["identity"]), None)
    if key is None:
        return ("identity" if table["question"] in earlier else "not-asked"), None
    if reason := unlike(asked, question, earlier, earlier[key]):
        return reason, None
    old = next((t for t in before["tables"] if t["key"] == key), None)
    if old is None:
        return "not-asked", None
    then, now = old["groups"][0], table["groups"][0]
    if then["hidden"] or now["hidden"] or None in (then["answered"], now["answered"]):
        return "hidden", None
    if min(then["answered"], now["answered"]) < SMALLEST_BASE:
        return "base-small", None
    return "", old


def unlike(
    asked: Mapping[str, Any], now: Mapping[str, Any], earlier: Mapping[str, Any], then: Mapping[str, Any]
) -> str:
    """Why two questions of one identity may not be compared, from two releases' wordings; "" if they may."""
    if now["wording"] != then["wording"]:
        return "wording"
    if now["kind"] != then["kind"]:
        return "kind"
    if _answers(now) != _answers(then):
        return "answers"
    if now["of"]:
        return unlike(asked, asked[now["of"]], earlier, earlier[then["of"]])
    return ""


def _answers(question: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(answer["key"] for answer in question["answers"])


def _changes(now: Mapping[str, Any], then: Mapping[str, Any]) -> list[dict[str, Any]]:
    old = {row["key"]: row for row in then["rows"]}
    rows = [row for row in now["rows"] if row["key"] in old]
    shown = [r for r in rows if r["percent"] is not None and old[r["key"]]["percent"] is not None]
    made = each(
        {row["key"]: Share.of(row["count"], now["answered"]) for row in shown},
        {row["key"]: Share.of(old[row["key"]]["count"], then["answered"]) for row in shown},
    )
    return [_change(row, old[row["key"]], made.get(row["key"])) for row in rows]


def _change(row: Mapping[str, Any], old: Mapping[str, Any], made: Compared | None) -> dict[str, Any]:
    then = old["percent"]
    found = {"key": row["key"], "then": then, "then_hidden": _hidden(old), "now": row["percent"]}
    if made is None:
        return {**found, "points": None, "low": None, "high": None, "differs": False}
    points = row["percent"] - then
    low, high = round(100 * made.interval.low), round(100 * made.interval.high)
    return {
        **found,
        "points": points,
        "low": min(low, points),
        "high": max(high, points),
        "differs": made.differs,
    }


# Orders ---------------------------------------------------------------------------------------------------


def orders(
    toplines: Mapping[str, Table], document: Questionnaire, tallies: Mapping[str, ranked.Tally]
) -> dict[str, Any]:
    """How sure the order is: of the headline, of the one that matters most, and of every true ranking."""
    found = {}
    for table in toplines.values():
        asked = document.question_by_id[table["question"]]
        leads = asked.id == document.headline or (asked.kind == "one-of" and asked.of == document.headline)
        if table["key"] != table["question"]:
            continue
        if asked.kind != "ranking":
            made = order(table, document) if leads else None
        else:
            made = ranked.order(tallies[asked.id], toplines, table, document) if asked.id in tallies else None
        if made:
            found[table["key"]] = made
    return found


def order(table: Table, document: Questionnaire) -> dict[str, Any] | None:
    """Places, with what chance could make of them; None under 30 people or two topics that can be ranked."""
    group = table["groups"][0]
    answered = group["answered"]
    if group["hidden"] or answered is None or answered < SMALLEST_BASE:
        return None
    topics = _topics(table, document)
    shown = [row for row in group["rows"] if row["key"] in topics and row["count"] is not None]
    if len(shown) < 2:
        return None
    counts = np.array([row["count"] for row in shown], dtype=np.int64)
    draw = ranking.shares_drawn if table["kind"] != "several" else ranking.apart_drawn
    drawn = draw(counts, answered, draws=ranking.DRAWS)
    places = ranking.order_of([row["key"] for row in shown], counts / answered, drawn)
    left = [
        {"key": row["key"], "why": row["hidden"] or "few"}
        for row in group["rows"]
        if row["key"] in topics and row["count"] is None
    ]
    return {"draws": ranking.DRAWS, "places": ranking.as_json(places), "left": left}


def _topics(table: Table, document: Questionnaire) -> frozenset[str]:
    """The topics named in the question: not "None of these", not what people wrote in themselves."""
    asked = document.question_by_id[table["base"]]
    return frozenset(
        option.key
        for option in asked.options
        if option.meaning in ("answer", "elsewhere") and not option.write_in
    )

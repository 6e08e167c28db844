"""The one thing each released table says: only from shown figures, ties as ties, no percentage of a few."""

from __future__ import annotations

from typing import Any

import pytest

from surveys.results.disclosure import ReleasedGroup, ReleasedRow, ReleasedTable, percent
from surveys.results.findings import headline
from surveys.results.rounding import Policy
from tests.surveys.results.people import document

POLICY = Policy()


def group(
    base: int | None, rows: dict[str, int | None], key: str = "all", hidden: str | None = None
) -> ReleasedGroup:
    shown = tuple(ReleasedRow(k, n, percent(n, base, POLICY)) for k, n in rows.items())
    return ReleasedGroup(key, base, base, None, hidden, shown)


def table(question: str, *groups: ReleasedGroup, key: str = "", **more: Any) -> ReleasedTable:
    kind = document().question_by_id[question].kind
    given: dict[str, Any] = {"by": None, "net": None, "item": None, "rules": (), **more}
    return ReleasedTable(key or question, question, kind, question, groups=groups, **given)


def said(shown: ReleasedTable, *others: ReleasedTable) -> tuple[str, dict[str, Any]]:
    finding = headline(shown, [shown, *others], document())
    return finding.code, dict(finding.facts)


TOPICS = ("asb", "burglary", "roads", "scams", "else", "none", "dont-know")


def topics(base: int | None, *counts: int | None, **more: Any) -> ReleasedTable:
    return table("topics", group(base, dict(zip(TOPICS, counts, strict=True)), **more))


@pytest.mark.parametrize(
    ("shown", "code", "facts"),
    [
        (
            topics(200, 105, 20, 80, 40, None, 10, 10),
            "several.top",
            {
                "first": "asb", "percent": 53, "second": "roads", "second_percent": 40, "people": 105,
                "base": 200,
            },
        ),
        (
            topics(200, 80, 20, 80, 40, None, 10, 10),
            "several.tie",
            {"keys": ["asb", "roads"], "percent": 40, "people": 80, "base": 200},
        ),
        (
            topics(3000, 1000, 20, 1005, 40, None, 10, 10),
            "several.top",
            {
                "first": "roads", "percent": 34, "second": "asb", "second_percent": 33, "people": 1005,
                "base": 3000,
            },
        ),
        (
            topics(6000, 1000, 20, 1005, 40, None, 10, 10),
            "several.tie",
            {"keys": ["asb", "roads"], "percent": 17, "people": 1000, "base": 6000},
        ),
        (
            topics(200, 60, 50, 50, None, None, 10, 10),
            "several.top",
            {"first": "asb", "percent": 30, "people": 60, "base": 200},
        ),
        (
            topics(200, 60, 20, 20, None, None, 10, 90),
            "several.top",
            {
                "first": "asb", "percent": 30, "aside": "dont-know", "aside_percent": 45, "people": 60,
                "base": 200,
            },
        ),
        (
            topics(25, 15, 10, None, None, None, None, None),
            "several.top-few",
            {"first": "asb", "people": 15, "base": 25},
        ),
        (
            topics(25, 10, 10, None, None, None, None, None),
            "several.tie-few",
            {"keys": ["asb", "burglary"], "people": 10, "base": 25},
        ),
        (topics(30, None, None, None, None, None, None, None), "several.spread", {"base": 30}),
        (topics(None, *[None] * 7, hidden="few"), "hidden.few", {}),
        (topics(40, *[None] * 7, hidden="alike"), "hidden.alike", {}),
    ],
)  # fmt: skip
def test_a_list_of_choices_names_what_was_chosen_most(
    shown: ReleasedTable, code: str, facts: dict[str, Any]
) -> None:
    assert said(shown) == (code, facts)


def test_two_equal_seconds_are_not_ranked() -> None:
    assert "second" not in said(topics(200, 60, 50, 50, None, None, 10, 10))[1]


def test_a_scale_speaks_of_its_net() -> None:
    rows = {
        "very-safe": 50,
        "fairly-safe": 60,
        "a-bit-unsafe": 55,
        "very-unsafe": 30,
        "never": None,
        "dont-know": None,
    }
    assert said(table("safe-dark", group(200, rows))) == (
        "scale.net", {"net": "unsafe", "percent": 43, "people": 85, "base": 200},
    )  # fmt: skip
    by_ward = table(
        "safe-dark", group(200, {"unsafe": 90}), key="safe-dark.by.ward.unsafe", by="ward", net="unsafe"
    )
    assert said(table("safe-dark", group(200, rows)), by_ward) == (
        "scale.net", {"net": "unsafe", "percent": 45, "people": 90, "base": 200},
    )  # fmt: skip
    small = {**rows, "very-safe": None, "a-bit-unsafe": 10, "very-unsafe": 10, "fairly-safe": None}
    assert said(table("safe-dark", group(25, small))) == (
        "scale.net-few",
        {"net": "unsafe", "people": 20, "base": 25},
    )


def test_a_scale_whose_net_has_a_hidden_part_names_its_first_answer_instead() -> None:
    rows = {
        "very-safe": 50,
        "fairly-safe": 60,
        "a-bit-unsafe": 25,
        "very-unsafe": None,
        "never": None,
        "dont-know": 30,
    }
    assert said(table("safe-dark", group(170, rows)))[0] == "one.top"


def test_a_ranking_has_a_finding_for_ranked_and_for_first() -> None:
    rows: dict[str, int | None] = {"lights": 60, "patrols": 40, "youth": 30, "cameras": 20, "dont-know": None}
    assert said(table("improve", group(100, rows)))[0] == "ranking.top"
    assert said(table("improve", group(100, rows), key="improve.first"))[0] == "ranking-first.top"


@pytest.mark.parametrize(
    ("points", "code", "facts"),
    [
        ([0, 0, 10, 20, 40, 60, 40, 20, 0, 0, 0], "rating.middle", {"middle": "5"}),
        ([None] * 5 + [60, 40] + [None] * 4, "rating.between", {"first": "5", "last": "6"}),
        ([None] * 11, "rating.spread", {}),
    ],
)
def test_a_rating_tells_the_middle_answer_as_far_as_shown_figures_tell(
    points: list[int | None], code: str, facts: dict[str, Any]
) -> None:
    shown = table("trust", group(190, {str(n): p for n, p in enumerate(points)}))
    plain = document().model_copy(update={"nets": []})
    finding = headline(shown, [shown], plain)
    ends = {} if code == "rating.spread" else {"low": 0, "high": 10}
    assert (finding.code, dict(finding.facts)) == (code, {"base": 190, **ends, **facts})


def test_a_number_tells_the_bin_in_the_middle() -> None:
    shown = table("years", group(100, {"under-2": 20, "2-9": 70, "10-over": 10, "dont-know": None}))
    finding = headline(shown, [shown], document().model_copy(update={"nets": []}))
    assert (finding.code, dict(finding.facts)) == ("number.middle", {"base": 100, "middle": "2-9"})


def grid(*shares: tuple[str, int, int | None]) -> ReleasedTable:
    return table(
        "help-known",
        *(group(base, {"yes": 10, "no": no, "dont-know": 10}, key=row) for row, base, no in shares),
    )


@pytest.mark.parametrize(
    ("shown", "code", "facts"),
    [
        (
            grid(("scams", 100, 30), ("hate-crime", 100, 60), ("fire", 100, 30)),
            "grid.range",
            {
                "highest": ["hate-crime"],
                "highest_percent": 70,
                "lowest": ["scams", "fire"],
                "lowest_percent": 40,
            },
        ),
        (
            grid(("scams", 100, 30), ("hate-crime", 100, 30), ("fire", 100, None)),
            "grid.level",
            {"percent": 40, "rows": ["scams", "hate-crime"]},
        ),
        (grid(("scams", 100, 30), ("hate-crime", 25, 10), ("fire", 20, None)), "grid.few", None),
    ],
)
def test_a_grid_compares_its_rows(shown: ReleasedTable, code: str, facts: dict[str, Any] | None) -> None:
    assert said(shown) == (code, {} if facts is None else {"key": "not-sure", "net": True, **facts})


def by_age(*shares: tuple[str, int | None], everybody: int = 100) -> ReleasedTable:
    groups = [group(200, {"crime": everybody})]
    groups += [
        group(100, {"crime": n}, key=k) if n else group(None, {"crime": None}, k, "few") for k, n in shares
    ]
    return table("topics", *groups, key="topics.by.age.crime", by="age", net="crime")


@pytest.mark.parametrize(
    ("shown", "code", "facts"),
    [
        (
            by_age(("13-24", 60), ("25-over", 40), ("not-given", 90)),
            "by.apart",
            {
                "by": "age", "net": "crime", "shown": 2, "unshown": 0, "percent": 50,
                "apart": [["13-24", 60, 40, 20], ["25-over", 40, 60, -20]],
            },
        ),
        (
            by_age(("13-24", 60), ("25-over", 60), everybody=120),
            "by.alike",
            {"by": "age", "net": "crime", "percent": 60, "shown": 2, "unshown": 0},
        ),
        (by_age(("13-24", None), ("25-over", None)), "by.few", {"by": "age", "shown": 0, "unshown": 2}),
    ],
)  # fmt: skip
def test_a_net_by_groups_names_those_apart_from_the_rest(
    shown: ReleasedTable, code: str, facts: dict[str, Any]
) -> None:
    assert said(shown) == (code, facts)


def test_choices_by_groups_say_whether_the_top_is_the_same() -> None:
    def shown(second: dict[str, int | None]) -> ReleasedTable:
        first: dict[str, int | None] = {"asb": 50, "roads": 20, "dont-know": 90}
        return table(
            "topics", group(200, first), group(100, first, "13-24"), group(100, second, "25-over"),
            group(100, {"roads": 90}, "not-given"), key="topics.by.age", by="age",
        )  # fmt: skip

    assert said(shown({"asb": 40, "roads": 20})) == (
        "by.same-top", {"by": "age", "first": "asb", "shown": 2, "unshown": 0},
    )  # fmt: skip
    assert said(shown({"asb": 40, "roads": 40})) == (
        "by.tops",
        {"by": "age", "shown": 2, "unshown": 0, "tops": [["13-24", ["asb"]], ["25-over", ["asb", "roads"]]]},
    )


def test_a_text_says_how_many_wrote() -> None:
    assert said(table("why", group(120, {"wrote": 120}))) == ("text.wrote", {"people": 120})

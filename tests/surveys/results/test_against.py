"""Each group against the rest: from published figures only, corrected together, nothing under 30 people."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from surveys.results.against import against, worth
from surveys.results.comparison import Share, compare, holm
from surveys.results.disclosure import ReleasedGroup, ReleasedRow, ReleasedTable, percent
from surveys.results.findings import headline
from surveys.results.rounding import Policy, rounded
from tests.surveys.results.people import document

POLICY = Policy()


def group(key: str, count: int | None, base: int | None, hidden: str | None = None) -> ReleasedGroup:
    row = ReleasedRow("unsafe", count, percent(count, base, POLICY))
    return ReleasedGroup(key, base, base, None, hidden, (row,))


def table(*groups: ReleasedGroup, by: str | None = "ward", net: str | None = "unsafe") -> ReleasedTable:
    return ReleasedTable(
        "safe-dark.by.ward.unsafe", "safe-dark", "one", "safe-dark", by, net, None, groups, ()
    )


def compared(*groups: ReleasedGroup) -> dict[str, dict[str, Any]]:
    found = against(table(*groups))
    assert found is not None
    return {one["key"]: one for one in found["groups"]}


WARDS = (group("all", 500, 1205), group("bottisham", 80, 155), group("ely-east", 35, 95))
"""52 and 37 per cent: the ends of a list of wards, and only one of them is apart from the rest."""


def test_the_figures_are_those_of_the_table_and_its_rest() -> None:
    found = compared(*WARDS)
    tests = [
        compare(worth(Share.of(80, 155), 1), worth(Share.of(420, 1050), 2)),
        compare(worth(Share.of(35, 95), 1), worth(Share.of(465, 1110), 2)),
    ]
    corrected = holm([one.chance for one in tests])
    assert found["bottisham"] == {
        "key": "bottisham", "share": 52, "rest": 40, "points": 12, "differs": True,
        "low": round(100 * tests[0].interval.low), "high": round(100 * tests[0].interval.high),
        "chance": round(corrected[0], 3),
    }  # fmt: skip
    assert (found["ely-east"]["share"], found["ely-east"]["rest"]) == (37, 42)
    assert [found[key]["differs"] for key in ("bottisham", "ely-east")] == [one < 0.05 for one in corrected]


def test_the_more_groups_the_larger_a_difference_must_be() -> None:
    few = compared(group("all", 500, 1205), group("bottisham", 80, 155))
    others = [group(f"ward-{n}", 35, 80) for n in range(13)]
    many = compared(group("all", 500, 1205), group("bottisham", 80, 155), *others)
    assert few["bottisham"]["chance"] < many["bottisham"]["chance"] < 1
    assert not any(many[one.key]["differs"] for one in others)


@pytest.mark.parametrize(
    ("shown", "why"),
    [
        (group("small", 10, 25), "base-small"),
        (group("small", None, 80), "few"),
        (group("small", None, None, "few"), "few"),
        (group("small", None, None, "complement"), "complement"),
        (group("small", 600, 1180), "base-small"),
    ],
)
def test_what_is_hidden_or_small_is_left_out_and_says_why(shown: ReleasedGroup, why: str) -> None:
    found = against(table(*WARDS, shown))
    assert found is not None
    assert found["left"] == [{"key": "small", "why": why}]
    assert [one["key"] for one in found["groups"]] == ["bottisham", "ely-east"]


def test_not_given_is_part_of_the_rest_and_no_group() -> None:
    assert compared(*WARDS, group("not-given", 90, 100)) == compared(*WARDS)


def test_nothing_is_compared_with_a_hidden_whole_and_nothing_but_nets_by_groups() -> None:
    assert against(table(group("all", 500, 1205), by=None)) is None
    assert against(table(group("all", 500, 1205), net=None)) is None
    found = against(table(group("all", None, 1205, "alike"), group("bottisham", 80, 155)))
    assert found == {"groups": [], "left": [{"key": "bottisham", "why": "withheld"}]}


def test_a_rounded_share_varies_as_one_of_fewer_people() -> None:
    random = np.random.default_rng(2)
    exact = random.binomial(60, 0.4, 200_000)
    base = 60 + random.integers(-2, 3, exact.size)  # which of the five numbers rounds to 60
    shown = 5 * ((2 * exact + 5) // 10) / 60
    varied = np.var(shown) + np.var(exact / base - exact / 60)
    one = worth(Share.of(24, 60), 1)
    assert one.share * (1 - one.share) / one.effective == pytest.approx(varied, rel=0.03)
    assert worth(Share.of(60, 60), 1).effective == 60


def test_where_nothing_differs_a_table_seldom_names_a_group() -> None:
    random = np.random.default_rng(5)
    named = 0
    for _ in range(400):
        sizes = random.integers(35, 160, 14)
        counts = random.binomial(sizes, 0.4)
        groups = [
            group(f"w{n}", rounded(int(c), POLICY), rounded(int(s), POLICY))
            for n, (c, s) in enumerate(zip(counts, sizes, strict=True))
        ]
        whole = group("all", rounded(int(counts.sum()), POLICY), rounded(int(sizes.sum()), POLICY))
        named += any(one["differs"] for one in compared(whole, *groups).values())
    assert named / 400 < 0.08


def said(*groups: ReleasedGroup) -> tuple[str, dict[str, Any]]:
    shown = table(*groups)
    finding = headline(shown, [shown], document())
    return finding.code, dict(finding.facts)


def test_a_finding_names_only_groups_that_differ() -> None:
    assert said(*WARDS, group("small", None, None, "few")) == (
        "by.apart",
        {
            "by": "ward", "net": "unsafe", "shown": 2, "unshown": 1, "percent": 41,
            "apart": [["bottisham", 52, 40, 12]],
        },
    )  # fmt: skip
    level = [group(f"w{n}", count, 100) for n, count in enumerate((35, 40, 45, 50))]
    assert said(group("all", 170, 400), *level) == (
        "by.alike", {"by": "ward", "net": "unsafe", "shown": 4, "unshown": 0, "percent": 43},
    )  # fmt: skip
    assert said(group("all", 170, 400), group("w", 10, 25)) == (
        "by.few", {"by": "ward", "shown": 0, "unshown": 1},
    )  # fmt: skip

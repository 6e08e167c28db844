"""Counts of different questions read together: who knows the questionnaire learns no hidden number."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.questionnaire.codebook import codebook_of
from surveys.questionnaire.model import Questionnaire
from surveys.results import across, tables
from surveys.results.cube import Cube, count
from surveys.results.deduction import PLENTY, Range, Sum, narrowed
from surveys.results.disclosure import Policy, Publication, publish
from surveys.results.tables import ExactTable, Group, Row
from tests.surveys.questionnaire import samples
from tests.surveys.results.test_cube import ONE, layout_of

POLICY = Policy()
AGES = ("young", "middle", "old", "oldest")
UNLESS_NONE = {"not": {"question": "seen", "includes": ["none"]}}


def document(when: dict[str, Any] | None = None) -> Questionnaire:
    """Age, what was seen, and two questions by age, the oldest together; the last may have a condition."""

    def choose(kind: str, id: str, *keys: str) -> dict[str, Any]:
        options = [
            samples.option(n, key, key, **({"exclusive": True, "meaning": "none"} if key == "none" else {}))
            for n, key in enumerate(keys, start=1)
        ]
        return samples.question(kind, id, id, options=options)

    def category(key: str, *ages: str) -> dict[str, Any]:
        return {"key": key, "text": samples.t(key), "answers": {"age": list(ages)}}

    return Questionnaire.model_validate(
        samples.document(
            "across",
            samples.part(
                "main",
                samples.page("1", choose("one", "age", *AGES)),
                samples.page("2", choose("several", "seen", "litter", "noise", "none")),
                samples.page("3", choose("one", "safe", "yes", "no")),
                samples.page("4", choose("one", "told", "yes", "no"), when=when),
            ),
            dimensions=[
                {
                    "key": "age",
                    "text": samples.t("age"),
                    "questions": ["age"],
                    "categories": [
                        category("young", "young"),
                        category("middle", "middle"),
                        category("over", "old", "oldest"),
                    ],
                }
            ],
            breakdowns=[{"question": "safe", "by": "age"}, {"question": "told", "by": "age"}],
        )
    )


def cube_of(asked: Questionnaire, everybody: list[dict[str, Any]]) -> Cube:
    pack = codebook_of(asked).pack
    return count(layout_of(asked), [(ONE, [pack(answers) for answers in everybody])])


def crowd(ages: tuple[int, ...], *, none: int = 0, told: bool = True) -> list[dict[str, Any]]:
    """People of these ages; the first ``none`` of them saw nothing, and are then not asked what they told."""
    found = []
    for n, age in enumerate(a for a, many in zip(AGES, ages, strict=True) for _ in range(many)):
        seen = ["none"] if n < none else ["litter", "noise"] if n % 3 else ["noise"]
        person: dict[str, Any] = {"age": age, "seen": seen, "safe": "yes" if n % 2 else "no"}
        if told or n >= none:
            person["told"] = "yes" if n % 4 else "no"
        found.append(person)
    return found


def released(asked: Questionnaire, everybody: list[dict[str, Any]], policy: Policy = POLICY) -> Publication:
    menu = tables.menu(cube_of(asked, everybody))
    return publish(menu, policy, document=asked, responses=len(everybody))


def reader(published: Publication, people: int, *, unless_none: bool) -> dict[Any, Range]:
    """What somebody works out who has the tables and the questionnaire before them; written out by hand."""
    known: dict[Any, Range] = {"n": around(5 * round(people / 5))}
    sums: list[Sum] = []
    shown = {table.key: table for table in published.tables}
    for table in shown.values():
        for group in table.groups:
            base = (table.key, group.key)
            sums.append(Sum((*base, "asked"), ((*base, "answered"), (*base, "skipped"))))
            for name in ("asked", "answered", "skipped"):
                value, out = getattr(group, name), group.hidden is not None or name in group.withheld
                known[(*base, name)] = (0, PLENTY) if out else around(value)
            for row in group.rows:
                out = group.hidden is not None or row.hidden is not None
                known[(*base, row.key)] = (0, PLENTY) if out else around(row.count)
            if table.kind == "one":
                sums.append(Sum((*base, "answered"), tuple((*base, row.key) for row in group.rows)))
        if table.by:
            whole, *parts = (group.key for group in table.groups)
            for name in ("asked", "answered", "skipped"):
                each = tuple((table.key, part, name) for part in parts)
                sums.append(Sum((table.key, whole, name), each))
    for key in ("age", "seen", "safe", "safe.by.age", *(() if unless_none else ("told", "told.by.age"))):
        sums.append(Sum("n", ((key, "all", "asked"),)))
    over = (("age", "all", "old"), ("age", "all", "oldest"))
    for key in ("safe.by.age", *(() if unless_none else ("told.by.age",))):
        sums.append(Sum((key, "over", "asked"), over))
        sums += [Sum((key, age, "asked"), (("age", "all", age),)) for age in ("young", "middle")]
    if unless_none:
        sums.append(Sum(("seen", "all", "asked"), (("told", "all", "asked"), ("seen", "all", "none"))))
        sums.append(Sum(("told", "all", "asked"), (("told.by.age", "all", "asked"),)))
        sums.append(Sum("over", over))
        sums.append(Sum("over", (("told.by.age", "over", "asked"),), exact=False))
    return narrowed(known, sums)


def around(shown: int | None) -> Range:
    return (0, 9) if shown is None else (max(shown - 2, 10), shown + 2)


def assert_nothing_is_given_away(
    published: Publication, ranges: dict[Any, Range], policy: Policy = POLICY
) -> int:
    """Every hidden answer keeps four possible numbers; how many answers are hidden."""
    hidden = 0
    for table in published.tables:
        for group in table.groups:
            for row in group.rows if group.hidden is None else ():
                if row.count is None:
                    low, high = ranges[(table.key, group.key, row.key)]
                    assert high - low + 1 >= policy.choices, (table.key, group.key, row.key, low, high)
                    hidden += 1
    return hidden


@settings(max_examples=150)
@given(
    ages=st.tuples(*(st.integers(0, 40),) * 2, *(st.integers(3, 14),) * 2),
    none=st.integers(0, 14),
    conditional=st.booleans(),
)
def test_the_questionnaire_gives_no_hidden_answer_away(
    ages: tuple[int, ...], none: int, conditional: bool
) -> None:
    everybody = crowd(ages, none=none, told=not conditional)
    published = released(document(UNLESS_NONE if conditional else None), everybody)
    assert_nothing_is_given_away(published, reader(published, len(everybody), unless_none=conditional))


def test_two_answers_of_nine_are_not_told_by_the_group_they_make() -> None:
    everybody = crowd((50, 50, 9, 9))
    published = released(document(), everybody)
    assert {g.hidden for t in published.tables if t.by for g in t.groups if g.key == "over"} == {"complement"}
    ranges = reader(published, len(everybody), unless_none=False)
    assert assert_nothing_is_given_away(published, ranges) >= 2
    apart = publish(tables.menu(cube_of(document(), everybody)), POLICY)
    alone = reader(apart, len(everybody), unless_none=False)
    assert alone[("age", "all", "old")] == (9, 9)  # what each question by itself would have told


def test_who_saw_nothing_is_not_told_by_who_was_asked_more() -> None:
    """A hundred were asked, and a hundred of them what they told: hardly anybody saw nothing."""
    exposed, policy = [], Policy(choices=6)
    for young, none in product(range(36, 42), range(10)):
        everybody = crowd((young, 40, 11, 11), none=none, told=False)
        published = released(document(UNLESS_NONE), everybody, policy)
        ranges = reader(published, len(everybody), unless_none=True)
        assert_nothing_is_given_away(published, ranges, policy)
        exposed.append(any(one.rule == "protect" for one in published.report))
    assert any(exposed)


# What a condition tells -----------------------------------------------------------------------------------

ASKED, TOLD = across.asked("seen"), across.asked("told")
LITTER, NOISE, NONE = (across.option("seen", key) for key in ("litter", "noise", "none"))
SKIPPED = ("skipped", "seen", 0, "", "", "all")
COUNTS = {ASKED: 100, LITTER: 40, NOISE: 60, NONE: 8, SKIPPED: 5}


def told_by(when: dict[str, Any], asked: int) -> list[Sum]:
    made = document(when)
    return [
        one
        for one in across.links({across.RESPONSES: 100, **COUNTS, TOLD: asked}, (), made).sums
        if TOLD in (one.total, *one.parts) and one != Sum(ASKED, (TOLD,), exact=False)
    ]


@pytest.mark.parametrize(
    ("when", "asked", "expected"),
    [
        ({"not": {"question": "seen", "includes": ["none"]}}, 92, [Sum(ASKED, (TOLD, NONE))]),
        ({"not": {"question": "seen", "includes": ["none"]}}, 80, [Sum(ASKED, (TOLD, NONE), exact=False)]),
        ({"question": "seen", "at_least": 1}, 87, [Sum(ASKED, (TOLD, NONE, SKIPPED))]),
        ({"question": "seen", "answered": True}, 95, [Sum(ASKED, (TOLD, SKIPPED))]),
        ({"question": "seen", "includes": ["none"]}, 7, [Sum(NONE, (TOLD,), exact=False)]),
        ({"question": "seen", "includes": ["litter"]}, 39, [Sum(LITTER, (TOLD,), exact=False)]),
        (
            {"not": {"question": "seen", "includes": ["litter"]}},
            60,
            [Sum(ASKED, (TOLD, LITTER))],
        ),
    ],
)
def test_a_condition_says_who_was_asked(when: dict[str, Any], asked: int, expected: list[Sum]) -> None:
    assert told_by(when, asked) == expected


def test_what_all_with_an_answer_are_asked_is_the_answer_itself() -> None:
    made = document({"question": "seen", "includes": ["none"]})
    found = across.links({across.RESPONSES: 100, **COUNTS, TOLD: 8}, (), made)
    assert (TOLD, NONE) in found.same


def test_two_answers_of_a_condition_cover_who_was_asked() -> None:
    made = document({"question": "age", "includes": ["young", "middle"]})
    young, middle = (across.option("age", key) for key in ("young", "middle"))
    counts = {across.RESPONSES: 100, across.asked("age"): 100, young: 40, middle: 30}
    assert Sum(TOLD, (young, middle)) in across.links({**counts, TOLD: 70}, (), made).sums
    fewer = across.links({**counts, TOLD: 65}, (), made).sums
    both = next(one.total for one in fewer if one.parts == (young, middle))
    assert Sum(both, (TOLD,), exact=False) in fewer


# Counts beside the tables ---------------------------------------------------------------------------------


def test_how_few_came_by_telephone_is_not_told_by_how_many_came_at_all() -> None:
    """998 responses, 882 by web and 107 on paper: rounded as they are, they left 9 and nothing else."""
    topline = ExactTable(
        "safe",
        "safe",
        "one",
        "safe",
        (Group("all", 998, 0, (Row("yes", 500), Row("no", 498))),),
        adds_up=True,
    )
    channels = {"web": 882, "paper": 107, "phone": 9}
    shown = publish(
        [topline], POLICY, document=document(), responses=998, shares={"channels": channels}
    ).shares["channels"]
    ranges = narrowed(
        {"n": around(1000), **{key: (0, PLENTY) if n is None else around(n) for key, n in shown.items()}},
        [Sum("n", tuple(channels))],
    )
    assert shown["web"] == 880
    for key, told in shown.items():
        if told is None:
            assert ranges[key][1] - ranges[key][0] + 1 >= POLICY.choices
    assert sum(told is None for told in shown.values()) == 2
    plain = publish(
        [topline], POLICY, document=document(), responses=998, shares={"c": {"web": 900, "paper": 98}}
    )
    assert plain.shares["c"] == {"web": 900, "paper": 100}


def test_what_did_not_move_since_the_last_release_stays_as_it_was() -> None:
    asked = document()
    menu = tables.menu(cube_of(asked, crowd((50, 50, 9, 9))))
    first = publish(menu, POLICY, document=asked, responses=118)
    again = publish(
        menu,
        POLICY,
        document=asked,
        responses=140,
        before=[(exact, next(t for t in first.tables if t.key == exact.key)) for exact in menu],
    )
    assert again.tables == first.tables

"""What a careful attacker could learn from published tables: nothing about fewer than ten people."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.errors import SurveysError
from surveys.questionnaire.codebook import codebook_of
from surveys.results import tables
from surveys.results.cube import Cube, count
from surveys.results.disclosure import Policy, ReleasedGroup, ReleasedTable, percent, publish, rounded
from surveys.results.tables import ExactTable, Group, Row
from tests.surveys.results.people import document, people, person
from tests.surveys.results.test_cube import ONE, layout_of

POLICY = Policy()


def cube_of(everybody: list[Any]) -> Cube:
    pack = codebook_of(document()).pack
    return count(layout_of(document()), [(ONE, [pack(a) for a in everybody])])


def released(everybody: list[Any]) -> dict[str, ReleasedTable]:
    cube = cube_of(everybody)
    menu = tables.menu(cube)
    clashing = tables.clashes(cube, menu, below=10)
    return {t.key: t for t in publish(menu, POLICY, clashing=clashing).tables}


def one(*people: int, skipped: int = 0, key: str = "q", **more: Any) -> ExactTable:
    """A single-choice topline with these counts for answers a, b, c…"""
    rows = tuple(Row("abcdefghij"[n], p) for n, p in enumerate(people))
    group = Group("all", sum(people) + skipped, skipped, rows)
    return ExactTable(key=key, question=key, kind="one", base=key, groups=(group,), adds_up=True, **more)


def by(groups: dict[str, tuple[int, ...]], **more: Any) -> ExactTable:
    """A single-choice question by a dimension; everybody is worked out."""
    parts = [
        Group(key, sum(counts), 0, tuple(Row("abcdefghij"[n], p) for n, p in enumerate(counts)))
        for key, counts in groups.items()
    ]
    summed = tuple(Row(row.key, sum(g.rows[n].people for g in parts)) for n, row in enumerate(parts[0].rows))
    whole = Group("all", sum(g.asked for g in parts), 0, summed)
    given: dict[str, Any] = {"key": "q.by.d", "question": "q", "kind": "one", "base": "q", "adds_up": True}
    return ExactTable(**{**given, **more}, by="d", groups=(whole, *parts))


def show(table: ExactTable) -> ReleasedTable:
    return publish([table], POLICY).tables[0]


# The numbers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("exact", "shown"),
    [
        (0, None),
        (1, None),
        (9, None),
        (10, 10),
        (12, 10),
        (13, 15),
        (17, 15),
        (18, 20),
        (502, 500),
        (503, 505),
    ],
)
def test_counts_under_ten_are_hidden_and_others_rounded_to_five(exact: int, shown: int | None) -> None:
    assert rounded(exact, POLICY) == shown


@pytest.mark.parametrize(
    ("count", "base", "share"),
    [(10, 30, 33), (15, 30, 50), (5, 200, 3), (10, 25, None), (None, 100, None), (30, None, None)],
)
def test_percentages_are_whole_and_need_a_shown_base_of_thirty(
    count: int | None, base: int | None, share: int | None
) -> None:
    assert percent(count, base, POLICY) == share


@given(counts=st.lists(st.integers(0, 400), min_size=2, max_size=6), skipped=st.integers(0, 60))
def test_a_percentage_gives_back_no_more_than_the_rounded_figures(counts: list[int], skipped: int) -> None:
    shown = show(one(*counts, skipped=skipped)).groups[0]
    for row in shown.rows:
        if row.percent is not None:
            assert row.count is not None
            assert shown.answered is not None
            assert row.percent == (200 * row.count + shown.answered) // (2 * shown.answered)
            assert 0 <= row.percent < 100


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), number=st.integers(0, 220))
def test_no_released_figure_is_under_ten_or_unrounded(seed: int, number: int) -> None:
    everybody = people(seed, number, document())
    exact = {t.key: t for t in tables.menu(cube_of(everybody))}
    found = released(everybody)
    for table in found.values():
        for group, truth in zip(table.groups, exact[table.key].groups, strict=True):
            figures = {
                "asked": truth.asked, "answered": truth.answered, "skipped": truth.skipped,
                **{row.key: row.people for row in truth.rows},
            }  # fmt: skip
            shown = {
                "asked": group.asked, "answered": group.answered, "skipped": group.skipped,
                **{row.key: row.count for row in group.rows},
            }  # fmt: skip
            for key, value in shown.items():
                assert value is None or (value >= 10 and value % 5 == 0 and abs(value - figures[key]) <= 2)
            if group.hidden:
                assert all((row.count, row.percent) == (None, None) for row in group.rows)
            for row, own in zip(group.rows, truth.rows, strict=True):
                if row.count is None and not group.hidden:
                    assert (row.hidden == "protect") == (own.people >= 10)
    assert ReleasedTable.from_json(found["topics"].as_json()) == found["topics"]


# Groups ---------------------------------------------------------------------------------------------------


def test_a_lone_person_in_a_ward_shows_nothing() -> None:
    random = Random(4)
    crowd = [person(random, document(), place="ashby", connection=["live"], age="25-64") for _ in range(60)]
    lone = person(random, document(), place="corton", connection=["live"], age="25-64")
    table = released([*crowd, lone])["safe-dark.by.ward"]
    assert table.group("e05000002") == ReleasedGroup(
        "e05000002",
        None,
        None,
        None,
        "few",
        tuple(replace(r, count=None, percent=None) for r in table.groups[2].rows),
    )
    # Everybody else is the complement of one person, so their ward is not shown either.
    assert table.group("e05000001").hidden == "complement"


def test_a_group_of_nearly_everybody_is_hidden_as_the_complement_of_few() -> None:
    shown = show(by({"x": (40, 30), "y": (4, 5), "z": (0, 0)}))
    assert {g.key: g.hidden for g in shown.groups} == {"all": None, "x": "complement", "y": "few", "z": "few"}
    shown = show(by({"x": (40, 30), "y": (10, 15), "z": (9, 12)}))
    assert {g.key: g.hidden for g in shown.groups} == {"all": None, "x": None, "y": None, "z": None}


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [((30, 0), "alike"), ((32, 0), "alike"), ((203, 2), "alike"), ((30, 9), None), ((198, 12), None)],
)
def test_a_group_that_answers_alike_shows_no_answers(counts: tuple[int, ...], hidden: str | None) -> None:
    group = show(one(*counts)).groups[0]
    assert group.hidden == hidden
    assert group.answered == rounded(sum(counts), POLICY)
    assert (group.rows[0].count is None) == (hidden is not None)


def test_a_group_that_answers_alike_cannot_be_worked_out_from_the_others() -> None:
    shown = show(by({"women": (200, 0, 0), "men": (150, 40, 20)}))
    assert shown.group("women").hidden == "alike"
    everybody, men = shown.group("all").row("a"), shown.group("men").row("a")
    assert None in (everybody.count, men.count)
    assert "protect" in (everybody.hidden, men.hidden)


def test_special_category_groups_need_twenty_inside_and_outside() -> None:
    table = by({"yes": (12, 7), "no": (80, 60), "not-given": (30, 25)}, special=True)
    assert {g.key: g.hidden for g in show(table).groups} == {
        "all": None, "yes": "special", "no": None, "not-given": None,
    }  # fmt: skip
    small = by({"yes": (80, 60), "no": (12, 7)}, special=True)
    assert show(small).group("yes").hidden == "complement"


def test_special_category_answers_by_place_are_not_published() -> None:
    publication = publish([by({"x": (90, 80), "y": (70, 60)}, special=True, place=True)], POLICY)
    assert publication.tables == ()
    assert [(a.table, a.rule) for a in publication.report] == [("q.by.d", "special-place")]


def test_a_filtered_table_is_refused() -> None:
    with pytest.raises(SurveysError) as refused:
        publish([one(50, 50, where=(("age", "13-24"),))], POLICY)
    assert refused.value.code == "table.filtered"


def test_two_dimensions_whose_groups_nearly_coincide_cannot_be_subtracted() -> None:
    random = Random(7)

    def crowd(number: int, **given: Any) -> list[Any]:
        topics = (["asb"], ["asb", "roads"], ["roads", "scams"])
        return [
            person(random, document(), connection=["live"], topics=random.choice(topics), **given)
            for _ in range(number)
        ]

    nowhere: dict[str, Any] = {"place": "birch-end", "ward": "not-sure"}
    cube = cube_of(
        [
            *crowd(40, place="ashby", age="65-over"),
            *crowd(40, place="corton", age="25-64"),
            *crowd(30, age="16-24", **nowhere),
            *crowd(3, age="25-64", **nowhere),
        ]
    )
    pair = (*tables.cross(cube, "topics", "ward"), *tables.cross(cube, "topics", "age"))
    # The 30 young people and the 33 who gave no ward differ by three people.
    clashing = tables.clashes(cube, pair, below=10)
    assert clashing == {("topics.by.age", "13-24")}
    shown = publish(pair, POLICY, clashing=clashing).tables[1]
    assert shown.group("13-24").hidden == "complement"
    assert tables.clashes(cube, pair, below=3) == set()


# Differencing ---------------------------------------------------------------------------------------------


@given(counts=st.lists(st.integers(10, 300), min_size=3, max_size=6), place=st.integers(0, 5))
def test_one_more_answer_changes_nothing_shown_unless_a_figure_crosses_its_rounding(
    counts: list[int], place: int
) -> None:
    place %= len(counts)
    before, after = show(one(*counts)).groups[0], None
    counts[place] += 1
    after = show(one(*counts)).groups[0]
    if before.hidden or after.hidden:
        return
    for n, (old, new) in enumerate(zip(before.rows, after.rows, strict=True)):
        if old.hidden or new.hidden or n != place:
            continue
        if old.count != new.count:
            assert counts[place] % 5 == 3
    if before.answered == after.answered and before.rows[place].count == after.rows[place].count:
        assert before == after


def _possible(group: ReleasedGroup) -> list[set[int]]:
    """Every value each row could have, by trying all of them: what a patient attacker would do."""
    most = 300

    def around(shown: int | None, *, left_out: bool) -> set[int]:
        if shown is not None:
            return set(range(max(shown - 2, 10), shown + 3))
        return set(range(10, most)) if left_out else set(range(10))

    def base(name: str) -> set[int]:
        shown = getattr(group, name)
        return set(range(most)) if name in group.withheld else around(shown, left_out=False)

    rows = [around(row.count, left_out=row.hidden == "protect") for row in group.rows]
    answered = base("answered") & {a - s for a in base("asked") for s in base("skipped")}
    found = []
    for n, row in enumerate(rows):
        others = {0}
        for other in (*rows[:n], *rows[n + 1 :]):
            others = {a + b for a in others for b in other if a + b <= max(answered)}
        found.append({value for value in row if any(a - value in others for a in answered)})
    return found


@settings(max_examples=300)
@given(counts=st.lists(st.integers(0, 45), min_size=2, max_size=5), skipped=st.integers(0, 14))
def test_every_hidden_count_could_be_any_of_several_numbers(counts: list[int], skipped: int) -> None:
    group = show(one(*counts, skipped=skipped)).groups[0]
    if group.hidden:
        return
    for row, values in zip(group.rows, _possible(group), strict=True):
        if row.count is None and row.hidden != "protect":
            assert len(values) >= POLICY.choices


def test_beside_a_published_base_no_rule_leaves_every_number_from_0_to_9_possible() -> None:
    group = show(one(6, 5)).groups[0]
    assert (group.answered, [row.count for row in group.rows]) == (10, [None, None])
    assert _possible(group) == [set(range(1, 10))] * 2  # were one nobody, ten would have given the other


def test_a_figure_that_would_give_a_hidden_one_away_is_left_out() -> None:
    # Four answers rounded up and a base rounded down leave exactly nobody for the fifth.
    counts = (18, 23, 28, 33, 0)
    policy = replace(POLICY, choices=1)
    told = publish([one(*counts)], policy).tables[0].groups[0]
    assert [row.count for row in told.rows] == [20, 25, 30, 35, None]
    assert told.answered == 100
    safe = show(one(*counts)).groups[0]
    assert [row.hidden for row in safe.rows].count("protect") >= 1
    assert safe.rows[0].hidden == "protect"


@pytest.mark.parametrize("number", [60, 250])
def test_wards_cannot_be_subtracted_from_the_whole(number: int) -> None:
    everybody = people(11, number, document())
    exact = {t.key: t for t in tables.menu(cube_of(everybody))}["safe-dark.by.ward"]
    shown = released(everybody)["safe-dark.by.ward"]
    for n, row in enumerate(shown.groups[0].rows):
        parts = [g.rows[n] for g in shown.groups[1:]]
        unknown = [m for m, part in enumerate(parts) if part.count is None]
        if row.count is None or len(unknown) != 1:
            continue
        truth = exact.groups[1 + unknown[0]].rows[n].people
        known = sum(part.count for part in parts if part.count is not None)
        slack = 2 * (len(parts))
        low, high = max(0, row.count - known - slack), row.count - known + slack
        assert low <= truth <= high
        if truth < 10:
            assert min(high, 9) - low + 1 >= POLICY.choices


def test_pick_then_one_stands_on_the_base_of_the_question_it_picks_from() -> None:
    found = released(people(21, 400, document()))
    topics, first = found["topics"].groups[0], found["topic-first"].groups[0]
    assert (topics.asked, topics.answered, topics.skipped) == (first.asked, first.answered, first.skipped)
    assert found["topic-first"].base == "topics"
    assert found["topic-first"].note == "base.earlier-question"


def test_a_text_question_shows_only_how_many_wrote() -> None:
    table = released(people(2, 300, document()))["why"]
    (row,) = table.groups[0].rows
    assert (row.key, row.percent) == ("wrote", None)
    assert row.count == table.groups[0].answered


def test_the_report_names_every_rule_that_hid_something() -> None:
    publication = publish([one(40, 12, 3, skipped=2)], POLICY)
    assert [(a.rule, a.group, a.row) for a in publication.report] == [("10-5", "all", "c")]
    small = publish([one(10, 12)], POLICY)
    assert [(a.rule, a.row) for a in small.report] == [("percent-30", "a"), ("percent-30", "b")]
    assert publication.tables[0].rules == ("10-5", "alike", "one-base", "percent-30", "protect")

"""Conditions in groups: taken apart, changed and put together, they say what they said before."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.errors import SurveysError
from surveys.questionnaire import conditions
from surveys.questionnaire.conditions import Piece, Target
from surveys.questionnaire.editing import Json
from surveys.questionnaire.model import Answers, Condition, Questionnaire
from surveys.questionnaire.plan import holds
from tests.surveys.questionnaire import samples
from tests.surveys.questionnaire.strategies import answer

BEFORE = samples.every_kind()
PAGE = Target("page", "9")
A: Json = {"question": "age", "includes": ["13-15"]}
B: Json = {"question": "topics", "at_least": 2}
C: Json = {"question": "place", "answered": True}

SINGLE = st.one_of(
    st.lists(st.sampled_from(["13-15", "16-24", "25-64"]), min_size=1, unique=True).map(
        lambda keys: {"question": "age", "includes": keys}
    ),
    st.sampled_from(["13-15", "16-24"]).map(lambda key: {"question": "age", "equals": key}),
    st.integers(0, 11).map(lambda point: {"question": "trust", "equals": point}),
    st.booleans().map(lambda answered: {"question": "topics", "answered": answered}),
    st.tuples(st.integers(1, 4), st.one_of(st.none(), st.integers(4, 6))).map(
        lambda range_: (
            {"question": "topics", "at_least": range_[0]}
            | ({"at_most": range_[1]} if range_[1] is not None else {})
        )
    ),
    st.integers(0, 4).map(lambda most: {"question": "topics", "at_least": 0, "at_most": most}),
)
TREES = st.recursive(
    SINGLE,
    lambda inner: st.one_of(
        inner.map(lambda one: {"not": one}),
        st.tuples(st.sampled_from(["all", "any"]), st.lists(inner, min_size=1, max_size=3)).map(
            lambda pair: {pair[0]: pair[1]}
        ),
    ),
    max_leaves=8,
)
RATING = next((q.id for q in BEFORE.questions if q.kind == "rating"), "")
ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        id: st.one_of(st.none(), answer(next(q for q in BEFORE.questions if q.id == id), BEFORE))
        for id in ("age", "topics", "place", RATING)
    },
)


def with_when(when: Json | None) -> Questionnaire:
    """The sample with this condition on one page, as a file could bring it."""
    if when is None:
        return BEFORE
    return conditions.put_condition(conditions.add_condition(BEFORE, PAGE, A), PAGE, when, ())


def when(document: Questionnaire) -> Any:
    found = conditions.when_of(document, PAGE)
    return None if found is None else found.model_dump(mode="json", by_alias=True, exclude_none=True)


def refused(code: str) -> Any:
    return pytest.raises(SurveysError, match=f"^{code}$")


def rebuilt(piece: Piece) -> Json:
    """The condition made anew from what the forms show of it."""
    if piece.join is None:
        known = conditions.chosen(piece.condition)
        if known is None:  # too deep for forms: it is kept as it is
            kept: Json = piece.condition.model_dump(mode="json", by_alias=True, exclude_none=True)
            return kept
        return conditions.leaf(known.question, known.operator, known.answers, known.number, known.most)
    inner = [rebuilt(one) for one in piece.pieces]
    made: dict[conditions.Join, Json] = {
        "all": {"all": inner},
        "any": {"any": inner},
        "none": {"not": {"any": inner}},
        "not-all": {"not": {"all": inner}},
    }
    return made[piece.join]


@given(tree=TREES, answers=ANSWERS)
def test_what_the_forms_show_means_what_the_condition_means(tree: Json, answers: Answers) -> None:
    tree = _named(tree)
    original: Condition = conditions.read(tree)
    again = conditions.read(rebuilt(conditions.taken_apart(original)))
    assert holds(again, answers, BEFORE) == holds(original, answers, BEFORE)


def _named(tree: Any) -> Any:
    """The strategy's rating question under the sample's own name."""
    if isinstance(tree, list):
        return [_named(one) for one in tree]
    if isinstance(tree, dict):
        return {k: RATING if k == "question" and v == "trust" else _named(v) for k, v in tree.items()}
    return tree


@given(tree=TREES)
def test_every_piece_can_be_found_changed_and_taken_away(tree: Json) -> None:
    document = with_when(_named(tree))

    def pieces(piece: Piece) -> list[Piece]:
        return [piece, *(inner for one in piece.pieces for inner in pieces(one))]

    root = conditions.taken_apart(conditions.when_of(document, PAGE))  # type: ignore[arg-type]
    for piece in pieces(root):
        assert conditions.found(conditions.when_of(document, PAGE), piece.path) == piece
        changed = conditions.put_condition(document, PAGE, C, piece.path)
        assert "answered" in str(when(changed))
        conditions.drop_condition(document, PAGE, piece.path)
    assert when(conditions.drop_condition(document, PAGE, ())) is None


@pytest.mark.parametrize(
    ("before", "edit", "after"),
    [
        (None, lambda q: conditions.add_condition(q, PAGE, A), A),
        (None, lambda q: conditions.add_condition(q, PAGE, A, group=True), {"all": [{"any": [A]}]}),
        (A, lambda q: conditions.add_condition(q, PAGE, B), {"all": [A, B]}),
        (A, lambda q: conditions.add_condition(q, PAGE, B, join="any"), {"any": [A, B]}),
        (A, lambda q: conditions.add_condition(q, PAGE, B, group=True), {"all": [A, {"any": [B]}]}),
        ({"any": [A, B]}, lambda q: conditions.add_condition(q, PAGE, C), {"any": [A, B, C]}),
        (
            {"any": [A, B]},
            lambda q: conditions.add_condition(q, PAGE, C, group=True),
            {"any": [A, B, {"all": [C]}]},
        ),
        (
            {"all": [A, {"not": {"any": [B]}}]},
            lambda q: conditions.add_condition(q, PAGE, C, (1,)),
            {"all": [A, {"not": {"any": [B, C]}}]},
        ),
        (
            {"all": [A, {"any": [B, C]}]},
            lambda q: conditions.join_conditions(q, PAGE, (1,), "none"),
            {"all": [A, {"not": {"any": [B, C]}}]},
        ),
        ({"any": [A, B]}, lambda q: conditions.enclose(q, PAGE), {"all": [{"any": [A, B]}]}),
        ({"all": [A, B]}, lambda q: conditions.drop_condition(q, PAGE, (0,)), B),
        (
            {"all": [A, {"any": [B]}]},
            lambda q: conditions.drop_condition(q, PAGE, (1, 0)),
            A,
        ),
        ({"not": {"all": [A, B]}}, lambda q: conditions.drop_condition(q, PAGE, (1,)), {"not": {"all": [A]}}),
        (A, lambda q: conditions.drop_condition(q, PAGE, ()), None),
    ],
)
def test_an_edit_changes_just_its_place(before: Json | None, edit: Any, after: Json | None) -> None:
    assert when(edit(with_when(before))) == after


@pytest.mark.parametrize(
    "edit",
    [
        lambda q: conditions.drop_condition(q, PAGE, (2,)),
        lambda q: conditions.drop_condition(q, PAGE, (0, 0)),
        lambda q: conditions.join_conditions(q, PAGE, (0,), "any"),
        lambda q: conditions.add_condition(q, Target("jump", "9", 3), A),
        lambda q: conditions.add_condition(q, Target("question", "nothing"), A),
        lambda q: conditions.lead(q, "9", 0, "end"),
        lambda q: conditions.move_jump(q, "9", 0, 1),
    ],
)
def test_what_is_not_there_is_told(edit: Any) -> None:
    with refused("edit.gone"):
        edit(with_when({"all": [A, B]}))


def test_what_lies_too_deep_is_kept_in_one_piece() -> None:
    tree: Json = {"any": [A, B]}
    for _ in range(conditions.DEEPEST):
        tree = {"all": [tree, C]}
    piece = conditions.taken_apart(conditions.read(tree))
    for _ in range(conditions.DEEPEST):
        piece = piece.pieces[0]
    assert (piece.join, piece.pieces) == (None, ())
    assert conditions.chosen(piece.condition) is None
    changed = conditions.drop_condition(with_when(tree), PAGE, (1,))
    assert when(changed) == {"all": tree["all"][:1]}


def test_ways_on_are_changed_moved_and_led_elsewhere() -> None:
    document = conditions.add_jump(BEFORE, "2", "5", A)
    document = conditions.add_jump(document, "2", "6", B)
    jumps = document.page_by_id["2"].jumps
    first = len(jumps) - 2
    document = conditions.move_jump(document, "2", first + 1, -1)
    document = conditions.lead(document, "2", first, "end")
    document = conditions.add_condition(document, Target("jump", "2", first), C)
    made = document.page_by_id["2"].jumps[first]
    assert made.to == "end"
    assert made.model_dump(mode="json", by_alias=True, exclude_none=True)["when"] == {"all": [B, C]}
    assert document.page_by_id["2"].jumps[first + 1] == jumps[first]


@pytest.mark.parametrize(
    ("operator", "answers", "number", "most", "field"),
    [
        ("any", [], None, None, "answers"),
        ("at_least", [], None, None, "number"),
        ("between", [], 3, 2, "most"),
        ("outside", [], 3, None, "most"),
        ("nonsense", [], 1, 1, "operator"),
    ],
)
def test_a_condition_that_is_not_finished_says_where(
    operator: str, answers: list[str], number: int | None, most: int | None, field: str
) -> None:
    with refused("condition.incomplete") as told:
        conditions.leaf("age", operator, answers, number, most)
    assert told.value.field == field

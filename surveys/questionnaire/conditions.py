"""Conditions put together from single ones and taken apart again, as plain forms need it.

A condition is a tree: single ones in groups, groups in groups. A place in it is a path of positions; the
empty path is the whole. A group may be turned round ("none of these", "not all of these").
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from pydantic import TypeAdapter

from surveys.errors import SurveysError
from surveys.questionnaire.editing import Json, _page, _question, closed, opened
from surveys.questionnaire.model import (
    All,
    Answered,
    AnyOf,
    Condition,
    Counts,
    Includes,
    Not,
    Questionnaire,
)

Join = Literal["all", "any", "none", "not-all"]
JOINS: tuple[Join, ...] = ("all", "any", "none", "not-all")
Path = tuple[int, ...]
DEEPEST = 4
"""Groups nested deeper than this are kept and said in words, but have no forms."""
LISTED = frozenset({"several", "ranking"})
_PLAIN: dict[Join, tuple[str, bool]] = {
    "all": ("all", False),
    "any": ("any", False),
    "none": ("any", True),
    "not-all": ("all", True),
}
_INNER: dict[Join, str] = {"all": "any", "any": "all", "none": "all", "not-all": "any"}
"""How a new group inside such a group begins: otherwise there would be no need for one."""


# Taken apart ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Piece:
    """One condition, or a group of them. ``join`` is None for a single one and for what lies too deep."""

    path: Path
    condition: Condition
    join: Join | None = None
    pieces: tuple[Piece, ...] = ()


def taken_apart(condition: Condition, path: Path = ()) -> Piece:
    """The condition as a tree of pieces."""
    bare, turned = _bare(condition)
    if not isinstance(bare, All | AnyOf) or len(path) >= DEEPEST:
        return Piece(path, condition)
    inner = bare.all if isinstance(bare, All) else bare.any
    plain = "all" if isinstance(bare, All) else "any"
    join = next(name for name, parts in _PLAIN.items() if parts == (plain, turned))
    return Piece(path, condition, join, tuple(taken_apart(one, (*path, n)) for n, one in enumerate(inner)))


def found(condition: Condition | None, path: Path) -> Piece | None:
    """The piece at this path, if there is one."""
    piece = taken_apart(condition) if condition is not None else None
    for n in path:
        if piece is None or n >= len(piece.pieces):
            return None
        piece = piece.pieces[n]
    return piece


def _bare(condition: Condition) -> tuple[Condition, bool]:
    """The condition inside any "not"s, and whether they turn it round."""
    turned = False
    while isinstance(condition, Not):
        condition, turned = condition.not_, not turned
    return condition, turned


# Where conditions are -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Target:
    """What a condition decides: whether a page or question is shown, or whether a page leads elsewhere."""

    kind: Literal["page", "question", "jump"]
    name: str
    """The page's or question's id."""
    jump: int = 0


def when_of(questionnaire: Questionnaire, target: Target) -> Condition | None:
    """The target's condition; none when the target is not there."""
    if target.kind == "question":
        question = next((q for q in questionnaire.all_questions if q.id == target.name), None)
        return question.when if question is not None else None
    page = questionnaire.page_by_id.get(target.name)
    if page is None or target.kind == "page":
        return page.when if page is not None else None
    return page.jumps[target.jump].when if 0 <= target.jump < len(page.jumps) else None


def _holder(document: Json, target: Target) -> Json:
    if target.kind == "question":
        questions, at = _question(document, target.name)
        return questions[at]
    if target.kind == "jump":
        jumps, at = _jumps(document, target.name, target.jump)
        return jumps[at]
    pages, at = _page(document, target.name)
    return pages[at]


def _jumps(document: Json, page_id: str, index: int) -> tuple[list[Json], int]:
    pages, at = _page(document, page_id)
    jumps: list[Json] = pages[at].setdefault("jumps", [])
    if not 0 <= index < len(jumps):
        raise SurveysError("edit.gone", what=f"jump:{page_id}")
    return jumps, index


# Changing one ---------------------------------------------------------------------------------------------


def _turned(node: Json) -> tuple[bool, Json]:
    turned = False
    while "not" in node:
        node, turned = node["not"], not turned
    return turned, node


def _joiner(node: Json) -> str | None:
    return next((word for word in ("all", "any") if word in node), None)


def _group(items: list[Json], word: str, turned: bool) -> Json:
    made: Json = {word: items}
    return {"not": made} if turned else made


def _changed(node: Json, path: Path, change: Callable[[Json], Json | None]) -> Json | None:
    """The tree with the node at this path changed or, gone when nothing comes back. So is an empty group."""
    if not path:
        return change(node)
    turned, bare = _turned(node)
    word = _joiner(bare)
    items = list(bare[word]) if word else []
    if word is None or path[0] >= len(items):
        raise SurveysError("edit.gone", what="condition")
    made = _changed(items[path[0]], path[1:], change)
    items[path[0] : path[0] + 1] = [] if made is None else [made]
    return _group(items, word, turned) if items else None


def _at(
    questionnaire: Questionnaire, target: Target, path: Path, change: Callable[[Json], Json | None]
) -> Questionnaire:
    document = opened(questionnaire)
    holder = _holder(document, target)
    if holder.get("when") is None:
        raise SurveysError("edit.gone", what=f"condition:{target.name}")
    whole = _changed(holder["when"], path, change)
    if whole is None:
        holder.pop("when")
    else:
        holder["when"] = _alone(whole)
    return closed(document)


def _alone(whole: Json) -> Json:
    """A plain group of one single condition is that condition."""
    word = _joiner(whole)
    if word and len(whole[word]) == 1 and _joiner(_turned(whole[word][0])[1]) is None:
        only: Json = whole[word][0]
        return only
    return whole


def add_condition(
    questionnaire: Questionnaire,
    target: Target,
    condition: Json,
    path: Path = (),
    *,
    join: Join = "all",
    group: bool = False,
) -> Questionnaire:
    """One condition more in the group at this path. ``group``: as the first of a new group in it.

    ``join`` says how the two go together where there was a single one.
    """
    document = opened(questionnaire)
    holder = _holder(document, target)
    if holder.get("when") is None and not path:
        holder["when"] = {"all": [{"any": [condition]}]} if group else condition
        return closed(document)

    def more(node: Json) -> Json:
        turned, bare = _turned(node)
        word = _joiner(bare)
        if word is None:
            word, negated = _PLAIN[join]
            return _group([node, _new(condition, join, group)], word, negated)
        known = next(name for name, parts in _PLAIN.items() if parts == (word, turned))
        return _group([*bare[word], _new(condition, known, group)], word, turned)

    return _at(questionnaire, target, path, more)


def _new(condition: Json, inside: Join, group: bool) -> Json:
    return {_INNER[inside]: [condition]} if group else condition


def put_condition(questionnaire: Questionnaire, target: Target, condition: Json, path: Path) -> Questionnaire:
    """This condition in the place of the one at this path."""
    return _at(questionnaire, target, path, lambda _: condition)


def drop_condition(questionnaire: Questionnaire, target: Target, path: Path) -> Questionnaire:
    """The document without the condition, or group, at this path."""
    return _at(questionnaire, target, path, lambda _: None)


def join_conditions(questionnaire: Questionnaire, target: Target, path: Path, join: Join) -> Questionnaire:
    """The group at this path held together otherwise."""

    def joined(node: Json) -> Json:
        _, bare = _turned(node)
        word = _joiner(bare)
        if word is None:
            raise SurveysError("edit.gone", what=f"condition:{target.name}")
        plain, turned = _PLAIN[join]
        return _group(bare[word], plain, turned)

    return _at(questionnaire, target, path, joined)


def enclose(questionnaire: Questionnaire, target: Target) -> Questionnaire:
    """All conditions of the target as one group, beside which others can stand."""
    return _at(questionnaire, target, (), lambda node: {"any" if "all" in node else "all": [node]})


# Ways on --------------------------------------------------------------------------------------------------


def add_jump(questionnaire: Questionnaire, page_id: str, to: str, condition: Json | None) -> Questionnaire:
    """One way on more, tried after the others. One without a condition comes last."""
    document = opened(questionnaire)
    pages, at = _page(document, page_id)
    jumps = pages[at].setdefault("jumps", [])
    jump = {"to": to} | ({"when": condition} if condition else {})
    place = len(jumps)
    while condition and place and "when" not in jumps[place - 1]:
        place -= 1
    jumps.insert(place, jump)
    return closed(document)


def lead(questionnaire: Questionnaire, page_id: str, index: int, to: str) -> Questionnaire:
    """The way on leads to another page."""
    document = opened(questionnaire)
    jumps, at = _jumps(document, page_id, index)
    jumps[at]["to"] = to
    return closed(document)


def move_jump(questionnaire: Questionnaire, page_id: str, index: int, steps: int) -> Questionnaire:
    """The way on is tried earlier or later: the first whose condition holds is taken."""
    document = opened(questionnaire)
    jumps, at = _jumps(document, page_id, index)
    jump = jumps.pop(at)
    jumps.insert(max(0, min(at + steps, len(jumps))), jump)
    return closed(document)


def drop_jump(questionnaire: Questionnaire, page_id: str, index: int) -> Questionnaire:
    document = opened(questionnaire)
    jumps, at = _jumps(document, page_id, index)
    del jumps[at]
    return closed(document)


# Single conditions ----------------------------------------------------------------------------------------


def leaf(
    question: str, operator: str, answers: Sequence[str], number: int | None, most: int | None = None
) -> Json:
    """One condition from what was chosen in a form. Raises ``condition.incomplete`` with its ``field``."""
    if operator in ("any", "none"):
        if not answers:
            raise SurveysError("condition.incomplete", field="answers")
        found: Json = {"question": question, "includes": list(answers)}
        return {"not": found} if operator == "none" else found
    if operator in ("answered", "skipped"):
        return {"question": question, "answered": operator == "answered"}
    if number is None:
        raise SurveysError("condition.incomplete", field="number")
    if operator in ("equals", "differs"):
        found = {"question": question, "equals": number}
        return {"not": found} if operator == "differs" else found
    if operator == "at_least":
        return {"question": question, "at_least": number}
    if operator == "at_most":
        return {"question": question, "at_least": 0, "at_most": number}
    if operator in ("between", "outside"):
        if most is None or most < number:
            raise SurveysError("condition.incomplete", field="most")
        found = {"question": question, "at_least": number, "at_most": most}
        return {"not": found} if operator == "outside" else found
    raise SurveysError("condition.incomplete", field="operator")


@cache
def _reading() -> TypeAdapter[Condition]:
    return TypeAdapter(Condition)


def read(made: Json) -> Condition:
    """What :func:`leaf` made, as it is read in a document."""
    condition: Condition = _reading().validate_python(made)
    return condition


@dataclass(frozen=True)
class Chosen:
    """What a form of this single condition shows as chosen; :func:`leaf` makes it again."""

    question: str
    operator: str
    answers: tuple[str, ...] = ()
    number: int | None = None
    most: int | None = None


def chosen(condition: Condition) -> Chosen | None:
    """A single condition as chosen in a form; None for a group."""
    bare, turned = _bare(condition)
    if isinstance(bare, All | AnyOf | Not):
        return None
    if isinstance(bare, Answered):
        return Chosen(bare.question, "answered" if bare.answered != turned else "skipped")
    if isinstance(bare, Counts):
        return _counted(bare, turned)
    if isinstance(bare, Includes):
        return Chosen(bare.question, "none" if turned else "any", tuple(bare.includes))
    if isinstance(bare.equals, str):
        return Chosen(bare.question, "none" if turned else "any", (bare.equals,))
    return Chosen(bare.question, "differs" if turned else "equals", number=bare.equals)


def _counted(bare: Counts, turned: bool) -> Chosen:
    least, most = bare.at_least, bare.at_most
    if most is None:
        if turned:
            return Chosen(bare.question, "at_most", number=max(least - 1, 0))
        return Chosen(bare.question, "at_least", number=least)
    if least == 0:
        if turned:
            return Chosen(bare.question, "at_least", number=most + 1)
        return Chosen(bare.question, "at_most", number=most)
    return Chosen(bare.question, "outside" if turned else "between", number=least, most=most)


def operators(question: object, row: bool = False) -> tuple[str, ...]:
    """The conditions that fit this question."""
    answered = ("answered", "skipped")
    kind, options = getattr(question, "kind", ""), getattr(question, "options", ())
    if kind in ("short-text", "long-text") or (kind == "grid" and not row):
        return answered
    if kind in ("rating", "number"):
        numbers = ("equals", "differs")
        return (*numbers, "any", "none", *answered) if options else (*numbers, *answered)
    if kind in LISTED:
        return ("any", "none", "at_least", "at_most", "between", "outside", *answered)
    return ("any", "none", *answered)

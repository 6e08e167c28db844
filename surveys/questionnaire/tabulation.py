"""Edits of what the results will show: groups of people, answers added together, tables by group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from surveys.errors import SurveysError
from surveys.questionnaire.editing import Json, _set, closed, opened, slug
from surveys.questionnaire.geography import with_wards
from surveys.questionnaire.model import Questionnaire, Texts
from surveys.questionnaire.plan import SPECIAL, plan_of
from surveys.questionnaire.rules.report import TEXT_KINDS
from surveys.questionnaire.rules.tables import GROUPING_KINDS, RESERVED

List = Literal["dimensions", "nets", "breakdowns"]
LISTS: tuple[List, ...] = ("dimensions", "nets", "breakdowns")
MOST_GROUPS = 4
_NAMED_BY = {"dimensions": ("key",), "nets": ("question", "key"), "breakdowns": ("question", "by", "net")}

Placed = Mapping[str, Mapping[str, str]]
"""Question to its answers to the category each falls in; an answer left out falls in none."""


def listed_key(name: List, thing: Mapping[str, Any]) -> str:
    """What it is called in its list: "ward", "safe-dark.unsafe", "safe-dark.ward.unsafe"."""
    return ".".join(str(thing[part]) for part in _NAMED_BY[name] if thing.get(part))


def _at(document: Json, name: List, key: str) -> tuple[list[Json], int]:
    things: list[Json] = document.setdefault(name, [])
    for n, thing in enumerate(things):
        if listed_key(name, thing) == key:
            return things, n
    raise SurveysError("edit.gone", what=f"{name}:{key}")


def _add(document: Json, name: List, thing: Json, field: str) -> Questionnaire:
    things: list[Json] = document.setdefault(name, [])
    if any(listed_key(name, known) == listed_key(name, thing) for known in things):
        raise SurveysError("edit.taken", field=field, id=listed_key(name, thing))
    things.append(thing)
    return closed(document)


def move_listed(questionnaire: Questionnaire, name: List, key: str, steps: int) -> Questionnaire:
    document = opened(questionnaire)
    things, here = _at(document, name, key)
    thing = things.pop(here)
    things.insert(max(0, min(here + steps, len(things))), thing)
    return closed(document)


def drop_listed(questionnaire: Questionnaire, name: List, key: str) -> Questionnaire:
    """Without this group of people, sum of answers or table. What needs it becomes a fault."""
    document = opened(questionnaire)
    things, here = _at(document, name, key)
    del things[here]
    return closed(document)


# Groups of people -----------------------------------------------------------------------------------------


def grouping(questionnaire: Questionnaire) -> tuple[Any, ...]:
    """The questions people can be grouped by."""
    return tuple(q for q in questionnaire.questions if q.kind in GROUPING_KINDS)


def new_group_key(questionnaire: Questionnaire, words: str) -> str:
    return slug(words, {*RESERVED, *(dimension.key for dimension in questionnaire.dimensions)})


def add_group(
    questionnaire: Questionnaire,
    key: str,
    text: Mapping[str, str],
    questions: Sequence[str],
    *,
    wards: bool = False,
) -> Questionnaire:
    """A group of people after the others, with one category for each answer of its first question.

    ``wards``: its categories are the wards, filled in when the questionnaire is published. Raises
    ``edit.groups_full``: people are counted by four groups at most.
    """
    if len(questionnaire.dimensions) >= MOST_GROUPS:
        raise SurveysError("edit.groups_full", most=MOST_GROUPS)
    known = {question.id: question for question in questionnaire.all_questions}
    document = opened(questionnaire)
    group: Json = {"key": key, "text": dict(text), "questions": list(questions), "categories": []}
    if any(id in known and known[id].special_category for id in questions):
        group["special_category"] = True
    first = known.get(questions[0]) if questions else None
    if not wards and first is not None and first.kind != "place":
        group["categories"] = [
            {"key": option.key, "text": dict(option.text), "answers": {first.id: [option.key]}}
            for option in plan_of(questionnaire).options[first.id].values()
            if option.meaning not in SPECIAL and option.key not in RESERVED and not _ends(option)
        ]
    group["map"] = wards
    return _mapped(_add(document, "dimensions", group, "text"), key)


def _ends(option: Any) -> bool:
    """Whether choosing it ends the survey: nobody who answers is in such a category."""
    return bool(option.stop or option.hand_over)


def _mapped(questionnaire: Questionnaire, key: str) -> Questionnaire:
    """Fills the wards of a new map in, where the places are frozen already."""
    filled = [
        with_wards(one, questionnaire, questionnaire.places)
        if one.key == key and one.map and not one.categories
        else one
        for one in questionnaire.dimensions
    ]
    return questionnaire.model_copy(update={"dimensions": filled}) if questionnaire.places else questionnaire


def set_group(
    questionnaire: Questionnaire, key: str, fields: Mapping[str, Any], placed: Placed
) -> Questionnaire:
    """The group with these fields and its answers in these categories.

    Answers of questions that the group does not list any more are let go. A map keeps the wards it has;
    one that becomes a map, or stops being one, loses its categories.
    """
    document = opened(questionnaire)
    groups, at = _at(document, "dimensions", key)
    group = groups[at]
    was_map = bool(group.get("map"))
    _set(group, fields)
    if bool(group.get("map")) != was_map:
        group["categories"] = []
    if not group.get("map"):
        for category in group["categories"]:
            answers = {
                id: [answer for answer, name in placed.get(id, {}).items() if name == category["key"]]
                for id in group["questions"]
            }
            category["answers"] = {id: keys for id, keys in answers.items() if keys}
    return _mapped(closed(document), key)


def add_category(questionnaire: Questionnaire, key: str, text: Mapping[str, str]) -> Questionnaire:
    """A category after the others, with no answer in it yet."""
    document = opened(questionnaire)
    groups, at = _at(document, "dimensions", key)
    categories = groups[at]["categories"]
    words = text.get(questionnaire.source_locale, "")
    name = slug(words, {*RESERVED, *(category["key"] for category in categories)})
    categories.append({"key": name, "text": dict(text), "answers": {}})
    return closed(document)


def word_categories(
    questionnaire: Questionnaire, key: str, texts: Mapping[str, Mapping[str, str]]
) -> Questionnaire:
    """The group with these words for its categories, by the category's key."""
    document = opened(questionnaire)
    groups, at = _at(document, "dimensions", key)
    for category in groups[at]["categories"]:
        if category["key"] in texts:
            _set(category, {"text": texts[category["key"]]})
    return closed(document)


def move_category(questionnaire: Questionnaire, key: str, category: str, steps: int) -> Questionnaire:
    document = opened(questionnaire)
    categories, here = _category(document, key, category)
    thing = categories.pop(here)
    categories.insert(max(0, min(here + steps, len(categories))), thing)
    return closed(document)


def drop_category(questionnaire: Questionnaire, key: str, category: str) -> Questionnaire:
    document = opened(questionnaire)
    categories, here = _category(document, key, category)
    del categories[here]
    return closed(document)


def _category(document: Json, key: str, category: str) -> tuple[list[Json], int]:
    groups, at = _at(document, "dimensions", key)
    categories: list[Json] = groups[at]["categories"]
    for n, known in enumerate(categories):
        if known["key"] == category:
            return categories, n
    raise SurveysError("edit.gone", what=f"category:{category}")


# Answers added together -----------------------------------------------------------------------------------


def summable(questionnaire: Questionnaire) -> tuple[Any, ...]:
    """The questions whose answers can be added together."""
    return tuple(q for q in questionnaire.questions if q.kind not in {*TEXT_KINDS, "place"})


def parts_of(questionnaire: Questionnaire, question: Any) -> tuple[tuple[str, Texts], ...]:
    """What a sum of this question's answers can be made of: (key, words)."""
    found: list[tuple[str, Texts]] = []
    if question.kind == "rating":
        for point in range(question.low, question.high + 1):
            label = question.labels.get(point, {})
            source = questionnaire.source_locale
            found.append((str(point), {source: f"{point} {label.get(source, '')}".strip()}))
    if question.kind == "number":
        found += [(part.key, part.text) for part in question.bins]
    found += [(key, option.text) for key, option in plan_of(questionnaire).options[question.id].items()]
    return tuple(found)


def add_sum(
    questionnaire: Questionnaire, question: str, key: str, text: Mapping[str, str], options: Sequence[str]
) -> Questionnaire:
    """One sum of this question's answers; without a key it gets one from its words."""
    if not key:
        taken = {net.key for net in questionnaire.nets if net.question == question}
        key = slug(text.get(questionnaire.source_locale, ""), taken)
    made = {"key": key, "question": question, "text": dict(text), "options": list(options)}
    return _add(opened(questionnaire), "nets", made, "text")


def set_sum(questionnaire: Questionnaire, key: str, fields: Mapping[str, Any]) -> Questionnaire:
    document = opened(questionnaire)
    sums, at = _at(document, "nets", key)
    _set(sums[at], fields)
    return closed(document)


# Tables by group ------------------------------------------------------------------------------------------


def tabled(questionnaire: Questionnaire) -> tuple[Any, ...]:
    """The questions that can be broken down by a group of people."""
    return tuple(q for q in questionnaire.questions if q.kind not in {*TEXT_KINDS, "grid"} and q.released)


def add_table(questionnaire: Questionnaire, question: str, by: str, net: str = "") -> Questionnaire:
    """One table: a question, or one sum of its answers, by one group of people."""
    made = {"question": question, "by": by} | ({"net": net} if net else {})
    return _add(opened(questionnaire), "breakdowns", made, "what")


def set_table(questionnaire: Questionnaire, key: str, question: str, by: str, net: str = "") -> Questionnaire:
    """This table made another one, where it stands."""
    document = opened(questionnaire)
    tables, at = _at(document, "breakdowns", key)
    del tables[at]
    made = {"question": question, "by": by} | ({"net": net} if net else {})
    whole = _add(document, "breakdowns", made, "what")
    return move_listed(whole, "breakdowns", listed_key("breakdowns", made), at - len(whole.breakdowns) + 1)

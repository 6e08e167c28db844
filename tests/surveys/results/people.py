"""Made-up respondents, and counting them the slow and obvious way."""

from __future__ import annotations

from functools import cache
from random import Random
from typing import Any

from surveys.questionnaire.model import Answer, Answers, Questionnaire
from surveys.questionnaire.plan import plan_of
from surveys.questionnaire.routing import prune
from surveys.results.layout import NOT_GIVEN, RESPONSES, Counter
from tests.surveys.questionnaire import samples


@cache
def document() -> Questionnaire:
    """Every kind of question, with nets over all the kinds that can have one."""
    base = samples.every_kind().model_dump(mode="json", by_alias=True)

    def net(key: str, question: str, *options: str) -> dict[str, Any]:
        return {"key": key, "question": question, "text": samples.t(key), "options": list(options)}

    base["nets"] += [
        net("crime", "topics", "burglary", "scams"),
        net("people", "improve", "patrols", "youth"),
        net("not-sure", "help-known", "no", "dont-know"),
        net("settled", "years", "2-9", "10-over"),
        net("low", "trust", "0", "1", "2"),
    ]
    base["breakdowns"] += [
        {"question": "topics", "by": "age", "net": "crime"},
        {"question": "topic-first", "by": "age"},
        {"question": "improve", "by": "ward"},
        {"question": "trust", "by": "age", "net": "low"},
    ]
    return Questionnaire.model_validate(base)


def answer(question: Any, random: Random, questionnaire: Questionnaire) -> Answer:
    """One answer to one question, skipped now and then."""
    keys = list(plan_of(questionnaire).options[question.id])
    kind = question.kind
    if random.random() < 0.12:
        return None
    if kind in ("short-text", "long-text"):
        return True
    if kind == "place":
        return random.choice(keys + [p.key for p in questionnaire.places_at(question.level)])
    if kind == "several":
        alone = [o.key for o in question.options if o.exclusive]
        if alone and random.random() < 0.15:
            return [random.choice(alone)]
        rest = [o.key for o in question.options if not o.exclusive]
        size = random.randint(1, min(len(rest), question.at_most or len(rest)))
        picked = random.sample(rest, size)
        return [key for key in rest if key in picked]
    if kind == "ranking":
        return random.sample(keys, random.randint(1, question.top))
    if kind == "grid":
        return {row.key: random.choice([None, *keys]) for row in question.rows}
    if kind == "rating":
        return random.choice([*range(question.low, question.high + 1), *keys])
    if kind == "number":
        return random.choice([random.randint(question.lowest, min(question.highest, 30)), *keys])
    return random.choice(keys)


def person(random: Random, questionnaire: Questionnaire, **given: Answer) -> dict[str, Answer]:
    """A stored response: everything on the route of somebody who answers at random (``given`` is fixed)."""
    accepted = {part.id for part in questionnaire.parts if random.random() < 0.7}
    raw: dict[str, Answer] = {}
    for question in questionnaire.questions:
        raw[question.id] = answer(question, random, questionnaire)
        for key in plan_of(questionnaire).write_ins[question.id]:
            raw[f"{question.id}.{key}"] = True if random.random() < 0.5 else None
    raw.update(given)
    return prune(questionnaire, raw, accepted=accepted)


def people(seed: int, number: int, questionnaire: Questionnaire) -> list[dict[str, Answer]]:
    random = Random(seed)
    return [person(random, questionnaire) for _ in range(number)]


def category(questionnaire: Questionnaire, axis: str, answers: Answers) -> str:
    """Where the first question that places a person puts them."""
    dimension = next(d for d in questionnaire.dimensions if d.key == axis)
    for id in dimension.questions:
        value = answers.get(id)
        chosen = value if isinstance(value, list) else [str(value)]
        for entry in dimension.categories:
            if value is not None and set(chosen) & set(entry.answers.get(id, ())):
                return entry.key
    return NOT_GIVEN


def counters(questionnaire: Questionnaire, answers: Answers) -> set[Counter]:
    """Every counter a response adds 1 to, straight from its answers."""
    found = {RESPONSES}

    def add(question: str, item: str, measure: Any, key: str = "") -> None:
        found.add(Counter(question, 0, item, measure, key))

    def nets(question: str, item: str, keys: set[str]) -> None:
        for net in questionnaire.nets:
            if net.question == question and keys & set(net.options):
                add(question, item, "net", net.key)

    for name, value in answers.items():
        id, _, item = name.partition(".")
        question = questionnaire.question_by_id[id]
        if question.kind == "grid" and not item:
            cells = value if isinstance(value, dict) else {}
            for row in question.rows:
                key = cells.get(row.key)
                add(id, row.key, "asked")
                add(id, row.key, "option" if key else "skipped", key or "")
                nets(id, row.key, {key} if key else set())
            continue
        add(id, item, "asked")
        if value is None:
            add(id, item, "skipped")
        elif item or question.kind in ("short-text", "long-text"):
            add(id, item, "option", "wrote")
        elif question.kind == "number" and isinstance(value, int):
            inside = [b.key for b in question.bins if b.first <= value <= b.last]
            for key in inside:
                add(id, "", "option", key)
            nets(id, "", set(inside))
        else:
            keys = [str(key) for key in value] if isinstance(value, list) else [str(value)]
            for place, key in enumerate(keys, 1):
                add(id, "", "option", key)
                if question.kind == "ranking":
                    add(id, str(place), "option", key)
            nets(id, "", set(keys))
    return found

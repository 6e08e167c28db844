"""Invented answers for a demonstration: a seeded respondent who walks the real route of a questionnaire."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from surveys.questionnaire import routing
from surveys.questionnaire.model import (
    Answer,
    Grid,
    LongText,
    Number,
    OneChoice,
    OneOf,
    Option,
    PlaceChoice,
    Questionnaire,
    Ranking,
    Rating,
    SeveralChoices,
    ShortText,
)


@dataclass(frozen=True)
class Leanings:
    """How likely each answer is. Anything not named is answered evenly; nobody real is behind it."""

    seed: int = 1
    skip: float = 0.03
    second_part: float = 0.3
    about: float = 0.6
    comment: float = 0.4
    permission: float = 0.7
    second_language: float = 0.0
    responses: Mapping[str, int] = field(default_factory=dict)
    weights: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    tilt: tuple[Mapping[str, Any], ...] = ()
    comments: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Invented:
    """One invented set of answers, the offered parts taken or left, and the language."""

    answers: dict[str, Answer]
    accepted: frozenset[str]
    declined: frozenset[str]
    may_publish: bool
    locale: str
    seen: tuple[str, ...]


def respondent(questionnaire: Questionnaire, leanings: Leanings, chance: random.Random) -> Invented:
    """Walk the questionnaire as one person would; the same ``chance`` state gives the same answers."""
    locale = questionnaire.source_locale
    if len(questionnaire.locales) > 1 and chance.random() < leanings.second_language:
        locale = chance.choice(questionnaire.locales[1:])
    answers: dict[str, Answer] = {}
    accepted, declined = set[str](), set[str]()
    seen: list[str] = []
    while True:
        route = routing.walk(
            questionnaire, answers, accepted=frozenset(accepted), declined=frozenset(declined)
        )
        page = next((s for s in route.steps if s.kind == "page" and s.id not in seen), None)
        offer = next((s for s in route.steps if s.kind == "offer" and s.id not in accepted | declined), None)
        if offer is not None and (page is None or route.steps.index(offer) < route.steps.index(page)):
            (accepted if chance.random() < leanings.second_part else declined).add(offer.id)
            continue
        if page is None:
            after = {
                part.id
                for part in questionnaire.parts
                if part.after_check and part.entry == "offered" and part.id not in accepted | declined
            }
            if not after:
                break
            for part_id in sorted(after):
                (accepted if chance.random() < leanings.about else declined).add(part_id)
            continue
        seen.append(page.id)
        for question_id in route.asked[page.id]:
            question = questionnaire.question_by_id[question_id]
            answers[question_id] = None
            if question.required or chance.random() >= leanings.skip:
                _answer(question, questionnaire, answers, leanings, chance, locale)
    return Invented(
        answers,
        frozenset(accepted),
        frozenset(declined),
        chance.random() < leanings.permission,
        locale,
        tuple(seen),
    )


def _answer(
    question: Any,
    questionnaire: Questionnaire,
    answers: dict[str, Answer],
    leanings: Leanings,
    chance: random.Random,
    locale: str,
) -> None:
    weights = _weights(question.id, answers, leanings)

    def one(options: tuple[Option, ...] | list[Option]) -> str:
        likely = [weights.get(o.key, 1.0 if not weights else 0.0) for o in options]
        if not any(likely):
            likely = [1.0] * len(options)
        return chance.choices([o.key for o in options], likely)[0]

    match question:
        case OneChoice() | OneOf():
            options = routing.visible_options(question, answers, questionnaire)
            answers[question.id] = one(options) if options else None
        case SeveralChoices():
            answers[question.id] = _several(question, weights, chance)
            for option in question.options:
                if option.write_in and option.key in (answers[question.id] or []):  # type: ignore[operator]
                    answers[f"{question.id}.{option.key}"] = _words(leanings, chance, locale)[:100]
        case PlaceChoice():
            places = questionnaire.places_at(question.level)
            keys = [p.key for p in places] + [o.key for o in question.options]
            likely = [weights.get(key, 1.0 if not weights else 0.0) for key in keys]
            answers[question.id] = chance.choices(keys, likely if any(likely) else None)[0]
        case Ranking():
            keys = [o.key for o in question.options if o.meaning == "answer"]
            chance.shuffle(keys)
            answers[question.id] = list(keys[: question.top])
        case Rating():
            answers[question.id] = chance.randint(question.low, question.high)
        case Grid():
            answers[question.id] = {row.key: one(question.options) for row in question.rows}
        case Number():
            answers[question.id] = chance.randint(question.lowest, question.highest)
        case ShortText() | LongText():
            if isinstance(question, ShortText) and question.names:
                answers[question.id] = chance.choice(
                    leanings.comments.get("organisations", ("Invented group",))
                )
            elif question.required or chance.random() < leanings.comment:
                answers[question.id] = _words(leanings, chance, locale)[: question.max_chars]


def _weights(question_id: str, answers: Mapping[str, Answer], leanings: Leanings) -> Mapping[str, float]:
    for tilt in leanings.tilt:
        if tilt["question"] == question_id and all(
            answers.get(key) in wanted for key, wanted in tilt["when"].items()
        ):
            weights: Mapping[str, float] = tilt["weights"]
            return weights
    return leanings.weights.get(question_id, {})


def _several(question: SeveralChoices, weights: Mapping[str, float], chance: random.Random) -> list[str]:
    """Each option is ticked with its own chance (weight in hundredths); an exclusive one stands alone."""
    for option in question.options:
        if option.exclusive and chance.random() * 100 < weights.get(option.key, 2.0):
            return [option.key]
    plain = [o for o in question.options if not o.exclusive]
    ticked = [
        o.key for o in plain if chance.random() * 100 < weights.get(o.key, 25.0 if not weights else 0.0)
    ]
    if not ticked:
        ticked = [chance.choices([o.key for o in plain], [weights.get(o.key, 1.0) for o in plain])[0]]
    if question.at_most is not None and len(ticked) > question.at_most:
        ticked = chance.sample(ticked, question.at_most)
    chosen = set(ticked)
    return [o.key for o in question.options if o.key in chosen]


def _words(leanings: Leanings, chance: random.Random, locale: str) -> str:
    return chance.choice(leanings.comments.get(locale) or ("Invented words.",))

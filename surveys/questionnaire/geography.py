"""Freezing a partnership's places into a document: a published version never depends on a later map."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from surveys.questionnaire.model import Category, Dimension, PlaceChoice, PlaceEntry, Questionnaire


def freeze(questionnaire: Questionnaire, places: Iterable[PlaceEntry]) -> Questionnaire:
    """The document with these places, and its map dimensions that have no categories yet filled.

    A person belongs to the ward they chose, or to the one ward their parish lies in. A document that already
    carries places is returned as it is: published geography never changes.
    """
    if questionnaire.places:
        return questionnaire
    frozen = sorted(places, key=lambda place: place.code)
    dimensions = [
        with_wards(dimension, questionnaire, frozen)
        if dimension.map and not dimension.categories
        else dimension
        for dimension in questionnaire.dimensions
    ]
    return Questionnaire.model_validate(
        questionnaire.model_dump(by_alias=True)
        | {"places": frozen, "dimensions": [dimension.model_dump() for dimension in dimensions]}
    )


def with_wards(dimension: Dimension, questionnaire: Questionnaire, places: Sequence[PlaceEntry]) -> Dimension:
    """The map dimension with these wards as its categories."""
    levels = {
        question.id: question.level
        for question in questionnaire.questions
        if isinstance(question, PlaceChoice) and question.id in dimension.questions
    }
    categories = []
    for ward in (place for place in places if place.level == "ward"):
        answers = {
            question: [ward.key]
            if level == "ward"
            else [place.key for place in places if place.level == "parish" and place.ward == ward.key]
            for question, level in levels.items()
        }
        categories.append(
            Category(key=ward.key.lower(), text={questionnaire.source_locale: ward.name}, answers=answers)
        )
    return dimension.model_copy(update={"categories": categories})

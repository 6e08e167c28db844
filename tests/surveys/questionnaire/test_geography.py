from __future__ import annotations

from surveys.questionnaire.geography import freeze
from surveys.questionnaire.model import PlaceEntry, Questionnaire

PLACES = [
    PlaceEntry(code=3, key="mill", level="parish", name="Mill", ward="W1"),
    PlaceEntry(code=1, key="W1", level="ward", name="Hill & Mill"),
    PlaceEntry(code=4, key="split", level="parish", name="Split"),
    PlaceEntry(code=2, key="W2", level="ward", name="Dale"),
]


def questionnaire() -> Questionnaire:
    words = {"en_GB": "Words"}
    ask = [
        {
            "kind": "place",
            "id": "place",
            "identity": "x.place",
            "level": "parish",
            "text": words,
            "short": words,
        },
        {"kind": "place", "id": "ward", "identity": "x.ward", "level": "ward", "text": words, "short": words},
    ]
    return Questionnaire.model_validate(
        {
            "key": "small",
            "locales": ["en_GB"],
            "translations": {"en_GB": {"state": "source"}},
            "title": words,
            "purpose": words,
            "minutes": 1,
            "sections": [{"id": "s", "title": words}],
            "parts": [
                {"id": "main", "title": words, "pages": [{"id": "1", "section": "s", "questions": ask}]}
            ],
            "dimensions": [
                {"key": "ward", "text": words, "questions": ["place", "ward"], "categories": [], "map": True}
            ],
        }
    )


def test_freeze_gives_each_ward_its_whole_parishes_and_leaves_split_parishes_to_the_ward_question() -> None:
    frozen = freeze(questionnaire(), PLACES)

    assert [place.key for place in frozen.places] == ["W1", "W2", "mill", "split"]
    assert {c.key: c.answers for c in frozen.dimensions[0].categories} == {
        "w1": {"place": ["mill"], "ward": ["W1"]},
        "w2": {"place": [], "ward": ["W2"]},
    }
    assert frozen.dimensions[0].categories[0].text == {"en_GB": "Hill & Mill"}


def test_freeze_never_changes_a_document_that_already_has_its_places() -> None:
    frozen = freeze(questionnaire(), PLACES)
    assert freeze(frozen, PLACES[:1]) is frozen

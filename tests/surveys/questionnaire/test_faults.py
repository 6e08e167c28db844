"""Reading a document, and every fault of it at once."""

from __future__ import annotations

import contextlib
import copy
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from surveys.errors import SurveysError
from surveys.questionnaire.faults import SCHEMA_FILE, Fault, faults, json_schema, load, schema_text
from surveys.questionnaire.model import Questionnaire
from surveys.questionnaire.routing import prune, walk
from tests.surveys.questionnaire import samples
from tests.surveys.questionnaire.changing import GONE, MAIN, MORE, changed, plain

EVERY = samples.every_kind()


def refusal(source: Any) -> tuple[Fault, ...]:
    with pytest.raises(SurveysError) as refused:
        load(source)
    assert refused.value.code == "questionnaire.invalid"
    found: Any = refused.value.facts["faults"]
    return tuple(found)


@pytest.mark.parametrize(
    "document",
    [samples.every_kind(), samples.small(), samples.named(), samples.one_page()],
    ids=lambda d: d.key,
)
def test_a_sound_document_has_no_faults_and_loads_as_it_is(document: Questionnaire) -> None:
    assert faults(document, complete=True) == ()
    assert load(document.model_dump_json(by_alias=True)) == document
    assert load(document.model_dump_json(by_alias=True).encode()) == document
    assert load(plain(document)) == document


def test_faults_of_different_subjects_are_reported_together() -> None:
    source = changed(
        EVERY,
        {
            f"{MAIN}[0].section": "nowhere",
            "title.pl": GONE,
            f"{MORE}[4].questions[0].bins": [],
            f"{MAIN}[0].jumps": [{"to": "99"}],
            "headline": "nobody",
        },
    )
    assert [(fault.code, fault.place) for fault in refusal(source)] == [
        ("section.unknown", f"{MAIN}[0].section"),
        ("translation.missing", "title"),
        ("number.no_bins", f"{MORE}[4].questions[0].bins"),
        ("jump.unknown", f"{MAIN}[0].jumps[0].to"),
        ("headline.unknown", "headline"),
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"minutes": GONE}, [("field.missing", "minutes", "missing")]),
        ({"colour": "red"}, [("field.unknown", "colour", "extra_forbidden")]),
        ({"minutes": 0}, [("field.invalid", "minutes", "greater_than_equal")]),
        (
            {f"{MAIN}[0].questions[0].options[2].code": "x"},
            [("field.invalid", f"{MAIN}[0].questions[0].options[2].code", "int_parsing")],
        ),
        ({f"{MAIN}[0].id": "A B"}, [("field.malformed", f"{MAIN}[0].id", "string_pattern_mismatch")]),
        (
            {f"{MAIN}[0].questions[0].kind": "slider"},
            [("field.kind_unknown", f"{MAIN}[0].questions[0]", "union_tag_invalid")],
        ),
        (
            {f"{MAIN}[0].questions[0].kind": GONE},
            [("field.kind_unknown", f"{MAIN}[0].questions[0]", "union_tag_not_found")],
        ),
        (
            {f"{MAIN}[1].when": {"not": {"any": [{"question": 5, "answered": True}]}}},
            [("field.invalid", f"{MAIN}[1].when.not.any[0].question", "string_type")],
        ),
        ({f"{MAIN}[1].when": 7}, [("field.kind_unknown", f"{MAIN}[1].when", "union_tag_not_found")]),
        (
            {f"{MORE}[2].questions[0].labels": {"low": {"en_GB": "x"}}},
            [("field.invalid", f"{MORE}[2].questions[0].labels.low", "int_parsing")],
        ),
        (
            {"minutes": GONE, "key": GONE},
            [("field.missing", "key", "missing"), ("field.missing", "minutes", "missing")],
        ),
    ],
)
def test_every_fault_of_shape_has_its_place(changes: dict[str, Any], expected: list[tuple[str, ...]]) -> None:
    found = refusal(changed(EVERY, changes))
    assert [(fault.code, fault.place, fault.facts["rule"]) for fault in found] == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("", Fault("json.syntax", "", {"line": 1, "column": 1})),
        ('{\n "key": }', Fault("json.syntax", "", {"line": 2, "column": 9})),
        (b"\xff\xfe\xff", Fault("json.unreadable", "")),
        ("[" * 200_000, Fault("json.unreadable", "")),
        ("9" * 5000, Fault("json.unreadable", "")),
        ('{"key": 1, "key": 2}', Fault("json.repeated_name", "", {"name": "key"})),
    ],
    ids=["empty", "syntax", "bytes", "deep", "digits", "repeated"],
)
def test_what_is_no_json_is_refused(source: str | bytes, expected: Fault) -> None:
    assert refusal(source) == (expected,)


@pytest.mark.parametrize("source", ["[]", "5", "null", "{}", '"x"'])
def test_what_is_no_document_is_refused(source: str) -> None:
    assert {fault.code for fault in refusal(source)} <= {"field.invalid", "field.missing"}


def test_a_condition_nested_beyond_reason_is_refused() -> None:
    condition: Any = {"question": "connection", "answered": True}
    for _ in range(400):
        condition = {"not": condition}
    assert refusal(changed(EVERY, {f"{MAIN}[1].when": condition}))


@pytest.mark.parametrize(
    ("complete", "expected"),
    [
        (False, []),
        (
            True,
            [
                Fault("place.none", f"{MAIN}[1].questions[0].level", {"level": "parish"}),
                Fault("place.none", f"{MAIN}[2].questions[0].level", {"level": "ward"}),
                Fault("dimension.no_categories", "dimensions[0].categories", {"dimension": "ward"}),
            ],
        ),
    ],
)
def test_places_may_be_missing_until_publication(complete: bool, expected: list[Fault]) -> None:
    document = Questionnaire.model_validate(changed(EVERY, {"places": [], "dimensions[0].categories": []}))
    assert list(faults(document, complete=complete)) == expected


def _paths(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path for name, one in inner for path in ((*here, name), *_paths(one, (*here, name)))]


PLAIN = plain(EVERY)
PATHS = _paths(PLAIN)
JUNK = st.one_of(
    st.sampled_from([None, "", "asb", "age", "topics", "end", "1", [], {}, True, -1, 0, 3, 255, 2**70, 1.5]),
    st.sampled_from([*PATHS[:40]]).map(lambda path: _at(PLAIN, path)),
    st.text(max_size=5),
)


def _at(document: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        document = document[step]
    return document


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.tuples(st.sampled_from(PATHS), st.one_of(st.just(GONE), JUNK)), min_size=1, max_size=3))
def test_a_document_damaged_anywhere_is_refused_or_works(damages: list[tuple[tuple[Any, ...], Any]]) -> None:
    document = copy.deepcopy(PLAIN)
    for (*way, last), value in damages:
        try:
            target = _at(document, tuple(way))
            if value is GONE:
                del target[last]
            else:
                target[last] = copy.deepcopy(value)
        except (KeyError, IndexError, TypeError):
            continue
    with contextlib.suppress(SurveysError):
        sound = load(document)
        for answers in samples.PATHS.values():
            walk(sound, answers, accepted={"more", "about-you"})
            prune(sound, answers, accepted={"more"})


def test_the_published_schema_is_fresh() -> None:
    """To refresh it: ``python -c "from surveys.questionnaire import faults as f;
    f.SCHEMA_FILE.write_text(f.schema_text(), 'utf-8')"``.
    """
    assert SCHEMA_FILE.read_text("utf-8") == schema_text()
    assert json.loads(schema_text()) == json_schema()
    assert json_schema()["required"] == [
        "key",
        "locales",
        "translations",
        "title",
        "purpose",
        "minutes",
        "sections",
        "parts",
    ]

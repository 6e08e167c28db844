"""What the detector finds and misses, measured; how phrase lists flag; what hidden characters cannot hide."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from surveys.moderation import detection, phrases
from surveys.moderation.detection import Span, detect
from surveys.moderation.policy import CATEGORIES, PLACEHOLDERS
from surveys.moderation.seeing import hidden_in, seen
from tests.surveys.personal_data import HARD, IDENTIFIERS, NAMES_AND_PLACES, NOTHING

README = Path(__file__).parents[2] / "README.md"


def recall(labelled: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[int, int, list[str]]:
    """How many of the labelled words lie wholly in what was found, of how many, and those that do not."""
    missed = []
    wanted = 0
    for text, words in labelled:
        spans = detect(text)
        for each in words:
            wanted += 1
            at = text.index(each)
            if not any(span.start <= at and at + len(each) <= span.end for span in spans):
                missed.append(each)
    return wanted - len(missed), wanted, missed


def test_the_measured_recall_is_what_the_readme_says() -> None:
    readme = README.read_text(encoding="utf-8")
    for name, labelled in (
        ("well-formed identifiers", IDENTIFIERS),
        ("names, addresses, streets beside an offence", NAMES_AND_PLACES),
        ("spelled-out numbers, bare first names, descriptions", HARD),
    ):
        found, wanted, missed = recall(labelled)
        assert f"| {name} | {found} of {wanted} |" in readme, (name, found, wanted, missed)
    alarms = [(text, detect(text)) for text in NOTHING if detect(text)]
    assert f"| false alarms in texts without any | {len(alarms)} of {len(NOTHING)} |" in readme, alarms


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("Ring 07700 900123.", "phone", "07700 900123"),
        ("NHS 943 476 5919", "nhs", "943 476 5919"),
        ("pay 4111 1111 1111 1111 now", "card", "4111 1111 1111 1111"),
        ("I live at CB7 4EE.", "postcode", "CB7 4EE"),
        ("He lives at 14 Sample Street", "address", "14 Sample Street"),
        ("They are dealing drugs on Sample Street", "street-offence", "Sample Street"),
        ("van AB12 CDE", "vehicle", "AB12 CDE"),
        ("ask Mr Sample", "titled", "Mr Sample"),
    ],
)
def test_each_finding_says_what_it_looks_like(text: str, kind: str, words: str) -> None:
    (span,) = detect(text)
    assert (span.kind, text[span.start : span.end]) == (kind, words)
    assert span.placeholder in PLACEHOLDERS


def test_check_digits_decide() -> None:
    assert detect("NHS 943 476 5918") == ()
    assert detect("card 4111 1111 1111 1112") == ()
    assert detection.kinds("4010232137 and 4010232137, CB7 4EE") == ("nhs", "postcode")


def test_a_street_is_found_only_beside_an_offence() -> None:
    assert detect("Sample Street is dark") == ()
    assert detect("Sample Street is dark. They steal bikes elsewhere") == ()
    assert [s.kind for s in detect("They steal bikes on Sample Street")] == ["street-offence"]


def test_the_partnerships_own_list_comes_first() -> None:
    text = "The lads from Jubilee House again"
    assert detect(text) == ()
    assert detect(text, own=("jubilee house", " ")) == (Span(14, 27, "own-list", "words"),)


def test_characters_the_eye_does_not_see_hide_nothing() -> None:
    text = "m\u200by number: 07700\u2060 900\u202e123"
    (span,) = detect(text)
    assert text[span.start : span.end] == "07700\u2060 900\u202e123"
    assert seen(text) == "my number: 07700 900123"
    assert hidden_in(text) == 3
    assert phrases.flags("my hus\u200bband hits me") == ("domestic-abuse",)


@pytest.mark.parametrize(
    "text",
    [
        "a1 " * 400_000,
        "A" * 1_000_000,
        "1 " * 500_000,
        "a@" * 500_000,
        "12 aaa " * 150_000,
        "Called Bob " * 90_000,
        "\u200b" * 1_000_000,
        "😀" * 250_000,
        "a." * 500_000 + "@",
    ],
)
def test_no_text_keeps_it_busy(text: str) -> None:
    began = time.process_time()
    detect(text)
    phrases.flags(text[:20_000])
    assert (
        time.process_time() - began < 30
    )  # a tenth of a second, or hours when a pattern goes back and forth


def test_every_list_says_whether_anybody_checked_it() -> None:
    assert set(phrases.lists()) == {"en", "pl"}
    for known in phrases.lists().values():
        assert not known.checked
        assert known.size > 100
    assert phrases.list_for("en_GB") is phrases.list_for("en")
    assert phrases.list_for("lt") is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("My husband hits me and I am scared to go home.", ("domestic-abuse",)),
        ("MĄŻ MNIE BIJE", ("domestic-abuse",)),
        ("On mnie bije i boję się wrócić do domu", ("domestic-abuse",)),
        ("I don’t want to live any more", ("self-harm",)),
        ("My stepdad hits me and I want to die", ("child", "self-harm")),
        ("They took our passports: human trafficking", ("slavery",)),
        ("Suicidal thoughts", ("self-harm",)),
        ("Car drivers kill the mood. The children play outside.", ()),
        ("Latarnie nie świecą", ()),
    ],
)
def test_phrases_flag_in_any_language(text: str, found: tuple[str, ...]) -> None:
    assert phrases.flags(text) == found
    assert set(found) <= set(CATEGORIES)


def test_every_phrase_finds_itself() -> None:
    for known in phrases.lists().values():
        stored = json.loads((phrases.LISTS / f"{known.language}.json").read_text(encoding="utf-8"))
        for category, listed in stored["phrases"].items():
            for phrase in listed:
                assert category in known.found_in(phrase.replace("*", "")), phrase

"""Agreement against the published example; suggestions on comments whose themes are known."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.results.agreement import cohen
from surveys.results.suggestions import LEAST, suggest, topics, vectors, words

THEMES = {
    "roads": "cars speeding speed limit junction crossing lorries motorbikes dangerous driving",
    "lights": "street lights lamp dark alley evening walking lamps broken lighting",
    "young": "youth club teenagers boredom activities evenings school holidays park",
}


def comments(number: int, seed: int) -> tuple[list[str], list[str]]:
    random = Random(seed)
    themes = [random.choice(list(THEMES)) for _ in range(number)]
    filler = "village town people near house road every week lately".split()
    texts = [" ".join(random.sample(THEMES[theme].split(), 4) + random.sample(filler, 3)) for theme in themes]
    return texts, themes


def test_cohens_kappa_of_the_documented_table() -> None:
    # "Cohen's kappa", Wikipedia: 50 proposals, both yes 20, only A 5, only B 10, both no 15: kappa 0.40.
    pairs = [(True, True)] * 20 + [(True, False)] * 5 + [(False, True)] * 10 + [(False, False)] * 15
    found = cohen(pairs)
    assert (found.number, found.both, found.first, found.second) == (50, 20, 5, 10)
    assert found.same == pytest.approx(0.7)
    assert found.kappa == pytest.approx(0.4)


@pytest.mark.parametrize("pairs", [[], [(True, True)] * 5, [(False, False)]])
def test_without_any_difference_there_is_no_kappa(pairs: list[tuple[bool, bool]]) -> None:
    assert cohen(pairs).kappa is None


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=60))
def test_kappa_is_at_most_one_and_one_only_when_all_agree(pairs: list[tuple[bool, bool]]) -> None:
    found = cohen(pairs)
    if found.kappa is not None:
        assert found.kappa <= 1 + 1e-12
        assert (found.kappa == pytest.approx(1)) == (found.same == 1)


def test_suggestions_follow_what_people_coded_and_their_quality_is_measured() -> None:
    texts, themes = comments(240, 3)
    coded = {place: frozenset({themes[place]}) for place in range(120)}
    found, quality = suggest(texts, coded)
    assert not set(found) & set(coded)
    right = sum(themes[place] in named for place, named in found.items())
    assert right >= 0.95 * 120
    for theme in THEMES:
        assert quality[theme].coded == sum(t == theme for t in themes[:120])
        assert (quality[theme].precision or 0) > 0.9
        assert (quality[theme].recall or 0) > 0.9
    assert suggest(texts, coded) == (found, quality)


def test_noise_is_not_learned() -> None:
    texts, _ = comments(200, 4)
    random = Random(5)
    coded = {n: frozenset({"coin"} if random.random() < 0.2 else ()) for n in range(150)}
    _, quality = suggest(texts, coded)
    assert (quality["coin"].precision or 0) < 0.5


def test_too_few_coded_comments_teach_nothing() -> None:
    texts, themes = comments(60, 6)
    few = {n: frozenset({themes[n]}) for n in range(LEAST - 1)}
    assert suggest(texts, few) == ({}, {})
    assert suggest([], {}) == ({}, {})
    assert suggest(texts, {n: frozenset() for n in range(40)}) == ({}, {})


def test_words_that_go_together_make_topics() -> None:
    texts, themes = comments(150, 7)
    found = topics(texts, 3)
    assert sum(topic.comments for topic in found) == 150
    for topic in found:
        owners = [themes[place] for place in topic.examples]
        assert len(set(owners)) == 1
    assert topics(texts, 3) == found
    assert topics(texts[:5]) == ()
    assert topics(["", "  ", "123 !"] * 10) == ()


@given(st.lists(st.text(max_size=60), max_size=40))
def test_any_text_has_finite_vectors(texts: list[str]) -> None:
    matrix = vectors(texts).matrix
    assert matrix.shape[0] == len(texts)
    assert ((matrix >= 0) & (matrix <= 1 + 1e-9)).all()
    topics(texts, 2)


def test_words_are_folded() -> None:
    assert words("Speeding CARS and 20mph Limits, glass") == ["speeding", "cars", "mph", "limit", "glass"]

"""Words for figures: one for every code the files know, and in English the same as theirs."""

from __future__ import annotations

from portal.figure_words import figure_words
from surveys.results.exports import WORDS


def test_pages_and_files_use_the_same_words() -> None:
    assert figure_words() == dict(WORDS)

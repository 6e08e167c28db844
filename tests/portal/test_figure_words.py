"""Words for figures: one for every code the files know, and in English the same as theirs."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_babel import force_locale

from portal.figure_words import figure_words, in_figures
from surveys.results.exports import WORDS


@pytest.fixture
def database_url(sqlite_copy: str) -> str:
    return sqlite_copy


def test_pages_and_files_use_the_same_words() -> None:
    assert figure_words() == dict(WORDS)


@pytest.mark.parametrize(
    ("locale", "written"),
    [("en_GB", ["5", "1,245", "87,760"]), ("pl", ["5", "1\xa0245", "87\xa0760"])],
)
def test_a_thousand_is_never_read_as_one(app: Flask, locale: str, written: list[str]) -> None:
    with app.test_request_context(), force_locale(locale):
        assert [in_figures(number) for number in (5, 1245, 87760)] == written

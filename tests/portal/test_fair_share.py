"""Who is missing: one rule on the results page, at the analyst's desk and in the record of a decision."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask_babel import Babel, force_locale

from portal.alongside_words import Beside, Group
from portal.office import desk_words
from portal.partnership import heard
from portal.reading import Label
from surveys.results.fair_share import more_than_its_share, too_little


@pytest.fixture(scope="module", autouse=True)
def speaking() -> Iterator[None]:
    app = Flask("sample")
    Babel(app)
    with app.app_context(), force_locale("en_GB"):
        yield


@pytest.mark.parametrize(
    ("here", "there", "low", "high"),
    [
        (41, 49, True, False),
        (59, 51, False, True),
        (44, 49, True, False),
        (45, 49, False, False),
        (7, 10, True, False),
        (8, 10, False, False),
        (13, 10, False, True),
        (12, 10, False, False),
        (0, 1, False, False),
        (1, 3, True, False),
        (50, 50, False, False),
    ],
)
def test_a_group_is_named_at_five_points_or_at_a_fifth_of_its_share(
    here: int, there: int, low: bool, high: bool
) -> None:
    assert (too_little(here, there), more_than_its_share(here, there)) == (low, high)
    assert heard.Group("sex", "male", here, there).missing is low
    page = Beside("sex", Label("Sex"), (Group(Label("Men"), here, there),), (), "Census", None)
    said = [str(one) for one in page.said]
    desk = desk_words.missing([("Men", here, there)], "Sex")
    shares = f"Men ({here}% of those who answered, {there}% of those who live here)."
    assert (f"We heard too little from: {shares}" in said) is low
    assert (f"We heard more than their share from: {shares}" in said) is high
    assert (said == ["No group here is far from its share of the people who live here."]) is not (low or high)
    assert bool(desk) is (low or high)
    assert ("too little" in " ".join(desk)) is low

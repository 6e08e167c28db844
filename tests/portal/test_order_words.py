"""A true ranking in words: points, the share in the first five, ranges, and the other way of counting."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask_babel import Babel, force_locale

from portal import order_words
from portal.reading import read
from surveys.results import comparison_files, ranked
from surveys.results.exports import rows_of
from surveys.results.wording import wording_of
from tests.surveys.results.test_ranked import counted, orders


@pytest.fixture(scope="module", autouse=True)
def speaking() -> Iterator[None]:
    app = Flask("sample")
    Babel(app)
    with app.app_context(), force_locale("en_GB"):
        yield


def laid(top: int, **changed: Any) -> tuple[order_words.Ranks, dict[str, Any], dict[str, dict[str, Any]]]:
    found, tables, document = counted(orders(3, 300, top), top)
    made = ranked.order(found, tables, tables["improve"], document)
    assert made is not None
    content = {
        "orders": {"improve": made | changed}, "tables": [*tables.values()], "locales": ["en_GB"],
        "wording": wording_of(document),
    }  # fmt: skip
    readings = [read(table, document, "en_GB") for table in tables.values()]
    (told,) = order_words.ranks(content, readings).values()
    return told, content, tables


@pytest.mark.parametrize(
    ("top", "table", "head"),
    [(4, "improve", "Ranked at all"), (8, "improve.first-five", "Among the first five")],
)
def test_points_and_share_stand_beside_every_place(top: int, table: str, head: str) -> None:
    told, content, tables = laid(top)
    assert told.heads[-2:] == ["Points out of 100", head]
    shares = {row["key"]: row["percent"] for row in tables[table]["groups"][0]["rows"]}
    kept = content["orders"]["improve"]["places"]
    for row, place in zip(told.rows, kept, strict=True):
        *_, points, share = row["cells"]
        assert points["text"] == str(place["points"])
        assert share["text"] == f"{shares[place['key']]}%"
        assert len(row["cells"]) == len(told.columns)
    assert f"A first place gives {top} points, each place after it one fewer" in told.note
    lines = rows_of(comparison_files.comparisons_csv(content, "en_GB"))
    given = {(line[4], line[7]) for line in lines if line[6] == "points"}
    assert given == {(place["key"], str(place["points"])) for place in kept}


@pytest.mark.parametrize(
    ("check", "said"),
    [
        ("same", "gives the same order"),
        ("within", "but none beyond its range by chance"),
        ("outside", "the order depends on how places are counted"),
    ],
)
def test_the_note_says_whether_another_way_of_counting_agrees(check: str, said: str) -> None:
    assert said in laid(4, check=check)[0].note


def test_nothing_drawn_is_called_certain_and_chances_keep_their_grain() -> None:
    told, _, _ = laid(4)
    chances = [one.chance for one in told.places]
    assert chances[0] in ("over 95 in 100", "95 in 100", "90 in 100")
    assert "under 5 in 100" in chances
    assert told.figure is not None

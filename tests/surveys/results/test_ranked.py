"""A true ranking in a release: Borda's order as drawing people anew gives it, telling of nobody's answer."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from sqlalchemy.orm import Session

from surveys.questionnaire.codebook import codebook_of
from surveys.questionnaire.model import Questionnaire
from surveys.results import alongside, cube, ranked, ranking, releases
from surveys.results.counted import Counts
from surveys.results.deduction import Range
from surveys.results.disclosure import publish
from surveys.results.layout import Layout, Version
from surveys.results.ranked import Tally
from surveys.results.rounding import Policy
from surveys.results.tables import FIRST_FIVE, topline
from surveys.sealing import Keyring
from surveys.surveys import Survey
from tests.surveys.results.conftest import AFTER, Send
from tests.surveys.results.people import document, person

KEYS = ("lights", "patrols", "youth", "cameras", "buses", "parks", "shops", "clubs")


def asked(top: int) -> Questionnaire:
    """The sample survey with a ranking of eight topics."""
    base = document().model_dump(mode="json", by_alias=True)
    base["breakdowns"] = [one for one in base["breakdowns"] if one["question"] != "improve"]
    base["nets"] = [one for one in base["nets"] if one["question"] != "improve"]
    for part in base["parts"]:
        for page in part["pages"]:
            for question in page["questions"]:
                if question["id"] == "improve":
                    special = [o for o in question["options"] if o.get("exclusive")]
                    options = [
                        {"key": key, "code": 100 + n, "text": {"en_GB": key, "pl": key}}
                        for n, key in enumerate(KEYS)
                    ]
                    question |= {"top": top, "options": [*options, *special]}
    return Questionnaire.model_validate(base)


def orders(seed: int, number: int, top: int) -> list[list[str]]:
    random = np.random.default_rng(seed)
    worth = np.exp(np.linspace(1.2, 0, len(KEYS)))
    chance = worth / worth.sum()
    return [
        [KEYS[n] for n in random.choice(len(KEYS), random.integers(1, top + 1), replace=False, p=chance)]
        for _ in range(number)
    ]


def counted(given: list[list[str]], top: int) -> tuple[Tally, dict[str, dict[str, Any]], Questionnaire]:
    """The sums of these orders and the released tables of the question, by key."""
    survey = asked(top)
    book = codebook_of(survey)
    rows = [book.pack({"improve": order}) for order in given]
    layout = Layout([Version("v1", 1, "first", survey)])
    made = cube.count(layout, [("v1", rows)])
    matrix = layout.readers["v1"].columns.matrix(rows)
    tables = publish(topline(made, "improve"), Policy()).tables
    found = ranked.tally(layout, [("v1", matrix)], "improve")
    return found, {table.key: table.as_json() for table in tables}, survey


def released(given: list[list[str]], top: int) -> dict[str, Any] | None:
    found, tables, survey = counted(given, top)
    return ranked.order(found, tables, tables["improve"], survey)


def points(given: list[list[str]], top: int) -> dict[str, int]:
    return {key: sum(top - order.index(key) for order in given if key in order) for key in KEYS}


@pytest.mark.parametrize(("seed", "number", "top"), [(1, 600, 5), (2, 400, 3), (3, 900, 8)])
def test_the_places_and_ranges_are_those_of_drawing_people_anew(seed: int, number: int, top: int) -> None:
    given = orders(seed, number, top)
    made = released(given, top)
    assert made is not None
    own = points(given, top)
    assert [place["key"] for place in made["places"]] == sorted(
        (place["key"] for place in made["places"]),
        key=lambda key: (-round(own[key] / top / 5), KEYS.index(key)),
    )
    for place in made["places"]:
        assert abs(place["score"] - own[place["key"]] / top) <= 2.5
        assert place["points"] == int(100 * place["score"] / made_base(number) + 0.5)
    ballots = sorted({tuple(KEYS.index(key) for key in order) for order in given})
    many = np.array([sum(tuple(map(KEYS.index, o)) == b for o in given) for b in ballots])
    drawn = ranking.borda_drawn(ballots, many, len(KEYS), top)
    scores = ranking.borda(ballots, many.astype(float), len(KEYS), top)
    real = {place.key: place for place in ranking.order_of(KEYS, scores, drawn)}
    for place in made["places"]:
        other = real[place["key"]]
        assert abs(place["low"] - other.low) <= 1
        assert abs(place["high"] - other.high) <= 1
        assert abs(place["top_three"] - 100 * other.top_three) <= 20
        assert place["top_three"] % 5 == 0
    assert made["check"] in ("same", "within")


def made_base(number: int) -> int:
    return 5 * ((2 * number + 5) // 10)


def test_the_share_in_the_first_five_is_a_table_like_any_other() -> None:
    given = orders(4, 300, 8)
    _, tables, _ = counted(given, 8)
    rows = {row["key"]: row for row in tables[f"improve.{FIRST_FIVE}"]["groups"][0]["rows"]}
    for key in KEYS:
        own = sum(key in order[:5] for order in given)
        assert rows[key]["count"] == (made_base(own) if own >= 10 else None)
    assert f"improve.{FIRST_FIVE}" not in counted(orders(4, 100, 5), 5)[1]


def test_one_person_more_changes_hardly_anything() -> None:
    given = orders(5, 200, 5)
    before = released(given, 5)
    changed = moved = 0
    assert before is not None
    was = {place["key"]: place for place in before["places"]}
    for order in orders(6, 40, 5):
        after = released([*given, order], 5)
        assert after is not None
        for place in after["places"]:
            if place["score"] == was[place["key"]]["score"]:
                changed += place["top_three"] != was[place["key"]]["top_three"]
                moved += 1
    assert moved > 200
    assert changed / moved < 0.1


def test_a_hidden_topic_and_one_whose_points_would_tell_have_no_place() -> None:
    given = orders(7, 200, 5)
    given = [[key for key in order if key != "clubs"] or ["lights"] for order in given]
    given += [["clubs"]] * 6
    made = released(given, 5)
    assert made is not None
    assert {"key": "clubs", "why": "few"} in made["left"]
    assert "clubs" not in [place["key"] for place in made["places"]]


def possible(top: int, all_: Range, score: int, first: int) -> bool:
    """Whether some counts by place fit: ``first`` put it first, and its points round to ``score``."""
    least = [first * top + (number - first) for number in range(max(all_[0], first), all_[1] + 1)]
    most = [first * top + (number - first) * (top - 1) for number in range(max(all_[0], first), all_[1] + 1)]
    return any(
        ranked.score(sum_, top) == score
        for low, high in zip(least, most, strict=True)
        for sum_ in range(low, high + 1)
    )


@pytest.mark.parametrize("top", [2, 3, 5])
@pytest.mark.parametrize("number", [35, 60, 110])
def test_points_leave_every_count_its_values(top: int, number: int) -> None:
    withheld = 0
    for seed in range(12):
        found, tables, survey = counted(orders(seed, number, top), top)
        made = ranked.order(found, tables, tables["improve"], survey)
        ranks = {row["key"]: row["count"] for row in tables["improve"]["groups"][0]["rows"]}
        firsts = {row["key"]: row for row in tables["improve.first"]["groups"][0]["rows"]}
        withheld += len(made["left"]) if made else 0
        for place in made["places"] if made else ():
            count = ranks[place["key"]]
            all_ = (max(10, count - 2), count + 2)
            first = firsts[place["key"]]
            if first["count"] is None and first["hidden"] != "protect":
                left = [n for n in range(10) if possible(top, all_, place["score"], n)]
                assert len(left) >= Policy().choices, (seed, place, left)
            elif first["count"] is not None:
                for n in range(max(10, first["count"] - 2), min(first["count"] + 2, all_[1]) + 1):
                    assert possible(top, all_, place["score"], n), (seed, place, n)
            shown = first["count"]
            counts = range(10) if shown is None else range(max(10, shown - 2), shown + 3)
            for n in range(all_[0], all_[1] + 1):
                assert any(possible(top, (n, n), place["score"], f) for f in counts), (seed, place, n)
    assert withheld or top > 2


def test_nothing_is_ordered_under_thirty_people_or_without_a_group_to_show() -> None:
    assert released(orders(8, 27, 3), 3) is None
    assert released([["lights", "patrols"]] * 60, 3) is None


def test_sums_are_kept_for_corrections_and_nobody_s_order(
    session: Session, publish: Callable[..., Survey], send: Send, keys: Keyring, tmp_path: Path
) -> None:
    survey = publish(asked(5))
    random = Random(1)
    everybody = [person(random, asked(5), improve=order) for order in orders(9, 110, 5)]
    given: list[Any] = [one["improve"] for one in everybody if one.get("improve")]
    send(survey, everybody, accepted={"more"})
    first = releases.make(session, survey, by="officer:1", now=AFTER, keys=keys)
    kept = releases.exact_counts(session, first)
    (found,) = kept.rankings.values()
    assert found.people == len(given) > 30
    assert found.points == tuple(points(given, 5).get(key, 0) for key in found.keys)
    assert Counts.from_json(kept.as_json()) == kept
    later = AFTER + dt.timedelta(days=1)
    second = releases.correct(session, survey, by="officer:1", now=later, keys=keys, note="Again")
    assert second.content["orders"] == first.content["orders"]
    assert second.content["orders"]["improve"]["top"] == 5
    (tmp_path / "release.json").write_text(json.dumps(first.content))
    for name in ("recompute", "check_files"):
        shutil.copyfile(f"portal/documents/{name}.py.txt", tmp_path / f"{name}.py")
    asks = "import json, recompute as r; t = r.Tally(); c = json.load(open('release.json'))\n"
    asks += "for part in r.PARTS: part(c, t)\nprint(t.right['points'], t.wrong)"
    done = subprocess.run(
        [sys.executable, "-c", asks], cwd=tmp_path, capture_output=True, text=True, check=True, env={}
    )
    assert done.stdout == f"{len(first.content['orders']['improve']['places'])} []\n"


def test_a_release_from_before_orders_were_kept_is_corrected_without_one() -> None:
    found, tables, survey = counted(orders(1, 100, 5), 5)
    assert alongside.orders(tables, survey, {}) == {}
    assert list(alongside.orders(tables, survey, {"improve": found})) == ["improve"]

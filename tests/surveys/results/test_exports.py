"""Files of results: they open rightly in a spreadsheet, run nothing there, and leave no figure blank."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.errors import SurveysError
from surveys.questionnaire.codebook import codebook_of
from surveys.results import exports, tables
from surveys.results.cube import count
from surveys.results.disclosure import Policy, publish
from surveys.results.findings import headlines
from surveys.results.wording import wording_of
from tests.surveys.results.people import document, people
from tests.surveys.results.test_cube import ONE, layout_of


def content(number: int = 300, seed: int = 5) -> dict[str, Any]:
    pack = codebook_of(document()).pack
    cube = count(layout_of(document()), [(ONE, [pack(a) for a in people(seed, number, document())])])
    shown = publish(tables.menu(cube), Policy()).tables
    return {
        "survey": "local", "number": 1, "made_on": "2026-11-30", "first_day": "2026-11-01",
        "last_day": "2026-11-29", "demonstration": True, "responses": 300, "locales": ["en_GB", "pl"],
        "method": {**Policy().as_json(), "weighted": False}, "wording": wording_of(document()),
        "tables": [table.as_json() for table in shown],
        "findings": {key: f.as_json() for key, f in headlines(shown, document()).items()},
    }  # fmt: skip


def read(file: bytes) -> list[dict[str, str]]:
    assert file.startswith(b"\xef\xbb\xbf")
    assert file.endswith(b"\r\n")
    assert b"\n" not in file.replace(b"\r\n", b"")
    return list(csv.DictReader(io.StringIO(file.decode("utf-8-sig"), newline="")))


def test_a_table_file_has_the_figures_of_the_release() -> None:
    release = content()
    table = exports.table_of(release, "topics")
    (group,) = table["groups"]
    lines = read(exports.table_csv(release, "topics", "en_GB"))
    assert [line["answer"] for line in lines] == [row["key"] for row in group["rows"]]
    for line, row in zip(lines, group["rows"], strict=True):
        assert line["answered"] == str(group["answered"])
        assert line["count"] == ("fewer than 10" if row["count"] is None else str(row["count"]))
        assert line["percent"] == ("fewer than 10" if row["count"] is None else str(row["percent"]))
    assert lines[0]["question_label"] == "What matters? Choose up to 3"
    assert lines[0]["group_label"] == "Everyone who answered"
    assert [line["answer_label"] for line in lines][:2] == ["Anti-social behaviour", "Burglary"]


def test_labels_come_in_the_language_asked_for_and_fall_back_to_the_source() -> None:
    lines = read(exports.table_csv(content(), "topics", "pl", {**exports.WORDS, "all": "Wszyscy"}))
    assert lines[0]["group_label"] == "Wszyscy"
    assert lines[0]["answer_label"] == "Anti-social behaviour (pl)"
    places = read(exports.table_csv(content(), "place", "pl"))
    assert [line["answer_label"] for line in places][:3] == ["Ashby", "Birch End", "Corton"]


@pytest.mark.parametrize("number", [0, 7, 60, 300])
def test_no_figure_is_ever_blank(number: int) -> None:
    for line in read(exports.tables_csv(content(number), "en_GB")):
        texts = line["question"] in ("why", "heard")
        assert all(
            value for name, value in line.items() if name != "hidden" and not (texts and name == "percent")
        )
        assert (line["hidden"] == "") == line["count"].isdigit()
        assert not line["count"].isdigit() or int(line["count"]) >= 10


def test_every_table_of_the_release_has_its_file_and_its_json() -> None:
    release = content()
    for table in release["tables"]:
        assert read(exports.table_csv(release, table["key"], "pl"))
        told = exports.table_json(release, table["key"])
        assert (told["table"], told["finding"]) == (table, release["findings"][table["key"]])
        assert told["question"]["text"]["en_GB"]
    with pytest.raises(SurveysError) as refused:
        exports.table_json(release, "nothing")
    assert refused.value.code == "table.unknown"


def test_the_dictionary_explains_every_column_and_key() -> None:
    release = content()
    lines = read(exports.dictionary_csv(release, "en_GB"))
    assert [line["name"] for line in lines if line["about"] == "column"] == list(
        dict.fromkeys((*exports.COLUMNS, *exports.COMPARISONS))
    )
    assert {"about": "answer", "name": "years", "key": "under-2", "meaning": "Under 2"} in lines
    assert {"about": "group", "name": "ward", "key": "e05000001", "meaning": "Eastmarsh"} in lines
    assert {"about": "method", "name": "round_to", "key": "", "meaning": "5"} in lines
    summed = "A bit or very unsafe (a-bit-unsafe, very-unsafe)"
    assert {"about": "net", "name": "safe-dark", "key": "unsafe", "meaning": summed} in lines
    named = {(line["about"], line["name"], line["key"]) for line in lines}
    for line in read(exports.tables_csv(release, "en_GB")):
        keys = {(about, line["question"], line["answer"]) for about in ("answer", "net")}
        assert keys & named or line["answer"] == "wrote"


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+44 1353",
        "-2",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        " =1",
        "\u00a0=1",
        "＝1",
        "＠x",
        "\x1f=",
        "\ufeff=1",
        "\u200b-1",
    ],
)
def test_text_a_spreadsheet_would_run_is_made_harmless(text: str) -> None:
    assert exports.harmless(text) == f"'{text}"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40))
def test_any_text_survives_the_file(text: str) -> None:
    back = next(csv.reader(io.StringIO(exports.to_csv([[text, 5]]).decode("utf-8-sig"), newline="")))
    assert back == [exports.harmless(text), "5"]
    assert not back[0].lstrip().startswith(("=", "+", "@", "-"))

from __future__ import annotations

import json
import tomllib

from hypothesis import given
from hypothesis import strategies as st

from portal.partnership.sources import (
    Fault,
    Faults,
    parse_path,
    read_csv,
    read_json,
    read_markdown,
    read_toml,
    toml_lines,
)

TOML = '''# a comment with = and [brackets]
name = "x # not a comment"
"quoted key" = 1
a.b.c = [
  "one", # ] not the end
  "two = 2",
]

[table]
text = """
[not.a.header]
key = "not a key" \\""" still inside
"""""
raw = \'\'\'
\\\'\'\'
after = { x = 1, y = [1, 2] }

[[area]]
key = "first"
[area.en_GB]
title = "One"

[[area]]
key = "second"
[[area.survey]]
slug = "s"
[area.en_GB]
title = "Two"
'''


def test_toml_lines_finds_every_key_past_strings_comments_and_arrays() -> None:
    tomllib.loads(TOML)
    assert toml_lines(TOML) == {
        ("name",): 2,
        ("quoted key",): 3,
        ("a",): 4,
        ("a", "b"): 4,
        ("a", "b", "c"): 4,
        ("table",): 9,
        ("table", "text"): 10,
        ("table", "raw"): 14,
        ("table", "after"): 16,
        ("area",): 18,
        ("area", 0): 18,
        ("area", 0, "key"): 19,
        ("area", 0, "en_GB"): 20,
        ("area", 0, "en_GB", "title"): 21,
        ("area", 1): 23,
        ("area", 1, "key"): 24,
        ("area", 1, "survey"): 25,
        ("area", 1, "survey", 0): 25,
        ("area", 1, "survey", 0, "slug"): 26,
        ("area", 1, "en_GB"): 27,
        ("area", 1, "en_GB", "title"): 28,
    }


KEYS = st.text("abcdef", min_size=1, max_size=4)
STRINGS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=12)


@given(st.dictionaries(KEYS, STRINGS, max_size=8))
def test_toml_lines_agree_with_the_parser_whatever_the_strings_hold(values: dict[str, str]) -> None:
    text = "\n\n".join(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items())
    text = text.replace("\x7f", "")
    assert set(tomllib.loads(text)) == set(values)
    assert toml_lines(text) == {(key,): 2 * number + 1 for number, key in enumerate(values)}


def test_a_toml_syntax_fault_has_its_line() -> None:
    faults = Faults()
    assert read_toml("x.toml", "a = 1\nb = = 2\nc = 3\n", faults) is None
    assert [(fault.file, fault.line, fault.code) for fault in faults.found] == [("x.toml", 2, "toml.syntax")]


def test_an_unfinished_toml_string_is_reported_at_the_end_of_the_file() -> None:
    faults = Faults()
    assert read_toml("x.toml", 'a = """\nb\n', faults) is None
    assert [(fault.line, fault.code) for fault in faults.found] == [(3, "toml.syntax")]


def test_json_values_know_their_lines_and_a_repeated_name_is_a_fault() -> None:
    faults = Faults()
    document = read_json("x.json", '{"a": [1,\n {"b": "}\\""},\n true],\n "c": {},\n "c": null}', faults)
    assert document is not None
    assert [document.line(parse_path(path)) for path in ("a", "a[0]", "a[1].b", "a[2]", "c", "a[1].zzz")] == [
        1,
        1,
        2,
        3,
        5,
        2,
    ]
    assert faults.found == [Fault("x.json", 5, "json.repeated", "gives “c” twice")]


def test_a_json_syntax_fault_has_its_line() -> None:
    faults = Faults()
    assert read_json("x.json", '{"a": 1,\n "b": }', faults) is None
    assert [(fault.line, fault.code) for fault in faults.found] == [(2, "json.syntax")]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | STRINGS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
        max_leaves=12,
    )
)
def test_every_json_value_has_a_line(value: object) -> None:
    document = read_json("x.json", json.dumps(value, indent=1), Faults())
    assert document is not None

    def walk(inner: object, path: tuple[str | int, ...]) -> None:
        assert path in document.lines
        if isinstance(inner, dict):
            for key, child in inner.items():
                walk(child, (*path, key))
        elif isinstance(inner, list):
            for index, child in enumerate(inner):
                walk(child, (*path, index))

    walk(value, ())


def test_csv_rows_keep_their_lines_past_quoted_breaks_and_blank_lines() -> None:
    faults = Faults()
    rows = read_csv("x.csv", 'a,b\n1,"two\nlines"\n\n 3 ,4\nonly\n', ("a", "b"), faults)
    assert rows == [(3, {"a": "1", "b": "two\nlines"}), (5, {"a": "3", "b": "4"})]
    assert faults.found == [Fault("x.csv", 6, "csv.width", "has 1 values, not 2")]


def test_csv_with_other_columns_is_one_fault() -> None:
    faults = Faults()
    assert read_csv("x.csv", "a,c\n1,2\n", ("a", "b"), faults) == []
    assert [(fault.line, fault.code) for fault in faults.found] == [(1, "csv.columns")]


def test_markdown_gives_title_lead_and_body() -> None:
    words = read_markdown("x.md", "# Title\n\nLead over\ntwo lines.\n\n## More\n\nBody.\n", Faults())
    assert words == {"title": "Title", "lead": "Lead over two lines.", "body": "## More\n\nBody."}


def test_markdown_without_title_or_lead_is_a_fault() -> None:
    faults = Faults()
    assert read_markdown("x.md", "Title\n\nLead.\n", faults) is None
    assert read_markdown("y.md", "# Title\n\n## Straight on\n", faults) is None
    assert [(fault.file, fault.line, fault.code) for fault in faults.found] == [
        ("x.md", 1, "page.title"),
        ("y.md", 2, "page.lead"),
    ]

"""Templates hold no inline code, no unescaped words, and only sentences that can be translated."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from flask import Flask

from portal.permissions import PERMISSIONS
from tests.house.sources import ROOT, calls, name, python_files, templates, tree

INLINE = re.compile(r"<style\b|\sstyle=|\son[a-z]+=\"|javascript:|<script(?![^>]*\bsrc=)(?![^>]*json)", re.I)
UNESCAPED = re.compile(r"\|\s*safe\b|autoescape\s+false", re.I)
ABROAD = re.compile(r"""(?:src|href)=["']https?://(?!www\.nationalarchives\.gov\.uk/)""")
ENDPOINT = re.compile(r"""url_for\(\s*['"]([\w.]+)['"]""")
LEAVES = re.compile(
    r"""url\(\s*["']?(?:https?:)?//|@import|fetch\(\s*["']https?:|sendBeacon|\beval\(|new Function"""
)
MARKS = ("gettext", "lazy_gettext", "ngettext")
TRUSTED = {"portal/rendering.py", "portal/public/results.py"}
"""Modules that call what they made themselves safe: cleaned Markdown, and a page kept once drawn."""


@pytest.fixture
def database_url(sqlite_copy: str) -> str:
    return sqlite_copy


def found(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{name(path)}:{number}: {line.strip()[:80]}"
        for path in templates()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if pattern.search(line)
    ]


def test_no_template_has_inline_script_style_or_handler() -> None:
    assert found(INLINE) == []


def test_no_template_leaves_words_unescaped() -> None:
    assert found(UNESCAPED) == []


def test_no_template_loads_or_links_to_a_fixed_address_elsewhere() -> None:
    assert found(ABROAD) == []


def test_every_template_compiles(app: Flask) -> None:
    folder = ROOT / "templates"
    for path in templates():
        app.jinja_env.get_template(path.relative_to(folder).as_posix())


def test_every_link_leads_to_an_endpoint() -> None:
    linked = {
        endpoint for path in templates() for endpoint in ENDPOINT.findall(path.read_text(encoding="utf-8"))
    }
    assert linked - set(PERMISSIONS) == set()


def test_every_page_of_an_endpoint_stands_in_its_blueprints_folder() -> None:
    wrong = []
    for path in python_files():
        for call in calls(tree(path), "render_template"):
            first = call.args[0] if call.args else None
            if isinstance(first, ast.Constant) and not (ROOT / "templates" / str(first.value)).is_file():
                wrong.append(f"{name(path)}: {first.value}")
    assert wrong == []


def test_no_sentence_is_marked_inside_an_f_string() -> None:
    """On Python 3.11 the extractor does not see into f-strings: such a sentence is never translated."""
    wrong = []
    for path in python_files():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.JoinedStr):
                inside = ast.Module([ast.Expr(node)], [])
                wrong += [f"{name(path)}:{call.lineno}" for call in calls(inside, "_", *MARKS)]
    assert wrong == []


def test_a_marked_sentence_is_one_constant() -> None:
    wrong = []
    for path in python_files():
        for call in calls(tree(path), *MARKS):
            first = call.args[0] if call.args else None
            inside = isinstance(call.func, ast.Attribute)
            if not inside and not isinstance(first, ast.Constant):
                wrong.append(f"{name(path)}:{call.lineno}")
    assert wrong == []


def test_only_constants_are_called_safe() -> None:
    made = {
        name(path)
        for path in python_files()
        for call in calls(tree(path), "Markup")
        if call.args and not isinstance(call.args[0], ast.Constant)
    }
    assert made - TRUSTED == set()


def test_scripts_and_styles_stay_at_home() -> None:
    wrong = []
    for path in sorted([*(ROOT / "static").rglob("*.css"), *(ROOT / "static").rglob("*.js")]):
        if Path("static/vendor") not in path.relative_to(ROOT).parents and LEAVES.search(path.read_text()):
            wrong.append(name(path))
    assert wrong == []

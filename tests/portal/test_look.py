"""The look: contrast of every pair of tokens, vendored files, weight, and mark-up equal to the library's."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import jinja2
import pytest
from markupsafe import Markup

from portal import vendoring
from portal.chart_style import STAND_IN
from portal.files import BROTLI
from portal.stylesheets import read_css

ROOT = Path(__file__).resolve().parents[2]
TOKENS = ROOT / "static/css/parts/tokens.css"
PACKS = sorted([*(ROOT / "portal/packs").glob("*/pack.toml"), *(ROOT / "tests/packs").glob("*/pack.toml")])

# Contrast --------------------------------------------------------------------------------------------------

GROUNDS = ("paper", "surface", "sky", "sky-deep", "glow")
MEANINGS = ("brick", "sedge", "barley", "dewberry")
TEXT: list[tuple[str, str]] = [
    *((text, ground) for ground in GROUNDS for text in ("ink", "ink-soft", "link", "visited")),
    ("ink", "lode-soft"), ("lode", "lode-soft"), ("lode", "paper"), ("on-lode", "lode"),
    ("on-lode", "lode-strong"),
    ("on-lantern", "lantern"), ("ink", "lantern-soft"), ("lantern", "peat"),
    *((name, ground) for name in MEANINGS for ground in ("paper", f"{name}-soft")),
    *(("ink", f"{name}-soft") for name in (*MEANINGS, "grey")),
    ("on-brick", "brick-fill"), ("on-brick", "brick-fill-strong"), ("brick-strong", "brick-soft"),
    ("ink-soft", "grey-soft"), ("on-peat", "peat"), ("on-peat-soft", "peat"), ("on-mark", "mark"),
    *((f"on-seq-{step}", f"seq-{step}") for step in range(1, 6)),
    *((f"on-div-{step}", f"div-{step}") for step in range(1, 6)),
]  # fmt: skip
SHAPES: list[tuple[str, str]] = [
    *(("line-ui", ground) for ground in GROUNDS),
    *((f"series-{number}", ground) for number in range(1, 9) for ground in ("paper", "surface")),
    ("lode", "sky"), ("lode", "glow"), ("brick", "paper"),
]  # fmt: skip


def tokens(scheme: str) -> dict[str, str]:
    """Every token of a scheme; the dark ones lie over the light ones."""
    found: dict[str, str] = {}
    for rule in read_css(TOKENS.read_text()):
        inner = rule.rules if "prefers-color-scheme: dark" in rule.prelude and scheme == "dark" else ()
        for part in (rule, *inner):
            if part.prelude == ":root":
                found |= {name[2:]: value for name, value in part.declarations}
    return found


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("pack", PACKS, ids=lambda path: path.parent.name)
def test_every_pair_of_tokens_can_be_read(pack: Path, scheme: str) -> None:
    colours = tomllib.loads(pack.read_text(encoding="utf-8")).get("colours", {}).get(scheme, {})
    known = tokens(scheme) | {name.replace("_", "-"): value for name, value in colours.items()}
    weak = [
        f"{text} on {ground}: {contrast(known[text], known[ground]):.2f}, wants {least}"
        for pairs, least in ((TEXT, 4.5), (SHAPES, 3.0))
        for text, ground in pairs
        if contrast(known[text], known[ground]) < least
    ]
    assert weak == []


def test_the_arithmetic_of_contrast() -> None:
    assert round(contrast("#000000", "#ffffff"), 2) == 21.0
    assert round(contrast("#16232a", "#ffffff"), 1) == 16.1


def test_every_token_a_sheet_or_a_chart_reads_exists() -> None:
    known = {f"--{name}" for name in tokens("light")}
    for path in sorted((ROOT / "static/css/parts").glob("*.css")):
        missing = set(re.findall(r"var\((--[a-z0-9-]+)", path.read_text())) - known
        assert missing == set(), path.name
    assert {f"--{name}" for name in STAND_IN} <= known


# Vendored files --------------------------------------------------------------------------------------------


def manifest() -> list[dict[str, Any]]:
    packages: list[dict[str, Any]] = json.loads((ROOT / vendoring.VENDOR / "manifest.json").read_text())[
        "packages"
    ]
    return packages


def test_vendored_files_are_the_ones_in_the_manifest() -> None:
    listed = {name: digest for package in manifest() for name, digest in package["files"].items()}
    actual = {name: hashlib.sha256((ROOT / name).read_bytes()).hexdigest() for name in listed}
    assert actual == listed
    present = {
        str(path.relative_to(ROOT)) for path in (ROOT / vendoring.VENDOR).rglob("*") if path.is_file()
    } - {"static/vendor/manifest.json"}
    assert {name.removesuffix(BROTLI) for name in present} <= set(listed)  # packed: see test_files


def test_every_package_says_its_version_and_licence() -> None:
    assert {(p["name"], p["version"], p["licence"]) for p in manifest()} == {
        package[:3] for package in (vendoring.LIBRARY, vendoring.CHARTS, vendoring.AXE)
    }


def test_nothing_of_a_government_site_and_no_foreign_file() -> None:
    for path in [*(ROOT / "static/css").rglob("*.css"), ROOT / "static/vendor/govuk-frontend.css"]:
        text = path.read_text()
        for mark in ("GDS Transport", "crest", "@font-face", "@import", "url("):
            assert mark not in text, f"{mark} in {path.name}"


def test_our_scripts_and_sheets_name_no_other_host() -> None:
    for path in [*(ROOT / "static/js").glob("*.js"), *(ROOT / "static/css/parts").glob("*.css")]:
        assert "//" not in re.sub(r"(^|\s)//\s.*$", "", path.read_text(), flags=re.M), path.name


def test_the_bundles_are_made_from_what_is_checked_in() -> None:
    for name, text in vendoring.bundles(ROOT).items():
        assert (ROOT / name).read_text(encoding="utf-8") == text, (
            f"{name} is stale: run python -m portal.vendoring"
        )


@pytest.mark.parametrize("name", ["survey.css", "portal.css"])
def test_sides_are_logical(name: str) -> None:
    physical = re.compile(r"[;{](?:(?:margin|padding|border)-)?(?:left|right)(?:-(?:width|color|style))?:")
    assert physical.findall((ROOT / "static/css" / name).read_text()) == []


# Weight ----------------------------------------------------------------------------------------------------


def packed(name: str) -> int:
    return len(gzip.compress((ROOT / "static" / name).read_bytes(), 9))


def test_the_survey_bundle_leaves_room_for_the_page() -> None:
    parts = {name: packed(name) for name in ("css/survey.css", "js/survey.js", "images/favicon.svg")}
    assert sum(parts.values()) <= 20 * 1024, parts


def test_a_results_page_before_its_charts_is_light() -> None:
    parts = {
        name: packed(name)
        for name in ("css/portal.css", "js/charts.js", "images/favicon.svg", "vendor/plotly-global.css")
    }
    assert sum(parts.values()) <= 32 * 1024, parts


# Components ------------------------------------------------------------------------------------------------


def environment() -> jinja2.Environment:
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(ROOT / "templates"), extensions=["jinja2.ext.i18n"],
        autoescape=True, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    env.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    env.globals["csrf_token"] = lambda: "token"
    return env


def macros(name: str) -> Any:
    return environment().get_template(f"components/{name}.html").module


FIXTURES: dict[str, list[dict[str, Any]]] = json.loads(
    (ROOT / "tests/portal/fixtures/govuk-frontend.json").read_text()
)
CASES = [(component, case["name"]) for component, cases in FIXTURES.items() for case in cases]


def words_of(part: Mapping[str, Any] | None) -> str:
    return (part or {}).get("text") or ""


def heading(part: Mapping[str, Any], family: str) -> dict[str, Any]:
    size = re.search(rf"{family}--([smlx]+)", part.get("classes", ""))
    return {"page_heading": bool(part.get("isPageHeading")), "size": size.group(1) if size else ""}


def choices(case: Mapping[str, Any]) -> list[dict[str, Any]]:
    out: list[dict[str, Any]] = []
    apart = False
    for item in case["items"]:
        if not item:
            continue
        if "divider" in item:
            apart = True
            continue
        out.append({
            "value": item["value"], "text": item.get("text") or Markup(item["html"]),
            "hint": words_of(item.get("hint")), "apart": apart,
            "checked": bool(item.get("checked", item["value"] in case.get("values", []))),
            "exclusive": item.get("behaviour") == "exclusive",
        })  # fmt: skip
    return out


def field(case: Mapping[str, Any]) -> dict[str, Any]:
    return {"hint": words_of(case.get("hint")), "error": words_of(case.get("errorMessage"))}


def group(macro: str) -> Callable[[Any, Mapping[str, Any]], str]:
    def draw(controls: Any, case: Mapping[str, Any]) -> str:
        legend = (case.get("fieldset") or {}).get("legend") or {}
        return str(getattr(controls, macro)(
            case.get("idPrefix") or case["name"], words_of(legend), choices(case), **field(case),
            **heading(legend, "govuk-fieldset__legend"),
        ))  # fmt: skip

    return draw


def draw_input(controls: Any, case: Mapping[str, Any]) -> str:
    width = re.search(r"govuk-input--width-(\d+)", case.get("classes", ""))
    return str(controls.text_input(
        case.get("id", case["name"]), words_of(case["label"]), case.get("value", ""),
        inputmode=case.get("inputmode", ""), width=width.group(1) if width else "",
        suffix=words_of(case.get("suffix")), spellcheck=case.get("spellcheck"),
        autocomplete=case.get("autocomplete", ""), **field(case), **heading(case["label"], "govuk-label"),
    ))  # fmt: skip


def draw_textarea(controls: Any, case: Mapping[str, Any]) -> str:
    return str(controls.textarea(
        case.get("id", case["name"]), words_of(case["label"]), case.get("value", ""),
        rows=case.get("rows", 5), most=case.get("maxlength", 0), **field(case),
        **heading(case["label"], "govuk-label"),
    ))  # fmt: skip


def draw_select(controls: Any, case: Mapping[str, Any]) -> str:
    items = case.get("items", [])
    value = case.get("value") or next((item["value"] for item in items if item.get("selected")), "")
    return str(controls.select(
        case.get("id", case["name"]), words_of(case["label"]), items, value, **field(case),
        **heading(case["label"], "govuk-label"),
    ))  # fmt: skip


def draw_summary(controls: Any, case: Mapping[str, Any]) -> str:
    rows = []
    for row in case["rows"]:
        actions = row.get("actions", {}).get("items", [])
        value = row["value"]
        drawn: dict[str, Any] = {"key": words_of(row["key"])}
        if "html" in value:
            lines = re.findall(r"<p class=\"govuk-body\">(.*?)</p>", value["html"], re.S)
            drawn["values"] = [Markup(line) for line in lines]
        else:
            drawn["value"] = value["text"]
        if actions:
            drawn |= {"href": actions[0]["href"], "change": words_of(actions[0]),
                      "about": actions[0].get("visuallyHiddenText", "")}  # fmt: skip
        rows.append(drawn)
    return str(controls.summary_list(rows))


def draw_button(controls: Any, case: Mapping[str, Any]) -> str:
    kind = re.search(r"govuk-button--(secondary|warning)", case.get("classes", ""))
    return str(controls.button(
        words_of(case), kind.group(1) if kind else "primary", name=case.get("name", ""),
        href=case.get("href", ""), value=case.get("value", ""), arrow=bool(case.get("isStartButton")),
    ))  # fmt: skip


DRAW: dict[str, Callable[[Any, Mapping[str, Any]], str]] = {
    "radios": group("radios"),
    "checkboxes": group("checkboxes"),
    "input": draw_input,
    "textarea": draw_textarea,
    "character-count": draw_textarea,
    "select": draw_select,
    "summary-list": draw_summary,
    "button": draw_button,
    "error-summary": lambda controls, case: str(controls.error_summary(case["errorList"], case["titleText"])),
    "back-link": lambda controls, case: str(controls.back_link(case.get("href", "#"), case.get("text"))),
}  # fmt: skip

OURS = {"dir", "translate"}
RENAMED = {"id": "id", "for": "id", "aria-describedby": "id", "name": "name"}


def shape(html: str) -> Any:
    """The structure of a fragment: tags, library classes, attributes and words, without hooks of scripts.

    Ids and names are numbered in the order they appear, so that only how they hang together counts.
    """
    seen: dict[tuple[str, str], str] = {}
    fragment = html5lib.HTMLParser(namespaceHTMLElements=False).parseFragment(html)
    return [_shape(child, seen) for child in fragment]


def _shape(element: Element, seen: dict[tuple[str, str], str]) -> tuple[Any, ...]:
    attributes = {}
    for name, value in element.attrib.items():
        if name.startswith("data-") or name in OURS or "xmlns" in name:
            continue
        if name == "class":
            kept = sorted(c for c in value.split() if c.startswith("govuk-") and not c.startswith("govuk-js"))
            if kept:
                attributes[name] = " ".join(kept)
        elif name in RENAMED:
            keys = [(RENAMED[name], part) for part in value.split()]
            attributes[name] = " ".join(seen.setdefault(key, str(len(seen))) for key in keys)
        else:
            attributes[name] = value
    own = " ".join((element.text or "").split())
    children = [(_shape(child, seen), " ".join((child.tail or "").split())) for child in element]
    return (element.tag, tuple(sorted(attributes.items())), own, tuple(children))


@pytest.mark.parametrize(("component", "name"), [case for case in CASES if case[0] in DRAW])
def test_components_equal_the_library(component: str, name: str) -> None:
    case = next(case for case in FIXTURES[component] if case["name"] == name)
    drawn = DRAW[component](macros("controls"), case["options"])
    assert shape(drawn) == shape(case["html"].replace("You can enter up to", "You can write up to"))


HOSTILE = "<script>alert('x')</script>\"'&"


def test_components_escape_what_they_are_given() -> None:
    controls, parts, tables = macros("controls"), macros("parts"), macros("tables")
    option = {"value": HOSTILE, "text": HOSTILE, "hint": HOSTILE}
    drawn = [
        controls.radios("a", HOSTILE, [option], hint=HOSTILE, error=HOSTILE),
        controls.textarea("a", HOSTILE, HOSTILE, most=5),
        controls.select("a", HOSTILE, [option], HOSTILE),
        controls.error_summary([{"href": "#a", "text": HOSTILE}]),
        controls.summary_list([{"key": HOSTILE, "value": HOSTILE, "href": HOSTILE}]),
        parts.finding({"text": HOSTILE}), parts.quote(HOSTILE, HOSTILE),
        tables.figure_table(HOSTILE, HOSTILE, [{"text": HOSTILE}], [{"name": HOSTILE, "cells": [HOSTILE]}]),
    ]  # fmt: skip
    assert [text for text in drawn if "<script" in text or "\"'&<" in text] == []


def test_a_text_box_keeps_its_first_line_break() -> None:
    drawn = str(macros("controls").textarea("a", "Why", "\nsecond line"))
    (box,) = html5lib.HTMLParser(namespaceHTMLElements=False).parseFragment(drawn).iter("textarea")
    assert box.text == "\nsecond line"


def test_pictures_hold_no_words_and_stay_in_their_frame() -> None:
    pictures = macros("pictures")
    for share in (-5, 0, 53, 100, 140):
        drawn = str(pictures.bar(share))
        widths = [float(width) for width in re.findall(r'width="([\d.]+)%"', drawn)]
        assert all(0 <= width <= 100 for width in widths)
        assert "viewBox" not in drawn
        assert "<text" not in drawn
        assert 'aria-hidden="true"' in drawn
    assert '<rect class="pic-series' not in str(pictures.bar(None))


def test_fields_cover_the_whole_horizon() -> None:
    drawn = str(macros("pictures").fields_band([53, 47, 1]))
    ends = [float(x) + float(w) for x, w in re.findall(r'x="([\d.]+)%" width="([\d.]+)%"', drawn)]
    assert ends[-1] >= 100
    assert ends == sorted(ends)
    assert str(macros("pictures").fields_band()).count("<rect") == 16


def test_the_year_marks_where_we_are() -> None:
    drawn = str(macros("pictures").year_octagon(3))
    states = re.findall(r"year__side--(\w+)", drawn)
    assert states == ["done", "done", "now", "next", "next", "next", "next", "next"]


TEMPLATES = sorted(
    [*(ROOT / "templates/components").glob("*.html"), *(ROOT / "templates/layouts").glob("*.html")]
)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_inline_style_script_or_handler(path: Path) -> None:
    text = path.read_text()
    assert re.findall(r"\sstyle=|<style|\son[a-z]+=\"|<script(?![^>]*\ssrc=)", text) == []

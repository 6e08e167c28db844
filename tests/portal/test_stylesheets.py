"""Reading, preparing and joining style sheets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import stylesheets
from portal.stylesheets import Rule, bundle, only, prepare, read_css, write_css


def test_reads_rules_blocks_strings_and_comments() -> None:
    text = """
      @charset "UTF-8"; /* a } in a comment */
      .a , .b > i { color : red ; content: "} ; /* not a comment */" }
      @media (min-width: 40em) { .c:is(.d, .e) { margin: 0 } }
    """
    assert read_css(text) == (
        Rule('@charset "UTF-8"', bare=True),
        Rule(".a,.b > i", (("color", "red"), ("content", '"} ; /* not a comment */"'))),
        Rule("@media (min-width: 40em)", rules=(Rule(".c:is(.d,.e)", (("margin", "0"),)),)),
    )


@pytest.mark.parametrize("text", [".a{color:red", ".a{}}", "@media print{.a{color:red}", ".a"])
def test_refuses_braces_that_do_not_match(text: str) -> None:
    with pytest.raises(ValueError):
        read_css(text)


names = st.sampled_from([".a", ".b:hover", "a[href]", ".c::after"])
pairs = st.tuples(st.sampled_from(["color", "content", "inset"]), st.sampled_from(["red", '"};"', "0 1px"]))
plain_rules = st.builds(Rule, names, st.lists(pairs, min_size=1, max_size=3).map(tuple))


@given(st.lists(plain_rules, max_size=5))
def test_what_is_written_reads_back_the_same(rules: list[Rule]) -> None:
    assert read_css(write_css(rules)) == tuple(rules)


def test_neighbouring_blocks_with_one_condition_are_joined() -> None:
    text = "@media print{.a{color:red}}@media print{.b{color:red}}"
    assert write_css(read_css(text)) == "@media print{.a{color:red}.b{color:red}}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('@font-face{font-family:"GDS Transport";src:url(x.woff2)}', ""),
        (".govuk-footer__crest{background:url(crest.svg)}", ""),
        (
            ".govuk-link{font-family:GDS Transport,arial,sans-serif}",
            ".govuk-link{font-family:var(--font-text)}",
        ),
        (".a{font-size:1.1875rem}", ".a{font-size:var(--text-m)}"),
        (".a{font-size:3rem!important}", ".a{font-size:var(--text-2xl)!important}"),
        (".a{font-size:14pt}", ""),
        ("@media print{.a{font-family:sans-serif}}", ""),
        (".a{line-height:1.3157894737}", ".a{line-height:var(--leading-m)}"),
        (".a{margin-left:4px;right:0}", ".a{margin-inline-start:4px;inset-inline-end:0}"),
        (".a{text-align:left;float:right}", ".a{text-align:start;float:inline-end}"),
        (".a{padding:5px 2px 5px 0}", ".a{padding-block:5px 5px;padding-inline:0 2px}"),
        (".a{margin:0 1px 2px 1px}", ".a{margin:0 1px 2px 1px}"),
        (".a:focus{color:var(--govuk-focus-text-colour,#000);outline:0}", ".a:focus{outline:0}"),
        (".a{color:var(--govuk-error-colour,#f00)}", ".a{color:var(--govuk-error-colour)}"),
        (".a,.govuk-header__x{top:0}", ".a{top:0}"),
    ],
)
def test_prepares_the_library(before: str, after: str) -> None:
    assert prepare(before) == after


def test_keeps_only_the_components_asked_for() -> None:
    text = (
        ":root{--x:1}.govuk-radios__item,.govuk-tabs{top:0}.govuk-radios .govuk-tag{top:0}"
        ".govuk-body-m{top:0}.govuk-body-lead{top:0}.other{top:0}"
    )
    assert only(text, ["radios", "body"]) == ":root{--x:1}.govuk-radios__item{top:0}.govuk-body-m{top:0}"


def test_a_lean_bundle_drops_what_nothing_reads() -> None:
    sheet = ":root{--a:var(--b);--b:red;--c:var(--d);--d:blue}.x{color:var(--a)}"
    assert bundle("", [sheet], lean=True) == ":root{--a:var(--b);--b:red}.x{color:var(--a)}\n"
    assert bundle("", [sheet]) == sheet + "\n"


def test_the_order_is_library_then_ours() -> None:
    assert bundle(".a{top:0}", [".b{top:0}", ".c{top:0}"]) == ".a{top:0}.b{top:0}.c{top:0}\n"
    assert stylesheets.SURVEY_COMPONENTS.count("radios") == 1

"""Other screens and other eyes: 400 % zoom, wide text, fingers, print, and lines that run from the right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest

from tests.browser.answering import begin, pages
from tests.browser.audit import sideways
from tests.browser.served import EVERY_KIND, LAST_YEAR, THIS_YEAR
from tests.browser.visit import PHONE, WIDE, Visit
from tests.surveys.questionnaire import samples

Visiting = Callable[..., AbstractContextManager[Visit]]

PUBLIC = (
    "/", "/rounds/2026", "/priorities", "/areas/domestic-abuse", "/what-we-have-done", "/partners", "/help",
    "/privacy", "/accessibility", "/contact", f"/results/{LAST_YEAR}", f"/results/{THIS_YEAR}",
)  # fmt: skip

SPACED = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
    word-spacing: 0.16em !important; } p { margin-block-end: 2em !important; }`);
  document.adoptedStyleSheets = [sheet];
}"""
"""The text spacing everybody must be able to set for themselves (WCAG 1.4.12)."""

CLIPPED = """() => [...document.querySelectorAll("body *")].filter((one) => {
  const look = getComputedStyle(one);
  const hides = [look.overflowX, look.overflowY].some((way) => way === "hidden" || way === "clip");
  const own = [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  return hides && own && !one.matches(".govuk-visually-hidden, .govuk-visually-hidden *, .govuk-skip-link")
    && (one.scrollHeight > one.clientHeight + 2 || one.scrollWidth > one.clientWidth + 2);
}).map((one) => one.outerHTML.slice(0, 120))"""

SMALL = """(least) => {
  const shown = (one) => one.checkVisibility({ visibilityProperty: true });
  const inText = (one) => one.matches("a") && !one.matches(".govuk-button, .govuk-back-link, dl a")
    && one.closest("p, li, .prose, dd") !== null;
  const areas = [...document.querySelectorAll("main, .exit, .crossing")];
  return areas.flatMap((area) => [...area.querySelectorAll("a, button, input, select, textarea, summary")])
    .filter((one) => shown(one) && one.type !== "hidden" && !inText(one))
    .filter((one) => !one.closest("[aria-hidden=true]"))
    .map((one) => one.closest(".govuk-radios__item, .govuk-checkboxes__item") ?? one)
    .filter((one) => {
      const box = one.getBoundingClientRect();
      return box.height < least - 0.5 || box.width < least - 0.5;
    })
    .map((one) => `${Math.round(one.getBoundingClientRect().width)} x `
      + `${Math.round(one.getBoundingClientRect().height)}: ${one.outerHTML.slice(0, 110)}`);
}"""


def journey(visit: Visit) -> Iterator[str]:
    """Every page of a survey with every kind of question, start and receipt included."""
    visit.open(f"/surveys/{EVERY_KIND}/start")
    yield visit.path
    begin(visit, EVERY_KIND)
    yield from pages(visit, samples.every_kind(), samples.PATHS["adult, everything"])


def everything(visit: Visit) -> Iterator[str]:
    for path in PUBLIC:
        assert visit.open(path) == 200, path
        yield path
    yield from journey(visit)


def test_four_times_as_large_and_widely_spaced(visiting_portal: Visiting) -> None:
    found: list[str] = []
    with visiting_portal(width=PHONE, height=256) as visit:
        for path in everything(visit):
            for spaced in (False, True):
                if spaced:
                    visit.page.evaluate(SPACED)
                name = f"{path}{', spaced' if spaced else ''}: "
                wide = sideways(visit.page)
                if wide is not None:
                    found.append(f"{name}scrolls sideways: {wide}")
                found += [f"{name}cuts off {clipped}" for clipped in visit.page.evaluate(CLIPPED)]
            strip = visit.page.locator(".strip--sticky")
            if strip.count() and strip.evaluate("one => getComputedStyle(one).position") == "sticky":
                found.append(f"{path}: the strip takes a part of so low a screen for itself")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("width", [PHONE, WIDE])
def test_everything_on_the_path_can_be_hit_with_a_finger(visiting_portal: Visiting, width: int) -> None:
    found: list[str] = []
    with visiting_portal(width=width) as visit:
        for path in journey(visit):
            found += [f"{path}: {small}" for small in visit.page.evaluate(SMALL, 44)]
        visit.page.evaluate("document.querySelector('main').scrollIntoView()")
    assert not found, "\n".join(dict.fromkeys(found))


PAPER = """() => {
  const gone = (names) => names.filter((name) =>
    [...document.querySelectorAll(name)].some((one) => one.checkVisibility()));
  const light = (colour) => { const [r, g, b, a = 1] = colour.match(/[\\d.]+/g).map(Number);
    return a === 0 || (r + g + b) / 3 > 200; };
  const dark = (colour) => { const [r, g, b] = colour.match(/[\\d.]+/g).map(Number);
    return (r + g + b) / 3 < 110; };
  const pale = [...document.querySelectorAll("main :is(h1, h2, h3, p, td, th, dt, dd, li)")]
    .filter((one) => one.checkVisibility() && !dark(getComputedStyle(one).color))
    .map((one) => one.outerHTML.slice(0, 100));
  return { left: gone([".strip", ".exit", "form .govuk-button", ".languages", ".service-navigation"]),
           white: light(getComputedStyle(document.body).backgroundColor)
             && light(getComputedStyle(document.documentElement).backgroundColor), pale: pale.slice(0, 5) };
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_paper_gets_the_words_and_none_of_the_screen(visiting_portal: Visiting, scheme: str) -> None:
    found: list[str] = []
    with visiting_portal() as visit:
        for path in (*PUBLIC, *(path for path in journey(visit) if path.endswith("/sent"))):
            if path in PUBLIC:
                visit.open(path)
            visit.page.emulate_media(media="print", color_scheme=scheme)  # type: ignore[arg-type]
            paper: dict[str, Any] = visit.page.evaluate(PAPER)
            if paper != {"left": [], "white": True, "pale": []}:
                found.append(f"{path} in print: {paper}")
            visit.page.emulate_media(media="screen")
    assert not found, "\n".join(found)


def test_the_receipt_and_the_copy_of_the_answers_print(visit: Visit) -> None:
    for _ in journey(visit):
        pass
    visit.page.emulate_media(media="print")
    assert visit.page.locator(".receipt__code").is_visible()
    assert visit.page.get_by_text("Dogs on the loose").is_visible()
    assert len(visit.page.pdf(format="A4")) > 5_000


def test_a_chart_drawn_in_the_dark_is_left_out_on_paper_and_its_table_is_not(
    visiting_portal: Visiting,
) -> None:
    with visiting_portal(color_scheme="dark") as visit:
        visit.open(f"/results/{LAST_YEAR}")
        frame = visit.page.locator("figure.chart").first
        frame.scroll_into_view_if_needed()
        frame.locator(".bars .point").first.wait_for()
        visit.page.emulate_media(media="print")
        frame.locator(".main-svg").first.wait_for(state="hidden")
        assert visit.page.locator("table.figures").first.is_visible()


MIRRORED = """() => {
  document.documentElement.dir = "rtl";
  const middle = (name) => { const one = document.querySelector(name); if (!one) return null;
    const box = one.getBoundingClientRect(); return box.x + box.width / 2; };
  const half = document.documentElement.clientWidth / 2;
  const wrong = [];
  const right = (name) => { const at = middle(name); if (at !== null && at < half) wrong.push(name); };
  const left = (name) => { const at = middle(name); if (at !== null && at > half) wrong.push(name); };
  right(".strip__help");
  left(".exit");
  right(".govuk-back-link");
  right(".emblem");
  for (const item of document.querySelectorAll(".govuk-radios__item, .govuk-checkboxes__item")) {
    const label = item.querySelector("label");
    const { direction, paddingLeft, paddingRight } = getComputedStyle(label);
    const inside = parseFloat(paddingRight) >= parseFloat(paddingLeft);
    if (direction !== "rtl" || !inside) wrong.push(label.textContent);
  }
  return wrong;
}"""


def test_a_language_written_from_the_right_gets_the_whole_page_mirrored(visiting_portal: Visiting) -> None:
    found: list[str] = []
    with visiting_portal(width=PHONE) as visit:
        for path in everything(visit):
            wrong = visit.page.evaluate(MIRRORED)
            if wrong:
                found.append(f"{path}: stands on the wrong side: {wrong}")
            for width in (PHONE, WIDE):
                visit.look(width)
                wide = visit.page.evaluate(
                    """() => { const root = document.documentElement;
                    return root.scrollWidth > root.clientWidth ? [...document.querySelectorAll("body *")]
                      .filter((one) => one.getBoundingClientRect().x < -1).slice(0, 4)
                      .map((one) => one.outerHTML.slice(0, 100)) : null; }"""
                )
                if wide is not None:
                    found.append(f"{path} at {width} scrolls sideways: {wide}")
            visit.look(PHONE)
    assert not found, "\n".join(found)

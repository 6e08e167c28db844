"""What a machine can say about a page: axe in every colour and width, sideways scrolling, size of targets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.browser.visit import PHONE, WIDE, Forced, Scheme, Visit

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EVERYTHING: dict[str, Any] = {
    "runOnly": {"type": "tag", "values": TAGS},
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
    "preload": False,
}
CONTRAST: dict[str, Any] = {
    **EVERYTHING,
    "runOnly": {"type": "rule", "values": ["color-contrast"]},
    "rules": {},
}

LOOKS: tuple[tuple[int, Scheme, Forced, dict[str, Any]], ...] = (
    (WIDE, "light", "none", EVERYTHING),
    (WIDE, "dark", "none", CONTRAST),
    (PHONE, "dark", "none", EVERYTHING),
    (PHONE, "light", "none", CONTRAST),
    (PHONE, "light", "active", CONTRAST),
)
"""Every width in every colour. Only the rule about contrast sees colours, so the others run once a width."""

RUN = """async (options) => (await axe.run(document, options)).violations.flatMap((found) =>
  found.nodes.map((node) => `${found.id}: ${node.target.join(" ")}: ${node.failureSummary}`))"""

SIDEWAYS = """() => document.documentElement.scrollWidth > document.documentElement.clientWidth
  ? [...document.querySelectorAll("body *")]
      .filter((element) => element.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
      .slice(0, 5).map((element) => element.outerHTML.slice(0, 120))
  : null"""


def axe(page: Page, options: dict[str, Any] = EVERYTHING) -> list[str]:
    """Every violation on the page as it stands."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found: list[str] = page.evaluate(RUN, options)
    return found


def sideways(page: Page) -> list[str] | None:
    """What makes the page scroll sideways; None when nothing does."""
    found: list[str] | None = page.evaluate(SIDEWAYS)
    return found


def faults(visit: Visit) -> list[str]:
    """Everything found on this page in every look, each with the look it was found in."""
    found = []
    for width, scheme, forced, options in LOOKS:
        visit.look(width, scheme=scheme, forced=forced)
        look = f"{visit.path} at {width}, {scheme}{', forced colours' if forced == 'active' else ''}: "
        found += [look + fault for fault in axe(visit.page, options)]
        wide = sideways(visit.page)
        if wide is not None:
            found.append(f"{look}scrolls sideways: {wide}")
    return found

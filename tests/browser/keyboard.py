"""Somebody with a keyboard and nothing else: Tab, arrows, Space, Enter and letters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.browser.answering import Fields
from tests.browser.visit import Visit

FOCUSED = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const row = one.closest(".govuk-radios__item, .govuk-checkboxes__item") ?? one;
  const strip = document.querySelector(".strip--sticky");
  const box = row.getBoundingClientRect();
  const looks = [one, row].map((each) => getComputedStyle(each));
  const under = document.elementFromPoint(
    Math.min(Math.max(box.x + box.width / 2, 0), innerWidth - 1), Math.min(box.y + 4, innerHeight - 1));
  return {
    tag: one.tagName.toLowerCase(), type: one.type ?? "", name: one.name ?? "", value: one.value ?? "",
    words: (one.innerText ?? "").trim(), action: one.getAttribute("value") ?? "", href: one.href ?? "",
    main: Boolean(one.closest("main")), form: Boolean(one.closest("#answers") || one.form?.id === "answers"),
    checked: Boolean(one.checked),
    ring: looks.some((look) => /0px 0px 0px [2-9]px/.test(look.boxShadow)
      || (look.outlineStyle !== "none" && !look.outlineColor.endsWith(", 0)"))),
    sharp: one.matches(":focus-visible"),
    inside: box.bottom > 0 && box.top < innerHeight && box.width > 0,
    covered: Boolean(strip && !strip.contains(one) && !one.matches(".govuk-skip-link")
      && getComputedStyle(strip).position === "sticky" && box.bottom > strip.getBoundingClientRect().top
      && box.top < strip.getBoundingClientRect().bottom - 1),
    hit: Boolean(under && (row.contains(under) || under.contains(row))),
    who: one.outerHTML.slice(0, 140),
  };
}"""


class Keyboard:
    """Where the focus is, and every stop at which it could not be seen."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.faults: list[str] = []
        self.stops = 0

    def focused(self) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self.visit.page.evaluate(FOCUSED)
        return found

    def press(self, key: str) -> None:
        self.visit.page.keyboard.press(key)

    def tab(self, *, back: bool = False) -> dict[str, Any] | None:
        """The next stop; None when the focus has left the page."""
        self.press("Shift+Tab" if back else "Tab")
        stop = self.focused()
        if stop is not None:
            self.stops += 1
            seen = stop["ring"] and stop["sharp"] and stop["inside"] and not stop["covered"] and stop["hit"]
            if not seen:
                wrong = {name: stop[name] for name in ("ring", "sharp", "inside", "covered", "hit")}
                self.faults.append(f"{self.visit.path}: {wrong} {stop['who']}")
        return stop

    def to(self, **wanted: str) -> dict[str, Any]:
        """Tabs until the focus stands on something with these properties."""
        for _ in range(120):
            stop = self.tab()
            if stop is not None and all(stop[name] == value for name, value in wanted.items()):
                return stop
        raise AssertionError(f"never came to {wanted} on {self.visit.path}")

    def follow(self, words: str) -> None:
        """Tabs to the link or button with these words and presses Enter."""
        self.to(words=words)
        with self.visit.page.expect_navigation():
            self.press("Enter")

    def answer(self, fields: Fields, action: str = "") -> None:
        """Tabs through the form, answering what is wanted, then presses the button that sends ``action``."""
        for _ in range(120):
            stop = self.tab()
            if stop is None or not stop["form"]:
                continue
            if stop["tag"] == "button":
                if stop["action"] == action:
                    with self.visit.page.expect_navigation():
                        self.press("Enter")
                    return
                continue
            self._set(stop, list(fields.get(stop["name"], ())))
        raise AssertionError(f"no way on from {self.visit.path}")

    def send(self, fields: Mapping[str, str], button: str) -> None:
        """Tabs through a form of the office, typing over what stands there, then presses the button."""
        left = dict(fields)
        for _ in range(200):
            stop = self.tab()
            if stop is None or not stop["main"]:
                continue
            if stop["tag"] == "button" and stop["words"] == button and not left:
                with self.visit.page.expect_navigation():
                    self.press("Enter")
                return
            if stop["name"] in left:
                value = left.pop(stop["name"])
                if stop["type"] == "radio":
                    self._choose(stop, value)
                elif stop["type"] == "date":
                    self._date(value)
                else:
                    self.press("Control+A")
                    self.visit.page.keyboard.type(value)
        raise AssertionError(f"{left or button!r} out of reach on {self.visit.path}")

    def _date(self, value: str) -> None:
        """Types a day into its box, whose parts are in the order of the machine's own language."""
        year, month, day = value.split("-")
        for parts in ((day, month), (month, day)):
            self.visit.page.keyboard.type("".join((*parts, year)))
            here = self.focused()
            if here is not None and here["value"] == value:
                return
            for _ in range(2):
                self.press("Shift+Tab")
        raise AssertionError(f"{value} could not be typed on {self.visit.path}")

    def lost(self) -> list[str]:
        """The stops at which somebody would lose sight of the focus.

        Inside a date or time box the focus stands on the browser's own parts; the ring is around the whole
        box. A link that is broken over two lines may have neither of them under the middle of its box.
        """
        broken = "'ring': True, 'sharp': True, 'inside': True, 'covered': False, 'hit': False} <a "
        dated = ('type="date"', 'type="time"')
        return [
            fault
            for fault in self.faults
            if broken not in fault and not (any(one in fault for one in dated) and "'ring': True" in fault)
        ]

    def _set(self, stop: dict[str, Any], wanted: list[str]) -> None:
        if not wanted:
            return
        if stop["type"] == "checkbox":
            if (stop["value"] in wanted) != stop["checked"]:
                self.press("Space")
        elif stop["type"] == "radio":
            self._choose(stop, wanted[0])
        elif stop["tag"] == "select":
            self._select(wanted[0])
        else:
            self.visit.page.keyboard.type(wanted[0])

    def _choose(self, stop: dict[str, Any], value: str) -> None:
        if stop["value"] == value:
            self.press("Space")
            return
        for _ in range(40):
            self.press("ArrowDown")
            here = self.focused()
            if here is not None and here["value"] == value:
                assert here["checked"]
                return
        raise AssertionError(f"the arrows never came to {value} on {self.visit.path}")

    def _select(self, value: str) -> None:
        for _ in range(80):
            here = self.focused()
            if here is not None and here["value"] == value:
                return
            self.press("ArrowDown")
        raise AssertionError(f"the arrows never came to {value} on {self.visit.path}")

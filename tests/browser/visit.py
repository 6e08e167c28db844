"""One person at a browser: a context of its own, watched for everything a page must not do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request

from tests.browser.served import Served

Scheme = Literal["light", "dark"]
Forced = Literal["active", "none"]
WIDE, PHONE = 1280, 320

TELL = """
addEventListener("securitypolicyviolation", (event) =>
  console.error("policy:", event.effectiveDirective, event.blockedURI, event.sourceFile, event.lineNumber));
"""
REFUSED_PAGE = re.compile(r"^Failed to load resource: the server responded with a status of (4\d\d|50[03]) ")


@dataclass
class Visit:
    """``complaints``: errors and warnings of the console, policy violations among them. ``abroad``: addresses
    that are not the portal's. ``asked``: every request, in order."""

    portal: Served
    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)
    abroad: list[str] = field(default_factory=list)
    asked: list[Request] = field(default_factory=list)
    scripts: bool = True

    def open(self, path: str) -> int:
        """Goes to a path of the portal; the status of what it answered."""
        answer = self.page.goto(self.portal.url + path)
        return answer.status if answer is not None else 0

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.portal.url).partition("#")[0]

    def leave_by(self, control: Locator) -> None:
        """Presses what leads to another page, and waits for that."""
        with self.page.expect_navigation():
            control.click()

    @property
    def h1(self) -> str:
        return " ".join(self.page.locator("h1").inner_text().split())

    def look(
        self, width: int, *, height: int = 900, scheme: Scheme = "light", forced: Forced = "none"
    ) -> None:
        """The same page on another screen or in other colours."""
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.emulate_media(color_scheme=scheme, forced_colors=forced)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        own_page = message.location.get("url", "").partition("#")[0] == self.page.url.partition("#")[0]
        if not (own_page and REFUSED_PAGE.match(message.text)):
            self.complaints.append(f"{self.path}: {message.text}")

    def _see(self, request: Request) -> None:
        self.asked.append(request)
        if not request.url.startswith((self.portal.url + "/", "data:", "blob:")):
            self.abroad.append(request.url)


@contextmanager
def visiting(
    browser: Browser,
    portal: Served,
    *,
    scripts: bool = True,
    width: int = WIDE,
    height: int = 900,
    **more: Any,
) -> Iterator[Visit]:
    """A fresh browser. At the end nothing may have been complained of, and nothing asked for abroad."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        java_script_enabled=scripts,
        ignore_https_errors=True,
        reduced_motion="reduce",
        **more,
    )
    context.set_default_timeout(60_000)  # only what never comes takes that long
    try:
        if scripts:
            context.add_init_script(TELL)
        visit = Visit(portal, context, context.new_page(), scripts=scripts)
        visit.page.on("console", visit._hear)
        visit.page.on("pageerror", lambda problem: visit.complaints.append(f"{visit.path}: {problem}"))
        context.on("request", visit._see)
        yield visit
        assert not visit.complaints, "\n".join(visit.complaints)
        assert not visit.abroad, "\n".join(visit.abroad)
    finally:
        context.close()

"""A drawing as SVG that stands alone: rectangles, lines, paths and words, with everything it needs inside.

It refers to nothing outside itself and holds no script, so it can be kept, mailed and put into a document.
"""

from __future__ import annotations

import re
import textwrap
from html import escape

FAMILY = "Noto Sans, system-ui, Segoe UI, Roboto, Liberation Sans, Arial, sans-serif"
_EM = {400: 0.54, 700: 0.58}
"""The width of a letter on average, a little too wide, so that words fit in whatever font a reader has."""

PAPER, INK, QUIET, LINE, TRACK = "#ffffff", "#16232a", "#46565e", "#c6d1d6", "#eef1f2"
BAR, BAND, ASIDE, EDGE = "#006172", "#a0cdd9", "#d8dcdb", "#5f717a"
SEQUENCE = ("#d8ecf1", "#a0cdd9", "#59a5b8", "#037287", "#00424f")
ON_SEQUENCE = ("#16232a", "#16232a", "#16232a", "#ffffff", "#ffffff")
LAND = ("#7f9a6b", "#dccb94", "#5d7d5e", "#c9b06a", "#6b5646", "#a9b87f", "#5d7d5e", "#b9c9a0")
SKY, LANTERN = "#eaf2f6", "#f2b134"


def broken(words: str, width: float, size: float, weight: int = 400) -> list[str]:
    """The words in lines that fit so many units of width."""
    letters = max(6, int(width / (size * _EM[weight])))
    return textwrap.wrap(words, letters, break_long_words=True) or [""]


class Sheet:
    """A sheet of paper of a fixed width to draw on; its height is told at the end.

    ``body``: where the drawing itself begins and ends, between the words that say what it is of.
    """

    def __init__(self, width: int) -> None:
        self.width = width
        self.body: tuple[float, float] | None = None
        self._parts: list[str] = []

    def rect(self, x: float, y: float, width: float, height: float, fill: str, *, stroke: str = "") -> None:
        edge = f' stroke="{stroke}"' if stroke else ""
        self._parts.append(
            f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" fill="{fill}"{edge}/>'
        )

    def line(self, x1: float, y1: float, x2: float, y2: float, stroke: str, width: float = 1) -> None:
        self._parts.append(
            f'<path d="M{_n(x1)} {_n(y1)}L{_n(x2)} {_n(y2)}" fill="none" stroke="{stroke}"'
            f' stroke-width="{_n(width)}"/>'
        )

    def path(self, d: str, fill: str, *, stroke: str = "none", width: float = 1) -> None:
        self._parts.append(
            f'<path d="{d}" fill="{fill}" stroke="{stroke}" stroke-width="{_n(width)}"'
            ' stroke-linejoin="round"/>'
        )

    def diamond(self, x: float, y: float, half: float, fill: str) -> None:
        self.path(
            f"M{_n(x)} {_n(y - half)}l{_n(half)} {_n(half)}l-{_n(half)} {_n(half)}l-{_n(half)} -{_n(half)}z",
            fill,
        )

    def triangle(self, x: float, y: float, half: float, fill: str, *, up: bool) -> None:
        rise = half if up else -half
        self.path(
            f"M{_n(x - half)} {_n(y + rise)}L{_n(x + half)} {_n(y + rise)}L{_n(x)} {_n(y - rise)}z", fill
        )

    def disc(self, x: float, y: float, radius: float, fill: str, *, stroke: str) -> None:
        self._parts.append(
            f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}" fill="{fill}" stroke="{stroke}"'
            ' stroke-width="1.5"/>'
        )

    def words(
        self,
        x: float,
        y: float,
        words: str,
        size: float,
        *,
        weight: int = 400,
        fill: str = INK,
        anchor: str = "start",
        italic: bool = False,
        turned: int = 0,
        faint: bool = False,
        after: str = "",
    ) -> None:
        """One line of words whose foot stands at ``y``; ``after`` follows it, smaller and quiet."""
        more = f' text-anchor="{anchor}"' if anchor != "start" else ""
        more += ' font-weight="700"' if weight == 700 else ""
        more += ' font-style="italic"' if italic else ""
        more += ' fill-opacity="0.09"' if faint else ""
        quiet = ""
        if after:
            quiet = (
                f'<tspan dx="8" font-size="{_n(size - 2)}" font-weight="400" fill="{QUIET}">'
                f"{escape(after)}</tspan>"
            )
        said = (
            f'<text x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}" fill="{fill}"{more}>{escape(words)}'
            f"{quiet}</text>"
        )
        if turned:
            said = f'<g transform="rotate({turned} {_n(x)} {_n(y)})">{said}</g>'
        self._parts.append(said)

    def block(
        self, x: float, y: float, words: str, size: float, width: float, *, weight: int = 400,
        fill: str = INK, anchor: str = "start", leading: float = 1.3,
    ) -> float:  # fmt: skip
        """Words broken into lines, the first one with its top at ``y``; gives the foot of the last line."""
        for line in broken(words, width, size, weight):
            self.words(x, y + size, line, size, weight=weight, fill=fill, anchor=anchor)
            y += size * leading
        return y

    def drawn(self, height: float, *, title: str, description: str, language: str) -> str:
        """The whole as SVG; ``title`` and ``description`` are what it says to people who do not see it."""
        body = f' data-body="{_n(self.body[0])} {_n(self.body[1])}"' if self.body else ""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width}" height="{_n(height)}"{body}'
            f' viewBox="0 0 {self.width} {_n(height)}" xml:lang="{escape(language)}" role="img"'
            f' font-family="{FAMILY}">'
            f"<title>{escape(title)}</title><desc>{escape(description)}</desc>"
            f'<rect width="{self.width}" height="{_n(height)}" fill="{PAPER}"/>{"".join(self._parts)}</svg>'
        )


def body_of(drawing: str) -> str:
    """The drawing alone, for paper that says around it what it is of; one without a mark stays whole."""
    marked = re.search(r' height="[\d.]+" data-body="([\d.]+) ([\d.]+)" viewBox="0 0 (\d+) [\d.]+"', drawing)
    if marked is None:
        return drawing
    start, end = float(marked[1]), float(marked[2])
    seen = f' height="{_n(end - start)}" viewBox="0 {_n(start)} {marked[3]} {_n(end - start)}"'
    return drawing[: marked.start()] + seen + drawing[marked.end() :]


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")

"""A tagged PDF as a screen reader meets it: the words of every tag, read out of the pages of the file."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pypdf import PdfReader


@dataclass
class Tag:
    """One element of the structure tree. ``words``: its own, without those of the tags inside it."""

    name: str
    words: str = ""
    alt: str = ""
    inside: list[Tag] = field(default_factory=list)

    def iter(self, *names: str) -> Iterator[Tag]:
        """Itself and all inside it, in reading order, of these names."""
        if not names or self.name in names:
            yield self
        for one in self.inside:
            yield from one.iter(*names)

    @property
    def said(self) -> str:
        return " ".join(part for part in (self.words, *(one.said for one in self.inside)) if part)

    @property
    def rows(self) -> list[list[str]]:
        """Of a table: the words of its cells."""
        return [[cell.said for cell in row.inside] for row in self.iter("TR")]


def read(body: bytes) -> tuple[PdfReader, Tag]:
    """The file, and the root of its tags."""
    reader = PdfReader(io.BytesIO(body))
    marked = {
        page.indirect_reference.idnum: _marked(page) for page in reader.pages if page.indirect_reference
    }
    root = reader.trailer["/Root"]["/StructTreeRoot"]
    return reader, _tag(root, marked, None)


def _marked(page: Any) -> dict[int, str]:
    """The words of a page by the number of the marked content they stand in."""
    found: dict[int, str] = {}
    inside: list[int | None] = []

    def before(operator: bytes, operands: Any, *_: object) -> None:
        if operator in (b"BDC", b"BMC"):
            about = operands[1] if operator == b"BDC" and len(operands) > 1 else {}
            inside.append(about.get("/MCID") if isinstance(about, dict) else None)
        elif operator == b"EMC" and inside:
            inside.pop()

    def told(words: str, *_: object) -> None:
        number = next((one for one in reversed(inside) if one is not None), None)
        if number is not None and words.strip():
            found[number] = f"{found.get(number, '')} {words}"

    page.extract_text(visitor_operand_before=before, visitor_text=told)
    return {number: plain(words) for number, words in found.items()}


def plain(words: str) -> str:
    """Without soft hyphens, with single spaces."""
    return " ".join(words.replace("\u00ad", "").split())


def _tag(node: Any, marked: dict[int, dict[int, str]], page: int | None) -> Tag:
    if "/Pg" in node:
        page = node.raw_get("/Pg").idnum
    made = Tag(str(node.get("/S", "")).removeprefix("/"), alt=str(node.get("/Alt", "")))
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, list) else [kids]:
        one = kid.get_object() if hasattr(kid, "get_object") else kid
        if isinstance(one, int):
            made.words = plain(f"{made.words} {marked.get(page or 0, {}).get(int(one), '')}")
        elif one.get("/Type") == "/MCR":
            on = one.raw_get("/Pg").idnum if "/Pg" in one else page
            made.words = plain(f"{made.words} {marked.get(on or 0, {}).get(int(one['/MCID']), '')}")
        elif "/S" in one:
            made.inside.append(_tag(one, marked, page))
    return made

"""Files a person wrote by hand, read so that every fault can be shown with its file and line."""

from __future__ import annotations

import csv
import io
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

Steps = tuple[str | int, ...]
"""Where a value stands in a document: ("area", 0, "en_GB", "title")."""


@dataclass(frozen=True, order=True)
class Fault:
    """One thing wrong with a pack: where (lines count from 1), a stable code, and words for a person."""

    file: str
    line: int
    code: str
    words: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.words} [{self.code}]"


@dataclass
class Faults:
    """Collects faults, so that one reading reports them all."""

    found: list[Fault] = field(default_factory=list)

    def add(self, file: str, line: int, code: str, words: str) -> None:
        self.found.append(Fault(file, line, code, words))

    def add_invalid(self, document: Document, path: Steps, error: ValidationError) -> None:
        """Turns each of pydantic's errors under ``path`` into a fault at the line of the field it names."""
        for one in error.errors(include_url=False):
            place = (*path, *one["loc"])
            name = ".".join(str(step) for step in one["loc"]) or "this"
            line = document.line(place)
            match one["type"]:
                case "missing":
                    self.add(document.file, line, "field.missing", f"needs a value for “{name}”")
                case "extra_forbidden":
                    self.add(document.file, line, "field.unknown", f"does not know the field “{name}”")
                case _:
                    self.add(document.file, line, "field.wrong", f"“{name}”: {one['msg']}")


@dataclass(frozen=True)
class Document:
    """A parsed file and the line each of its values starts on."""

    file: str
    value: Any
    lines: Mapping[Steps, int]

    def line(self, path: Steps) -> int:
        """The line of this value, or of the nearest value around it that has one."""
        while path:
            if path in self.lines:
                return self.lines[path]
            path = path[:-1]
        return 1


def read_toml(file: str, text: str, faults: Faults) -> Document | None:
    """The document, or None after reporting a syntax fault."""
    try:
        value = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        words = str(error)
        found = re.search(r"\(at line (\d+), column \d+\)", words)
        line = int(found[1]) if found else text.count("\n") + 1
        faults.add(file, line, "toml.syntax", words.split(" (at ")[0])
        return None
    return Document(file, value, toml_lines(text))


def read_json(file: str, text: str, faults: Faults) -> Document | None:
    """The document, or None after reporting a syntax fault. A name given twice in one object is a fault."""
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        faults.add(file, error.lineno, "json.syntax", error.msg)
        return None
    lines: dict[Steps, int] = {}
    for path, offset in _json_places(text, faults, file):
        lines[path] = text.count("\n", 0, offset) + 1
    return Document(file, value, lines)


def read_csv(
    file: str, text: str, columns: tuple[str, ...], faults: Faults
) -> list[tuple[int, dict[str, str]]]:
    """Rows as (line, column to trimmed text). The columns are exactly these; other rows are faults."""
    reader = csv.reader(io.StringIO(text, newline=""))
    header = next(reader, [])
    if tuple(header) != columns:
        faults.add(file, 1, "csv.columns", f"needs the columns {', '.join(columns)}, in that order")
        return []
    rows = []
    for row in reader:
        if not row:
            continue
        if len(row) != len(columns):
            faults.add(file, reader.line_num, "csv.width", f"has {len(row)} values, not {len(columns)}")
            continue
        rows.append((reader.line_num, dict(zip(columns, (cell.strip() for cell in row), strict=True))))
    return rows


def read_markdown(file: str, text: str, faults: Faults) -> dict[str, str] | None:
    """``# Title``, then a lead paragraph, then the body (which may be empty), as title, lead and body."""
    head, _, rest = text.strip().partition("\n")
    if not re.match(r"# \S", head):
        faults.add(file, 1, "page.title", "needs “# ” and a title on its first line")
        return None
    lead, _, body = rest.strip().partition("\n\n")
    if not lead or re.match(r"[#>*\-|]", lead):
        faults.add(file, 2, "page.lead", "needs a plain first paragraph under the title")
        return None
    words = {"title": head[2:].strip(), "lead": " ".join(lead.split()), "body": body.strip()}
    return {field: text for field, text in words.items() if text}


# TOML lines -----------------------------------------------------------------------------------------------

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def toml_lines(text: str) -> dict[Steps, int]:
    """The line of every table header and key of a TOML text that is known to be valid.

    Arrays of tables carry their index. Values inside inline arrays and tables have the line of their key.
    """
    lines: dict[Steps, int] = {}
    sizes: dict[Steps, int] = {}
    base: Steps = ()
    at = 0
    while (at := _skip_blank(text, at)) < len(text):
        line = text.count("\n", 0, at) + 1
        if text.startswith("[[", at):
            names, at = _toml_key(text, at + 2)
            name = _indexed(names, sizes)
            index = sizes.get(name, 0)
            sizes[name] = index + 1
            base = (*name, index)
            lines.setdefault(name, line)
            lines[base] = line
            at = text.index("]]", at) + 2
        elif text[at] == "[":
            names, at = _toml_key(text, at + 1)
            base = _indexed(names, sizes, last=True)
            lines[base] = line
            at = text.index("]", at) + 1
        else:
            names, at = _toml_key(text, at)
            for depth in range(1, len(names) + 1):
                lines.setdefault((*base, *names[:depth]), line)
            at = _skip_value(text, text.index("=", at) + 1)
    return lines


def _indexed(names: tuple[str, ...], sizes: Mapping[Steps, int], *, last: bool = False) -> Steps:
    """A header's names with the newest index put after each array of tables on the way."""
    path: Steps = ()
    for depth, name in enumerate(names):
        path = (*path, name)
        if path in sizes and (last or depth < len(names) - 1):
            path = (*path, sizes[path] - 1)
    return path


def _skip_blank(text: str, at: int) -> int:
    while at < len(text):
        if text[at] == "#":
            at = (text.find("\n", at) + 1) or len(text)
        elif text[at].isspace():
            at += 1
        else:
            break
    return at


def _toml_key(text: str, at: int) -> tuple[tuple[str, ...], int]:
    names: list[str] = []
    while True:
        while text[at] in " \t":
            at += 1
        if text[at] in "\"'":
            end = _skip_string(text, at)
            names.append(tomllib.loads(f"key = {text[at:end]}")["key"])
            at = end
        else:
            bare = _BARE.match(text, at)
            assert bare is not None, "a valid TOML key"  # noqa: S101
            names.append(bare[0])
            at = bare.end()
        while at < len(text) and text[at] in " \t":
            at += 1
        if at >= len(text) or text[at] != ".":
            return tuple(names), at
        at += 1


def _skip_string(text: str, at: int) -> int:
    """Where the string that starts here ends. Several quotation marks may close a multi-line one."""
    mark = text[at]
    if text.startswith(mark * 3, at):
        at += 3
        while not text.startswith(mark * 3, at):
            at += 2 if mark == '"' and text[at] == "\\" else 1
        at += 3
        while text.startswith(mark, at):
            at += 1
        return at
    at += 1
    while text[at] != mark:
        at += 2 if mark == '"' and text[at] == "\\" else 1
    return at + 1


def _skip_value(text: str, at: int) -> int:
    depth = 0
    while at < len(text):
        sign = text[at]
        if sign in "\"'":
            at = _skip_string(text, at)
            continue
        if sign == "#":
            at = text.find("\n", at)
            if at < 0:
                return len(text)
            continue
        if sign == "\n" and depth == 0:
            return at
        depth += (sign in "[{") - (sign in "]}")
        at += 1
    return at


# JSON lines -----------------------------------------------------------------------------------------------


def _json_places(text: str, faults: Faults, file: str) -> Iterator[tuple[Steps, int]]:
    """The path and offset of every value of a JSON text that is known to be valid."""
    white = re.compile(r"\s*")
    decoder = json.JSONDecoder()

    def string(at: int) -> tuple[str, int]:
        value, end = decoder.raw_decode(text, at)
        return str(value), end

    def blank(at: int) -> int:
        found = white.match(text, at)
        return found.end() if found else at

    def walk(at: int, path: Steps, seen: list[tuple[Steps, int]]) -> int:
        at = blank(at)
        seen.append((path, at))
        if text[at] == "{":
            return members(at, path, seen)
        if text[at] == "[":
            return items(at, path, seen)
        if text[at] == '"':
            return string(at)[1]
        return _end_of_literal(text, at)

    def members(at: int, path: Steps, seen: list[tuple[Steps, int]]) -> int:
        names: set[str] = set()
        at = blank(at + 1)
        while text[at] != "}":
            name, end = string(at)
            if name in names:
                line = text.count("\n", 0, at) + 1
                faults.add(file, line, "json.repeated", f"gives “{name}” twice")
            names.add(name)
            at = walk(blank(end) + 1, (*path, name), seen)
            at = blank(at)
            at = blank(at + 1) if text[at] == "," else at
        return at + 1

    def items(at: int, path: Steps, seen: list[tuple[Steps, int]]) -> int:
        index = 0
        at = blank(at + 1)
        while text[at] != "]":
            at = blank(walk(at, (*path, index), seen))
            at = blank(at + 1) if text[at] == "," else at
            index += 1
        return at + 1

    seen: list[tuple[Steps, int]] = []
    walk(0, (), seen)
    yield from seen


def _end_of_literal(text: str, at: int) -> int:
    while at < len(text) and text[at] not in ",]} \t\r\n":
        at += 1
    return at


def parse_path(place: str) -> Steps:
    """``parts[0].pages[3].id`` as ``("parts", 0, "pages", 3, "id")``."""
    steps: list[str | int] = []
    for name, index in re.findall(r"([^.\[\]]+)|\[(\d+)\]", place):
        steps.append(name or int(index))
    return tuple(steps)

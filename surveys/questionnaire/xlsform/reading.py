"""Taking over an XLSForm: what differs from our own export of the draft is changed, and nothing else.

A form that came from elsewhere is read the same way, against an empty draft. With any fault nothing
is changed and every fault is told by sheet, row and column.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from surveys.errors import SurveysError
from surveys.questionnaire.editing import KINDS, closed, new_page_id, opened, slug
from surveys.questionnaire.model import Questionnaire
from surveys.questionnaire.xlsform import rows
from surveys.questionnaire.xlsform.cells import (
    KEY,
    TEXTS,
    Line,
    SheetFault,
    Taking,
    check_languages,
    differs,
    set_relevant,
    texts_of,
    whole,
    yes,
)
from surveys.questionnaire.xlsform.choices import gather, set_options
from surveys.questionnaire.xlsform.expressions import Unreadable, read

__all__ = ["Line", "SheetFault", "take_over"]

Json = dict[str, Any]
_PLAIN_TYPES = {"integer": "number", "text": "short-text", "string": "short-text", "range": "number"}
_GROUPS = {"begin group": "begin_group", "begin": "begin_group", "end group": "end_group", "end": "end_group"}
_ANSWERED = {"select_one": "one", "select_multiple": "several", "rank": "ranking"}
_IGNORED = frozenset(
    "start today deviceid username simserial phonenumber subscriberid email audit calculate hidden".split()
)
MOST_FAULTS = 1000


def take_over(document: Questionnaire, sheets: Mapping[str, Sequence[Line]]) -> Questionnaire:
    """The document with what the uploaded sheets change.

    Raises ``form.faults`` with ``faults``, a tuple of :class:`SheetFault`; then nothing was changed.
    """
    taking = Taking(document, opened(document), sheets.get("survey", ()), sheets.get("choices", ()))
    if not taking.survey:
        taking.faults.append(SheetFault("survey", 1, "type", "sheet.empty"))
    check_languages(taking)
    gather(taking)
    parts = _tree(taking)
    _references(taking)
    if not taking.faults:
        taking.base["parts"] = parts
        try:
            return closed(taking.base)
        except SurveysError as problem:
            at: Any = problem.facts.get("at", ())
            taking.faults += [SheetFault("survey", 1, "", "shape", str(place)) for place in at]
    raise SurveysError(
        "form.faults", faults=tuple(sorted(taking.faults)[:MOST_FAULTS]), count=len(taking.faults)
    )


# The survey sheet -----------------------------------------------------------------------------------------


def _tree(taking: Taking) -> list[Json]:
    """Parts, pages and questions as the rows nest them. Questions outside a page get one of their own."""
    parts: list[Json] = []
    stack: list[tuple[str, Json, Line]] = []
    seen: dict[str, int] = {}
    used: set[str] = set()
    for line in taking.survey:
        kind, _, rest = line.cells.get("type", "").strip().partition(" ")
        kind = (
            _GROUPS.get(f"{kind} {rest}".strip(), _GROUPS.get(kind, kind))
            if kind in ("begin", "end")
            else kind
        )
        name = line.cells.get("name", "")
        if not line.cells.get("type"):
            taking.fault("survey", line, "type", "missing")
            continue
        if kind == "end_group":
            if stack:
                stack.pop()
            else:
                taking.fault("survey", line, "type", "unopened")
            continue
        if kind in _IGNORED or line.cells.get("x_kind") == "write-in":
            continue
        if not name:
            taking.fault("survey", line, "name", "missing")
            continue
        if name in seen:
            taking.fault("survey", line, "name", "repeated", name)
            continue
        seen[name] = line.number
        _row(taking, line, kind, rest.strip(), parts, stack, used)
    for _, _, line in stack:
        taking.fault("survey", line, "type", "unclosed")
    return parts


def _row(
    taking: Taking,
    line: Line,
    kind: str,
    list_name: str,
    parts: list[Json],
    stack: list[tuple[str, Json, Line]],
    used: set[str],
) -> None:
    name = line.cells["name"]
    inside = {what: thing for what, thing, _ in stack}
    if kind == "begin_group":
        if "question" in inside:
            taking.fault("survey", line, "type", "nested")
            stack.append(("nested", {}, line))
        elif line.cells.get("x_kind") == "grid" or taking.questions.get(name, {}).get("kind") == "grid":
            made = _question(taking, line, "grid", name)
            _page_for(taking, parts, inside, line, used)["questions"].append(made)
            stack.append(("question", made, line))
        elif name.startswith("part-") and not stack:
            part = _part(taking, line, name.removeprefix("part-"))
            parts.append(part)
            stack.append(("part", part, line))
        elif "page" in inside:
            stack.append(("group", {}, line))
        else:
            page = _page(taking, line, name, used)
            _part_for(taking, parts, inside)["pages"].append(page)
            stack.append(("page", page, line))
        return
    if "question" in inside:
        _grid_row(taking, line, inside["question"], list_name)
        return
    if kind == "note":
        _note(taking, line, parts, inside, used)
        return
    wanted = _kind(taking, line, kind)
    if wanted:
        made = _question(taking, line, wanted, list_name)
        _page_for(taking, parts, inside, line, used)["questions"].append(made)


def _part(taking: Taking, line: Line, id: str) -> Json:
    part = {**taking.parts.get(id, {"id": slug(id, ()), "title": {}}), "pages": []}
    texts = texts_of(taking, line, taking.known.get(line.cells["name"], {}), "label", part["title"])
    if texts is not None:
        part["title"] = texts
    return part


def _part_for(taking: Taking, parts: list[Json], inside: Mapping[str, Json]) -> Json:
    if "part" in inside:
        return inside["part"]
    if not parts:
        first = taking.base["parts"][0]
        parts.append({**first, "pages": []})
    return parts[-1]


def _page(taking: Taking, line: Line, name: str, used: set[str]) -> Json:
    id = name.removeprefix("page-")
    ours = taking.known.get(name, {})
    before = taking.pages.get(id) if name.startswith("page-") else None
    if before is None:
        id = id if name.startswith("page-") and KEY.fullmatch(id) else _free_page(taking, used)
    used.add(id)
    section = taking.base["sections"][0]["id"]
    page: Json = {**(before or {"id": id, "section": section}), "questions": []}
    texts = texts_of(taking, line, ours, "label", page.get("title"))
    if texts is not None:
        page["title"] = texts or None
    if differs(line, ours, "x_section"):
        page["section"] = line.cells.get("x_section") or section
    if differs(line, ours, "x_help"):
        page["help"] = yes(taking, "survey", line, "x_help")
    set_relevant(taking, line, ours, page)
    if differs(line, ours, "x_jumps"):
        page["jumps"] = list(filter(None, (_jump(taking, line, one) for one in _lines(line, "x_jumps"))))
    if before is not None and "body" in before and f"words-{id}" not in taking.names:
        page["body"] = None
    return {field_name: value for field_name, value in page.items() if value is not None}


def _lines(line: Line, heading: str) -> list[str]:
    return [one.strip() for one in line.cells.get(heading, "").splitlines() if one.strip()]


def _jump(taking: Taking, line: Line, said: str) -> Json | None:
    to, _, when = said.partition(":")
    try:
        condition = read(when, taking.names) if when.strip() else None
    except Unreadable as piece:
        taking.fault("survey", line, "x_jumps", "relevant", str(piece))
        return None
    return {"to": to.strip()} | ({"when": condition} if condition else {})


def _free_page(taking: Taking, used: set[str]) -> str:
    start = int(re.sub(r"\D", "", new_page_id(taking.document, taking.document.parts[0].id)) or 1)
    return next(
        str(n) for n in range(start, start + 5000) if str(n) not in used and str(n) not in taking.pages
    )


def _page_for(
    taking: Taking, parts: list[Json], inside: Mapping[str, Json], line: Line, used: set[str]
) -> Json:
    if "page" in inside:
        return inside["page"]
    id = _free_page(taking, used)
    used.add(id)
    page: Json = {"id": id, "section": taking.base["sections"][0]["id"], "questions": []}
    _part_for(taking, parts, inside)["pages"].append(page)
    return page


def _note(taking: Taking, line: Line, parts: list[Json], inside: Mapping[str, Json], used: set[str]) -> None:
    page = _page_for(taking, parts, inside, line, used)
    texts = texts_of(taking, line, taking.known.get(line.cells["name"], {}), "label", page.get("body"))
    if texts:
        page["body"] = texts
        if "page" not in inside:
            page["title"] = {taking.document.source_locale: next(iter(texts.values()))[:60]}


def _kind(taking: Taking, line: Line, kind: str) -> str:
    """Which kind of question a row is; an empty string for what we cannot ask."""
    name = line.cells["name"]
    known = taking.questions.get(name)
    said = line.cells.get("x_kind", "")
    plain = _ANSWERED.get(kind, _PLAIN_TYPES.get(kind, ""))
    if kind == "text" and line.cells.get("appearance") == "multiline":
        plain = "long-text"
    if known is not None:
        ours = taking.known[name]["type"].partition(" ")[0]
        if kind != ours or (said and said != known["kind"]):
            taking.fault("survey", line, "type", "kind_changed", line.cells["type"])
        return str(known["kind"])
    if said and said not in KINDS:
        taking.fault("survey", line, "x_kind", "type", said)
        return ""
    if not plain:
        taking.fault("survey", line, "type", "type", line.cells["type"])
    return said or plain


def _question(taking: Taking, line: Line, kind: str, list_name: str) -> Json:
    name = line.cells["name"]
    ours = taking.known.get(name, {})
    known = taking.questions.get(name)
    source = taking.document.source_locale
    if known is None and not KEY.fullmatch(name):
        if not re.fullmatch(r"[A-Za-z_][\w.-]{0,60}", name):
            taking.fault("survey", line, "name", "name", name)
        name = slug(name, {*taking.questions, *taking.names})
    identity = f"{taking.document.key}.{name}"
    question: Json = dict(known or {"kind": kind, "id": name, "identity": identity, "text": {}, "short": {}})
    for column, name_of in TEXTS.items():
        texts = texts_of(taking, line, ours, column, question.get(name_of))
        if texts is not None:
            if texts or name_of in ("text", "short"):
                question[name_of] = texts
            else:
                question.pop(name_of, None)
    if not question["text"].get(source):
        taking.fault("survey", line, "label", "missing")
    elif not question["short"]:
        question["short"] = {source: question["text"][source][:60]}
    _settings(taking, line, ours, question, kind)
    set_relevant(taking, line, ours, question)
    if kind in ("one", "several", "one-of", "ranking", "rating", "number", "place", "grid"):
        if kind in ("one", "several", "ranking") and known is None and list_name not in taking.lists:
            taking.fault("survey", line, "type", "list", list_name)
        if kind != "grid" or known is not None or list_name in taking.lists:
            set_options(taking, question, list_name if list_name in taking.lists else str(question["id"]))
    if kind == "grid":
        question["rows"] = []
    return question


def _settings(taking: Taking, line: Line, ours: Mapping[str, str], question: Json, kind: str) -> None:
    if differs(line, ours, "required"):
        question["required"] = yes(taking, "survey", line, "required")
    for name in rows.QUESTION_FLAGS:
        heading = f"x_{name}"
        if differs(line, ours, heading) and (heading in line.cells or ours):
            question[name] = yes(taking, "survey", line, heading)
    for name in rows.QUESTION_NUMBERS:
        if differs(line, ours, f"x_{name}"):
            value = whole(taking, "survey", line, f"x_{name}")
            if value is None:
                question.pop(name, None)
            else:
                question[name] = value
    for name in rows.QUESTION_WORDS:
        if differs(line, ours, f"x_{name}"):
            said = line.cells.get(f"x_{name}", "").strip()
            if said:
                question[name] = said
            else:
                question.pop(name, None)
    if differs(line, ours, "constraint") and line.cells.get("constraint"):
        _constraint(taking, line, question, kind)
    if kind == "number":
        question.setdefault("lowest", 0)
        question.setdefault("highest", 100)
    if kind == "ranking":
        question.setdefault("top", 3)


_BOUNDS = re.compile(r"\.\s*>=\s*(-?\d{1,10})\s+and\s+\.\s*<=\s*(-?\d{1,10})")
_LENGTH = re.compile(r"string-length\(\s*\.\s*\)\s*<=\s*(\d{1,5})")
_COUNTED = re.compile(r"count-selected\(\s*\.\s*\)\s*(>=|<=)\s*(\d{1,3})")


def _constraint(taking: Taking, line: Line, question: Json, kind: str) -> None:
    said = line.cells["constraint"].strip()
    if kind == "number" and (match := _BOUNDS.fullmatch(said)):
        question["lowest"], question["highest"] = int(match[1]), int(match[2])
    elif kind in ("short-text", "long-text") and (match := _LENGTH.fullmatch(said)):
        question["max_chars"] = int(match[1])
    elif kind == "several" and all(_COUNTED.fullmatch(one.strip()) for one in said.split(" and ")):
        for sign, number in _COUNTED.findall(said):
            question["at_least" if sign == ">=" else "at_most"] = int(number)
    else:
        taking.fault("survey", line, "constraint", "constraint", said)


def _grid_row(taking: Taking, line: Line, grid: Json, list_name: str) -> None:
    key = line.cells["name"].removeprefix(f"{grid['id']}.")
    before = taking.questions.get(str(grid["id"]), {}).get("rows", ())
    codes = [row["code"] for row in [*before, *grid["rows"]]]
    found = next((row for row in before if row["key"] == key), None)
    row: Json = dict(found or {"code": max(codes, default=0) + 1, "key": slug(key, ()), "text": {}})
    texts = texts_of(taking, line, taking.known.get(line.cells["name"], {}), "label", row["text"])
    if texts is not None:
        row["text"] = texts
    if not row["text"].get(taking.document.source_locale):
        taking.fault("survey", line, "label", "missing")
    if not grid.get("options") and list_name in taking.lists:
        set_options(taking, grid, list_name)
    grid["rows"].append(row)


def _references(taking: Taking) -> None:
    """A list that no question uses is told: somebody will miss the answers otherwise."""
    used = {str(line.cells.get("type", "")).partition(" ")[2].strip() for line in taking.survey}
    used |= set(taking.names)
    for list_name, lines in taking.lists.items():
        if list_name not in used:
            taking.fault("choices", lines[0], "list_name", "unused", list_name)

"""The choices sheet of an uploaded form: options, labels of points, bands of numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from surveys.questionnaire.editing import slug
from surveys.questionnaire.xlsform import rows
from surveys.questionnaire.xlsform.cells import KEY, Line, Taking, differs, texts_of, whole, yes

Json = dict[str, Any]


def gather(taking: Taking) -> None:
    seen: dict[tuple[str, str], int] = {}
    for line in taking.choices:
        name, list_name = line.cells.get("name", ""), line.cells.get("list_name", "")
        if not list_name:
            taking.fault("choices", line, "list_name", "missing")
        elif not name:
            taking.fault("choices", line, "name", "missing")
        elif (list_name, name) in seen:
            taking.fault("choices", line, "name", "repeated", name)
        else:
            seen[list_name, name] = line.number
            taking.lists.setdefault(list_name, []).append(line)


def set_options(taking: Taking, question: Json, list_name: str) -> None:
    """The question's options, points' labels and bands, as the list has them now."""
    known = {option["key"]: option for option in question.get("options", ())}
    codes = {option["code"] for option in known.values()}
    options, bins = [], []
    for line in taking.lists.get(list_name, ()):
        kind = line.cells.get("x_kind", "")
        ours = taking.known_choices.get((list_name, line.cells["name"]), {})
        if kind == "earlier":
            continue
        if kind == "point":
            _point(taking, question, line, ours)
        elif kind.startswith("band "):
            bins.append(_band(taking, question, line, ours))
        else:
            options.append(_option(taking, line, ours, known, codes, question))
    question["options"] = options
    if question["kind"] == "number":
        question["bins"] = bins


def _point(taking: Taking, question: Json, line: Line, ours: Mapping[str, str]) -> None:
    texts = texts_of(taking, line, ours, "label", question.get("labels", {}).get(line.cells["name"]))
    if texts is not None:
        question.setdefault("labels", {})[line.cells["name"]] = texts


def _band(taking: Taking, question: Json, line: Line, ours: Mapping[str, str]) -> Json:
    found: Json = next((one for one in question.get("bins", ()) if one["key"] == line.cells["name"]), {})
    numbers = re.fullmatch(r"band (-?\d{1,10}) (-?\d{1,10})", line.cells.get("x_kind", ""))
    if numbers is None:
        taking.fault("choices", line, "x_kind", "number", line.cells.get("x_kind", ""))
        return dict(found)
    texts = texts_of(taking, line, ours, "label", found.get("text"))
    return {
        "key": line.cells["name"],
        "first": int(numbers[1]),
        "last": int(numbers[2]),
        "text": found.get("text", {}) if texts is None else texts,
    }


def _option(
    taking: Taking,
    line: Line,
    ours: Mapping[str, str],
    known: Mapping[str, Json],
    codes: set[int],
    question: Json,
) -> Json:
    key = line.cells["name"]
    if key not in known and not KEY.fullmatch(key):
        made = slug(key, known)
        if not re.fullmatch(r"[\w .-]{1,80}", key):
            taking.fault("choices", line, "name", "name", key)
        key = made
    option = dict(known.get(key, {"key": key, "text": {}}))
    for column, name in (("label", "text"), ("hint", "hint")):
        texts = texts_of(taking, line, ours, column, option.get(name))
        if texts is not None:
            if not texts and name == "hint":
                option.pop("hint", None)
            else:
                option[name] = texts
    if not option["text"].get(taking.document.source_locale):
        taking.fault("choices", line, "label", "missing")
    for name in rows.OPTION_FLAGS:
        if differs(line, ours, f"x_{name}"):
            option[name] = yes(taking, "choices", line, f"x_{name}")
    for name in rows.OPTION_WORDS:
        if differs(line, ours, f"x_{name}"):
            option[name] = line.cells.get(f"x_{name}") or ("answer" if name == "meaning" else None)
    if differs(line, ours, "x_min_age"):
        option["min_age"] = whole(taking, "choices", line, "x_min_age")
    _code(taking, line, ours, option, codes, question)
    return {name: value for name, value in option.items() if value is not None}


def _code(
    taking: Taking, line: Line, ours: Mapping[str, str], option: Json, codes: set[int], question: Json
) -> None:
    if "code" in option:
        if line.cells.get("x_code") and line.cells["x_code"] != ours.get("x_code"):
            taking.fault("choices", line, "x_code", "code", line.cells["x_code"])
        return
    given = whole(taking, "choices", line, "x_code")
    floor = {"rating": question.get("high", 0) - question.get("low", 0) + 1, "number": 1}
    code = given if given is not None else max([*codes, floor.get(question["kind"], 0)]) + 1
    if code in codes or not 1 <= code <= 239:
        taking.fault("choices", line, "x_code", "code", str(code))
    codes.add(code)
    option["code"] = code

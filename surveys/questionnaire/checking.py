"""Whether what was typed is an answer, by the same rules with and without scripts.

Whatever arrives, the outcome is answers or problems, never an exception. A text is kept as typed but for line
endings (made ``\\n``) and white space around it. Fields nobody asked for are ignored.

Field names: the question's id; ranking ``<id>.1`` … ``<id>.k``; grid ``<id>.<row>``; written-in text
``<id>.<option>``; the special options of a number ``<id>.special``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from surveys.questionnaire.model import Answer, Answers, Option, Page, Questionnaire
from surveys.questionnaire.plan import applies, choices, plan_of, visible_options
from surveys.questionnaire.routing import walk

Raw = Mapping[str, Sequence[str]]
"""Form field name to the values as typed."""

WRITE_IN_MOST = 100
"""Characters in a "Something else: say what" box."""
WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,18}")
FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff]")
"""Control characters other than tab and line feed, and halves of characters: no store keeps them whole."""
FORBIDDEN_IN_LINE = re.compile("[\x00-\x08\x0a-\x1f\ud800-\udfff]")


@dataclass(frozen=True)
class Problem:
    """Why something typed is no answer. ``facts`` are numbers and keys, never a resident's words.

    ``item``: the grid row, the rank position ("1") or the option of a written-in text.
    """

    question: str
    code: str
    facts: Mapping[str, object] = field(default_factory=dict)
    item: str = ""


@dataclass(frozen=True)
class Checked:
    """The answers that are sound (``None`` for a skipped question; written-in texts too) and the problems."""

    answers: Mapping[str, Answer]
    problems: tuple[Problem, ...]


class _Refused(Exception):
    def __init__(self, code: str, item: str = "", **facts: object) -> None:
        super().__init__(code)
        self.code, self.item, self.facts = code, item, facts


@dataclass
class _Sheet:
    """One question being checked: what was typed for it, the options it shows, and what came of it."""

    question: Any
    raw: Raw
    options: Mapping[str, Option]
    questionnaire: Questionnaire
    answers: dict[str, Answer] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def keep(self, name: str, read: Callable[..., Answer], *args: str) -> None:
        try:
            self.answers[name] = read(self, *args)
        except _Refused as refused:
            self.refuse(refused)

    def refuse(self, refused: _Refused) -> None:
        self.problems.append(Problem(self.question.id, refused.code, refused.facts, refused.item))

    def values(self, suffix: str = "") -> list[str]:
        """The distinct values of a field that are not blank, in the order sent."""
        name = f"{self.question.id}{suffix}"
        values = self.raw.get(name, ())
        values = (values,) if isinstance(values, str) else values
        return list(dict.fromkeys(v for v in values if v and not v.isspace()))

    def value(self, suffix: str = "", item: str = "") -> str | None:
        """The one value of a field that takes one."""
        values = self.values(suffix)
        if len(values) > 1:
            raise _Refused("choice.doubled", item)
        return values[0] if values else None

    def pick(self, value: str, known: Collection[str], item: str = "") -> str:
        if value not in known:
            raise _Refused("choice.unknown", item)
        return value


def _one(sheet: _Sheet) -> Answer:
    value = sheet.value()
    return None if value is None else sheet.pick(value, sheet.options)


def _several(sheet: _Sheet) -> Answer:
    question, values = sheet.question, sheet.values()
    for value in values:
        sheet.pick(value, sheet.options)
    exclusive = [v for v in values if sheet.options[v].exclusive]
    if exclusive and len(values) > 1:
        raise _Refused("choice.exclusive", option=exclusive[0])
    if question.at_most is not None and len(values) > question.at_most:
        raise _Refused("choice.too_many", most=question.at_most, chosen=len(values))
    if values and not exclusive and len(values) < question.at_least:
        raise _Refused("choice.too_few", least=question.at_least, chosen=len(values))
    return [key for key in sheet.options if key in values] or None


def _place(sheet: _Sheet) -> Answer:
    value = sheet.value()
    if value is None or value in sheet.options:
        return value
    return sheet.pick(value, plan_of(sheet.questionnaire).place_names[sheet.question.level])


def _rating(sheet: _Sheet) -> Answer:
    value = sheet.value()
    if value is None or value in sheet.options:
        return value
    points = {str(n): n for n in range(sheet.question.low, sheet.question.high + 1)}
    return points[sheet.pick(value, points)]


def _ranking(sheet: _Sheet) -> Answer:
    ranked: dict[str, int] = {}
    gap: int | None = None
    for position in range(1, sheet.question.top + 1):
        item = str(position)
        value = sheet.value(f".{item}", item)
        if value is None:
            gap = gap or position
            continue
        sheet.pick(value, sheet.options, item)
        if value in ranked:
            raise _Refused("rank.repeated", item, first=ranked[value], second=position)
        if gap:
            raise _Refused("rank.gap", str(gap), missing=gap)
        ranked[value] = position
    exclusive = [key for key in ranked if sheet.options[key].exclusive]
    if exclusive and len(ranked) > 1:
        raise _Refused("choice.exclusive", str(ranked[exclusive[0]]), option=exclusive[0])
    return list(ranked) or None


def _number(sheet: _Sheet) -> Answer:
    typed, special = sheet.value(), sheet.value(".special")
    if special is not None:
        sheet.pick(special, sheet.options)
        if typed is not None:
            raise _Refused("choice.doubled")
        return special
    if typed is None:
        return None
    if not WHOLE_NUMBER.fullmatch(typed.strip()):
        raise _Refused("number.not_whole")
    number, question = int(typed.strip()), sheet.question
    if not question.lowest <= number <= question.highest:
        raise _Refused("number.range", lowest=question.lowest, highest=question.highest)
    return number


def _line(sheet: _Sheet) -> Answer:
    return _text(sheet.value(), sheet.question.max_chars, FORBIDDEN_IN_LINE)


def _lines(sheet: _Sheet) -> Answer:
    value = sheet.value()
    value = None if value is None else value.replace("\r\n", "\n").replace("\r", "\n")
    return _text(value, sheet.question.max_chars, FORBIDDEN)


def _text(
    value: str | None, most: int, forbidden: re.Pattern[str], too_long: str = "text.too_long", item: str = ""
) -> str | None:
    if value is None:
        return None
    if forbidden.search(value):
        raise _Refused("text.forbidden", item)
    text = value.strip()
    if len(text) > most:
        raise _Refused(too_long, item, most=most, typed=len(text), over=len(text) - most)
    return text


_KINDS: dict[str, Callable[[_Sheet], Answer]] = {
    "one": _one,
    "one-of": _one,
    "several": _several,
    "place": _place,
    "rating": _rating,
    "ranking": _ranking,
    "number": _number,
    "short-text": _line,
    "long-text": _lines,
}
_MISSING = {"short-text": "text.missing", "long-text": "text.missing", "number": "number.missing"}


def _answer(sheet: _Sheet) -> Answer:
    question = sheet.question
    answer = _KINDS[question.kind](sheet)
    if answer is None and question.required:
        raise _Refused(_MISSING.get(question.kind, "choice.missing"))
    return answer


def _cell(sheet: _Sheet, row: str) -> str | None:
    value = sheet.value(f".{row}", row)
    if value is None and sheet.question.required:
        raise _Refused("choice.missing", row)
    return None if value is None else sheet.pick(value, sheet.options, row)


def _grid(sheet: _Sheet) -> None:
    """Every row is checked, so that every problem is reported; the answer is kept when there is none."""
    cells: dict[str, str | None] = {}
    for row in sheet.question.rows:
        try:
            cells[row.key] = _cell(sheet, row.key)
        except _Refused as refused:
            sheet.refuse(refused)
    if not sheet.problems:
        sheet.answers[sheet.question.id] = cells if any(cells.values()) else None


def _write_in(sheet: _Sheet, option: str) -> str | None:
    value = sheet.value(f".{option}", option)
    return _text(value, WRITE_IN_MOST, FORBIDDEN_IN_LINE, "write_in.too_long", option)


def check(question: Any, raw: Raw, *, questionnaire: Questionnaire, answers: Answers) -> Checked:
    """The answer to one question. ``answers`` are the earlier ones (they decide what pick-then-one offers).

    Written-in words are kept even when their option is not chosen, so that going back finds them again.
    """
    options = {o.key: o for o in visible_options(question, answers, questionnaire)}
    sheet = _Sheet(question, raw, options, questionnaire)
    if question.kind == "grid":
        _grid(sheet)
    else:
        sheet.keep(question.id, _answer)
    for option in options.values():
        if option.write_in:
            sheet.keep(f"{question.id}.{option.key}", _write_in, option.key)
    return Checked(sheet.answers, tuple(sheet.problems))


def check_page(
    page: Page,
    raw: Raw,
    *,
    questionnaire: Questionnaire,
    answers: Answers,
    accepted: Collection[str] | None = None,
) -> Checked:
    """The answers to every question the page shows, in order; later ones see what earlier ones were given.

    Only answers on the route are looked at; ``accepted`` are the offered parts taken (unset: all of them).
    """
    parts = {part.id for part in questionnaire.parts} if accepted is None else accepted
    known = dict(walk(questionnaire, answers, accepted=parts).answers)
    for question in page.questions:
        known.pop(question.id, None)
    return _check_questions(page.questions, raw, questionnaire, known)


def check_form(raw: Raw, *, questionnaire: Questionnaire) -> Checked:
    """The answers of a survey that is one single form."""
    return _check_questions(questionnaire.questions, raw, questionnaire, {})


def _check_questions(
    questions: Sequence[Any], raw: Raw, questionnaire: Questionnaire, known: dict[str, Answer]
) -> Checked:
    answers: dict[str, Answer] = {}
    problems: list[Problem] = []
    plan = plan_of(questionnaire)
    for question in questions:
        if not applies(question, known, questionnaire):
            continue
        if question.kind == "one-of" and len(choices(question, known, plan)) < 2:
            continue
        checked = check(question, raw, questionnaire=questionnaire, answers=known)
        answers.update(checked.answers)
        known.update(checked.answers)
        problems.extend(checked.problems)
    return Checked(answers, tuple(problems))

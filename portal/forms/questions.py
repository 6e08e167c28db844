"""From a question to the controls on a page and back to what was typed: one row of KINDS per question kind.

Nothing here judges an answer: a form only gathers what was typed, as typed, for ``questionnaire.checking``,
and draws what was typed or saved, so that a mistake is shown back word for word. Deliberately without a form
library: a page is data, and a field object per option cost more than the whole check.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext
from markupsafe import Markup

from portal.i18n import html_lang
from portal.messages import words
from surveys.questionnaire.checking import Problem, Raw
from surveys.questionnaire.model import Answers, Option, Questionnaire, Row, Texts
from surveys.questionnaire.plan import visible_options
from surveys.questionnaire.routing import pipe

Question = Any
Drawn = dict[str, Any]
"""What a partial of templates/respond/questions needs; ``kind`` names the partial."""

APART = frozenset({"none", "dont-know", "prefer-not", "cannot-choose", "elsewhere"})
"""Meanings that stand in a strip of their own, after the word "or"."""

_UNSHOWABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def showable(text: str) -> str:
    """The text as a page can carry it: what no page can hold shows as the replacement character."""
    return _UNSHOWABLE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


@dataclass(frozen=True)
class Setting:
    """What the drawing of a page depends on beside the question itself."""

    questionnaire: Questionnaire
    locale: str
    answers: Answers
    typed: Raw
    problems: tuple[Problem, ...] = ()
    cautions: Mapping[str, str] = field(default_factory=dict)
    """Question id to what looks like personal data in the words written there."""

    def said(self, texts: Texts | None) -> str | Markup:
        """The words in this language, or the source language's words marked with their own ``lang``."""
        text = self.questionnaire.say(texts, self.locale)
        return self.marked(pipe(text, self.answers, self.questionnaire, self.locale), texts)

    def marked(self, text: str, texts: Texts | None) -> str | Markup:
        if not self.questionnaire.is_fallback(texts, self.locale):
            return text
        return Markup('<span lang="{}">{}</span>').format(self.source_lang, text)

    @property
    def source_lang(self) -> str:
        return html_lang(self.questionnaire.source_locale)

    @property
    def abroad_lang(self) -> str:
        """The ``lang`` of names that are the same in every language; empty on a source-language page."""
        return "" if self.locale == self.questionnaire.source_locale else self.source_lang

    def value(self, name: str) -> str:
        values = self.typed.get(name) or ("",)
        return showable(values[0])

    def values(self, name: str) -> tuple[str, ...]:
        return tuple(self.typed.get(name) or ())

    def error(self, question: Question, item: str = "") -> str:
        """The words for what is wrong with this question, or with one row, rank or write-in of it."""
        for problem in self.problems:
            if problem.question == question.id and problem.item == item:
                return words(problem.code, problem.facts)
        return ""


@dataclass(frozen=True)
class Kind:
    """One question kind on a page.

    ``names``: the form fields it owns. ``spelled``: a saved answer as those fields would have sent it.
    ``drawn``: what its partial needs beyond the heading. ``anchor``: the control an error leads to.
    """

    partial: str
    names: Callable[[Question], tuple[str, ...]]
    spelled: Callable[[Question, Answers], dict[str, Sequence[str]]]
    drawn: Callable[[Question, Setting], Drawn]
    anchor: Callable[[Question, str], str] = lambda question, item: (
        f"{question.id}.{item}" if item else question.id
    )


# Which fields a kind owns -----------------------------------------------------------------------------------


def _own(question: Question) -> tuple[str, ...]:
    return (question.id,)


def _own_and_write_ins(question: Question) -> tuple[str, ...]:
    return (question.id, *(f"{question.id}.{option.key}" for option in question.options if option.write_in))


def _ranks(question: Question) -> tuple[str, ...]:
    return tuple(f"{question.id}.{place}" for place in range(1, question.top + 1))


def _row_names(question: Question) -> tuple[str, ...]:
    return tuple(f"{question.id}.{row.key}" for row in question.rows)


def _number_names(question: Question) -> tuple[str, ...]:
    return (question.id, f"{question.id}.special") if question.options else (question.id,)


# How a saved answer was spelled -----------------------------------------------------------------------------


def _write_ins(question: Question, answers: Answers) -> dict[str, Sequence[str]]:
    names = (f"{question.id}.{option.key}" for option in question.options if option.write_in)
    return {name: [str(answers[name])] for name in names if answers.get(name)}


def _spelled_choice(question: Question, answers: Answers) -> dict[str, Sequence[str]]:
    answer = answers.get(question.id)
    spelled: dict[str, Sequence[str]] = {} if answer is None else {question.id: [str(answer)]}
    return spelled | (_write_ins(question, answers) if hasattr(question, "options") else {})


def _spelled_several(question: Question, answers: Answers) -> dict[str, Sequence[str]]:
    chosen = answers.get(question.id)
    spelled: dict[str, Sequence[str]] = {question.id: list(chosen)} if isinstance(chosen, list) else {}
    return spelled | _write_ins(question, answers)


def _spelled_ranks(question: Question, answers: Answers) -> dict[str, Sequence[str]]:
    chosen = answers.get(question.id)
    ranked = chosen if isinstance(chosen, list) else []
    return {f"{question.id}.{place}": [key] for place, key in enumerate(ranked, start=1)}


def _spelled_rows(question: Question, answers: Answers) -> dict[str, Sequence[str]]:
    chosen = answers.get(question.id)
    rows = chosen if isinstance(chosen, dict) else {}
    return {f"{question.id}.{row}": [key] for row, key in rows.items() if key is not None}


def _spelled_number(question: Question, answers: Answers) -> dict[str, Sequence[str]]:
    answer = answers.get(question.id)
    if answer is None:
        return {}
    return {f"{question.id}.special" if isinstance(answer, str) else question.id: [str(answer)]}


# What a partial draws ---------------------------------------------------------------------------------------


def _option(option: Option, question: Question, setting: Setting) -> Drawn:
    write_in = None
    if option.write_in:
        name = f"{question.id}.{option.key}"
        write_in = {
            "name": name,
            "label": gettext("Say what it is"),
            "value": setting.value(name),
            "error": setting.error(question, option.key),
        }
    return {
        "value": option.key,
        "text": setting.said(option.text),
        "hint": setting.said(option.hint) if option.hint else "",
        "apart": option.meaning in APART,
        "exclusive": option.exclusive,
        "write_in": write_in,
    }


def _options(options: Iterable[Option], question: Question, setting: Setting) -> list[Drawn]:
    return [_option(option, question, setting) for option in options]


def _drawn_choice(question: Question, setting: Setting) -> Drawn:
    chosen = setting.values(question.id)
    return {
        "options": _options(question.options, question, setting),
        "value": chosen[-1] if chosen else None,
    }


def _drawn_several(question: Question, setting: Setting) -> Drawn:
    return {
        "options": _options(question.options, question, setting),
        "values": setting.values(question.id),
        "most": question.at_most or 0,
    }


def _drawn_one_of(question: Question, setting: Setting) -> Drawn:
    chosen = setting.values(question.id)
    options = []
    for option in visible_options(question, setting.answers, setting.questionnaire):
        drawn = _option(option, question, setting) | {"write_in": None, "exclusive": False}
        written = setting.answers.get(f"{question.of}.{option.key}")
        if isinstance(written, str) and written:
            drawn["hint"] = Markup('<bdi dir="auto">{}</bdi>').format(showable(written))
        options.append(drawn)
    return {"options": options, "value": chosen[-1] if chosen else None}


def _drawn_ranking(question: Question, setting: Setting) -> Drawn:
    places = range(1, question.top + 1)
    return {
        "options": [{"value": option.key, "text": _plain(option, setting)} for option in question.options],
        "positions": [
            {
                "name": f"{question.id}.{place}",
                "label": gettext("Place %(number)d", number=place),
                "value": setting.value(f"{question.id}.{place}"),
                "error": setting.error(question, str(place)),
            }
            for place in places
        ],
    }


def _drawn_rating(question: Question, setting: Setting) -> Drawn:
    chosen = setting.values(question.id)
    points = [{"value": str(point), "text": str(point)} for point in range(question.low, question.high + 1)]
    return {
        "options": points + _options(question.options, question, setting),
        "value": chosen[-1] if chosen else None,
        "low": setting.said(question.labels.get(question.low)),
        "high": setting.said(question.labels.get(question.high)),
    }


def _drawn_grid(question: Question, setting: Setting) -> Drawn:
    def row(row: Row) -> Drawn:
        name = f"{question.id}.{row.key}"
        chosen = setting.values(name)
        return {
            "name": name,
            "text": setting.said(row.text),
            "value": chosen[-1] if chosen else None,
            "error": setting.error(question, row.key),
        }

    return {
        "rows": [row(each) for each in question.rows],
        "options": _options(question.options, question, setting),
    }


def _drawn_number(question: Question, setting: Setting) -> Drawn:
    specials = setting.values(f"{question.id}.special")
    return {
        "value": setting.value(question.id),
        "unit": setting.said(question.unit),
        "specials": _options(question.options, question, setting),
        "special": specials[-1] if specials else None,
    }


def _drawn_text(question: Question, setting: Setting) -> Drawn:
    caution = setting.cautions.get(question.id, "")
    return {"value": setting.value(question.id), "most": question.max_chars, "caution": caution}


def _drawn_place(question: Question, setting: Setting) -> Drawn:
    places = [
        {"value": place.key, "text": place.name, "lang": setting.abroad_lang}
        for place in setting.questionnaire.places_at(question.level)
    ]
    specials = [{"value": option.key, "text": _plain(option, setting)} for option in question.options]
    return {"options": places + specials, "value": setting.value(question.id)}


def _plain(option: Option, setting: Setting) -> str:
    """An option's words for a drop-down list, which can hold no markup."""
    return setting.questionnaire.say(option.text, setting.locale)


# One row per kind -------------------------------------------------------------------------------------------


def _first_rank(question: Question, item: str) -> str:
    return f"{question.id}.{item or 1}"


KINDS: dict[str, Kind] = {
    "one": Kind("one", _own_and_write_ins, _spelled_choice, _drawn_choice),
    "several": Kind("several", _own_and_write_ins, _spelled_several, _drawn_several),
    "one-of": Kind("one-of", _own, _spelled_choice, _drawn_one_of),
    "ranking": Kind("ranking", _ranks, _spelled_ranks, _drawn_ranking, _first_rank),
    "rating": Kind("rating", _own, _spelled_choice, _drawn_rating),
    "grid": Kind("grid", _row_names, _spelled_rows, _drawn_grid),
    "number": Kind("number", _number_names, _spelled_number, _drawn_number),
    "short-text": Kind("short-text", _own, _spelled_choice, _drawn_text),
    "long-text": Kind("long-text", _own, _spelled_choice, _drawn_text),
    "place": Kind("place", _own, _spelled_choice, _drawn_place),
}


def draw(question: Question, setting: Setting, *, page_heading: bool) -> Drawn:
    """Everything the question's partial needs, with what was typed or saved and what is wrong with it."""
    kind = KINDS[question.kind]
    return {
        "id": question.id,
        "kind": kind.partial,
        "heading": setting.said(question.text),
        "hint": setting.said(question.hint) if question.hint else "",
        "error": setting.error(question),
        "page_heading": page_heading,
        "size": "l" if page_heading else "m",
    } | kind.drawn(question, setting)


def typed(questions: Iterable[Question], values: Callable[[str], Sequence[str]]) -> dict[str, list[str]]:
    """What was typed into the fields of these questions; ``values`` gives all values of one field name."""
    fields: dict[str, list[str]] = {}
    for question in questions:
        for name in KINDS[question.kind].names(question):
            given = values(name)
            if given:
                fields[name] = list(given)
    return fields


def spelled(questions: Iterable[Question], answers: Answers) -> dict[str, Sequence[str]]:
    """Saved answers in the form :func:`typed` gave them."""
    fields: dict[str, Sequence[str]] = {}
    for question in questions:
        fields |= KINDS[question.kind].spelled(question, answers)
    return fields


def error_links(problems: Iterable[Problem], questionnaire: Questionnaire) -> list[dict[str, str]]:
    """The error summary: one line per problem, each leading to its control."""
    links: list[dict[str, str]] = []
    for problem in problems:
        question = questionnaire.question_by_id[problem.question]
        anchor = KINDS[question.kind].anchor(question, problem.item)
        links.append({"href": f"#{anchor}", "text": words(problem.code, problem.facts)})
    return links

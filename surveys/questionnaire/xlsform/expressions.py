"""Conditions as XLSForm expressions and back: the part of the language that a questionnaire can hold."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from surveys.questionnaire.conditions import LISTED
from surveys.questionnaire.model import (
    All,
    Answered,
    AnyOf,
    Condition,
    Counts,
    Equals,
    Includes,
    Questionnaire,
)

Json = dict[str, Any]


class Unreadable(ValueError):
    """An expression that a questionnaire cannot hold; the message is the piece that was not understood."""


def written(condition: Condition, document: Questionnaire) -> str:
    """The condition as a ``relevant`` cell."""
    if isinstance(condition, All | AnyOf):
        word, inner = ("and", condition.all) if isinstance(condition, All) else ("or", condition.any)
        return f" {word} ".join(f"({written(one, document)})" for one in inner) or "true()"
    if isinstance(condition, Answered):
        return f"{_name(condition.question)} {'!=' if condition.answered else '='} ''"
    if isinstance(condition, Counts):
        counted = f"count-selected({_name(condition.question)})"
        least, most = f"{counted} >= {condition.at_least}", f"{counted} <= {condition.at_most}"
        if condition.at_most is None:
            return least
        return f"{least} and {most}" if condition.at_least else most
    if isinstance(condition, Equals | Includes):
        return _chosen(condition, document)
    return f"not({written(condition.not_, document)})"


def _name(question: str) -> str:
    return f"${{{question}}}"


def _chosen(condition: Equals | Includes, document: Questionnaire) -> str:
    name = _name(condition.question)
    if isinstance(condition, Equals) and isinstance(condition.equals, int):
        return f"{name} = {condition.equals}"
    keys = condition.includes if isinstance(condition, Includes) else [condition.equals]
    kinds = {q.id: q.kind for q in document.all_questions}
    many = kinds.get(condition.question.partition(".")[0]) in LISTED
    return " or ".join(f"selected({name}, '{key}')" if many else f"{name} = '{key}'" for key in keys)


# Reading --------------------------------------------------------------------------------------------------

_TOKEN = re.compile(
    r"\s*(?:(?P<name>\$\{[^{}]+\})|(?P<text>'[^']*'|\"[^\"]*\"|‘[^’]*’)|(?P<number>-?\d+)"
    r"|(?P<word>count-selected|selected|not|and|or)\b|(?P<sign>!=|>=|<=|=|>|<|\(|\)|,))"
)


def read(text: str, names: Collection[str]) -> Json:
    """The condition of a ``relevant`` cell, as JSON; ``names``: what it may name. Raises Unreadable."""
    return _Reader(text, names).whole()


class _Reader:
    def __init__(self, text: str, names: Collection[str]) -> None:
        self.names = names
        self.tokens: list[tuple[str, str]] = []
        at = 0
        while text[at:].strip():
            match = _TOKEN.match(text, at)
            if match is None:
                raise Unreadable(text[at : at + 30].strip())
            self.tokens.append((str(match.lastgroup), match[str(match.lastgroup)]))
            at = match.end()
        self.at = 0
        self.depth = 0

    def whole(self) -> Json:
        found = self._either()
        if self.at < len(self.tokens):
            raise Unreadable(self.tokens[self.at][1])
        return found

    def _next(self) -> tuple[str, str]:
        if self.at >= len(self.tokens):
            raise Unreadable("…")
        self.at += 1
        return self.tokens[self.at - 1]

    def _take(self, value: str) -> bool:
        if self.at < len(self.tokens) and self.tokens[self.at][1] == value:
            self.at += 1
            return True
        return False

    def _need(self, value: str) -> None:
        if not self._take(value):
            raise Unreadable(self.tokens[self.at][1] if self.at < len(self.tokens) else "…")

    def _either(self) -> Json:
        found = [self._both()]
        while self._take("or"):
            found.append(self._both())
        if len(found) > 1 and all("includes" in one for one in found):
            questions = {one["question"] for one in found}
            if len(questions) == 1:
                keys = [key for one in found for key in one["includes"]]
                return {"question": found[0]["question"], "includes": list(dict.fromkeys(keys))}
        return found[0] if len(found) == 1 else {"any": found}

    def _both(self) -> Json:
        found = [self._one()]
        while self._take("and"):
            found.append(self._one())
        if len(found) == 2 and "at_most" not in found[0] and found[1].get("at_least") == 0:
            least, most = found  # "from 2 to 3" is written as two comparisons
            if "at_least" in least and least["question"] == most["question"]:
                return {**least, "at_most": most["at_most"]}
        return found[0] if len(found) == 1 else {"all": found}

    def _one(self) -> Json:
        self.depth += 1
        if self.depth > 50:
            raise Unreadable("((((")
        try:
            if self._take("("):
                found = self._either()
                self._need(")")
                return found
            if self._take("not"):
                self._need("(")
                found = {"not": self._either()}
                self._need(")")
                return found
            return self._comparison()
        finally:
            self.depth -= 1

    def _question(self) -> str:
        kind, value = self._next()
        if kind != "name" or value[2:-1] not in self.names:
            raise Unreadable(value)
        return value[2:-1]

    def _comparison(self) -> Json:
        if self._take("selected"):
            self._need("(")
            question = self._question()
            self._need(",")
            kind, value = self._next()
            if kind != "text":
                raise Unreadable(value)
            self._need(")")
            return {"question": question, "includes": [value[1:-1]]}
        if self._take("count-selected"):
            self._need("(")
            question = self._question()
            self._need(")")
            return self._counted(question)
        question = self._question()
        _, sign = self._next()
        kind, value = self._next()
        if sign not in ("=", "!=") or kind not in ("text", "number"):
            raise Unreadable(f"{sign} {value}")
        if kind == "number":
            found: Json = {"question": question, "equals": int(value)}
        elif value[1:-1]:
            found = {"question": question, "includes": [value[1:-1]]}
        else:
            return {"question": question, "answered": sign == "!="}
        return found if sign == "=" else {"not": found}

    def _counted(self, question: str) -> Json:
        _, sign = self._next()
        kind, value = self._next()
        if kind != "number":
            raise Unreadable(value)
        number = int(value)
        bounds = {
            ">=": {"at_least": number},
            ">": {"at_least": number + 1},
            "<=": {"at_least": 0, "at_most": number},
            "<": {"at_least": 0, "at_most": number - 1},
            "=": {"at_least": number, "at_most": number},
        }
        if sign not in bounds:
            raise Unreadable(sign)
        return {"question": question, **bounds[sign]}

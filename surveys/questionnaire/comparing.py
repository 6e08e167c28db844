"""What a draft asks differently from an earlier year: wording, options and scales that break comparison."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from surveys.questionnaire.model import Questionnaire

What = Literal["kind", "text", "option_text", "option_added", "option_gone", "scale", "identity"]
_SCALE = ("low", "high", "lowest", "highest", "top", "at_least", "at_most", "of", "level")


@dataclass(frozen=True)
class Difference:
    """One question that was asked before and is not the same now. Texts are of the source language."""

    question: str
    what: What
    before: str = ""
    now: str = ""
    key: str = ""
    """The option or row concerned."""
    wording_kept: bool = True
    """Whether the wording number is the same still, so that both years would be compared as one series."""


def differences(earlier: Questionnaire, now: Questionnaire) -> tuple[Difference, ...]:
    """Every question of ``now`` that ``earlier`` asked otherwise, matched by identity, else by id."""
    by_identity = {question.identity: question for question in earlier.questions}
    by_id = {question.id: question for question in earlier.questions}
    found: list[Difference] = []
    for question in now.questions:
        before = by_identity.get(question.identity)
        if before is None and question.id in by_id:
            before = by_id[question.id]
            found.append(
                Difference(question.id, "identity", before.identity, question.identity, wording_kept=False)
            )
        elif before is not None:
            found += _of(question, before, earlier.source_locale, now.source_locale)
    return tuple(found)


def _of(now: Any, before: Any, then_locale: str, locale: str) -> Iterator[Difference]:
    kept = now.wording == before.wording

    def differs(what: What, was: object = "", iss: object = "", key: str = "") -> Difference:
        return Difference(now.id, what, str(was), str(iss), key, kept)

    if now.kind != before.kind:
        yield differs("kind", before.kind, now.kind)
        return
    if now.text.get(locale) != before.text.get(then_locale):
        yield differs("text", before.text.get(then_locale, ""), now.text.get(locale, ""))
    for name in _SCALE:
        if getattr(now, name, None) != getattr(before, name, None):
            yield differs("scale", getattr(before, name, None), getattr(now, name, None), name)
    for name in ("options", "rows"):
        was = {thing.key: thing for thing in getattr(before, name, ())}
        are = {thing.key: thing for thing in getattr(now, name, ())}
        for key, thing in are.items():
            if key not in was:
                yield differs("option_added", "", thing.text.get(locale, ""), key)
            elif thing.text.get(locale) != was[key].text.get(then_locale):
                yield differs(
                    "option_text", was[key].text.get(then_locale, ""), thing.text.get(locale, ""), key
                )
        for key in was.keys() - are.keys():
            yield differs("option_gone", was[key].text.get(then_locale, ""), "", key)

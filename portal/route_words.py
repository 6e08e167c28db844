"""Conditions in words, for officers, committee papers and paper forms, in any language of the site."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext, ngettext

from surveys.questionnaire.model import (
    All,
    Answered,
    AnyOf,
    Condition,
    Counts,
    Equals,
    Includes,
    Not,
    Questionnaire,
)
from surveys.questionnaire.plan import plan_of

Refer = Callable[[str], str]
"""What to call a question: “question 4”, or its short words in quotes."""


def condition_words(
    condition: Condition, document: Questionnaire, locale: str, refer: Refer, *, negated: bool = False
) -> str:
    """The condition as the end of "only if …"; ``negated``: as the end of "only if it is not so that …"."""
    if isinstance(condition, All | AnyOf):
        both = isinstance(condition, All) != negated
        inner = condition.all if isinstance(condition, All) else condition.any
        said = []
        for one in inner:
            part = condition_words(one, document, locale, refer, negated=negated)
            said.append(f"({part})" if len(inner) > 1 and _is_group(one) else part)
        words = said[0] if said else ""
        for more in said[1:]:
            words = (
                gettext("%(first)s and %(second)s", first=words, second=more)
                if both
                else gettext("%(first)s or %(second)s", first=words, second=more)
            )
        return words
    if isinstance(condition, Equals | Includes | Answered | Counts):
        return _leaf(condition, document, locale, refer, negated)
    return condition_words(condition.not_, document, locale, refer, negated=not negated)


def _is_group(condition: Condition) -> bool:
    """Whether it is several conditions, which need brackets among others."""
    while isinstance(condition, Not):
        condition = condition.not_
    if not isinstance(condition, All | AnyOf):
        return False
    inner = condition.all if isinstance(condition, All) else condition.any
    return len(inner) > 1 or any(_is_group(one) for one in inner)


def _leaf(
    condition: Equals | Includes | Answered | Counts,
    document: Questionnaire,
    locale: str,
    refer: Refer,
    negated: bool,
) -> str:
    id, _, row = condition.question.partition(".")
    question = next((q for q in document.all_questions if q.id == id), None)
    name = refer(id)
    if question is not None and row:
        found = next((one.text for one in getattr(question, "rows", ()) if one.key == row), None)
        name = f"{name} ({document.say(found, locale) or row})"
    if isinstance(condition, Answered):
        if condition.answered != negated:
            return str(gettext("%(question)s is answered", question=name))
        return str(gettext("%(question)s is not answered", question=name))
    if isinstance(condition, Counts):
        return _counted(condition, name, negated)
    keys = condition.includes if isinstance(condition, Includes) else [str(condition.equals)]
    labels = [f"“{option_words(question, key, document, locale)}”" for key in keys]
    answers = labels[0] if labels else "…"
    for more in labels[1:]:
        answers = gettext("%(first)s or %(second)s", first=answers, second=more)
    many = question is not None and question.kind in ("several", "ranking")
    if many and negated:
        return str(gettext("%(answers)s is not chosen in %(question)s", answers=answers, question=name))
    if many:
        return str(gettext("%(answers)s is chosen in %(question)s", answers=answers, question=name))
    if negated:
        return str(gettext("the answer to %(question)s is not %(answers)s", answers=answers, question=name))
    return str(gettext("the answer to %(question)s is %(answers)s", answers=answers, question=name))


def _counted(condition: Counts, name: str, negated: bool) -> str:
    least, most = condition.at_least, condition.at_most
    if negated and most is None:
        least, most = 0, least - 1
        negated = False
    if negated:
        return str(
            gettext(
                "the number of answers chosen in %(question)s is not from %(least)d to %(most)d",
                question=name,
                least=least,
                most=most or 0,
            )
        )
    if most is None:
        return str(
            ngettext(
                "at least %(num)d answer is chosen in %(question)s",
                "at least %(num)d answers are chosen in %(question)s",
                least,
                question=name,
            )
        )
    return str(
        gettext(
            "the number of answers chosen in %(question)s is from %(least)d to %(most)d",
            question=name,
            least=least,
            most=most,
        )
    )


def option_words(question: Any, key: str, document: Questionnaire, locale: str) -> str:
    """What respondents read for this answer; its key when the draft has no such answer."""
    if question is None:
        return key
    plan = plan_of(document)
    if option := plan.options.get(question.id, {}).get(key):
        return document.say(option.text, locale) or key
    if question.kind == "place":
        return plan.place_names[question.level].get(key, key)
    return key


def numbers(document: Questionnaire) -> Mapping[str, int]:
    """Question id to its number, in the order they are met; questions that are switched off have none."""
    late = [part for part in document.parts if part.after_check]
    early = [part for part in document.parts if not part.after_check]
    asked = [q for part in (*early, *late) for page in part.pages for q in page.questions if not q.off]
    return {question.id: n for n, question in enumerate(asked, start=1)}


def by_number(document: Questionnaire) -> Refer:
    """Calls a question by its number, as a paper form does."""
    known = numbers(document)
    return lambda id: str(gettext("question %(number)s", number=known.get(id, "?")))


def by_name(document: Questionnaire) -> Refer:
    """Calls a question by its short words, as officers do."""
    short = {q.id: document.say(q.short, document.source_locale) or q.id for q in document.all_questions}
    return lambda id: f"“{short.get(id, id)}”"

"""A respondent's answers in words, for checking them and for the printable copy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext
from markupsafe import Markup

from portal.forms.questions import Setting, showable
from portal.respond.caution import cautions_of
from portal.respond.sitting import Sitting
from surveys.drafts import DraftState
from surveys.questionnaire.model import Answer, Answers, Questionnaire
from surveys.questionnaire.plan import plan_of
from surveys.questionnaire.routing import Route, labels

Row = dict[str, Any]
"""One row of the summary list: ``key``, ``values`` or ``skipped``, and where it can be changed."""


@dataclass(frozen=True)
class Block:
    """The rows of one section."""

    heading: str | Markup
    rows: tuple[Row, ...]


def typed_words(text: str) -> Markup:
    """What somebody wrote, in its own direction; the style sheet keeps the line breaks."""
    return Markup('<bdi class="typed" dir="auto">{}</bdi>').format(showable(text))


def blocks(questionnaire: Questionnaire, route: Route, locale: str, slug: str = "") -> tuple[Block, ...]:
    """Every question on the route, by section; with ``slug``, with change links and cautions."""
    said = cautions_of(questionnaire, route.answers) if slug else {}
    setting = Setting(questionnaire, locale, route.answers, {}, cautions=said)
    rows: dict[str, list[Row]] = {}
    for step in route.steps:
        if step.kind == "page":
            page = questionnaire.page_by_id[step.id]
            for id in route.asked[step.id]:
                if id in route.answers:
                    href = slug and f"{_page(slug, step.id)}#{_anchor(questionnaire, id)}"
                    rows.setdefault(page.section, []).append(_row(setting, id, href))
    named = {section.id: section for section in questionnaire.sections}
    return tuple(Block(setting.said(named[id].title), tuple(found)) for id, found in rows.items())


def _page(slug: str, page_id: str) -> str:
    return url_for("respond.page", slug=slug, page_id=page_id) + "?return=check"


def _anchor(questionnaire: Questionnaire, id: str) -> str:
    question = questionnaire.question_by_id[id]
    return f"{id}.1" if question.kind == "ranking" else id


def _row(setting: Setting, id: str, href: str) -> Row:
    question = setting.questionnaire.question_by_id[id]
    answer = setting.answers[id]
    short = setting.said(question.short)
    row: Row = {"key": short, "href": href, "about": short}
    values = list(_values(setting, question, answer))
    if href and (said := setting.cautions.get(id)):
        values.append(Markup('<span class="field-warning">{}</span>').format(said))
    return row | ({"values": values} if values else {"skipped": True})


def _values(setting: Setting, question: Any, answer: Answer) -> Iterator[str | Markup]:
    document, locale = setting.questionnaire, setting.locale
    said = labels(question, answer, document, locale)
    match question.kind:
        case "short-text" | "long-text":
            yield from (typed_words(text) for text in said)
        case "ranking":
            yield from (f"{place}. {label}" for place, label in enumerate(said, start=1))
        case "grid":
            named = (document.say(row.text, locale) for row in question.rows)
            yield from (
                gettext("%(row)s: %(answer)s", row=row, answer=label)
                for row, label in zip(named, said, strict=False)  # no words at all when it was skipped
                if label
            )
        case "number" if isinstance(answer, int):
            yield " ".join(filter(None, (*said, document.say(question.unit, locale))))
        case _:
            keys = answer if isinstance(answer, list) else [answer] if said else []
            for key, label in zip(keys, said, strict=True):
                written = setting.answers.get(f"{question.id}.{key}")
                if isinstance(written, str) and written:
                    yield Markup("{}: {}").format(label, typed_words(written))
                else:
                    yield label


def has_comment(questionnaire: Questionnaire, answers: Answers) -> bool:
    """Whether anything was written that could be published; the name of an organisation is not a comment."""
    for item, value in answers.items():
        if isinstance(value, str) and value:
            if "." in item:
                return True
            question = questionnaire.question_by_id[item]
            if question.kind == "long-text" or (question.kind == "short-text" and not question.names):
                return True
    return False


def is_16_or_over(questionnaire: Questionnaire, answers: Answers) -> bool:
    """Whether an age was given and it is 16 or above."""
    band = answers.get(questionnaire.age_question or "")
    age = plan_of(questionnaire).ages.get(band) if isinstance(band, str) else None
    return age is not None and age >= 16


def is_under_16(questionnaire: Questionnaire, answers: Answers) -> bool:
    """Whether the age given is below 16: such words are never quoted, whatever is permitted."""
    band = answers.get(questionnaire.age_question or "")
    age = plan_of(questionnaire).ages.get(band) if isinstance(band, str) else None
    return age is not None and age < 16


def asks_permission(sitting: Sitting) -> bool:
    """Whether to ask if comments may be published."""
    answers = sitting.route.answers
    return (
        sitting.questionnaire.asks_permission
        and has_comment(sitting.questionnaire, answers)
        and not is_under_16(sitting.questionnaire, answers)
    )


def permitted(sitting: Sitting, draft: DraftState) -> bool:
    """Whether the words may be published: only when that was asked and answered with yes."""
    return bool(draft.may_publish) and asks_permission(sitting)

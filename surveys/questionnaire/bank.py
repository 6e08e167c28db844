"""The question bank: harmonised questions with their sources, ready to be put into a draft."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from surveys.errors import SurveysError
from surveys.questionnaire.editing import add_page, add_question, new_page_id, set_page
from surveys.questionnaire.framing import set_document
from surveys.questionnaire.model import Questionnaire

BANK_FILE = Path(__file__).with_name("bank.json")


@dataclass(frozen=True)
class Ready:
    """One question of the bank, or a few that belong together, with where they come from."""

    key: str
    group: str
    title: str
    source: str
    checked: bool
    """Whether the wording was compared with the source. Officers are told when it was not."""
    note: str
    pages: tuple[Mapping[str, Any], ...]

    @property
    def questions(self) -> tuple[Mapping[str, Any], ...]:
        return tuple(question for page in self.pages for question in page["questions"])


@cache
def bank() -> tuple[Ready, ...]:
    """Every entry, by group."""
    entries = json.loads(BANK_FILE.read_text(encoding="utf-8"))["entries"]
    return tuple(Ready(**{**entry, "pages": tuple(entry["pages"])}) for entry in entries)


def put(questionnaire: Questionnaire, key: str, part_id: str, *, after: str = "") -> Questionnaire:
    """The document with this entry's pages in that part, in the languages the document has.

    Raises ``bank.unknown``, and ``edit.taken`` when one of its questions is asked already.
    """
    entry = next((one for one in bank() if one.key == key), None)
    if entry is None:
        raise SurveysError("bank.unknown", field="key", key=key)
    for page in entry.pages:
        id = new_page_id(questionnaire, part_id)
        questionnaire = add_page(questionnaire, part_id, id, after=after)
        for question in page["questions"]:
            made = {**_in(question, questionnaire), "source": entry.source}
            questionnaire = _add(questionnaire, id, made)
        if len(page["questions"]) > 1 or page.get("when"):
            questionnaire = set_page(questionnaire, id, {"when": page.get("when"), "title": _title(page)})
        after = id
    return questionnaire


def _add(questionnaire: Questionnaire, page_id: str, question: dict[str, Any]) -> Questionnaire:
    """Puts the question on the page; bands of age make it the question about age, if there is none yet."""
    bands = any("min_age" in option for option in question.get("options", ()))
    known = questionnaire.age_question is not None
    if not known:
        question.pop("min_age", None)
    elif bands:
        question["options"] = [{k: v for k, v in o.items() if k != "min_age"} for o in question["options"]]
    questionnaire = add_question(questionnaire, page_id, question)
    return (
        set_document(questionnaire, {"age_question": question["id"]})
        if bands and not known
        else questionnaire
    )


def _title(page: Mapping[str, Any]) -> dict[str, str] | None:
    together = sum(question.get("when") is None for question in page["questions"])
    texts: dict[str, str] = page["questions"][0]["short"]
    return dict(texts) if together > 1 else None


def _in(value: Any, questionnaire: Questionnaire) -> Any:
    """The same with texts in the document's languages only."""
    if isinstance(value, dict):
        if "en_GB" in value:
            return {locale: text for locale, text in value.items() if locale in questionnaire.locales}
        return {name: _in(inner, questionnaire) for name, inner in value.items()}
    return [_in(inner, questionnaire) for inner in value] if isinstance(value, list) else value

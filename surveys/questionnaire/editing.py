"""Edits of a draft questionnaire: each takes a document and returns a new one, faults of meaning allowed.

Things are addressed by their id or key, never by position, so an edit made on an older state of the draft
still finds its place. Option codes only ever grow: a new one is above every code in use.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from typing import Any, Literal

from pydantic import ValidationError

from surveys.errors import SurveysError
from surveys.questionnaire.model import Questionnaire
from surveys.questionnaire.plan import SPECIAL

Json = dict[str, Any]
Where = Literal["options", "rows"]
MOST_CODE = 239
KINDS = (
    "one",
    "several",
    "one-of",
    "ranking",
    "rating",
    "grid",
    "number",
    "short-text",
    "long-text",
    "place",
)
_NEW: dict[str, Json] = {
    "one": {"options": []},
    "several": {"options": []},
    "one-of": {"of": "", "options": []},
    "ranking": {"options": [], "top": 3},
    "rating": {"low": 0, "high": 10, "labels": {}, "options": []},
    "grid": {"rows": [], "options": []},
    "number": {"lowest": 0, "highest": 100, "bins": [], "options": []},
    "short-text": {"max_chars": 100},
    "long-text": {"max_chars": 1000},
    "place": {"level": "parish", "options": []},
}


def opened(questionnaire: Questionnaire) -> Json:
    """The document as plain JSON, in the form it is stored and published in."""
    whole: Json = questionnaire.model_dump(mode="json", by_alias=True, exclude_none=True)
    return whole


def closed(document: Json) -> Questionnaire:
    """The document of this JSON. Raises ``edit.shape`` with ``at``: the places that have the wrong shape."""
    try:
        return Questionnaire.model_validate(document)
    except ValidationError as invalid:
        found = [
            (".".join(str(step) for step in error["loc"] if not str(step).startswith("=")), error["msg"])
            for error in invalid.errors(include_url=False)
        ]
        raise SurveysError("edit.shape", at=[place for place, _ in found], why=found[0][1]) from None


# Names ----------------------------------------------------------------------------------------------------


def slug(words: str, taken: Collection[str], most: int = 40) -> str:
    """A key made of these words that is not taken yet: "Very safe" gives "very-safe", then "very-safe-2"."""
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[: most - 4].strip("-") or "x"
    name, n = stem, 1
    while name in taken:
        n += 1
        name = f"{stem}-{n}"
    return name


def new_page_id(questionnaire: Questionnaire, part_id: str) -> str:
    """The next number in this part's own style ("20", "a7"): an address says nothing about the topic."""
    part = next((p for p in questionnaire.parts if p.id == part_id), None)
    if part is None:
        raise SurveysError("edit.gone", what=f"part:{part_id}")
    style = re.match(r"[a-z-]*", part.pages[0].id if part.pages else "")
    prefix = style[0] if style else ""
    numbers = [int(m[1]) for page in questionnaire.pages() if (m := re.match(rf"{prefix}(\d+)", page.id))]
    return f"{prefix}{max(numbers, default=0) + 1}"


def _question_ids(document: Json) -> set[str]:
    return {q["id"] for _, page in _pages(document) for q in page["questions"]}


def _identities(document: Json) -> set[str]:
    return {q["identity"] for _, page in _pages(document) for q in page["questions"]}


# Finding --------------------------------------------------------------------------------------------------


def _pages(document: Json) -> list[tuple[list[Json], Json]]:
    """Every page with the list it stands in, in document order."""
    return [(part["pages"], page) for part in document["parts"] for page in part["pages"]]


def _page(document: Json, id: str) -> tuple[list[Json], int]:
    for pages, page in _pages(document):
        if page["id"] == id:
            return pages, pages.index(page)
    raise SurveysError("edit.gone", what=f"page:{id}")


def _question(document: Json, id: str) -> tuple[list[Json], int]:
    for _, page in _pages(document):
        for n, question in enumerate(page["questions"]):
            if question["id"] == id:
                return page["questions"], n
    raise SurveysError("edit.gone", what=f"question:{id}")


def _named(things: list[Json], name: str, value: str, what: str) -> int:
    for n, thing in enumerate(things):
        if thing[name] == value:
            return n
    raise SurveysError("edit.gone", what=f"{what}:{value}")


def _set(thing: Json, fields: Mapping[str, Any]) -> None:
    """Lays the fields over the thing; ``None`` takes a field away, a mapping of texts merges by language."""
    for name, value in fields.items():
        if value is None:
            thing.pop(name, None)
        elif name in TEXT_FIELDS:
            texts = {**thing.get(name, {}), **value}
            kept = {locale: text for locale, text in texts.items() if text}
            if kept or name in NEEDED_TEXTS:
                thing[name] = kept
            else:
                thing.pop(name, None)
        else:
            thing[name] = value


TEXT_FIELDS = frozenset({"text", "short", "hint", "title", "body", "offer", "purpose", "unit"})
NEEDED_TEXTS = frozenset({"text", "short", "purpose"})
"""Texts a thing always has, empty or not; an empty one is a fault, not a missing field."""


# Pages ----------------------------------------------------------------------------------------------------


def add_page(
    questionnaire: Questionnaire,
    part_id: str,
    id: str,
    *,
    after: str = "",
    section: str = "",
    title: Mapping[str, str] | None = None,
) -> Questionnaire:
    """An empty page in this part, after that page or at the end; in the section of its neighbour."""
    document = opened(questionnaire)
    if any(page["id"] == id for _, page in _pages(document)):
        raise SurveysError("edit.taken", field="id", id=id)
    part = document["parts"][_named(document["parts"], "id", part_id, "part")]
    at = _named(part["pages"], "id", after, "page") + 1 if after else len(part["pages"])
    neighbour = part["pages"][at - 1]["section"] if at else document["sections"][0]["id"]
    page: Json = {"id": id, "section": section or neighbour, "questions": []}
    if title:
        page["title"] = dict(title)
    part["pages"].insert(at, page)
    return closed(document)


def copy_page(questionnaire: Questionnaire, id: str) -> Questionnaire:
    """The page once more, right after itself; the copy's page and questions have ids of their own."""
    document = opened(questionnaire)
    pages, at = _page(document, id)
    part = next(part for part in document["parts"] if part["pages"] is pages)
    page = {**pages[at], "id": new_page_id(questionnaire, part["id"])}
    page["questions"] = []
    pages.insert(at + 1, page)
    for question in pages[at]["questions"]:
        page["questions"].append(_copied(question, document))
    return closed(document)


def move_page(questionnaire: Questionnaire, id: str, steps: int) -> Questionnaire:
    """The page that many places down (or up); over the end of a part it enters the next one."""
    document = opened(questionnaire)
    pages, at = _page(document, id)
    parts = document["parts"]
    here = next(n for n, part in enumerate(parts) if part["pages"] is pages)
    page = pages.pop(at)
    to = at + steps
    if to < 0 and here > 0:
        parts[here - 1]["pages"].append(page)
    elif to > len(pages) and here + 1 < len(parts):
        parts[here + 1]["pages"].insert(0, page)
    else:
        pages.insert(max(0, min(to, len(pages))), page)
    return closed(document)


def delete_page(questionnaire: Questionnaire, id: str) -> Questionnaire:
    document = opened(questionnaire)
    pages, at = _page(document, id)
    del pages[at]
    return closed(document)


def set_page(questionnaire: Questionnaire, id: str, fields: Mapping[str, Any]) -> Questionnaire:
    document = opened(questionnaire)
    pages, at = _page(document, id)
    _set(pages[at], fields)
    return closed(document)


# Questions ------------------------------------------------------------------------------------------------


def new_question_id(questionnaire: Questionnaire, words: str) -> str:
    return slug(words, _question_ids(opened(questionnaire)))


def add_question(
    questionnaire: Questionnaire, page_id: str, question: Mapping[str, Any], *, at: int | None = None
) -> Questionnaire:
    """This question at the end of the page. What is missing is filled with what its kind begins with.

    Its id and identity must be free: ``edit.taken`` says which is not.
    """
    document = opened(questionnaire)
    pages, here = _page(document, page_id)
    made = {"text": {}, "short": {}, **_NEW.get(str(question.get("kind")), {}), **question}
    made.setdefault("identity", f"{document['key']}.{made['id']}")
    if made["id"] in _question_ids(document):
        raise SurveysError("edit.taken", field="id", id=made["id"])
    if made["identity"] in _identities(document):
        raise SurveysError("edit.taken", field="identity", id=made["identity"])
    questions = pages[here]["questions"]
    questions.insert(len(questions) if at is None else at, made)
    return closed(document)


def _copied(question: Json, document: Json) -> Json:
    id = slug(question["id"], _question_ids(document))
    identity = question["identity"].rpartition(".")[0] or document["key"]
    return {**question, "id": id, "identity": slug_identity(f"{identity}.{id}", _identities(document))}


def slug_identity(identity: str, taken: Collection[str]) -> str:
    name, n = identity[:60], 1
    while name in taken:
        n += 1
        name = f"{identity[:56]}-{n}"
    return name


def copy_question(questionnaire: Questionnaire, id: str) -> Questionnaire:
    """The question once more, right after itself, as a question of its own."""
    document = opened(questionnaire)
    questions, at = _question(document, id)
    questions.insert(at + 1, _copied(questions[at], document))
    return closed(document)


def move_question(questionnaire: Questionnaire, id: str, steps: int) -> Questionnaire:
    """The question that many places down (or up); over the edge of its page it enters the neighbour."""
    document = opened(questionnaire)
    questions, at = _question(document, id)
    pages = [page for _, page in _pages(document)]
    here = next(n for n, page in enumerate(pages) if page["questions"] is questions)
    question = questions.pop(at)
    to = at + steps
    if to < 0 and here > 0:
        pages[here - 1]["questions"].append(question)
    elif to > len(questions) and here + 1 < len(pages):
        pages[here + 1]["questions"].insert(0, question)
    else:
        questions.insert(max(0, min(to, len(questions))), question)
    return closed(document)


def put_question(questionnaire: Questionnaire, id: str, page_id: str) -> Questionnaire:
    """The question at the end of that page."""
    document = opened(questionnaire)
    questions, at = _question(document, id)
    pages, here = _page(document, page_id)
    pages[here]["questions"].append(questions.pop(at))
    return closed(document)


def delete_question(questionnaire: Questionnaire, id: str) -> Questionnaire:
    document = opened(questionnaire)
    questions, at = _question(document, id)
    del questions[at]
    return closed(document)


def set_question(questionnaire: Questionnaire, id: str, fields: Mapping[str, Any]) -> Questionnaire:
    """The question with these fields; ``labels`` merge by point and language."""
    document = opened(questionnaire)
    questions, at = _question(document, id)
    fields = dict(fields)
    if "labels" in fields:
        labels = questions[at].setdefault("labels", {})
        for point, texts in (fields.pop("labels") or {}).items():
            merged = {k: v for k, v in {**labels.get(str(point), {}), **texts}.items() if v}
            labels.pop(str(point), None)
            if merged:
                labels[str(point)] = merged
    _set(questions[at], fields)
    return closed(document)


# Options and rows -----------------------------------------------------------------------------------------


def _list(question: Json, where: Where) -> list[Json]:
    if where not in _NEW.get(question["kind"], {}):
        raise SurveysError("edit.no_options", question=question["id"])
    things: list[Json] = question.setdefault(where, [])
    return things


def _next_code(document: Json, question: Json, where: Where, reserved: Collection[int]) -> int:
    """One above every code in use. A scale's points come first in the packed row, a number's is 1."""
    codes = {thing["code"] for thing in question.get(where, ())} | set(reserved)
    if question["kind"] == "one-of" and question["of"] in _question_ids(document):
        questions, at = _question(document, question["of"])
        codes |= {thing["code"] for thing in questions[at].get("options", ())}
    floor = {"rating": question.get("high", 0) - question.get("low", 0) + 1, "number": 1}
    least = floor.get(question["kind"], 0) if where == "options" else 0
    code = max([*codes, least]) + 1
    if code > MOST_CODE:
        raise SurveysError("edit.codes_full", question=question["id"], most=MOST_CODE)
    return code


def add_option(
    questionnaire: Questionnaire,
    id: str,
    text: Mapping[str, str],
    *,
    where: Where = "options",
    key: str = "",
    reserved: Collection[int] = (),
    fields: Mapping[str, Any] | None = None,
) -> Questionnaire:
    """An option (or row) after the others, before "don't know" and its kind; its code is new."""
    document = opened(questionnaire)
    questions, at = _question(document, id)
    question = questions[at]
    things = _list(question, where)
    keys = {thing["key"] for thing in things}
    if key in keys:
        raise SurveysError("edit.taken", field="key", id=key)
    words = text.get(questionnaire.source_locale, "")
    made: Json = {
        "code": _next_code(document, question, where, reserved),
        "key": key or slug(words, keys),
        "text": {locale: said for locale, said in text.items() if said},
    }
    _set(made, fields or {})
    place = len(things)
    if made.get("meaning", "answer") not in SPECIAL:
        while place and (things[place - 1].get("meaning") in SPECIAL or things[place - 1].get("write_in")):
            place -= 1
    things.insert(place, made)
    return closed(document)


def set_option(
    questionnaire: Questionnaire, id: str, key: str, fields: Mapping[str, Any], *, where: Where = "options"
) -> Questionnaire:
    document = opened(questionnaire)
    questions, at = _question(document, id)
    things = _list(questions[at], where)
    _set(things[_named(things, "key", key, "option")], fields)
    return closed(document)


def copy_option(
    questionnaire: Questionnaire, id: str, key: str, *, where: Where = "options"
) -> Questionnaire:
    """The option once more, right after itself, under a key and code of its own."""
    document = opened(questionnaire)
    questions, at = _question(document, id)
    things = _list(questions[at], where)
    here = _named(things, "key", key, "option")
    new = slug(key, {thing["key"] for thing in things})
    code = _next_code(document, questions[at], where, ())
    things.insert(here + 1, {**things[here], "key": new, "code": code})
    return closed(document)


def move_option(
    questionnaire: Questionnaire, id: str, key: str, steps: int, *, where: Where = "options"
) -> Questionnaire:
    document = opened(questionnaire)
    questions, at = _question(document, id)
    things = _list(questions[at], where)
    here = _named(things, "key", key, "option")
    thing = things.pop(here)
    things.insert(max(0, min(here + steps, len(things))), thing)
    return closed(document)


def delete_option(
    questionnaire: Questionnaire, id: str, key: str, *, where: Where = "options"
) -> Questionnaire:
    document = opened(questionnaire)
    questions, at = _question(document, id)
    things = _list(questions[at], where)
    del things[_named(things, "key", key, "option")]
    return closed(document)

"""What the builder's pages share: the draft at an address, one edit of it, and two officers at one thing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, abort, make_response, render_template, request, url_for
from pydantic import TypeAdapter

from portal.database import read_session, writing
from portal.errors import typed_fields
from portal.i18n import english_name
from portal.messages import words_of
from portal.office.blueprint import keys, name_of, now, officer, said, whole
from portal.office.builder_words import ACTIONS, fault_words, text_words
from portal.partnership.survey_models import places_in_use
from portal.rendering import moment
from portal.route_words import by_name, condition_words, option_words
from surveys.authoring import drafting
from surveys.authoring.drafting import SurveyDraft
from surveys.errors import SurveysError
from surveys.questionnaire.faults import Fault
from surveys.questionnaire.geography import freeze
from surveys.questionnaire.merging import Clash
from surveys.questionnaire.model import Condition, PlaceEntry, Questionnaire
from surveys.questionnaire.spots import spot


def draft_at(draft_id: str) -> SurveyDraft:
    """The draft of this address; 404 when there is none."""
    draft = read_session().get(SurveyDraft, draft_id)
    if draft is None:
        abort(404)
    return draft


def thing(found: Any) -> Any:
    """What a page is about; 404 when it is not there.

    When a colleague deleted it while somebody was typing, 410 with what they typed and the way back.
    """
    if found is None:
        abort(_deleted_meanwhile() or 404)
    return found


def _deleted_meanwhile() -> Response | None:
    values = {str(one) for one in (request.view_args or {}).values()}
    draft = draft_at((request.view_args or {})["draft_id"])
    step = next(
        (
            one
            for one in drafting.history(read_session(), draft)
            if any(subject.partition(":")[2] in values for subject in one.subjects)
        ),
        None,
    )
    if request.method != "POST" or step is None:
        return None
    fields = typed_fields()
    shown = [
        (WRITTEN[name.partition(".")[0]], value)
        for name, value in fields
        if value.strip() and name.partition(".")[0] in WRITTEN
    ]
    shown += [(text_words(name[5:]), value) for name, value in fields if name.startswith("text:") and value]
    page = render_template(
        "office/builder/deleted.html",
        draft=draft,
        step=step,
        shown=shown,
        fields=fields,
        action=request.script_root + request.full_path.rstrip("?"),
        **undoing(draft),
    )
    return make_response(page, 410)


def question_at(document: Questionnaire, id: str) -> Any:
    return thing(next((q for q in document.all_questions if q.id == id), None))


def page_of(document: Questionnaire, question_id: str) -> str:
    """The page a question stands on."""
    return next(p.id for p in document.pages() if any(q.id == question_id for q in p.questions))


def places() -> tuple[PlaceEntry, ...]:
    """The wards and parishes in use, as publishing would freeze them in."""
    return places_in_use(read_session())


def answers_of(document: Questionnaire, question: Any) -> list[tuple[str, str]]:
    """Every answer the question can have. Places are those of today's map until they are frozen in."""
    locale = document.source_locale
    if question.kind == "one-of":
        source = next((q for q in document.all_questions if q.id == question.of), None)
        options = [*getattr(source, "options", ()), *question.options]
    else:
        options = list(getattr(question, "options", ()))
    found = [(one.key, option_words(question, one.key, document, locale)) for one in options]
    if question.kind == "place":
        there = document.places or places()
        found = [(p.key, p.name) for p in there if p.level == question.level] + found
    return found


def conditions_said(document: Questionnaire) -> Callable[[Condition], str]:
    """Puts conditions into words, with the names of today's places in a draft that has none yet."""
    named = freeze(document, places())
    names = by_name(document)
    return lambda condition: condition_words(condition, named, document.source_locale, names)


def undoing(draft: SurveyDraft) -> dict[str, Any]:
    """What a page needs to offer undo and redo."""
    return {"can": drafting.reversible(read_session(), draft), "actions": ACTIONS}


def subject_words(document: Questionnaire, subject: str) -> str:
    """What a step touched, as officers call it; its own name when it is gone."""
    kind, _, name = subject.partition(":")
    if kind == "text":
        return subject_words(document, name.partition(":")[2].partition(".")[0]) if ":" in name else name
    if kind == "question":
        return by_name(document)(name)
    said_kind = SUBJECTS.get(kind, kind)
    return f"{said_kind} {name}".strip() if kind in ("page", "language") else said_kind


SUBJECTS = {
    "page": "Page",
    "document": "The settings",
    "language": "Language",
    "dimensions": "Groups of people",
    "nets": "Answers added together",
    "breakdowns": "Tables by group",
    "sections": "Sections",
    "parts": "Parts",
    "stops": "Stop pages",
    "bank": "The question bank",
}


def seen() -> int:
    """Which state of the draft the officer saw when they pressed the button."""
    return whole(request.form.get("seen"))


def change(
    draft_id: str, edit: drafting.Change, action: str, subjects: Collection[str], version: int
) -> SurveyDraft:
    """One edit in its own turn to write."""
    with writing() as session:
        return drafting.edit(
            session,
            draft_id,
            edit,
            action=action,
            subjects=subjects,
            seen_version=version,
            by=officer().by,
            now=now(),
            keys=keys(),
        )


def press(draft_id: str, edit: drafting.Change, action: str, subjects: Collection[str]) -> bool:
    """One edit by a single button; a refusal becomes the note on the next page. Whether it was made."""
    try:
        change(draft_id, edit, action, subjects, seen())
    except SurveysError as problem:
        said(words_of(problem))
        return False
    return True


# Two officers at one thing --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Conflict:
    """Both versions of what two officers changed: as it was opened, as it is stored now, as it was typed."""

    who: str
    when: str
    rows: tuple[tuple[str, str, str, str], ...]
    """(label, when you opened it, stored now, yours) of every field that differs."""


def conflict(
    draft: SurveyDraft,
    problem: SurveysError,
    form: Any,
    shown: Callable[[Questionnaire], Mapping[str, Any] | None],
) -> Conflict:
    """For the page that shows both. ``shown`` gives the form's fields for a state of the document."""
    session = read_session()
    opened = shown(drafting.document_at(session, draft, int(str(problem.facts["seen"])))) or {}
    stored = shown(drafting.document_of(draft)) or {}
    rows = []
    for field in form:
        if field.type == "HiddenField":
            continue
        was, theirs, mine = (
            _words(value) for value in (opened.get(field.name), stored.get(field.name), field.data)
        )
        if not theirs == mine == was:
            rows.append((str(field.label.text), was, theirs, mine))
    when: Any = problem.facts["at"]
    return Conflict(name_of(str(problem.facts["by"])), moment(when), tuple(rows))


def _words(value: Any) -> str:
    if value is None or value is False:
        return ""
    if value is True:
        return "Yes"
    return str(value).strip()


FIELDS = {
    "text": "words", "hint": "hint", "short": "short name", "unit": "unit", "title": "title", "body": "text",
    "when": "condition", "jumps": "where it leads", "options": "answers", "rows": "rows",
    "bins": "bands of numbers", "questions": "which questions, in which order", "place": "where it stands",
    "pages": "which pages, in which order", "parts": "parts and their order", "required": "answer needed",
    "section": "section", "labels": "words at the points", "max_chars": "longest answer",
}  # fmt: skip


WRITTEN = {
    "text": "Words", "short": "Short name", "hint": "Hint", "title": "Title", "body": "Text",
    "offer": "Offer", "unit": "Unit", "option": "Answer", "row": "Row", "answers": "Answers",
    "options": "Answers", "category": "Category", "another": "One more category",
    "bins": "Bands of numbers", "use": "What the answers are used for", "source": "Source", "words": "Words",
    "name": "Name", "labels": "Words at the points", "low_label": "Words at the low end",
    "high_label": "Words at the high end",
}  # fmt: skip
"""Boxes of the builder that people write in; what is chosen or counted is quickly chosen again."""


def clashing(draft: SurveyDraft, problem: SurveysError) -> Conflict:
    """For the page that shows what an uploaded file and a colleague both changed."""
    document = drafting.document_of(draft)
    facts: Any = problem.facts
    rows = tuple(
        (
            _place(document, one),
            _shown(document, one.was),
            _shown(document, one.theirs),
            _shown(document, one.mine),
        )
        for one in facts["clashes"]
    )
    return Conflict(name_of(str(facts["by"])), moment(facts["at"]), rows)


def _place(document: Questionnaire, clash: Clash) -> str:
    parts = [subject_words(document, clash.subject)]
    for step in clash.path:
        parts.append(FIELDS.get(step) or (english_name(step) if step in document.locales else f"“{step}”"))
    return ", ".join(parts)


def _shown(document: Questionnaire, value: Any) -> str:
    """What stands at such a place, in words."""
    if isinstance(value, dict):
        texts = value if set(value) <= set(document.locales) else value.get("text") or value.get("title")
        if texts:
            return document.say(texts, document.source_locale)
        try:
            return conditions_said(document)(TypeAdapter(Condition).validate_python(value))
        except ValueError:
            return "There"
    if isinstance(value, list):
        return ", ".join(_shown(document, one) for one in value)
    return _words(value)


LISTED = {"dimensions": "builder_group", "nets": "builder_sum", "breakdowns": "builder_table"}
"""Where a group, sum or table is mended."""


# Faults ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """A fault in words, with the page where it is mended."""

    text: str
    where: str
    href: str


def tell(draft: SurveyDraft, document: Questionnaire, faults: Collection[Fault]) -> list[Told]:
    """Every fault with the place it jumps to, in document order."""
    return [_told(draft, document, fault) for fault in sorted(faults, key=lambda one: _order(one.place))]


def _order(place: str) -> tuple[int, str]:
    return (0 if place.startswith("parts") else 1, place)


def _told(draft: SurveyDraft, document: Questionnaire, fault: Fault) -> Told:
    at = spot(document, fault.place)
    text = fault_words(fault)
    id = draft.id
    if fault.code == "translation.missing":
        href = url_for("office.builder_translations", draft_id=id, locale=str(fault.facts["locale"]))
        anchor = f"#question-{at.question}" if at.question else ""
        return Told(text, _where(document, at.page, at.question, at.option), href + anchor)
    if at.question and (fault.code.startswith("condition") or at.field == "when"):
        href = url_for("office.builder_route", draft_id=id, what="question", name=at.question)
    elif at.option and at.question:
        href = url_for("office.builder_option", draft_id=id, question_id=at.question, key=at.option)
    elif at.question:
        field = at.field if at.field not in ("options", "rows", "bins") else "answers"
        href = url_for("office.builder_question", draft_id=id, question_id=at.question) + f"#{field}"
    elif at.page and fault.code.startswith(("jump", "condition")):
        href = url_for("office.builder_route", draft_id=id, what="page", name=at.page)
    elif at.page:
        href = url_for("office.builder_page", draft_id=id, page_id=at.page)
    elif at.part or at.holder in ("sections", "stops"):
        href = url_for("office.builder_frame", draft_id=id)
    elif at.holder in LISTED and at.listed:
        href = url_for(f"office.{LISTED[at.holder]}", draft_id=id, key=at.listed)
    elif at.holder in (*LISTED, "places", "translations"):
        href = url_for("office.builder_tables", draft_id=id)
    else:
        href = url_for("office.builder_settings", draft_id=id)
    return Told(text, _where(document, at.page, at.question, at.option), href)


def _where(document: Questionnaire, page: str, question: str, option: str) -> str:
    said_short = ""
    if question:
        found = next((q for q in document.all_questions if q.id == question), None)
        said_short = (document.say(found.short, document.source_locale) if found else "") or question
    parts = [f"Page {page}" if page else "", said_short, f"answer “{option}”" if option else ""]
    return ", ".join(filter(None, parts)) or "The survey as a whole"

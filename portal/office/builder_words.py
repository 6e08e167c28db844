"""What the builder calls things: kinds of question, steps of the history, and every fault of a draft."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from surveys.questionnaire.faults import Fault

KINDS: Mapping[str, tuple[str, str]] = {
    "one": ("One answer", "Radio buttons: people choose one answer"),
    "several": ("Several answers", "Tick boxes: people choose as many as you allow"),
    "one-of": (
        "The most important of several",
        "Asks which one of an earlier question’s answers matters most",
    ),
    "ranking": ("Ranking", "People put a few answers in order"),
    "rating": ("Scale", "Whole numbers from low to high, with words at the ends"),
    "grid": ("One list for several rows", "The same answers for a few rows, as repeated radio buttons"),
    "number": ("Whole number", "A number in a range, counted in bands"),
    "short-text": ("Short text", "A line, for a name or a few words"),
    "long-text": ("Long text", "A box for people’s own words"),
    "place": ("Place", "A parish or ward of your area"),
}

MEANINGS: Mapping[str, str] = {
    "answer": "An answer like the others",
    "none": "None of these",
    "dont-know": "Don’t know, not sure",
    "prefer-not": "Prefer not to say",
    "cannot-choose": "Cannot choose",
    "elsewhere": "Somewhere else",
    "never": "Does not apply, never",
}

ACTIONS: Mapping[str, str] = {
    "page.add": "Added a page",
    "page.set": "Changed a page",
    "page.up": "Moved a page up",
    "page.down": "Moved a page down",
    "page.copy": "Copied a page",
    "page.delete": "Deleted a page",
    "question.add": "Added a question",
    "question.bank": "Added a question from the bank",
    "question.set": "Changed a question",
    "question.up": "Moved a question up",
    "question.down": "Moved a question down",
    "question.put": "Moved a question to another page",
    "question.copy": "Copied a question",
    "question.delete": "Deleted a question",
    "option.add": "Added answers",
    "option.set": "Changed an answer",
    "option.up": "Moved an answer up",
    "option.down": "Moved an answer down",
    "option.copy": "Copied an answer",
    "option.delete": "Deleted an answer",
    "route.set": "Changed who is asked, or where a page leads",
    "document.set": "Changed the settings",
    "group.add": "Added a group of people",
    "group.set": "Changed a group of people",
    "group.up": "Moved a group of people up",
    "group.down": "Moved a group of people down",
    "group.drop": "Took a group of people out",
    "sum.add": "Added answers together",
    "sum.set": "Changed which answers are added together",
    "sum.up": "Moved a sum of answers up",
    "sum.down": "Moved a sum of answers down",
    "sum.drop": "Took a sum of answers out",
    "table.add": "Added a table by group",
    "table.set": "Changed a table by group",
    "table.up": "Moved a table up",
    "table.down": "Moved a table down",
    "table.drop": "Took a table out",
    "language.add": "Added a language",
    "language.drop": "Took a language away",
    "holder.add": "Added a section, part or stop page",
    "holder.set": "Changed a section, part or stop page",
    "holder.up": "Moved a section, part or stop page up",
    "holder.down": "Moved a section, part or stop page down",
    "holder.delete": "Deleted a section, part or stop page",
    "texts.translate": "Translated texts",
    "form.import": "Took over a spreadsheet form",
    "undo": "Undid a step",
    "redo": "Did a step again",
}

Facts = Mapping[str, Any]
Say = Callable[[Facts], str]

UNDER_13: Mapping[str, str] = {
    "question": "There is no question about age that people are asked",
    "stop": "The answer for under 13 does not end the survey on a page that deletes the answers so far",
    "part": "The question about age must be in a part that everybody is asked before checking the answers",
    "page": "The page with the question about age has a condition, so not everybody comes to it",
    "condition": "The question about age has a condition, so not everybody is asked it",
    "jump": "A way on leads past the question about age",
    "finish": "People may finish and send before the question about age",
    "words": "People are asked for words of their own before the question about age",
    "sensitive": "A sensitive question comes before the question about age",
}
"""Why somebody under 13 may answer; mended on the page or question it names."""

FAULTS: Mapping[str, str | Say] = {
    "age_question.kind": "The question about age must be one with a single answer",
    "age_question.no_bands": "No answer of the question about age says its youngest age",
    "age_question.unknown": "The question about age is not in the draft, or is switched off",
    "anonymous.names": "This survey does not ask names, so no answer can be an organisation’s name",
    "bins.beyond": "The bands of numbers go past the highest number allowed",
    "bins.crossed": "This band ends before it begins",
    "bins.gap": "There is a gap in the bands of numbers",
    "bins.overlap": "This band overlaps the one before",
    "breakdown.itself": "A question cannot be broken down by itself",
    "breakdown.kind": "Questions of this kind cannot be broken down in a table",
    "breakdown.repeated": "This table is asked for twice",
    "breakdown.special_by_place": "Sensitive facts about people are never shown by place",
    "breakdown.unknown_dimension": "This table needs a group of people that is not in the draft",
    "breakdown.unknown_net": "This table needs a sum of answers that is not in the draft",
    "breakdown.unknown_question": "This table needs a question that is not in the draft, or is switched off",
    "breakdown.unreleased": "This question is kept out of public tables, so it cannot be broken down",
    "category.reserved": "This name of a group is reserved",
    "code.changed": "The code of a published answer cannot change",
    "code.repeated": "Two answers have the same code",
    "code.reused": "This code stood for another answer. Give the new one a new code",
    "condition.always": "This condition always holds",
    "condition.empty": "This condition has nothing in it",
    "condition.kind": "This condition does not fit the kind of question",
    "condition.later": "This condition looks at a question that comes later",
    "condition.never": "This condition can never hold",
    "condition.off": "This condition looks at a question that is switched off",
    "condition.row_missing": "Say which row of the question is meant",
    "condition.same_page": "This condition looks at a question on the same page",
    "condition.unknown_option": lambda facts: (
        f"This condition names an answer that is not there: “{facts.get('option', '')}”"
    ),
    "condition.unknown_question": lambda facts: (
        f"This condition names a question that is not there: “{facts.get('question', '')}”"
    ),
    "condition.unknown_row": "This condition names a row that is not there",
    "dimension.kind": "People can only be grouped by a question with one answer",
    "dimension.map": "A map needs a question about places",
    "dimension.no_categories": "This group of people has no categories",
    "dimension.no_questions": "This group of people has no question",
    "dimension.not_ward": "A map’s categories must be wards",
    "dimension.repeated_answer": "This answer is in two categories of one group",
    "dimension.special": "A group from a sensitive question must be marked as sensitive",
    "dimension.unknown_answer": "A group of people uses an answer that is not there",
    "dimension.unknown_question": "A group of people uses a question that is not asked",
    "dimension.unlisted_question": "A category uses a question that its group does not list",
    "exclusive.expected": "An answer such as “none” or “don’t know” stands alone: mark it so",
    "finish_after.not_asked": "“Finish and send” must come after a page that everybody is asked",
    "finish_after.unknown": "The page after which people may finish is not in the draft",
    "headline.kind": "The question that leads the results must be one with several answers",
    "headline.no_pair": "The question that leads the results needs one that asks which matters most",
    "headline.unknown": "The question that leads the results is not in the draft, or is switched off",
    "identity.changed": "A published question keeps its identity",
    "identity.repeated": "Two questions have the same identity",
    "jump.backward": "A page can only lead to a later page",
    "jump.dead": "This way on is never taken: the one before it always is",
    "jump.other_part": "A page can only lead to a page of the same part",
    "jump.unknown": "This way leads to a page that is not there",
    "key.repeated": lambda facts: f"“{facts.get('key', '')}” is used twice",
    "kind.changed": "A published question keeps its kind. Ask it as a new question",
    "limits.beyond": "The limit is higher than the number of answers, or below nothing",
    "limits.crossed": "The highest number of answers is below the lowest",
    "locale.repeated": "A language is listed twice",
    "locales.none": "There is no language",
    "min_age.early": "The question about age must come before this one",
    "min_age.never": "No band of the question about age is old enough for this",
    "min_age.no_age_question": "This has a lowest age, but there is no question about age",
    "named.no_names": "A survey of organisations must ask for the organisation’s name",
    "named.two_names": "The organisation’s name is asked twice",
    "net.empty": "This sum of answers is empty",
    "net.kind": "Answers of this kind of question cannot be summed",
    "net.unknown_option": "This sum uses an answer that is not there",
    "net.unknown_question": "This sum uses a question that is not in the draft, or is switched off",
    "number.bounds": "The lowest number is above the highest, or out of range",
    "number.no_bins": "Numbers are published in bands: add some",
    "number.special_code": "Code 1 is kept for the number itself",
    "offer.missing": "A part that is offered needs words that say what it asks and why",
    "one_of.changed": "A published question keeps the question it follows",
    "one_of.kind": "This must follow a question with several answers",
    "one_of.later": "The question it follows must come earlier",
    "one_of.off": "The question it follows is switched off",
    "one_of.unknown": "Choose the earlier question whose answers it offers",
    "option.deleted": lambda facts: (
        f"The published answer “{facts.get('key', '')}” was deleted. Bring it back with undo"
    ),
    "option.end_kind": "Answers of this kind of question cannot end the survey",
    "option.min_age": "Only answers of the question about age have a youngest age",
    "option.two_ends": "This answer both stops and hands over",
    "options.too_few": lambda facts: f"It needs at least {facts.get('least', 2)} answers",
    "page.empty": "This page is empty: add a question, or a title and words",
    "page.reserved": "A page cannot be called “end”",
    "page.title_missing": "A page with several questions, or none, needs a title",
    "page.unreachable": "No way leads to this page",
    "part.empty": "This part has no page",
    "parts.none_asked": "There must be a part that everybody is asked",
    "pipe.kind": "The words of this kind of question cannot be put into a text",
    "pipe.later": "A text can only use the answer of an earlier question",
    "pipe.off": "A text uses the answer of a question that is switched off",
    "pipe.unknown": lambda facts: f"A text uses a question that is not there: “{facts.get('question', '')}”",
    "place.none": "There are no places of this kind to choose from",
    "place.unknown_ward": "A parish lies in a ward that is not listed",
    "places.changed": "The places of a published survey cannot change",
    "question.deleted": lambda facts: (
        f"The published question “{facts.get('question', '')}” was deleted. Bring it back, or switch it off"
    ),
    "ranking.top": "People cannot rank more answers than there are",
    "rating.label": "A label belongs to a point outside the scale",
    "rating.range": "The scale must go from a lower to a higher number",
    "rating.special_code": "This code belongs to a point of the scale. Give the answer a higher one",
    "rating.special_key": "An answer beside a scale cannot be called by a number",
    "row.deleted": "A published row was deleted. Bring it back with undo",
    "section.unknown": "This page is in a section that is not there",
    "single_page.conditional": "On a survey of a single page nothing can depend on an answer",
    "single_page.part": "A survey of a single page has one part that everybody is asked",
    "stop.unknown": "This answer leads to a stop page that is not there",
    "stop.unreachable": "No answer leads to this stop page",
    "survey.key_changed": "The survey’s key cannot change",
    "survey.kind_changed": "The kind of survey cannot change",
    "text.empty": "This text is empty",
    "text.forbidden": "This text holds a character that cannot be stored",
    "text.missing": "This text is missing",
    "translation.missing": lambda facts: f"The translation is missing ({facts.get('locale', '')})",
    "translation.state": "The state of a translation does not fit",
    "translation.state_missing": "The state of a translation is missing",
    "translation.unlisted": lambda facts: (
        f"There is a text in a language that is not offered ({facts.get('locale', '')})"
    ),
    "under_13.lost": lambda facts: (
        "The live survey leads people under 13 out and keeps nothing. A correction cannot take that away. "
        + UNDER_13[facts["why"]]
    ),
    "use.missing": "Before it is asked, say what the answers are used for",
    "write_in.kind": "This kind of question has no box for own words",
    "write_in.special": "An answer such as “none” has no box for own words",
    "field.missing": "Something is missing here",
    "field.unknown": "This is not known here",
    "field.malformed": "This is not written as it should be",
    "field.kind_unknown": "There is no such kind",
    "field.invalid": "This is not right",
    "json.repeated_name": "A name stands twice",
    "json.syntax": lambda facts: f"This is not JSON (line {facts.get('line', '')})",
    "json.unreadable": "This file cannot be read as JSON",
}


def fault_words(fault: Fault) -> str:
    """What an officer reads for a fault."""
    words = FAULTS.get(fault.code, f"Something is wrong here ({fault.code})")
    return words if isinstance(words, str) else words(fault.facts)


DIFFERENCES: Mapping[str, str] = {
    "kind": "It is a different kind of question",
    "text": "The wording is different",
    "option_text": "An answer is worded differently",
    "option_added": "An answer was added",
    "option_gone": "An answer was taken away",
    "scale": "The scale or limit is different",
    "identity": "It has the same name but counts as another question",
}

TEXTS: Mapping[str, str] = {
    "text": "Question",
    "short": "In a few words",
    "hint": "Hint under the question",
    "title": "Title",
    "body": "Words",
    "purpose": "What the survey is for",
    "label": "Name",
    "unit": "Unit",
    "option": "Answer",
    "row": "Row",
    "bin": "Band",
    "section": "Section",
    "part": "Part",
    "page": "Page",
    "stop": "Page that ends the survey",
    "dimension": "Group of people",
    "category": "Category",
    "net": "Answers added together",
}
"""What the parts of a text's name stand for."""


def text_words(name: str) -> str:
    """Where a text stands, from its name: ``question:age.option.13-15.hint`` is a hint of an answer."""
    head, colon, rest = name.partition(":")
    if not colon:
        return TEXTS.get(head, head.capitalize())
    steps = rest.split(".")
    field = steps[-1]
    inner = next((TEXTS[one] for one in ("option", "row", "bin") if one in steps[1:-1]), "")
    if steps[1:2] == ["label"]:
        return "Words at a point of the scale"
    if inner:
        return inner if field in ("text", "label") else f"{inner}: {TEXTS.get(field, field).lower()}"
    if head == "question":
        return TEXTS.get(field, field.replace("_", " ").capitalize())
    own = TEXTS.get(head, head.capitalize())
    return own if field in ("label", "title", "text") else f"{own}: {TEXTS.get(field, field).lower()}"


SHEET_FAULTS: Mapping[str, str] = {
    "sheet.empty": "The sheet is not there, or is empty",
    "missing": "Something is missing here",
    "repeated": "This name stands twice",
    "unknown": "The draft has no such text",
    "source_changed": "The source text is not the one in the draft. Download the sheet anew",
    "name": "This name cannot be used: letters, digits, dashes",
    "type": "This kind of row is not known here",
    "kind_changed": "A question keeps its kind. Give the new one a new name",
    "list": "There is no list of choices with this name",
    "unused": "No question uses this list",
    "code": "This code is taken or was changed. Leave new ones empty",
    "number": "This is not a whole number",
    "yes_no": "Write yes, or leave it empty",
    "relevant": "This condition cannot be read here",
    "constraint": "This limit cannot be read here",
    "language.unknown": "The draft is not in this language. Add the language first",
    "unclosed": "This group is never closed",
    "unopened": "No group is open here",
    "nested": "A group inside a question cannot be read here",
    "shape": "This does not fit together",
}

"""Forms of the builder: plain fields made from a question, a page or an answer, and back again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from wtforms import BooleanField, Field, FileField, HiddenField, IntegerField, StringField, TextAreaField
from wtforms.validators import NumberRange, Optional

from portal.forms.office import MARKDOWN_HINT, OfficeForm, Required
from portal.forms.office.choosing import RadioField, SelectField, SelectMultipleField
from surveys.questionnaire.model import Questionnaire

LABEL = "label."


class Seen(OfficeForm):
    """Every form of a draft says which state of it the officer saw."""

    seen = HiddenField(default="0")

    @property
    def version(self) -> int:
        typed = str(self.seen.data or "")
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


class Begin(OfficeForm):
    name = StringField(
        "What you call the draft", description="Only officers see it", validators=[Required("Name the draft")]
    )
    start = RadioField("Start from", validators=[Required("Choose what to start from")])
    file = FileField("Questionnaire file", description="JSON. Only if you start from a file")
    key = StringField(
        "Short name of a blank questionnaire",
        description="Only if you start from nothing. Small letters and dashes, kept for next year’s survey",
    )


class Settings(Seen):
    name_title = StringField("Title people see", validators=[Required("Give the survey a neutral title")])
    purpose = TextAreaField("What it is for", validators=[Required("Say what the survey is for")])
    minutes = IntegerField(
        "How many minutes it takes", validators=[NumberRange(1, 120, "Enter minutes from 1 to 120")]
    )
    single_page = BooleanField("One page", description="The whole survey is a single page")
    asks_permission = BooleanField(
        "Publishing comments", description="Ask whether what people wrote may be published"
    )
    finish_after = SelectField("People may finish early after")
    age_question = SelectField("The question about age")
    headline = SelectField("The question that leads the results")


class PageForm(Seen):
    title = StringField("Title", description="Needed when the page has several questions, or none")
    body = TextAreaField("Words above the questions", description=MARKDOWN_HINT)
    section = SelectField("Section")
    help = BooleanField("Support", description="Show the support lines: the page may bring something up")


class AddPage(Seen):
    part = SelectField("Part")
    after = SelectField("After", description="Leave empty for the end of the part")


class AddQuestion(Seen):
    kind = RadioField("Kind of question", validators=[Required("Choose a kind of question")])
    text = StringField("Question", validators=[Required("Write the question")])
    short = StringField("In a few words", description="For tables and charts: “Safe after dark”")
    options = TextAreaField("Answers", description="One on each line. You can add “Don’t know” later")


class AddAnswers(Seen):
    answers = TextAreaField(
        "More answers", description="One on each line", validators=[Required("Write one")]
    )
    where = HiddenField(default="options")


class OptionForm(Seen):
    text = StringField("Answer", validators=[Required("Write the answer")])
    hint = StringField("Hint", description="Shown under the answer")
    meaning = SelectField("What it means")
    exclusive = BooleanField("Alone", description="Cannot be combined with other answers")
    write_in = BooleanField("Own words", description="Opens a box: “say what”")
    min_age = IntegerField(
        "Youngest age of this band",
        description="Only for the question about age",
        validators=[Optional(), NumberRange(0, 120, "Enter an age from 0 to 120")],
    )
    stop = SelectField("Ends the survey on")
    hand_over = StringField("Leads to another survey", description="The key of that survey")
    topic = StringField("Area of focus", description="Its key, if this answer stands for one")


class RowForm(Seen):
    text = StringField("Row", validators=[Required("Write the row")])
    topic = StringField("Area of focus", description="Its key, if this row stands for one")


class Holder(Seen):
    holder = HiddenField()
    id = StringField("Short name", description="Small letters, digits and dashes")
    title = StringField("Title", validators=[Required("Give it a title")])
    body = TextAreaField("Words", description=MARKDOWN_HINT)
    entry = SelectField(
        "Who is asked", choices=[("always", "Everybody"), ("offered", "People who accept an offer")]
    )
    after_check = BooleanField("Where", description="Comes after people check their answers")
    deletes_draft = BooleanField("Answers so far", description="Deleted when people are stopped here")


class Remark(OfficeForm):
    body = TextAreaField("Say something about this", validators=[Required("Write something first")])


class Language(Seen):
    locale = SelectField("Language", validators=[Required("Choose a language")])


class Upload(OfficeForm):
    file = FileField("File")


class Checked(OfficeForm):
    speaker = StringField(
        "Who checked it",
        description="The name of a person who speaks the language",
        validators=[Required("Name the person who speaks the language and has read these texts")],
    )


class Share(OfficeForm):
    days = IntegerField(
        "How many days it works", default=14, validators=[NumberRange(1, 60, "Enter days from 1 to 60")]
    )


class PublishFirst(OfficeForm):
    slug = StringField(
        "Address of the survey",
        description="Small letters, digits and dashes. It shows in browsers: say nothing of the topic",
        validators=[Required("Give the survey an address")],
    )
    receipt_prefix = StringField(
        "First two letters of receipt numbers",
        description="Two capital letters that no other survey has",
        validators=[Required("Enter two capital letters")],
    )


class PublishCorrection(OfficeForm):
    meaning = RadioField(
        "Do the questions still mean the same?",
        choices=[
            ("same", "Same meaning. Answers before and after are counted together"),
            ("changed", "Changed meaning: answers before and after are not compared"),
        ],
        validators=[Required("Choose whether the questions still mean the same")],
    )
    note = StringField(
        "What was corrected",
        description="One sentence. It is public",
        validators=[Required("Say in a sentence what was corrected")],
    )
    unapproved = StringField(
        "Why nobody else could approve it",
        description="Only if it needs approval and no colleague is there. It is kept on record, and the "
        "evidence pack of the year shows it",
    )


class Leaf(Seen):
    """One condition: what must be true of one earlier question."""

    operator = RadioField("Condition", validators=[Required("Choose a condition")])
    answers = SelectMultipleField("Answers")
    number = IntegerField("Number", validators=[Optional(), NumberRange(0, 240, "Enter a whole number")])
    most = IntegerField(
        "Up to",
        description="Only for “from … to …”",
        validators=[Optional(), NumberRange(0, 240, "Enter a whole number")],
    )
    joiner = RadioField("Together with the other conditions")


# Questions: one form per kind -----------------------------------------------------------------------------


def _whole(label: str, hint: str = "") -> Field:
    return IntegerField(label, description=hint, validators=[Optional()])


_KIND_FIELDS: dict[str, dict[str, Any]] = {
    "several": {
        "at_least": lambda: _whole("Choose at least"),
        "at_most": lambda: _whole("Choose at most", "Empty: as many as people like"),
    },
    "one-of": {"of": lambda: SelectField("Offers the answers chosen in")},
    "ranking": {"top": lambda: _whole("How many places")},
    "rating": {
        "low": lambda: _whole("Lowest number"),
        "high": lambda: _whole("Highest number"),
        "low_label": lambda: StringField("Words for the lowest"),
        "high_label": lambda: StringField("Words for the highest"),
    },
    "number": {
        "lowest": lambda: _whole("Lowest number"),
        "highest": lambda: _whole("Highest number"),
        "unit": lambda: StringField("Unit", description="“years”, “times”"),
        "bins": lambda: TextAreaField(
            "Bands for tables", description="One on each line: 0-4 Up to four. They must cover every number"
        ),
    },
    "short-text": {
        "max_chars": lambda: _whole("Most characters"),
        "names": lambda: BooleanField("Name", description="This is the organisation’s name"),
    },
    "long-text": {"max_chars": lambda: _whole("Most characters")},
    "place": {
        "level": lambda: SelectField("Kind of place", choices=[("parish", "Parish"), ("ward", "Ward")])
    },
}
_TEXTS = ("text", "short", "hint", "unit")


def question_form(question: Any, document: Questionnaire) -> type[Seen]:
    """A form class for this question: what all kinds have, and what its own kind adds."""
    fields: dict[str, Any] = {
        "text": TextAreaField("Question", validators=[Required("Write the question")]),
        "short": StringField(
            "In a few words",
            description="For tables, charts and the page where people check their answers",
            validators=[Required("Say it in a few words")],
        ),
        "hint": StringField("Hint", description="Shown under the question"),
        "required": BooleanField("Needed", description="People cannot carry on without answering"),
    }
    fields |= {name: make() for name, make in _KIND_FIELDS.get(question.kind, {}).items()}
    if hasattr(question, "options"):
        for option in question.options:
            fields[f"option.{option.key}"] = StringField(
                f"Code {option.code}", validators=[Required("An answer needs words. Delete it instead")]
            )
    for row in getattr(question, "rows", ()):
        fields[f"row.{row.key}"] = StringField(
            f"Row {row.code}", validators=[Required("A row needs words. Delete it instead")]
        )
    fields |= {
        "min_age": _whole("Lowest age", "Asked only of people whose age band starts here or above"),
        "special_category": BooleanField(
            "Sensitive", description="Health, ethnic group, religion, sexual orientation and the like"
        ),
        "released": BooleanField("Published", description="Show it in public tables"),
        "off": BooleanField("Switched off", description="Keep it in the draft, but do not ask it"),
        "use": StringField("What the answers are used for", description="Needed for sensitive questions"),
        "source": StringField("Source", description="Where the wording comes from"),
        "identity": StringField(
            "Identity", description="The same in every year and survey that asks the same question"
        ),
        "wording": _whole(
            "Wording number", "Count up when the wording changes, so that years are not compared"
        ),
    }
    form = type("QuestionForm", (Seen,), fields)
    if question.kind == "one-of":
        several = [q for q in document.all_questions if q.kind == "several"]
        names = [("", "Choose a question")]
        names += [(q.id, document.say(q.short, document.source_locale) or q.id) for q in several]
        form.of.kwargs["choices"] = names  # type: ignore[attr-defined]
    return form


def question_shown(question: Any, document: Questionnaire) -> dict[str, Any]:
    """What the form shows before anything is typed."""
    locale = document.source_locale
    given: dict[str, Any] = question.model_dump()
    given |= {name: document.say(getattr(question, name, None), locale) for name in _TEXTS}
    for option in getattr(question, "options", ()):
        given[f"option.{option.key}"] = document.say(option.text, locale)
    for row in getattr(question, "rows", ()):
        given[f"row.{row.key}"] = document.say(row.text, locale)
    if question.kind == "rating":
        given["low_label"] = document.say(question.labels.get(question.low), locale)
        given["high_label"] = document.say(question.labels.get(question.high), locale)
    if question.kind == "number":
        given["bins"] = "\n".join(
            f"{part.first}-{part.last} {document.say(part.text, locale)}" for part in question.bins
        )
    return given


BAND = re.compile(r"(-?\d{1,10})\s*(?:-|–|to)\s*(-?\d{1,10})\s+(.+)")


def bands(text: str, locale: str, known: Iterable[Any] = ()) -> list[dict[str, Any]]:
    """Bands of numbers from lines such as "0-4 Up to four"; translations of unchanged bands stay.

    Raises ValueError with the first line that cannot be read.
    """
    before = {(one.first, one.last): one for one in known}
    found = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        match = BAND.fullmatch(line)
        if match is None:
            raise ValueError(line)
        first, last = int(match[1]), int(match[2])
        kept = before.get((first, last))
        texts = {**(kept.text if kept else {}), locale: match[3].strip()}
        key = kept.key if kept else f"{first}-to-{last}".replace("--", "-").lstrip("-")
        found.append({"key": key, "first": first, "last": last, "text": texts})
    return found


def question_fields(form: Any, question: Any, document: Questionnaire) -> dict[str, Any]:
    """The question's fields as typed, ready for :func:`editing.set_question`. Raises ValueError for bands."""
    locale = document.source_locale
    fields: dict[str, Any] = {name: {locale: _said(form, name)} for name in ("text", "short", "hint")}
    for name in ("required", "special_category", "released", "off"):
        fields[name] = bool(form[name].data)
    fields["min_age"] = form.min_age.data
    fields["wording"] = form.wording.data or 1
    fields["identity"] = _said(form, "identity") or question.identity
    for name in ("use", "source"):
        fields[name] = _said(form, name) or None
    for name in _KIND_FIELDS.get(question.kind, {}):
        if name in ("low_label", "high_label"):
            continue
        value = form[name].data
        if name == "unit":
            fields[name] = {locale: _said(form, name)}
        elif name == "bins":
            fields[name] = bands(str(value or ""), locale, question.bins)
        elif name == "at_least":
            fields[name] = value or 0
        else:
            fields[name] = value if value is not None or name == "at_most" else getattr(question, name)
    if question.kind == "rating":
        labels: dict[int, dict[str, str]] = {}
        for point, name in ((question.low, "low_label"), (question.high, "high_label")):
            labels[point] = {locale: _said(form, name)}
        fields["labels"] = labels
    return fields


def answer_texts(form: Any, kind: str) -> Mapping[str, str]:
    """The words typed for the answers ("option") or rows ("row") of a question, by key."""
    prefix = f"{kind}."
    return {
        field.name.removeprefix(prefix): str(field.data or "").strip()
        for field in form
        if field.name.startswith(prefix)
    }


def _said(form: Any, name: str) -> str:
    return str(form[name].data or "").replace("\r\n", "\n").strip()

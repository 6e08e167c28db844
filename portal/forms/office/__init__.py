"""Forms of the office: plain WTForms fields, faults beside them, what was typed kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, FieldList, FormField, IntegerField
from wtforms.validators import StopValidation

from portal.forms.questions import showable
from portal.messages import words_of
from surveys.errors import SurveysError

MARKDOWN_HINT = "## begins a heading, - a line of a list; [words](https://address) is a link"
"""How a text of several paragraphs is marked."""


CHOOSE = "Choose one of these"
UNNAMED = (CHOOSE, "Fill this in", "Enter a day")
"""Faults that do not say what they are about."""


class Required:
    """Refuses an empty field in the house's words; as a flag it also tells the template."""

    def __init__(self, words: str) -> None:
        self.words = words

    def __call__(self, form: FlaskForm, field: Field) -> None:
        typed = field.raw_data
        if not typed or not isinstance(typed[0], str) or not typed[0].strip():
            field.errors = []  # an empty box is not also a date or a number that cannot be read
            raise StopValidation(self.words)


_SAID = {
    "Not a valid date value.": "Enter a day that there is, like 29/11/2026",
    "Not a valid integer value.": "Enter a whole number",
    "Not a valid decimal value.": "Enter a number",
    "Not a valid float value.": "Enter a number",
}


class _Words:
    """What the form library says of a box it cannot read, in the house's words."""

    def gettext(self, string: str) -> str:
        return _SAID.get(string, string)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        return singular if number == 1 else plural


class OfficeForm(FlaskForm):  # type: ignore[misc]
    """One form of the office. :meth:`refuse` puts a domain refusal beside the field it names."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        csrf = False  # the token is checked for every unsafe request before a view sees it; pages draw it

        def get_translations(self, form: Any) -> _Words:
            return _Words()

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.refusals: list[str] = []
        self.beside: dict[str, str] = {}
        """Refusals of boxes that a page draws by itself, by the box they stand beside."""
        self._unstorable = {field.name for field in _leaves(self) if not _storable_as_typed(field)}
        for field in _leaves(self):
            if field.name in self._unstorable:
                _make_showable(field)

    def validate(self, extra_validators: Any = None) -> bool:
        """Also refuses what no database can hold, in any field."""
        good = super().validate(extra_validators)
        for field in _leaves(self):
            if field.name in self._unstorable:
                fault = "This holds a character we cannot store. Delete it or type it again"
            elif isinstance(field, IntegerField) and field.data is not None and abs(field.data) > LARGEST:
                fault = f"Enter a number no larger than {LARGEST:,}"
            else:
                continue
            field.errors = [*field.errors, fault]
            good = False
        return bool(good)

    def refuse(self, problem: SurveysError) -> None:
        """The words of a refusal, beside its field or, when it names none of ours, above the form."""
        field = self._fields.get(problem.field or "")
        if field is None:
            self.refusals.append(words_of(problem))
        else:
            chosen = field.type in ("RadioField", "SelectField", "SelectMultipleField")
            words = CHOOSE if chosen and problem.code == "record.missing" else words_of(problem)
            field.errors = [*field.errors, words]

    def attempt(self, verb: Callable[[], Any]) -> Any:
        """Carries out a verb; a refusal becomes a fault of this form and the answer is None."""
        try:
            return verb()
        except SurveysError as problem:
            self.refuse(problem)
            return None

    def against(self, stored: Mapping[str, Any]) -> list[tuple[str, str, str]]:
        """(label, stored, typed) of every field that was typed otherwise than it is stored."""
        found = []
        for field in self:
            if field.name in stored and field.type != "HiddenField":
                there, typed = (_plain(value) for value in (stored[field.name], field.data))
                if there != typed:
                    found.append((str(field.label.text), there, typed))
        return found

    def problems(self) -> list[dict[str, str]]:
        """Every fault with the place it leads to, for the summary at the top.

        What does not tell which box it means, or is said of several, is told with the name of the box.
        """
        found = [{"href": "", "text": words} for words in self.refusals]
        said = Counter(words for field in self for words in _flat(field.errors))
        found += [{"href": f"#{box}", "text": words} for box, words in self.beside.items()]
        for field in self:
            for words in _flat(field.errors):
                named = words in UNNAMED or said[words] > 1
                text = f"{field.label.text}: {words[:1].lower()}{words[1:]}" if named else words
                found.append({"href": f"#{field.id}", "text": text})
        return found


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return "" if value is None else str(value).replace("\r\n", "\n").strip()


def _flat(errors: Any) -> list[str]:
    if isinstance(errors, dict):
        return [words for inner in errors.values() for words in _flat(inner)]
    return [
        words
        for error in errors or ()
        for words in (_flat(error) if isinstance(error, dict | list | tuple) else [str(error)])
    ]


LARGEST = 2**31 - 1
"""The largest whole number a column holds on both databases."""


def _leaves(fields: Iterable[Field]) -> Iterator[Field]:
    """Every field somebody types into, those inside lists and rows included."""
    for field in fields:
        if isinstance(field, FieldList | FormField):
            yield from _leaves(field)
        else:
            yield field


def _make_showable(field: Field) -> None:
    """What was typed goes back to the browser and has to be a page there; dates and numbers show it raw."""
    field.raw_data = [showable(raw) if isinstance(raw, str) else raw for raw in field.raw_data or ()]
    if isinstance(field.data, str):
        field.data = showable(field.data)
    elif isinstance(field.data, list):
        field.data = [showable(one) if isinstance(one, str) else one for one in field.data]


def _storable_as_typed(field: Field) -> bool:
    return all(_storable(raw) for raw in field.raw_data or () if isinstance(raw, str))


def _storable(text: str) -> bool:
    if "\0" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True

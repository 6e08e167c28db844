"""Forms for what the results will show: groups of people, answers added together, tables by group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import BooleanField, HiddenField, StringField

from portal.forms.office import Required
from portal.forms.office.builder import Seen
from portal.forms.office.choosing import SelectField, SelectMultipleField
from surveys.questionnaire.model import Dimension, Questionnaire
from surveys.questionnaire.tabulation import Placed

PLACES = 3
"""How many questions a group can be asked for by form; one that has more keeps a row for each."""
_ORDER = ("Question that says who is in which group", "If that says nothing, look at", "Then at")
_SENSITIVE = "Health, ethnic group, religion and the like: shown only when enough people answered"
_WARDS = "Its categories are the wards. They are filled in when the survey is published, and drawn as a map"


class NewGroup(Seen):
    """A group begins with a name and a question; its categories come after that."""

    text = StringField(
        "What to call it",
        description="As it will stand above a table: “Age group”",
        validators=[Required("Name the group")],
    )
    question = SelectField(_ORDER[0], validators=[Required("Choose a question")])
    wards = BooleanField("Wards", description=_WARDS)


class NewSum(Seen):
    text = StringField(
        "What to call it",
        description="As it will stand in a table: “A bit or very unsafe”",
        validators=[Required("Say what the answers have in common")],
    )
    options = SelectMultipleField(
        "Answers added together", validators=[Required("Tick the answers to add together")]
    )
    question = HiddenField()


class TableForm(Seen):
    what = SelectField("Show the answers to", validators=[Required("Choose a question")])
    by = SelectField("For each", validators=[Required("Choose a group of people")])


def group_form(
    document: Questionnaire,
    group: Dimension,
    offered: Sequence[tuple[str, str]],
    answers: Mapping[str, Sequence[tuple[str, str]]],
) -> type[Seen]:
    """The form of one group. ``offered``: (id, words) of questions; ``answers``: question to its answers."""
    fields: dict[str, Any] = {
        "text": StringField("What to call it", validators=[Required("Name the group")]),
    }
    for n in range(max(PLACES, len(group.questions))):
        none = [] if n == 0 else [("", "Nothing")]
        fields[f"question.{n}"] = SelectField(_ORDER[min(n, 2)], choices=[*none, *offered])
    fields["special_category"] = BooleanField("Sensitive", description=_SENSITIVE)
    fields["map"] = BooleanField("Wards", description=_WARDS)
    if not group.map:
        for category in group.categories:
            fields[f"category.{category.key}"] = StringField(
                f"Category “{category.key}”", validators=[Required("Name the category, or take it away")]
            )
        fields["another"] = StringField("One more category", description="Leave empty if there is none")
        named = [(c.key, document.say(c.text, document.source_locale) or c.key) for c in group.categories]
        choices = [("", "None of them"), *named]
        for id, found in answers.items():
            for key, words in found:
                fields[f"answer.{id}.{key}"] = SelectField(words, choices=choices)
    return type("GroupForm", (Seen,), fields)


def group_shown(document: Questionnaire, group: Dimension) -> dict[str, Any]:
    """What the group's form shows before anything is typed."""
    locale = document.source_locale
    shown: dict[str, Any] = {
        "text": document.say(group.text, locale),
        "special_category": group.special_category,
        "map": group.map,
    }
    shown |= {f"question.{n}": id for n, id in enumerate(group.questions)}
    for category in group.categories:
        shown[f"category.{category.key}"] = document.say(category.text, locale)
        for id, keys in category.answers.items():
            shown |= {f"answer.{id}.{key}": category.key for key in keys}
    return shown


def typed_questions(form: Any) -> list[str]:
    """The questions chosen, each once, in order."""
    found = [str(field.data) for field in form if field.name.startswith("question.") and field.data]
    return list(dict.fromkeys(found))


def typed_categories(form: Any) -> dict[str, str]:
    return {
        field.name.removeprefix("category."): str(field.data).strip()
        for field in form
        if field.name.startswith("category.")
    }


def typed_places(form: Any) -> Placed:
    """Which category each answer was put into."""
    placed: dict[str, dict[str, str]] = {}
    for field in form:
        if field.name.startswith("answer.") and field.data:
            _, id, key = field.name.split(".", 2)
            placed.setdefault(id, {})[key] = str(field.data)
    return placed

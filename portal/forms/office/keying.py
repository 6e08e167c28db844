"""Forms for answers that came another way, and how the codes on a paper form become what a web form sends."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from wtforms import DateField, IntegerField, StringField
from wtforms.validators import InputRequired

from portal.forms.office import OfficeForm, Required
from portal.forms.office.choosing import RadioField, SelectField
from portal.forms.questions import KINDS, Setting
from surveys.questionnaire.checking import Raw
from surveys.questionnaire.model import Questionnaire
from surveys.questionnaire.plan import plan_of

CHANNEL_WORDS = {
    "paper": "Paper forms",
    "phone": "By phone",
    "face": "Face to face",
    "sheet": "Spreadsheet of an organisation",
    "web": "On the web",
}
SPOILED_WORDS = {
    "blank": "Nothing was filled in",
    "unreadable": "It cannot be read",
    "twice": "The same form came twice",
    "too-young": "The answers end the survey early",
    "late": "It came too late",
    "other": "Another reason",
}
BETWEEN = re.compile(r"[\s,;.]+")
SPECIAL = "s"
"""Before the code of an answer like “Don’t know” to a scale or a number, where a bare code is a value."""


class NewBatch(OfficeForm):
    name = StringField("Name of the batch", description="Where or from whom: Ely library, June")
    channel = RadioField(
        "How the answers come", choices=[(key, CHANNEL_WORDS[key]) for key in ("paper", "phone", "face")]
    )
    issued = IntegerField("How many forms went out", [InputRequired("Enter a number, 0 or more")])
    returned = IntegerField("How many came back so far", [InputRequired("Enter a number, 0 or more")])
    sample_every = IntegerField(
        "Type one form in so many a second time",
        [InputRequired("Enter a number, 1 or more")],
        default=10,
        description="The computer draws them. 10 is usual; 1 means every form.",
    )


class Counts(OfficeForm):
    issued = IntegerField("How many forms went out", [InputRequired("Enter a number, 0 or more")])
    returned = IntegerField("How many came back so far", [InputRequired("Enter a number, 0 or more")])


class Spoil(OfficeForm):
    number = StringField("Number on the form", [Required("Enter the number on the form")])
    reason = SelectField("Why it cannot be typed", choices=[("", "Choose"), *SPOILED_WORDS.items()])


class Cover(OfficeForm):
    """What stands around the answers of one form."""

    number = StringField("Number on the form")
    received_on = DateField("Day it came back", [InputRequired("Enter the day it came back")])
    locale = SelectField("Language of the form")
    publish = RadioField(
        "May we publish what was written?",
        choices=[("yes", "Yes"), ("no", "No, or not ticked")],
        default="no",
    )


class SheetCover(OfficeForm):
    """The same for a spreadsheet an organisation sent back."""

    source = StringField(
        "Where it came from",
        [Required("Say where it came from")],
        description="For example: e-mail of the director’s office",
    )
    received_on = DateField("Day it arrived", [InputRequired("Enter the day it arrived")])
    locale = SelectField("Language of the answers")
    publish = RadioField(
        "May we publish what was written?",
        choices=[("yes", "Yes"), ("no", "No, or not said")],
        default="no",
    )


class Invite(OfficeForm):
    organisation = StringField("Organisation", [Required("Enter the organisation’s name")])
    address = StringField(
        "Email address", description="Leave it empty to hand the link over yourself. It is kept sealed."
    )
    expires = DateField("Last day of the link", [InputRequired("Enter the last day")])


# Codes ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Blank:
    """One box of the keying page. ``codes``: (what to type, what it stands for)."""

    name: str
    label: str | Markup
    kind: str
    """"code", "text", "lines" or "place"."""
    codes: tuple[tuple[str, str | Markup], ...] = ()
    value: str = ""
    error: str = ""
    many: bool = False


def blanks(question: Any, setting: Setting, given: Callable[[str], str]) -> list[Blank]:
    """The boxes of one question, with what was typed into them."""
    label = setting.said(question.short)
    value, error = given(question.id), setting.error(question)
    match question.kind:
        case "short-text":
            return [Blank(question.id, label, "text", (), value, error)]
        case "long-text":
            return [Blank(question.id, label, "lines", (), value, error)]
        case "place":
            named = tuple((key, name) for key, name in _places(question, setting))
            return [Blank(question.id, label, "place", named, value, error)]
        case "grid":
            codes = _codes(question.options, setting)
            return [
                Blank(
                    f"{question.id}.{row.key}", setting.said(row.text), "code", codes,
                    given(f"{question.id}.{row.key}"), setting.error(question, row.key),
                )
                for row in question.rows
            ]  # fmt: skip
        case "rating":
            ends = ((str(question.low), setting.said(question.labels.get(question.low))),
                    (str(question.high), setting.said(question.labels.get(question.high))))  # fmt: skip
            codes = (*ends, *_codes(question.options, setting, SPECIAL))
        case "number":
            codes = _codes(question.options, setting, SPECIAL)
        case _:
            codes = _codes(plan_of(setting.questionnaire).options[question.id].values(), setting)
    error = error or next(
        (setting.error(question, str(n)) for n in range(1, 11) if setting.error(question, str(n))), ""
    )
    many = question.kind in ("several", "ranking")
    main = Blank(question.id, label, "code", codes, value, error, many)
    return [main, *_write_ins(question, setting, given)]


def _write_ins(question: Any, setting: Setting, given: Callable[[str], str]) -> list[Blank]:
    if question.kind not in ("one", "several"):
        return []
    return [
        Blank(
            f"{question.id}.{option.key}", Markup("{}: {}").format(setting.said(option.text), "in words"),
            "text", (), given(f"{question.id}.{option.key}"), setting.error(question, option.key),
        )
        for option in question.options
        if option.write_in
    ]  # fmt: skip


def _codes(options: Any, setting: Setting, before: str = "") -> tuple[tuple[str, str | Markup], ...]:
    return tuple((f"{before}{option.code}", setting.said(option.text)) for option in options)


def _places(question: Any, setting: Setting) -> list[tuple[str, str | Markup]]:
    named = plan_of(setting.questionnaire).place_names[question.level]
    places: list[tuple[str, str | Markup]] = sorted(named.items(), key=lambda one: one[1])
    return [*places, *((option.key, setting.said(option.text)) for option in question.options)]


def raw_of(document: Questionnaire, given: Callable[[str], str]) -> dict[str, Sequence[str]]:
    """The codes of every question as a web form would have sent them; what is no code stays as typed."""
    raw: dict[str, Sequence[str]] = {}
    for question in document.questions:
        raw |= {name: values for name, values in codes_of(question, document, given).items() if any(values)}
    return raw


def codes_of(question: Any, document: Questionnaire, given: Callable[[str], str]) -> dict[str, Sequence[str]]:
    """One question's boxes as its fields."""
    typed, id = given(question.id), question.id
    if question.kind in ("short-text", "long-text", "place"):
        return {id: [typed]}
    keys = {str(option.code): key for key, option in plan_of(document).options[id].items()}
    parts = [part for part in BETWEEN.split(typed.strip()) if part]
    if question.kind == "grid":
        names = [f"{id}.{row.key}" for row in question.rows]
        return {name: [keys.get(given(name).strip(), given(name).strip())] for name in names}
    if question.kind in ("rating", "number"):
        return _value(question, keys, typed.strip())
    if question.kind == "ranking":
        return {f"{id}.{place}": [keys.get(part, part)] for place, part in enumerate(parts, start=1)}
    several = question.kind == "several"
    chosen = [keys.get(part, part) for part in parts] if several else [keys.get(typed.strip(), typed.strip())]
    fields: dict[str, Sequence[str]] = {name: [given(name)] for name in KINDS[question.kind].names(question)}
    return fields | {id: chosen}


def _value(question: Any, keys: dict[str, str], typed: str) -> dict[str, Sequence[str]]:
    """A scale's point or a number, or a special answer by its code behind the letter s."""
    special = keys.get(typed[1:]) if typed[:1].lower() == SPECIAL else None
    if special is None:
        return {question.id: [typed]}
    return {f"{question.id}.special" if question.kind == "number" else question.id: [special]}


def raw_by_choice(
    document: Questionnaire, values: Callable[[str], Sequence[str]], given: Callable[[str], str]
) -> Raw:
    """The same from the page of lists: the web's own controls, but for pick-then-one, which stays a code."""
    raw: dict[str, Sequence[str]] = {}
    for question in document.questions:
        if question.kind == "one-of":
            raw |= codes_of(question, document, given)
            continue
        raw |= {name: values(name) for name in KINDS[question.kind].names(question) if any(values(name))}
    return raw

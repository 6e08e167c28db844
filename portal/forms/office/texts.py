"""Forms made from the models of the site's texts: a field for every fact, and for every text a language."""

from __future__ import annotations

import datetime as dt
import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

from pydantic import BaseModel
from wtforms import BooleanField, DateField, Field, StringField, TextAreaField
from wtforms.validators import Optional

from portal.forms.office import MARKDOWN_HINT, OfficeForm
from portal.forms.office.choosing import SelectField, SelectMultipleField
from portal.messages import words_of
from portal.partnership.editing import REFERENCES, Bodies, Working
from portal.partnership.pages import NEUTRAL, SOURCE
from portal.partnership.register import KINDS
from surveys.errors import SurveysError

Choices = Sequence[tuple[str, str]]
Shape = Literal["line", "words", "lines", "rows", "flag", "day", "choice", "choices"]

LONG = frozenset(
    "body what can_do get_help reasons evidence decision_open who_decides publish_what other_ways"
    " options_considered scanning analysis response assessment victim offender location".split()
)
"""Markdown: drawn as a large box."""
WORDY = frozenset(
    "lead statement purpose audience role you_said we_did we_could_not because next question note"
    " source".split()
)
"""A sentence or two."""
OFF_FORM = frozenset({"retired", "emblem", "sha256"})
"""Changed elsewhere: by taking an entry off the site, by uploading a picture."""

LABELS = {
    "order": "Place in the order",
    "areas": "Areas of focus it groups",
    "helplines": "Helplines shown on its page",
    "show_on": "Where it is shown",
    "last_checked": "Last checked on",
    "contacts": "Contacts",
    "attributions": "Attributions",
    "exit_url": "Where “Exit this page” leads",
    "area_set": "Set of wards and parishes in use",
    "minimum_open_days": "Fewest days a consultation stays open",
    "impact_assessment": "Reference of the data protection impact assessment",
    "impact_assessment_on": "Day it was signed",
    "decision": "Decision",
    "opens": "First day",
    "closes": "Last day",
    "results_due": "Results promised by",
    "results_due_weeks": "Results promised, in weeks after closing",
    "outcome_due": "Outcome promised by",
    "outcome_due_weeks": "Outcome promised, in weeks after closing",
    "withdraw_days": "Days after closing in which people can take answers back",
    "options_considered": "Options considered, and why others are not taken",
    "decision_open": "What is still open",
    "audience": "Whom it asks",
    "other_ways": "Other ways to answer",
    "publish_what": "What will be published",
    "who_decides": "Who decides",
    "translation": "How far the words can be trusted",
    "pcc_label": "Name of the elected policing body",
    "what": "What it is",
    "can_do": "What partners can do about it together",
    "get_help": "How to get help",
    "lead": "In a sentence",
    "lsoa_names": "How the names of its small statistical areas begin",
    "licence_url": "Web address of the licence of its figures",
    "not_given": "Words for what was not given yet",
    "reasons": "Why we are asking",
}
CHOICE_WORDS = {
    "strip": "The strip at the top of every page",
    "home": "The home page",
    "start": "The first page of a survey",
    "stop": "The page for people who are too young",
    "comments": "The page of published comments",
    "support": "Survey pages that may bring something up",
    "given": "Given: the body that answers for it has confirmed it",
    "proposed": "Proposed: written here, not confirmed yet",
    "not-given": "Not given yet",
}
"""Choices that their own word does not explain."""
HINTS = {
    "opens": "It opens as this day begins",
    "closes": "It closes at 11:59pm on this day",
    "attributions": "One a line: about | exact words | web address",
    "results_due_weeks": "Counts when no day is given",
    "outcome_due_weeks": "Counts when no day is given",
    "sensitive": "Keeps “Exit this page” in reach",
    "helpline.state": "Only “checked” and “known” are shown to the public",
    "privacy.state": (
        "A consultation opens only when every part the law asks for is given. "
        "Until then the public page says which is not confirmed"
    ),
    "accessibility.state": "Until it is given, the page says that it is not confirmed",
    "exit_url": "A page that says nothing about this site",
    "role_steps": "One a line",
}


@dataclass(frozen=True)
class Spec:
    """One field of a form and the place in the body it stands for."""

    path: tuple[str, ...]
    shape: Shape
    choices: Choices = ()
    columns: tuple[str, ...] = ()
    """For rows: the fields of each, in order."""
    kind: str = ""
    """What it is a field of, where fields of one name mean different things."""

    @property
    def name(self) -> str:
        return "-".join(self.path)

    @property
    def label(self) -> str:
        named = LABELS.get(self.path[-1]) if len(self.path) == 1 else None
        said = [part.replace("_", " ").replace("-", " ") for part in self.path]
        return named or ": ".join([said[0].capitalize(), *said[1:]])

    @property
    def marked(self) -> bool:
        """Whether it may have headings, lists and links."""
        return self.path[-1] in LONG

    @property
    def hint(self) -> str:
        own = HINTS.get(f"{self.kind}.{self.path[0]}") or HINTS.get(self.path[0])
        return own or (MARKDOWN_HINT if self.marked else "")


def specs(model: type[BaseModel], kind: str, known: Mapping[str, Choices]) -> tuple[Spec, ...]:
    """The fields of a body; ``known`` holds the entries of each kind that a fact may name."""
    found: list[Spec] = []
    for name, field in model.model_fields.items():
        if name in OFF_FORM:
            continue
        target = REFERENCES.get((kind, name))
        found += _specs(
            (name,), field.annotation, field.metadata, known.get(target or "", ()) if target else None
        )
    return tuple(replace(one, kind=kind) for one in found)


def _specs(
    path: tuple[str, ...], annotation: Any, metadata: Iterable[Any], known: Choices | None
) -> list[Spec]:
    kind = _bare(annotation)
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if known is not None:
        return [Spec(path, "choices" if origin is tuple else "choice", known)]
    if kind is bool:
        return [Spec(path, "flag")]
    if kind is dt.date:
        return [Spec(path, "day")]
    if origin is Literal:
        return [Spec(path, "choice", [(str(one), _said(str(one))) for one in inner])]
    if origin is tuple:
        item = _bare(inner[0])
        if typing.get_origin(item) is Literal:
            return [Spec(path, "choices", [(str(one), _said(str(one))) for one in typing.get_args(item)])]
        if isinstance(item, type) and issubclass(item, BaseModel):
            return [Spec(path, "rows", columns=tuple(item.model_fields))]
        return [Spec(path, "lines")]
    if origin is dict and typing.get_origin(_bare(inner[0])) is Literal:
        return [
            spec
            for key in typing.get_args(_bare(inner[0]))
            for spec in _specs((*path, str(key)), inner[1], (), None)
        ]
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return [
            spec
            for name, field in kind.model_fields.items()
            for spec in _specs((*path, name), field.annotation, field.metadata, None)
        ]
    if origin is dict:
        return [Spec(path, "rows", columns=("key", "value"))]
    return [Spec(path, "words" if path[-1] in LONG | WORDY else "line")]


def _bare(annotation: Any) -> Any:
    """The type without Annotated and without "or nothing"."""
    if typing.get_origin(annotation) is Annotated:
        return _bare(typing.get_args(annotation)[0])
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        return _bare(next(one for one in typing.get_args(annotation) if one is not type(None)))
    return annotation


def _said(word: str) -> str:
    if word in CHOICE_WORDS:
        return CHOICE_WORDS[word]
    return word.replace("-", " ").replace("_", " ").capitalize()


# Between a body and a form ----------------------------------------------------------------------------------


def shown(spec: Spec, body: Mapping[str, Any]) -> Any:
    """What a field shows of a body."""
    value: Any = body
    for step in spec.path:
        value = value.get(step) if isinstance(value, Mapping) else None
    if spec.shape == "lines":
        return "\n".join(value or ())
    if spec.shape == "rows":
        rows: Iterable[Sequence[Any]] = (
            value.items()
            if isinstance(value, Mapping)
            else [_cells(row, spec.columns) for row in value or ()]
        )
        return "\n".join(" | ".join(str(cell) for cell in row).rstrip(" |") for row in rows)
    if spec.shape == "day":
        return dt.date.fromisoformat(value) if isinstance(value, str) else value
    if spec.shape == "choices":
        return list(value or ())
    if spec.shape == "flag":
        return bool(value)
    return "" if value is None else str(value)


def _cells(row: Mapping[str, Any], columns: Sequence[str]) -> list[Any]:
    return [row.get(name) if row.get(name) is not None else "" for name in columns]


def typed(spec: Spec, field: Field) -> Any:
    """What a field says for the body; None when nothing was typed."""
    if spec.shape == "flag":
        return bool(field.data)
    if spec.shape == "choices":
        return list(field.data or ()) or None
    if spec.shape == "day":
        raw = (field.raw_data or [""])[0].strip()
        return raw or None
    words = str(field.data or "").replace("\r\n", "\n").strip()
    if not words:
        return None
    if spec.shape == "lines":
        return [line.strip() for line in words.split("\n") if line.strip()]
    if spec.shape == "rows":
        rows = [[cell.strip() for cell in line.split("|")] for line in words.split("\n") if line.strip()]
        if spec.columns == ("key", "value"):
            return {row[0]: row[1] if len(row) > 1 else None for row in rows}
        return [{name: cell for name, cell in zip(spec.columns, row, strict=False) if cell} for row in rows]
    return words


def _put(body: dict[str, Any], path: Sequence[str], value: Any) -> None:
    for step in path[:-1]:
        body = body.setdefault(step, {})
    body[path[-1]] = value


# The form -------------------------------------------------------------------------------------------------

FIELDS: dict[Shape, type[Field]] = {
    "line": StringField,
    "words": TextAreaField,
    "lines": TextAreaField,
    "rows": TextAreaField,
    "flag": BooleanField,
    "day": DateField,
    "choice": SelectField,
    "choices": SelectMultipleField,
}


def field_name(locale: str, spec: Spec) -> str:
    return f"{locale or 'facts'}-{spec.name}"


@dataclass(frozen=True)
class TextForm:
    """The form of one thing: its facts, and its texts in each language."""

    form: OfficeForm
    kind: str
    parts: Mapping[str, tuple[Spec, ...]]
    """The fields by locale; NEUTRAL holds the facts."""

    def field(self, locale: str, spec: Spec) -> Field:
        return self.form._fields[field_name(locale, spec)]

    def bodies(self, before: Mapping[str, Mapping[str, Any]]) -> Bodies:
        """What was typed, over what the form does not show. A language nobody has begun is left out."""
        found: dict[str, dict[str, Any]] = {}
        for locale, listed in self.parts.items():
            body = dict(before.get(locale, {}))
            for spec in listed:
                body.pop(spec.path[0], None)
                if len(spec.path) > 1:
                    body[spec.path[0]] = {}
            said = False
            for spec in listed:
                value = typed(spec, self.field(locale, spec))
                if value is not None:
                    _put(body, spec.path, value)
                    said = said or spec.path != ("translation",)
            if said or locale in before or locale in (NEUTRAL, SOURCE):
                found[locale] = body
        return found

    def refuse(self, problem: SurveysError) -> None:
        """Puts a refusal beside the field it names, in the language it names."""
        locale = str(problem.facts.get("locale", NEUTRAL))
        path = (problem.field or "").split(".")
        for length in range(len(path), 0, -1):
            for spec in self.parts.get(locale, ()):
                if list(spec.path[:length]) == path[:length]:
                    self.field(locale, spec).errors = [_words(problem)]
                    return
        self.form.refusals.append(words_of(problem))


def _words(problem: SurveysError) -> str:
    if problem.code == "revision.invalid" and problem.facts.get("reason") == "missing":
        return "Fill this in before it is published"
    if problem.code == "revision.invalid":
        return "This cannot be kept as it is: check what kind of entry is wanted here"
    return words_of(problem)


def text_form(
    kind: str,
    locales: Sequence[str],
    working: Working | None,
    known: Mapping[str, Choices],
    *,
    only: Iterable[str] = (),
    sent: bool = True,
) -> TextForm:
    """The form of a thing as it stands, or with what this request sent unless ``sent`` is False.

    ``only``: these fields, in this order, and no others.
    """
    wanted = list(only)
    models = KINDS[kind]
    parts: dict[str, tuple[Spec, ...]] = {}
    for locale in (NEUTRAL, *locales):
        listed = specs(models.texts if locale else models.facts, kind, known)
        if locale == SOURCE:
            listed = tuple(spec for spec in listed if spec.path != ("translation",))
        if wanted:
            chosen = (spec for spec in listed if spec.path[0] in wanted)
            listed = tuple(sorted(chosen, key=lambda spec: wanted.index(spec.path[0])))
        if listed:
            parts[locale] = listed
    made: dict[str, Any] = {}
    data: dict[str, Any] = {}
    bodies = working.bodies if working else {}
    for locale, listed in parts.items():
        body = bodies.get(locale, {}) if locale else _with_defaults(kind, bodies.get(NEUTRAL, {}))
        for spec in listed:
            name = field_name(locale, spec)
            made[name] = _field(spec)
            data[name] = shown(spec, body)
    form = type("Text", (OfficeForm,), made)(**({} if sent else {"formdata": None}), data=data)
    return TextForm(form, kind, parts)


def _with_defaults(kind: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts with what stands there when nothing is said."""
    defaults = {
        name: field.default
        for name, field in KINDS[kind].facts.model_fields.items()
        if not field.is_required() and isinstance(field.default, str | int | bool)
    }
    return {**defaults, **facts}


def _field(spec: Spec) -> Any:
    said = {"label": spec.label, "description": spec.hint}
    if spec.shape == "choice":
        return SelectField(choices=[("", "Choose"), *spec.choices], validate_choice=False, **said)
    if spec.shape == "choices":
        return SelectMultipleField(choices=list(spec.choices), validate_choice=False, **said)
    if spec.shape == "day":
        return DateField(validators=[Optional()], **said)
    return FIELDS[spec.shape](**said)

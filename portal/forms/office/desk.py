"""Forms of the analyst's desk."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, FileField, HiddenField, StringField, TextAreaField

from portal.forms.office import OfficeForm, Required
from portal.forms.office.choosing import RadioField, SelectField, SelectMultipleField
from surveys.questionnaire.model import Questionnaire

NOTHING = ("", "No")
EVERYONE = ("", "Everyone")
TEXTS = ("short-text", "long-text")


class Exact(OfficeForm):
    """What to look at beside the question itself. One filter a dimension is added by :func:`exact_form`."""

    by = SelectField("By group", default="", validate_choice=True)
    against = SelectField("By the answers to another question", default="", validate_choice=True)
    compared = SelectField("Compared with another survey", default="", validate_choice=True)
    weighted = BooleanField("Weighted to the census", description="Show weighted shares beside unweighted")

    def where(self) -> dict[str, str]:
        """The filters chosen: dimension key to category key."""
        found = {name.removeprefix("where-"): str(field.data or "") for name, field in self._fields.items()}
        return {key: value for key, value in found.items() if value and f"where-{key}" in self._fields}

    def filters(self) -> list[Any]:
        return [field for name, field in self._fields.items() if name.startswith("where-")]


def exact_form(
    document: Questionnaire, question: Any, others: list[tuple[str, str]], start: dict[str, Any] | None = None
) -> Exact:
    """The form for one question. ``others``: slugs and titles of surveys it may be compared with; ``start``:
    a saved view to start from."""
    said = document.say
    locale = document.source_locale
    fields = {
        f"where-{d.key}": SelectField(
            f"Only {said(d.text, locale).lower()}",
            choices=[
                EVERYONE,
                *((c.key, said(c.text, locale)) for c in d.categories),
                ("not-given", "Not given"),
            ],
            default="",
        )
        for d in document.dimensions
    }
    form: Exact = type("ExactHere", (Exact,), fields)(data=start)
    form.by.choices = [NOTHING, *((d.key, said(d.text, locale)) for d in document.dimensions)]
    form.against.choices = [NOTHING, *([] if question.kind in TEXTS else _against(document, question))]
    form.compared.choices = [NOTHING, *others]
    return form


def _against(document: Questionnaire, question: Any) -> list[tuple[str, str]]:
    found = []
    for other in document.questions:
        if other.id == question.id or other.kind in TEXTS:
            continue
        title = document.say(other.short, document.source_locale)
        if other.kind == "grid":
            rows = ((row.key, document.say(row.text, document.source_locale)) for row in other.rows)
            found += [(f"{other.id}:{key}", f"{title}: {text}") for key, text in rows]
        else:
            found.append((other.id, title))
    return found


class SaveView(OfficeForm):
    name = StringField("Save this view as", validators=[Required("Enter a name for this view")])
    shown = HiddenField()


class CensusUpload(OfficeForm):
    file = FileField(
        "Table from Nomis, as downloaded",
        description="CSV, for example TS001 for wards, TS007 (age), TS008 (sex), TS021 (ethnicity), as it is",
    )
    about = SelectField("What the table is about", validators=[Required("Choose what the table is about")])
    area = StringField(
        "Area",
        description="Its name or code in the file. Leave empty for wards: every area of the file then counts",
    )


class Reason(OfficeForm):
    reason = TextAreaField(
        "Why this has to leave the office",
        description="It is kept beside the audit log. Name no resident",
        validators=[Required("Say why this has to leave the office")],
    )


class Export(Reason):
    groups = RadioField(
        "Which file",
        description="No answer stands in both. Each file has an order of its own",
        choices=[
            ("people", "People: every answer except those in the file of places"),
            ("place", "Places: ward or parish, with the few answers the results show by place"),
        ],
        default="people",
    )


class SecondCoding(OfficeForm):
    comment = HiddenField()
    themes = SelectMultipleField(
        "Which themes does it speak of?",
        description="None is an answer too. You do not see what was ticked before",
    )

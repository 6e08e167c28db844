"""Forms of the plan: its items, quarterly reports, publishing, and the spreadsheet."""

from __future__ import annotations

from typing import Any

from flask_wtf.file import FileField
from wtforms import BooleanField, DateField, HiddenField, IntegerField, StringField, TextAreaField
from wtforms.validators import Optional

from portal.forms.office import MARKDOWN_HINT, OfficeForm, Required
from portal.forms.office.choosing import RadioField, SelectField, SelectMultipleField

STATUS_WORDS = {
    "on-track": "On track",
    "attention": "Needs attention",
    "off-track": "Off track",
    "done": "Done",
    "not-started": "Not started",
}
KIND_WORDS = {"objective": "Objective", "target": "Target", "action": "Action"}
NONE = ("", "Nobody yet")


class Begin(OfficeForm):
    year = IntegerField("Plan year", description="The year in which it starts, on 1 April")
    carried_from = SelectField("Start from", choices=[("", "An empty plan")])


class Item(OfficeForm):
    """What every part of a plan has."""

    seen = HiddenField()
    title = StringField("Name", validators=[Required("Give it a name")])
    owner = SelectField("Who answers for it in the office", description="Not public")

    names: tuple[str, ...] = ()
    """The fields that go into its body."""

    def body(self) -> dict[str, Any]:
        """What was typed, without what was left empty."""
        typed = {name: self[name].data for name in self.names}
        return {name: value for name, value in typed.items() if value not in (None, "", [])}


class Objective(Item):
    outcome = TextAreaField("What will be different", description="In a sentence or two, for the public")
    priority = SelectField("Priority")
    partner = SelectField("Lead partner")
    evaluation = TextAreaField("Evaluation", description="What was learned; public")
    names = ("title", "outcome", "priority", "partner", "evaluation")


class Target(Item):
    parent = SelectField("Objective")
    unit = StringField("Unit", description="For example % or reports a year")
    count = BooleanField("Count", description="It is a number of things, not a share or a rate")
    up = RadioField("Direction", choices=[("yes", "More is better"), ("no", "Less is better")], default="yes")
    baseline = StringField("Baseline", description="Where it stood before")
    baseline_on = DateField("Day of the baseline", validators=[Optional()])
    aim = StringField("Aim", validators=[Required("Enter the value to reach")])
    due = DateField("To be reached by", validators=[Required("Enter the day it is due")])
    term = RadioField(
        "Term",
        choices=[("short", "Short: within this plan year"), ("long", "Long: beyond it")],
        default="short",
    )
    source = StringField("Where the figure comes from")
    partner = SelectField("Lead partner")
    names = (
        "title", "unit", "count", "baseline", "baseline_on", "aim", "due", "term", "source", "partner",
    )  # fmt: skip

    def body(self) -> dict[str, Any]:
        found = super().body() | {"up": self.up.data != "no"}
        for name in ("baseline", "aim"):
            if name in found:
                found[name] = found[name].replace(",", "").strip().removesuffix("%")
        return found


class Action(Item):
    parent = SelectField("Objective")
    partners = SelectMultipleField("Partners")
    area = SelectField("Area of focus")
    place = StringField("Place", description="A town, ward or kind of place")
    resources = StringField("Resources", description="Money, time and what else it needs; public")
    due = DateField("To be done by", validators=[Optional()])
    review_on = DateField("Look at it again on", validators=[Optional()])
    decided = SelectMultipleField("Decided because of")
    others = TextAreaField(
        "Other findings behind it",
        description="One id a line, as the evidence and the tables show it",
    )
    evaluation = TextAreaField("Evaluation", description="What changed; public")
    names = ("title", "partners", "area", "place", "resources", "due", "review_on", "evaluation")

    def body(self) -> dict[str, Any]:
        causes = [*(self.decided.data or ()), *(self.others.data or "").split()]
        return super().body() | ({"causes": causes} if causes else {})


FORMS: dict[str, type[Item]] = {"objective": Objective, "target": Target, "action": Action}


class Report(OfficeForm):
    quarter = RadioField("Quarter")
    value = StringField("Value now", description="Leave it empty when there is no new figure")
    status = RadioField(
        "How it stands",
        choices=list(STATUS_WORDS.items()),
        description="When there is a value and a baseline, the published thresholds decide",
    )
    words = TextAreaField("What happened", description="Public with the next edition")


class Introduction(OfficeForm):
    seen = HiddenField()
    introduction = TextAreaField("Introduction", description="Public. " + MARKDOWN_HINT)


class Publish(OfficeForm):
    note = TextAreaField("What is different", description="Public, from the second edition on")


class Sheet(OfficeForm):
    file = FileField("Spreadsheet", description="An .xlsx file made from the export of this plan")

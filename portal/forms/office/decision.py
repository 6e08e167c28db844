"""Forms of the decision: its words, its entries, its priorities, its minutes."""

from __future__ import annotations

from wtforms import BooleanField, DateField, HiddenField, IntegerField, StringField, TextAreaField
from wtforms.validators import NumberRange, Optional

from portal.forms.office import OfficeForm, Required
from portal.forms.office.choosing import RadioField, SelectField, SelectMultipleField

OUTCOME_WORDS = {
    "keep": "Keep",
    "change": "Change",
    "add": "Add",
    "drop": "Drop",
    "leave": "Leave out",
    "taken-up": "Taken up",
    "partly": "Partly taken up",
    "not-taken-up": "Not taken up",
}
OUTCOME_HINTS = {
    "keep": "A priority covers it, and goes on covering it",
    "change": "A priority covers it in another way than before",
    "add": "No priority covered it; one does now",
    "drop": "A priority covered it; none does now",
    "leave": "No priority covered it, and none does now",
}
CITED_WORDS = {
    "release": "what people answered",
    "crime": "recorded crime",
    "recorded": "recorded crime",
    "partners": "partners’ scores",
    "submission": "a letter from outside the survey",
    "assessment": "the strategic assessment",
    "evidence": "partners’ figures",
    "harm": "harm weights",
}
LEVEL_WORDS = {"low": "Low", "medium": "Medium", "high": "High", "unknown": "not scored"}
CAPACITY_WORDS = {"gap": "Gap", "enough": "Enough", "spare": "Spare", "unknown": "not scored"}
TREND_WORDS = {
    "up": "Up",
    "down": "Down",
    "steady": "Steady",
    "few": "too few to say",
    "unknown": "not known",
}
GROUP_WORDS = {"female": "Women", "male": "Men", "75-over": "Aged 75 or over"}
CRITERION_WORDS = {
    "residents": ("Residents", "Share of the people who answered, against the largest share"),
    "partners": ("Partners' rank", "The middle of the ranks partners' risks give it"),
    "risk": ("Partners' risk", "The middle of harm times likelihood, against 16"),
    "recorded": (
        "Recorded crime",
        "The number recorded, against the largest; topics without data are left out",
    ),
}
METHOD_WORDS = {
    "weighted": "With these weights",
    "alike": "All criteria alike",
    "rank-sum": "By the sum of ranks",
    "residents": "Residents alone",
    "partners": "Partners' rank alone",
    "risk": "Partners' risk alone",
    "recorded": "Recorded crime alone",
    "campaigns": "Residents without campaigns",
    "paper": "Residents without paper and phone",
    "day": "Residents without one unusual day",
}
WORDS_FIELDS = (
    "recommendation", "changed", "cost", "officer_time", "dissent", "options", "equality", "equality_version",
    "decided_by",
)  # fmt: skip


class Words(OfficeForm):
    recommendation = TextAreaField("The recommendation", description="In two or three sentences")
    reason1 = TextAreaField("First reason")
    reason2 = TextAreaField("Second reason")
    reason3 = TextAreaField("Third reason")
    changed = TextAreaField("What is different from the year before")
    cost = StringField("Cost")
    officer_time = StringField("Officer time")
    dissent = TextAreaField(
        "Dissent", description="Who disagrees, and why. Published with the decision; name bodies, not people"
    )
    options = TextAreaField("Options considered", description="And why the others were not taken")
    equality = TextAreaField(
        "Equality impact", description="What the assessment found, what was done about it"
    )
    equality_version = StringField(
        "Version of the equality assessment", description="Somebody who decides must have read this one"
    )
    decided_by = StringField("Who decides", description="For example: the responsible authorities")
    seen_version = HiddenField()


class Entry(OfficeForm):
    outcome = RadioField("What is decided", validate_choice=False)
    reasons = TextAreaField("Reasons", description="Published with the decision")
    dissent = TextAreaField(
        "Dissent on this", description="Who disagrees, and why. Published with the decision"
    )
    cites = SelectMultipleField("Evidence it rests on", validate_choice=False)
    seen_version = HiddenField()


class Theme(OfficeForm):
    title = StringField("Theme", validators=[Required("Give the theme a title")])
    count = IntegerField(
        "How many people spoke of it",
        validators=[
            Optional(),
            NumberRange(min=10, max=1_000_000, message="Enter 10 or more, or leave it empty"),
        ],
        description="Rounded to 5, as published. Fewer than 10: leave it empty",
    )
    quote = SelectField("Quote", validate_choice=False, description="Only quotes two people cleared are here")
    withdrawn = BooleanField("Take it back", description="Take this theme out of the decision")
    seen_version = HiddenField()


class Priority(OfficeForm):
    title = StringField("Name", validators=[Required("Give the priority a name")])
    statement = TextAreaField(
        "Statement",
        validators=[Required("Write the statement")],
        description="The partnership's own words: what it will work on",
    )
    lead = TextAreaField("In plain words", validators=[Required("Say it in plain words")])
    body = TextAreaField("More about it", validators=[Required("Say more: the public page shows it")])
    areas = SelectMultipleField("Areas of focus it groups", validate_choice=False)
    withdrawn = BooleanField("Take it back", description="Do not propose this priority")
    seen_version = HiddenField()


class Reading(OfficeForm):
    reader = StringField(
        "Who read it", validators=[Required("Say who read it")], description="A post, not a name"
    )
    what = SelectField("What", validate_choice=False)
    read_on = DateField("When", validators=[Optional()])


class Interest(OfficeForm):
    who = StringField("Whose interest", validators=[Required("Say whose interest it is")])
    words = TextAreaField("The interest", validators=[Required("Say what the interest is")])


class Adopt(OfficeForm):
    on = DateField("Day of the meeting", validators=[Required("Enter the day of the meeting")])
    seen_version = HiddenField()


class Weights(OfficeForm):
    residents = IntegerField("Residents")
    partners = IntegerField("Partners' rank")
    risk = IntegerField("Partners' risk")
    recorded = IntegerField("Recorded crime")
    seen_version = HiddenField()

"""Forms of the evidence shelf."""

from __future__ import annotations

from wtforms import (
    BooleanField,
    DateField,
    FileField,
    HiddenField,
    MultipleFileField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Optional

from portal.forms.office import MARKDOWN_HINT, OfficeForm, Required
from portal.forms.office.choosing import SelectField

SORT_WORDS = {
    "partner": "A partner's figures",
    "consultation": "Another consultation",
    "census": "Census or other statistics",
    "other": "Something else",
}
PROBLEM_WORDS = {
    "hot-spot": "Somewhere the same problem comes back",
    "high-risk-place": "A place at high risk",
    "high-risk-people": "People at high risk",
}
STAGE_WORDS = {
    "scanning": "Scanning: is there a problem?",
    "analysis": "Analysis: why does it happen?",
    "response": "Response: what is being done?",
    "assessment": "Assessment: did it work?",
    "closed": "Closed",
}
HEADING_WORDS = {
    "levels": "Levels and patterns of crime, disorder and substance misuse",
    "changes": "What has changed since last time, and why",
    "matters": "Matters to prioritise",
    "views": "What people who live and work here think",
    "progress": "Progress on the current plan",
    "political": "Horizon: political",
    "economic": "Horizon: economic",
    "social": "Horizon: social",
    "technological": "Horizon: technological",
    "environmental": "Horizon: environmental",
    "legal": "Horizon: legal",
    "organisational": "Horizon: organisational",
}


class Crime(OfficeForm):
    files = MultipleFileField(
        "Street files",
        description="CSV files from data.police.uk exactly as downloaded, or the downloaded zip archive, "
        "60 MB at most. A CSV file of 200 MB fits as the zip archive. Larger ones, on the server: "
        "portal evidence crime FILE",
    )


class Item(OfficeForm):
    title = StringField("Title", validators=[Required("Give it a title")])
    sort = SelectField("What it is", choices=list(SORT_WORDS.items()))
    source = StringField(
        "Source",
        validators=[Required("Say who counted or asked")],
        description="Who counted or asked, and where it can be found",
    )
    sharing = StringField(
        "Basis for sharing",
        description="For a partner's figures: the agreement or the power under which it is shared",
    )
    as_of = DateField("Date of the figures", validators=[Optional()])
    topic = SelectField("Topic")
    lead = TextAreaField(
        "What it says, in one or two sentences", validators=[Required("Say what it tells the partnership")]
    )
    body = TextAreaField("More about it", description=MARKDOWN_HINT)
    table = FileField(
        "Table of figures",
        description="A CSV with the columns Measure, Area, Period, Value, Unit. Totals only: nothing about "
        "single people or single places. Left empty, the table stays as it is",
    )
    public = BooleanField("Public", description="Show it on the public evidence page")
    retired = BooleanField("Put away", description="Take it off the shelf. Its history stays")
    seen = HiddenField()


class Assessment(OfficeForm):
    body = TextAreaField("Text", validators=[Required("Write something, or leave the page without saving")])
    public = BooleanField("Public", description="Show it on the public evidence page")
    seen = HiddenField()


class Problem(OfficeForm):
    title = StringField(
        "Title", validators=[Required("Give it a title")], description="Nothing that names a person"
    )
    statement = TextAreaField(
        "The problem, in one or two sentences", validators=[Required("Say what the problem is, and for whom")]
    )
    sort = SelectField("What it is about", choices=list(PROBLEM_WORDS.items()))
    stage = SelectField("Stage", choices=list(STAGE_WORDS.items()))
    topic = SelectField("Topic")
    ward = SelectField("Ward")
    owner = SelectField("Who leads")
    review_on = DateField("Review on", validators=[Optional()])
    scanning = TextAreaField("Scanning: what is happening, how often, since when?")
    victim = TextAreaField("Victim: who is harmed, and who could protect them?")
    offender = TextAreaField("Offender: who does it, and who has influence over them?")
    location = TextAreaField("Location: what makes this place easy, and who runs it?")
    analysis = TextAreaField("Analysis: why does it keep happening?")
    response = TextAreaField("Response: what is being done, by whom?")
    measure = StringField("Measure: how will anybody know that it worked?")
    assessment = TextAreaField("Assessment: what changed?")
    retired = BooleanField("Put away", description="Take it off the shelf. Its history stays")
    seen = HiddenField()


class Harm(OfficeForm):
    source = StringField("Source", validators=[Required("Say where the weights come from")])
    as_of = DateField("Date", validators=[Required("Enter the date of the table")])
    unit = StringField("What one point means", validators=[Required("Say what a weight counts, like days")])
    note = TextAreaField("What they cover", validators=[Required("Say what the weights do and do not cover")])
    table = FileField(
        "Table", description="A CSV with the columns Crime type, Weight. None comes with this site"
    )
    seen = HiddenField()

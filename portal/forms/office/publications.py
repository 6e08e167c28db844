"""Forms of publications, scrutiny and the log of what was sent."""

from __future__ import annotations

from flask_wtf.file import FileField
from wtforms import BooleanField, DateField, HiddenField, IntegerField, StringField, TextAreaField
from wtforms.validators import Optional

from portal.forms.office import MARKDOWN_HINT, OfficeForm, Required
from portal.forms.office.choosing import SelectField

KIND_WORDS = {
    "assessment": "Strategic assessment",
    "plan": "Partnership plan",
    "decision-paper": "Decision paper",
    "minutes": "Minutes",
    "scrutiny": "Scrutiny report",
    "report": "Other report",
    "death-review": "Domestic Abuse Related Death Review",
}


class Add(OfficeForm):
    kind = SelectField("Kind", choices=list(KIND_WORDS.items()))
    slug = StringField(
        "Address", description="Small letters and hyphens. For a death review, nothing that names anybody"
    )
    title = StringField("Title", validators=[Required("Give it a title")])
    body = TextAreaField("The document", description=MARKDOWN_HINT)
    dated = DateField("Day it carries", validators=[Optional()])
    review_on = DateField("Look at it again on", validators=[Optional()])
    plan_year = IntegerField("Plan year it belongs to", validators=[Optional()])


class Write(OfficeForm):
    seen = HiddenField()
    title = StringField("Title", validators=[Required("Give it a title")])
    body = TextAreaField("The document", description=MARKDOWN_HINT)
    dated = DateField("Day it carries", validators=[Optional()])
    review_on = DateField("Look at it again on", validators=[Optional()])
    plan_year = IntegerField("Plan year it belongs to", validators=[Optional()])
    quality_letter_on = DateField("Day of the quality-assurance letter", validators=[Optional()])
    family_informed_on = DateField("Day the family was informed", validators=[Optional()])
    trial_ended_on = DateField(
        "Day any trial ended",
        validators=[Optional()],
        description="Or the day it was clear there would be none",
    )
    pseudonyms = BooleanField(
        "Names", description="All names are pseudonyms, and no exact day or child can be told"
    )
    metadata_removed = BooleanField("Files", description="The files were looked at and hold no metadata")


class Attach(OfficeForm):
    file = FileField("File", description="PDF, Word, Excel, OpenDocument, CSV or text, at most 10 MB")


class Recommend(OfficeForm):
    made_by = StringField("Who made it", validators=[Required("Say who made it")])
    words = TextAreaField("Recommendation", validators=[Required("Write it down")])
    received_on = DateField("Day it came", validators=[Optional()])
    reply_due = DateField("Reply due by", validators=[Optional()], description="Eight weeks when left empty")
    owner = SelectField("Who sees to the reply")


class Reply(OfficeForm):
    seen = HiddenField()
    reply = TextAreaField("Reply")
    replied_on = DateField("Day of the reply", validators=[Optional()])
    reply_due = DateField("Reply due by", validators=[Optional()])
    owner = SelectField("Who sees to the reply")
    public = BooleanField("Public", description="Show it and the reply in the plan")


class Sent(OfficeForm):
    what = StringField("What was sent", description="For example: the plan, edition 2")
    recipient = StringField("To whom", description="A body or a post, not a person's name")
    sent_on = DateField("Day", validators=[Optional()])

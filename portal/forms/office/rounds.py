"""Forms about making a consultation ready, opening it and changing its dates."""

from __future__ import annotations

from wtforms import BooleanField, DateField, FileField, HiddenField, StringField, TextAreaField

from portal.forms.office import OfficeForm, Required
from portal.forms.office.choosing import RadioField, SelectField, SelectMultipleField
from portal.partnership.instruments import AUDIENCES

AUDIENCE_WORDS = {
    "residents": "Residents",
    "organisations": "Organisations",
    "partners": "Partners",
    "councillors": "Councillors",
    "young-people": "Young people",
    "easy-read": "Easy Read",
}
CHANGE_WORDS = {
    "extend": "Give people longer",
    "close": "Close it now",
    "pause": "Pause it: nobody can answer for a while",
    "resume": "Go on after the pause",
    "reopen": "Open it again after it closed",
    "withdraw": "Take it back for good",
}


class NewRound(OfficeForm):
    start = RadioField("Start from", validate_choice=False)
    slug = StringField(
        "Its name in the address",
        description="Small letters, digits and dashes, such as 2027. It cannot be changed later",
        validators=[Required("Enter a name for the address")],
    )
    title = StringField("Title", description="Left empty, a copy keeps last year’s")
    purpose = TextAreaField("What it is for, in a sentence")


class AddSurvey(OfficeForm):
    source = SelectField("Questions", validate_choice=False)
    audience = SelectField("Whom it asks", choices=[(one, AUDIENCE_WORDS[one]) for one in AUDIENCES])
    slug = StringField("Its name in the address", description="Neutral: it shows in browser history")


class Override(OfficeForm):
    reason = TextAreaField(
        "Why this is set aside", description="Shown on the checklist and beside the audit log"
    )


class Cover(OfficeForm):
    arrangement = TextAreaField(
        "Who reads for safety on which days",
        description="By post or initials. Every working day of the consultation, holidays and illness too",
    )


class LanguageChecked(OfficeForm):
    speaker = StringField("Who read it", description="The name of a person who speaks the language")
    on = DateField("On which day")


class Equality(OfficeForm):
    on = DateField("Day of this version")
    author = StringField("Author")
    words = TextAreaField("What it says", description="Or give a link below")
    link = StringField("Web address of the assessment", description="Begins with https://")


class PublicityEntry(OfficeForm):
    on = DateField("Day")
    what = StringField("What", description="A poster, a post, a stall")
    where = StringField("Where")
    link = StringField("Web address, if there is one", description="Begins with https://")


class StakeholderEntry(OfficeForm):
    seen = HiddenField(default="")
    name = StringField("Body or group")
    speaks_for = StringField("Whom it speaks for")
    contact = StringField("How to reach it", description="Kept sealed. The post rather than a person’s name")
    particularly_affected = BooleanField(
        "Particularly affected", description="It speaks for people this is likely to affect most"
    )


class SendingEntry(OfficeForm):
    stakeholders = SelectMultipleField("To whom", validate_choice=False)
    on = DateField("Day")
    what = StringField("What was sent")
    how = StringField("How", description="Letter, e-mail, phone, in person")


class Document(OfficeForm):
    title = StringField("Title", description="What residents read before they choose to open it")
    sort = SelectField(
        "What it is",
        choices=[("evidence", "Evidence"), ("equality", "Equality assessment"), ("paper", "Paper form")],
    )
    file = FileField("File", description="PDF, Word, Excel, OpenDocument, CSV or text, at most 10 MB")


class ApprovalLink(OfficeForm):
    name = StringField("Name of the senior")
    post = StringField("Post")
    email = StringField("E-mail address", description="Left empty, you copy the link and send it yourself")


class ApproveAlone(OfficeForm):
    reason = TextAreaField(
        "Why there is no second person", description="Stands in the evidence pack of the year"
    )


class Answer(OfficeForm):
    words = TextAreaField("Anything you want to add", description="Needed when you send it back")


class ReasonIn(OfficeForm):
    words = TextAreaField(
        "The reason, translated", description="Somebody who speaks the language should write it"
    )


class Change(OfficeForm):
    what = RadioField("What changes", choices=list(CHANGE_WORDS.items()), validate_choice=False)
    day = DateField("New last day", description="Only to give people longer or to open it again")
    reason = TextAreaField("The reason", description="Everybody can read it on the consultation’s page")

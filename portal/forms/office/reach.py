"""Forms of the regulation-12 board: groups, other consultations, meetings, and what arrives from outside."""

from __future__ import annotations

from wtforms import BooleanField, DateField, HiddenField, IntegerField, StringField, TextAreaField
from wtforms.validators import InputRequired

from portal.forms.office import OfficeForm, Required
from portal.forms.office.choosing import SelectField, SelectMultipleField

KIND_WORDS = {
    "letter": "Letter",
    "email": "E-mail",
    "petition": "Petition",
    "report": "Report or study",
    "call": "Call or visit",
    "other": "Something else",
}
SENDER_WORDS = {
    "resident": "A resident",
    "organisation": "An organisation",
    "parish": "A parish or town council",
    "councillor": "A councillor",
    "business": "A business",
    "school": "A school or college",
    "other": "Somebody else",
}
STATE_WORDS = {"received": "Not read yet", "read": "Read", "considered": "Considered"}


class Group(OfficeForm):
    seen = HiddenField(default="")
    name = StringField("Group or body", [Required("Name the group")])
    affected = BooleanField("Particularly affected", description="Likely to be particularly affected")
    expected = IntegerField(
        "About how many to reach", [InputRequired("Enter a number, 0 or more")], default=0
    )
    reached = IntegerField("About how many reached", [InputRequired("Enter a number, 0 or more")], default=0)
    how = TextAreaField("How, and what came of it")


class Regarded(OfficeForm):
    title = StringField("Consultation", [Required("Give its title")])
    body = StringField("Who held it", [Required("Say who held it")])
    taken = TextAreaField("What we take from it", [Required("Say what was taken from it")])


class MeetingForm(OfficeForm):
    seen = HiddenField(default="0")
    held_on = DateField("Day", [InputRequired("Enter the day")])
    place = StringField("Place", [Required("Say where it was")])
    public = BooleanField("Public", description="Everybody could come", default=True)
    publicised = TextAreaField("How people were told beforehand")
    attendance = TextAreaField(
        "Who came for each authority",
        description="One line each, posts and no names: Police, chief inspector",
    )
    public_came = IntegerField(
        "About how many members of the public", [InputRequired("Enter a number, 0 or more")], default=0
    )
    questions = TextAreaField(
        "Questions and answers", description="One line each, with | between the question and its answer"
    )
    notes = TextAreaField("Notes")


class Receive(OfficeForm):
    received_on = DateField("Day it arrived", [InputRequired("Enter the day it arrived")])
    kind = SelectField("What arrived", choices=[("", "Choose"), *KIND_WORDS.items()])
    sender = SelectField("From", choices=[("", "Choose"), *SENDER_WORDS.items()])
    who = StringField("Who exactly", description="Kept encrypted; only officers see it.")
    signatures = IntegerField("Signatures", [InputRequired("Enter a number, 0 for none")], default=0)
    text = TextAreaField("Its words", description="Copied in, or leave it empty and sum it up.")
    summary = TextAreaField("In short, without anybody’s name")
    themes = SelectMultipleField("About")


class Read(OfficeForm):
    summary = TextAreaField("In short, without anybody’s name", [Required("Sum it up without a name")])
    themes = SelectMultipleField("About")


class Consider(OfficeForm):
    consideration = TextAreaField("What the partnership made of it", [Required("Say what was made of it")])

"""Forms to answer a complaint, and to tell an outcome."""

from __future__ import annotations

from wtforms import BooleanField, StringField, TextAreaField

from portal.forms.office import OfficeForm, Required


class Answer(OfficeForm):
    words = TextAreaField(
        "What was found and done",
        [Required("Write what was found and done")],
        description="As the writer was told. Kept encrypted.",
    )


class Tell(OfficeForm):
    subject = StringField(
        "Subject",
        [Required("Enter a subject")],
        default="An update you asked for",
        description="It shows on locked screens: say nothing about crime, safety or a survey.",
    )
    words = TextAreaField("Words", [Required("Write the letter")])
    last = BooleanField(
        "Afterwards", description="This is the outcome: delete the list of addresses afterwards"
    )

"""Forms of the information officer: the register of requests, the search, erasure and retention."""

from __future__ import annotations

from wtforms import BooleanField, DateField, IntegerField, StringField, TextAreaField
from wtforms.validators import Optional

from portal.forms.office import OfficeForm, Required
from portal.forms.office.choosing import RadioField, SelectField

KIND_WORDS = {
    "foi": "Freedom of information",
    "access": "Access to one's own data",
    "erasure": "Erasure",
    "objection": "Objection",
    "police": "Disclosure to the police",
    "complaint": "Complaint about data",
}
DECISION_WORDS = {
    "given": "Given in full",
    "done": "Done",
    "part": "In part",
    "refused": "Refused",
    "not-held": "We do not hold it",
    "cannot-identify": "We cannot tell whose it is",
    "withdrawn": "Taken back by who asked",
    "upheld": "Upheld",
    "not-upheld": "Not upheld",
}
REASON_WORDS = {
    "respondent": "The person who wrote it asks",
    "identifies": "It identifies somebody",
    "unlawful": "It should not have been kept",
    "mistake": "It was entered by mistake",
}
STATE_WORDS = {
    "waiting": "waiting",
    "publishable": "approved",
    "redacted": "approved with changes",
    "withheld": "withheld",
    "spam": "spam",
    "referred": "referred",
    "read": "read",
}
CLASS_WORDS = {
    "drafts": "Drafts with a return code",
    "text": "What people wrote",
    "answers": "Answers, without what people wrote",
    "safeguarding": "Safeguarding register",
    "audit": "Audit log",
}

START_WORDS = {
    "closing": "the survey closed",
    "results": "the results were published",
    "officer": "set by an officer",
    "": "",
}


class Receive(OfficeForm):
    kind = SelectField("What kind", choices=list(KIND_WORDS.items()))
    received_on = DateField("Day it came")
    who = StringField(
        "Who asks, and how to reach them", validators=[Required("Say who asks and how to reach them")]
    )
    about = TextAreaField("What they ask for", validators=[Required("Say what they ask for")])


class Settle(OfficeForm):
    decision = RadioField("Decision")
    seen = StringField()


class Sent(OfficeForm):
    sent_on = DateField("Day the answer was sent")
    seen = StringField()


class Search(OfficeForm):
    words = StringField("Words to look for", description="At least 3 characters. Capitals do not matter")
    reference = StringField("Request", description="Its number, like 2026-001, if the search is for one")


class Erase(OfficeForm):
    what = RadioField(
        "What to erase",
        choices=[
            ("comment", "This comment only: the answers beside it go on counting"),
            ("response", "Everything this person sent: it no longer counts"),
        ],
        default="comment",
    )
    reason = RadioField("Why", choices=list(REASON_WORDS.items()))


class Copy(OfficeForm):
    number = StringField("Receipt number", description="As the person gave it")
    agreed = BooleanField(
        "A part of it was, or is, a safeguarding concern",
        description="The safeguarding lead agreed to this copy. What is on hold is left out",
    )


class Receipt(OfficeForm):
    number = StringField("Receipt number")


class Keep(OfficeForm):
    kind = StringField()
    keep = IntegerField("Keep for")


class Start(OfficeForm):
    survey = StringField()
    since = DateField(
        "Clock runs from", [Optional()], description="Left empty, the day that follows from the rule"
    )
    reason = TextAreaField("Reason", description="Kept beside the audit log")

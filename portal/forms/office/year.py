"""Forms about the partnership's year."""

from __future__ import annotations

from wtforms import DateField, HiddenField, IntegerField, TextAreaField
from wtforms.validators import Optional

from portal.forms.office import OfficeForm, Required
from portal.forms.office.choosing import SelectField

STATE_WORDS = {
    "scanning": "Looking at the evidence",
    "consulting": "Asking people",
    "analysing": "Reading and counting",
    "deciding": "Deciding",
    "published": "Decision published",
    "in-delivery": "Plan in delivery",
    "closed": "Closed",
}
STEP_WORDS = {
    "evidence": ("Look at the evidence", "Recorded crime, partners' figures, the strategic assessment"),
    "ask": ("Ask", "The consultation is open; partners score"),
    "read": ("Read", "Every comment is read and moderated"),
    "count": ("Count", "Results are checked and published"),
    "decide": ("Decide", "The evidence is weighed and the decision recorded"),
    "plan": ("Plan", "Objectives, targets and owners"),
    "act": ("Act", "The plan is delivered and reviewed every quarter"),
    "report": ("Report back", "You said, we did, we could not, because"),
}
DUTY_WORDS = {
    "import-evidence": "Put recorded crime and partners' figures on the shelf",
    "write-assessment": "Write the strategic assessment under its five headings",
    "open-consultation": "Open the consultation",
    "reach-groups": "Reach the groups that have not answered yet",
    "partners-score": "Each partner scores alone",
    "close-consultation": "Close the consultation",
    "read-comments": "Read and decide every comment",
    "make-release": "Check and publish the results",
    "finish-assessment": "Bring the assessment up to date with what people said",
    "consider-submissions": "Consider every letter from outside the survey",
    "answer-themes": "Answer every theme",
    "record-decision": "Record the decision in the meeting",
    "publish-decision": "Publish the decision",
    "build-plan": "Give every priority objectives, targets and owners",
    "start-delivery": "Start the plan",
    "review-quarter": "Review the quarter",
    "report-back": "Tell people what was done",
}


class Arrange(OfficeForm):
    meeting_on = DateField(
        "Day of the meeting that decides", validators=[Optional()], description="The decision is due that day"
    )
    round_slug = SelectField("Consultation the decision rests on")
    seen_version = HiddenField()


class Move(OfficeForm):
    to = SelectField("Move the year to", choices=list(STATE_WORDS.items()))
    reason = TextAreaField(
        "Reason", description="Needed when the year goes back or leaves out a step. It stays on record"
    )
    seen_version = HiddenField()


class NewYear(OfficeForm):
    year = IntegerField(
        "Year in which the plan starts",
        validators=[Required("Enter the year in which the plan starts, like 2027")],
        description="For example 2027: people are asked in autumn 2026, the plan starts in April 2027",
    )
    round_slug = SelectField("Consultation the decision rests on")

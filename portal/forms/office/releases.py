"""Forms about releases in the making."""

from __future__ import annotations

from wtforms import BooleanField, DateField, TextAreaField
from wtforms.validators import Optional

from portal.forms.office import OfficeForm
from portal.forms.office.choosing import SelectMultipleField


class Tables(OfficeForm):
    shown = SelectMultipleField("Tables to publish", choices=[])
    note = TextAreaField("Note", description="Shown with the results")
    weighted = BooleanField(
        "Weighted percentages too", description="Beside the unweighted ones, where weighting can be trusted"
    )
    recount = BooleanField("Count the responses anew", description="After responses were excluded")


class Approve(OfficeForm):
    publish_on = DateField(
        "Publish on", validators=[Optional()], description="Empty: as soon as somebody presses Publish"
    )
    override_reason = TextAreaField("Why nobody else can approve", description="You made the last change")

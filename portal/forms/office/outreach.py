"""The form for a short address."""

from __future__ import annotations

from wtforms import StringField

from portal.forms.office import OfficeForm, Required


class Short(OfficeForm):
    code = StringField(
        "Letters after /s/",
        [Required("Enter 2 to 20 small letters and digits")],
        description="Short and easy to type: ely26. It can never be given to another survey.",
    )

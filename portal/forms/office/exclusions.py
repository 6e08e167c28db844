"""Words of the rules under which responses may be left out, and the form that proposes it."""

from __future__ import annotations

from wtforms import StringField

from portal.forms.office import OfficeForm
from portal.forms.office.choosing import SelectField

RULE_WORDS = {
    "automated": "Sent by a machine",
    "repeated-by-one": "Sent again and again by one person",
    "campaign-copies": "Copies that nobody filled in themselves",
    "not-meant": "Tests, or never meant as an answer",
    "out-of-scope": "From somebody the survey does not ask",
}
SIGN_WORDS = {
    "identical": "All answers the same as those of four others or more",
    "fast": "Sent faster than anybody can read it",
    "trap": "A hidden field was filled in",
}
STATE_WORDS = {
    "proposed": "Waits for a second person",
    "confirmed": "Left out",
    "refused": "Not left out",
    "lifted": "Counted again",
}


class Propose(OfficeForm):
    """``what``: "sign:fast" or "campaign:<id>"."""

    rule = SelectField("Rule", choices=[("", "Choose a rule"), *RULE_WORDS.items()], validate_choice=False)
    what = StringField()

"""Forms about accounts."""

from __future__ import annotations

from wtforms import PasswordField, StringField

from portal.accounts.people import ROLES
from portal.forms.office import OfficeForm, Required
from portal.forms.office.choosing import RadioField, SelectField, SelectMultipleField

ROLE_WORDS = {
    "administrator": ("Administrator", "Invites people, gives roles, sees who may do what"),
    "consultation": ("Consultation officer", "Builds surveys, runs consultations, edits the site"),
    "moderator": ("Moderator", "Reads comments and decides what is published"),
    "safeguarding": ("Safeguarding lead or deputy", "Sees comments in which somebody may be at risk"),
    "information": ("Information officer", "Answers requests under information law, sees the audit log"),
    "analyst": ("Analyst", "Sees exact figures and exports them"),
    "member": ("Partnership member", "Reads results, scores and decides"),
    "auditor": ("Auditor", "Reads, changes nothing"),
}


class SignIn(OfficeForm):
    email = StringField("E-mail address")
    password = PasswordField("Password")
    code = StringField(
        "Code from your authenticator app", description="6 digits. Or one of your recovery codes"
    )


class Confirm(OfficeForm):
    password = PasswordField("Password")
    code = StringField(
        "Code from your authenticator app", description="6 digits, newer than the last one used"
    )


class Join(OfficeForm):
    password = PasswordField(
        "New password",
        description="At least 12 characters. Three random words are good. Pasting is welcome",
    )
    again = PasswordField("The same password again")
    code = StringField("Code from your authenticator app", description="6 digits")


class Invite(OfficeForm):
    name = StringField("Name", validators=[Required("Enter the person's name")])
    email = StringField("E-mail address", validators=[Required("Enter an e-mail address")])
    roles = SelectMultipleField("Roles", choices=[(role, ROLE_WORDS[role][0]) for role in ROLES])


class Roles(OfficeForm):
    roles = SelectMultipleField("Roles", choices=[(role, ROLE_WORDS[role][0]) for role in ROLES])


class Leave(OfficeForm):
    successor = SelectField("Who takes over what they own")


class Recover(OfficeForm):
    kind = RadioField(
        "What was lost",
        choices=[
            ("password", "Only the password: the authenticator app still works"),
            ("everything", "The authenticator app, or both"),
        ],
        default="password",
    )


class Password(OfficeForm):
    password = PasswordField("New password", description="At least 12 characters")
    again = PasswordField("The same password again")

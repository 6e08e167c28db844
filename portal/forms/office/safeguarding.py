"""Forms of the safeguarding role, and the words for its codes."""

from __future__ import annotations

from wtforms import DateField, StringField

from portal.forms.office import OfficeForm, Required
from portal.forms.office.choosing import RadioField, SelectField

CATEGORY_WORDS = {
    "danger": "Immediate danger to life",
    "child": "A child may be at risk",
    "adult": "An adult may be at risk",
    "domestic-abuse": "Domestic abuse",
    "slavery": "Modern slavery",
    "terrorism": "Terrorism or radicalisation (Prevent)",
    "crime": "Intelligence about a crime",
    "self-harm": "Self-harm or suicide",
}
SOURCE_WORDS = {"moderator": "A moderator referred it", "phrases": "A phrase of the safety lists is in it"}
CHANNEL_WORDS = {
    "emergency-call": "999",
    "phone": "By phone",
    "secure-email": "By secure e-mail",
    "online-form": "On the service's own form",
    "in-person": "In person",
}
OUTCOME_WORDS = {
    "emergency-response": "The emergency services went",
    "referral-accepted": "The service took it on",
    "already-known": "The service knew already",
    "advice-only": "Advice was given",
    "no-action": "No action was needed",
}
RELEASE_WORDS = {
    "finished": "Dealt with: it is never published, and may now be deleted when its time comes",
    "not-safeguarding": "Not a safeguarding matter: the moderators decide about it",
}
REVEAL_WORDS = {
    "find-person": "Somebody has to be found",
    "find-place": "A place has to be found",
    "agency-asked": "The service that was told asks for it",
}


class Tell(OfficeForm):
    who = StringField(
        "Who was told",
        description="The service or role, not the person the comment is about",
        validators=[Required("Say which service or role was told")],
    )
    channel = SelectField("How", choices=list(CHANNEL_WORDS.items()))
    told_on = DateField("On which day")
    reference = StringField("Their reference", description="If they gave one. Nothing of what was said")
    seen = StringField()


class Classify(OfficeForm):
    category = SelectField("What the risk is about", choices=list(CATEGORY_WORDS.items()))
    seen = StringField()


class Conclude(OfficeForm):
    outcome = RadioField("What came of it", choices=list(OUTCOME_WORDS.items()))
    seen = StringField()


class Release(OfficeForm):
    reason = RadioField("Why the hold can end", choices=list(RELEASE_WORDS.items()))
    seen = StringField()


class Reveal(OfficeForm):
    purpose = RadioField("Why you need it", choices=list(REVEAL_WORDS.items()))

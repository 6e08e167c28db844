"""Forms about comments, and the words for moderation's codes."""

from __future__ import annotations

from wtforms import BooleanField, StringField, TextAreaField

from portal.forms.office import OfficeForm
from portal.forms.office.choosing import RadioField, SelectField, SelectMultipleField
from surveys.moderation import GROUNDS, PLACEHOLDERS, SPAM_GROUNDS

STATE_WORDS = {
    "waiting": "Waiting",
    "publishable": "Published in full",
    "redacted": "Published with replacements",
    "withheld": "Not published",
    "spam": "Spam",
    "referred": "With the safeguarding lead",
    "read": "Read only",
    "second-look": "Quotes waiting for a second look",
}
STATE_SHAPES = {
    "waiting": "waiting",
    "publishable": "published",
    "redacted": "replaced",
    "withheld": "withheld",
    "spam": "spam",
    "referred": "referred",
    "read": "done",
}
OUTCOME_WORDS = {
    "waiting": "Put back in the queue",
    "publishable": "All of it, as written",
    "redacted": "The version with replacements",
    "withheld": "None of it",
    "spam": "None of it: it is spam",
    "read": "None of it: read only, for the themes",
    "referred": "Sent to the safeguarding lead",
    "quote-cleared": "Cleared as a quote",
    "quote-declined": "Not used as a quote",
}
REASON_WORDS = {
    "identifies": "Names a person or lets them be recognised",
    "allegation": "Allegation against a person or business that could be identified",
    "active-case": "Active investigation or court case",
    "victim": "Could identify a victim who has lifelong anonymity",
    "child": "A child could be identified",
    "hate-or-threat": "Hate or a threat",
    "abuse": "Abuse or swearing at somebody",
    "complaint": "A complaint about a councillor, an officer or the police: it has its own route",
    "intelligence": "Information about a crime: 101 or Crimestoppers",
    "commercial": "Commercial or advertising",
    "political": "Party political",
    "off-topic": "Not about the question",
    "advertising": "Advertising",
    "repeated": "The same text again and again",
    "meaningless": "No meaning can be made out",
    "harmful-link": "A harmful link",
    "safeguarding": "Somebody may be at risk",
    "not-for-publication": "Read only",
    "nobody-available": "Nobody else was available",
}
REASON_GROUPS = (
    ("Words replaced, or none of it", GROUNDS),
    ("Spam", SPAM_GROUNDS),
)
KIND_WORDS = {
    "own-list": "On the partnership's own list",
    "email": "E-mail address",
    "link": "Link to a page",
    "card": "Card number: its check digit fits",
    "bank": "Bank account or sort code",
    "nhs": "NHS number: its check digit fits",
    "national-insurance": "National Insurance number",
    "phone": "Phone number",
    "postcode": "Full postcode",
    "vehicle": "Vehicle number plate",
    "birth": "Date of birth",
    "address": "House number and street",
    "street-offence": "A street or house, next to a crime",
    "titled": "A name with a title",
    "named": "Introduced as a name",
    "name-like": "Looks like first name and surname",
}
FLAG_WORDS = {
    "danger": "immediate danger",
    "child": "a child at risk",
    "adult": "an adult at risk",
    "domestic-abuse": "domestic abuse",
    "slavery": "modern slavery",
    "terrorism": "terrorism",
    "crime": "information about a crime",
    "self-harm": "self-harm or suicide",
}
MODE_WORDS = {
    "quotes": "Themes and selected quotes",
    "all": "All permitted comments",
}


class Decide(OfficeForm):
    outcome = RadioField(
        "What may the public see?", choices=list(OUTCOME_WORDS.items()), validate_choice=False
    )
    reason = SelectField("Reason (shown to the writer)", validate_choice=False)
    themes = SelectMultipleField("Themes in it", validate_choice=False)
    quote = BooleanField(
        "Quote for reports", description="Propose it as a quote. Another officer has a second look"
    )
    alone = BooleanField(
        "The writer appealed against your decision",
        description="Nobody else is available. This stays on record",
    )
    seen = StringField()


class Replace(OfficeForm):
    """One act on the words of a comment: see :func:`portal.office.comment.comment_words`."""

    words = StringField("Words, exactly as written")
    placeholder = SelectField("Replace with", choices=[(p, f"[{p}]") for p in PLACEHOLDERS])


class Refer(OfficeForm):
    category = RadioField("What is the risk about?", validate_choice=False)
    seen = StringField()


class Translate(OfficeForm):
    translation = TextAreaField(
        "English translation", description="It stands beside the original, never in its place"
    )


class Mode(OfficeForm):
    mode = RadioField("What may be published", choices=list(MODE_WORDS.items()), validate_choice=False)


class OwnWords(OfficeForm):
    words = StringField(
        "Words to point out", description="A block of flats, a family often named. Kept encrypted"
    )


class ThemeForm(OfficeForm):
    name = StringField("Name", description="A few words, at most 80 characters")
    description = StringField("What belongs in it", description="One sentence for whoever ticks it")
    retired = BooleanField("Retired", description="No longer offered. What it counted stays")

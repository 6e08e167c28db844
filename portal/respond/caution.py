"""Before somebody sends: what in their words looks like personal data. They may change it or keep it."""

from __future__ import annotations

from collections.abc import Mapping

from flask import request
from flask_babel import gettext

from portal.respond import visit
from surveys.moderation import detection
from surveys.questionnaire.model import Answers, Questionnaire

TRAP = "_website"
"""A field nobody sees: who fills it in is probably a machine. It is noted and changes nothing."""
SECONDS_A_QUESTION = 2
FEWEST_ANSWERED = 5

LOOKS_LIKE: Mapping[str, str] = {
    **dict.fromkeys(("titled", "named", "name-like"), "name"),
    **dict.fromkeys(("address", "postcode"), "address"),
    **dict.fromkeys(("card", "bank"), "bank"),
    **dict.fromkeys(("nhs", "national-insurance"), "number"),
    "street-offence": "place",
    "phone": "phone",
    "email": "email",
    "vehicle": "vehicle",
    "birth": "birth",
}
"""Kind of finding to the sentence about it; a link to a page needs none."""


def cautions(text: str) -> tuple[str, ...]:
    """A sentence for each kind of personal data the text seems to hold; none is a fault."""
    said = {
        "name": gettext("Part of this looks like somebody’s name."),
        "address": gettext("Part of this looks like an address."),
        "bank": gettext("Part of this looks like bank details."),
        "number": gettext("Part of this looks like an official number of a person."),
        "place": gettext("Part of this may show which house or street you mean."),
        "phone": gettext("Part of this looks like a phone number."),
        "email": gettext("Part of this looks like an e-mail address."),
        "vehicle": gettext("Part of this looks like a vehicle number plate."),
        "birth": gettext("Part of this looks like a date of birth."),
    }
    kinds = dict.fromkeys(LOOKS_LIKE[kind] for kind in detection.kinds(text) if kind in LOOKS_LIKE)
    return tuple(said[kind] for kind in kinds)


def cautions_of(questionnaire: Questionnaire, answers: Answers) -> dict[str, str]:
    """Question id to what is said about the words written there; an organisation's name is left alone."""
    found: dict[str, dict[str, None]] = {}
    for item, value in answers.items():
        question = questionnaire.question_by_id.get(item.partition(".")[0])
        own = "." in item or getattr(question, "kind", "") in ("short-text", "long-text")
        if question is None or not own or not isinstance(value, str) or getattr(question, "names", False):
            continue
        found.setdefault(question.id, {}).update(dict.fromkeys(cautions(value)))
    keep = gettext("You can take it out, or keep it.")
    return {id: " ".join((*said, keep)) for id, said in found.items() if said}


def signs_of(slug: str, answers: Answers) -> list[str]:
    """Signs of a machine about this submission. They are noted beside the response and block nothing."""
    signs = ["trap"] if request.form.get(TRAP) else []
    seconds = visit.seconds_since_start(slug)
    answered = sum(value is not None for value in answers.values())
    if seconds is not None and answered >= FEWEST_ANSWERED and seconds < SECONDS_A_QUESTION * answered:
        signs.append("fast")
    return signs

"""Words about publications and scrutiny."""

from __future__ import annotations

from portal.office_words import Facts, Say

GATE_WORDS = {
    "quality_letter_on": "the day of the quality-assurance letter",
    "family_informed_on": "the day the family was informed",
    "trial_ended_on": "the day any trial ended",
    "pseudonyms": "that all names are pseudonyms",
    "metadata_removed": "that files hold no metadata",
    "review_on": "when it is looked at again",
}


def _gate(facts: Facts) -> str:
    lacks = ", ".join(GATE_WORDS.get(one, one) for one in facts.get("lacks", ()))
    return f"It cannot be public until this is noted: {lacks or 'the whole gate'}"


WORDS: dict[str, Say] = {
    "publication.slug": lambda _: "Use small letters, figures and hyphens, at most 60",
    "publication.exists": lambda _: "There is a document at this address already",
    "publication.kind": lambda _: "Choose what kind of document it is",
    "publication.title": lambda _: "Give it a title, at most 200 characters",
    "publication.body": lambda _: "Put the document's words here. A file can only stand beside them",
    "publication.dated": lambda _: "Enter the day the document carries",
    "publication.gate": _gate,
    "publication.not_public": lambda _: "It is not public",
    "publication.meanwhile": lambda _: "Somebody else changed this document meanwhile. Open it again",
    "scrutiny.made_by": lambda _: "Say who made it, in no more than 200 characters",
    "scrutiny.words": lambda _: "Write it down, in no more than 8,000 characters",
    "scrutiny.day": lambda _: "Enter the day",
    "scrutiny.clock": lambda _: "A reply cannot be due before the recommendation came",
    "scrutiny.meanwhile": lambda _: "Somebody else changed this recommendation meanwhile. Open it again",
    "scrutiny.what": lambda _: "Say what was sent, in no more than 200 characters",
    "scrutiny.recipient": lambda _: "Say to whom it was sent, in no more than 200 characters",
}

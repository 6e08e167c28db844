"""Words about paper, phone and face-to-face answers."""

from __future__ import annotations

from portal.office_words import Say

WORDS: dict[str, Say] = {
    "batch.name": lambda _: "Give the batch a name of up to 60 characters",
    "batch.channel": lambda _: "Choose how these answers came",
    "batch.counts": lambda _: "No more forms can come back than went out. Check both numbers",
    "batch.exists": lambda _: "This survey already has a batch of that name",
    "form.number": lambda _: "Enter the form’s number: up to 20 letters, digits and dashes",
    "form.there": lambda _: "This form was already typed or put aside. Check its number",
    "form.stopped": lambda _: (
        "These answers end the survey early, so they cannot be sent. Put the form aside, and say why"
    ),
    "form.released": lambda _: "The results are published. Answers that arrive now cannot be added",
    "form.not_waiting": lambda _: "No form of this number waits for its second typing",
    "received.day": lambda _: "Enter a day on which the survey was open, not in the future",
}

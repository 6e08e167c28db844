"""Words about inviting organisations, and about short addresses."""

from __future__ import annotations

from portal.office_words import Say

WORDS: dict[str, Say] = {
    "invitation.kind": lambda _: "Only a survey for named organisations has invitations",
    "invitation.name": lambda _: "Enter the organisation’s name, up to 100 characters",
    "invitation.there": lambda _: "This organisation is already invited to this survey",
    "invitation.expiry": lambda _: "Enter a last day in the future",
    "invitation.source": lambda _: "Say who sent the spreadsheet, in up to 160 characters",
    "short.code": lambda _: "Use 2 to 20 small letters and digits",
    "short.taken": lambda _: "This short address is taken, perhaps by an earlier survey. Choose another",
    "contacts.none": lambda _: "Nobody has confirmed an address for this consultation",
}

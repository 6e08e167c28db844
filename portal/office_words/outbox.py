"""Words about letters and about complaints."""

from __future__ import annotations

from portal.office_words import Say

WORDS: dict[str, Say] = {
    "mail.header": lambda _: "Write the subject in one short line",
    "mail.unknown": lambda _: "There is no such letter any more",
    "mail.sent": lambda _: "This letter was sent already",
    "complaint.state": lambda _: "This complaint has already come further",
    "complaint.answer": lambda _: "Write what was found and done, in up to 5,000 characters",
}

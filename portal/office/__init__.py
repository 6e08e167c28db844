"""The office: what officers see once they have signed in, one view module a noun."""

from __future__ import annotations

import portal.office.account as account
import portal.office.audit as audit
import portal.office.builder as builder
import portal.office.builder_pages as builder_pages
import portal.office.builder_publish as builder_publish
import portal.office.builder_questions as builder_questions
import portal.office.builder_routes as builder_routes
import portal.office.builder_translations as builder_translations
import portal.office.door as door
import portal.office.people as people
import portal.office.safeguarding as safeguarding
import portal.office.today as today
from portal.office.blueprint import bp

__all__ = [
    "account",
    "audit",
    "bp",
    "builder",
    "builder_pages",
    "builder_publish",
    "builder_questions",
    "builder_routes",
    "builder_translations",
    "door",
    "people",
    "safeguarding",
    "today",
]

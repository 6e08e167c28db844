"""The office: what officers see once they have signed in, one view module a noun.

Importing a view module adds its addresses; each stands on a line of its own.
"""

from __future__ import annotations

import portal.office.account
import portal.office.account as account
import portal.office.appeals as appeals
import portal.office.audit
import portal.office.audit as audit
import portal.office.builder_files
import portal.office.census
import portal.office.census as census
import portal.office.coding
import portal.office.comment
import portal.office.comment as comment
import portal.office.comments as comments
import portal.office.desk
import portal.office.desk as desk
import portal.office.desk_exact
import portal.office.desk_exact as desk_exact
import portal.office.desk_export
import portal.office.desk_export as desk_export
import portal.office.door
import portal.office.door as door
import portal.office.erasing as erasing
import portal.office.invitations as invitations
import portal.office.keying as keying
import portal.office.outbox as outbox
import portal.office.people as people
import portal.office.plan
import portal.office.plan_items
import portal.office.publications
import portal.office.releases as releases
import portal.office.report_back
import portal.office.requests as requests
import portal.office.retention as retention
import portal.office.safeguarding
import portal.office.safeguarding as safeguarding
import portal.office.scrutiny
import portal.office.today as today
from portal.office.blueprint import bp

__all__ = [
    "account",
    "appeals",
    "audit",
    "bp",
    "census",
    "comment",
    "comments",
    "desk",
    "desk_exact",
    "desk_export",
    "door",
    "erasing",
    "invitations",
    "keying",
    "outbox",
    "people",
    "releases",
    "requests",
    "retention",
    "safeguarding",
    "today",
]
import portal.office.account
import portal.office.audit
import portal.office.comment
import portal.office.comments
import portal.office.door
import portal.office.invitations
import portal.office.keying
import portal.office.outbox
import portal.office.people
import portal.office.releases
import portal.office.safeguarding
import portal.office.today

__all__ = [
    "account",
    "audit",
    "bp",
    "census",
    "comment",
    "comments",
    "desk",
    "desk_exact",
    "desk_export",
    "door",
    "invitations",
    "keying",
    "outbox",
    "people",
    "releases",
    "safeguarding",
    "today",
]
import portal.office.appeals
import portal.office.audit
import portal.office.board
import portal.office.builder
import portal.office.builder_files
import portal.office.builder_pages
import portal.office.builder_publish
import portal.office.builder_questions
import portal.office.builder_routes
import portal.office.builder_translations
import portal.office.campaigns
import portal.office.census
import portal.office.coding
import portal.office.comment
import portal.office.comments
import portal.office.decision
import portal.office.decision_parts
import portal.office.desk
import portal.office.desk_exact
import portal.office.desk_export
import portal.office.door
import portal.office.erasing
import portal.office.evidence
import portal.office.health
import portal.office.invitations
import portal.office.keying
import portal.office.outbox
import portal.office.outreach
import portal.office.people
import portal.office.problems
import portal.office.reach
import portal.office.releases
import portal.office.requests
import portal.office.retention
import portal.office.round_approval
import portal.office.round_dates
import portal.office.round_records
import portal.office.rounds
import portal.office.safeguarding
import portal.office.scoring
import portal.office.text_history
import portal.office.texts
import portal.office.themes
import portal.office.today
import portal.office.year

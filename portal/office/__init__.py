"""The office: what officers see once they have signed in, one view module a noun.

Importing a view module adds its addresses; each stands on a line of its own.
"""

from __future__ import annotations

import portal.office.account
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
from portal.office.blueprint import bp as bp

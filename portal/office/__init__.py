"""The office: what officers see once they have signed in, one view module a noun.

Importing a view module adds its addresses; each stands on a line of its own.
"""

from __future__ import annotations

import portal.office.account
import portal.office.account as account
import portal.office.audit
import portal.office.audit as audit
import portal.office.census as census
import portal.office.comment as comment
import portal.office.comments as comments
import portal.office.desk as desk
import portal.office.desk_exact as desk_exact
import portal.office.desk_export as desk_export
import portal.office.door
import portal.office.door as door
import portal.office.invitations as invitations
import portal.office.keying as keying
import portal.office.outbox as outbox
import portal.office.people
import portal.office.people as people
import portal.office.round_approval as round_approval
import portal.office.round_dates as round_dates
import portal.office.round_records as round_records
import portal.office.rounds as rounds
import portal.office.safeguarding as safeguarding
import portal.office.text_history as text_history
import portal.office.texts as texts
import portal.office.releases
import portal.office.releases as releases
import portal.office.safeguarding
import portal.office.safeguarding as safeguarding
import portal.office.today
import portal.office.today as today
from portal.office.blueprint import bp as bp

__all__ = ["account", "audit", "bp", "door", "people", "round_approval", "round_dates", "round_records", "rounds", "safeguarding", "text_history", "texts", "today"]
__all__ = ["account", "audit", "bp", "comment", "comments", "door", "people", "safeguarding", "today"]
__all__ = [
    "account",
    "audit",
    "bp",
    "census",
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

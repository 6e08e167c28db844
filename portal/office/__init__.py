"""The office: what officers see once they have signed in, one view module a noun."""

from __future__ import annotations

import portal.office.account as account
import portal.office.audit as audit
import portal.office.door as door
import portal.office.people as people
import portal.office.round_approval as round_approval
import portal.office.round_dates as round_dates
import portal.office.round_records as round_records
import portal.office.rounds as rounds
import portal.office.safeguarding as safeguarding
import portal.office.text_history as text_history
import portal.office.texts as texts
import portal.office.today as today
from portal.office.blueprint import bp

__all__ = ["account", "audit", "bp", "door", "people", "round_approval", "round_dates", "round_records", "rounds", "safeguarding", "text_history", "texts", "today"]

"""Who does what and when, as every verb of the house wants to know it."""

from __future__ import annotations

import datetime as dt
from typing import TypedDict

from portal.office.blueprint import keys, now, officer
from surveys.sealing import Keyring


class Signature(TypedDict):
    by: str
    now: dt.datetime
    keys: Keyring


def signed() -> Signature:
    """The signed-in officer, this moment, and the keys: ``verb(session, …, **signed())``."""
    return {"by": officer().by, "now": now(), "keys": keys()}

"""The blueprint of the public letterbox: nothing here is ever cached, and nothing leads to a response."""

from __future__ import annotations

import datetime as dt
from typing import cast

from flask import Blueprint, current_app

from portal.config import Settings
from surveys.sealing import Keyring

bp = Blueprint("letterbox", __name__)

MOST_TYPED = 100
"""Characters of a link's token that are looked at."""


def now() -> dt.datetime:
    return cast(dt.datetime, current_app.extensions["portal.clock"]())


def keys() -> Keyring:
    return cast(Keyring, current_app.extensions["portal.keys"])


def settings() -> Settings:
    return cast(Settings, current_app.extensions["portal.settings"])

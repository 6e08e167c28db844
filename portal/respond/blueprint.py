"""The blueprint of a resident's path, and the clock of their visit."""

from __future__ import annotations

from flask import Blueprint

from portal.respond import visit

bp = Blueprint("respond", __name__, url_prefix="/surveys")
bp.before_request(visit.keep_time)

"""How often one caller may ask the same question of the API.

Counted in this process, or in Redis for all of them. The first question loads the counter: most workers never
hear one.
"""

from __future__ import annotations

import time
from functools import cached_property
from typing import TYPE_CHECKING

from flask import Flask, Response, abort, current_app, g, request

from portal.config import Settings
from surveys import attempts

if TYPE_CHECKING:
    from limits.strategies import FixedWindowRateLimiter

PER_MINUTE = 120


class Pace:
    """Counts callers by a hash that changes daily, for each address of the API apart."""

    def __init__(self, where: str) -> None:
        self._where = where

    @cached_property
    def _counter(self) -> FixedWindowRateLimiter:
        from limits.storage import storage_from_string
        from limits.strategies import FixedWindowRateLimiter

        return FixedWindowRateLimiter(storage_from_string(self._where))

    def count(self, who: str, what: str) -> tuple[bool, dict[str, str]]:
        """Whether this call is still welcome, and the headers that tell the caller where they stand."""
        from limits import RateLimitItemPerMinute

        limit = RateLimitItemPerMinute(PER_MINUTE)
        welcome = self._counter.hit(limit, who, what)
        reset, remaining = self._counter.get_window_stats(limit, who, what)
        return welcome, {
            "X-RateLimit-Limit": str(PER_MINUTE),
            "X-RateLimit-Remaining": str(remaining),
            "X-RateLimit-Reset": str(int(reset)),
            "Retry-After": str(max(0, int(reset - time.time()))),
        }


def init_app(app: Flask, settings: Settings) -> None:
    app.extensions["portal.pace"] = Pace(settings.redis_url or "memory://")


def keep() -> None:
    """Before each answer: counts the caller, and refuses whoever asks too often."""
    pace: Pace = current_app.extensions["portal.pace"]
    keys, now = current_app.extensions["portal.keys"], current_app.extensions["portal.clock"]()
    who = attempts.caller(keys, request.remote_addr or "", now).hex()
    welcome, g.pace = pace.count(who, request.endpoint or "")
    if not welcome:
        abort(429)


def tell(response: Response) -> Response:
    """After each answer: the headers, whether it was given or refused."""
    response.headers.update(g.get("pace", {}))
    return response

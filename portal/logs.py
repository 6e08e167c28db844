"""One line of JSON per event: what happened, never who asked, from where, or what they wrote."""

from __future__ import annotations

import datetime as dt
import json
import logging
import secrets
import sys
import time
import traceback
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any, TextIO

from flask import Flask, Response, g, request

from portal.permissions import Permission, permission_of


class Events(logging.LoggerAdapter[logging.Logger]):
    """The portal's own events, each with facts: ``log.info("job", job="reseal")``."""

    def process(self, msg: str, kwargs: MutableMapping[str, Any]) -> tuple[str, MutableMapping[str, Any]]:
        problem = kwargs.pop("exc_info", None)
        return msg, {"exc_info": problem, "extra": {"facts": kwargs}}


log = Events(logging.getLogger("portal"))


def frames(problem: BaseException) -> list[str]:
    """Where a fault came from, as file:line:function. Its message is left out: it may quote an answer."""
    trail: TracebackType | None = problem.__traceback__
    return [f"{frame.filename}:{frame.lineno}:{frame.name}" for frame in traceback.extract_tb(trail)][-12:]


class _Line(logging.Formatter):
    """A record as JSON. Of a fault the kind and the place are kept, never its message or its values; of lines
    of other packages, which may hold addresses and paths, only their source and level."""

    def format(self, record: logging.LogRecord) -> str:
        facts: dict[str, object] | None = getattr(record, "facts", None)
        if facts is not None:
            line = {**facts, "event": record.msg}
        else:
            line = {"event": f"{record.name} reported something", "place": f"{record.module}:{record.lineno}"}
        line["level"] = record.levelname.lower()
        line["timestamp"] = dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat()
        problem = record.exc_info[1] if record.exc_info else None
        if problem is not None:
            line["fault"] = type(problem).__name__
            line["frames"] = frames(problem)
        return json.dumps(line, ensure_ascii=False, default=repr)


def configure(level: str = "info", stream: TextIO | None = None) -> None:
    """Sends our events and those of other packages to one stream (stderr by default)."""
    output = logging.StreamHandler(stream or sys.stderr)
    output.setFormatter(_Line())
    root = logging.getLogger()
    root.handlers[:] = [output]
    root.setLevel(logging.WARNING)
    logging.getLogger("portal").setLevel(level.upper())


def request_id() -> str:
    """A random name for this request, shown on fault pages and in its log lines."""
    if "request_id" not in g:
        g.request_id = secrets.token_hex(6)
    return str(g.request_id)


def _start_clock() -> None:
    g.started = time.perf_counter()


def _finish(response: Response) -> Response:
    """Survey, receipt and return pages leave no line at all; the rest leave an endpoint, never an address."""
    if (
        permission_of(request.endpoint) not in (Permission.RESPOND, Permission.PROBE)
        and request.endpoint != "static"
    ):
        facts: dict[str, Any] = {"endpoint": request.endpoint or "none", "status": response.status_code}
        started = g.get("started")
        if started is not None:
            facts["ms"] = round((time.perf_counter() - started) * 1000, 1)
        log.info("request", method=request.method, request_id=request_id(), **facts)
    return response


def fault(problem: BaseException, **facts: Any) -> None:
    """One line about a fault of ours, with the endpoint and never the address."""
    log.error(
        "fault", endpoint=request.endpoint or "none", request_id=request_id(), exc_info=problem, **facts
    )


def init_app(app: Flask) -> None:
    app.before_request(_start_clock)
    app.after_request(_finish)

"""One line of JSON per event: what happened, never who asked, from where, or what they wrote."""

from __future__ import annotations

import logging
import secrets
import sys
import time
import traceback
from types import TracebackType
from typing import Any, TextIO

import structlog
from flask import Flask, Response, g, request
from structlog.types import EventDict, WrappedLogger

from portal.permissions import Permission, permission_of

log = structlog.get_logger("portal")


def frames(problem: BaseException) -> list[str]:
    """Where a fault came from, as file:line:function. Its message is left out: it may quote an answer."""
    trail: TracebackType | None = problem.__traceback__
    return [f"{frame.filename}:{frame.lineno}:{frame.name}" for frame in traceback.extract_tb(trail)][-12:]


def _without_words(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Keeps the kind and the place of a fault, drops its message and its values."""
    info = event.pop("exc_info", None)
    problem = info if isinstance(info, BaseException) else info[1] if isinstance(info, tuple) else None
    if problem is not None:
        event["fault"] = type(problem).__name__
        event["frames"] = frames(problem)
    return event


def _foreign(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Lines of other packages may hold addresses and paths: only their source and level are kept."""
    record: logging.LogRecord | None = event.get("_record")
    if event.get("_from_structlog") or record is None:
        return event
    event["event"] = f"{record.name} reported something"
    event["place"] = f"{record.module}:{record.lineno}"
    if record.exc_info:
        event["exc_info"] = record.exc_info
    event.pop("positional_args", None)
    return event


def configure(level: str = "info", stream: TextIO | None = None) -> None:
    """Sends our events and those of other packages to one stream (stderr by default)."""
    steps: list[structlog.types.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *steps,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    output = logging.StreamHandler(stream or sys.stderr)
    output.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=steps,
            processors=[
                _foreign,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _without_words,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
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


def fault(problem: BaseException, **facts: object) -> None:
    """One line about a fault of ours, with the endpoint and never the address."""
    log.error(
        "fault", endpoint=request.endpoint or "none", request_id=request_id(), exc_info=problem, **facts
    )


def init_app(app: Flask) -> None:
    app.before_request(_start_clock)
    app.after_request(_finish)

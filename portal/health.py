"""Whether the portal works, for machines that ask: the process, its database, counters when switched on."""

from __future__ import annotations

import time

from flask import Blueprint, Flask, Response, abort, current_app, g, request
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from portal import schema
from portal.condition import last_tick_age
from portal.config import Settings
from portal.database import database
from portal.permissions import Permission, permission_of

STALE_JOBS_SECONDS = 30 * 60

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def alive() -> Response:
    """The process answers."""
    return Response("ok\n", mimetype="text/plain")


@bp.get("/readyz")
def ready() -> Response:
    """The database answers, stands at the newest migration, and the jobs ticked lately; else 503."""
    reasons = problems()
    return Response("\n".join(reasons or ["ready"]) + "\n", 503 if reasons else 200, mimetype="text/plain")


def problems() -> list[str]:
    settings: Settings = current_app.extensions["portal.settings"]
    engine = database().engine
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        if schema.stands_at(engine) != current_app.extensions["portal.newest"]:
            return ["database is not at the newest migration"]
    except SQLAlchemyError:
        return ["database does not answer"]
    age = last_tick_age(settings.data_dir, time.time()) if settings.jobs else None
    if age is not None and age > STALE_JOBS_SECONDS:
        return [f"jobs last ran {int(age)} seconds ago"]
    return []


@bp.get("/metrics")
def metrics() -> Response:
    if "portal.metrics" not in current_app.extensions:
        abort(404)
    from prometheus_client import generate_latest

    return Response(generate_latest(current_app.extensions["portal.metrics"]), mimetype="text/plain")


def _count_requests(app: Flask) -> None:
    from prometheus_client import CollectorRegistry, Counter, Histogram

    registry = app.extensions["portal.metrics"] = CollectorRegistry()
    requests = Counter(
        "portal_requests", "Requests by kind of page and status", ("kind", "status"), registry=registry
    )
    seconds = Histogram("portal_seconds", "Time to answer by kind of page", ("kind",), registry=registry)

    def count(response: Response) -> Response:
        kind = permission_of(request.endpoint) or Permission.PUBLIC
        requests.labels(kind.value, str(response.status_code)).inc()
        if "started" in g:
            seconds.labels(kind.value).observe(time.perf_counter() - g.started)
        return response

    app.after_request(count)


def init_app(app: Flask, settings: Settings) -> None:
    app.register_blueprint(bp)
    if settings.metrics:
        _count_requests(app)

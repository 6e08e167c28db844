"""gunicorn behind nginx: ``gunicorn --config portal/deploy/gunicorn.conf.py "portal:create_app()"``."""

from __future__ import annotations

from typing import Any

from portal.application import before_fork
from portal.database import after_fork

bind = "unix:/run/portal/portal.sock"
preload_app = True
worker_class = "gthread"
workers = 2
threads = 4
timeout = 30
graceful_timeout = 30
max_requests = 2000
max_requests_jitter = 200
forwarded_allow_ips = "*"  # only nginx can reach the socket
accesslog = None  # the portal writes its own lines, without addresses
errorlog = "-"
loglevel = "warning"


def post_fork(server: Any, worker: Any) -> None:
    """A worker opens its own connections to the database."""
    after_fork(server.app.wsgi())


def when_ready(server: Any) -> None:
    """What the workers can share is made before the first of them."""
    before_fork(server.app.wsgi())

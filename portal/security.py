"""What every answer to a browser carries, and which requests are refused before a view sees them."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from portal.config import Settings
from portal.database import SAFE_METHODS
from portal.permissions import Permission, permission_of
from portal.rendering import site

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MAX_BODY = 1024 * 1024
LARGE_BODIES = {
    "office.evidence_crime": 60 * 1024 * 1024,
    "office.round_documents": 10 * MAX_BODY + 64 * 1024,
    "office.publication_attach": 10 * MAX_BODY + 64 * 1024,
}
"""Officers' uploads that may be larger: police files of a month or two. The command line takes any size."""
LONGEST_BODY, PIECE = 64 * 1024 * 1024, 64 * 1024
"""What nginx lets pass at most, and how much of it is taken at once."""
PUBLIC_SECONDS = 60
YEAR_SECONDS = 365 * 24 * 3600

EXEMPT = frozenset({"respond.leave", "letterbox.leave"})
"""Leaving must work from any page, at any time, with any token; a list also from inside a mail program."""

NO_FRAME = "X-Frame-Options"
STEADY = (
    ("X-Content-Type-Options", "nosniff"),
    (NO_FRAME, "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    (
        "Permissions-Policy",
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
)
FRAMABLE = frozenset({"public.embed"})
"""Pages anybody may show in a frame on a page of their own: one released table each."""
FRAMED = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; form-action 'none'; "
    "frame-ancestors *; base-uri 'none'"
)
INERT = "default-src 'none'; frame-ancestors 'none'; sandbox"
"""For everything that is not a page."""

csrf = CSRFProtect()


class SteadyHeaders:
    """Adds what never varies to every answer, as the last thing before it leaves.

    Only an answer sealed for foreign frames (:data:`FRAMABLE`) goes without the header that forbids them.
    """

    def __init__(self, app: WSGIApplication, headers: Iterable[tuple[str, str]]) -> None:
        self.app = app
        self.headers = list(headers)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], fault: Any = None) -> Any:
            steady = self.headers
            if ("Content-Security-Policy", FRAMED) in headers:
                steady = [header for header in steady if header[0] != NO_FRAME]
            return start_response(status, headers + steady, fault)

        return self.app(environ, start)


@lru_cache(maxsize=16)
def content_policy(exit_url: str = "") -> str:
    """Files of ours only: no inline script or style, no third party, no frame; forms may also lead out."""
    exit_origin = origin_of(exit_url)
    leave = f" {exit_origin}" if exit_origin else ""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
        "img-src 'self' blob: data:; connect-src 'self'; "
        f"form-action 'self'{leave}; frame-ancestors 'none'; base-uri 'none'"
    )


def origin_of(url: str) -> str:
    """``https://host`` of an address, or nothing when it is not one."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") and parts.netloc else ""


def refuse() -> None:
    """Foreign hosts, foreign forms and NUL in an address go no further."""
    settings: Settings = current_app.extensions["portal.settings"]
    permission = permission_of(request.endpoint)
    if settings.production and permission is not Permission.PROBE and request.host != settings.public_host:
        abort(400)
    if "\0" in request.path or b"%00" in request.query_string:
        abort(404)
    if request.method not in SAFE_METHODS and request.endpoint not in EXEMPT and _is_foreign():
        abort(403)


def _is_foreign() -> bool:
    origin = request.headers.get("Origin")
    if origin is not None:
        return origin.partition("://")[2] != request.host
    return request.headers.get("Sec-Fetch-Site", "same-origin") in ("cross-site", "same-site")


def protect() -> None:
    """CSRF for every unsafe request except leaving; after the host and origin checks."""
    if request.endpoint in LARGE_BODIES:
        request.max_content_length = LARGE_BODIES[request.endpoint]
    if request.method not in SAFE_METHODS and request.endpoint not in EXEMPT and request.endpoint is not None:
        csrf.protect()


def hear_out(response: Response) -> Response:
    """Drops what nobody read of a body: a proxy that is still sending would never hear the answer."""
    if request.method not in SAFE_METHODS:
        with suppress(OSError):
            for _ in range(LONGEST_BODY // PIECE):
                if not request.environ["wsgi.input"].read(PIECE):
                    break
    return response


def seal(response: Response) -> Response:
    """What scripts and forms may do, then what may be kept and by whom."""
    page = response.mimetype == "text/html"
    if page and response.status_code == 200 and request.endpoint in FRAMABLE:
        policy = FRAMED
    else:
        policy = content_policy(site().exit_url) if page else INERT
    response.headers["Content-Security-Policy"] = policy
    return _cached(response)


def _cached(response: Response) -> Response:
    permission = permission_of(request.endpoint)
    if request.endpoint == "static":
        return response
    read = response.status_code == 200 and request.method in ("GET", "HEAD")
    said = response.headers.get("Cache-Control")  # a view may be stricter, never more generous by accident
    if permission is not Permission.PUBLIC or not read or said == "no-store":
        response.headers["Cache-Control"] = said or "no-store"
        return response
    response.headers["Cache-Control"] = said or f"public, max-age={PUBLIC_SECONDS}"
    if not response.is_streamed:
        response.add_etag()
        response.make_conditional(request)
    return response


def init_app(app: Flask, settings: Settings) -> None:
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="__Host-portal" if settings.production else "portal",
        SESSION_COOKIE_SECURE=settings.production,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_SSL_STRICT=False,  # some browsers send no Referer; the Origin check above does this work
        MAX_CONTENT_LENGTH=MAX_BODY,
        MAX_FORM_MEMORY_SIZE=MAX_BODY,
        MAX_FORM_PARTS=2000,
        PREFERRED_URL_SCHEME="https" if settings.production else "http",
    )
    csrf.init_app(app)
    app.before_request(refuse)
    app.before_request(protect)
    app.after_request(seal)
    app.after_request(hear_out)
    steady = list(STEADY)
    if settings.production:
        steady.append(("Strict-Transport-Security", f"max-age={YEAR_SECONDS}"))
    app.wsgi_app = SteadyHeaders(app.wsgi_app, steady)  # type: ignore[method-assign]
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]

"""One officer's browser: the signed cookie that holds a session's token and when it was last served."""

from __future__ import annotations

import datetime as dt
from typing import cast
from urllib.parse import urlsplit

from flask import Response, current_app, g, request
from itsdangerous import BadData, URLSafeSerializer

from portal.accounts import sign_in
from portal.accounts.sign_in import SignedIn
from portal.config import Settings
from portal.database import read_session
from surveys.sealing import Keyring


def now() -> dt.datetime:
    return cast("dt.datetime", current_app.extensions["portal.clock"]())


def keys() -> Keyring:
    return cast(Keyring, current_app.extensions["portal.keys"])


def settings() -> Settings:
    return cast(Settings, current_app.extensions["portal.settings"])


def cookie_name() -> str:
    return "__Host-portal-office" if settings().production else "portal-office"


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(settings().secret_key, salt="office cookie")


def token() -> str | None:
    """The session token this browser brought, if its cookie is one of ours."""
    found = _brought()
    return found[0] if found is not None else None


def _brought() -> tuple[str, int] | None:
    try:
        held, seen = _signer().loads(request.cookies.get(cookie_name(), ""))
    except (BadData, TypeError, ValueError):
        return None
    return (held, seen) if isinstance(held, str) and isinstance(seen, int) else None


def load() -> SignedIn | None:
    """Who is signed in here; looked up once a request."""
    if "signed_in" not in g:
        g.signed_in = None
        found = _brought()
        if found is not None:
            held, seen = found
            last = dt.datetime.fromtimestamp(seen, dt.UTC)
            g.signed_in = sign_in.who(read_session(), held, seen=last, now=now(), keys=keys())
    return cast("SignedIn | None", g.signed_in)


def keep(response: Response, new: str | None = None) -> Response:
    """Sends the cookie again with this moment, or with a new session's token."""
    held = new or (token() if load() is not None else None)
    if held is not None:
        response.set_cookie(
            cookie_name(),
            _signer().dumps([held, int(now().timestamp())]),
            secure=settings().production,
            httponly=True,
            samesite="Lax",
            path="/",
        )
    return response


def drop(response: Response) -> Response:
    g.signed_in = None
    g.dropped = True
    response.delete_cookie(
        cookie_name(), path="/", secure=settings().production, httponly=True, samesite="Lax"
    )
    return response


def safe_next(wanted: str | None) -> str | None:
    """An address of the office to go on to after signing in; anything else is forgotten."""
    if not wanted or not wanted.startswith("/office") or "\\" in wanted:
        return None
    parts = urlsplit(wanted)
    inside = not parts.scheme and not parts.netloc and (parts.path == "/office" or parts.path[7:8] == "/")
    return wanted if inside and wanted.isprintable() else None

"""The token a mail provider wants at sign-in, fetched by the site itself: OAuth client credentials."""

from __future__ import annotations

import json
import re
import ssl
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import IO, Any
from urllib.parse import urlencode

from portal.config import HERE, TOKEN_URL, Mail

SECONDS = 20
"""How long the token server may take."""
MOST_BYTES = 64 * 1024
EARLY = 300.0
"""A token is fetched anew this many seconds before it ends; half way, if it lasts less than twice that."""
LONGEST = 24 * 3600.0
TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{1,16000}")
"""What a bearer token is made of (RFC 6750): nothing that could end a line of the mail sign-in."""
REFUSALS = frozenset(
    {
        "invalid_client",
        "invalid_grant",
        "invalid_request",
        "invalid_scope",
        "unauthorized_client",
        "unsupported_grant_type",
    }
)
"""Why a token server refuses, in the words of the standard; whatever else it says is not repeated."""


class NoToken(Exception):
    """There is no token. ``fault`` is a code; it never holds what was sent or answered."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


@dataclass
class Tokens:
    """The token in use, kept in memory only, for the threads of one process."""

    clock: Callable[[], float] = time.monotonic
    _token: str = field(default="", repr=False)
    _of: Mail | None = field(default=None, repr=False)
    _until: float = 0.0
    _turn: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def token(self, mail: Mail) -> str:
        """The token for this mailbox, fetched when there is none or it is about to end. Raises NoToken."""
        with self._turn:
            if self._of != mail or not self._token or self.clock() >= self._until:
                self._token = ""
                self._token, lasts = _fetched(mail)
                self._of, self._until = mail, self.clock() + max(lasts - EARLY, lasts / 2)
            return self._token

    def forget(self) -> None:
        """The mail server refused it: the next sign-in fetches another."""
        with self._turn:
            self._token = ""


def _fetched(mail: Mail) -> tuple[str, float]:
    """A token and for how many seconds it is good."""
    asked = {
        "grant_type": "client_credentials",
        "client_id": mail.client_id,
        "client_secret": _secret(mail),
    }
    if mail.scope:
        asked["scope"] = mail.scope
    request = urllib.request.Request(  # noqa: S310 - the settings allow https, and http on this machine only
        mail.token_url, urlencode(asked).encode(), {"Accept": "application/json"}
    )
    try:
        with _opener(mail.token_url).open(request, timeout=SECONDS) as answer:
            said = _said(answer)
    except urllib.error.HTTPError as problem:
        with problem:
            reason = _refusal(problem)
        raise NoToken(f"token.{reason}") from None
    except ssl.SSLError:
        raise NoToken("token.certificate") from None
    except urllib.error.URLError as problem:
        untrusted = isinstance(problem.reason, ssl.SSLError)
        raise NoToken("token.certificate" if untrusted else "token.connection") from None
    except (OSError, HTTPException):
        raise NoToken("token.connection") from None
    token, lasts = said.get("access_token"), said.get("expires_in", 0)
    if not isinstance(token, str) or not TOKEN.fullmatch(token):
        raise NoToken("token.answer")
    try:
        return token, min(max(float(lasts), 0.0), LONGEST)
    except (TypeError, ValueError):
        return token, 0.0


def _secret(mail: Mail) -> str:
    """Read anew each time, so that a renewed secret needs no restart."""
    if mail.client_secret_file is None:
        return mail.client_secret
    try:
        return mail.client_secret_file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise NoToken("token.secret_file") from None


class _Stay(urllib.request.HTTPRedirectHandler):
    """The secret goes where the settings say, and nowhere else."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _opener(url: str) -> urllib.request.OpenerDirector:
    handlers: list[Any] = [_Stay, urllib.request.HTTPSHandler(context=ssl.create_default_context())]
    found = TOKEN_URL.match(url)
    if found is not None and found["host"] in HERE:
        handlers.append(urllib.request.ProxyHandler({}))
    return urllib.request.build_opener(*handlers)


def _said(answer: IO[bytes]) -> dict[str, Any]:
    try:
        said = json.loads(answer.read(MOST_BYTES))
    except (ValueError, RecursionError):
        raise NoToken("token.answer") from None
    if not isinstance(said, dict):
        raise NoToken("token.answer")
    return said


def _refusal(problem: urllib.error.HTTPError) -> str:
    if problem.code >= 500:
        return "away"
    try:
        reason = _said(problem).get("error")
    except (NoToken, OSError, HTTPException):
        return "refused"
    return reason if isinstance(reason, str) and reason in REFUSALS else "refused"

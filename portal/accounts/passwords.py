"""Passwords: long enough, not easily guessed, stored as Argon2id, slow to try without stalling the site."""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from surveys.errors import SurveysError

SHORTEST, LONGEST = 12, 256
LEAST_SCORE = 3
"""Of zxcvbn's 0 to 4: safely unguessable, moderate protection from offline attack."""
LOOKED_AT = 72
"""Characters zxcvbn is given; what follows only makes a password harder to guess."""

_hasher = PasswordHasher()  # RFC 9106, low memory: 64 MiB a try
_turns = threading.BoundedSemaphore(2)
"""At most two tries at a time: a flood of sign-ins must not take all the memory."""
_queue = threading.BoundedSemaphore(4)
"""At most two more wait: whoever comes then is refused at once, so that residents keep their threads."""
_nobody: list[str] = []
"""One hash of no password, so that an unknown account takes as long as a known one."""


def use(hasher: PasswordHasher) -> None:
    """Other costs of hashing, for tests; stored hashes say their own costs."""
    global _hasher
    _hasher = hasher
    _nobody.clear()


@contextmanager
def _turn() -> Iterator[None]:
    """A turn at hashing. Raises ``sign_in.busy`` when too many wait already."""
    if not _queue.acquire(blocking=False):
        raise SurveysError("sign_in.busy")
    try:
        with _turns:
            yield
    finally:
        _queue.release()


def hashed(password: str) -> str:
    """The Argon2id hash to store. Raises ``sign_in.busy``."""
    with _turn():
        return _hasher.hash(_plain(password))


def matches(stored: str | None, password: str) -> bool:
    """Whether this is the password; takes as long when there is none stored. Raises ``sign_in.busy``."""
    with _turn():
        if not _nobody:
            _nobody.append(_hasher.hash("nobody has this password"))
        try:
            return _hasher.verify(stored or _nobody[0], _plain(password)[:LONGEST]) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


def outdated(stored: str) -> bool:
    """Whether the costs were raised since this hash was made."""
    return _hasher.check_needs_rehash(stored)


def check(password: str, about: Iterable[str] = ()) -> None:
    """Refuses a password that is short, too long or easily guessed, also from facts ``about`` its owner.

    No rule about kinds of characters, no expiry (NCSC, NIST SP 800-63B). Raises ``password.short``,
    ``password.long``, ``password.forbidden`` or ``password.guessable``.
    """
    from zxcvbn import zxcvbn

    plain = _plain(password)
    if "\0" in plain:
        raise SurveysError("password.forbidden", field="password")
    if len(plain) < SHORTEST:
        raise SurveysError("password.short", field="password", least=SHORTEST)
    if len(plain) > LONGEST:
        raise SurveysError("password.long", field="password", most=LONGEST)
    known = [word for said in about for word in (said, *said.replace("@", " ").replace(".", " ").split())]
    if zxcvbn(plain[:LOOKED_AT], user_inputs=known)["score"] < LEAST_SCORE:
        raise SurveysError("password.guessable", field="password")


def _plain(password: str) -> str:
    """One form for the same characters, however a keyboard composes them."""
    return unicodedata.normalize("NFC", password)

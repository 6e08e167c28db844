"""One device's visit: the signed cookie that holds nothing but random tokens and the moment of the last page.

The cookie ends with the browser session, after twenty minutes without a page, when answers are sent, and when
somebody leaves by Exit. What it opened stays in the store until it expires there.
"""

from __future__ import annotations

import datetime as dt
from typing import cast

from flask import g, session
from flask_wtf.csrf import generate_csrf

from portal.lookback import now as now

IDLE_MINUTES = 20
IDLE = dt.timedelta(minutes=IDLE_MINUTES)
ALMOST = IDLE - dt.timedelta(minutes=1)
"""The page in the browser counts for itself, a little differently."""
MOST_SURVEYS = 4
"""How many surveys one device can have under way; the oldest is let go first."""

DRAFTS, SENT, SEEN, BEGAN = "drafts", "sent", "seen", "began"


def keep_time() -> None:
    """Before every page of a survey: a visit left alone too long ends, any other is counted as seen now."""
    if not (session.get(DRAFTS) or session.get(SENT)):
        return
    moment = int(now().timestamp())
    seen = session.get(SEEN)
    if not isinstance(seen, int) or moment - seen > IDLE.total_seconds():
        end()
    else:
        g.seen_before = seen
        session[SEEN] = moment


def end() -> None:
    """Forgets every token on this device; this request alone may still ask :func:`away_token`."""
    g.away = dict(session.pop(DRAFTS, {}))
    session.pop(SENT, None)
    session.pop(BEGAN, None)
    session.pop(SEEN, None)


def end_if_idle() -> bool:
    """Ends a visit that is about to end anyway; whether none is left."""
    seen = session.get(SEEN)
    if isinstance(seen, int) and g.get("seen_before", seen) > int(now().timestamp()) - ALMOST.total_seconds():
        return False
    end()
    return True


def token(slug: str) -> str | None:
    """The token of this device's draft of the survey."""
    return cast("str | None", session.get(DRAFTS, {}).get(slug))


def away_token(slug: str) -> str | None:
    """The token that was dropped during this very request, because nobody had been there for too long."""
    return cast("str | None", g.get("away", {}).get(slug))


def begin(slug: str, new: str) -> None:
    """This device now has the draft of this token. Forms of an earlier visit stop working, sent copies go."""
    session.pop("csrf_token", None)
    g.pop("csrf_token", None)
    generate_csrf()
    session.pop(SENT, None)
    session.pop(BEGAN, None)
    drafts = {name: known for name, known in session.get(DRAFTS, {}).items() if name != slug}
    drafts[slug] = new
    session[DRAFTS] = dict(list(drafts.items())[-MOST_SURVEYS:])
    session[SEEN] = int(now().timestamp())


def started(slug: str) -> None:
    """The survey was started from its first page on this device just now."""
    session[BEGAN] = {slug: int(now().timestamp())}


def seconds_since_start(slug: str) -> int | None:
    """How long ago it was started here; None when it was started elsewhere. It never leaves this request."""
    began = session.get(BEGAN, {}).get(slug)
    return int(now().timestamp()) - began if isinstance(began, int) else None


def forget(slug: str) -> None:
    """Lets go of this survey's draft on this device."""
    session[DRAFTS] = {name: known for name, known in session.get(DRAFTS, {}).items() if name != slug}


def sent(slug: str, token: str) -> None:
    """The draft became a response: the cookie now opens only its confirmation, while that is kept."""
    forget(slug)
    session.pop(BEGAN, None)
    moment = int(now().timestamp())
    session[SENT] = {slug: [token, moment]}
    session[SEEN] = moment


def sent_token(slug: str) -> str | None:
    """The token of the answers sent from this device less than twenty minutes ago."""
    token, moment = session.get(SENT, {}).get(slug, (None, 0))
    return cast("str | None", token) if now().timestamp() - moment <= IDLE.total_seconds() else None


def forget_sent() -> None:
    session.pop(SENT, None)


def leave() -> None:
    """Ends everything on this device."""
    session.clear()


def is_open() -> bool:
    """Whether this device has a draft of any survey open."""
    return bool(session.get(DRAFTS))

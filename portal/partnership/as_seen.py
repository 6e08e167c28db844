"""The whole site as it stood at one moment: every word, fact and colour by its revision of that time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.partnership.pages import Revision

Bodies = dict[tuple[str, str, str], Mapping[str, object] | None]


def site_at(session: Session, moment: dt.datetime) -> Bodies:
    """What stood on the site, by kind, key and locale, to be laid over what stands there now.

    None: it is there now and was not there then.
    """
    rows = select(Revision.kind, Revision.key, Revision.locale, Revision.body)
    found: Bodies = dict.fromkeys(
        (kind, key, locale)
        for kind, key, locale, _ in session.execute(rows.where(Revision.state == "current"))
    )
    then = rows.where(Revision.shown_from <= moment).order_by(Revision.shown_from, Revision.number)
    for kind, key, locale, body in session.execute(then):
        found[kind, key, locale] = body
    return found

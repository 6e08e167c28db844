"""What happens to the answers after sending, and when: the dates the partnership has given."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from portal.database import read_session
from portal.i18n import locale_code
from portal.partnership import rounds
from portal.partnership.pages import Entry
from portal.respond import visit
from surveys.surveys import Survey


@dataclass(frozen=True)
class Dates:
    """``entry``: the words of the consultation the survey belongs to, when it has any."""

    closes_at: dt.datetime | None
    results_due: dt.date | None
    outcome_due: dt.date | None
    withdraw_until: dt.date | None
    round_slug: str
    entry: Entry | None


def dates_of(survey: Survey) -> Dates:
    session = read_session()
    round_ = rounds.of_survey(session, survey.id)
    found = rounds.one(session, round_.slug, visit.now(), locale_code()) if round_ is not None else None
    return Dates(
        closes_at=survey.closes_at,
        results_due=found.results_due if found else None,
        outcome_due=found.outcome_due if found else None,
        withdraw_until=survey.withdraw_until,
        round_slug=found.slug if found else "",
        entry=found.entry if found else None,
    )

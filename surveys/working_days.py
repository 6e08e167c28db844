"""Working days in England: Monday to Friday without bank holidays, which are data with a source and a range.

Pure. Outside the range of the data only weekends are left out; :func:`known` says whether a day is inside.
"""

from __future__ import annotations

import calendar
import datetime as dt
import json
from pathlib import Path

_KEPT = json.loads(Path(__file__).with_name("bank_holidays.json").read_text(encoding="utf-8"))
SOURCE: str = _KEPT["source"]
FIRST, LAST = dt.date.fromisoformat(_KEPT["first"]), dt.date.fromisoformat(_KEPT["last"])
"""The first and last day for which the bank holidays are known."""
BANK_HOLIDAYS = frozenset(dt.date.fromisoformat(day) for day in _KEPT["days"])

DAY = dt.timedelta(days=1)
SATURDAY = 5


def known(day: dt.date) -> bool:
    """Whether the bank holidays around this day are known."""
    return FIRST <= day <= LAST


def is_working_day(day: dt.date) -> bool:
    return day.weekday() < SATURDAY and day not in BANK_HOLIDAYS


def after(day: dt.date, number: int) -> dt.date:
    """The working day that lies ``number`` working days after ``day``; 0 is the day itself, or the next one.

    The day something arrives is not counted, as in the Freedom of Information Act 2000, section 10.
    """
    found = day
    while number > 0:
        found += DAY
        number -= is_working_day(found)
    while not is_working_day(found):
        found += DAY
    return found


def between(first: dt.date, last: dt.date) -> int:
    """Working days after ``first`` up to and with ``last``; 0 when ``last`` is no later."""
    return sum(is_working_day(first + DAY * step) for step in range(1, (last - first).days + 1))


def months_after(day: dt.date, months: int) -> dt.date:
    """The same day of a later month; its last day when that month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))

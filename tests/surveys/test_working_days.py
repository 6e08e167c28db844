"""Working days: weekends, bank holidays, and an honest end of what is known."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys import working_days
from surveys.working_days import after, between, is_working_day, months_after

DAYS = st.dates(dt.date(2024, 6, 1), dt.date(2029, 6, 1))


@pytest.mark.parametrize(
    ("day", "number", "due"),
    [
        ("2026-11-10", 1, "2026-11-11"),
        ("2026-11-13", 1, "2026-11-16"),  # a Friday
        ("2026-11-14", 1, "2026-11-16"),  # a Saturday
        ("2026-12-24", 1, "2026-12-29"),  # Christmas Day, a Saturday, a Sunday, the substitute day
        ("2026-12-24", 20, "2027-01-26"),
        ("2026-04-02", 1, "2026-04-07"),  # Easter
        ("2026-11-15", 0, "2026-11-16"),
        ("2026-11-16", 0, "2026-11-16"),
    ],
)
def test_so_many_working_days_later(day: str, number: int, due: str) -> None:
    assert after(dt.date.fromisoformat(day), number) == dt.date.fromisoformat(due)


@given(day=DAYS, number=st.integers(1, 60))
def test_counting_forward_and_back_agree(day: dt.date, number: int) -> None:
    due = after(day, number)
    assert is_working_day(due)
    assert between(day, due) == number
    assert between(due, day) == 0


def test_bank_holidays_are_weekdays_eight_a_year_and_the_range_is_whole_years() -> None:
    years = range(working_days.FIRST.year, working_days.LAST.year + 1)
    assert {day.weekday() < 5 for day in working_days.BANK_HOLIDAYS} == {True}
    by_year = {year: [d for d in working_days.BANK_HOLIDAYS if d.year == year] for year in years}
    assert {year: len(days) for year, days in by_year.items()} == dict.fromkeys(years, 8)
    assert (working_days.FIRST.month, working_days.LAST.month) == (1, 12)
    assert working_days.known(dt.date(2026, 11, 10))
    assert not working_days.known(dt.date(2040, 1, 2))
    assert working_days.SOURCE.startswith("GOV.UK")


def test_months_end_with_the_month() -> None:
    assert months_after(dt.date(2026, 1, 31), 1) == dt.date(2026, 2, 28)
    assert months_after(dt.date(2026, 11, 29), 12) == dt.date(2027, 11, 29)
    assert months_after(dt.date(2026, 12, 1), 1) == dt.date(2027, 1, 1)

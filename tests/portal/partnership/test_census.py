"""Nomis tables as downloaded, what is wrong with a wrong one, and how they meet a survey's groups."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.partnership import census, nomis
from portal.partnership.places import Margin
from surveys.audit import Entry
from surveys.errors import SurveysError
from surveys.questionnaire.model import Category, Dimension
from surveys.sealing import Keyring
from tests.portal.partnership import nomis_files as files
from tests.surveys.results.people import document

Keep = Callable[..., str]


@pytest.fixture
def keep(session: Session, keys: Keyring, now: dt.datetime) -> Keep:
    def keep(text: str, about: str, area: str | None = "E07000009") -> str:
        table = nomis.read(text.encode())
        return census.keep(session, table, about=about, area=area, by="officer:1", now=now, keys=keys)

    return keep


def test_areas_down_with_percentages_between() -> None:
    table = nomis.read(files.SEX.encode())
    assert (table.title, table.name, table.year) == ("TS008 - Sex", "TS008", 2021)
    assert table.categories == ("Female", "Male")
    assert table.area("E07000009").counts == {"total": 87762, "Female": 44671, "Male": 43091}
    assert table.area("fenland").code == "E07000010"
    assert table.as_of == dt.date(2021, 3, 21)
    assert "from Nomis on 12 November 2026" in table.source("East Cambridgeshire")


def test_categories_down_for_one_area() -> None:
    table = nomis.read(files.ETHNIC.encode("utf-8-sig"))
    (area,) = table.areas
    assert area.name == "E07000009 : East Cambridgeshire"
    assert area.counts["White"] == 82935
    assert table.categories[0] == "Asian, Asian British or Asian Welsh"
    assert area.counts["total"] == 87762


def test_a_bulk_file() -> None:
    table = nomis.read(files.ages().encode())
    assert table.year == 2021
    assert table.area("E07000009").counts["Aged 16 years"] == 1152
    assert "total" in table.area("East Cambridgeshire").counts


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_line_ends_and_a_byte_order_mark_do_not_matter(ending: str) -> None:
    content = files.SEX.replace("\n", ending).encode("utf-8-sig")
    assert nomis.read(content).area("Fenland").counts["Male"] == 50418


@pytest.mark.parametrize(
    ("wrong", "code", "line", "column"),
    [
        (files.SEX.replace('"43,091"', '"43,091*"'), "census.not_a_number", 9, 7),
        (files.SEX.replace('"43,091"', '"-5"'), "census.not_a_number", 9, 7),
        (files.SEX.replace('"43,091"', '""'), "census.not_a_number", 9, 7),
        (files.SEX.replace(',"43,091","49.1"', ""), "census.wrong_width", 9, 6),
        (files.SEX.replace('"Male"', '"Female"'), "census.twice", 8, 7),
        (files.ETHNIC.replace('"82935"', '"many"'), "census.not_a_number", 17, 2),
        (files.ETHNIC.replace('"Other ethnic group"', '"White"'), "census.twice", 20, 1),
    ],
)
def test_a_fault_says_which_line_and_column(wrong: str, code: str, line: int, column: int) -> None:
    with pytest.raises(SurveysError) as refused:
        nomis.read(wrong.encode())
    assert refused.value.code == code
    assert (refused.value.facts["line"], refused.value.facts["column"]) == (line, column)
    assert refused.value.field == "file"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (b"", "census.no_table"),
        (b"%PDF-1.7\nnothing", "census.no_table"),
        (b"PK\x03\x04\x00\x00", "census.not_text"),
        (b"a,b\n", "census.no_table"),
        (b'"Sex","East Cambridgeshire"\n"Female","4"\n"Male","3"\n', "census.no_year"),
        (b"x" * (nomis.LARGEST_FILE + 1), "census.too_large"),
    ],
)
def test_what_is_no_census_table(wrong: bytes, code: str) -> None:
    with pytest.raises(SurveysError) as refused:
        nomis.read(wrong)
    assert refused.value.code == code


@given(
    st.binary(max_size=300)
    | st.text(alphabet='",\n0123456789 Aged:mnemonic2021%', max_size=300).map(str.encode)
)
def test_no_file_is_more_than_refused(content: bytes) -> None:
    codes = {"census.no_table", "census.no_year", "census.not_text"} | {
        f"census.{code}" for code in ("not_a_number", "wrong_width", "twice")
    }
    with contextlib.suppress(SurveysError):
        assert nomis.read(content).areas
        return
    with pytest.raises(SurveysError) as refused:
        nomis.read(content)
    assert refused.value.code in codes


def test_kept_with_its_source_and_logged(session: Session, keep: Keep) -> None:
    assert keep(files.SEX, "sex") == "sex (TS008)"
    rows = session.scalars(select(Margin).where(Margin.variable == "sex (TS008)")).all()
    assert {row.category: row.count for row in rows} == {"Female": 44671, "Male": 43091}
    assert all("TS008" in row.source and "sha256" in row.source for row in rows)
    assert session.scalars(select(Entry.action)).all() == ["census.kept"]
    keep(files.SEX.replace("44,671", "44,672"), "sex")
    (kept,) = census.kept(session)
    assert dict(kept.shares) == {"Female": 44672, "Male": 43091}


def test_every_area_is_a_category_for_wards(session: Session, keep: Keep) -> None:
    keep(files.WARDS, "ward", None)
    (kept,) = census.kept(session)
    assert dict(kept.shares)["Burwell (E05011561)"] == 6500
    ward = Dimension(
        key="ward", text={"en_GB": "Ward"}, questions=["place"], map=True,
        categories=[
            Category(key="e05011561", text={"en_GB": "Burwell"}, answers={}),
            Category(key="e05015488", text={"en_GB": "Bottisham"}, answers={}),  # a new code since 2023
            Category(key="e05011575", text={"en_GB": "Elsewhere"}, answers={}),
        ],
    )  # fmt: skip
    (target,) = census.targets([kept], document().model_copy(update={"dimensions": [ward]}))
    assert target.shares == {"e05011561": 6500, "e05015488": 4200}
    assert not target.ordered


@pytest.mark.parametrize(
    ("text", "about", "area", "code"),
    [
        (files.SEX, "sex", "E07999999", "census.area_missing"),
        (files.ETHNIC, "ward", None, "census.one_area"),
    ],
)
def test_what_cannot_be_kept(keep: Keep, text: str, about: str, area: str | None, code: str) -> None:
    with pytest.raises(SurveysError) as refused:
        keep(text, about, area)
    assert refused.value.code == code


def _dimension(key: str, **categories: str) -> Dimension:
    return Dimension(
        key=key, text={"en_GB": key}, questions=[key],
        categories=[
            Category(key=name.replace("_", "-").removeprefix("a-"), text={"en_GB": text}, answers={})
            for name, text in categories.items()
        ],
    )  # fmt: skip


AGE = _dimension(
    "age",
    a_13_15="13 to 15",
    a_16_24="16 to 24",
    a_25_34="25 to 34",
    a_65_74="65 to 74",
    a_75_over="75 or over",
)
ETHNIC = _dimension(
    "ethnic", white="White", mixed="Mixed or multiple ethnic groups", asian="Asian or Asian British",
    black="Black, Black British, Caribbean or African", other="Another ethnic group",
)  # fmt: skip


def test_ages_are_put_together_from_bands_and_single_years(session: Session, keep: Keep) -> None:
    keep(files.ages(), "age")
    (target,) = census.targets(census.kept(session), document().model_copy(update={"dimensions": [AGE]}))
    assert target.ordered
    assert target.shares == {
        "13-15": files.between(13, 15),
        "16-24": files.between(16, 24),
        "25-34": files.between(25, 34),
        "65-74": files.between(65, 74),
        "75-over": files.between(75, 200),
    }


def test_bands_that_do_not_nest_are_missing_and_never_estimated() -> None:
    broad = census.Kept(
        "age",
        dt.date(2021, 3, 21),
        "pack",
        (("0-14", 17.5), ("15-24", 9.2), ("25-34", 11.6), ("75 and over", 9.7)),
    )
    (target,) = census.targets([broad], document().model_copy(update={"dimensions": [AGE]}))
    assert target.shares == {"25-34": 11.6, "75-over": 9.7}


def test_high_level_ethnic_groups_are_not_counted_twice(session: Session, keep: Keep) -> None:
    keep(files.ETHNIC, "ethnic", "E07000009 : East Cambridgeshire")
    (target,) = census.targets(census.kept(session), document().model_copy(update={"dimensions": [ETHNIC]}))
    assert target.shares == {"white": 82935, "mixed": 1843, "asian": 1667, "black": 702, "other": 615}


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("Aged 4 years and under", (0, 4)),
        ("Aged under 1 year", (0, 0)),
        ("Aged 1 year", (1, 1)),
        ("Aged 16 years", (16, 16)),
        ("Aged 15 to 19 years", (15, 19)),
        ("Aged 85 years and over", (85, 200)),
        ("75 or over", (75, 200)),
        ("0-14", (0, 14)),
        ("90+", (90, 200)),
        ("Under 13", (0, 12)),
        ("Female", None),
        ("Prefer not to say", None),
    ],
)
def test_ages_in_words(text: str, span: tuple[int, int] | None) -> None:
    assert census.years(text) == span

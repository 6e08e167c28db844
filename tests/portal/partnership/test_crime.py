"""Police files as downloaded: what is refused, what is counted, what replaces what."""

from __future__ import annotations

import csv
import datetime as dt
import io
import tracemalloc
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal.partnership import crime, crime_files, packs
from portal.partnership.crime_files import COLUMNS, Area, CrimeFaults, Street
from surveys import audit
from surveys.sealing import Keyring

PACK = Path("portal/packs/east_cambridgeshire")
REAL = PACK / "crime" / "2024-01-to-04-street.csv"
BY = "cli:tests"
ROW = {
    "Crime ID": "a1", "Month": "2025-03", "Reported by": "Fen Police", "Falls within": "Fen Police",
    "Longitude": "0.26", "Latitude": "52.40", "Location": "On or near High Street", "LSOA code": "E01000001",
    "LSOA name": "Heath 001A", "Crime type": "Burglary", "Last outcome category": "", "Context": "",
}  # fmt: skip


def square(key: str, left: float, low: float, size: float = 0.1) -> Any:
    ring = [[left, low], [left + size, low], [left + size, low + size], [left, low + size], [left, low]]
    return type(
        "Ward", (), {"key": key, "level": "ward", "geometry": {"type": "Polygon", "coordinates": [ring]}}
    )


AREA = Area([square("W1", 0.2, 52.35), square("W2", 0.3, 52.35)], "Heath")


def street(
    *rows: dict[str, str], name: str = "2025-03-fen-street.csv", head: tuple[str, ...] = COLUMNS
) -> Street:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows([(ROW | row)[column] if column in ROW else "" for column in head] for row in rows)
    return raw(text.getvalue().encode(), name)


def raw(content: bytes, name: str = "2025-03-fen-street.csv") -> Street:
    return Street(name, len(content), lambda: io.BytesIO(content))


def faults(*streets: Street, area: Area = AREA) -> list[str]:
    with pytest.raises(CrimeFaults) as refused:
        crime_files.read(streets, area)
    return [str(fault) for fault in refused.value.faults]


def test_four_real_months_are_counted_as_they_were_counted_by_hand() -> None:
    pack = packs.read(PACK)
    months = pack.crime
    assert {month: one.kept for month, one in months.items()} == {
        "2024-01": 334, "2024-02": 399, "2024-03": 444, "2024-04": 424,
    }  # fmt: skip
    wards: Counter[str] = Counter()
    types: Counter[str] = Counter()
    for one in months.values():
        for (ward, kind), number in one.counts.items():
            wards[ward] += number
            types[kind] += number
    names = {place.key: place.name for place in pack.places if place.level == "ward"}
    assert {names[key]: number for key, number in wards.items()} == {
        "Bottisham": 67, "Burwell": 98, "Downham Villages": 34, "Ely East": 195, "Ely North": 52,
        "Ely West": 239,
        "Fordham & Isleham": 89, "Haddenham": 45, "Littleport": 218, "Soham North": 124, "Soham South": 149,
        "Stretham": 128, "Sutton": 96, "Woodditton": 67,
    }  # fmt: skip
    assert (
        types["violence-and-sexual-offences"],
        types["anti-social-behaviour"],
        types["bicycle-theft"],
    ) == (
        585,
        304,
        1,
    )


def test_rows_of_other_districts_are_left_out_by_the_name_of_their_small_area_never_by_force() -> None:
    months = crime_files.read(
        [
            street(
                {},
                {"LSOA name": "Moor 001A"},  # inside the map, but another district's
                {"LSOA name": "", "LSOA code": ""},  # no small area: the map decides
                {"LSOA name": "", "Longitude": "0.9"},
                {"Longitude": "0.405"},  # the district's, just outside the generalised map
                {"Longitude": "", "Latitude": ""},
            )
        ],
        AREA,
    )
    one = months["2025-03"]
    assert one.counts == {("W1", "burglary"): 2, ("W2", "burglary"): 1}
    assert (one.read, one.kept, one.without_place) == (6, 3, 1)


def test_without_names_the_polygons_decide() -> None:
    area = Area([square("W1", 0.2, 52.35)])
    months = crime_files.read([street({"LSOA name": "Moor 001A"}, {"Longitude": "0.31"})], area)
    assert months["2025-03"].counts == {("W1", "burglary"): 1}


def test_a_hole_in_a_ward_is_not_the_ward() -> None:
    outer = [[0, 52], [1, 52], [1, 53], [0, 53], [0, 52]]
    hole = [[0.4, 52.4], [0.6, 52.4], [0.6, 52.6], [0.4, 52.6], [0.4, 52.4]]
    ward = type(
        "Ward",
        (),
        {"key": "W", "level": "ward", "geometry": {"type": "MultiPolygon", "coordinates": [[outer, hole]]}},
    )
    area = Area([ward])
    assert (area.ward_at(0.5, 52.5), area.ward_at(0.2, 52.2)) == (None, "W")


def test_missing_columns_are_named() -> None:
    head = (*(column for column in COLUMNS if column not in ("Month", "LSOA name")), "Ward")
    assert faults(street({}, head=head)) == [
        "2025-03-fen-street.csv:1: lacks the columns Month, LSOA name [crime.columns]",
        "2025-03-fen-street.csv:1: should not have the columns Ward [crime.columns]",
    ]
    assert faults(street({}, head=COLUMNS[::-1]))[0].endswith(
        "in another order than data.police.uk [crime.columns]"
    )


def test_every_wrong_value_is_named_by_row_and_column() -> None:
    found = faults(
        street(
            {},
            {"Month": "2025-13"},
            {"Crime type": "Murder"},
            {"Latitude": "north"},
            {"Longitude": "52.4", "Latitude": "0.26"},
        )
    )
    assert found == [
        "2025-03-fen-street.csv:3: column “Month”: “2025-13” is not a month such as 2024-01 [crime.value]",
        "2025-03-fen-street.csv:4: column “Crime type”: “Murder” is not one of the 14 types [crime.value]",
        "2025-03-fen-street.csv:5: column “Latitude”: “north” is no place in Britain [crime.value]",
        "2025-03-fen-street.csv:6: column “Longitude”: “52.4” is no place in Britain [crime.value]",
    ]


def test_a_month_of_one_force_comes_once_two_forces_may_share_it() -> None:
    found = faults(street({}, name="a.csv"), street({}, name="b.csv"))
    assert found == [
        "b.csv:2: column “Month”: 2025-03 of Fen Police is in a.csv as well; "
        "import each month once [crime.month_twice]"
    ]
    both = crime_files.read(
        [street({}, name="a.csv"), street({"Falls within": "Moor Police"}, name="b.csv")], AREA
    )
    assert both["2025-03"].kept == 2


def test_a_file_of_another_force_is_told_as_such() -> None:
    found = faults(street({"LSOA name": "Moor 001A", "Longitude": "-1.2"}))
    assert found[0].endswith("is it the file of another force? [crime.none_here]")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "lacks the columns Crime ID"),
        (",".join(COLUMNS).encode() + b"\r\n", "has no rows"),
        (",".join(COLUMNS).encode() + b"\r\na,2025-03\r\n", "has 2 values, not 12"),
        (",".join(COLUMNS).encode() + b"\r\n\xff\xfe\r\n", "is not UTF-8 text"),
        (b"PK\x03\x04\x00\x00\xfa\xfb", ""),
    ],
)
def test_what_is_no_such_file_is_refused(content: bytes, words: str) -> None:
    assert words in faults(raw(content))[0]


def test_a_file_full_of_faults_is_left_after_the_first_few() -> None:
    assert len(faults(street(*({"Month": "no"} for _ in range(500))))) == crime_files.MOST_FAULTS


def test_wards_without_a_map_cannot_be_counted() -> None:
    assert "have no map" in faults(street({}), area=Area([]))[0]


def test_the_downloaded_archive_is_read_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "download.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(REAL, "2024-01/2024-01-cambridgeshire-street.csv")
        archive.writestr("2024-01/2024-01-cambridgeshire-outcomes.csv", "Crime ID\n")
    found = crime_files.streets(path)
    assert [one.name for one in found] == ["2024-01-cambridgeshire-street.csv"]
    area = Area(packs.read(PACK).places, "East Cambridgeshire")
    assert sum(one.kept for one in crime_files.read(found, area).values()) == 1601
    path.write_bytes(b"PK nonsense")
    with pytest.raises(CrimeFaults, match="not a readable zip"):
        crime_files.streets(path)


def test_a_large_file_streams_and_tells_how_far_it_is() -> None:
    line = ",".join(ROW.values()).encode() + b"\r\n"
    head = ",".join(COLUMNS).encode() + b"\r\n"
    copies = 120_000

    class Endless(io.RawIOBase):
        def __init__(self) -> None:
            self.left, self.rest = copies, head

        def read(self, size: int = -1) -> bytes:  # type: ignore[override]
            while len(self.rest) < size and self.left:
                take = min(self.left, 1000)
                self.rest += line * take
                self.left -= take
            out, self.rest = self.rest[:size], self.rest[size:]
            return out

    size = len(head) + copies * len(line)
    told: list[tuple[int, int]] = []
    tracemalloc.start()
    found = crime_files.read(
        [Street("big-street.csv", size, Endless)], AREA, lambda done, of: told.append((done, of))
    )
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found["2025-03"].kept == copies
    assert told[-1] == (size, size)
    assert size > 11_000_000 > 4_000_000 > peak


# Storing --------------------------------------------------------------------------------------------------


def month(**numbers: int) -> crime_files.Month:
    return crime_files.Month(
        "f.csv", "0" * 64, 10, 0, Counter({("W1", kind.replace("_", "-")): n for kind, n in numbers.items()})
    )


def store(
    session: Session, keys: Keyring, now: dt.datetime, months: dict[str, crime_files.Month], **how: bool
) -> Any:
    done = crime.store(session, months, area_set="2031", by=BY, now=now, keys=keys, **how)
    session.commit()
    return done


def test_a_month_imported_again_replaces_what_was_there(
    session: Session, keys: Keyring, now: dt.datetime
) -> None:
    store(session, keys, now, {"2025-01": month(drugs=3, burglary=2), "2025-02": month(drugs=5)})
    assert store(session, keys, now, {"2025-01": month(drugs=4)}) == ("2025-01",)
    assert crime.by_type(session, ["2025-01", "2025-02"])["drugs"] == {"2025-01": 4, "2025-02": 5}
    assert crime.by_type(session, ["2025-01"])["burglary"] == {}
    assert crime.by_ward(session, ["2025-01", "2025-02"]) == {"W1": 9}
    assert store(session, keys, now, {"2025-01": month(drugs=40)}, replace=False) == ()
    assert crime.by_ward(session, ["2025-01"], ["drugs"]) == {"W1": 4}
    assert audit.check(session, keys) == []


def test_a_change_needs_the_same_months_a_year_before_and_per_cent_needs_twenty(
    session: Session, keys: Keyring, now: dt.datetime
) -> None:
    assert crime.volume(session, ["drugs"]) is None
    store(session, keys, now, {"2025-01": month(drugs=30, robbery=3), "2025-03": month(drugs=30)})
    alone = crime.volume(session, ["drugs"])
    assert alone is not None
    assert (alone.number, alone.first, alone.last, alone.months) == (60, "2025-01", "2025-03", 2)
    assert (alone.before, alone.percent, alone.trend) == (None, None, "unknown")
    store(session, keys, now, {"2024-01": month(drugs=50, robbery=9), "2024-03": month(drugs=52)})
    latest = crime.volume(session, ["drugs"])
    few = crime.volume(session, ["robbery"])
    assert latest is not None
    assert few is not None
    assert (latest.number, latest.before, latest.percent, latest.trend) == (60, 102, -41, "down")
    assert (few.number, few.before, few.percent, few.trend) == (3, 9, None, "few")
    assert latest.id == "crime:2025-01..2025-03"


def test_two_years_of_files_give_the_change_of_a_whole_year(
    session: Session, keys: Keyring, now: dt.datetime
) -> None:
    months = [f"{year}-{number:02d}" for year in (2023, 2024) for number in range(1, 13)]
    kinds = {"Drugs": (5, 8), "Burglary": (9, 5), "Robbery": (6, 6), "Bicycle theft": (1, 2)}
    files = [
        street(
            *({"Month": month, "Crime type": kind} for kind, (then, later) in kinds.items()
              for _ in range(later if month > "2024" else then)),
            name=f"{month}-fen-street.csv",
        )
        for month in months
    ]  # fmt: skip
    store(session, keys, now, crime_files.read(files[12:], AREA))
    halfway = crime.comparison(session)
    assert (halfway.latest[0], halfway.latest[-1]) == ("2024-01", "2024-12")
    assert halfway.lacking == tuple(months[:12])
    store(session, keys, now, crime_files.read(files[:12], AREA))
    assert crime.comparison(session).lacking == ()
    found = {
        kind: crime.volume(session, [kind]) for kind in ("drugs", "burglary", "robbery", "bicycle-theft")
    }
    assert {
        kind: (one.number, one.months, one.before, one.percent, one.trend)
        for kind, one in found.items()
        if one is not None
    } == {
        "drugs": (96, 12, 60, 60, "up"),
        "burglary": (60, 12, 108, -44, "down"),
        "robbery": (72, 12, 72, 0, "steady"),
        "bicycle-theft": (24, 12, 12, None, "few"),
    }


def test_loading_a_pack_never_replaces_what_was_imported(
    session: Session, keys: Keyring, now: dt.datetime
) -> None:
    store(session, keys, now, {"2024-01": month(drugs=1)})
    loaded = packs.load(session, packs.read(PACK), by=BY, now=now, keys=keys)
    session.commit()
    assert [name for name in loaded.added if name.startswith("crime/")] == [
        "crime/2024-02", "crime/2024-03", "crime/2024-04",
    ]  # fmt: skip
    assert sum(crime.by_ward(session, ["2024-01"]).values()) == 1
    again = packs.load(session, packs.read(PACK), by=BY, now=now, keys=keys)
    assert again.added == ()

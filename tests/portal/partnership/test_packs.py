from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.partnership import packs, pages, places, rounds
from portal.partnership.packs import PackFaults
from portal.partnership.pages import Revision
from portal.partnership.places import Margin, Place
from surveys import audit
from surveys.sealing import Keyring
from tests.portal.partnership.packs_on_disk import NORTHMOOR, copy_of_northmoor, replace

BY = "cli:tests"


def faults_of(folder: Path) -> list[tuple[str, int, str]]:
    with pytest.raises(PackFaults) as caught:
        packs.read(folder)
    return [(fault.file, fault.line, fault.code) for fault in caught.value.faults]


SPOILT = [
    ("pack.toml", 'name = "northmoor"', 'name = "North Moor"', (2, "pack.name")),
    ("pack.toml", "https://www.example.org/recipes", "javascript:alert(1)", (3, "field.wrong")),
    ("pack.toml", 'place = "Northmoor"\n', "", (22, "field.missing")),
    ("pack.toml", "[contacts.general]", "[contacts.nobody]", (18, "field.wrong")),
    ("partners.toml", 'status = "responsible"', 'status = "boss"', (3, "field.wrong")),
    ("partners.toml", "since = 2028-04-01", "since = 2028-04-31", (4, "toml.syntax")),
    ("partners.toml", 'key = "moor-rangers"', 'key = "unitary"', (10, "key.repeated")),
    ("partners.toml", 'key = "moor-rangers"', 'key = "Moor Rangers"', (11, "key.wrong")),
    ("strands.toml", "[[strand]]", "[[thread]]", (1, "field.unknown")),
    ("partners.toml", 'lead = "The only', 'led = "The only', (8, "field.unknown")),
    ("priorities.toml", '"moor-fires"', '"moor-floods"', (3, "reference.unknown")),
    ("areas.toml", '"warden"', '"wardens"', (4, "reference.unknown")),
    ("areas.toml", "[area.cy]", "[area.pl]", (11, "field.unknown")),
    ("areas.toml", 'what = "Somebody breaks in."\n', "", (5, "field.missing")),
    ("areas.toml", "sensitive = true", 'sensitive = "perhaps"', (17, "field.wrong")),
    ("helplines.toml", 'phone = "01632 960002"\n', "", (1, "field.wrong")),
    ("helplines.toml", "last_checked = 2031-01-02\n", "", (1, "field.wrong")),
    ("helplines.toml", '"01632 960002"', '"ring us"', (3, "field.wrong")),
    ("privacy.toml", 'key = "retention"', 'key = "keeping"', (1, "entry.missing")),
    ("accessibility.toml", 'compliance = "not"', 'compliance = "mostly"', (9, "field.wrong")),
    ("outcomes.toml", '"burglary"', '"robbery"', (3, "reference.unknown")),
    ("outcomes.toml", "[outcome.en_GB]", "[outcome.cy]", (1, "text.missing")),
    ("notices.toml", 'level = "care"', 'level = "loud"', (3, "field.wrong")),
    ("pages/help.md", "# Help", "Help", (1, "page.title")),
    ("wards.geojson", '"W05999002"', '"W05999001"', (4, "key.repeated")),
    ("wards.geojson", '"district": "W06999001"', '"district": "W06999002"', (3, "ward.district")),
    ("wards.geojson", '"number": 2', '"number": 1', (4, "place.number")),
    ("wards.geojson", '"Drawn for a test."', '""', (1, "source.missing")),
    ("wards.geojson", '"Polygon"', '"Point"', (3, "geojson.area")),
    ("wards.geojson", "[-1.0, 54.0], [-0.9, 54.0]", "[-1.0, 154.0], [-0.9, 54.0]", (3, "geojson.area")),
    ("wards.geojson", '"name": "Upper Moor"', '"title": "Upper Moor"', (3, "field.missing")),
    ("parishes.csv", "W05999001", "W05999009", (2, "reference.unknown")),
    ("parishes.csv", "12,mill", "one,mill", (3, "place.number")),
    ("parishes.csv", ",no,", ",maybe,", (3, "field.wrong")),
    ("census.csv", "40.5", "140.5", (2, "number.wrong")),
    ("census.csv", "120", "", (3, "field.missing")),
    ("census.csv", "2031-03-21", "21/03/2031", (2, "date.wrong")),
    ("languages.csv", ",cy,", ",Welsh!,", (2, "language.code")),
    ("rounds/winter.toml", "closes = 2031-12-14", "closes = 2031-10-14", (4, "field.wrong")),
    ("rounds/winter.toml", "closes = 2031-12-14", "closes_days_after = 3", (4, "field.wrong")),
    ("rounds/winter.toml", 'receipt_prefix = "NM"', 'receipt_prefix = "LO"', (8, "field.wrong")),
    ("rounds/winter.toml", '"neighbours"', '"strangers"', (4, "reference.unknown")),
    ("rounds/winter.toml", 'who_decides = "The board."\n', "", (13, "field.missing")),
    (
        "questionnaires/neighbours.json",
        '"key": "burglary"',
        '"key": "b b"',
        (94, "questionnaire.field.malformed"),
    ),
    ("questionnaires/neighbours.json", '"moor-fires"', '"moor-floods"', (108, "reference.unknown")),
    ("questionnaires/neighbours.json", '"neighbours"', '"others"', (3, "questionnaire.key")),
    ("questionnaires/neighbours.json", '"minutes": 1,', '"minutes": ,', (25, "json.syntax")),
]


@pytest.mark.parametrize(("file", "old", "new", "expected"), SPOILT)
def test_a_spoilt_pack_is_refused_with_file_and_line(
    tmp_path: Path, file: str, old: str, new: str, expected: tuple[int, str]
) -> None:
    folder = copy_of_northmoor(tmp_path)
    replace(folder, file, old, new)
    assert (file, *expected) in faults_of(folder)


def test_a_ward_without_a_number_is_the_only_fault_reported(tmp_path: Path) -> None:
    folder = copy_of_northmoor(tmp_path)
    replace(folder, "wards.geojson", '"number": 2', '"number": 0')
    assert faults_of(folder) == [("wards.geojson", 4, "place.number")]


def test_every_fault_of_every_file_is_reported_at_once(tmp_path: Path) -> None:
    folder = copy_of_northmoor(tmp_path)
    replace(folder, "partners.toml", 'status = "responsible"', 'status = "boss"')
    replace(folder, "partners.toml", 'lead = "They look', 'led = "They look')
    replace(folder, "census.csv", "40.5", "x")
    (folder / "strands.toml").unlink()
    (folder / "pages/about.md").write_bytes(b"# About\n\nCaf\xe9\n")
    (folder / "pages/about.fr.md").write_text("# A\n\nB.\n")
    (folder / "notes.toml").write_text("")
    assert faults_of(folder) == [
        ("census.csv", 2, "number.wrong"),
        ("notes.toml", 1, "file.unknown"),
        ("pages/", 1, "entry.missing"),
        ("pages/about.cy.md", 1, "text.missing"),
        ("pages/about.fr.md", 1, "page.name"),
        ("pages/about.md", 3, "file.encoding"),
        ("partners.toml", 3, "field.wrong"),
        ("partners.toml", 13, "field.missing"),
        ("partners.toml", 15, "field.unknown"),
        ("strands.toml", 1, "file.missing"),
    ]


def test_an_area_no_priority_groups_is_a_fault(tmp_path: Path) -> None:
    folder = copy_of_northmoor(tmp_path)
    replace(folder, "priorities.toml", '["burglary", "moor-fires"]', '["burglary"]')
    assert faults_of(folder) == [("areas.toml", 14, "area.ungrouped")]


def test_a_fault_reads_as_a_line_a_person_can_follow(tmp_path: Path) -> None:
    folder = copy_of_northmoor(tmp_path)
    replace(folder, "areas.toml", '"warden"', '"wardens"')
    with pytest.raises(PackFaults) as caught:
        packs.read(folder)
    assert str(caught.value) == (
        "areas.toml:4: helplines: there is no helpline “wardens” [reference.unknown]"
    )


def test_a_folder_that_is_not_there_is_one_fault(tmp_path: Path) -> None:
    with pytest.raises(PackFaults) as caught:
        packs.read(tmp_path / "nowhere")
    assert [fault.code for fault in caught.value.faults] == ["pack.missing"]


def test_the_origin_changes_with_any_byte(tmp_path: Path) -> None:
    folder = copy_of_northmoor(tmp_path)
    before = packs.read(folder)
    replace(folder, "strands.toml", "Rangers walk", "The rangers walk")
    after = packs.read(folder)
    assert before.origin.startswith("pack:northmoor@")
    assert before.origin == packs.read(NORTHMOOR).origin
    assert before.origin != after.origin


# Loading --------------------------------------------------------------------------------------------------


def test_loading_fills_an_empty_database_and_loading_again_changes_nothing(
    session: Session, keys: Keyring, now: dt.datetime
) -> None:
    pack = packs.read(NORTHMOOR)
    first = packs.load(session, pack, by=BY, now=now, keys=keys)
    session.commit()
    counted = session.scalar(select(func.count()).select_from(Revision))
    entries = list(audit.entries(session))

    second = packs.load(session, pack, by=BY, now=now + dt.timedelta(days=3), keys=keys)
    session.commit()

    assert len(first.added) == len(pack.entries) + 4 + 2 + 1
    assert (first.unchanged, first.kept, first.left) == ((), (), ())
    assert set(first.added) - {"round/winter/itself"} == set(second.unchanged)
    assert (second.added, second.kept, second.left) == ((), (), ())
    assert session.scalar(select(func.count()).select_from(Revision)) == counted
    assert len(list(audit.entries(session))) == len(entries)
    assert audit.check(session, keys) == []


def test_loading_opens_nothing(session: Session, keys: Keyring, now: dt.datetime) -> None:
    packs.load(session, packs.read(NORTHMOOR), by=BY, now=now, keys=keys)
    listing = rounds.listing(session, now)
    assert (listing.coming, listing.open, listing.closed) == ((), (), ())
    assert rounds.one(session, "winter", now) is None


def test_a_changed_pack_adds_a_revision_and_keeps_what_an_officer_wrote(
    session: Session, keys: Keyring, now: dt.datetime, tmp_path: Path
) -> None:
    folder = copy_of_northmoor(tmp_path)
    packs.load(session, packs.read(folder), by=BY, now=now, keys=keys)
    title = {"title": "Patrols by night", "lead": "Rangers walk the moor."}
    pages.revise(session, "strand", "patrols", "en_GB", title, by="officer:1", now=now, keys=keys)
    replace(folder, "strands.toml", "Rangers walk", "Rangers always walk")
    replace(folder, "areas.toml", "Better locks.", "Stronger doors.")
    replace(folder, "outcomes.toml", (folder / "outcomes.toml").read_text(), "")
    changed = packs.read(folder)

    loaded = packs.load(session, changed, by=BY, now=now, keys=keys)

    assert loaded.added == ("area/burglary/en_GB",)
    assert loaded.kept == ("strand/patrols/en_GB",)
    assert loaded.left == ("outcome/locks", "outcome/locks/en_GB")
    patrols = pages.one(session, "strand", "patrols", "en_GB")
    assert patrols is not None
    assert patrols.texts.title == "Patrols by night"
    burglary = pages.history(session, "area", "burglary", "en_GB")
    assert [(one.number, one.state, one.origin == changed.origin) for one in burglary] == [
        (2, "current", True),
        (1, "superseded", False),
    ]
    assert pages.one(session, "outcome", "locks", "en_GB") is not None


def test_an_officers_retirement_of_an_entry_outlives_the_pack(
    session: Session, keys: Keyring, now: dt.datetime
) -> None:
    pack = packs.read(NORTHMOOR)
    packs.load(session, pack, by=BY, now=now, keys=keys)
    shown = pages.one(session, "helpline", "warden", "en_GB")
    assert shown is not None
    pages.revise(
        session,
        "helpline",
        "warden",
        "",
        shown.facts.model_copy(update={"retired": True}),
        by="officer:1",
        now=now,
        keys=keys,
    )
    loaded = packs.load(session, pack, by=BY, now=now, keys=keys)
    assert loaded.kept == ("helpline/warden",)
    assert [line.key for line in pages.current(session, "helpline", "en_GB")] == ["old-number"]


def test_a_place_in_use_is_never_redrawn(
    session: Session, keys: Keyring, now: dt.datetime, tmp_path: Path
) -> None:
    folder = copy_of_northmoor(tmp_path)
    packs.load(session, packs.read(folder), by=BY, now=now, keys=keys)
    session.commit()
    replace(folder, "wards.geojson", '"Upper Moor"', '"High Moor"')
    replace(folder, "census.csv", "40.5", "41.5")
    loaded = packs.load(session, packs.read(folder), by=BY, now=now, keys=keys)
    assert loaded.kept == ("place/W05999001", "census/age/under 50")
    assert session.scalars(select(Place.name).where(Place.key == "W05999001")).one() == "Upper Moor"
    replace(folder, "pack.toml", 'area_set = "2031"', 'area_set = "2032"')
    loaded = packs.load(session, packs.read(folder), by=BY, now=now, keys=keys)
    assert [name for name in loaded.added if name.startswith("place/")] == [
        "place/W05999001",
        "place/W05999002",
        "place/heath",
        "place/mill",
    ]


def test_another_district_is_entirely_its_own(session: Session, keys: Keyring, now: dt.datetime) -> None:
    pack = packs.read(NORTHMOOR)
    packs.load(session, pack, by=BY, now=now, keys=keys)
    session.commit()

    site = pages.site(session, "cy")
    assert site is not None
    assert site.facts.exit_url == "https://www.example.org/recipes"
    assert site.facts.demonstration is False
    assert site.facts.contacts["general"].given
    assert not site.facts.contacts["accessibility"].given
    assert (site.texts.question, site.lang("question")) == ("Beth sy’n eich poeni yn Northmoor?", "")
    assert (site.texts.name, site.lang("name")) == ("Safer Northmoor Board", "en-GB")
    assert [(one.texts.name, one.facts.shown_since) for one in pages.current(session, "partner", "cy")] == [
        ("Northmoor Unitary Council", dt.date(2028, 4, 1)),
        ("Moor Rangers", None),
    ]
    assert [one.facts.areas for one in pages.current(session, "priority", "en_GB")] == [
        ("burglary", "moor-fires")
    ]
    assert [one.facts.shown for one in pages.current(session, "helpline", "en_GB")] == [True, False]
    assert [(one.key, one.code, one.name) for one in places.places(session, "2031", "ward")] == [
        ("W05999002", "W05999002", "Lower Moor"),
        ("W05999001", "W05999001", "Upper Moor"),
    ]
    assert [(one.code, one.key, one.level, one.ward) for one in places.place_entries(session, "2031")] == [
        (1, "W05999001", "ward", None),
        (2, "W05999002", "ward", None),
        (11, "heath", "parish", "W05999001"),
        (12, "mill", "parish", None),
    ]
    assert [(one.category, one.count, one.percent) for one in places.margins(session, "age")] == [
        ("under 50", None, 40.5),
        ("50 and over", 120, None),
    ]
    assert session.scalar(select(func.count()).select_from(Margin)) == 2

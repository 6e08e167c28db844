"""Our spreadsheets after another program has written them: exactly what somebody changed comes back.

Each file goes out, one cell is changed, LibreOffice writes it anew by way of its own format, and it comes in.
Once with the files LibreOffice wrote before and that are kept here, once with LibreOffice itself where it is
installed. Where it is, ``LIBREOFFICE_KEEP=1 pytest`` writes the kept files anew.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from portal.partnership import plan
from surveys.questionnaire import editing, patches
from tests.office import sign_in
from tests.pages import PageClient
from tests.portal.office.test_builder import at, begin, document
from tests.portal.office.test_builder_files import changed, upload
from tests.portal.office.test_plan_pages import built
from tests.portal.office.test_plan_pages import member as member
from tests.portal.partnership.deciding import YEAR
from tests.surveys.questionnaire import samples

Writing = Callable[[], Any]
Passing = Callable[[bytes, str], bytes]
"""Takes a file of this name through LibreOffice."""
KEPT = Path(__file__).parent / "libreoffice"
PROGRAM = shutil.which("soffice") or shutil.which("libreoffice")


@pytest.fixture
def database_url(sqlite_copy: str) -> str:
    return sqlite_copy


@pytest.fixture
def ann(app: Flask) -> PageClient:
    return sign_in(app, "consultation", name="Ann Writer")


@pytest.fixture
def draft_id(app: Flask, writing: Writing) -> str:
    return begin(app, writing, samples.small())


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("libreoffice")


@pytest.fixture(params=["kept", "live"])
def passed(request: pytest.FixtureRequest, profile: Path, tmp_path: Path) -> Passing:
    if request.param == "kept":
        return lambda content, name: (KEPT / name).read_bytes()
    if PROGRAM is None:
        pytest.skip("LibreOffice is not installed; the files it wrote before are tried instead")

    def pass_through(content: bytes, name: str) -> bytes:
        (tmp_path / name).write_bytes(content)
        for kind, source in (("ods", tmp_path / name), ("xlsx", tmp_path / "ods" / f"{name[:-5]}.ods")):
            subprocess.run(
                [
                    str(PROGRAM), f"-env:UserInstallation={profile.as_uri()}", "--headless",
                    "--convert-to", kind, "--outdir", str(tmp_path / kind), str(source),
                ],
                check=True,
                capture_output=True,
                timeout=120,
            )  # fmt: skip
        written = (tmp_path / "xlsx" / name).read_bytes()
        if os.environ.get("LIBREOFFICE_KEEP"):
            (KEPT / name).write_bytes(written)
        return written

    return pass_through


def test_libreoffice_wrote_the_kept_files() -> None:
    kept = sorted(KEPT.glob("*.xlsx"))
    assert [file.name for file in kept] == ["plan.xlsx", "texts.xlsx", "xlsform.xlsx"]
    for file in kept:
        with zipfile.ZipFile(file) as packed:
            assert b"LibreOffice" in packed.read("docProps/app.xml")


def test_an_xlsform_comes_back_with_just_the_change(
    ann: PageClient, draft_id: str, writing: Writing, passed: Passing
) -> None:
    content = ann.get(at(draft_id, "/xlsform.xlsx")).data
    before = editing.opened(document(writing, draft_id))
    edited = changed(content, "survey", "safe", "label::English (en)", "How safe are you, “really” – at 5?")
    upload(ann, at(draft_id, "/xlsform"), passed(edited, "xlsform.xlsx"))
    [only] = patches.difference(before, editing.opened(document(writing, draft_id)))
    assert (only["before"], only["after"]) == ("How safe do you feel?", "How safe are you, “really” – at 5?")


def test_translations_come_back_with_just_the_change(
    ann: PageClient, draft_id: str, writing: Writing, passed: Passing
) -> None:
    content = ann.get(at(draft_id, "/languages/pl/texts.xlsx")).data
    before = editing.opened(document(writing, draft_id))
    edited = changed(content, "texts", "question:safe.text", "pl", "Czy czujesz się\nbezpiecznie?")
    page = upload(ann, at(draft_id, "/languages/pl/import"), passed(edited, "texts.xlsx"))
    assert "are in. Each" in page.main
    [only] = patches.difference(before, editing.opened(document(writing, draft_id)))
    assert only["after"] == "Czy czujesz się\nbezpiecznie?"


def test_a_plan_comes_back_with_just_the_change(
    member: PageClient, writing: Writing, passed: Passing
) -> None:
    built(member, writing)
    with writing() as session:
        before = {one.key: (one.version, dict(one.body)) for one in plan.items(session, YEAR)}
    content = member.get(f"/office/plan/{YEAR}/plan.xlsx").get_data()
    edited = changed(content, "Actions", "A1", "title", "Light four streets")
    fields = dict(member.page(f"/office/plan/{YEAR}/import").form("Import").fields)
    answer = member.post(
        f"/office/plan/{YEAR}/import",
        data={**fields, "file": (io.BytesIO(passed(edited, "plan.xlsx")), "plan.xlsx")},
        headers={"Origin": "http://localhost"},
        follow_redirects=True,
    )
    assert "Taken over: 0 new, 1 changed." in answer.get_data(as_text=True)
    with writing() as session:
        after = {one.key: (one.version, dict(one.body)) for one in plan.items(session, YEAR)}
    assert {key for key in after if after[key] != before[key]} == {"A1"}
    assert after["A1"][1] == before["A1"][1] | {"title": "Light four streets"}

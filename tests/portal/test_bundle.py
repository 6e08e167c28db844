"""The bundle's own script: an untouched bundle ends well, and whatever a forger changes is named."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from surveys.results import exports
from tests import bundles
from tests.portal.test_documents import app as app
from tests.portal.test_documents import fetched

Change = Callable[[Path], None]


@pytest.fixture(scope="module")
def bundle(app: Flask) -> bytes:
    return fetched(app, "results.zip")


def in_file(name: str, old: str, new: str) -> Change:
    """Puts other words into a file, and makes the checksums fit."""

    def change(folder: Path) -> None:
        place = folder / name
        body = place.read_bytes()
        assert old.encode() in body
        place.write_bytes(body.replace(old.encode(), new.encode(), 1))
        bundles.resealed(folder)

    return change


def in_column(name: str, column: str) -> Change:
    """Adds five to the first figure of a column, and makes the checksums fit."""

    def change(folder: Path) -> None:
        rows = exports.rows_of((folder / name).read_bytes())
        at = rows[0].index(column)
        row = next(row for row in rows[1:] if row[at].isdecimal())
        row[at] = str(int(row[at]) + 5)
        (folder / name).write_bytes(exports.to_csv(rows))
        bundles.resealed(folder)

    return change


def in_release(change: Callable[[dict[str, Any]], object]) -> Change:
    """Another release, with the printed fingerprint and the checksums made to fit."""

    def forged(folder: Path) -> None:
        content = bundles.release(folder)
        change(content)
        bundles.forge(folder, content)
        bundles.resealed(folder)

    return forged


def raised(*path: Any) -> Change:
    """Adds five to the figure of the release at the end of the path."""

    def change(content: dict[str, Any]) -> None:
        place: Any = content
        for step in path[:-1]:
            place = place[step]
        assert isinstance(place[path[-1]], int)
        place[path[-1]] += 5

    return in_release(change)


def without_line(folder: Path) -> None:
    sums = folder / "SHA256SUMS"
    kept = [line for line in sums.read_text().splitlines(keepends=True) if "figures-pl" not in line]
    sums.write_text("".join(kept))


def unsealed(folder: Path) -> None:
    place = folder / "release.json"
    place.write_bytes(place.read_bytes() + b"\n")


def weighted(content: dict[str, Any]) -> None:
    content["tables"][0]["groups"][0]["rows"][0]["weighted"] = 41
    content["weighting"]["tables"] = [content["tables"][0]["key"]]


def percent(content: dict[str, Any]) -> None:
    rows = (row for t in content["tables"] for group in t["groups"] for row in group["rows"])
    next(row for row in rows if row["percent"] is not None)["percent"] += 1


COUNT = ("tables", 0, "groups", 0, "rows", 0, "count")
AGAINST = ("against", "safe-dark.by.sex.unsafe", "groups", 0, "points")
FORGERIES: dict[str, tuple[Change, str]] = {
    "a file without its checksum": (unsealed, "checksum release.json"),
    "a checksum taken out": (without_line, "checksum figures-pl.csv"),
    "a file taken out": (lambda folder: (folder / "method-pl.txt").unlink(), "method-pl.txt"),
    "a file put in": (lambda folder: bool((folder / "more.csv").write_text("a")), "more.csv is no part"),
    "the printed fingerprint": (in_file("README.txt", "JSON: ", "JSON: f"), "fingerprint README.txt"),
    "the day of publication": (in_file("README.txt", "published 20", "published 19"), "first line"),
    "a count in a CSV": (in_column("figures-en_GB.csv", "count"), "cells of figures-en_GB.csv line"),
    "a base in a CSV": (in_column("figures-pl.csv", "answered"), "cells of figures-pl.csv line"),
    "a percentage in a CSV": (in_column("figures-pl.csv", "percent"), "cells of figures-pl.csv line"),
    "a hidden figure made up": (in_file("figures-en_GB.csv", ",fewer than 10,", ",5,"), "not 'words'"),
    "an answer's words": (in_file("figures-en_GB.csv", "Burglary", "Buses"), "answer_label"),
    "a comparison": (in_column("comparisons-pl.csv", "value"), "figures of comparisons-pl.csv"),
    "a chance": (in_file("comparisons-en_GB.csv", ",chance,0.", ",chance,1."), "/ chance: '1."),
    "a yes for a no": (in_file("comparisons-en_GB.csv", ",differs,no", ",differs,yes"), "yes and no"),
    "a comparison's words": (in_file("comparisons-pl.csv", "Ile masz lat?", "Ile?"), "labels of"),
    "the codebook": (in_file("codebook-en_GB.csv", "responses,260", "responses,900"), "codebook-en_GB"),
    "the method": (in_file("method-en_GB.txt", "not weighted", "weighted"), "method-en_GB.txt"),
    "a percentage": (in_release(percent), "percent "),
    "a count": (raised(*COUNT), "cells of figures-en_GB.csv"),
    "a weighted share": (in_release(weighted), ", weighted"),
    "a finding's percentage": (raised("findings", "topics", "facts", "percent"), "finding topics"),
    "a finding's people": (raised("findings", "change", "facts", "people"), "finding change"),
    "a finding of groups": (raised("findings", "change.by.ward.up", "facts", "shown"), "finding change.by"),
    "a group against the rest": (raised(*AGAINST), "against the rest"),
    "who answered": (raised("beside", 0, "groups", 0, "here"), "share of those who answered"),
    "a place in the order": (raised("orders", "topics", "places", 0, "rank"), "place topics"),
    "how many took part": (raised("responses"), "/ responses"),
    "a finding taken out": (in_release(lambda content: content["findings"].pop("topics")), "findings tables"),
    "a table taken out": (in_release(lambda content: content["tables"].pop()), "number of lines"),
    "a part turned round": (in_release(lambda content: content.update(orders=[1])), "cannot be read"),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_whatever_was_changed_is_named(bundle: bytes, tmp_path: Path, forgery: str) -> None:
    """Checksums, and the printed fingerprint, are made to fit where a forger could."""
    change, named = FORGERIES[forgery]
    change(bundles.unpacked(bundle, tmp_path))
    code, said = bundles.checked(tmp_path)
    assert code == 1
    assert named in said.rpartition(" differ\n")[2]


def test_an_untouched_bundle_ends_well_and_lists_what_it_cannot_give(bundle: bytes, tmp_path: Path) -> None:
    code, said = bundles.checked(bundles.unpacked(bundle, tmp_path))
    assert (code, said.rpartition(" differ\n")[2]) == (0, "")
    for line in (
        "responses: counted",
        "channels web: counted",
        "range and ties: found by",
        "live here: made",
    ):
        assert line in said
    assert {path.name for path in tmp_path.iterdir()} == set(zipfile.ZipFile(io.BytesIO(bundle)).namelist())

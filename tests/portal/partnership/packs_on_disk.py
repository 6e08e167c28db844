"""Where the packs are, and a copy of the made-up one that a test may spoil."""

from __future__ import annotations

import shutil
from pathlib import Path

EAST_CAMBRIDGESHIRE = Path("portal/packs/east_cambridgeshire").resolve()
NORTHMOOR = Path("tests/packs/northmoor").resolve()


def copy_of_northmoor(folder: Path) -> Path:
    return Path(shutil.copytree(NORTHMOOR, folder / "northmoor"))


def replace(folder: Path, file: str, old: str, new: str) -> None:
    """Replaces the first ``old`` in a file of the pack; it must be there."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{file} has no {old!r}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")

"""A bundle of results taken apart, checked by its own script, and changed as a forger would."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import re
import runpy
import sys
import zipfile
from pathlib import Path
from typing import Any


def unpacked(body: bytes, folder: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        packed.extractall(folder)
    return folder


def checked(folder: Path) -> tuple[int, str]:
    """The exit code of the bundle's script and what it printed, run in this process."""
    said, before = io.StringIO(), (sys.argv, list(sys.path), sys.dont_write_bytecode)
    sys.modules.pop("check_files", None)
    code = 0
    try:
        sys.argv = ["recompute.py", str(folder)]
        with contextlib.redirect_stdout(said):
            runpy.run_path(str(folder / "recompute.py"), run_name="__main__")
    except SystemExit as end:
        code = int(end.code or 0)
    finally:
        sys.argv, sys.path[:], sys.dont_write_bytecode = before
        sys.modules.pop("check_files", None)
    return code, said.getvalue()


def release(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / "release.json").read_text(encoding="utf-8"))
    return content


def forge(folder: Path, content: dict[str, Any]) -> None:
    """Writes another release and a README that gives its fingerprint."""
    (folder / "release.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    plain = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    print_of = hashlib.sha256(plain.encode()).hexdigest()
    readme = folder / "README.txt"
    text = readme.read_text(encoding="utf-8")
    readme.write_text(re.sub("JSON: [0-9a-f]{64}", f"JSON: {print_of}", text), encoding="utf-8")


def resealed(folder: Path) -> None:
    """Makes the checksums fit what is there."""
    names = sorted(path.name for path in folder.iterdir() if path.is_file() and path.name != "SHA256SUMS")
    lines = (f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in names)
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")

"""Vendoring: the one step that brings other people's files in, run by hand by a maintainer.

``python -m portal.vendoring DIR`` takes the npm archives in DIR (made by ``npm pack``), prepares them, writes
``static/vendor`` with its manifest, the browser tests' axe and the fixtures our components are compared with,
then joins the three style sheets and packs what browsers get. Without DIR it only does the latter two again.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import brotli

from portal import stylesheets

ROOT = Path(__file__).resolve().parent.parent
VENDOR = Path("static/vendor")
PARTS = Path("static/css/parts")
SHARED_PARTS = ("tokens.css", "base.css", "controls.css", "survey.css")
SITE_PARTS = ("tokens.css", "base.css", "controls.css", "survey.css", "site.css", "tables.css", "matrix.css",
              "pictures.css")  # fmt: skip
OFFICE_PARTS = (*SITE_PARTS, "office.css", "moderation.css")
LAST_PART = "media.css"
"""Print, forced colours and narrow screens come last, over everything else."""

LIBRARY = ("govuk-frontend", "6.3.0", "MIT", "Crown Copyright (Government Digital Service)")
CHARTS = ("plotly.js-basic-dist-min", "4.1.1", "MIT", "Plotly Technologies Inc.")
AXE = ("axe-core", "4.14.1", "MPL-2.0", "Deque Systems Inc.")

FIXTURES: Mapping[str, Sequence[str]] = {
    "radios": ("default", "with hint", "with legend as page heading", "with a divider", "with hints on items",
               "with fieldset and error message", "with hint and error message"),
    "checkboxes": ("default", "with legend as a page heading", "with divider and None",
                   "with error message", "with error message and hint"),
    "input": ("default", "with hint text", "with error message", "with error and hint",
              "with label as page heading", "value", "inputmode", "with suffix", "with width-5 class"),
    "textarea": ("default", "with hint", "with error message", "with default value",
                 "with hint and error message", "with label as page heading"),
    "character-count": ("default", "with hint", "with default value"),
    "select": ("default", "hint", "error", "with hint text and error message", "with selected value",
               "with label as page heading"),
    "error-summary": ("default", "without links", "mixed with and without links"),
    "summary-list": ("default", "single action with anchor"),
    "back-link": ("default", "with custom text and link"),
    "button": ("default", "secondary", "warning", "name", "link", "start link"),
}  # fmt: skip
"""Examples of the library's own mark-up that our components must equal in structure."""

LICENCE_TEXT = "static/vendor/licences/govuk-frontend.txt"
"""Kept by hand: the library's npm archive carries no licence file."""

_READER_PAGE = """<!doctype html><meta charset="utf-8"><div id="box"></div><pre id="out"></pre>
<script src="plotly-basic.min.js"></script><script>
Plotly.newPlot("box", [{type: "bar", x: [1], y: [1]}], {}).then(function () {
  var rules = [];
  Array.from(document.styleSheets).forEach(function (sheet) {
    Array.from(sheet.cssRules).forEach(function (rule) { rules.push(rule.cssText); });
  });
  document.getElementById("out").textContent = JSON.stringify(rules);
});
</script>"""


def vendor(archives: Path, root: Path = ROOT) -> None:
    """Writes every vendored file and the manifest. Raises FileNotFoundError for what is missing."""
    place = root / VENDOR
    place.mkdir(parents=True, exist_ok=True)
    library = _archive(archives, LIBRARY)
    charts = _archive(archives, CHARTS)
    axe = _archive(archives, AXE)

    prepared = stylesheets.prepare(library["dist/govuk/govuk-frontend.min.css"].decode())
    files: dict[str, tuple[tuple[str, str, str, str], bytes]] = {
        "static/vendor/govuk-frontend.css": (LIBRARY, (prepared + "\n").encode()),
        "static/vendor/plotly-basic.min.js": (CHARTS, charts["plotly-basic.min.js"]),
        "static/vendor/plotly-global.css": (CHARTS, _global_style(charts["plotly-basic.min.js"])),
        "tests/browser/vendor/axe.min.js": (AXE, axe["axe.min.js"]),
        "tests/portal/fixtures/govuk-frontend.json": (LIBRARY, _fixtures(library)),
        LICENCE_TEXT: (LIBRARY, (root / LICENCE_TEXT).read_bytes()),
        "static/vendor/licences/plotly.js.txt": (CHARTS, charts["LICENSE"]),
        "tests/browser/vendor/axe-core.LICENSE.txt": (AXE, axe["LICENSE"]),
    }
    for name, (_, content) in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    (place / "manifest.json").write_text(_manifest(files), encoding="utf-8")
    join(root)


def _archive(folder: Path, package: tuple[str, str, str, str]) -> dict[str, bytes]:
    name, version = package[:2]
    path = folder / f"{name}-{version}.tgz"
    if not path.is_file():
        raise FileNotFoundError(f"{path.name} is not in {folder}: run npm pack {name}@{version} there.")
    with tarfile.open(path) as archive:
        return {
            member.name.removeprefix("package/"): file.read()
            for member in archive.getmembers()
            if member.isfile() and (file := archive.extractfile(member)) is not None
        }


def _fixtures(library: Mapping[str, bytes]) -> bytes:
    chosen: dict[str, list[dict[str, Any]]] = {}
    for component, names in FIXTURES.items():
        every = json.loads(library[f"dist/govuk/components/{component}/fixtures.json"])["fixtures"]
        by_name = {fixture["name"]: fixture for fixture in every}
        chosen[component] = [
            {key: by_name[name][key] for key in ("name", "options", "html")} for name in names
        ]
    return (json.dumps(chosen, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode()


def _global_style(script: bytes) -> bytes:
    """The rules plotly would write into the page itself, read from a real browser after it has drawn once."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        raise FileNotFoundError("No Chromium found: plotly's own style sheet is read from a browser.")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "plotly-basic.min.js").write_bytes(script)
        page = Path(folder) / "page.html"
        page.write_text(_READER_PAGE, encoding="utf-8")
        dumped = subprocess.run(  # noqa: S603 - a browser found on the path, our own page
            [browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
             f"--user-data-dir={folder}/profile", "--virtual-time-budget=10000", "--dump-dom", page.as_uri()],
            capture_output=True, check=True, timeout=120, text=True,
        ).stdout  # fmt: skip
    listed = dumped.split('<pre id="out">', 1)[1].split("</pre>", 1)[0]
    for sign, meant in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        listed = listed.replace(sign, meant)
    rules: list[str] = json.loads(listed)
    if not any(".js-plotly-plot" in rule for rule in rules):
        raise ValueError("plotly wrote no style of its own: the recipe has changed")
    return ("\n".join(rules) + "\n").encode()


def _manifest(files: Mapping[str, tuple[tuple[str, str, str, str], bytes]]) -> str:
    packages = [
        {
            "name": package[0],
            "version": package[1],
            "licence": package[2],
            "copyright": package[3],
            "files": {
                name: hashlib.sha256(content).hexdigest()
                for name, (owner, content) in sorted(files.items())
                if owner == package
            },
        }
        for package in (AXE, LIBRARY, CHARTS)
    ]
    return json.dumps({"packages": packages}, indent=2, ensure_ascii=False) + "\n"


# Style sheets ----------------------------------------------------------------------------------------------


def bundles(root: Path = ROOT) -> dict[str, str]:
    """The three style sheets by file name, made from the vendored library and our own parts."""
    library = (root / VENDOR / "govuk-frontend.css").read_text(encoding="utf-8")

    def parts(names: Sequence[str]) -> list[str]:
        return [(root / PARTS / name).read_text(encoding="utf-8") for name in (*names, LAST_PART)]

    lean = stylesheets.only(library, stylesheets.SURVEY_COMPONENTS)
    return {
        "static/css/survey.css": stylesheets.bundle(lean, parts(SHARED_PARTS), lean=True),
        "static/css/portal.css": stylesheets.bundle(library, parts(SITE_PARTS)),
        "static/css/office.css": stylesheets.bundle(library, parts(OFFICE_PARTS)),
    }


def join(root: Path = ROOT) -> None:
    """Writes the three style sheets, and beside every style sheet and script the same packed."""
    for name, text in bundles(root).items():
        (root / name).write_text(text, encoding="utf-8")
    for path in packable(root):
        packed = path.with_name(f"{path.name}.br")
        if not packed.is_file() or brotli.decompress(packed.read_bytes()) != path.read_bytes():
            packed.write_bytes(brotli.compress(path.read_bytes(), mode=brotli.MODE_TEXT))


def packable(root: Path = ROOT) -> list[Path]:
    """The style sheets and scripts that browsers get."""
    kinds = ("css/*.css", "js/*.js", "vendor/*.css", "vendor/*.js")
    return sorted(path for kind in kinds for path in (root / "static").glob(kind))


def main(arguments: Sequence[str]) -> int:
    try:
        if arguments:
            vendor(Path(arguments[0]))
        else:
            join()
    except (FileNotFoundError, ValueError) as fault:
        sys.stderr.write(f"{fault}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

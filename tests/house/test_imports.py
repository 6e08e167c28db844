"""Who may import whom, and where imports may stand."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import ENCRYPTION_KEYS, SECRET
from tests.house.sources import ROOT, name, python_files, tree

HEAVY = (
    *("plotly", "alembic", "pyxform", "weasyprint", "docx", "openpyxl", "xlsxwriter", "segno", "zxcvbn"),
    *("prometheus_client", "resvg_py", "numpy", "limits"),
)
"""Packages that load only where they are used: in jobs, on the command line, on office pages, on request."""

IDLE = (*HEAVY, "huey", "psycopg", "mako", "waitress", "smtplib", "pdb", "sqlalchemy.dialects.postgresql")
"""Packages that a worker on SQLite never needs to show a page."""

LAZY = {("portal/__init__.py", "portal.application")}
"""Importing ``portal`` must not import the web framework: only ``create_app`` does."""


def test_imports_follow_the_contracts() -> None:
    # On its own: it silences every logger of the process it runs in, and tests of logs come after it.
    code = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def inner_imports(path: object, module: ast.Module) -> set[tuple[str, str]]:
    """(file, package) of every import inside a function."""
    found = set()
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            for inner in ast.walk(node):
                if isinstance(inner, ast.ImportFrom):
                    found.add((str(path), inner.module or ""))
                elif isinstance(inner, ast.Import):
                    found |= {(str(path), alias.name) for alias in inner.names}
    return found


def test_imports_inside_functions_are_only_of_heavy_packages() -> None:
    found: set[tuple[str, str]] = set()
    for path in python_files():
        found |= inner_imports(name(path), tree(path))
    assert {entry for entry in found - LAZY if not entry[1].startswith(HEAVY)} == set()
    assert {file for file, package in found if package.startswith("numpy")} == {"surveys/arrays.py"}


def test_a_partnership_can_be_imported_without_the_web_framework() -> None:
    code = (
        "import pkgutil, importlib, sys, portal.partnership as home\n"
        "for found in pkgutil.iter_modules(home.__path__):\n"
        "    importlib.import_module('portal.partnership.' + found.name)\n"
        "print(sorted({'flask', 'jinja2', 'plotly', 'flask_babel'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_worker_that_has_answered_holds_nothing_it_never_uses(sqlite_copy: str, tmp_path: Path) -> None:
    """What a worker loads, every worker keeps; and somebody waits for it after each start."""
    key_id, key = ENCRYPTION_KEYS[0]
    environment = {
        **os.environ,
        "PORTAL_DATABASE_URL": sqlite_copy,
        "PORTAL_DATA_DIR": str(tmp_path),
        "PORTAL_SECRET_KEY": SECRET,
        "PORTAL_ENCRYPTION_KEYS": f"{key_id}:{key}",
    }
    code = (
        "import sys, portal, portal.application\n"
        "from werkzeug.test import Client\n"
        "app = portal.create_app()\n"
        "portal.application.before_fork(app)\n"
        "assert Client(app).get('/').status_code == 200\n"
        f"print(sorted({set(IDLE)!r} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_the_application_starts_without_plotly() -> None:
    code = "import sys, portal.application, portal.cli; print({'plotly', 'alembic'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"

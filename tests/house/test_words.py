"""Names and words of the house: what code may be called, and what the public never reads."""

from __future__ import annotations

import ast
import re

from portal import catalogues
from tests.house.sources import ROOT, name, python_files, tree

NEVER_A_NAME = re.compile(r"(^|_)(manager|helper|helpers|util|utils|handler|handlers|data|info)(_|$)", re.I)
ALLOWED_NAMES = {
    "data_dir",  # a setting everybody knows by this name
    "_set_signal_handlers",  # the job runner's name
}
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK|not implemented|NotImplementedError)\b", re.I)
INNER_WORDS = re.compile(
    r"\b(rounds?|releases?|suppressed|representative|anonymous|hot ?spots?|margin of error)\b", re.I
)
MACHINE = re.compile(
    r"(?<![\w.])/(?:home|root|work|Users|opt)/[\w]|(?<!emit-)index-url|extra-index|\bresolved\"\s*:"
)


def named(module: ast.Module) -> set[str]:
    """The names a module gives to its classes, functions, parameters and files."""
    found = set()
    for node in ast.walk(module):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
    return found


def test_nothing_is_called_manager_helper_utils_handler_data_or_info() -> None:
    wrong = {
        f"{name(path)}: {given}"
        for path in python_files()
        for given in {*named(tree(path)), path.stem}
        if NEVER_A_NAME.search(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", given)) and given not in ALLOWED_NAMES
    }
    assert wrong == set()


def test_nothing_is_left_unfinished() -> None:
    wrong = [
        f"{name(path)}:{number}"
        for path in python_files()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if UNFINISHED.search(line)
    ]
    assert wrong == []


def test_the_public_never_reads_our_inner_words() -> None:
    sentences = {
        message.id if isinstance(message.id, str) else message.id[-1]
        for message in catalogues.extract()
        if message.id
    }
    assert {sentence for sentence in sentences if INNER_WORDS.search(sentence)} == set()


def test_modules_stay_readable() -> None:
    long = {
        name(path): lines
        for path in python_files()
        if "migrations" not in path.parts
        and (lines := len(path.read_text(encoding="utf-8").splitlines())) > 450
    }
    assert long == {}


def test_nothing_names_one_machine_or_a_registry() -> None:
    kept = [
        *python_files(),
        ROOT / "Makefile",
        ROOT / "pyproject.toml",
        ROOT / ".ci" / "run",
        ROOT / "README.md",
    ]
    kept += sorted(ROOT.glob("requirements*.txt")) + sorted((ROOT / "portal" / "deploy").rglob("*"))
    wrong = [
        f"{name(path)}:{number}: {line.strip()[:60]}"
        for path in kept
        if path.is_file() and path.suffix != ".pyc"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if MACHINE.search(line)
    ]
    assert wrong == []

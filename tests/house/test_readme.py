"""What the README says is so."""

from __future__ import annotations

import re

import click
import pytest

from portal.cli import main
from portal.config import DOCUMENTED
from tests.house.sources import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("setting", list(DOCUMENTED))
def test_every_setting_is_in_the_readme(setting: str) -> None:
    assert f"`{setting}`" in README


def test_the_readme_names_no_setting_that_is_not_there() -> None:
    named = set(re.findall(r"`(PORTAL_\w+)`", README))
    assert named - set(DOCUMENTED) == set()


def test_every_path_in_the_readme_is_there() -> None:
    paths = set(re.findall(r"`((?:surveys|portal|templates|static|translations|tests)/[\w./-]*)`", README))
    assert {path for path in paths if not (ROOT / path).exists()} == set()


def test_every_command_in_the_readme_is_one() -> None:
    wrong = []
    for line in re.findall(r"`portal ([a-z][^`]*)`", README):
        command: click.Command = main
        for word in line.split():
            if not isinstance(command, click.Group):
                break
            if word not in command.commands:
                wrong.append(line)
                break
            command = command.commands[word]
    assert wrong == []


def test_every_target_in_the_readme_is_in_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    wanted = set(re.findall(r"`make (\w+)`", README))
    assert {target for target in wanted if not re.search(rf"^{target}:", makefile, re.M)} == set()


def test_the_map_of_the_house_names_every_module() -> None:
    """The map lists each package and each module outside the sub-packages by its file name."""
    there = {
        path.name
        for folder in ("surveys", "portal")
        for path in (ROOT / folder).glob("*.py")
        if path.name != "__init__.py"
    }
    assert {name for name in there if name not in README and name.removesuffix(".py") not in README} == set()

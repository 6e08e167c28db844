"""The command line does its work and exits with 0, or says why in plain lines and exits with 1."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from portal.cli import main
from tests.conftest import ENCRYPTION_KEYS, SECRET

PACK = Path(__file__).parents[2] / "portal" / "packs" / "east_cambridgeshire"
Run = Callable[..., Result]


@pytest.fixture
def run(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command on this test's database."""
    key_id, key = ENCRYPTION_KEYS[0]
    monkeypatch.setenv("PORTAL_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("PORTAL_DATABASE_URL", database_url)
    monkeypatch.setenv("PORTAL_SECRET_KEY", SECRET)
    monkeypatch.setenv("PORTAL_ENCRYPTION_KEYS", f"{key_id}:{key}")
    monkeypatch.delenv("PORT", raising=False)

    def invoke(*arguments: object) -> Result:
        return CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)

    return invoke


def commands(group: click.Group, names: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], click.Command]]:
    found: list[tuple[tuple[str, ...], click.Command]] = []
    for name, command in group.commands.items():
        found.append(((*names, name), command))
        if isinstance(command, click.Group):
            found += commands(command, (*names, name))
    return found


@pytest.mark.parametrize(
    ("names", "command"), [pytest.param(*one, id="-".join(one[0])) for one in commands(main)]
)
def test_every_command_has_help(names: tuple[str, ...], command: click.Command) -> None:
    result = CliRunner().invoke(main, [*names, "--help"])
    assert result.exit_code == 0
    assert command.help
    assert [
        option.name for option in command.params if isinstance(option, click.Option) and not option.help
    ] == []


def test_db_upgrade_twice_changes_nothing(run: Run) -> None:
    first, second = run("db", "upgrade"), run("db", "upgrade")
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert second.output.startswith("Already at ")


def test_check_names_every_thing_that_is_right(run: Run) -> None:
    result = run("check")
    lines = [line for line in result.output.splitlines() if not line.startswith("FAULT fsync")]
    assert "ok    keys fit the database" in lines
    assert "ok    audit log unbroken" in lines


def test_a_wrong_setting_is_one_line_and_exit_1(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "x")
    result = run("serve")
    assert (result.exit_code, result.output) == (1, "PORT must be a port number from 1 to 65535.\n")


@pytest.mark.parametrize("command", [("serve",), ("responses", "count", "x"), ("jobs", "run")])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_unmigrated_database_is_one_line_and_exit_1(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("PORTAL_DATABASE_URL", f"sqlite:///{tmp_path}/new.sqlite3")
    result = run(*command)
    assert result.exit_code == 1
    assert result.output == "The database is not at this version of the portal: run portal db upgrade.\n"


def test_other_keys_are_one_line_and_exit_1(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_SECRET_KEY", "another secret, long enough to be one")
    result = run("jobs", "run")
    assert result.exit_code == 1
    assert result.output == "PORTAL_SECRET_KEY is not the one this database was made with.\n"


def test_a_survey_nobody_knows_is_refused(run: Run) -> None:
    result = run("responses", "count", "none")
    assert (result.exit_code, "survey.unknown" in result.output) == (1, True)


def test_a_pack_is_loaded_once_and_its_survey_published_closed_and_not_released_too_early(run: Run) -> None:
    assert run("pack", "check", PACK).exit_code == 0
    first, second = run("pack", "load", PACK), run("pack", "load", PACK)
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "0 added" in second.output
    unknown = run("survey", "publish", PACK, "none")
    assert (unknown.exit_code, unknown.output.startswith("The pack has no consultation none")) == (1, True)
    consultation = unknown.output.split("it has ")[1].rstrip(".\n").split(", ")[-1]
    published = run("survey", "publish", PACK, consultation)
    assert published.exit_code == 0
    slug = published.output.partition(":")[0]
    assert run("responses", "count", slug).output == "0\n"
    assert "version 1" in run("survey", "show", slug).output
    assert run("moderation", "stats", slug).exit_code == 0
    paused = run("survey", "pause", slug, "--reason", "A fault in the questions")
    if paused.exit_code == 0:
        assert f"{slug}: paused" in paused.output
        assert run("survey", "resume", slug, "--reason", "Mended").exit_code == 0
        early = run("release", "make", slug)
        assert (early.exit_code, "release.too_early" in early.output) == (1, True)


def test_every_fault_of_a_pack_is_told_by_file_and_line(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    folder.mkdir()
    (folder / "pack.toml").write_text("name = 3\n\n[broken\n")
    result = run("pack", "load", folder)
    assert result.exit_code == 1
    assert "pack.toml:3" in result.output


def test_every_fault_of_a_questionnaire_is_told_by_place(run: Run, tmp_path: Path) -> None:
    document = tmp_path / "questions.json"
    document.write_text('{"key": "x", "parts": [{"id": 1}]}')
    result = run("survey", "check", document)
    assert result.exit_code == 1
    assert "parts[0].id" in result.output
    assert len(result.output.splitlines()) > 3


def test_the_schema_is_printed_as_published(run: Run) -> None:
    published = Path(__file__).parents[2] / "surveys" / "questionnaire" / "schema.json"
    assert run("survey", "schema").output == published.read_text()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_backup_and_restore_by_command(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "backup.tar.gz"
    assert run("backup", target).exit_code == 0
    again = run("backup", target)
    assert (again.exit_code, "exists already" in again.output) == (1, True)
    assert run("restore", target, "--yes").exit_code == 0
    assert run("upgrade").exit_code == 0


def test_jobs_run_tells_what_each_settled(run: Run) -> None:
    result = run("jobs", "run", "--nightly")
    assert result.exit_code == 0
    assert [line.split()[0] for line in result.output.splitlines()][:2] == [
        "expire-drafts",
        "forget-attempts",
    ]


def test_keys_show_counts_what_each_key_opens(run: Run) -> None:
    assert run("keys", "show").output == "t1 1\n"
    assert run("keys", "reseal").output.endswith("0 sealed with t1.\n")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_export_never_overwrites(run: Run, tmp_path: Path) -> None:
    result = run("responses", "export", "none", tmp_path / "out.csv", "--reason", "Asked for by the board")
    assert (result.exit_code, (tmp_path / "out.csv").exists()) == (1, False)
    assert run("responses", "export", "none", tmp_path / "out.csv").exit_code == 2
    short = run("responses", "export", "none", tmp_path / "out.csv", "--reason", "why")
    assert (short.exit_code, "export.reason" in short.output) == (1, True)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_database_that_does_not_answer_is_one_line(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PORTAL_DATABASE_URL", f"sqlite:///{tmp_path}/none/portal.sqlite3")
    result = run("jobs", "run")
    assert result.exit_code == 1
    assert result.output == "The database does not answer (OperationalError).\n"

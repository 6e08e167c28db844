"""Where commands are served: the store behind them, a progress bar, and faults told in plain lines."""

from __future__ import annotations

import datetime as dt
import getpass
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NoReturn

import click
from sqlalchemy.exc import SQLAlchemyError

from portal.application import check_store, keyring
from portal.config import Settings, SettingsError
from portal.custody import Custody, CustodyError
from portal.database import Database, make_engine
from portal.errors import NotSaved
from portal.messages import words_of
from portal.partnership.packs import PackFaults
from surveys.errors import SurveysError
from surveys.sealing import Keyring


@dataclass(frozen=True)
class Counter:
    """Where commands are served: the settings, the store and its keys, and who is asking."""

    settings: Settings
    store: Database
    keys: Keyring

    @property
    def by(self) -> str:
        return f"cli:{getpass.getuser()}"

    @property
    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC)

    def custody(self, progress: Callable[[int, int], None]) -> Custody:
        return Custody(self.settings, self.store, self.keys, self.now, progress)


def counter(*, migrated: bool = True) -> Counter:
    """Opens the store of these settings. Unless told otherwise it must stand at the newest migration.

    Raises SettingsError with one line per fault.
    """
    settings = Settings.load()
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    opened = Counter(settings, Database(make_engine(settings), settings.data_dir), keyring(settings))
    if migrated:
        check_store(opened.store.engine, opened.keys)
    return opened


@contextmanager
def bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar fed with (done, of); silent when nobody watches."""
    with click.progressbar(length=1, label=label) as shown:

        def progress(done: int, of: int) -> None:
            shown.length = max(of, 1)
            shown.update(done - shown.pos)

        yield progress
        shown.update((shown.length or 1) - shown.pos)


class Plain(click.Group):
    """Turns every expected fault into one plain line per fault and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except SettingsError as problem:
            refuse(*problem.lines)
        except CustodyError as problem:
            refuse(str(problem))
        except NotSaved as problem:
            refuse(f"Nothing was saved: the database could not take it ({problem.args[0]}).")
        except OSError as problem:
            refuse(f"{problem.filename or 'A file'}: {problem.strerror}.")
        except SQLAlchemyError as problem:
            refuse(f"The database does not answer as it should ({type(problem).__name__}).")
        except SurveysError as problem:
            refuse(*fault_lines(problem))


def refuse(*lines: str) -> NoReturn:
    """Ends the command with exit code 1 and these lines."""
    for line in lines:
        click.echo(line, err=True)
    raise SystemExit(1)


def fault_lines(problem: SurveysError) -> list[str]:
    """One line per fault a refusal carries, each with its place; otherwise its code and words."""
    if isinstance(problem, PackFaults):
        return [str(fault) for fault in problem.faults]
    found = problem.facts.get("faults")
    if isinstance(found, list | tuple) and found:
        return [f"{fault.place}: {fault.code}{_shown(fault.facts)}" for fault in found]
    return [f"{words_of(problem)} ({problem.code}{_shown(problem.facts)})"]


def _shown(facts: Mapping[str, object]) -> str:
    return "".join(f"; {name}: {value}" for name, value in sorted(facts.items()))

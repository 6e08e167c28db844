"""The shape of the stored tables: at which migration the database stands, and how it gets to the newest."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine, inspect, text

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
_NAMES = re.compile(r"^(revision|down_revision)\b[^=\n]*= *(.+)$", re.MULTILINE)


def alembic_config(url: str) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def newest() -> str | None:
    """The revision this code was written for; None when the project has no migration at all.

    Read from the files themselves: every worker asks at its start, and Alembic takes longer to load than all
    of them to read. Raises RuntimeError when two migrations claim to be the newest.
    """
    found: set[str] = set()
    followed: set[str] = set()
    for path in (MIGRATIONS / "versions").glob("*.py"):
        names = {name: ast.literal_eval(value) for name, value in _NAMES.findall(path.read_text("utf-8"))}
        before = names.get("down_revision") or ()
        found.add(names["revision"])
        followed |= {before} if isinstance(before, str) else set(before)
    heads = found - followed
    if len(heads) > 1:
        raise RuntimeError(f"more than one newest migration: {sorted(heads)}")
    return next(iter(heads), None)


def stands_at(engine: Engine) -> str | None:
    """The revision of this database; None when it was never migrated."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def upgrade(engine: Engine) -> None:
    """Brings the database to the newest revision; in one transaction a step on both databases."""
    from alembic import command

    config = alembic_config(engine.url.render_as_string(hide_password=False))
    command.upgrade(config, "head")

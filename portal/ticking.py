"""What calls the background jobs by the clock. Huey carries nothing but the tick."""

from __future__ import annotations

import datetime as dt

from huey import Huey, PostgresHuey, RedisHuey, SqliteHuey, crontab
from huey.consumer import Consumer
from sqlalchemy import make_url

from portal.config import Settings
from portal.database import Database
from portal.jobs import Desk, run
from surveys.sealing import Keyring

NIGHT = crontab(hour="2", minute="20")
OFTEN = crontab(minute="*/10")


def make_queue(settings: Settings) -> Huey:
    """What ticks: Redis when given, else the database's own kind; no job carries anything through it."""
    if settings.redis_url:
        return RedisHuey("portal", url=settings.redis_url, results=False)
    if settings.sqlite:
        return SqliteHuey(
            "portal", filename=str(settings.data_dir / "jobs.sqlite3"), results=False, fsync=False
        )
    address = make_url(settings.database_url).set(drivername="postgresql")
    return PostgresHuey("portal", dsn=address.render_as_string(hide_password=False), results=False)


class _Companion(Consumer):  # type: ignore[misc]
    """A consumer that leaves the process's signals to the server it runs beside."""

    def _set_signal_handlers(self) -> None:
        return


def ticker(settings: Settings, store: Database, keys: Keyring, *, own_process: bool = False) -> Consumer:
    """Ticks the jobs once started: often the light ones, at night all of them.

    Beside a server it leaves signals alone; in its own process it ends cleanly on SIGTERM.
    """
    queue = make_queue(settings)

    def desk() -> Desk:
        return Desk(store, keys, dt.datetime.now(dt.UTC), settings)

    def often() -> None:
        run(desk())

    def nightly() -> None:
        run(desk(), nightly=True)

    queue.periodic_task(OFTEN, name="often")(often)
    queue.periodic_task(NIGHT, name="nightly")(nightly)
    kind = Consumer if own_process else _Companion
    return kind(queue, workers=1, periodic=True, initial_delay=1, max_delay=10, graceful_signal="TERM")

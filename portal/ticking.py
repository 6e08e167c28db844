"""What calls the background jobs by the clock. Huey carries nothing but the tick."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable

from huey import Huey, PostgresHuey, RedisHuey, SqliteHuey, crontab
from huey.consumer import Consumer
from sqlalchemy import make_url

from portal import logs
from portal.config import Settings
from portal.database import Database
from portal.jobs import Desk, hurry, run
from portal.mail_token import Tokens
from surveys.sealing import Keyring

NIGHT = crontab(hour="2", minute="20")
OFTEN = crontab(minute="*/10")
LOOKS = 5.0
"""Seconds between two looks for what may not wait for the next tick."""
RESTS = 60.0
"""Seconds until the next look after one that failed."""


class Lookout:
    """A thread that looks, rests, and looks again. A look that fails is noted and ends nothing."""

    def __init__(
        self, look: Callable[[], object], *, every: float = LOOKS, after_fault: float = RESTS
    ) -> None:
        self._look, self._every, self._after_fault = look, every, after_fault
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="lookout", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends after the look that is under way."""
        self._over.set()

    def _watch(self) -> None:
        rest = self._every
        while not self._over.wait(rest):
            rest = self._every
            try:
                self._look()
            except Exception as problem:  # whatever it was, the ticks go on and the next look may be better
                logs.log.error("lookout failed", exc_info=problem)
                rest = self._after_fault


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


class Ticker(Consumer):  # type: ignore[misc]
    """Ticks the jobs, and keeps a lookout beside them as long as it runs."""

    lookout: Lookout

    def start(self) -> None:
        super().start()
        self.lookout.start()

    def stop(self, graceful: bool = False) -> None:
        self.lookout.stop()
        super().stop(graceful)


class _Companion(Ticker):
    """A ticker that leaves the process's signals to the server it runs beside."""

    def _set_signal_handlers(self) -> None:
        return


def ticker(settings: Settings, store: Database, keys: Keyring, *, own_process: bool = False) -> Ticker:
    """Ticks the jobs once started: often the light ones, at night all of them; what is urgent, in seconds.

    Beside a server it leaves signals alone; in its own process it ends cleanly on SIGTERM.
    """
    queue, tokens = make_queue(settings), Tokens()

    def desk() -> Desk:
        return Desk(store, keys, dt.datetime.now(dt.UTC), settings, tokens)

    def often() -> None:
        run(desk())

    def nightly() -> None:
        run(desk(), nightly=True)

    queue.periodic_task(OFTEN, name="often")(often)
    queue.periodic_task(NIGHT, name="nightly")(nightly)
    kind = Ticker if own_process else _Companion
    made = kind(queue, workers=1, periodic=True, initial_delay=1, max_delay=10, graceful_signal="TERM")
    made.lookout = Lookout(lambda: hurry(desk()))
    return made

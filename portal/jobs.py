"""Background jobs: sweeps without arguments that find their own work, may run twice, and may be late."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from huey import Huey, PostgresHuey, RedisHuey, SqliteHuey, crontab
from huey.consumer import Consumer
from sqlalchemy import make_url
from sqlalchemy.orm import Session

from portal import logs, mail
from portal.config import Settings
from portal.database import Database
from portal.partnership import outbox
from surveys import attempts, changes, drafts, erasure, fieldwork, sealing
from surveys.moderation import screening
from surveys.sealing import Keyring

TICK_FILE = "jobs.tick"
BATCH = 2000
"""At most this many rows change hands in one write transaction."""
SCREENED = 200
"""Comments opened and read through in one: the lock is held far under 200 ms."""

NIGHT = crontab(hour="2", minute="20")
OFTEN = crontab(minute="*/10")


@dataclass(frozen=True)
class Desk:
    """What a sweep works with."""

    store: Database
    keys: Keyring
    now: dt.datetime
    settings: Settings | None = None
    """What a sweep that reaches outside the database needs; without them such a sweep does nothing."""


@dataclass(frozen=True)
class Job:
    """A sweep says how many rows it settled. ``nightly``: once a day is enough."""

    name: str
    sweep: Callable[[Desk], int]
    nightly: bool = False


def _writing(verb: Callable[[Session, Desk], int]) -> Callable[[Desk], int]:
    def sweep(desk: Desk) -> int:
        with desk.store.writing() as session:
            return verb(session, desk)

    return sweep


def reseal(desk: Desk, told: Callable[[int], None] = lambda moved: None) -> int:
    """Moves everything sealed to the newest key, one batch a transaction; ``told`` hears how many so far."""
    moved = 0
    while True:
        with desk.store.writing() as session:
            batch = sealing.reseal(session, desk.keys, BATCH)
        moved += batch
        told(moved)
        if batch < BATCH:
            return moved


def screen_comments(desk: Desk) -> int:
    """Every new comment is looked at by the phrase lists, a few hundred a transaction."""
    looked_at = 0
    while True:
        with desk.store.writing() as session:
            batch = screening.screen(session, keys=desk.keys, now=desk.now, limit=SCREENED)
        looked_at += batch
        if batch < SCREENED:
            return looked_at


def scrub(desk: Desk) -> int:
    """Rewrites what still holds deleted rows; 1 when it could, 0 when somebody was in the way."""
    return int(erasure.scrub(desk.store.engine, fully=True))


def empty_log(desk: Desk) -> int:
    """SQLite only: empties the write-ahead log, in case an erasure met a reader earlier."""
    return int(erasure.scrub(desk.store.engine)) if desk.store.engine.dialect.name == "sqlite" else 0


def deliver(desk: Desk) -> int:
    """Delivers what waits in the outbox and says how many letters left. No transaction is open meanwhile."""
    if desk.settings is None:
        return 0
    left = 0
    while True:
        with desk.store.writing() as session:
            letters = outbox.claim(session, now=desk.now, keys=desk.keys)
        if not letters:
            return left
        faults = _carry(desk.settings, letters)
        with desk.store.writing() as session:
            for letter in letters:
                fault = faults.get(letter.id)
                state = outbox.settle(
                    session,
                    letter,
                    fault=fault.fault if fault else "",
                    lasting=fault is not None and fault.lasting,
                    now=desk.now,
                )
                left += state == "sent"


def _carry(settings: Settings, letters: tuple[outbox.Letter, ...]) -> dict[str, mail.Undelivered]:
    """Takes the letters to the mail server; what did not leave, by letter."""
    faults: dict[str, mail.Undelivered] = {}
    try:
        with mail.post_round(settings) as hand_over:
            for letter in letters:
                try:
                    hand_over(letter)
                except mail.Undelivered as problem:
                    faults[letter.id] = problem
                    logs.log.warning("mail not delivered", kind=letter.kind, fault=problem.fault)
    except mail.Undelivered as problem:
        logs.log.warning("mail server out of reach", fault=problem.fault)
        return {letter.id: problem for letter in letters}
    return faults


def forget_mail(desk: Desk) -> int:
    """Letters settled a fortnight ago go, with their address and words."""
    if desk.settings is not None:
        mail.forget_files(desk.settings, (desk.now - outbox.KEPT).timestamp())
    with desk.store.writing() as session:
        return outbox.forget_settled(session, desk.now)


JOBS: tuple[Job, ...] = (
    Job("expire-drafts", _writing(lambda session, desk: drafts.expire_drafts(session, desk.now))),
    Job("forget-attempts", _writing(lambda session, desk: attempts.forget_attempts(session, desk.now))),
    Job("screen-comments", screen_comments),
    Job("empty-log", empty_log),
    Job("deliver-mail", deliver),
    Job("fold-ticks", _writing(lambda session, desk: fieldwork.fold_ticks(session, desk.now)), nightly=True),
    Job("trim-changes", _writing(lambda session, desk: changes.trim_changes(session)), nightly=True),
    Job("forget-mail", forget_mail, nightly=True),
    Job("reseal", reseal, nightly=True),
    Job("scrub", scrub, nightly=True),
)


def run(desk: Desk, *, nightly: bool = False) -> dict[str, int]:
    """Every due job once, in order; rows settled by name. A job that fails does not stop those after it.

    Raises ExceptionGroup with every fault once all have run.
    """
    settled: dict[str, int] = {}
    faults: list[Exception] = []
    for job in JOBS:
        if job.nightly and not nightly:
            continue
        try:
            settled[job.name] = job.sweep(desk)
        except Exception as problem:  # the sweeps are independent: each gets its turn
            logs.log.error("job failed", job=job.name, exc_info=problem)
            faults.append(problem)
        else:
            logs.log.info("job", job=job.name, settled=settled[job.name])
    if faults:
        raise ExceptionGroup("jobs failed", faults)
    (desk.store.data_dir / TICK_FILE).touch()
    return settled


def last_tick_age(data_dir: Path, now: float) -> float | None:
    """Seconds since the jobs last ran here without a fault; None when they never did."""
    try:
        return now - (data_dir / TICK_FILE).stat().st_mtime
    except FileNotFoundError:
        return None


# Ticking --------------------------------------------------------------------------------------------------


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

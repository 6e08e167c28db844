"""A portal set up for measuring: its own data folder, the fifteen-question survey open, served by itself."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import random
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import insert
from sqlalchemy.orm import Session

from portal import schema
from portal.application import keyring
from portal.config import Settings
from portal.database import Database, make_engine
from surveys import surveys
from surveys.db import new_id
from surveys.questionnaire.codebook import Codebook
from surveys.questionnaire.model import Answer, Questionnaire
from surveys.responses import Response
from surveys.sealing import Keyring
from surveys.surveys import Survey, SurveyVersion
from tests.benchmarks.fifteen import document

ROOT = Path(__file__).parents[2]
BY = "cli:bench"


@dataclass(frozen=True)
class House:
    """One data folder and what is in it."""

    folder: Path
    store: Database
    keys: Keyring
    survey: Survey
    version: SurveyVersion
    questionnaire: Questionnaire


def environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "PORTAL_DATA_DIR": str(folder)}


def build(folder: Path) -> House:
    """A migrated database with the fifteen questions open for a year."""
    return build_with(folder, Questionnaire.model_validate(document()), "fifteen")


def build_with(folder: Path, questionnaire: Questionnaire, slug: str) -> House:
    """A migrated database with this survey open for a year."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = Settings.load(environment(folder))
    store = Database(make_engine(settings), folder)
    schema.upgrade(store.engine)
    keys, now = keyring(settings), dt.datetime.now(dt.UTC)
    with store.writing() as session:
        keys.canary(session)
        survey = surveys.create(
            session,
            slug=slug,
            key=questionnaire.key,
            kind="anonymous",
            receipt_prefix="BN",
            by=BY,
            now=now,
            keys=keys,
        )
        version = surveys.publish_version(
            session, survey, questionnaire, meaning="first", by=BY, now=now, keys=keys
        )
        surveys.schedule(
            session,
            survey,
            opens_at=now - dt.timedelta(days=1),
            closes_at=now + dt.timedelta(days=365),
            withdraw_until=None,
            by=BY,
            now=now,
            keys=keys,
        )
    return House(folder, store, keys, survey, version, questionnaire)


def invented(count: int, seed: int = 1) -> Iterator[dict[str, Answer]]:
    """``count`` made-up answer sets of the fifteen questions, texts as stored (present or not)."""
    chance = random.Random(seed)
    for _ in range(count):
        answers: dict[str, Answer] = {f"q{n}": f"o{chance.randint(1, 6)}" for n in range(1, 9)}
        for n in range(9, 12):
            answers[f"q{n}"] = [f"o{k}" for k in sorted(chance.sample(range(1, 17), 3))]
        answers |= {"q12": chance.randint(0, 10), "q13": chance.randint(18, 90), "q14": True, "q15": True}
        yield answers


def fill(house: House, count: int) -> None:
    """Puts ``count`` responses straight into the store, for measuring how a full one behaves."""
    book, today = Codebook(house.questionnaire), dt.datetime.now(dt.UTC).date()
    rows = (
        {
            "survey_id": house.survey.id,
            "id": new_id(),
            "survey_kind": "anonymous",
            "version_id": house.version.id,
            "submission_hash": os.urandom(32),
            "receipt_hash": os.urandom(32),
            "answers": answers,
            "packed": book.pack(answers),
            "record_key": 7,
            "channel": "web",
            "locale": "en_GB",
            "submitted_on": today,
            "may_publish": False,
            "status": "counted",
        }
        for answers in invented(count)
    )
    while batch := [row for _, row in zip(range(2000), rows, strict=False)]:
        with house.store.writing() as session:
            _insert(session, batch)


def _insert(session: Session, batch: list[dict[str, object]]) -> None:
    session.execute(insert(Response.__table__), batch)  # type: ignore[arg-type]


def free_port() -> int:
    """A port nobody listens on, below those that the system gives to whoever connects meanwhile."""
    while True:
        port = random.SystemRandom().randrange(15_000, 32_000)
        with socket.socket() as one, contextlib.suppress(OSError):
            one.bind(("127.0.0.1", port))
            return port


@contextmanager
def served(command: list[str], port: int, path: str, env: dict[str, str] | None = None) -> Iterator[int]:
    """Runs a server and yields its process id once it answers; stops it afterwards."""
    process = subprocess.Popen(
        command, env=env, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_for(port, path, process)
        yield process.pid
    finally:
        process.terminate()
        process.wait(20)


def wait_for(port: int, path: str, process: subprocess.Popen[bytes], seconds: float = 60) -> float:
    """Seconds until the address answers 200. Raises RuntimeError when the server ends or stays silent."""
    started = time.perf_counter()
    while time.perf_counter() - started < seconds:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
                if answer.status == 200:
                    return time.perf_counter() - started
        except (urllib.error.URLError, OSError):
            time.sleep(0.02)
    raise RuntimeError("the server did not answer")


@contextmanager
def floor_served(folder: Path) -> Iterator[tuple[int, int]]:
    """The floor application, as (port, process id)."""
    port = free_port()
    command = [sys.executable, "-m", "tests.benchmarks.floor", str(port), str(folder / "floor.sqlite3")]
    with served(command, port, "/form") as pid:
        yield port, pid


@contextmanager
def portal_served(folder: Path) -> Iterator[tuple[int, int]]:
    """The portal over this folder, as (port, process id)."""
    port = free_port()
    program = str(Path(sys.executable).with_name("portal"))
    with served([program, "serve", "--port", str(port)], port, "/healthz", environment(folder)) as pid:
        yield port, pid

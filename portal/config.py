"""Settings: read from the environment once, checked as a whole, then frozen."""

from __future__ import annotations

import base64
import json
import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

DOCUMENTED = {
    "PORTAL_DATABASE_URL": "sqlite or postgresql address; default: portal.sqlite3 in the data folder",
    "PORTAL_DATA_DIR": "folder for the embedded database, secrets, locks and ledgers; default: var",
    "PORTAL_PUBLIC_URL": "the address people type; https:// turns production rules on",
    "PORTAL_SECRET_KEY": "signs cookies and derives receipts; at least 32 characters; never change it",
    "PORTAL_ENCRYPTION_KEYS": "id:key pairs separated by commas, newest first; a key is 32 bytes in base64",
    "PORTAL_TRUSTED_PROXIES": "how many proxies in front add X-Forwarded headers; default: 0",
    "PORTAL_REDIS_URL": "ticks the jobs through Redis instead of the data folder",
    "PORTAL_JOBS": "on or off: whether serve also ticks the background jobs; default: on",
    "PORTAL_METRICS": "on or off: whether /metrics answers; default: off",
    "PORTAL_MAIL_FROM": "the address letters come from; default: nobody@ and the public host",
    "PORTAL_MAIL_SERVER": "host:port of the mail server; without one letters become files in the data folder",
    "PORTAL_MAIL_TLS": "starttls, tls, or off for a relay on this machine; default: starttls",
    "PORTAL_MAIL_USER": "who signs in to the mail server; default: nobody does",
    "PORTAL_MAIL_PASSWORD": "the password of that account",
    "PORTAL_MAIL_TOKEN_FILE": "instead of a password: the file that holds the current OAuth token (XOAUTH2)",
    "PORTAL_MAIL_TOKEN_URL": "instead of a file: where the site gets the OAuth token itself; https only",
    "PORTAL_MAIL_CLIENT_ID": "the id of the portal at that address (client credentials)",
    "PORTAL_MAIL_CLIENT_SECRET": "its secret there",
    "PORTAL_MAIL_CLIENT_SECRET_FILE": "instead of the secret: the file that holds it, read anew each time",
    "PORTAL_MAIL_SCOPE": "what the token is for, as the provider wants it; default: nothing is asked for",
    "PORTAL_LOG_LEVEL": "debug, info, warning or error; default: info",
    "PORT": "the port serve listens on; default: 8000",
}

T = TypeVar("T")
SWITCH = {
    "on": True,
    "1": True,
    "true": True,
    "yes": True,
    "off": False,
    "0": False,
    "false": False,
    "no": False,
}
LEVELS = ("debug", "info", "warning", "error")
TLS = ("starttls", "tls", "off")
HERE = ("localhost", "127.0.0.1", "[::1]")
SENDER = re.compile(r"^[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+$")
SERVER = re.compile(r"^(?:\[[0-9a-f:]+\]|[A-Za-z0-9.-]+):[0-9]{1,5}$")
TOKEN_URL = re.compile(
    r"^(?P<scheme>https?)://(?P<host>\[[0-9a-f:]+\]|[A-Za-z0-9.-]+)(?::[0-9]{1,5})?(?:/[!-~]*)?$"
)
KEY_ID = re.compile(r"^[A-Za-z0-9_-]{1,16}$")


class SettingsError(Exception):
    """The portal must not start. ``lines`` holds one plain sentence per fault."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def site_root() -> Path:
    """The folder that holds templates, static and translations: inside the wheel, else the checkout."""
    packaged = Path(__file__).parent / "_site"
    return packaged if packaged.is_dir() else Path(__file__).parent.parent


@dataclass(frozen=True)
class Mail:
    """How letters leave; without a server they become files in the data folder."""

    sender: str = "nobody@localhost"
    server: str = ""
    """host:port"""
    tls: str = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    token_file: Path | None = None
    token_url: str = ""
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    client_secret_file: Path | None = None
    scope: str = ""


@dataclass(frozen=True)
class Settings:
    data_dir: Path
    database_url: str
    public_url: str
    secret_key: str = field(repr=False)
    encryption_keys: tuple[tuple[str, str], ...] = field(repr=False)
    """(key id, Fernet key) pairs, newest first."""
    trusted_proxies: int = 0
    redis_url: str = ""
    jobs: bool = True
    metrics: bool = False
    log_level: str = "info"
    port: int = 8000
    mail: Mail = Mail()
    testing: bool = False

    @property
    def production(self) -> bool:
        """Whether people reach the portal over https, so every strict rule applies."""
        return self.public_url.startswith("https://")

    @property
    def sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def ledger_path(self) -> Path:
        """The list of erasures: beside the database, outside every backup."""
        return self.data_dir / "erasures.log"

    @property
    def backed_up_path(self) -> Path:
        """Touched whenever a backup was made from here."""
        return self.data_dir / "backup.made"

    @property
    def public_host(self) -> str:
        return urlsplit(self.public_url).netloc

    @classmethod
    def load(cls, env: Mapping[str, str] | None = None) -> Settings:
        """Reads and checks every setting; in development makes missing secrets once in the data folder.

        Raises SettingsError naming every fault at once.
        """
        return _Reading(os.environ if env is None else env).settings()


class _Reading:
    """One pass over the environment that gathers faults instead of stopping at the first."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.env = env
        self.faults: list[str] = []

    def text(self, name: str, default: str = "") -> str:
        return self.env.get(name, "").strip() or default

    def parsed(self, name: str, default: T, parse: Callable[[str], T], rule: str) -> T:
        raw = self.text(name)
        if not raw:
            return default
        try:
            return parse(raw)
        except (ValueError, KeyError):
            self.faults.append(f"{name} must be {rule}.")
            return default

    def settings(self) -> Settings:
        for name in sorted(self.env):
            if name.startswith("PORTAL_") and name not in DOCUMENTED:
                self.faults.append(f"{name} is not a setting of the portal.")
        public_url = self.public_url()
        production = public_url.startswith("https://")
        if production and not self.text("PORTAL_DATA_DIR"):
            self.faults.append("PORTAL_DATA_DIR must be set when PORTAL_PUBLIC_URL is https.")
        data_dir = Path(self.text("PORTAL_DATA_DIR", "var")).absolute()
        database_url = self.database_url(data_dir)
        jobs = self.parsed("PORTAL_JOBS", True, lambda raw: SWITCH[raw.lower()], "on or off")
        metrics = self.parsed("PORTAL_METRICS", False, lambda raw: SWITCH[raw.lower()], "on or off")
        level = self.parsed("PORTAL_LOG_LEVEL", "info", _one_of(LEVELS), "one of " + ", ".join(LEVELS))
        proxies = self.parsed("PORTAL_TRUSTED_PROXIES", 0, _between(0, 5), "a whole number from 0 to 5")
        port = self.parsed("PORT", 8000, _between(1, 65535), "a port number from 1 to 65535")
        redis_url = self.text("PORTAL_REDIS_URL")
        if redis_url and urlsplit(redis_url).scheme not in ("redis", "rediss", "unix"):
            self.faults.append("PORTAL_REDIS_URL must begin with redis://, rediss:// or unix://.")
        mail = self.mail(public_url)
        secret, keys = self.secrets(data_dir, production)
        if self.faults:
            raise SettingsError(*self.faults)
        return Settings(
            data_dir=data_dir,
            database_url=database_url,
            public_url=public_url,
            secret_key=secret,
            encryption_keys=keys,
            trusted_proxies=proxies,
            redis_url=redis_url,
            jobs=jobs,
            metrics=metrics,
            log_level=level,
            port=port,
            mail=mail,
        )

    def mail(self, public_url: str) -> Mail:
        host = urlsplit(public_url).hostname or "localhost"
        sender = self.text("PORTAL_MAIL_FROM", f"nobody@{host.strip('[]')}")
        server, user = self.text("PORTAL_MAIL_SERVER"), self.text("PORTAL_MAIL_USER")
        tls = self.parsed("PORTAL_MAIL_TLS", "starttls", _one_of(TLS), "one of " + ", ".join(TLS))
        password, token_file = self.text("PORTAL_MAIL_PASSWORD"), self.text("PORTAL_MAIL_TOKEN_FILE")
        if self.text("PORTAL_MAIL_FROM") and not SENDER.match(sender):
            self.faults.append("PORTAL_MAIL_FROM must be one plain address, like office@example.org.")
        if server and not SERVER.match(server):
            self.faults.append("PORTAL_MAIL_SERVER must be host:port, like smtp.example.org:587.")
        if server and tls == "off" and server.rpartition(":")[0] not in HERE:
            self.faults.append("PORTAL_MAIL_TLS can be off only for a server on this machine.")
        token_url = self.text("PORTAL_MAIL_TOKEN_URL")
        ways = [way for way in (password, token_file, token_url) if way]
        if user and not ways:
            self.faults.append(
                "PORTAL_MAIL_USER needs PORTAL_MAIL_PASSWORD, "
                "PORTAL_MAIL_TOKEN_FILE or PORTAL_MAIL_TOKEN_URL."
            )
        if ways and not user:
            self.faults.append("PORTAL_MAIL_USER must be set beside the mail password or token.")
        if len(ways) > 1:
            self.faults.append(
                "Set one of PORTAL_MAIL_PASSWORD, PORTAL_MAIL_TOKEN_FILE and PORTAL_MAIL_TOKEN_URL, not more."
            )
        signed = {"user": user, "password": password, "token_file": self.file("PORTAL_MAIL_TOKEN_FILE")}
        return Mail(sender, server, tls, **signed, **self.mail_token(token_url))  # type: ignore[arg-type]

    def mail_token(self, token_url: str) -> dict[str, object]:
        """How the site gets its own mail token; nothing without an address to get it from."""
        known = {
            "PORTAL_MAIL_CLIENT_ID": self.text("PORTAL_MAIL_CLIENT_ID"),
            "PORTAL_MAIL_CLIENT_SECRET": self.text("PORTAL_MAIL_CLIENT_SECRET"),
            "PORTAL_MAIL_CLIENT_SECRET_FILE": self.text("PORTAL_MAIL_CLIENT_SECRET_FILE"),
            "PORTAL_MAIL_SCOPE": self.text("PORTAL_MAIL_SCOPE"),
        }
        client, secret, file, scope = known.values()
        if not token_url:
            self.faults += [f"{name} needs PORTAL_MAIL_TOKEN_URL." for name, given in known.items() if given]
            return {}
        found = TOKEN_URL.match(token_url)
        if found is None or (found["scheme"] == "http" and found["host"] not in HERE):
            self.faults.append("PORTAL_MAIL_TOKEN_URL must begin with https:// and name a host.")
        if not client:
            self.faults.append("PORTAL_MAIL_TOKEN_URL needs PORTAL_MAIL_CLIENT_ID.")
        if bool(secret) == bool(file):
            self.faults.append(
                "PORTAL_MAIL_TOKEN_URL needs either PORTAL_MAIL_CLIENT_SECRET "
                "or PORTAL_MAIL_CLIENT_SECRET_FILE."
            )
        return {
            "token_url": token_url,
            "client_id": client,
            "client_secret": secret,
            "client_secret_file": self.file("PORTAL_MAIL_CLIENT_SECRET_FILE"),
            "scope": scope,
        }

    def file(self, name: str) -> Path | None:
        named = self.text(name)
        if named and not Path(named).is_file():
            self.faults.append(f"{name} must name a file that is there.")
        return Path(named) if named else None

    def public_url(self) -> str:
        url = self.text("PORTAL_PUBLIC_URL", f"http://127.0.0.1:{self.text('PORT', '8000')}").rstrip("/")
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.path or parts.query:
            self.faults.append("PORTAL_PUBLIC_URL must be http:// or https:// and a host, without a path.")
        return url

    def database_url(self, data_dir: Path) -> str:
        raw = self.text("PORTAL_DATABASE_URL", f"sqlite:///{data_dir / 'portal.sqlite3'}")
        for old in ("postgres://", "postgresql://"):
            if raw.startswith(old):
                raw = "postgresql+psycopg://" + raw.removeprefix(old)
        try:
            url = make_url(raw)
        except ArgumentError:
            self.faults.append("PORTAL_DATABASE_URL is not a database address.")
            return raw
        if url.drivername not in ("sqlite", "postgresql+psycopg"):
            self.faults.append("PORTAL_DATABASE_URL must begin with sqlite:/// or postgresql://.")
        elif url.drivername == "sqlite" and url.database in (None, "", ":memory:"):
            self.faults.append("PORTAL_DATABASE_URL must name a file: answers held in memory would be lost.")
        return raw

    def secrets(self, data_dir: Path, production: bool) -> tuple[str, tuple[tuple[str, str], ...]]:
        secret, keys = self.text("PORTAL_SECRET_KEY"), self.text("PORTAL_ENCRYPTION_KEYS")
        if production:
            for name, value in (("PORTAL_SECRET_KEY", secret), ("PORTAL_ENCRYPTION_KEYS", keys)):
                if not value:
                    self.faults.append(f"{name} must be set when PORTAL_PUBLIC_URL is https.")
        elif not (secret and keys):
            if self.faults:
                return secret, ()
            kept = self.kept_secrets(data_dir)
            secret, keys = secret or kept.get("secret_key", ""), keys or kept.get("encryption_keys", "")
        if secret and len(secret) < 32:
            self.faults.append("PORTAL_SECRET_KEY must have at least 32 characters.")
        return secret, self.key_pairs(keys) if keys else ()

    def key_pairs(self, raw: str) -> tuple[tuple[str, str], ...]:
        pairs = []
        for place, pair in enumerate(raw.split(","), start=1):
            key_id, _, key = pair.strip().partition(":")
            try:
                long_enough = len(base64.urlsafe_b64decode(key)) == 32
            except ValueError:
                long_enough = False
            if not KEY_ID.match(key_id) or not long_enough:
                self.faults.append(
                    f"PORTAL_ENCRYPTION_KEYS: key {place} must be id:key with 32 bytes in base64."
                )
            pairs.append((key_id, key))
        if len({key_id for key_id, _ in pairs}) < len(pairs):
            self.faults.append("PORTAL_ENCRYPTION_KEYS: two keys have the same id.")
        return tuple(pairs)

    def kept_secrets(self, data_dir: Path) -> dict[str, str]:
        """The secrets of the data folder, made on first use; processes starting together agree on one set."""
        path = data_dir / "secrets.json"
        try:
            data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not path.exists():
                _make_secrets(path)
            if path.stat().st_mode & 0o077:
                self.faults.append(f"{path} can be read by others: run chmod 600 on it.")
            kept = json.loads(path.read_text())
            return {name: str(kept[name]) for name in ("secret_key", "encryption_keys")}
        except OSError as problem:
            self.faults.append(f"The data folder {data_dir} cannot be used: {problem.strerror}.")
        except (ValueError, KeyError):
            self.faults.append(f"{path} is damaged: put back the copy you kept.")
        return {}


def _make_secrets(path: Path) -> None:
    made = {
        "secret_key": secrets.token_urlsafe(48),
        "encryption_keys": "k1:" + base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    }
    draft = path.with_name(f"secrets.{secrets.token_hex(8)}")
    opened = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(opened, "w") as file:
        json.dump(made, file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:  # another process was first: its secrets count
        return
    finally:
        draft.unlink()


def _between(lowest: int, highest: int) -> Callable[[str], int]:
    def parse(raw: str) -> int:
        number = int(raw)
        if not lowest <= number <= highest:
            raise ValueError(raw)
        return number

    return parse


def _one_of(choices: tuple[str, ...]) -> Callable[[str], str]:
    def parse(raw: str) -> str:
        if raw.lower() not in choices:
            raise ValueError(raw)
        return raw.lower()

    return parse

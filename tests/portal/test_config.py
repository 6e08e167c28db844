"""Settings are checked as a whole, with one plain line per fault; secrets are made once."""

from __future__ import annotations

import base64
import os
import stat
from pathlib import Path

import pytest

from portal.config import DOCUMENTED, Settings, SettingsError

KEY = base64.urlsafe_b64encode(b"k" * 32).decode()
PRODUCTION = {
    "PORTAL_PUBLIC_URL": "https://safety.example.gov.uk",
    "PORTAL_DATA_DIR": "/srv/portal",
    "PORTAL_SECRET_KEY": "s" * 32,
    "PORTAL_ENCRYPTION_KEYS": f"new:{KEY},old:{KEY}",
}


def faults(env: dict[str, str]) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        Settings.load(env)
    return list(caught.value.lines)


def test_load_with_nothing_set_makes_a_private_data_folder(tmp_path: Path) -> None:
    settings = Settings.load({"PORTAL_DATA_DIR": str(tmp_path / "data")})
    assert settings.database_url == f"sqlite:///{tmp_path}/data/portal.sqlite3"
    assert settings.public_url == "http://127.0.0.1:8000"
    assert not settings.production
    modes = [
        stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "data", tmp_path / "data/secrets.json")
    ]
    assert modes == [0o700, 0o600]


def test_load_again_keeps_the_secrets(tmp_path: Path) -> None:
    env = {"PORTAL_DATA_DIR": str(tmp_path)}
    first, second = Settings.load(env), Settings.load(env)
    assert (first.secret_key, first.encryption_keys) == (second.secret_key, second.encryption_keys)
    assert len(first.secret_key) >= 32


def test_load_never_shows_secrets(tmp_path: Path) -> None:
    settings = Settings.load({"PORTAL_DATA_DIR": str(tmp_path)})
    assert settings.secret_key not in repr(settings)
    assert settings.encryption_keys[0][1] not in repr(settings)


def test_production_takes_its_secrets_from_the_environment() -> None:
    settings = Settings.load(PRODUCTION)
    assert settings.production
    assert settings.public_host == "safety.example.gov.uk"
    assert settings.encryption_keys == (("new", KEY), ("old", KEY))
    assert not Path("/srv/portal").exists()


def test_production_without_secrets_tells_every_fault() -> None:
    assert faults({"PORTAL_PUBLIC_URL": "https://safety.example.gov.uk"}) == [
        "PORTAL_DATA_DIR must be set when PORTAL_PUBLIC_URL is https.",
        "PORTAL_SECRET_KEY must be set when PORTAL_PUBLIC_URL is https.",
        "PORTAL_ENCRYPTION_KEYS must be set when PORTAL_PUBLIC_URL is https.",
    ]


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("PORTAL_DATABASE_URL", "nonsense", "PORTAL_DATABASE_URL is not a database address."),
        (
            "PORTAL_DATABASE_URL",
            "mysql://x/y",
            "PORTAL_DATABASE_URL must begin with sqlite:/// or postgresql://.",
        ),
        (
            "PORTAL_DATABASE_URL",
            "sqlite://",
            "PORTAL_DATABASE_URL must name a file: answers held in memory would be lost.",
        ),
        (
            "PORTAL_PUBLIC_URL",
            "https://a.example/path",
            "PORTAL_PUBLIC_URL must be http:// or https:// and a host, without a path.",
        ),
        ("PORTAL_SECRET_KEY", "short", "PORTAL_SECRET_KEY must have at least 32 characters."),
        (
            "PORTAL_ENCRYPTION_KEYS",
            "a:zzz",
            "PORTAL_ENCRYPTION_KEYS: key 1 must be id:key with 32 bytes in base64.",
        ),
        ("PORTAL_ENCRYPTION_KEYS", f"a:{KEY},a:{KEY}", "PORTAL_ENCRYPTION_KEYS: two keys have the same id."),
        ("PORTAL_TRUSTED_PROXIES", "many", "PORTAL_TRUSTED_PROXIES must be a whole number from 0 to 5."),
        (
            "PORTAL_REDIS_URL",
            "http://x",
            "PORTAL_REDIS_URL must begin with redis://, rediss:// or unix://.",
        ),
        ("PORTAL_JOBS", "perhaps", "PORTAL_JOBS must be on or off."),
        ("PORTAL_METRICS", "2", "PORTAL_METRICS must be on or off."),
        ("PORTAL_LOG_LEVEL", "loud", "PORTAL_LOG_LEVEL must be one of debug, info, warning, error."),
        (
            "PORTAL_MAIL_FROM",
            "The office <office@example.org>",
            "PORTAL_MAIL_FROM must be one plain address, like office@example.org.",
        ),
        (
            "PORTAL_MAIL_SERVER",
            "smtp.example.org",
            "PORTAL_MAIL_SERVER must be host:port, like smtp.example.org:587.",
        ),
        ("PORTAL_MAIL_TLS", "maybe", "PORTAL_MAIL_TLS must be one of starttls, tls, off."),
        (
            "PORTAL_MAIL_USER",
            "office",
            "PORTAL_MAIL_USER needs PORTAL_MAIL_PASSWORD, PORTAL_MAIL_TOKEN_FILE or PORTAL_MAIL_TOKEN_URL.",
        ),
        (
            "PORTAL_MAIL_PASSWORD",
            "s3cret",
            "PORTAL_MAIL_USER must be set beside the mail password or token.",
        ),
        ("PORT", "0", "PORT must be a port number from 1 to 65535."),
        ("PORTAL_DEBUG", "1", "PORTAL_DEBUG is not a setting of the portal."),
    ],
)
def test_a_wrong_setting_has_one_plain_line(name: str, value: str, fault: str) -> None:
    assert faults({**PRODUCTION, name: value}) == [fault]


def test_mail_is_never_sent_over_the_network_in_clear() -> None:
    open_relay = {"PORTAL_MAIL_SERVER": "smtp.example.org:25", "PORTAL_MAIL_TLS": "off"}
    assert faults({**PRODUCTION, **open_relay}) == [
        "PORTAL_MAIL_TLS can be off only for a server on this machine."
    ]
    here = Settings.load({**PRODUCTION, **open_relay, "PORTAL_MAIL_SERVER": "127.0.0.1:25"})
    assert (here.mail.server, here.mail.tls) == ("127.0.0.1:25", "off")


def test_mail_comes_from_the_public_host_unless_told(tmp_path: Path) -> None:
    assert Settings.load(PRODUCTION).mail.sender.startswith("nobody@")
    token = tmp_path / "token"
    with_token = {**PRODUCTION, "PORTAL_MAIL_USER": "office", "PORTAL_MAIL_TOKEN_FILE": str(token)}
    assert faults(with_token) == ["PORTAL_MAIL_TOKEN_FILE must name a file that is there."]
    token.touch()
    assert faults({**with_token, "PORTAL_MAIL_PASSWORD": "s3cret"}) == [
        "Set one of PORTAL_MAIL_PASSWORD, PORTAL_MAIL_TOKEN_FILE and PORTAL_MAIL_TOKEN_URL, not more."
    ]


def test_a_mail_token_of_its_own_is_fetched_from_one_safe_address(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    own = {
        **PRODUCTION,
        "PORTAL_MAIL_USER": "office@example.org",
        "PORTAL_MAIL_TOKEN_URL": "https://login.example.org/t/token",
        "PORTAL_MAIL_CLIENT_ID": "portal",
        "PORTAL_MAIL_CLIENT_SECRET": "s3cret",
        "PORTAL_MAIL_SCOPE": "https://mail.example.org/.default",
    }
    read = Settings.load(own).mail
    assert (read.token_url, read.client_id, read.scope) == (
        "https://login.example.org/t/token", "portal", "https://mail.example.org/.default",
    )  # fmt: skip
    assert (read.client_secret, "s3cret" in repr(read)) == ("s3cret", False)
    unsafe = ["PORTAL_MAIL_TOKEN_URL must begin with https:// and name a host."]
    for url in (
        "http://login.example.org/",
        "ftp://x/",
        "https://",
        "https://a:b@x/",
        "https://x/ y",
        "file:///etc",
    ):
        assert faults({**own, "PORTAL_MAIL_TOKEN_URL": url}) == unsafe, url
    assert Settings.load({**own, "PORTAL_MAIL_TOKEN_URL": "http://127.0.0.1:81/x"}).mail.client_id == "portal"
    either = "PORTAL_MAIL_TOKEN_URL needs either PORTAL_MAIL_CLIENT_SECRET or PORTAL_MAIL_CLIENT_SECRET_FILE."
    filed = {**own, "PORTAL_MAIL_CLIENT_SECRET_FILE": str(secret)}
    assert faults(filed) == [either, "PORTAL_MAIL_CLIENT_SECRET_FILE must name a file that is there."]
    secret.touch()
    assert Settings.load({**filed, "PORTAL_MAIL_CLIENT_SECRET": ""}).mail.client_secret_file == secret
    assert faults({**own, "PORTAL_MAIL_CLIENT_SECRET": "", "PORTAL_MAIL_CLIENT_ID": ""}) == [
        "PORTAL_MAIL_TOKEN_URL needs PORTAL_MAIL_CLIENT_ID.", either,
    ]  # fmt: skip
    assert faults({**own, "PORTAL_MAIL_TOKEN_URL": "", "PORTAL_MAIL_USER": ""}) == [
        f"PORTAL_MAIL_{name} needs PORTAL_MAIL_TOKEN_URL." for name in ("CLIENT_ID", "CLIENT_SECRET", "SCOPE")
    ]


@pytest.mark.parametrize("given", ["postgres://u:p@h/db", "postgresql://u:p@h/db"])
def test_postgresql_addresses_use_the_one_driver(given: str) -> None:
    settings = Settings.load({**PRODUCTION, "PORTAL_DATABASE_URL": given})
    assert settings.database_url == "postgresql+psycopg://u:p@h/db"
    assert not settings.sqlite


def test_secrets_others_can_read_stop_the_start(tmp_path: Path) -> None:
    Settings.load({"PORTAL_DATA_DIR": str(tmp_path)})
    (tmp_path / "secrets.json").chmod(0o644)
    assert faults({"PORTAL_DATA_DIR": str(tmp_path)}) == [
        f"{tmp_path}/secrets.json can be read by others: run chmod 600 on it."
    ]


def test_damaged_secrets_stop_the_start(tmp_path: Path) -> None:
    Settings.load({"PORTAL_DATA_DIR": str(tmp_path)})
    (tmp_path / "secrets.json").write_text("{}")
    assert faults({"PORTAL_DATA_DIR": str(tmp_path)}) == [
        f"{tmp_path}/secrets.json is damaged: put back the copy you kept."
    ]


def test_a_data_folder_that_cannot_be_made_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert faults({"PORTAL_DATA_DIR": str(tmp_path / "file" / "data")}) == [
        f"The data folder {tmp_path}/file/data cannot be used: Not a directory."
    ]


def test_every_documented_setting_is_read(tmp_path: Path) -> None:
    read = (Path(__file__).parents[2] / "portal" / "config.py").read_text()
    assert [name for name in DOCUMENTED if read.count(f'"{name}"') < 2] == []
    assert "PATH" in os.environ  # other names of the environment are nobody's business
    Settings.load({"PATH": "x", "PORTAL_DATA_DIR": str(tmp_path)})

"""Letters leave through a real mail server on a socket, or become files; faults say which kind they are."""

from __future__ import annotations

import base64
import datetime as dt
import email
import email.policy
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from portal import jobs, mail
from portal.config import Mail, Settings
from portal.database import Database, engine_for
from portal.jobs import Desk
from portal.partnership import outbox
from portal.partnership.outbox import Letter
from surveys.sealing import Keyring
from tests.conftest import settings_for

SENDER = "office@portal.example"


@dataclass
class Server:
    """A mail server that speaks just enough SMTP, one connection at a time."""

    accept_token: str = "good"
    refuse_recipients: int = 0
    letters: list[str] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    signed_in: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.listening.accept()
            except OSError:
                return
            with connection, connection.makefile("rwb", buffering=0) as talk:
                self._talk(talk)

    def _talk(self, talk: object) -> None:
        def say(line: str) -> None:
            talk.write(line.encode() + b"\r\n")  # type: ignore[attr-defined]

        say("220 here")
        while line := talk.readline().decode().rstrip("\r\n") or "NOOP":  # type: ignore[attr-defined]
            verb = line.split(" ")[0].upper()
            match verb:
                case "EHLO":
                    say("250-here\r\n250 AUTH PLAIN XOAUTH2")
                case "AUTH":
                    mechanism, _, given = line.partition(" ")[2].partition(" ")
                    words = base64.b64decode(given).decode().replace("\x01", "|").replace("\x00", "|")
                    self.signed_in.append(f"{mechanism} {words}")
                    if mechanism == "XOAUTH2" and self.accept_token not in words:
                        say("334 e30=")
                    else:
                        say("235 welcome")
                case "RCPT":
                    self.recipients.append(line)
                    say(f"{self.refuse_recipients} no such box" if self.refuse_recipients else "250 ok")
                case "DATA":
                    say("354 go on")
                    text = b""
                    while (part := talk.readline()) != b".\r\n":  # type: ignore[attr-defined]
                        text += part
                    self.letters.append(text.decode())
                    say("250 taken")
                case "QUIT":
                    say("221 bye")
                    return
                case "NOOP":
                    say("535 no")
                case _:
                    say("250 ok")


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.listening.close()


@pytest.fixture
def settings(sqlite_copy: str, tmp_path: Path) -> Settings:
    return replace(settings_for(sqlite_copy, tmp_path), mail=Mail(sender=SENDER))


@pytest.fixture
def database_url(sqlite_copy: str) -> str:
    return sqlite_copy


@pytest.fixture
def desk(settings: Settings, keys: Keyring, now: dt.datetime) -> Iterator[Desk]:
    engine = engine_for(settings.database_url)
    yield Desk(Database(engine, settings.data_dir), keys, now, settings)
    engine.dispose()


def over(desk: Desk, server: Server, **more: object) -> Desk:
    mails = Mail(sender=SENDER, server=f"127.0.0.1:{server.port}", tls="off")
    assert desk.settings is not None
    return replace(desk, settings=replace(desk.settings, mail=replace(mails, **more)))  # type: ignore[arg-type]


def post(desk: Desk, to: str = "ruth@example.org") -> None:
    with desk.store.writing() as session:
        outbox.post(
            session, to=to, subject="A link for you – przyłącz się", body="Zażółć\n.\nlink",
            kind="invitation", now=desk.now, keys=desk.keys,
        )  # fmt: skip


def standing(desk: Desk) -> dict[str, int]:
    with desk.store.reading() as session:
        return outbox.standing(session)


def test_without_a_server_letters_become_private_files_and_go_with_time(desk: Desk) -> None:
    post(desk)
    assert jobs.deliver(desk) == 1
    (path,) = (desk.store.data_dir / "mail").glob("*.eml")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    read = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert (read["To"], read["From"]) == ("ruth@example.org", SENDER)
    assert read["Subject"] == "A link for you – przyłącz się"
    assert read.get_content().split() == ["Zażółć", ".", "link"]
    assert standing(desk) == {"queued": 0, "sent": 1, "failed": 0}
    later = path.stat().st_mtime + outbox.KEPT.total_seconds() + 1
    assert jobs.forget_mail(replace(desk, now=dt.datetime.fromtimestamp(later, dt.UTC))) == 1
    assert not path.exists()


def test_a_relay_gets_every_letter_once(desk: Desk, server: Server) -> None:
    post(desk)
    post(desk, "tom@example.org")
    assert jobs.deliver(over(desk, server)) == 2
    assert jobs.deliver(over(desk, server)) == 0
    assert [line.upper() for line in server.recipients] == [
        "RCPT TO:<RUTH@EXAMPLE.ORG>",
        "RCPT TO:<TOM@EXAMPLE.ORG>",
    ]
    assert server.signed_in == []
    assert "Message-ID: <" in server.letters[0]


def test_a_password_signs_in(desk: Desk, server: Server) -> None:
    post(desk)
    assert jobs.deliver(over(desk, server, user="office", password="s3cret words")) == 1
    assert server.signed_in == ["PLAIN |office|s3cret words"]


def test_a_token_signs_in_and_is_read_anew(desk: Desk, server: Server, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("stale\n")
    with_token = over(desk, server, user="office@portal.example", token_file=token)
    post(desk)
    assert jobs.deliver(with_token) == 0
    assert standing(desk) == {"queued": 1, "sent": 0, "failed": 0}
    token.write_text("good\n")
    assert jobs.deliver(replace(with_token, now=desk.now + outbox.WAITS[0])) == 1
    assert server.signed_in[-1] == "XOAUTH2 user=office@portal.example|auth=Bearer good||"


def test_an_unknown_box_is_given_up_and_a_busy_one_is_not(desk: Desk, server: Server) -> None:
    for code, expected in ((450, "queued"), (550, "failed")):
        server.refuse_recipients = code
        post(desk)
        assert jobs.deliver(over(desk, server)) == 0
        assert standing(desk)[expected] == 1


def test_a_server_that_is_away_loses_nothing(desk: Desk, server: Server) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        server.port = unused.getsockname()[1]
    post(desk)
    assert jobs.deliver(over(desk, server)) == 0
    assert standing(desk) == {"queued": 1, "sent": 0, "failed": 0}


def test_a_relay_that_offers_no_tls_is_not_used(desk: Desk, server: Server) -> None:
    post(desk)
    assert jobs.deliver(over(desk, server, tls="starttls", user="office", password="s3cret words")) == 0
    assert server.signed_in == []
    assert server.letters == []


def test_a_letter_cannot_carry_another_header() -> None:
    hostile = Letter("id", "kind", "a@example.org\nBcc: b@example.org", "Hello", "words", "")
    with pytest.raises(ValueError, match="linefeed"):
        mail.message(hostile, SENDER)


def test_without_settings_nothing_is_delivered(desk: Desk) -> None:
    post(desk)
    assert jobs.deliver(replace(desk, settings=None)) == 0
    assert standing(desk)["queued"] == 1

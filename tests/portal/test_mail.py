"""Letters leave through a real mail server on a socket, or become files; faults say which kind they are."""

from __future__ import annotations

import base64
import datetime as dt
import email
import email.policy
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from portal import condition, jobs, mail
from portal.config import Mail, Settings
from portal.database import Database, engine_for
from portal.jobs import Desk
from portal.mail_token import Tokens
from portal.partnership import complaints, outbox
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


@pytest.mark.parametrize(
    ("refused", "folder", "state"),
    [(0, False, "acknowledged"), (550, False, "received"), (0, True, "received")],
)
def test_a_complaint_is_acknowledged_only_by_a_letter_a_server_took(
    desk: Desk, server: Server, refused: int, folder: bool, state: str
) -> None:
    server.refuse_recipients = refused
    with desk.store.writing() as session:
        complaints.receive(
            session, text="t", name="", contact="ruth@example.org", subject="s", body="{reference}",
            address="a", now=desk.now, keys=desk.keys,
        )  # fmt: skip
    jobs.deliver(desk if folder else over(desk, server))
    with desk.store.reading() as session:
        assert [one.state for one in complaints.listing(session)] == [state]


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


class TokenServer:
    """Gives out tokens as a provider does: to whoever knows the secret."""

    def __init__(self) -> None:
        self.asked: list[dict[str, list[str]]] = []
        self.status, self.answer = 200, '{"access_token": "good", "expires_in": 3600, "token_type": "Bearer"}'
        self.headers: dict[str, str] = {}
        given = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                given.asked.append(parse_qs(self.rfile.read(length).decode(), keep_blank_values=True))
                self.send_response(given.status)
                for name, value in given.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(given.answer.encode())

            def log_message(self, *_: object) -> None:
                return

        self.serving = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serving.serve_forever, daemon=True).start()

    def address(self, scheme: str = "http") -> str:
        return f"{scheme}://127.0.0.1:{self.serving.server_port}/token"


@pytest.fixture
def provider() -> Iterator[TokenServer]:
    made = TokenServer()
    yield made
    made.serving.shutdown()
    made.serving.server_close()


def own_token(desk: Desk, server: Server, provider: TokenServer, **more: object) -> Desk:
    asked: dict[str, object] = {
        "user": "office@portal.example", "token_url": provider.address(), "client_id": "portal",
        "client_secret": "s3cret & words", "scope": "mail/.default",
    }  # fmt: skip
    return over(desk, server, **(asked | more))


def test_the_site_fetches_its_own_token_and_keeps_it_until_shortly_before_it_ends(
    desk: Desk, server: Server, provider: TokenServer
) -> None:
    clock = [1000.0]
    mine = replace(own_token(desk, server, provider), tokens=Tokens(lambda: clock[0]))
    for seconds, asked in ((0, 1), (3000, 1), (299, 1), (1, 2)):
        clock[0] += seconds
        post(desk)
        assert jobs.deliver(mine) == 1
        assert len(provider.asked) == asked
    assert provider.asked[0] == {
        "grant_type": ["client_credentials"], "client_id": ["portal"], "client_secret": ["s3cret & words"],
        "scope": ["mail/.default"],
    }  # fmt: skip
    assert set(server.signed_in) == {"XOAUTH2 user=office@portal.example|auth=Bearer good||"}
    assert "good" not in repr(mine.tokens)


def test_a_token_the_mail_server_refuses_is_fetched_anew(
    desk: Desk, server: Server, provider: TokenServer
) -> None:
    mine = own_token(desk, server, provider)
    server.accept_token = "better"
    post(desk)
    assert jobs.deliver(mine) == 0
    provider.answer = '{"access_token": "better"}'
    assert jobs.deliver(replace(mine, now=desk.now + outbox.WAITS[0])) == 1
    post(desk)
    assert jobs.deliver(mine) == 1
    assert len(provider.asked) == 3  # one that does not say how long it lasts is used once


def test_a_renewed_secret_needs_no_restart(
    desk: Desk, server: Server, provider: TokenServer, tmp_path: Path
) -> None:
    file = tmp_path / "secret"
    file.write_text("old\n")
    mine = own_token(desk, server, provider, client_secret="", client_secret_file=file)
    provider.answer = '{"access_token": "good", "expires_in": 0}'
    for secret in ("old", "new"):
        file.write_text(f"{secret}\n")
        post(desk)
        assert jobs.deliver(mine) == 1
        assert provider.asked[-1]["client_secret"] == [secret]
    file.unlink()
    post(desk)
    assert jobs.deliver(mine) == 0
    assert unsent(desk) == ("token.secret_file",)


def unsent(desk: Desk) -> tuple[str, ...]:
    with desk.store.reading() as session:
        return outbox.faults(session)


@pytest.mark.parametrize(
    ("status", "answer", "fault"),
    [
        (
            401,
            '{"error": "invalid_client", "error_description": "the secret s3cret is wrong"}',
            "invalid_client",
        ),
        (400, '{"error": "invalid_scope"}', "invalid_scope"),
        (400, '{"error": "s3cret & words"}', "refused"),
        (403, "<html>s3cret & words</html>", "refused"),
        (302, "", "refused"),
        (503, '{"error": "invalid_client"}', "away"),
        (200, "<html>", "answer"),
        (200, "[" * 60000, "answer"),
        (200, '["good"]', "answer"),
        (200, '{"access_token": "good\\r\\nMAIL FROM:<x>"}', "answer"),
        (200, '{"access_token": ["good"]}', "answer"),
        (200, '{"token": "good"}', "answer"),
    ],
)
def test_why_there_is_no_token_is_told_without_what_was_said(
    desk: Desk,
    server: Server,
    provider: TokenServer,
    caplog: pytest.LogCaptureFixture,
    status: int,
    answer: str,
    fault: str,
) -> None:
    elsewhere = TokenServer()
    provider.status, provider.answer = status, answer
    provider.headers = {"Location": elsewhere.address()} if status == 302 else {}
    mine = own_token(desk, server, provider)
    post(desk)
    assert jobs.deliver(mine) == 0
    elsewhere.serving.shutdown()
    assert (unsent(desk), elsewhere.asked, server.signed_in) == ((f"token.{fault}",), [], [])
    assert "s3cret" not in caplog.text
    assert mine.settings is not None
    assert health(desk, mine.settings) == ("bad", condition.SIGN_IN[f"token.{fault}"])
    provider.status, provider.answer = 200, '{"access_token": "good", "expires_in": "3600"}'
    assert jobs.deliver(replace(mine, now=desk.now + outbox.WAITS[0])) == 1
    assert health(desk, mine.settings) == ("good", "The site renews its token itself.")


def health(desk: Desk, settings: Settings) -> tuple[str, str]:
    with desk.store.reading() as session:
        found = condition.lines(session, desk.store, settings, desk.now, jobs_age=1.0)
    [line] = [one for one in found if one.name == "Mail sign-in"]
    return line.state, line.words


def test_a_token_server_that_is_away_or_not_who_it_says_gets_nothing(
    desk: Desk, server: Server, provider: TokenServer, tmp_path: Path
) -> None:
    trusted = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trusted.load_cert_chain(self_signed(tmp_path))
    provider.serving.socket = trusted.wrap_socket(provider.serving.socket, server_side=True)
    post(desk)
    assert jobs.deliver(own_token(desk, server, provider, token_url=provider.address("https"))) == 0
    assert (unsent(desk), provider.asked) == (("token.certificate",), [])
    with socket.create_server(("127.0.0.1", 0)) as unused:
        away = f"http://127.0.0.1:{unused.getsockname()[1]}/"
    later = replace(own_token(desk, server, provider, token_url=away), now=desk.now + outbox.WAITS[0])
    assert jobs.deliver(later) == 0
    assert unsent(desk) == ("token.connection",)


def self_signed(folder: Path) -> Path:
    """A certificate nobody vouches for, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = (
        made.serial_number(1)
        .not_valid_before(dt.datetime(2020, 1, 1))
        .not_valid_after(dt.datetime(2099, 1, 1))
    )
    made = made.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), False)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file = folder / "server.pem"
    file.write_bytes(private + made.sign(key, SHA256()).public_bytes(Encoding.PEM))
    return file


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

"""How a letter leaves: a relay with TLS, a provider that wants a token (XOAUTH2), or a folder of files."""

from __future__ import annotations

import base64
import os
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from portal.config import Mail, Settings
from portal.mail_token import NoToken, Tokens
from portal.partnership.outbox import RESIDENT, Letter

SECONDS = 20
"""How long a mail server may take over one step."""
FOLDER = "mail"
WHOLE_LINES = SMTP.clone(max_line_length=990)
"""A folded or encoded address of a list is one no mail program can follow."""

Deliver = Callable[[Letter], None]
"""Hands one letter over. Raises Undelivered."""


class Undelivered(Exception):
    """A letter did not leave. ``fault`` is a code; ``lasting`` when trying again cannot help."""

    def __init__(self, fault: str, *, lasting: bool = False) -> None:
        super().__init__(fault)
        self.fault = fault
        self.lasting = lasting


class _Folder:
    def __init__(self, folder: Path, sender: str) -> None:
        self.folder, self.sender = folder, sender

    def __call__(self, letter: Letter) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(self.folder / f"{letter.id}.eml", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(file, "wb") as opened:
            opened.write(bytes(message(letter, self.sender)))


class _Relay:
    def __init__(self, server: smtplib.SMTP, sender: str) -> None:
        self.server, self.sender = server, sender

    def __call__(self, letter: Letter) -> None:
        try:
            self.server.send_message(message(letter, self.sender))
        except smtplib.SMTPRecipientsRefused as problem:
            codes = [code for code, _ in problem.recipients.values()]
            raise Undelivered("recipient", lasting=all(code >= 500 for code in codes)) from problem
        except smtplib.SMTPSenderRefused as problem:
            raise Undelivered("sender") from problem
        except smtplib.SMTPDataError as problem:
            raise Undelivered("content", lasting=problem.smtp_code >= 500) from problem
        except (smtplib.SMTPException, OSError) as problem:
            raise Undelivered("connection") from problem


def message(letter: Letter, sender: str) -> EmailMessage:
    """The letter as it goes out: plain text, nothing fetched, no reply tracked.

    The message id is made from the letter's, so a box that gets it twice can show it once.
    """
    made = EmailMessage(policy=WHOLE_LINES)
    made["From"] = sender
    made["To"] = letter.to
    made["Subject"] = letter.subject
    made["Message-ID"] = f"<{letter.id}@{sender.rpartition('@')[2]}>"
    made["Auto-Submitted"] = "auto-generated"
    if letter.link and letter.kind.startswith(RESIDENT):  # the link a resident leaves by, RFC 8058
        made["List-Unsubscribe"] = f"<{letter.link}>"
        made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    made.set_content(letter.body)
    return made


@contextmanager
def post_round(settings: Settings, tokens: Tokens) -> Iterator[Deliver]:
    """Goes to the mail server once for several letters. Raises Undelivered when it cannot be reached."""
    mail = settings.mail
    if not mail.server:
        yield _Folder(settings.data_dir / FOLDER, mail.sender)
        return
    try:
        server = _connected(mail, tokens)
    except NoToken as problem:
        raise Undelivered(problem.fault) from problem
    except smtplib.SMTPAuthenticationError as problem:
        tokens.forget()
        raise Undelivered("sign-in") from problem
    except ssl.SSLError as problem:
        raise Undelivered("certificate") from problem
    except (smtplib.SMTPException, OSError) as problem:
        raise Undelivered("connection") from problem
    try:
        yield _Relay(server, mail.sender)
    finally:
        _leave(server)


def _leave(server: smtplib.SMTP) -> None:
    try:
        server.quit()
    except (smtplib.SMTPException, OSError):
        server.close()


def _connected(mail: Mail, tokens: Tokens) -> smtplib.SMTP:
    token = tokens.token(mail) if mail.token_url else ""
    host, _, port = mail.server.rpartition(":")
    trusted = ssl.create_default_context()
    server: smtplib.SMTP
    if mail.tls == "tls":
        server = smtplib.SMTP_SSL(host, int(port), timeout=SECONDS, context=trusted)
    else:
        server = smtplib.SMTP(host, int(port), timeout=SECONDS)
    try:
        if mail.tls == "starttls":
            server.starttls(context=trusted)
        if token:
            _sign_in_by_token(server, mail.user, token)
        elif mail.token_file is not None:
            _sign_in_by_token(server, mail.user, mail.token_file.read_text(encoding="utf-8").strip())
        elif mail.user:
            server.login(mail.user, mail.password)
    except (smtplib.SMTPException, OSError):
        _leave(server)
        raise
    return server


def _sign_in_by_token(server: smtplib.SMTP, user: str, token: str) -> None:
    """SASL XOAUTH2, as Microsoft 365 and Google want it. A file is read anew: tokens last an hour."""
    server.ehlo_or_helo_if_needed()
    offered = base64.b64encode(f"user={user}\x01auth=Bearer {token}\x01\x01".encode()).decode()
    code, answer = server.docmd("AUTH", f"XOAUTH2 {offered}")
    if code == 334:  # a refusal comes as a challenge that has to be answered with nothing
        code, answer = server.docmd("")
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, answer)


def forget_files(settings: Settings, before: float) -> int:
    """Deletes letters of the folder older than this moment (seconds since 1970); says how many."""
    gone = 0
    for path in (settings.data_dir / FOLDER).glob("*.eml"):
        if path.stat().st_mtime <= before:
            path.unlink(missing_ok=True)
            gone += 1
    return gone

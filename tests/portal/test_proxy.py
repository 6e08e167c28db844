"""nginx and gunicorn with the files they are shipped with: what passes, is refused, and leaves a line."""

from __future__ import annotations

import gzip
import http.client
import os
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from surveys.sealing import Keyring
from tests.benchmarks import house, load
from tests.browser.elsewhere import certificate
from tests.conftest import ENCRYPTION_KEYS, NOW, SECRET
from tests.journeys.walker import Site
from tests.surveys.questionnaire import samples

NGINX = shutil.which("nginx") or "/usr/sbin/nginx"
ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "portal" / "deploy"
HOST = "portal.example"
MIB = 1024 * 1024

pytestmark = pytest.mark.skipif(
    not Path(NGINX).exists(), reason="There is no nginx here, so the files for it were not tried."
)


class Visitor(load.Visitor):
    """Somebody at the site's own name, who trusts any certificate."""

    def __init__(self, port: int) -> None:
        super().__init__(port, "/surveys/autumn/form")
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self.connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=60, context=context)

    def fetch(
        self, path: str, body: str | None = None, **headers: str
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Status, headers and body as they came over the wire."""
        method = "GET" if body is None else "POST"
        if body is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"https://{HOST}"}
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self.connection.request(method, path, body, {"Host": HOST, "Cookie": cookies, **headers})
        answer = self.connection.getresponse()
        read = answer.read()
        for header in answer.msg.get_all("Set-Cookie") or []:
            name, _, value = header.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, answer.msg, read

    def ask(self, method: str, path: str, body: str | None = None) -> tuple[int, str, str]:
        status, headers, read = self.fetch(path, body)
        return status, headers.get("Location", ""), read.decode()


def nginx_conf(folder: Path, ports: tuple[int, int]) -> str:
    """The shipped file with this test's socket, ports, certificate and logs, in the frame of a main file."""
    shipped = (DEPLOY / "nginx.conf").read_text()
    for ours, here in (
        ("unix:/run/portal/portal.sock", f"unix:{folder}/portal.sock"),
        ("listen 80;", f"listen 127.0.0.1:{ports[0]};"),
        ("listen 443 ", f"listen 127.0.0.1:{ports[1]} "),
        ("/etc/ssl/portal/fullchain.pem", f"{folder}/elsewhere.pem"),
        ("/etc/ssl/portal/privkey.pem", f"{folder}/elsewhere.pem"),
        ("/var/log/nginx/", f"{folder}/"),
        ("/etc/nginx/portal-proxy.conf", str(DEPLOY / "portal-proxy.conf")),
    ):
        assert ours in shipped
        shipped = shipped.replace(ours, here)
    shipped = re.sub(r"listen \[::\][^;]*;", "", shipped)
    kept = " ".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.geteuid() == 0 else ""
    return f"daemon off; {user} pid {folder}/nginx.pid; events {{}} http {{ {kept}\n{shipped}\n}}"


@pytest.fixture
def database_url(sqlite_copy: str) -> str:
    return sqlite_copy


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short path: the address of a socket holds a hundred characters."""
    made = Path(tempfile.mkdtemp(prefix="proxy-"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def visitor(
    app: Flask,
    database_url: str,
    writing: Callable[[], AbstractContextManager[Session]],
    keys: Keyring,
    folder: Path,
) -> Iterator[Visitor]:
    Site(app, writing, keys, NOW).publish(samples.one_page(), closes_in=36_500)
    certificate(folder)
    key_id, key = ENCRYPTION_KEYS[0]
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PORTAL")},
        "PORTAL_DATABASE_URL": database_url,
        "PORTAL_DATA_DIR": str(folder),
        "PORTAL_PUBLIC_URL": f"https://{HOST}",
        "PORTAL_TRUSTED_PROXIES": "1",
        "PORTAL_JOBS": "off",
        "PORTAL_SECRET_KEY": SECRET,
        "PORTAL_ENCRYPTION_KEYS": f"{key_id}:{key}",
    }
    ports = house.free_port(), house.free_port()
    (folder / "nginx.conf").write_text(nginx_conf(folder, ports))
    gunicorn = [
        *(sys.executable, "-m", "gunicorn", "--config", str(DEPLOY / "gunicorn.conf.py"), "--workers", "1"),
        *("--bind", f"unix:{folder}/portal.sock", "portal:create_app()"),
    ]
    nginx = [NGINX, "-e", str(folder / "start.log"), "-p", str(folder), "-c", str(folder / "nginx.conf")]
    with (
        subprocess.Popen(gunicorn, cwd=ROOT, env=environment) as server,
        subprocess.Popen(nginx, cwd=folder) as proxy,
    ):
        try:
            yield _once_served(Visitor(ports[1]), server, proxy)
        finally:
            proxy.terminate()
            server.terminate()


def _once_served(visitor: Visitor, *processes: subprocess.Popen[bytes]) -> Visitor:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert [one.poll() for one in processes] == [None, None]
        try:
            if visitor.fetch("/surveys/left")[0] == 200:
                return visitor
        except OSError:
            visitor.connection.close()
        time.sleep(0.1)
    raise AssertionError("nobody answers")


def test_the_files_for_nginx_and_gunicorn(visitor: Visitor, folder: Path) -> None:
    answers = [("safe", "very-safe"), ("comment", "More lights by the river")]
    assert visitor.send(answers), visitor.last
    assert "receipt__code" in visitor.last

    for quiet in ("/surveys/receipt", "/surveys/return", "/pl/surveys/receipt", "/updates/stop/x", "/s/x"):
        visitor.fetch(quiet)
    visitor.fetch("/office/sign-in")
    status, headers, page = visitor.fetch("/", **{"Accept-Encoding": "gzip"})
    assert (status, headers["Content-Encoding"]) == (200, "gzip")
    style = re.search(r'href="(/static/[^"]+\.css[^"]*)"', gzip.decompress(page).decode())
    assert style is not None
    status, headers, packed = visitor.fetch(style[1], **{"Accept-Encoding": "gzip"})
    assert (status, headers["Content-Encoding"], headers["Vary"]) == (200, "gzip", "Accept-Encoding")
    assert "immutable" in headers["Cache-Control"]
    assert len(packed) < len(visitor.fetch(style[1])[2]) / 3
    _, headers, page = visitor.fetch("/surveys/autumn/form", **{"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in headers, "a form's token beside what somebody typed is never compressed"
    assert (folder / "portal.log").read_text().count("\n") == 3
    for trace in ("127.0.0.1", "surveys", "updates", "office", "static", "Python"):
        assert trace not in (folder / "portal.log").read_text()

    token = dict(load.Form(page.decode()).fields)["csrf_token", "text"]
    for size in (MIB + 1, 3 * MIB):
        body = urllib.parse.urlencode({"csrf_token": token, "comment": "x" * size})
        status, _, refused = visitor.fetch("/surveys/autumn/form", body)
        assert (status, "That is more than we can take" in refused.decode()) == (413, True), size

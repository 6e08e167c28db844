"""Whole journeys over HTTP from several clients, and what they cost the server in CPU seconds."""

from __future__ import annotations

import gzip
import http.client
import os
import re
import statistics
import threading
import time
import urllib.parse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

from tests.benchmarks.fifteen import form_body

HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*>')
NAME = re.compile(r'name="([^"]*)"')
VALUE = re.compile(r'value="([^"]*)"')


@dataclass(frozen=True)
class Measured:
    """One load: journeys done, seconds of wall clock, server CPU seconds per journey, latency quantiles."""

    journeys: int
    errors: int
    per_second: float
    cpu_per_journey: float
    p95: float
    p99: float


class Visitor:
    """A browser with one cookie jar: gets the form, posts it, reads the thank-you page."""

    def __init__(self, port: int, path: str) -> None:
        self.port, self.path = port, path
        self.cookies: dict[str, str] = {}
        self.last = ""
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(self, method: str, path: str, body: str | None = None) -> tuple[int, str, str]:
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())} if self.cookies else {}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body=body, headers=headers)
        response = self.connection.getresponse()
        text = response.read().decode()
        for header in response.msg.get_all("Set-Cookie") or []:
            name, _, value = header.partition(";")[0].partition("=")
            self.cookies[name] = value
        return response.status, response.headers.get("Location", ""), text

    def bytes_of(self, path: str) -> int:
        """How many bytes a file takes on the wire when compression is welcome."""
        self.connection.request("GET", path, headers={"Accept-Encoding": "br, gzip"})
        return len(self.connection.getresponse().read())

    def journey(self, salt: int) -> bool:
        """True when the answers were stored and the thank-you page was shown."""
        return self.send(form_body(salt))

    def send(self, answers: Sequence[tuple[str, str]]) -> bool:
        """Gets the form, posts these answers, reads the thank-you page (kept in ``last``)."""
        status, _, page = self.ask("GET", self.path)
        if status != 200:
            return False
        hidden = [
            (NAME.search(tag)[1], VALUE.search(tag)[1])  # type: ignore[index]
            for tag in HIDDEN.findall(page)
            if NAME.search(tag) and VALUE.search(tag)
        ]
        status, location, _ = self.ask("POST", self.path, urllib.parse.urlencode([*hidden, *answers]))
        if status not in (302, 303):
            return False
        status, _, self.last = self.ask("GET", urllib.parse.urlsplit(location).path)
        return status == 200


class Form(HTMLParser):
    """The first form of a page that is not the way out, with an answer for every control in it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action: str | None = None
        self.fields: dict[tuple[str, str], str] = {}
        self.button: tuple[str, str] | None = None
        self._inside = self._done = False
        self._select = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        name, value = given.get("name", ""), given.get("value", "")
        if (
            tag == "form"
            and given.get("method") == "post"
            and not self._done
            and "exit" not in given.get("action", "")
        ):
            self._inside, self.action = True, given.get("action", "")
        elif not self._inside:
            return
        elif tag == "input" and given.get("type") == "radio":
            self.fields[name, "radio"] = value
        elif tag == "input" and given.get("type") == "checkbox":
            self.fields.setdefault((name, "checkbox"), value)
        elif tag == "input":
            self.fields[name, "text"] = value
        elif tag == "select":
            self._select = name
        elif tag == "option" and value:
            self.fields.setdefault((self._select, "select"), value)
        elif tag == "textarea":
            self.fields[name, "text"] = "Cars race along the main road every evening."
        elif tag == "button" and self.button is None:
            self.button = (name, value)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._inside:
            self._inside, self._done = False, True

    def body(self) -> str:
        filled = [(name, value) for (name, _), value in self.fields.items()]
        if self.button and self.button[0]:
            filled.append(self.button)
        return urllib.parse.urlencode(filled)


def walk(port: int, start: str) -> tuple[int, int]:
    """A paged survey from start to receipt: (pages shown, bytes of HTML). RuntimeError when stuck."""
    visitor = Visitor(port, start)
    path, shown, size = start, 0, 0
    for _ in range(60):
        status, location, page = visitor.ask("GET", path)
        if status in (302, 303):
            path = urllib.parse.urlsplit(location).path
            continue
        shown, size = shown + 1, size + len(page.encode())
        if path.endswith("/sent"):
            return shown, size
        form = Form(page)
        if status != 200 or form.action is None:
            break
        status, location, _ = visitor.ask("POST", form.action or path, form.body())
        if status not in (302, 303):
            break
        path = urllib.parse.urlsplit(location).path
    raise RuntimeError(f"the survey could not be finished: {status} at {path}")


LINKED = re.compile(
    r'(?:<link[^>]*href="(/static/[^"]+)"|<script[^>]*src="(/static/[^"]+)"|<img[^>]*src="(/[^"]+)")'
)
PRELOADED = re.compile(r'rel="(?:alternate|preload|prefetch)"')


def weight(visitor: Visitor, path: str) -> tuple[dict[str, int], int]:
    """Compressed bytes of a page and of each file it loads, by address; then of the next survey page."""
    _, location, page = visitor.ask("GET", path)
    parts = {path: len(gzip.compress(page.encode()))}
    for found in LINKED.finditer(page):
        if not PRELOADED.search(found.group(0)):
            address = next(group for group in found.groups() if group)
            parts[address] = visitor.bytes_of(address)
    form = Form(page)
    later = 0
    if form.action is not None and path.endswith("/start"):
        _, location, _ = visitor.ask("POST", form.action or path, form.body())
        _, _, page = visitor.ask("GET", urllib.parse.urlsplit(location).path)
        later = len(gzip.compress(page.encode()))
    return parts, later


def family(pid: int) -> list[int]:
    """A process and its children."""
    found = [pid]
    for task in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(task.read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(task.parent.name))
        except OSError:
            continue
    return found


def memory_mb(pid: int) -> float:
    """Proportional memory of a process and its children, so that pages shared after a fork count once."""
    total = 0
    for one in family(pid):
        rollup = Path(f"/proc/{one}/smaps_rollup").read_text()
        total += int(next(line.split()[1] for line in rollup.splitlines() if line.startswith("Pss:")))
    return total / 1024


def grown_mb(act: Callable[[], object]) -> float:
    """By how much this process was larger at its largest during the act than before it."""
    Path("/proc/self/clear_refs").write_text("5")  # the high-water mark falls to where we stand
    before = _status("VmRSS")
    act()
    return max(0.0, (_status("VmHWM") - before) / 1024)


def _status(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith(f"{name}:")))


def cpu_seconds(pid: int) -> float:
    """User and system CPU seconds of a process and its waited-for children, from /proc."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(fields[n]) for n in (11, 12)) / os.sysconf("SC_CLK_TCK")


def run(port: int, path: str, pids: Sequence[int], *, clients: int, journeys: int) -> Measured:
    """``journeys`` in all, by ``clients`` threads, each journey in a fresh browser."""
    done: list[tuple[bool, float]] = []
    lock, counter = threading.Lock(), iter(range(journeys))

    def work() -> None:
        for salt in iter(lambda: next(counter, -1), -1):
            started = time.perf_counter()
            try:
                fine = Visitor(port, path).journey(salt)
            except (OSError, http.client.HTTPException):
                fine = False
            with lock:
                done.append((fine, time.perf_counter() - started))

    before, started = sum(cpu_seconds(p) for p in pids), time.perf_counter()
    threads = [threading.Thread(target=work) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wall = time.perf_counter() - started
    spent = sum(cpu_seconds(p) for p in pids) - before
    times = sorted(seconds for _, seconds in done)
    return Measured(
        journeys=len(done),
        errors=sum(not fine for fine, _ in done),
        per_second=len(done) / wall,
        cpu_per_journey=spent / len(done),
        p95=times[int(0.95 * (len(times) - 1))],
        p99=times[int(0.99 * (len(times) - 1))],
    )


def interleave(
    floor: Callable[[], float], product: Callable[[], float], *, rounds: int = 5, tolerance: float = 0.25
) -> tuple[float, float, bool]:
    """Medians of (floor, product) taken in turn, and whether the floor held still within ``tolerance``."""
    floors, products = [floor()], []
    for _ in range(rounds):
        products.append(product())
        floors.append(floor())
    steady = abs(floors[-1] - floors[0]) <= tolerance * max(floors[0], 1e-9)
    return statistics.median(floors), statistics.median(products), steady

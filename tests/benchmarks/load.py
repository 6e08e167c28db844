"""Whole journeys over HTTP from several clients, and what they cost the server in CPU seconds."""

from __future__ import annotations

import http.client
import os
import re
import statistics
import threading
import time
import urllib.parse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from fifteen import form_body

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

    def journey(self, salt: int) -> bool:
        """True when the answers were stored and the thank-you page was shown."""
        status, _, page = self.ask("GET", self.path)
        if status != 200:
            return False
        hidden = [
            (NAME.search(tag)[1], VALUE.search(tag)[1])  # type: ignore[index]
            for tag in HIDDEN.findall(page)
            if NAME.search(tag) and VALUE.search(tag)
        ]
        body = urllib.parse.urlencode([*hidden, *form_body(salt)])
        status, location, _ = self.ask("POST", self.path, body)
        if status not in (302, 303):
            return False
        where = urllib.parse.urlsplit(location)
        status, _, _ = self.ask("GET", where.path)
        return status == 200


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
            except OSError:
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

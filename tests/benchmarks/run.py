"""Every measure of the README's table, in one run: ``make bench``.

Ratios compare the product with the floor (``floor.py``) on the same machine in the same run, taken in turn. A
ratio is marked unsteady when the floor itself moved by more than a quarter meanwhile.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from portal.partnership import packs
from portal.partnership.demonstration import leanings_of
from portal.partnership.invention import respondent
from surveys import drafts, responses
from surveys.questionnaire import geography
from surveys.questionnaire.codebook import Codebook
from surveys.questionnaire.model import PlaceEntry, Questionnaire
from surveys.questionnaire.routing import prune
from surveys.results import microdata, tables
from surveys.results.follower import Follower
from tests.benchmarks import desk, house, load, moderation

ROOT = Path(__file__).parents[2]
PACK = ROOT / "portal" / "packs" / "east_cambridgeshire"
ROUNDS = 5


class Report:
    """Prints one line per measure as it comes: what, how much, and the goal."""

    def line(self, measure: str, value: str, goal: str, *, met: bool, steady: bool = True) -> None:
        sign = "met " if met else "MISS"
        print(
            f"{sign} | {measure:<62} | {value:>22} | {goal}{'' if steady else ' | UNSTEADY FLOOR'}",
            flush=True,
        )

    def ratio(
        self, measure: str, ratio: float, goal: float, *, steady: bool = True, least: bool = False
    ) -> None:
        met = ratio >= goal if least else ratio <= goal
        self.line(
            measure,
            f"{ratio:.2f} x floor",
            f"{'at least' if least else 'at most'} {goal}",
            met=met,
            steady=steady,
        )


def journeys(report: Report, folder: Path) -> None:
    """CPU, throughput and latency of a whole journey, product against floor."""
    house.build(folder / "portal")
    with ExitStack() as stack:
        floor_port, floor_pid = stack.enter_context(house.floor_served(folder))
        port, pid = stack.enter_context(house.portal_served(folder / "portal"))

        def of_floor(clients: int, count: int) -> load.Measured:
            return load.run(floor_port, "/form", [floor_pid], clients=clients, journeys=count)

        def of_portal(clients: int, count: int) -> load.Measured:
            return load.run(port, "/surveys/fifteen/form", [pid], clients=clients, journeys=count)

        of_floor(4, 100), of_portal(4, 100)  # warm
        errors = 0

        def compare(value: Callable[[load.Measured], float], clients: int, count: int) -> tuple[float, bool]:
            nonlocal errors

            def portal_once() -> float:
                nonlocal errors
                measured = of_portal(clients, count)
                errors += measured.errors
                return value(measured)

            floor, product, steady = load.interleave(
                lambda: value(of_floor(clients, count)), portal_once, rounds=ROUNDS
            )
            return product / floor, steady

        ratio, steady = compare(lambda m: m.cpu_per_journey, 4, 200)
        report.ratio("server CPU per journey", ratio, 2.5, steady=steady)
        ratio, steady = compare(lambda m: m.per_second, 16, 200)
        report.ratio("journeys per second, 16 clients", ratio, 0.4, steady=steady, least=True)
        ratio, steady = compare(lambda m: m.p95, 1, 80)
        report.ratio("p95 of a journey, 1 client", ratio, 3, steady=steady)
        ratio, steady = compare(lambda m: m.p99, 64, 256)
        report.ratio("p99 of a journey, 64 clients", ratio, 2, steady=steady)
        report.line("errors in all of these", str(errors), "0", met=errors == 0)


def paged(report: Report, folder: Path) -> None:
    """The real paged survey beside the one-page one: server CPU, bytes and durable writes per page."""
    environment = house.environment(folder)
    program = str(Path(sys.executable).with_name("portal"))
    for command in (["db", "upgrade"], ["demo", str(PACK)]):
        subprocess.run([program, *command], env=environment, check=True, stdout=subprocess.DEVNULL)
    with house.portal_served(folder) as (port, pid):
        costs, pages, sent = [], 0, 0
        for turn in range(ROUNDS + 1):
            before = load.cpu_seconds(pid)
            pages, sent = 0, 0
            for _ in range(20):
                done, size = load.walk(port, "/surveys/local-2026/start")
                pages, sent = pages + done, sent + size
            if turn:
                costs.append((load.cpu_seconds(pid) - before) / pages)
        report.line(
            "paged survey: server CPU per page, GET and POST",
            f"{statistics.median(costs) * 1000:.1f} ms",
            f"reported; {pages // 20} pages, {sent // pages} bytes a page",
            met=True,
        )
        weigh(report, port)


def weigh(report: Report, port: int) -> None:
    """What a phone downloads: the survey page, the page after it, and a results page before its charts."""
    visitor = load.Visitor(port, "")
    first, later = load.weight(visitor, "/surveys/local-2026/start")
    report.line(
        "survey page, everything, compressed",
        f"{sum(first.values()) / 1024:.1f} KiB in {len(first)}",
        "at most 30 KiB in 4",
        met=sum(first.values()) <= 30 * 1024 and len(first) <= 4,
    )
    report.line("the page after it", f"{later / 1024:.1f} KiB", "at most 8 KiB", met=later <= 8 * 1024)
    first, _ = load.weight(load.Visitor(port, ""), "/results/local-2025")
    size = sum(first.values())
    report.line(
        "results page before charts", f"{size / 1024:.1f} KiB", "at most 60 KiB", met=size <= 60 * 1024
    )


def stored(report: Report, folder: Path) -> None:
    """The same journey with 100,000 responses stored, against an empty store; and the exports of those."""
    empty, full = folder / "empty", folder / "full"
    house.build(empty)
    built = house.build(full)
    house.fill(built, 100_000)
    with house.portal_served(empty) as (port_a, pid_a), house.portal_served(full) as (port_b, pid_b):

        def cpu(port: int, pid: int) -> float:
            return load.run(port, "/surveys/fifteen/form", [pid], clients=4, journeys=200).cpu_per_journey

        cpu(port_a, pid_a), cpu(port_b, pid_b)
        floor, product, steady = load.interleave(
            lambda: cpu(port_a, pid_a), lambda: cpu(port_b, pid_b), rounds=ROUNDS
        )
        met = product / floor <= 1.1
        report.line(
            "form and POST with 100,000 stored",
            f"{product / floor:.2f} x empty",
            "at most 1.1",
            met=met,
            steady=steady,
        )
    recount(report, built)
    export(report, built)


def recount(report: Report, built: house.House) -> None:
    """A full count from stored rows against one bare pass over the same answers as JSON, both in CPU time."""

    def bare() -> float:
        tally: Counter[tuple[str, str]] = Counter()
        started = time.process_time()
        with built.store.reading() as session:
            for (stored_text,) in session.execute(text("SELECT answers FROM response")):
                for question, answer in json.loads(stored_text).items():
                    for one in answer if isinstance(answer, list) else (answer,):
                        tally[question, str(one)] += 1
        return time.process_time() - started

    def ours() -> float:
        started = time.process_time()
        with built.store.reading() as session:
            Follower(built.survey.id).rebuild(session, dt.datetime.now(dt.UTC))
        return time.process_time() - started

    grown = load.grown_mb(ours)  # first: later runs find room that earlier ones left
    floor, product, steady = load.interleave(bare, ours, rounds=ROUNDS)
    ratio = product / floor
    report.line(
        "full recount at 100,000", f"{ratio:.2f} x bare pass", "at most 2", met=ratio <= 2, steady=steady
    )
    report.line("extra memory of it", f"{grown:.0f} MB", "at most 32 MB", met=grown <= 32)


def export(report: Report, built: house.House) -> None:
    """The CSV of 100,000 responses against writing the stored JSON out line by line, both in CPU time."""

    def bare() -> float:
        started = time.process_time()
        with built.store.reading() as session, Path(os.devnull).open("wb") as sink:
            for (stored_text,) in session.execute(text("SELECT answers FROM response")):
                answers = json.loads(stored_text)
                sink.write((",".join(str(value) for value in answers.values()) + "\r\n").encode())
        return time.process_time() - started

    firsts: list[float] = []

    def ours() -> float:
        started, spent = time.perf_counter(), time.process_time()
        with built.store.reading() as session, Path(os.devnull).open("wb") as sink:
            for number, part in enumerate(microdata.responses_csv(session, built.survey.id)):
                if number == 1:
                    firsts.append(time.perf_counter() - started)
                sink.write(part)
        return time.process_time() - spent

    grown = load.grown_mb(ours)  # first: later runs find room that earlier ones left
    floor, product, steady = load.interleave(bare, ours, rounds=ROUNDS)
    ratio, first = product / floor, statistics.median(firsts)
    report.line("CSV of 100,000", f"{ratio:.2f} x bare", "at most 2", met=ratio <= 2, steady=steady)
    report.line("its first rows", f"{first * 1000:.0f} ms", "under 200 ms", met=first < 0.2)
    report.line("extra memory of it", f"{grown:.0f} MB", "at most 16 MB", met=grown <= 16)


def results(report: Report, folder: Path) -> None:
    """What an officer who looks at results costs with 100,000 stored."""
    built, questionnaire = _residents(folder)
    _pour(built, questionnaire, 100_000)
    for shown, spent in desk.pages(built).items():
        report.line(f"officers' results, {shown}", f"{spent:.0f} ms CPU", "at most 50 ms", met=spent <= 50)


def _residents(folder: Path) -> tuple[house.House, Questionnaire]:
    """The pack's survey of residents, open and empty."""
    pack = packs.read(PACK)
    places = [
        PlaceEntry(code=p.number, key=p.key, level=p.level, name=p.name, ward=p.ward_key or None)
        for p in pack.places
    ]
    questionnaire = geography.freeze(pack.questionnaires["residents"], places)
    return house.build_with(folder, questionnaire, "residents"), questionnaire


def million(report: Report, folder: Path, count: int) -> None:
    """Counting at a million: topline, filtered cross-tab, one new response, cold rebuild, memory."""
    built, questionnaire = _residents(folder)
    _pour(built, questionnaire, count)
    follower = Follower(built.survey.id)

    def rebuild() -> None:
        with built.store.reading() as session:
            follower.rebuild(session, dt.datetime.now(dt.UTC))

    started, spent = time.perf_counter(), time.process_time()
    grown = load.grown_mb(rebuild)
    rebuilt, spent = time.perf_counter() - started, time.process_time() - spent
    topline = _median_ms(lambda: follower.ask(lambda cube: tables.topline(cube, "topics")))
    everything = _median_ms(lambda: follower.ask(tables.all_toplines))
    where = {"age": "35-44"}
    crossed = _median_ms(lambda: follower.ask(lambda cube: tables.cross(cube, "topics", "ward", where=where)))
    follows = []
    for _ in range(ROUNDS):
        _send_one(built, questionnaire)
        with built.store.reading() as session:
            session.execute(text("SELECT 1"))
            started = time.process_time()
            follower.catch_up(session, dt.datetime.now(dt.UTC))
            follows.append((time.process_time() - started) * 1000)
    name = f"{count:,}"
    report.line(
        f"topline of every question at {name}", f"{everything:.2f} ms", "at most 10 ms", met=everything <= 10
    )
    report.line(f"topline of one question at {name}", f"{topline:.2f} ms", "reported", met=True)
    report.line(f"filtered cross-tab at {name}", f"{crossed:.2f} ms", "at most 5 ms", met=crossed <= 5)
    follow = statistics.median(follows)
    report.line(
        f"following one new response at {name}", f"{follow:.2f} ms of CPU", "at most 1 ms", met=follow <= 1
    )
    report.line(
        f"cold rebuild from packed rows at {name}",
        f"{rebuilt:.1f} s, {spent:.1f} s of CPU",
        "at most 15 s",
        met=rebuilt <= 15,
    )
    report.line(f"extra memory of it at {name}", f"{grown:.0f} MB", "at most 150 MB", met=grown <= 150)


def _pour(built: house.House, questionnaire: Questionnaire, count: int) -> None:
    book, chance, leanings = Codebook(questionnaire), random.Random(7), leanings_of(PACK)
    kept: list[tuple[str, bytes]] = []
    for _ in range(4000):
        invented = respondent(questionnaire, leanings, chance)
        answers = prune(questionnaire, invented.answers, accepted=invented.accepted)
        coded = {
            key: True if isinstance(value, str) and _is_text(questionnaire, key) else value
            for key, value in answers.items()
        }
        kept.append((json.dumps(coded), book.pack(coded)))
    raw = built.store.engine.raw_connection()
    raw.execute("BEGIN")
    today = str(dt.datetime.now(dt.UTC).date())
    statement = (
        "INSERT INTO response (survey_id, id, survey_kind, version_id, submission_hash, receipt_hash,"
        " answers, packed, record_key, channel, locale, submitted_on, may_publish, status)"
        " VALUES (?, ?, 'anonymous', ?, ?, ?, ?, ?, 7, 'web', 'en_GB', ?, 0, 'counted')"
    )
    rows = (
        (
            built.survey.id,
            f"{number:022d}",
            built.version.id,
            number.to_bytes(32, "big"),
            number.to_bytes(32, "little"),
            *kept[number * 7919 % len(kept)],
            today,
        )
        for number in range(count)
    )
    raw.cursor().executemany(statement, rows)
    raw.commit()
    raw.close()


def _is_text(questionnaire: Questionnaire, key: str) -> bool:
    question = questionnaire.question_by_id.get(key)
    return question is None or question.kind in ("short-text", "long-text")


def _send_one(built: house.House, questionnaire: Questionnaire) -> None:
    now = dt.datetime.now(dt.UTC)
    token = os.urandom(24).hex()
    invented = respondent(questionnaire, leanings_of(PACK), random.Random(token))
    with built.store.writing() as session:
        state = drafts.start(
            session, built.survey, built.version, locale="en_GB", token=token, keys=built.keys, now=now
        )
        state.answers = invented.answers
        state.accepted, state.declined = sorted(invented.accepted), sorted(invented.declined)
        responses.submit(session, built.survey, questionnaire, state, token=token, keys=built.keys, now=now)


def _median_ms(act: Callable[[], object]) -> float:
    act()
    times = []
    for _ in range(21):
        started = time.perf_counter()
        act()
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


GUNICORN = (sys.executable, "-m", "gunicorn", "--preload", "-w", "2", "--threads", "4", "-k", "gthread")
SHIPPED = ROOT / "portal" / "deploy" / "gunicorn.conf.py"


def workers(report: Report, folder: Path) -> None:
    """Memory of two preloaded workers against the floor's, and how soon a cold start answers.

    Both run under the same gunicorn; ours with the file it is shipped with, which readies the workers before
    they part. Memory is read once journeys were served: a worker that served nothing shares everything.
    """
    house.build(folder / "cold")
    floor_env = {**os.environ, "FLOOR_FILE": str(folder / "floor-workers.sqlite3")}
    ours_env = house.environment(folder / "cold")

    def once(path: str, env: dict[str, str], *command: str) -> Started:
        port = house.free_port()
        began = time.perf_counter()
        with house.served([*GUNICORN, "-b", f"127.0.0.1:{port}", *command], port, path, env) as pid:
            answered = time.perf_counter() - began
            spent = sum(load.cpu_seconds(one) for one in load.family(pid))
            load.run(port, path, [pid], clients=4, journeys=100)
            return Started(load.memory_mb(pid), answered, spent)

    floors, ours = [], []
    for _ in range(3):
        floors.append(once("/form", floor_env, "tests.benchmarks.floor:application()"))
        ours.append(once("/surveys/fifteen/form", ours_env, "--config", str(SHIPPED), "portal:create_app()"))
    ratio = statistics.median(one.megabytes for one in ours) / statistics.median(
        one.megabytes for one in floors
    )
    report.ratio("memory of two preloaded workers", ratio, 2.5)
    wall, spent = statistics.median(one.wall for one in ours), statistics.median(one.cpu for one in ours)
    report.line(
        "cold start to the first page",
        f"{wall:.1f} s, {spent:.1f} s of CPU",
        "at most 2 s",
        met=wall <= 2,
    )


@dataclass(frozen=True)
class Started:
    """One start of a server: megabytes once it has served, seconds to its first page, CPU seconds of it."""

    megabytes: float
    wall: float
    cpu: float


@contextmanager
def scratch() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


PARTS: dict[str, Callable[[Report, Path], None]] = {
    "journeys": journeys,
    "paged": paged,
    "stored": stored,
    "results": results,
    "million": lambda report, folder: million(report, folder, 1_000_000),
    "workers": workers,
    "moderation": moderation.moderation,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"which parts to run: {', '.join(PARTS)}; all by default")
    chosen = parser.parse_args().parts or list(PARTS)
    unknown = sorted(set(chosen) - set(PARTS))
    if unknown:
        parser.error(f"no such part: {', '.join(unknown)}")
    report = Report()
    for name in chosen:
        with scratch() as folder:
            PARTS[name](report, folder / name)


if __name__ == "__main__":
    main()

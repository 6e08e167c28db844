"""Background jobs: sweeps without arguments that find their own work, may run twice, and may be late.

``portal.ticking`` calls them by the clock.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import alarms, condition, logs, mail
from portal.accounts import sign_in
from portal.config import Settings
from portal.database import Database
from portal.mail_token import Tokens
from portal.partnership import complaints, contacts, keying, outbox, requests
from surveys import attempts, audit, changes, drafts, erasure, fieldwork, retention, sealing
from surveys.errors import SurveysError
from surveys.moderation import campaigns, screening, statistics
from surveys.results import compositions, shown
from surveys.sealing import Keyring
from surveys.surveys import Survey, london_day

BATCH = 2000
"""At most this many rows change hands in one write transaction."""
RETENTION = "job:retention"
RETIRED = 500
"""Rows retention takes in one: removing a response touches several tables."""
SETTLED = dt.timedelta(days=40)
"""For so long after its closing, a survey's comments are still grouped."""
SCREENED = 200
"""Comments opened and read through in one: the lock is held far under 200 ms."""


@dataclass(frozen=True)
class Desk:
    """What a sweep works with."""

    store: Database
    keys: Keyring
    now: dt.datetime
    settings: Settings | None = None
    """What a sweep that reaches outside the database needs; without them such a sweep does nothing."""
    tokens: Tokens = field(default_factory=Tokens)
    """The mail provider's token, which outlives one sweep."""


@dataclass(frozen=True)
class Job:
    """A sweep says how many rows it settled. ``nightly``: once a day is enough."""

    name: str
    sweep: Callable[[Desk], int]
    nightly: bool = False


def _writing(verb: Callable[[Session, Desk], int]) -> Callable[[Desk], int]:
    def sweep(desk: Desk) -> int:
        with desk.store.writing() as session:
            return verb(session, desk)

    return sweep


def reseal(desk: Desk, told: Callable[[int], None] = lambda moved: None) -> int:
    """Moves everything sealed to the newest key, one batch a transaction; ``told`` hears how many so far."""
    moved = 0
    while True:
        with desk.store.writing() as session:
            batch = sealing.reseal(session, desk.keys, BATCH)
        moved += batch
        told(moved)
        if batch < BATCH:
            return moved


def screen_comments(desk: Desk) -> int:
    """Every new comment is looked at by the phrase lists, a few hundred a transaction."""
    looked_at = 0
    while True:
        with desk.store.writing() as session:
            batch = screening.screen(session, keys=desk.keys, now=desk.now, limit=SCREENED)
        looked_at += batch
        if batch < SCREENED:
            return looked_at


def announce_concerns(desk: Desk) -> int:
    """Lead and deputies hear of every concern that has come up, without content."""
    if desk.settings is None:
        return 0
    with desk.store.writing() as session:
        return alarms.announce(session, public_url=desk.settings.public_url, now=desk.now, keys=desk.keys)


def alarm_overdue(desk: Desk) -> int:
    """Lead and deputies hear once a day that something is overdue."""
    if desk.settings is None:
        return 0
    with desk.store.writing() as session:
        return alarms.alarm(session, public_url=desk.settings.public_url, now=desk.now, keys=desk.keys)


def retire(desk: Desk) -> int:
    """What has been kept long enough goes, a batch a transaction; what went is noted. Says how many rows."""
    gone: dict[str, int] = {}
    with desk.store.reading() as session:
        due = [one for one in retention.preview(session, desk.now) if one.now(london_day(desk.now))]
    for one in due:
        while True:
            with desk.store.writing() as session:
                batch = erasure.retire(
                    session, one, by=RETENTION, now=desk.now, keys=desk.keys, limit=RETIRED
                )
            gone[one.kind] = gone.get(one.kind, 0) + batch
            if batch < RETIRED:
                break
    if sum(gone.values()):
        facts = {kind: rows for kind, rows in gone.items() if rows} | {"held": sum(one.held for one in due)}
        with desk.store.writing() as session:
            audit.record(
                session, actor=RETENTION, action="retention.run", subject="retention", facts=facts,
                now=desk.now, keys=desk.keys,
            )  # fmt: skip
    return sum(gone.values())


def group_campaigns(desk: Desk) -> int:
    """Groups the comments of surveys that are open or closed not long ago, and says how many campaigns."""
    with desk.store.reading() as session:
        current = [
            survey.id
            for survey in session.scalars(select(Survey))
            if survey.closes_at is not None and survey.closes_at + SETTLED > desk.now
        ]
    found = 0
    for survey_id in current:
        found += campaigns.regroup(desk.store.reading, desk.store.writing, survey_id, keys=desk.keys)
        with desk.store.writing() as session:
            campaigns.sign_identical(session, survey_id)
    return found


def scrub(desk: Desk, patience: float = erasure.PATIENCE) -> int:
    """Rewrites what still holds deleted rows; 1 when it could, 0 when somebody was in the way."""
    with desk.store.reading() as session:
        asked = erasure.scrub_asked(session)
    if not erasure.scrub(desk.store.engine, fully=True, patience=patience):
        return 0
    if asked:
        with desk.store.writing() as session:
            erasure.scrubbed(session, asked)
    return 1


def scrub_soon(desk: Desk) -> int:
    """The same soon after something was erased, where it takes a moment; a large store waits for night."""
    with desk.store.reading() as session:
        asked = erasure.scrub_asked(session)
    return scrub(desk, erasure.SOON) if asked and erasure.small(desk.store.engine) else 0


def empty_log(desk: Desk) -> int:
    """SQLite only: empties the write-ahead log, in case an erasure met a reader earlier."""
    return int(erasure.scrub(desk.store.engine)) if desk.store.engine.dialect.name == "sqlite" else 0


def settle_figures(desk: Desk) -> int:
    """What everybody in the office sees of a survey moves by 25 people or more, for all processes at once."""
    return shown.settle_all(desk.store.reading, desk.store.writing, now=desk.now)


def deliver(desk: Desk, *, urgent: bool = False) -> int:
    """Delivers what waits in the outbox and says how many letters left. No transaction is open meanwhile.

    ``urgent``: only letters that may not wait.
    """
    if desk.settings is None:
        return 0
    left = 0
    while True:
        with desk.store.writing() as session:
            letters = outbox.claim(session, now=desk.now, keys=desk.keys, urgent=urgent)
        if not letters:
            return left
        faults = _carry(desk.settings, desk.tokens, letters)
        with desk.store.writing() as session:
            for letter in letters:
                fault = faults.get(letter.id)
                state = outbox.settle(
                    session,
                    letter,
                    fault=fault.fault if fault else "",
                    lasting=fault is not None and fault.lasting,
                    now=desk.now,
                )
                left += state == "sent"
                if state == "sent" and desk.settings.mail.server:
                    complaints.letter_left(session, letter, now=desk.now, keys=desk.keys)


def _carry(
    settings: Settings, tokens: Tokens, letters: tuple[outbox.Letter, ...]
) -> dict[str, mail.Undelivered]:
    """Takes the letters to the mail server; what did not leave, by letter."""
    faults: dict[str, mail.Undelivered] = {}
    try:
        with mail.post_round(settings, tokens) as hand_over:
            for letter in letters:
                try:
                    hand_over(letter)
                except mail.Undelivered as problem:
                    faults[letter.id] = problem
                    logs.log.warning("mail not delivered", kind=letter.kind, fault=problem.fault)
    except mail.Undelivered as problem:
        logs.log.warning("mail server out of reach", fault=problem.fault)
        return {letter.id: problem for letter in letters}
    return faults


def forget_mail(desk: Desk) -> int:
    """Letters settled a fortnight ago go, with their address and words."""
    if desk.settings is not None:
        mail.forget_files(desk.settings, (desk.now - outbox.KEPT).timestamp())
    with desk.store.writing() as session:
        return outbox.forget_settled(session, desk.now)


def _refused(draft: str, problem: SurveysError) -> None:
    logs.log.error("a release could not be published", draft=draft, code=problem.code)


def remind(desk: Desk) -> int:
    """What is due is told to officers, and once a month how the site is doing."""
    if desk.settings is None:
        return 0
    age = condition.last_tick_age(desk.settings.data_dir, time.time())
    return condition.remind(desk.store, desk.settings, desk.keys, desk.now, jobs_age=age)


def _forget_unconfirmed(session: Session, desk: Desk) -> int:
    return contacts.forget_unconfirmed(session, desk.now)


def _untie_forms(session: Session, desk: Desk) -> int:
    return keying.forget_links(session, desk.now)


def _forget_requests(session: Session, desk: Desk) -> int:
    return requests.forget_settled(session, london_day(desk.now))


def _freeze_year(session: Session, desk: Desk) -> int:
    return statistics.freeze(session, desk.now)


JOBS: tuple[Job, ...] = (
    Job("expire-drafts", _writing(lambda session, desk: drafts.expire_drafts(session, desk.now))),
    Job("forget-attempts", _writing(lambda session, desk: attempts.forget_attempts(session, desk.now))),
    Job("screen-comments", screen_comments),
    Job("announce-concerns", announce_concerns),
    Job("alarm-overdue", alarm_overdue),
    Job("empty-log", empty_log),
    Job("scrub-soon", scrub_soon),
    Job(
        "publish-releases",
        _writing(
            lambda session, desk: compositions.publish_due(
                session, now=desk.now, keys=desk.keys, failed=_refused
            )
        ),
    ),
    Job(
        "forget-sessions",
        _writing(lambda session, desk: sign_in.forget_sessions(session, desk.now)),
        nightly=True,
    ),
    Job("settle-figures", settle_figures),
    Job("deliver-mail", deliver),
    Job("fold-ticks", _writing(lambda session, desk: fieldwork.fold_ticks(session, desk.now)), nightly=True),
    Job("trim-changes", _writing(lambda session, desk: changes.trim_changes(session)), nightly=True),
    Job("remind", remind, nightly=True),
    Job("forget-mail", forget_mail, nightly=True),
    Job("forget-unconfirmed", _writing(_forget_unconfirmed), nightly=True),
    Job("untie-forms", _writing(_untie_forms), nightly=True),
    Job("freeze-year", _writing(_freeze_year), nightly=True),
    Job("retire", retire, nightly=True),
    Job("forget-requests", _writing(_forget_requests), nightly=True),
    Job("group-campaigns", group_campaigns, nightly=True),
    Job("reseal", reseal, nightly=True),
    Job("scrub", scrub, nightly=True),
)


def run(desk: Desk, *, nightly: bool = False) -> dict[str, int]:
    """Every due job once, in order; rows settled by name. A job that fails does not stop those after it.

    Raises ExceptionGroup with every fault once all have run.
    """
    settled: dict[str, int] = {}
    faults: list[Exception] = []
    for job in JOBS:
        if job.nightly and not nightly:
            continue
        try:
            settled[job.name] = job.sweep(desk)
        except Exception as problem:  # the sweeps are independent: each gets its turn
            logs.log.error("job failed", job=job.name, exc_info=problem)
            faults.append(problem)
        else:
            logs.log.info("job", job=job.name, settled=settled[job.name])
    if faults:
        raise ExceptionGroup("jobs failed", faults)
    (desk.store.data_dir / condition.TICK_FILE).touch()
    return settled


HURRIES: tuple[tuple[Callable[[Session, dt.datetime], bool], Callable[[Desk], int]], ...] = (
    (lambda session, _now: screening.waits(session), screen_comments),
    (lambda session, _now: alarms.waits(session), announce_concerns),
    (outbox.hurries, lambda desk: deliver(desk, urgent=True)),
)
"""What may not wait for the next tick: whether there is any, and the sweep that sees to it."""


def hurry(desk: Desk) -> int:
    """A comment just sent is looked at, a concern announced, its letter delivered; how many rows it settled.

    Called every few seconds, so it only reads while there is nothing to do. Whatever it does not come to,
    the next tick does.
    """
    settled = 0
    for waits, sweep in HURRIES:
        with desk.store.reading() as session:
            due = waits(session, desk.now)
        if due:
            settled += sweep(desk)
    return settled

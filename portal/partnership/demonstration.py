"""A demonstration: the pack's consultations carried out with invented answers, by the verbs officers use."""

from __future__ import annotations

import datetime as dt
import random
import secrets
import tomllib
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from portal.partnership import demonstration_plan, demonstration_rounds, demonstration_year, packs, rounds
from portal.partnership.invention import Invented, Leanings, respondent
from surveys import drafts, fieldwork, responses, surveys
from surveys.errors import SurveysError
from surveys.questionnaire.model import Questionnaire
from surveys.results import releases, shown
from surveys.sealing import Keyring
from surveys.surveys import GRACE, LONDON, Survey, SurveyVersion

ACTOR = "cli:demo"
WEEK = dt.timedelta(days=7)
Writing = Callable[[], AbstractContextManager[Session]]
Reading = Callable[[], Session]
Progress = Callable[[str, int, int], None]
"""Called with the slug of a survey, how many answers are in, and how many there will be."""


@dataclass(frozen=True)
class Carried:
    """What a demonstration did: answers added by survey slug, and the surveys it released."""

    responses: Mapping[str, int]
    released: tuple[str, ...]


def leanings_of(folder: Path) -> Leanings:
    """The pack's ``demonstration.toml``; evenly spread answers when there is none."""
    file = folder / "demonstration.toml"
    if not file.is_file():
        return Leanings()
    table: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    unknown = set(table) - {one.name for one in fields(Leanings)}
    if unknown:
        raise SurveysError("demonstration.unknown_setting", settings=sorted(unknown))
    table["tilt"] = tuple(table.get("tilt", ()))
    table["comments"] = {key: tuple(words) for key, words in table.get("comments", {}).items()}
    return Leanings(**table)


def carry_out(
    writing: Writing,
    pack: packs.Pack,
    *,
    keys: Keyring,
    now: dt.datetime,
    reading: Reading,
    drawer: Callable[[Session], releases.Draw] | None,
    outside: Callable[[Session, Survey], releases.Outside] = lambda *_: releases.NOTHING,
    progress: Progress = lambda slug, done, of: None,
    leanings: Leanings | None = None,
) -> Carried:
    """Loads the pack, publishes its surveys, sends invented answers and releases what has closed.

    Doing it again adds nothing: a survey that already holds answers is left alone, so an answer somebody gave
    to a demonstration stays. Every response goes through the real draft and submission, one transaction each.
    Without ``leanings`` the pack's own decide what is answered.
    """
    leanings = leanings or leanings_of(pack.folder)
    with writing() as session:
        packs.load(session, pack, by=ACTOR, now=now, keys=keys)
    added: Counter[str] = Counter()
    released = []
    for plan in pack.rounds:
        before = now
        for wanted in plan.surveys:
            opening = dt.datetime.combine(wanted.first_day(now.astimezone(LONDON).date()), dt.time(), LONDON)
            before = min(before, opening - WEEK)
        with writing() as session:
            published = rounds.publish(
                session,
                plan,
                pack.questionnaires,
                area_set=pack.area_set,
                today=now.astimezone(LONDON).date(),
                by=ACTOR,
                now=before,
                keys=keys,
            )
            round_ = rounds.by_slug(session, plan.slug)
            if round_ is not None and before < now:
                demonstration_rounds.prepare(
                    session, pack.folder, round_, before + WEEK, until=now, how={"now": before, "keys": keys}
                )
        for survey in published:
            if survey.kind == "anonymous":
                wanted_count = leanings.responses.get(plan.slug, 0)
                added[survey.slug] += _answer(writing, survey, wanted_count, leanings, keys, now, progress)
            if _release(writing, reading, survey, keys, now, drawer, outside):
                released.append(survey.slug)
    with writing() as session:
        how = {"by": ACTOR, "now": now, "keys": keys}
        year = demonstration_year.carry_out(session, pack, how)
        demonstration_plan.carry_out(session, pack, year, how)
    with writing() as session:
        drafts.expire_drafts(session, now)
    shown.settle_all(reading, writing, now=now)
    return Carried(dict(added), tuple(released))


def _answer(
    writing: Writing,
    survey: Survey,
    wanted: int,
    leanings: Leanings,
    keys: Keyring,
    now: dt.datetime,
    progress: Progress,
) -> int:
    if survey.opens_at is None or survey.closes_at is None or survey.opens_at >= now:
        return 0
    with writing() as session:
        if responses.counts(session, survey.id):
            return 0
        version = surveys.current_version(session, survey.id)
        if version is None:
            return 0
        questionnaire = surveys.questionnaire_of(version)
    chance = random.Random(f"{leanings.seed} {survey.slug}")
    days = max((min(now, survey.closes_at) - survey.opens_at).days, 1)
    ticks: Counter[tuple[str, str, dt.date]] = Counter()
    for done in range(wanted):
        invented = respondent(questionnaire, leanings, chance)
        # More people answer in the first weeks than in the last.
        day = int(days * chance.random() ** 1.6)
        moment = min(survey.opens_at + dt.timedelta(days=day, hours=12), now - dt.timedelta(minutes=1))
        moment = max(moment, survey.opens_at)
        _send(writing, survey, version, questionnaire, invented, keys, moment)
        for page in (*invented.seen, "check", "sent"):
            ticks[page, invented.locale, moment.astimezone(LONDON).date()] += 1
        progress(survey.slug, done + 1, wanted)
    with writing() as session:
        for (page, locale, on), tally in ticks.items():
            session.add(fieldwork.Tick(survey_id=survey.id, page=page, locale=locale, on=on, tally=tally))
    return wanted


def _send(
    writing: Writing,
    survey: Survey,
    version: SurveyVersion,
    questionnaire: Questionnaire,
    invented: Invented,
    keys: Keyring,
    moment: dt.datetime,
) -> None:
    token = secrets.token_urlsafe(32)
    with writing() as session:
        state = drafts.start(
            session, survey, version, locale=invented.locale, token=token, keys=keys, now=moment
        )
        state.answers = invented.answers
        state.seen = list(invented.seen)
        state.accepted, state.declined = sorted(invented.accepted), sorted(invented.declined)
        state.may_publish = invented.may_publish
        responses.submit(session, survey, questionnaire, state, token=token, keys=keys, now=moment)


def _release(
    writing: Writing,
    reading: Reading,
    survey: Survey,
    keys: Keyring,
    now: dt.datetime,
    drawer: Callable[[Session], releases.Draw] | None,
    outside: Callable[[Session, Survey], releases.Outside],
) -> bool:
    """Publishes a closed survey's results unless there are some already or nobody answered."""
    if survey.closes_at is None or survey.closes_at + GRACE >= now:
        return False
    moment = min(survey.closes_at + dt.timedelta(weeks=3), now)
    with reading() as session:
        if releases.current(session, survey.id) is not None or not responses.counts(session, survey.id):
            return False
        version = surveys.current_version(session, survey.id)
        if version is None or not any(q.released for q in surveys.questionnaire_of(version).questions):
            return False
        draw = None if drawer is None else drawer(session)
        prepared = releases.prepare(session, survey, now=moment, draw=draw, outside=outside(session, survey))
    with writing() as session:
        releases.store(session, prepared, by=ACTOR, now=moment, keys=keys)
    return True

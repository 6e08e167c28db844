"""The demonstration's year: invented scores, a decision and its record, made by the verbs officers use."""

from __future__ import annotations

import datetime as dt
import random
import secrets
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from portal.partnership import (
    adoption,
    cycles,
    decision_minutes,
    decisions,
    evidence,
    pages,
    priorities,
    record,
    scoring,
    submissions,
)
from portal.partnership.cycles import Cycle
from portal.partnership.packs import Pack
from surveys import responses, surveys
from surveys.surveys import LONDON, Survey

How = dict[str, Any]
"""by, now and keys, as every verb takes them."""
READER = "The chair of the strategy group"


def plan_of(folder: Path) -> dict[str, Any]:
    """The pack's ``year.toml``; empty when it has none."""
    file = folder / "year.toml"
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


def carry_out(session: Session, pack: Pack, how: How) -> int | None:
    """The last year with its published decision, and the one under way; None when there is a year already.

    Needs a pack with ``year.toml`` and two consultations, the older one with results.
    """
    plan, slugs = plan_of(pack.folder), [one.slug for one in pack.rounds]
    if not plan or len(slugs) < 2 or cycles.listing(session):
        return None
    now: dt.datetime = how["now"]
    local = now.astimezone(LONDON).date()
    year = local.year if local.month >= 4 else local.year - 1
    for slug, left_out in zip(slugs, (0, 2), strict=False):
        _score(session, slug, plan["scores"], left_out, how)
    _shelve(session, plan, (year, year + 1), how)
    _letters(session, plan["letter"], slugs, how)
    cycle = cycles.open_year(session, year, round_slug=slugs[0], state="deciding", **how)
    _decide(session, cycle, plan["decision"], how)
    cycles.move(session, cycle, "in-delivery", seen_version=cycle.version, **how)
    under_way = cycles.carry_over(session, year, round_slug=slugs[1], **how)
    cycles.move(session, under_way, "consulting", seen_version=under_way.version, **how)
    return year


def _score(session: Session, slug: str, base: Mapping[str, list[int]], left_out: int, how: How) -> None:
    """Every partner but the last few scores near the base, in the middle of the fieldwork."""
    survey = scoring.survey_of(session, slug)
    if survey is None or survey.opens_at is None or responses.counts(session, survey.id):
        return
    partners = [e for e in pages.current(session, "partner", pages.SOURCE) if e.facts.status == "responsible"]
    for partner in partners[: len(partners) - left_out]:
        _answer(session, survey, partner.texts.name, base, random.Random(f"{slug} {partner.key}"), how)


def _answer(
    session: Session,
    survey: Survey,
    name: str,
    base: Mapping[str, list[int]],
    chance: random.Random,
    how: How,
) -> None:
    version = surveys.current_version(session, survey.id)
    if version is None or survey.opens_at is None:
        return
    document = surveys.questionnaire_of(version)
    answers: dict[str, Any] = {"organisation": name}
    for place, (criterion, rows) in enumerate(
        (criterion, scoring.topics_of(document)[criterion]) for criterion in scoring.CRITERIA
    ):
        answers[criterion] = {
            key: str(min(max(base[topic][place] + chance.choice((-1, 0, 0, 0, 1)), 0), scoring.MOST))
            for key, topic in rows.items()
            if topic in base
        }
    responses.submit_direct(
        session, survey, version, document, answers, token=secrets.token_urlsafe(32),
        locale=document.source_locale, may_publish=False, keys=how["keys"],
        now=min(survey.opens_at + dt.timedelta(days=20), how["now"]),
    )  # fmt: skip


def _shelve(session: Session, plan: Mapping[str, Any], years: tuple[int, ...], how: How) -> None:
    names = ("measure", "area", "period", "value", "unit")
    for one in plan.get("figures", ()):
        facts = {
            "sort": "partner", "source": one["source"], "sharing": one["sharing"], "topic": one["topic"],
            "public": True, "measures": [dict(zip(names, row, strict=True)) for row in one["measures"]],
        }  # fmt: skip
        words = {"title": one["title"], "lead": one["lead"]}
        evidence.put(session, "evidence", one["key"], facts, words, seen=0, **how)
    for year in years:
        for one in plan.get("assessment", ()):
            facts = {"year": year, "heading": one["heading"], "public": True}
            words = {"title": one["title"], "body": one["body"]}
            evidence.put(session, "assessment", f"{year}-{one['heading']}", facts, words, seen=0, **how)


def _letters(session: Session, letter: Mapping[str, Any], slugs: list[str], how: How) -> None:
    """One letter to each consultation; the older one is considered."""
    for slug in slugs[:2]:
        made = submissions.receive(
            session, slug, received_on=how["now"].date() - dt.timedelta(days=20), kind=letter["kind"],
            sender=letter["sender"], words=submissions.Words(text=letter["text"]), **how,
        )  # fmt: skip
        submissions.read(session, made, summary=letter["summary"], themes=letter["themes"], **how)
        if slug == slugs[0]:
            submissions.consider(session, made, consideration=letter["consideration"], **how)


def _decide(session: Session, cycle: Cycle, plan: Mapping[str, Any], how: How) -> None:
    decision = decisions.begin(session, cycle, **how)
    words = {name: plan[name] for name in decisions.Body.model_fields if name in plan}
    decisions.write(session, decision, words, seen_version=decision.version, **how)
    kept = record.snapshot(session, cycle, now=how["now"], keys=how["keys"])
    cites = list(kept["matrix"]["cites"].values())
    for topic, (outcome, reasons) in plan["topics"].items():
        recorded = evidence.one(session, "recorded", topic)
        decisions.decide(
            session, decision, "topic", topic, outcome=outcome, reasons=reasons,
            dissent=plan.get("dissents", {}).get(topic, ""),
            cites=[one for one in cites if recorded is not None or not one.startswith("crime:")],
            seen_version=1, **how,
        )  # fmt: skip
    for one in plan["themes"]:
        decisions.put_theme(
            session, decision, one["key"], title=one["title"], count=one["count"], seen_version=0, **how
        )
        decisions.decide(
            session, decision, "theme", one["key"], outcome=one["outcome"], reasons=one["reasons"],
            cites=cites[:1], seen_version=1, **how,
        )  # fmt: skip
    priorities.take_over(session, decision, **how)
    for one in plan["interests"]:
        decision_minutes.declare(session, decision, who=one["who"], words=one["words"], **how)
    equality = f"equality:{words['equality_version']}"
    decision_minutes.note_reading(session, decision, reader=READER, what=equality, **how)
    meeting = min(dt.date(cycle.year, 2, 11), how["now"].date())
    adoption.adopt(session, decision, snapshot=kept, on=meeting, seen_version=decision.version, **how)
    adoption.publish(session, decision, seen_version=decision.version, **how)

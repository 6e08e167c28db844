"""Rules about a new version beside the one before: stored answers must keep their meaning."""

from __future__ import annotations

from typing import Any

from surveys.questionnaire.model import Questionnaire
from surveys.questionnaire.rules import young
from surveys.questionnaire.rules.report import Report


def check(report: Report, previous: Questionnaire) -> None:
    questionnaire = report.questionnaire
    for name in ("key", "kind"):
        if getattr(questionnaire, name) != getattr(previous, name):
            report.add(f"survey.{name}_changed", name, before=getattr(previous, name))
    if previous.places and questionnaire.places and previous.places != questionnaire.places:
        report.add("places.changed", "places")
    for before in previous.all_questions:
        at = report.by_id.get(before.id)
        if at is None:
            # It can be switched off instead: then its answers stay readable.
            report.add("question.deleted", "parts", question=before.id)
            continue
        _question(report, at.place, before, at.question)
    young.check(report, previous)


def _question(report: Report, place: str, before: Any, now: Any) -> None:
    if before.kind != now.kind:
        report.add("kind.changed", f"{place}.kind", question=now.id, before=before.kind)
        return
    if before.identity != now.identity:
        report.add("identity.changed", f"{place}.identity", question=now.id, before=before.identity)
    if before.off and not now.off and not now.use:
        report.add("use.missing", f"{place}.use", question=now.id)
    if now.kind == "one-of" and before.of != now.of:
        report.add("one_of.changed", f"{place}.of", question=now.id, before=before.of)
    for name, deleted in (("options", "option.deleted"), ("rows", "row.deleted")):
        _coded(report, f"{place}.{name}", deleted, getattr(before, name, ()), getattr(now, name, ()))


def _coded(report: Report, place: str, deleted: str, before: Any, now: Any) -> None:
    """Codes and keys are append-only: none vanishes, none is used for something else."""
    codes = {thing.key: thing.code for thing in before}
    keys = {thing.code: thing.key for thing in before}
    for key in codes.keys() - {thing.key for thing in now}:
        report.add(deleted, place, key=key)
    for n, thing in enumerate(now):
        if codes.get(thing.key, thing.code) != thing.code:
            report.add("code.changed", f"{place}[{n}].code", key=thing.key, before=codes[thing.key])
        elif keys.get(thing.code, thing.key) != thing.key:
            report.add("code.reused", f"{place}[{n}].code", key=thing.key, before=keys[thing.code])

"""Releases: results as published, complete in themselves and never changed afterwards.

A release holds its tables, findings, wording, method and figures, so it can be read when the responses are
long gone. Beside it, in private, lie the exact tables it was made from: a correction or a comparison between
years never needs rows that somebody has since taken back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys import audit
from surveys.errors import SurveysError
from surveys.questionnaire.model import Questionnaire
from surveys.results import alongside, weights, with_without
from surveys.results import tables as exact
from surveys.results.counted import Counts as Counts
from surveys.results.counted import both_ways
from surveys.results.counted import count as count
from surveys.results.disclosure import Policy, ReleasedTable, publish, rounded
from surveys.results.findings import headlines
from surveys.results.follower import layout_of
from surveys.results.kept import FrozenTables as FrozenTables
from surveys.results.kept import Release as Release
from surveys.results.kept import all_of as all_of
from surveys.results.kept import contents_before as contents_before
from surveys.results.kept import current as current
from surveys.results.kept import exact_counts as exact_counts
from surveys.results.kept import fingerprint as fingerprint
from surveys.results.kept import newest_number as newest_number
from surveys.results.kept import newest_of_people as newest_of_people
from surveys.results.tables import ExactTable
from surveys.results.weighting import Target
from surveys.results.wording import wording_of
from surveys.sealing import Keyring
from surveys.surveys import Survey, london_day, state

FORMAT = 1
MOVES_BY = 25
"""A recount shows a group anew only if this many people joined or left it; else its last figures stand."""
FIRST_INTERIM = 100
"""Responses before anything may be published while a survey is still open."""
Draw = Callable[[Questionnaire, list[ReleasedTable], str, Mapping[str, Any]], Mapping[str, Any]]
"""Figures by table key, from a document, its released tables, a locale, and the rest of the release."""


Say = Callable[[Mapping[str, Any], Questionnaire, str], Mapping[str, Any]]
"""The words of a release, from its content, its document and a locale: how it was made and its limits."""


@dataclass(frozen=True)
class Outside:
    """What a release takes from outside its survey: what the census says (to set beside, and to weigh to when
    ``weighted``), and who puts its method into words."""

    targets: Sequence[Target] = ()
    weighted: bool = False
    say: Say | None = None


NOTHING = Outside()


@dataclass(frozen=True)
class Prepared:
    """A release worked out but not stored yet: counting and drawing take seconds and need no write lock."""

    survey_id: str
    number: int
    kind: str
    note: str
    content: dict[str, Any]
    figures: dict[str, dict[str, Any]]
    counts: Counts


# Making ---------------------------------------------------------------------------------------------------


def make(
    session: Session,
    survey: Survey,
    *,
    by: str,
    now: dt.datetime,
    keys: Keyring,
    draw: Draw | None = None,
    outside: Outside = NOTHING,
    note: str = "",
    policy: Policy | None = None,
    interim: bool = False,
) -> Release:
    """The results of a survey that has closed, or so far. Raises as :func:`prepare` and :func:`store` do."""
    prepare_ = prepare_interim if interim else prepare
    prepared = prepare_(session, survey, now=now, draw=draw, outside=outside, note=note, policy=policy)
    return store(session, prepared, by=by, now=now, keys=keys)


def correct(
    session: Session,
    survey: Survey,
    *,
    by: str,
    now: dt.datetime,
    keys: Keyring,
    note: str,
    draw: Draw | None = None,
    outside: Outside = NOTHING,
    recount: bool = False,
    policy: Policy | None = None,
) -> Release:
    """A new release, saying what is different. Raises as :func:`prepare_correction`, :func:`store` do."""
    prepared = prepare_correction(
        session, survey, now=now, note=note, draw=draw, outside=outside, recount=recount, policy=policy
    )
    return store(session, prepared, by=by, now=now, keys=keys)


def prepare(
    session: Session,
    survey: Survey,
    *,
    now: dt.datetime,
    draw: Draw | None = None,
    outside: Outside = NOTHING,
    note: str = "",
    policy: Policy | None = None,
) -> Prepared:
    """Counts, publishes and draws the closing release; only reads.

    After an interim release a group that moved by fewer than 25 people keeps its last figures.
    Raises ``release.withdrawn``, ``release.too_early`` (before closing and an hour's grace),
    ``release.exists``, ``release.empty``.
    """
    stands = state(survey, now)
    if stands == "withdrawn":
        raise SurveysError("release.withdrawn")
    if stands != "closed":
        raise SurveysError("release.too_early", closes_at=survey.closes_at)
    before = current(session, survey.id)
    if before is not None and before.kind != "interim":
        raise SurveysError("release.exists")
    counts = count(session, survey, outside.targets)
    if before is not None:
        counts = _settled(exact_counts(session, before), counts)
    if counts.responses == 0:
        raise SurveysError("release.empty")
    return _prepared(
        session, survey, counts, before, kind="closing", now=now, draw=draw, outside=outside, note=note,
        policy=policy,
    )  # fmt: skip


def prepare_interim(
    session: Session,
    survey: Survey,
    *,
    now: dt.datetime,
    draw: Draw | None = None,
    outside: Outside = NOTHING,
    note: str = "",
    policy: Policy | None = None,
) -> Prepared:
    """The results so far, while the survey is open; only reads.

    The batching rule (STATISTICS B4): the first at 100 responses, at most one a day, and a group shows new
    figures only when 25 people or more joined or left it; else it repeats its last ones.
    Raises ``release.not_open``, ``release.too_few``, ``release.daily``, ``release.small_change``.
    """
    if state(survey, now) not in ("open", "paused"):
        raise SurveysError("release.not_open")
    before = current(session, survey.id)
    if before is not None and london_day(before.made_at) >= london_day(now):
        raise SurveysError("release.daily")
    counts = count(session, survey, outside.targets)
    if before is None and counts.responses < FIRST_INTERIM:
        raise SurveysError("release.too_few", needed=FIRST_INTERIM)
    if before is not None:
        last = exact_counts(session, before)
        if abs(counts.responses - last.responses) < MOVES_BY:
            raise SurveysError("release.small_change", needed=MOVES_BY)
        counts = _settled(last, counts)
    return _prepared(
        session, survey, counts, before, kind="interim", now=now, draw=draw, outside=outside, note=note,
        policy=policy,
    )  # fmt: skip


def prepare_correction(
    session: Session,
    survey: Survey,
    *,
    now: dt.datetime,
    note: str,
    draw: Draw | None = None,
    outside: Outside = NOTHING,
    recount: bool = False,
    policy: Policy | None = None,
) -> Prepared:
    """Publishes the frozen exact tables again, in today's words and under today's rules; only reads.

    With ``recount`` the responses are counted anew (after an exclusion): a group shows new figures only when
    25 people or more joined or left it. Answers taken back are no reason to correct.
    Raises ``release.none``, ``release.note`` (it must say what is different), ``release.small_change``.
    """
    before = current(session, survey.id)
    if before is None or before.kind == "interim":
        raise SurveysError("release.none")
    if not note.strip():
        raise SurveysError("release.note", field="note")
    counts = exact_counts(session, before)
    if recount:
        anew = count(session, survey, outside.targets)
        if abs(anew.responses - counts.responses) < MOVES_BY:
            raise SurveysError("release.small_change", needed=MOVES_BY)
        counts = _settled(counts, anew)
    return _prepared(
        session, survey, counts, before, kind="correction", now=now, draw=draw, outside=outside,
        note=note.strip(),
        policy=policy,
    )  # fmt: skip


def store(session: Session, prepared: Prepared, *, by: str, now: dt.datetime, keys: Keyring) -> Release:
    """Adds release and exact tables, and notes the act. Raises ``release.exists`` if another came first."""
    newest = session.scalar(select(func.max(Release.number)).where(Release.survey_id == prepared.survey_id))
    if (newest or 0) + 1 != prepared.number:
        raise SurveysError("release.exists")
    release = Release(
        survey_id=prepared.survey_id,
        number=prepared.number,
        kind=prepared.kind,
        made_at=now,
        made_by=by,
        note=prepared.note,
        content=prepared.content,
        figures=prepared.figures,
        sha256=fingerprint(prepared.content),
    )
    session.add(release)
    session.flush()
    session.add(
        FrozenTables(survey_id=prepared.survey_id, number=prepared.number, counts=prepared.counts.as_json())
    )
    session.flush()
    facts = {"number": release.number, "sha256": release.sha256, "responses": prepared.counts.responses}
    act = {"interim": "release.interim", "closing": "release.make", "correction": "release.correct"}[
        release.kind
    ]
    audit.record(
        session, actor=by, action=act, subject=f"survey:{release.survey_id}", facts=facts, now=now, keys=keys
    )
    return release


def _settled(before: Counts, after: Counts) -> Counts:
    """A recount in which every group that moved by fewer than :data:`MOVES_BY` keeps its last figures."""
    old = {(t.key, g.key): g for t in (*before.tables, *before.with_without) for g in t.groups}
    stayed: set[tuple[str, str]] = set()

    def settle(table: ExactTable) -> ExactTable:
        groups = []
        for group in table.groups:
            last = old.get((table.key, group.key))
            same_rows = last is not None and [r.key for r in last.rows] == [r.key for r in group.rows]
            small = last is not None and same_rows and abs(last.asked - group.asked) < MOVES_BY
            groups.append(last if small and last is not None else group)
            if small:
                stayed.add((table.key, group.key))
        return exact.regrouped(table, tuple(groups))

    def steady(was: Mapping[str, int], now: Mapping[str, int]) -> dict[str, int]:
        return {key: was[key] if key in was and abs(was[key] - n) < MOVES_BY else n for key, n in now.items()}

    settled = tuple(settle(table) for table in after.tables)
    whole = {"all": before.responses}, {"all": after.responses}
    same = abs(before.responses - after.responses) < MOVES_BY
    weighed = after.weights and after.weights.settled(before.weights, stayed, same=same)
    return Counts(
        responses=steady(*whole)["all"],
        channels=steady(before.channels, after.channels),
        languages=steady(before.languages, after.languages),
        tables=settled,
        earlier=before.earlier,
        clashing=before.clashing | after.clashing,
        left_out=after.left_out,
        in_campaigns=after.in_campaigns,
        weights=weighed,
        rankings={
            **after.rankings,
            **{key: one for key, one in before.rankings.items() if (key, exact.ALL) in stayed},
        },
        with_without=with_without.agreeing([settle(table) for table in after.with_without], settled),
    )


def _prepared(
    session: Session,
    survey: Survey,
    counts: Counts,
    before: Release | None,
    *,
    kind: str,
    now: dt.datetime,
    draw: Draw | None,
    outside: Outside,
    note: str,
    policy: Policy | None,
) -> Prepared:
    policy = policy or Policy()
    layout = layout_of(session, survey.id)
    document = layout.questionnaire
    asked_before = {question for _, question, _ in layout.earlier}
    notes = {table.key: "wording.changed" for table in counts.tables if table.question in asked_before}
    interim = kind == "interim"
    publication, both = with_without.published(
        counts.tables,
        () if interim else counts.with_without,
        policy,
        clashing=counts.clashing,
        notes=notes,
        document=document,
        responses=counts.responses,
        shares={"channels": counts.channels, "languages": counts.languages},
        before=_both(session, before) if before is not None else (),
    )
    tables, left_out = list(publication.tables), list(publication.report)
    weighting = weights.told(
        counts.weights, wanted=outside.weighted, interim=interim, frozen=kind == "correction"
    )
    if counts.weights is not None and weighting["reason"] is None:
        tables, unweighted = weights.beside(tables, counts.tables, counts.weights, policy)
        left_out += unweighted
        weighting["tables"] = weights.keys_of(tables)
    number = before.number + 1 if before is not None else 1
    content: dict[str, Any] = {
        "format": FORMAT,
        "survey": survey.slug,
        "key": survey.key,
        "number": number,
        "kind": kind,
        "note": note,
        "versions": [version.number for version in layout.versions],
        "locales": list(document.locales),
        "headline": document.headline,
        "first_day": _day(survey.opens_at),
        "last_day": _day(survey.closes_at),
        "made_on": _day(now),
        "demonstration": survey.demonstration,
        "responses": rounded(counts.responses, policy),
        "channels": dict(publication.shares["channels"]),
        "languages": dict(publication.shares["languages"]),
        "tables": [table.as_json() for table in tables],
        "findings": {key: found.as_json() for key, found in headlines(tables, document, policy).items()},
        "earlier": _earlier(counts, layout.versions, policy),
        "wording": wording_of(document),
        "method": {**policy.as_json(), "weighted": weighting["reason"] is None, "self_selected": True},
        "weighting": weighting,
        "report": [[a.table, a.rule, a.group, a.row] for a in left_out],
    }
    content |= alongside.alongside(
        content, document, outside.targets, contents_before(session, survey), counts.rankings
    )
    if kind != "interim":
        content |= both_ways(counts, policy)
    if both.tables:
        content["with_without"] = [with_without.two_columns(table).as_json() for table in both.tables]
    if before is not None and kind == "correction":
        content["corrects"] = before.number
        content["changed"] = _changed(before.content["tables"], content["tables"])
    figures = (
        {locale: dict(draw(document, tables, locale, content)) for locale in document.locales} if draw else {}
    )
    prepared = Prepared(survey.id, number, content["kind"], note, content, figures, counts)
    return worded(prepared, document, outside.say)


def _both(session: Session, release: Release) -> list[tuple[exact.ExactTable, ReleasedTable]]:
    """A release's tables, exact and as they were shown."""
    shown = {kept["key"]: ReleasedTable.from_json(kept) for kept in release.content["tables"]}
    counted = exact_counts(session, release).tables
    return [(table, shown[table.key]) for table in counted if table.key in shown]


def worded(prepared: Prepared, document: Questionnaire, say: Say | None) -> Prepared:
    """The same with its method and limits in words, in every language of the survey."""
    if say is None:
        return prepared
    content = prepared.content
    words = {locale: dict(say(content, document, locale)) for locale in content["locales"]}
    return replace(prepared, content={**content, "words": words})


def _earlier(counts: Counts, versions: Sequence[Any], policy: Policy) -> list[dict[str, Any]]:
    """Answers to questions as they were once asked with another meaning, each with the words of that time."""
    documents = {version.number: version.questionnaire for version in versions}
    found = []
    for number in sorted({version for version, _ in counts.earlier}):
        tables = publish([t for version, t in counts.earlier if version == number], policy).tables
        asked = {table.question for table in tables}
        words = wording_of(documents[number])
        words["questions"] = {id: words["questions"][id] for id in words["questions"] if id in asked}
        found.append({"version": number, "tables": [table.as_json() for table in tables], "wording": words})
    return found


def _changed(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> list[str]:
    old, new = {t["key"]: t for t in before}, {t["key"]: t for t in after}
    return [key for key in (*new, *(k for k in old if k not in new)) if old.get(key) != new.get(key)]


def _day(moment: dt.datetime | None) -> str | None:
    return None if moment is None else london_day(moment).isoformat()

"""A release in the making: an officer chooses and writes, a second person approves, a date publishes.

The disclosure rules are always worked out over the whole menu of tables; an officer's choice only leaves
tables out of what was found safe together. What is approved is stored as it will be published: nothing that
happens between approval and publication can change a figure.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Literal

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from surveys import audit
from surveys.db import Base, Json, JsonOrNull, JsonValue, UTCDateTime, new_id, partial_index
from surveys.errors import SurveysError
from surveys.results import alongside, releases
from surveys.results.releases import NOTHING, Counts, Outside, Prepared, Release, fingerprint
from surveys.sealing import Keyring
from surveys.surveys import Survey, current_version, london_day, questionnaire_of

Kind = Literal["interim", "closing", "correction"]
LONGEST_FINDING = 400
YEARS = range(1990, 2100)
FIGURE = re.compile(r"(?<![\w.,])\d(?:[\d,\u00a0\u202f]*\d)?(?:\.\d+)?")
"""A number in words for people: thousands may be parted by a comma or a narrow space."""
OPEN = ("composing", "approved")


class Composition(Base):
    """One release in the making; a survey has at most one that is open."""

    __tablename__ = "release_draft"
    __table_args__ = (
        CheckConstraint("kind IN ('interim', 'closing', 'correction')", name="kind"),
        CheckConstraint("state IN ('composing', 'approved', 'published', 'abandoned')", name="state"),
        CheckConstraint("(approved_by = '') = (approved_at IS NULL)", name="approved"),
        CheckConstraint(
            "state <> 'approved' OR (approved_by <> '' AND prepared IS NOT NULL)", name="prepared"
        ),
        CheckConstraint(
            "approved_by = '' OR approved_by <> changed_by OR override_reason <> ''", name="two_people"
        ),
        partial_index(
            "uq_release_draft_open", "survey_id", where="state IN ('composing', 'approved')", unique=True
        ),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=new_id)
    survey_id: Mapped[str] = mapped_column(ForeignKey("survey.id"))
    kind: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10), default="composing")
    version: Mapped[int] = mapped_column(default=1)
    owner: Mapped[str] = mapped_column(String(80))
    changed_by: Mapped[str] = mapped_column(String(80))
    """Who composed it last: never the one who approves it, unless a reason says why."""
    changed_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    note: Mapped[str] = mapped_column(Text, default="")
    recount: Mapped[bool] = mapped_column(default=False)
    weighted: Mapped[bool] = mapped_column(default=False)
    left_out: Mapped[JsonValue] = mapped_column(Json, default=list)
    """Keys of tables of the menu that are not published."""
    written: Mapped[JsonValue] = mapped_column(Json, default=dict)
    """Table key to locale to the finding an officer wrote in place of the proposed sentence."""
    approved_by: Mapped[str] = mapped_column(String(80), default="")
    approved_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    override_reason: Mapped[str] = mapped_column(Text, default="")
    publish_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    prepared: Mapped[JsonValue | None] = mapped_column(JsonOrNull, deferred=True)
    number: Mapped[int | None]
    """The release it became."""


# Reading --------------------------------------------------------------------------------------------------


def open_one(session: Session, survey_id: str) -> Composition | None:
    """The release in the making of this survey, if there is one."""
    wanted = select(Composition).where(Composition.survey_id == survey_id, Composition.state.in_(OPEN))
    return session.scalar(wanted)


def prepare(
    session: Session,
    survey: Survey,
    draft: Composition,
    *,
    now: dt.datetime,
    draw: releases.Draw | None = None,
    outside: Outside = NOTHING,
) -> Prepared:
    """The release as it would be published now: the officer's choice and sentences in it; only reads.

    Whether it is weighted says the draft, not ``outside``. Raises as the makers of
    :mod:`surveys.results.releases` do for this kind.
    """
    how: dict[str, Any] = {
        "now": now,
        "draw": draw,
        "outside": replace(outside, weighted=bool(draft.weighted), say=None),
        "note": draft.note,
    }
    if draft.kind == "interim":
        made = releases.prepare_interim(session, survey, **how)
    elif draft.kind == "closing":
        made = releases.prepare(session, survey, **how)
    else:
        made = releases.prepare_correction(session, survey, recount=bool(draft.recount), **how)
    chosen = composed(made, left_out=draft.left_out, written=draft.written)
    version = current_version(session, survey.id)
    if version is None or outside.say is None:
        return chosen
    return releases.worded(chosen, questionnaire_of(version), outside.say)


def composed(made: Prepared, *, left_out: Iterable[str], written: Mapping[str, Any]) -> Prepared:
    """The prepared release without the tables left out, and with the sentences officers wrote."""
    gone = set(left_out)
    tables = [table for table in made.content["tables"] if table["key"] not in gone]
    keys = {table["key"] for table in tables}
    content = {
        **made.content,
        "tables": tables,
        "findings": {key: found for key, found in made.content["findings"].items() if key in keys},
        "written": {key: dict(said) for key, said in written.items() if key in keys and said},
        "report": [entry for entry in made.content["report"] if entry[0] in keys],
    }
    content |= alongside.without(content, keys)
    if "with_without" in content:
        content["with_without"] = [one for one in content["with_without"] if one["question"] in keys]
    if "weighting" in content:
        shown = [key for key in content["weighting"]["tables"] if key in keys]
        content["weighting"] = {**content["weighting"], "tables": shown}
    if "changed" in content:
        content["changed"] = [key for key in content["changed"] if key in keys or key in gone]
    figures = {
        locale: {key: figure for key, figure in drawn.items() if key in keys}
        for locale, drawn in made.figures.items()
    }
    return Prepared(made.survey_id, made.number, made.kind, made.note, content, figures, made.counts)


def sealed_print(content: Mapping[str, Any]) -> str:
    """What an approval is for: the fingerprint of everything but the day of publication."""
    return fingerprint({key: value for key, value in content.items() if key != "made_on"})


# Composing ------------------------------------------------------------------------------------------------


def compose(
    session: Session, survey: Survey, kind: Kind, *, by: str, now: dt.datetime, keys: Keyring
) -> Composition:
    """Begins a release; the one already begun for the same kind is returned as it is.

    Raises ``composition.open`` when another kind is in the making.
    """
    there = open_one(session, survey.id)
    if there is not None:
        if there.kind != kind:
            raise SurveysError("composition.open")
        return there
    draft = Composition(survey_id=survey.id, kind=kind, owner=by, changed_by=by, changed_at=now)
    session.add(draft)
    session.flush()
    _note(session, draft, "release.composed", by=by, now=now, keys=keys, kind=kind)
    return draft


def change(
    session: Session,
    draft: Composition,
    *,
    left_out: Iterable[str],
    note: str,
    recount: bool = False,
    weighted: bool = False,
    by: str,
    now: dt.datetime,
    keys: Keyring,
    seen_version: int,
) -> None:
    """Chooses the tables, the note and weighting; an approval ends with any change.

    Raises ``composition.ended``, ``composition.stale``.
    """
    gone = sorted(set(left_out))
    _editable(draft, seen_version)
    wanted = (gone, note.strip(), recount, weighted)
    if wanted == (draft.left_out, draft.note, draft.recount, draft.weighted):
        return
    draft.left_out, draft.note, draft.recount, draft.weighted = wanted
    _changed(session, draft, by=by, now=now, keys=keys, left_out=len(gone), weighted=weighted)


def write(
    session: Session,
    draft: Composition,
    table: Mapping[str, Any],
    sentences: Mapping[str, str],
    known: Iterable[str],
    *,
    by: str,
    now: dt.datetime,
    keys: Keyring,
    seen_version: int,
) -> None:
    """The officer's own finding for one released table, by locale; empty words go back to the proposed one.

    Every figure in it must be a figure of that table or stand in ``known`` (its labels and wording): a
    sentence must not say what the table hides. Raises ``composition.ended``, ``composition.stale``,
    ``finding.long``, ``finding.figure`` (facts: figure).
    """
    _editable(draft, seen_version)
    said = {locale: " ".join(words.split()) for locale, words in sentences.items() if words.strip()}
    for locale, words in said.items():
        if len(words) > LONGEST_FINDING:
            raise SurveysError("finding.long", field=locale, most=LONGEST_FINDING)
        unknown = figures_not_in(table, words, known)
        if unknown:
            raise SurveysError("finding.figure", field=locale, figure=unknown[0])
    written = {key: dict(value) for key, value in draft.written.items() if key != table["key"]}
    if said:
        written[table["key"]] = said
    if written == draft.written:
        return
    draft.written = written
    _changed(session, draft, by=by, now=now, keys=keys, finding=str(table["key"]))


def figures_not_in(table: Mapping[str, Any], words: str, known: Iterable[str] = ()) -> list[str]:
    """The figures of a sentence that are not shown in the released table, no year, and not in ``known``."""
    shown: set[float] = set()
    for group in table["groups"]:
        shown |= {float(group[name]) for name in ("asked", "answered", "skipped") if group[name] is not None}
        for row in group["rows"]:
            shown |= {float(row[name]) for name in ("count", "percent") if row[name] is not None}
    for text_ in known:
        shown |= {_number(found) for found in FIGURE.findall(text_)}
    return [
        found.strip()
        for found in FIGURE.findall(words)
        if _number(found) not in shown and _number(found) not in YEARS
    ]


def _number(found: str) -> float:
    return float(re.sub(r"[,\u00a0\u202f]", "", found))


def approve(
    session: Session,
    draft: Composition,
    prepared: Prepared,
    *,
    shown: str,
    by: str,
    now: dt.datetime,
    keys: Keyring,
    publish_at: dt.datetime | None = None,
    override_reason: str = "",
) -> None:
    """A second person approves exactly what was shown (``shown``: its :func:`sealed_print`).

    Whoever composed it last may approve only with a reason, which is kept and reported. The same approval
    again changes nothing. Raises ``composition.ended``, ``composition.stale`` (the figures or words are not
    those that were shown), ``composition.same_person``, ``composition.reason`` (results so far need one).
    """
    if draft.state == "approved" and draft.approved_by == by and draft.publish_at == publish_at:
        return
    if draft.state not in OPEN:
        raise SurveysError("composition.ended")
    if draft.kind == "interim" and not draft.note:
        raise SurveysError("composition.reason", field="note")
    if sealed_print(prepared.content) != shown:
        raise SurveysError("composition.stale")
    reason = override_reason.strip()
    if by == draft.changed_by and not reason:
        raise SurveysError("composition.same_person", field="override_reason")
    draft.state, draft.approved_by, draft.approved_at = "approved", by, now
    draft.override_reason = reason if by == draft.changed_by else ""
    draft.publish_at = publish_at
    draft.prepared = {
        "content": prepared.content,
        "figures": prepared.figures,
        "counts": prepared.counts.as_json(),
    }
    session.flush()
    facts: dict[str, Any] = {"print": shown, "publish_at": publish_at.isoformat() if publish_at else ""}
    if draft.override_reason:
        facts["reason"] = audit.keep_reason(session, draft.override_reason, by=by, now=now)
    _note(session, draft, "release.approved", by=by, now=now, keys=keys, **facts)


def publish(session: Session, draft: Composition, *, by: str, now: dt.datetime, keys: Keyring) -> Release:
    """Publishes what was approved, as it was approved, with today as its day.

    Raises ``composition.unapproved``, ``composition.ended``, ``composition.not_yet`` (its date has not come),
    ``release.exists`` (another release came first).
    """
    if draft.state == "composing":
        raise SurveysError("composition.unapproved")
    if draft.state != "approved" or draft.prepared is None:
        raise SurveysError("composition.ended")
    if draft.publish_at is not None and now < draft.publish_at:
        raise SurveysError("composition.not_yet", at=draft.publish_at)
    kept = draft.prepared
    content = {**kept["content"], "made_on": london_day(now).isoformat()}
    prepared = Prepared(
        draft.survey_id,
        content["number"],
        content["kind"],
        draft.note,
        content,
        kept["figures"],
        Counts.from_json(kept["counts"]),
    )
    release = releases.store(session, prepared, by=by, now=now, keys=keys)
    draft.state, draft.number, draft.prepared = "published", release.number, None
    session.flush()
    return release


def abandon(session: Session, draft: Composition, *, by: str, now: dt.datetime, keys: Keyring) -> None:
    """Gives it up; again changes nothing. Raises ``composition.ended`` once it is published."""
    if draft.state == "abandoned":
        return
    if draft.state not in OPEN:
        raise SurveysError("composition.ended")
    draft.state, draft.prepared = "abandoned", None
    session.flush()
    _note(session, draft, "release.abandoned", by=by, now=now, keys=keys)


def publish_due(
    session: Session,
    *,
    now: dt.datetime,
    keys: Keyring,
    failed: Callable[[str, SurveysError], None] = lambda _id, _problem: None,
) -> int:
    """Publishes every approved release whose date has come; says how many. One that is refused stays open."""
    due = select(Composition).where(
        Composition.state == "approved", Composition.publish_at.is_not(None), Composition.publish_at <= now
    )
    done = 0
    for draft in session.scalars(due).all():
        try:
            with session.begin_nested():
                publish(session, draft, by=draft.approved_by, now=now, keys=keys)
        except SurveysError as problem:
            failed(draft.id, problem)
        else:
            done += 1
    return done


def _editable(draft: Composition, seen_version: int) -> None:
    if draft.state not in OPEN:
        raise SurveysError("composition.ended")
    if draft.version != seen_version:
        raise SurveysError("composition.stale")


def _changed(
    session: Session, draft: Composition, *, by: str, now: dt.datetime, keys: Keyring, **facts: Any
) -> None:
    """Counts the change; whatever was approved is approved no more."""
    draft.version += 1
    draft.state, draft.changed_by, draft.changed_at = "composing", by, now
    draft.approved_by, draft.approved_at, draft.override_reason = "", None, ""
    draft.publish_at, draft.prepared = None, None
    session.flush()
    _note(session, draft, "release.changed", by=by, now=now, keys=keys, **facts)


def _note(
    session: Session,
    draft: Composition,
    action: str,
    *,
    by: str,
    now: dt.datetime,
    keys: Keyring,
    **facts: Any,
) -> None:
    audit.record(
        session,
        actor=by,
        action=action,
        subject=f"survey:{draft.survey_id}",
        facts={"draft": draft.id, **facts},
        now=now,
        keys=keys,
    )

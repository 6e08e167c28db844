"""Editing what the site says: drafts, publication, undo; whoever comes second is told and loses nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.partnership import brand, pages, rounds
from portal.partnership.pages import NEUTRAL, SOURCE, Revision
from portal.partnership.register import KINDS, Body, partial, unfinished
from surveys import audit
from surveys.errors import SurveysError
from surveys.sealing import Keyring

Bodies = Mapping[str, Mapping[str, Any]]
"""What an officer typed, by locale; ``NEUTRAL`` holds the facts."""

REFERENCES = {
    ("area", "helplines"): "helpline",
    ("priority", "areas"): "area",
    ("outcome", "area"): "area",
    ("outcome", "priority"): "priority",
    ("outcome", "lead_partner"): "partner",
}
"""Facts that name entries of another kind."""


@dataclass(frozen=True)
class Working:
    """One thing as officers see it: in each language its draft if there is one, else what is on the site."""

    kind: str
    key: str
    bodies: Mapping[str, Mapping[str, Any]]
    seen: Mapping[str, int]
    """The number of the newest revision in each language; a save says which it was made from."""
    drafted: frozenset[str]
    """The languages in which something waits to be published."""
    shown: frozenset[str]
    """The languages in which something is on the site."""

    @property
    def facts(self) -> Mapping[str, Any]:
        return self.bodies.get(NEUTRAL, {})

    @property
    def texts(self) -> dict[str, Mapping[str, Any]]:
        return {locale: body for locale, body in self.bodies.items() if locale != NEUTRAL}

    @property
    def title(self) -> str:
        """What officers call it: its name in the source language, else its key."""
        words = self.bodies.get(SOURCE, {})
        return str(words.get("title") or words.get("name") or self.key)

    @property
    def retired(self) -> bool:
        return bool(self.facts.get("retired"))


@dataclass(frozen=True)
class Difference:
    field: str
    before: Any
    after: Any


def working(session: Session, kind: str, key: str) -> Working | None:
    """The thing as officers see it; None when there has never been one."""
    return next(iter(_working(session, kind, key)), None)


def everything(session: Session, kind: str) -> tuple[Working, ...]:
    """Everything of a kind, retired ones and unpublished drafts too, in the order of the site."""
    found = _working(session, kind, None)
    return tuple(sorted(found, key=lambda one: (one.retired, int(one.facts.get("order", 0) or 0), one.key)))


def _working(session: Session, kind: str, key: str | None) -> list[Working]:
    wanted = select(Revision).where(Revision.kind == kind).order_by(Revision.key, Revision.number)
    if key is not None:
        wanted = wanted.where(Revision.key == key)
    rows: dict[str, list[Revision]] = {}
    for row in session.scalars(wanted):
        rows.setdefault(row.key, []).append(row)
    return [_of(kind, name, mine) for name, mine in rows.items()]


def _of(kind: str, key: str, rows: Collection[Revision]) -> Working:
    draft = {row.locale: row for row in rows if row.state == "draft"}
    shown = {row.locale: row for row in rows if row.state == "current"}
    return Working(
        kind=kind,
        key=key,
        bodies={locale: row.body for locale, row in (shown | draft).items()},
        seen={row.locale: row.number for row in rows},
        drafted=frozenset(draft),
        shown=frozenset(shown),
    )


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Field by field what is not the same, in the order of the newer body."""
    names = [*after, *(name for name in before if name not in after)]
    return tuple(
        Difference(name, before.get(name), after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    )


# Writing --------------------------------------------------------------------------------------------------


def draft_body(kind: str, locale: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """The body as a draft keeps it: it may lack fields, but what is there is sound.

    Raises "revision.invalid" with the field, and "revision.kind".
    """
    if kind not in KINDS:
        raise SurveysError("revision.kind", kind=kind)
    models = KINDS[kind]
    model: type[Body] = unfinished(models.facts) if locale == NEUTRAL else partial(models.texts)
    given = {name: value for name, value in body.items() if value is not None}
    with suppress(SurveysError):
        return pages.body_of(kind, locale, given)  # whole already, and without what is only a default
    try:
        return model.model_validate(given).model_dump(mode="json", exclude_defaults=True, exclude_none=True)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(step) for step in first["loc"])
        raise SurveysError("revision.invalid", field=field, reason=first["type"], locale=locale) from error


def save(
    session: Session,
    kind: str,
    key: str,
    bodies: Bodies,
    *,
    seen: Mapping[str, int],
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> tuple[Revision, ...]:
    """Keeps what was typed as drafts, in the languages in which it differs; nothing on the site changes.

    Raises "text.stale" (``locales``) when somebody saved since ``seen`` was read, "revision.invalid".
    """
    _not_overtaken(session, kind, key, bodies, seen)
    there = working(session, kind, key)
    made = []
    for locale, typed in bodies.items():
        body = draft_body(kind, locale, typed)
        if there is not None and there.bodies.get(locale) == body:
            continue
        if there is None and not body and locale not in (NEUTRAL, SOURCE):
            continue
        made.append(_draft(session, kind, key, locale, body, after=seen.get(locale, 0), by=by, now=now))
    for revision in made:
        _note(session, "text.drafted", revision, by=by, now=now, keys=keys)
    return tuple(made)


def publish(
    session: Session,
    kind: str,
    key: str,
    *,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> tuple[Revision, ...]:
    """Puts every draft of this thing on the site. All of it, or nothing.

    Raises "revision.invalid" (``field``, ``locale``) for what is still missing, "text.source_missing",
    "text.unknown_reference", "text.required", "round.announced", "colours.weak", "decision.while_open".
    """
    there = working(session, kind, key)
    if there is None or not there.drafted:
        return ()
    checked = {locale: _whole(kind, locale, there.bodies[locale]) for locale in sorted(there.drafted)}
    if NEUTRAL not in there.bodies or SOURCE not in there.bodies:
        raise SurveysError("text.source_missing", locale=SOURCE)
    _sound(session, kind, key, there.facts)
    if kind == "round" and there.facts.get("decision") == "made":
        _decided(session, key, now)
    shown = []
    for locale, body in checked.items():
        draft = _in_state(session, kind, key, locale, "draft")
        before = _in_state(session, kind, key, locale, "current")
        if draft is None:
            continue
        if before is not None:
            before.state = "superseded"
            session.flush()
        draft.state, draft.shown_from, draft.body = "current", now, body
        session.flush()
        shown.append(draft)
    for revision in shown:
        _note(session, "text.revised", revision, by=by, now=now, keys=keys)
    return tuple(shown)


def discard(session: Session, kind: str, key: str, *, by: str, now: dt.datetime, keys: Keyring) -> None:
    """Lets the drafts of this thing go: the history keeps them, the site stays as it is."""
    for locale in (NEUTRAL, *_locales(session, kind, key)):
        draft = _in_state(session, kind, key, locale, "draft")
        if draft is not None:
            draft.state = "superseded"
            session.flush()
            _note(session, "text.discarded", draft, by=by, now=now, keys=keys)


def bring_back(
    session: Session,
    kind: str,
    key: str,
    locale: str,
    number: int,
    *,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> Revision:
    """Undo: an earlier state becomes a new draft. Raises "revision.unknown"."""
    earlier = session.scalar(
        select(Revision).where(
            Revision.kind == kind,
            Revision.key == key,
            Revision.locale == locale,
            Revision.number == number,
        )
    )
    if earlier is None:
        raise SurveysError("revision.unknown", number=number)
    made = _draft(session, kind, key, locale, earlier.body, by=by, now=now)
    _note(session, "text.brought_back", made, by=by, now=now, keys=keys, from_number=number)
    return made


def retire(
    session: Session,
    kind: str,
    key: str,
    *,
    retired: bool,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> None:
    """Takes a thing off the site, or puts it back, at once.

    Raises "text.required" for what a law needs, "round.announced" for a consultation people were told of.
    """
    before = pages.newest(session, kind, key, NEUTRAL)
    if before is None:
        raise SurveysError("revision.unknown", number=0)
    if retired:
        _may_go(session, kind, key)
    draft = _in_state(session, kind, key, NEUTRAL, "draft")
    pages.revise(session, kind, key, NEUTRAL, {**before.body, "retired": retired}, by=by, now=now, keys=keys)
    if draft is not None:
        _draft(session, kind, key, NEUTRAL, {**draft.body, "retired": retired}, by=by, now=now)


def _draft(
    session: Session,
    kind: str,
    key: str,
    locale: str,
    body: Mapping[str, Any],
    *,
    by: str,
    now: dt.datetime,
    after: int | None = None,
) -> Revision:
    """``after``: the number that was seen; whoever committed since the first look is not overwritten."""
    before = _in_state(session, kind, key, locale, "draft")
    last = pages.last_number(session, kind, key, locale)
    if after is not None and last != after:
        raise SurveysError("text.stale", locales=(locale,))
    if before is not None:
        before.state = "superseded"
        session.flush()
    draft = Revision(
        kind=kind,
        key=key,
        locale=locale,
        number=last + 1,
        state="draft",
        body=dict(body),
        by=by,
        at=now,
        origin=by,
    )
    try:
        with session.begin_nested():
            session.add(draft)
    except IntegrityError:  # somebody else's draft came first, in the same moment
        raise SurveysError("text.stale", locales=(locale,)) from None
    return draft


def _whole(kind: str, locale: str, body: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return pages.body_of(kind, locale, body)
    except SurveysError as problem:
        raise SurveysError(
            problem.code, field=problem.field, **{**problem.facts, "locale": locale}
        ) from problem


def _sound(session: Session, kind: str, key: str, facts: Mapping[str, Any]) -> None:
    """What one body alone cannot show: that it names what exists, and that its colours can be read."""
    if facts.get("retired"):
        _may_go(session, kind, key)
    for (of, field), target in REFERENCES.items():
        value = facts.get(field) if of == kind else None
        for name in [value] if isinstance(value, str) else value or []:
            if pages.newest(session, target, name, NEUTRAL) is None:
                raise SurveysError("text.unknown_reference", field=field, key=name, locale=NEUTRAL)
    if kind == "site":
        weak = brand.weak_pairs(facts.get("colours", {}))
        if weak:
            raise SurveysError("colours.weak", field="colours", pairs=weak, locale=NEUTRAL)


def _may_go(session: Session, kind: str, key: str) -> None:
    """Whether this may leave the site: a promise changes with a reason, never by hiding it."""
    if key in KINDS[kind].required:
        raise SurveysError("text.required", field="retired", key=key)
    if kind == "round" and rounds.is_launched(session, key):
        raise SurveysError("round.announced", field="retired", key=key)


def _decided(session: Session, slug: str, now: dt.datetime) -> None:
    """A decision cannot be made while people are still asked about it."""
    asked = rounds.one(session, slug, now)
    if asked is not None and asked.state in ("coming", "open", "paused"):
        raise SurveysError("decision.while_open", field="decision", locale=NEUTRAL)


def _not_overtaken(
    session: Session, kind: str, key: str, locales: Collection[str], seen: Mapping[str, int]
) -> None:
    overtaken = [
        locale for locale in locales if pages.last_number(session, kind, key, locale) != seen.get(locale, 0)
    ]
    if overtaken:
        raise SurveysError("text.stale", locales=tuple(overtaken))


def _in_state(session: Session, kind: str, key: str, locale: str, state: str) -> Revision | None:
    """The revision in this state, its row locked: of two who publish at once the second finds it done."""
    return session.scalar(
        select(Revision)
        .where(
            Revision.kind == kind,
            Revision.key == key,
            Revision.locale == locale,
            Revision.state == state,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _locales(session: Session, kind: str, key: str) -> tuple[str, ...]:
    wanted = select(Revision.locale).where(Revision.kind == kind, Revision.key == key).distinct()
    return tuple(sorted(locale for locale in session.scalars(wanted) if locale != NEUTRAL))


def _note(
    session: Session,
    action: str,
    revision: Revision,
    *,
    by: str,
    now: dt.datetime,
    keys: Keyring,
    **facts: object,
) -> None:
    audit.record(
        session,
        actor=by,
        action=action,
        subject=f"{revision.kind}:{revision.key}",
        facts={"locale": revision.locale, "number": revision.number, **facts},
        now=now,
        keys=keys,
    )

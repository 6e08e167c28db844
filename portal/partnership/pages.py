"""The words and facts of the site, kept as revisions: nothing is overwritten, all of it says who and when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from sqlalchemy import CheckConstraint, String, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.partnership.register import KINDS, Facts, Texts, partial
from surveys import audit
from surveys.db import Base, Json, JsonValue, UTCDateTime, partial_index
from surveys.errors import SurveysError
from surveys.sealing import Keyring

SOURCE = "en_GB"
"""The language every text exists in, and the visible fallback for every other."""
NEUTRAL = ""
"""The locale of facts."""


class Revision(Base):
    """One state of one thing in one language. Rows are added; of earlier ones only the state ever changes."""

    __tablename__ = "revision"
    __table_args__ = (
        UniqueConstraint("kind", "key", "locale", "number"),
        CheckConstraint("state IN ('current', 'superseded', 'draft')", name="state"),
        partial_index("uq_revision_current", "kind", "key", "locale", where="state = 'current'", unique=True),
        partial_index("uq_revision_draft", "kind", "key", "locale", where="state = 'draft'", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(60))
    locale: Mapped[str] = mapped_column(String(10))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(10))
    body: Mapped[JsonValue] = mapped_column(Json)
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    origin: Mapped[str] = mapped_column(String(120))
    """``pack:<name>@<sha>`` or ``officer:<id>``. A pack replaces only what came from a pack."""
    shown_from: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    """When it came on the site; nothing for a draft and for one that was never published."""


@dataclass(frozen=True)
class Entry:
    """One thing as a page shows it: ``facts`` and ``texts`` are the kind's models (see ``register.KINDS``).

    A field without words in the language asked for has the source language's; :meth:`lang` says which.
    """

    kind: str
    key: str
    locale: str
    locale_shown: str
    """The language asked for if the thing has any words in it, else the source language."""
    facts: Any
    texts: Any
    own: frozenset[str]
    """The text fields that are in the language asked for."""

    @property
    def order(self) -> int:
        return int(self.facts.order)

    def lang(self, field: str) -> str:
        """The tag for this field's ``lang`` attribute, or "" when it is in the language asked for."""
        return "" if field in self.own or self.locale == SOURCE else SOURCE.replace("_", "-")


def current(session: Session, kind: str, locale: str) -> tuple[Entry, ...]:
    """Everything of this kind that is on the site, in order."""
    return _entries(session, kind, locale, None)


def one(session: Session, kind: str, key: str, locale: str) -> Entry | None:
    """The thing of this kind and key, or None when there is none or it was taken off the site."""
    found = _entries(session, kind, locale, key)
    return found[0] if found else None


def site(session: Session, locale: str) -> Entry | None:
    """The partnership's own facts and names; None before any pack is loaded."""
    return one(session, "site", "site", locale)


OVERLAY = "pages.overlay"


def overlay(session: Session, bodies: Mapping[tuple[str, str, str], Mapping[str, object] | None]) -> None:
    """For a preview: this session alone reads these bodies (by kind, key, locale) as if they were current.

    None: as if there were nothing.
    """
    session.info[OVERLAY] = {**session.info.get(OVERLAY, {}), **bodies}


def overlaid(session: Session) -> bool:
    """Whether this session shows a preview, so that nothing it read may be kept for others."""
    return bool(session.info.get(OVERLAY))


def _entries(session: Session, kind: str, locale: str, key: str | None) -> tuple[Entry, ...]:
    wanted = select(Revision.key, Revision.locale, Revision.body).where(
        Revision.kind == kind,
        Revision.state == "current",
        Revision.locale.in_({NEUTRAL, SOURCE, locale}),
    )
    if key is not None:
        wanted = wanted.where(Revision.key == key)
    bodies: dict[str, dict[str, Mapping[str, object]]] = {}
    for row_key, row_locale, body in session.execute(wanted):
        bodies.setdefault(row_key, {})[row_locale] = body
    for (of, row_key, row_locale), body in session.info.get(OVERLAY, {}).items():
        if of == kind and key in (None, row_key) and row_locale in (NEUTRAL, SOURCE, locale):
            if body is None:
                bodies.get(row_key, {}).pop(row_locale, None)
            else:
                bodies.setdefault(row_key, {})[row_locale] = body
    entries = [
        _entry(kind, row_key, locale, by_locale)
        for row_key, by_locale in bodies.items()
        if NEUTRAL in by_locale and SOURCE in by_locale
    ]
    shown = [entry for entry in entries if not entry.facts.retired]
    return tuple(sorted(shown, key=lambda entry: (entry.order, entry.key)))


def _entry(kind: str, key: str, locale: str, bodies: Mapping[str, Mapping[str, object]]) -> Entry:
    models = KINDS[kind]
    own = bodies.get(locale, {})
    return Entry(
        kind=kind,
        key=key,
        locale=locale,
        locale_shown=locale if locale in bodies else SOURCE,
        facts=models.facts.model_validate(bodies[NEUTRAL]),
        texts=models.texts.model_validate({**bodies[SOURCE], **own}),
        own=frozenset(own),
    )


# Writing --------------------------------------------------------------------------------------------------


def body_of(kind: str, locale: str, body: Mapping[str, object] | Facts | Texts) -> dict[str, Any]:
    """The body as it is stored: valid for its kind, plain JSON, without what is unset.

    Raises SurveysError("revision.invalid", field=…) for the first field that is wrong, and
    SurveysError("revision.kind") for a kind nobody knows.
    """
    if kind not in KINDS:
        raise SurveysError("revision.kind", kind=kind)
    model: type[Facts] | type[Texts]
    if locale == NEUTRAL:
        model = KINDS[kind].facts
    else:
        model = KINDS[kind].texts if locale == SOURCE else partial(KINDS[kind].texts)
    plain = body if isinstance(body, Mapping) else body.model_dump(exclude_none=True)
    try:
        return model.model_validate(plain).model_dump(mode="json", exclude_defaults=True, exclude_none=True)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(step) for step in first["loc"])
        raise SurveysError("revision.invalid", field=field, reason=first["type"]) from error


def newest(session: Session, kind: str, key: str, locale: str) -> Revision | None:
    """The revision that is current, whatever its facts say about being shown."""
    return session.scalar(
        select(Revision).where(
            Revision.kind == kind,
            Revision.key == key,
            Revision.locale == locale,
            Revision.state == "current",
        )
    )


def history(session: Session, kind: str, key: str, locale: str) -> tuple[Revision, ...]:
    """Every revision, newest first."""
    wanted = select(Revision).where(Revision.kind == kind, Revision.key == key, Revision.locale == locale)
    return tuple(session.scalars(wanted.order_by(Revision.number.desc())))


def last_number(session: Session, kind: str, key: str, locale: str) -> int:
    """The number of the newest revision, draft or not; 0 before the first."""
    return (
        session.scalar(
            select(func.max(Revision.number)).where(
                Revision.kind == kind, Revision.key == key, Revision.locale == locale
            )
        )
        or 0
    )


def as_at(session: Session, kind: str, key: str, locale: str, moment: dt.datetime) -> Revision | None:
    """The revision that stood on the site at that moment, whatever its facts say about being shown."""
    return session.scalar(
        select(Revision)
        .where(
            Revision.kind == kind,
            Revision.key == key,
            Revision.locale == locale,
            Revision.shown_from <= moment,
        )
        .order_by(Revision.shown_from.desc(), Revision.number.desc())
        .limit(1)
    )


def add(
    session: Session,
    kind: str,
    key: str,
    locale: str,
    body: Mapping[str, object] | Facts | Texts,
    *,
    by: str,
    now: dt.datetime,
    origin: str,
) -> Revision | None:
    """Makes this body the current one and returns its revision; None when it already is. Not logged here."""
    stored = body_of(kind, locale, body)
    before = newest(session, kind, key, locale)
    if before is not None:
        if before.body == stored:
            return None
        before.state = "superseded"
        session.flush()
    revision = Revision(
        kind=kind,
        key=key,
        locale=locale,
        number=last_number(session, kind, key, locale) + 1,
        state="current",
        body=stored,
        by=by,
        at=now,
        origin=origin,
        shown_from=now,
    )
    session.add(revision)
    session.flush()
    return revision


def revise(
    session: Session,
    kind: str,
    key: str,
    locale: str,
    body: Mapping[str, object] | Facts | Texts,
    *,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> Revision | None:
    """An officer's edit: from now on no pack replaces it. None when nothing changed."""
    revision = add(session, kind, key, locale, body, by=by, now=now, origin=by)
    if revision is not None:
        audit.record(
            session,
            actor=by,
            action="text.revised",
            subject=f"{kind}:{key}",
            facts={"locale": locale, "number": revision.number},
            now=now,
            keys=keys,
        )
    return revision

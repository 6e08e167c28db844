"""Publications: documents with HTML first, files beside them, and the gate in front of death reviews.

A document is a draft, published or withdrawn. A Domestic Abuse Related Death Review (formerly Domestic
Homicide Review) is published only once its gate is whole; the database refuses anything else.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    LargeBinary,
    String,
    Text,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column, undefer

from portal.partnership.round_documents import file_kind
from surveys import audit
from surveys.db import Base, UTCDateTime, new_id, rows_changed
from surveys.errors import SurveysError
from surveys.sealing import Keyring

KINDS = ("assessment", "plan", "decision-paper", "minutes", "scrutiny", "report", "death-review")
DEATH_REVIEW = "death-review"
GATE = (
    "quality_letter_on",
    "family_informed_on",
    "trial_ended_on",
    "pseudonyms",
    "metadata_removed",
    "review_on",
)
"""What must be noted before a death review can be public: the day of the quality-assurance letter, the day
the family was told, the day any trial ended (or the day it was clear there would be none), that all names are
pseudonyms, that files hold no metadata, and when the publication is looked at again."""
SLUG = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")
_IN_KINDS = ", ".join(f"'{kind}'" for kind in KINDS)


class Publication(Base):
    """One document. ``body`` is Markdown and the document itself; files only stand beside it."""

    __tablename__ = "publication"
    __table_args__ = (
        CheckConstraint(f"kind IN ({_IN_KINDS})", name="kind"),
        CheckConstraint("state IN ('draft', 'published', 'withdrawn')", name="state"),
        CheckConstraint("(state = 'draft') = (published_at IS NULL)", name="published"),
        CheckConstraint(
            "kind <> 'death-review' OR state <> 'published' OR (quality_letter_on IS NOT NULL"
            " AND family_informed_on IS NOT NULL AND trial_ended_on IS NOT NULL AND pseudonyms"
            " AND metadata_removed AND review_on IS NOT NULL)",
            name="gate",
        ),
    )

    slug: Mapped[str] = mapped_column(String(60), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    dated: Mapped[dt.date] = mapped_column(Date)
    """The day the document itself carries."""
    review_on: Mapped[dt.date | None] = mapped_column(Date)
    plan_year: Mapped[int | None]
    """The plan year it belongs to."""
    state: Mapped[str] = mapped_column(String(10), default="draft")
    version: Mapped[int] = mapped_column(default=1)
    quality_letter_on: Mapped[dt.date | None] = mapped_column(Date)
    family_informed_on: Mapped[dt.date | None] = mapped_column(Date)
    trial_ended_on: Mapped[dt.date | None] = mapped_column(Date)
    pseudonyms: Mapped[bool] = mapped_column(default=False)
    metadata_removed: Mapped[bool] = mapped_column(default=False)
    changed_by: Mapped[str] = mapped_column(String(80))
    changed_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    published_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)

    @property
    def guarded(self) -> bool:
        """Whether it stands behind the gate: helplines and Exit on its page, nothing in search results."""
        return self.kind == DEATH_REVIEW


class PublicationFile(Base):
    """A file beside a document; only ever sent as an attachment, never shown."""

    __tablename__ = "publication_file"
    __table_args__ = (CheckConstraint("size > 0", name="size"),)

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=new_id)
    slug: Mapped[str] = mapped_column(ForeignKey("publication.slug"), index=True)
    file_name: Mapped[str] = mapped_column(String(120))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    added_by: Mapped[str] = mapped_column(String(80))
    added_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


# Reading --------------------------------------------------------------------------------------------------


def of(session: Session, slug: str) -> Publication | None:
    """A document in any state, for officers."""
    return session.get(Publication, slug)


def listing(session: Session) -> tuple[Publication, ...]:
    """Every document in every state, the newest first; for officers."""
    return tuple(session.scalars(select(Publication).order_by(Publication.dated.desc(), Publication.slug)))


def public(session: Session, slug: str) -> Publication | None:
    """The document if the public may read it; None in every other state."""
    found = session.get(Publication, slug)
    return found if found is not None and found.state == "published" else None


def shelf(session: Session) -> tuple[Publication, ...]:
    """Every document the public may read, the newest first."""
    return tuple(one for one in listing(session) if one.state == "published")


def files(session: Session, slug: str) -> tuple[PublicationFile, ...]:
    """The files beside a document, without their content."""
    wanted = select(PublicationFile).where(PublicationFile.slug == slug)
    return tuple(session.scalars(wanted.order_by(PublicationFile.added_at, PublicationFile.id)))


def file(session: Session, slug: str, file_id: str) -> PublicationFile | None:
    """One file with its content."""
    found = session.get(PublicationFile, file_id, options=[undefer(PublicationFile.content)])
    return found if found is not None and found.slug == slug else None


def lacking(found: Publication) -> tuple[str, ...]:
    """What of the gate is still open; nothing for documents that have none."""
    return tuple(name for name in GATE if not getattr(found, name)) if found.guarded else ()


def due(session: Session, today: dt.date) -> tuple[Publication, ...]:
    """Published documents whose review day has come."""
    return tuple(one for one in shelf(session) if one.review_on is not None and one.review_on <= today)


# Writing --------------------------------------------------------------------------------------------------


def add(
    session: Session,
    slug: str,
    kind: str,
    words: Mapping[str, Any],
    *,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> Publication:
    """A draft. ``words``: title, body, dated, review_on, plan_year.

    Raises ``publication.slug``, ``publication.exists``, ``publication.kind`` and as :func:`write` does.
    """
    if not SLUG.match(slug) or len(slug) > 60:
        raise SurveysError("publication.slug", field="slug")
    if of(session, slug) is not None:
        raise SurveysError("publication.exists", field="slug")
    if kind not in KINDS:
        raise SurveysError("publication.kind", field="kind")
    made = Publication(slug=slug, kind=kind, changed_by=by, changed_at=now, **_checked(words))
    session.add(made)
    session.flush()
    _note(session, made, "publication.added", by=by, now=now, keys=keys)
    return made


def write(
    session: Session,
    found: Publication,
    words: Mapping[str, Any],
    *,
    gate: Mapping[str, Any] | None = None,
    seen_version: int,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> None:
    """Changes a document and, with ``gate``, what is noted of its gate.

    A published death review whose gate would no longer be whole is refused. Raises ``publication.title``,
    ``publication.body``, ``publication.dated``, ``publication.gate``, ``publication.meanwhile``.
    """
    values = _checked(words)
    if found.guarded:
        noted = {name: (gate or {}).get(name, getattr(found, name)) for name in GATE if name != "review_on"}
        values |= noted
        lacks = [name for name in GATE if not (values | noted)[name]]
        if found.state == "published" and lacks:
            raise SurveysError("publication.gate", lacks=lacks)
    _claim(session, found, seen_version, **values, changed_by=by, changed_at=now)
    _note(session, found, "publication.written", by=by, now=now, keys=keys)


def publish(
    session: Session, found: Publication, *, seen_version: int, by: str, now: dt.datetime, keys: Keyring
) -> None:
    """Makes a document public. Raises ``publication.gate`` (``lacks``), ``publication.meanwhile``."""
    lacks = lacking(found)
    if lacks:
        raise SurveysError("publication.gate", lacks=list(lacks))
    _claim(session, found, seen_version, state="published", published_at=found.published_at or now)
    _note(session, found, "publication.published", by=by, now=now, keys=keys)


def withdraw(
    session: Session, found: Publication, *, seen_version: int, by: str, now: dt.datetime, keys: Keyring
) -> None:
    """Takes a public document off the site. Raises ``publication.not_public``, ``publication.meanwhile``."""
    if found.state != "published":
        raise SurveysError("publication.not_public")
    _claim(session, found, seen_version, state="withdrawn")
    _note(session, found, "publication.withdrawn", by=by, now=now, keys=keys)


def attach(
    session: Session,
    found: Publication,
    *,
    file_name: str,
    content: bytes,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> PublicationFile:
    """Keeps a file beside a document. A new file opens the gate's question about metadata again.

    Raises ``document.empty``, ``document.too_big``, ``document.kind``, and ``publication.gate`` for a death
    review that is public already.
    """
    name, media_type = file_kind(file_name, content)
    if found.guarded:
        if found.state == "published":
            raise SurveysError("publication.gate", lacks=["metadata_removed"])
        found.metadata_removed = False
    made = PublicationFile(
        slug=found.slug, file_name=name, media_type=media_type, size=len(content),
        sha256=hashlib.sha256(content).hexdigest(), content=content, added_by=by, added_at=now,
    )  # fmt: skip
    session.add(made)
    session.flush()
    _note(session, found, "publication.file_added", by=by, now=now, keys=keys)
    return made


def _checked(words: Mapping[str, Any]) -> dict[str, Any]:
    title, body = " ".join(str(words.get("title") or "").split()), str(words.get("body") or "").strip()
    if not 0 < len(title) <= 200:
        raise SurveysError("publication.title", field="title")
    if not 0 < len(body) <= 400_000:
        raise SurveysError("publication.body", field="body")
    if words.get("dated") is None:
        raise SurveysError("publication.dated", field="dated")
    return {
        "title": title,
        "body": body,
        "dated": words["dated"],
        "review_on": words.get("review_on"),
        "plan_year": words.get("plan_year"),
    }


def _claim(session: Session, found: Publication, seen_version: int, **values: Any) -> None:
    done = session.execute(
        update(Publication)
        .where(Publication.slug == found.slug, Publication.version == seen_version)
        .values(version=Publication.version + 1, **values)
        .execution_options(synchronize_session=False)
    )
    if not rows_changed(done):
        raise SurveysError("publication.meanwhile")
    session.refresh(found)


def _note(
    session: Session, found: Publication, action: str, *, by: str, now: dt.datetime, keys: Keyring
) -> None:
    facts = {"kind": found.kind, "version": found.version}
    subject = f"publication:{found.slug}"
    audit.record(session, actor=by, action=action, subject=subject, facts=facts, now=now, keys=keys)

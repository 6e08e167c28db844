"""Documents of a consultation: what kinds may be uploaded, where they are kept, and who may read them."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import unicodedata

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column, undefer

from portal.partnership.rounds import Round, note
from surveys.db import Base, UTCDateTime, as_of, new_id
from surveys.errors import SurveysError
from surveys.sealing import Keyring

MOST_BYTES = 10 * 1024 * 1024
ZIP = b"PK\x03\x04"
KINDS: dict[str, tuple[str, bytes]] = {
    "pdf": ("application/pdf", b"%PDF-"),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ZIP),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ZIP),
    "pptx": ("application/vnd.openxmlformats-officedocument.presentationml.presentation", ZIP),
    "odt": ("application/vnd.oasis.opendocument.text", ZIP),
    "ods": ("application/vnd.oasis.opendocument.spreadsheet", ZIP),
    "csv": ("text/csv", b""),
    "txt": ("text/plain", b""),
}
"""File ending: its media type and how such a file begins. No pictures, no web pages, no macros."""


class RoundDocument(Base):
    """An uploaded file. Its content is never looked into, never shown inside a page, and never changes."""

    __tablename__ = "round_document"
    __table_args__ = (
        CheckConstraint("size > 0", name="size"),
        CheckConstraint("sort IN ('evidence', 'equality', 'paper')", name="sort"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=new_id)
    """Random, and the only name it has in an address."""
    round_id: Mapped[str] = mapped_column(ForeignKey("round.id"), index=True)
    sort: Mapped[str] = mapped_column(String(10))
    title: Mapped[str] = mapped_column(String(200))
    file_name: Mapped[str] = mapped_column(String(120))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    added_by: Mapped[str] = mapped_column(String(80))
    added_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    removed_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    """Taken off the page; kept, because people have read it."""


def add(
    session: Session,
    round_: Round,
    *,
    title: str,
    file_name: str,
    content: bytes,
    sort: str = "evidence",
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> RoundDocument:
    """Keeps an uploaded file.

    Raises "document.empty", "document.too_big" (``most``, MB), "document.kind" (the ending and the first
    bytes must both be of a kind we take), "record.missing", "record.too_long".
    """
    name, media_type = file_kind(file_name, content)
    title = " ".join(title.split())
    if not title:
        raise SurveysError("record.missing", field="title")
    if len(title) > 200:
        raise SurveysError("record.too_long", field="title", most=200)
    document = RoundDocument(
        id=new_id(),
        round_id=round_.id,
        sort=sort,
        title=title,
        file_name=name,
        media_type=media_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        added_by=by,
        added_at=now,
    )
    session.add(document)
    session.flush()
    facts = {"document": document.id, "sha256": document.sha256, "size": document.size}
    note(session, round_, "round.document_added", facts, by=by, now=now, keys=keys)
    return document


def file_kind(file_name: str, content: bytes) -> tuple[str, str]:
    """(a harmless file name, its media type). Raises as :func:`add` does."""
    if not content:
        raise SurveysError("document.empty", field="file")
    if len(content) > MOST_BYTES:
        raise SurveysError("document.too_big", field="file", most=MOST_BYTES // 1024 // 1024)
    plain = unicodedata.normalize("NFKD", file_name.replace("\\", "/").rpartition("/")[2])
    stem, _, ending = plain.rpartition(".")
    ending = ending.lower()
    if ending not in KINDS or not content.startswith(KINDS[ending][1]):
        raise SurveysError("document.kind", field="file", kinds=", ".join(KINDS))
    if not KINDS[ending][1] and not _is_text(content):
        raise SurveysError("document.kind", field="file", kinds=", ".join(KINDS))
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", stem).strip("-.")[:100] or "document"
    return f"{safe}.{ending}", KINDS[ending][0]


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return "\0" not in text


def remove(
    session: Session, round_: Round, document_id: str, *, by: str, now: dt.datetime, keys: Keyring
) -> None:
    """Takes a document off the page. Raises "document.unknown"."""
    document = session.get(RoundDocument, document_id)
    if document is None or document.round_id != round_.id or document.removed_at is not None:
        raise SurveysError("document.unknown", field="document")
    document.removed_at = now
    session.flush()
    note(session, round_, "round.document_removed", {"document": document.id}, by=by, now=now, keys=keys)


def of_round(session: Session, round_id: str) -> tuple[RoundDocument, ...]:
    """What stands on the page, oldest first. Without the content."""
    at = as_of(session)
    found = session.scalars(
        select(RoundDocument).where(RoundDocument.round_id == round_id).order_by(RoundDocument.added_at)
    )
    if at is None:
        return tuple(one for one in found if one.removed_at is None)
    return tuple(
        one for one in found if one.added_at <= at and (one.removed_at is None or one.removed_at > at)
    )


def read(session: Session, document_id: str) -> RoundDocument | None:
    """A document with its content, removed ones too; None when there has never been one."""
    return session.get(RoundDocument, document_id, options=[undefer(RoundDocument.content)])

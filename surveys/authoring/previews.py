"""Links to a preview of one draft: signed, expiring, revocable, and of no use for anything else."""

from __future__ import annotations

import base64
import datetime as dt
import hmac

from sqlalchemy import CheckConstraint, ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from surveys.authoring.drafting import SurveyDraft, note
from surveys.db import Base, UTCDateTime, new_id
from surveys.errors import SurveysError
from surveys.sealing import Keyring

MOST_DAYS = 60


class Preview(Base):
    """Somebody may look at this draft until then. The link is the id and its signature."""

    __tablename__ = "survey_preview"
    __table_args__ = (CheckConstraint("expires_at > created_at", name="window"),)

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=new_id)
    draft_id: Mapped[str] = mapped_column(ForeignKey("survey_draft.id"))
    created_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    created_by: Mapped[str] = mapped_column(String(80))
    expires_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    revoked_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)


def share(
    session: Session, draft: SurveyDraft, *, days: int, by: str, now: dt.datetime, keys: Keyring
) -> Preview:
    """A new link, good for that many days. Raises ``preview.days``."""
    if not 1 <= days <= MOST_DAYS:
        raise SurveysError("preview.days", field="days", most=MOST_DAYS)
    preview = Preview(
        id=new_id(),
        draft_id=draft.id,
        created_at=now,
        created_by=by,
        expires_at=now + dt.timedelta(days=days),
    )
    session.add(preview)
    session.flush()
    note(session, draft, "survey_draft.share_preview", by=by, now=now, keys=keys, days=days)
    return preview


def revoke(session: Session, preview_id: str, *, by: str, now: dt.datetime, keys: Keyring) -> None:
    """The link stops working. Raises ``preview.unknown``."""
    preview = session.get(Preview, preview_id)
    draft = session.get(SurveyDraft, preview.draft_id) if preview else None
    if preview is None or draft is None:
        raise SurveysError("preview.unknown")
    if preview.revoked_at is None:
        preview.revoked_at = now
        session.flush()
        note(session, draft, "survey_draft.revoke_preview", by=by, now=now, keys=keys)


def token(preview: Preview, keys: Keyring) -> str:
    """What the link carries."""
    return f"{preview.id}.{_signature(preview.id, keys)}"


def open_preview(session: Session, token: str, *, now: dt.datetime, keys: Keyring) -> SurveyDraft:
    """The draft this token shows. Raises ``preview.unknown``, ``preview.expired``, ``preview.revoked``."""
    id, _, signature = token.partition(".")
    if not hmac.compare_digest(signature.encode(), _signature(id, keys).encode()):
        raise SurveysError("preview.unknown")
    preview = session.get(Preview, id)
    draft = session.get(SurveyDraft, preview.draft_id) if preview else None
    if preview is None or draft is None:
        raise SurveysError("preview.unknown")
    if preview.revoked_at is not None:
        raise SurveysError("preview.revoked")
    if now >= preview.expires_at:
        raise SurveysError("preview.expired")
    return draft


def links(session: Session, draft: SurveyDraft, now: dt.datetime) -> list[Preview]:
    """The links that still work, the one that lasts longest first."""
    query = select(Preview).where(
        Preview.draft_id == draft.id, Preview.revoked_at.is_(None), Preview.expires_at > now
    )
    return list(session.scalars(query.order_by(Preview.expires_at.desc(), Preview.id)))


def _signature(id: str, keys: Keyring) -> str:
    return base64.urlsafe_b64encode(keys.mac("preview", id)).decode().rstrip("=")[:32]

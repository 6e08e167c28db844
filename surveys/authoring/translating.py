"""Translations of a draft, text by text: who checked which, and whether the source changed since."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from surveys.authoring import drafting
from surveys.authoring.drafting import SurveyDraft, document_of, note
from surveys.db import Base, UTCDateTime
from surveys.errors import SurveysError
from surveys.questionnaire.model import Questionnaire
from surveys.questionnaire.wordings import State, Wording, fingerprint, set_wordings, wordings
from surveys.sealing import Keyring
from surveys.surveys import london_day


class DraftText(Base):
    """What is known of one translated text: the source and the words it was about, and who checked it."""

    __tablename__ = "survey_draft_text"
    __table_args__ = (
        ForeignKeyConstraint(["draft_id"], ["survey_draft.id"]),
        CheckConstraint("checked = (speaker <> '')", name="speaker"),
    )

    draft_id: Mapped[str] = mapped_column(String(22), primary_key=True)
    locale: Mapped[str] = mapped_column(String(10), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    source: Mapped[str] = mapped_column(String(16))
    """Fingerprint of the source text it was translated from."""
    text: Mapped[str] = mapped_column(String(16))
    """Fingerprint of the translation."""
    checked: Mapped[bool]
    speaker: Mapped[str] = mapped_column(String(120), default="")
    """The person who speaks the language and read it."""
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    by: Mapped[str] = mapped_column(String(80))


@dataclass(frozen=True)
class Translated:
    """One text beside its translation."""

    wording: Wording
    source: str
    text: str
    state: State
    speaker: str = ""
    """Who read exactly these words, of the source as it is, or of a stale text's earlier source."""
    on: dt.date | None = None


@dataclass(frozen=True)
class Summary:
    """How far a language has come."""

    locale: str
    counts: Mapping[State, int]
    speakers: tuple[str, ...]
    on: dt.date | None
    unread: int
    """How many texts no speaker has read in the words they have."""

    @property
    def complete(self) -> bool:
        return not self.counts["missing"]

    @property
    def checked(self) -> bool:
        return all(not self.counts[state] for state in ("missing", "draft", "stale"))

    def as_translation(self, *, same_meaning: bool = False) -> dict[str, Any]:
        """For the document: checked only when a speaker checked every text.

        With ``same_meaning`` the sources still say what they said, so a translation that was read stays read.
        """
        read = not self.unread if same_meaning else self.checked
        if not read or not self.speakers or self.on is None:
            return {"state": "unchecked"}
        return {"state": "checked", "by": ", ".join(self.speakers), "on": self.on.isoformat()}


def record_known(session: Session, draft: SurveyDraft, *, by: str, now: dt.datetime) -> None:
    """Notes every translation a new draft begins with: checked where its document says so."""
    document = document_of(draft)
    for locale in document.locales[1:]:
        stated = document.translations.get(locale)
        checked = stated is not None and stated.state == "checked"
        speaker = (stated.by or "not named") if stated is not None and checked else ""
        for wording in wordings(document):
            if wording.texts.get(locale):
                row = _row(draft, document, wording, locale, by, now)
                row.checked, row.speaker = checked, speaker
                session.add(row)
    session.flush()


def _row(
    draft: SurveyDraft, document: Questionnaire, wording: Wording, locale: str, by: str, now: dt.datetime
) -> DraftText:
    return DraftText(
        draft_id=draft.id,
        locale=locale,
        name=wording.name,
        source=fingerprint(wording.texts.get(document.source_locale, "")),
        text=fingerprint(wording.texts.get(locale, "")),
        checked=False,
        speaker="",
        at=now,
        by=by,
    )


def side_by_side(session: Session, draft: SurveyDraft, locale: str) -> tuple[Translated, ...]:
    """Every text with its translation and state, in document order. Raises ``edit.language``."""
    document = document_of(draft)
    if locale not in document.locales[1:]:
        raise SurveysError("edit.language", locale=locale)
    query = select(DraftText).where(DraftText.draft_id == draft.id, DraftText.locale == locale)
    known = {row.name: row for row in session.scalars(query)}
    return tuple(
        _translated(document, wording, locale, known.get(wording.name)) for wording in wordings(document)
    )


def _translated(document: Questionnaire, wording: Wording, locale: str, row: DraftText | None) -> Translated:
    source, text = wording.texts.get(document.source_locale, ""), wording.texts.get(locale, "")
    if not text:
        return Translated(wording, source, text, "missing")
    read = row is not None and row.checked and row.text == fingerprint(text)
    state: State = "checked" if read else "draft"
    if row is not None and row.source != fingerprint(source):
        state = "stale"
    if row is None or not read:
        return Translated(wording, source, text, state)
    return Translated(wording, source, text, state, row.speaker, london_day(row.at))


def summary(session: Session, draft: SurveyDraft, locale: str) -> Summary:
    texts = side_by_side(session, draft, locale)
    states: tuple[State, ...] = ("missing", "draft", "checked", "stale")
    return Summary(
        locale=locale,
        counts={state: sum(one.state == state for one in texts) for state in states},
        speakers=tuple(sorted({one.speaker for one in texts if one.speaker})),
        on=max((one.on for one in texts if one.on), default=None),
        unread=sum(not one.speaker for one in texts),
    )


def translate(
    session: Session,
    draft_id: str,
    locale: str,
    texts: Mapping[str, str],
    *,
    seen_version: int,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> SurveyDraft:
    """Stores these translations, by name, as one step; each is a draft until somebody checks it.

    Only what differs is stored, so an unchanged text keeps its state. Raises what :func:`drafting.edit`
    raises; another person's edit of the same text in the same language is a conflict.
    """
    draft = session.get(SurveyDraft, draft_id)
    if draft is None:
        raise SurveysError("survey_draft.gone")
    now_there = {one.wording.name: one.text for one in side_by_side(session, draft, locale)}
    changed = {name: text.strip() for name, text in texts.items() if text.strip() != now_there.get(name)}
    if not changed:
        return draft
    draft = drafting.edit(
        session,
        draft_id,
        lambda document: set_wordings(document, locale, changed),
        action="texts.translate",
        subjects=[f"text:{locale}:{name}" for name in changed],
        seen_version=seen_version,
        by=by,
        now=now,
        keys=keys,
    )
    _state(session, draft, locale, changed, "", by, now)
    return draft


def check(
    session: Session,
    draft_id: str,
    locale: str,
    names: Collection[str],
    *,
    speaker: str,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> int:
    """Notes that this speaker read these texts and found them right; returns how many.

    Raises ``translation.speaker``; a missing text cannot be checked and is left out.
    """
    said = speaker.strip()
    if not said or len(said) > 120:
        raise SurveysError("translation.speaker", field="speaker")
    draft = session.get(SurveyDraft, draft_id)
    if draft is None or draft.published_version_id is not None:
        raise SurveysError("survey_draft.gone")
    there = {one.wording.name for one in side_by_side(session, draft, locale) if one.text}
    found = there & set(names)
    _state(session, draft, locale, found, said, by, now)
    facts = {"locale": locale, "texts": len(found)}
    note(session, draft, "survey_draft.check_translation", by=by, now=now, keys=keys, **facts)
    return len(found)


def _state(
    session: Session,
    draft: SurveyDraft,
    locale: str,
    names: Collection[str],
    speaker: str,
    by: str,
    now: dt.datetime,
) -> None:
    document = document_of(draft)
    for wording in wordings(document):
        if wording.name in names:
            row = _row(draft, document, wording, locale, by, now)
            row.checked, row.speaker = bool(speaker), speaker
            session.merge(row)
    session.flush()

"""Draft questionnaires: the document as it stands, and every edit of it as a stored, reversible step."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from surveys import audit
from surveys.db import Base, Json, JsonValue, UTCDateTime, append_only, new_id
from surveys.errors import SurveysError
from surveys.questionnaire import merging, patches
from surveys.questionnaire.comparing import Difference, differences
from surveys.questionnaire.editing import closed, opened
from surveys.questionnaire.faults import Fault, faults
from surveys.questionnaire.model import Questionnaire
from surveys.sealing import Keyring
from surveys.surveys import Survey, SurveyVersion, questionnaire_of

Change = Callable[[Questionnaire], Questionnaire]


class SurveyDraft(Base):
    """A questionnaire that is being written. ``revision`` is the number of its newest step."""

    __tablename__ = "survey_draft"
    __table_args__ = (
        CheckConstraint("revision >= 0", name="revision"),
        CheckConstraint("(survey_id IS NULL) = (base_version_id IS NULL)", name="correction"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(120))
    """What officers call it; residents never see it."""
    key: Mapped[str] = mapped_column(String(40))
    origin: Mapped[str] = mapped_column(String(80))
    """Where it began: "model:residents", "version:<id>", "file" or "blank"."""
    survey_id: Mapped[str | None] = mapped_column(ForeignKey("survey.id"))
    """The live survey it corrects; None for a survey that does not exist yet."""
    base_version_id: Mapped[str | None] = mapped_column(ForeignKey("survey_version.id"))
    document: Mapped[JsonValue] = mapped_column(Json, deferred=True)
    revision: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    created_by: Mapped[str] = mapped_column(String(80))
    changed_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    changed_by: Mapped[str] = mapped_column(String(80))
    published_version_id: Mapped[str | None] = mapped_column(ForeignKey("survey_version.id"))
    set_aside_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    unapproved: Mapped[str | None] = mapped_column(String(22))
    """The reason on record (``audit.Reason``) why a correction was published without a second person."""


class DraftEdit(Base):
    """One step: what changed, as a patch that can be taken back. Append-only."""

    __tablename__ = "survey_draft_edit"
    __table_args__ = (
        ForeignKeyConstraint(["draft_id"], ["survey_draft.id"]),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("reverses < number", name="reverses"),
        CheckConstraint("(action IN ('undo', 'redo')) = (reverses IS NOT NULL)", name="reversing"),
    )

    draft_id: Mapped[str] = mapped_column(String(22), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    by: Mapped[str] = mapped_column(String(80))
    action: Mapped[str] = mapped_column(String(40))
    """"question.set", "page.move", …; "undo" and "redo" point at the step they take back or bring back."""
    subjects: Mapped[JsonValue] = mapped_column(Json)
    """What was touched: "question:safe-day", "page:4", "document"."""
    reverses: Mapped[int | None]
    patch: Mapped[JsonValue] = mapped_column(Json, deferred=True)


append_only(DraftEdit.__table__)


# Editing --------------------------------------------------------------------------------------------------


def edit(
    session: Session,
    draft_id: str,
    change: Change,
    *,
    action: str,
    subjects: Collection[str],
    seen_version: int,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> SurveyDraft:
    """Makes one change, and keeps it as a step. Edits of different things made meanwhile are merged.

    Raises ``survey_draft.conflict`` when somebody touched one of ``subjects`` since ``seen_version``
    (facts: ``by``, ``at``, ``subjects``, ``seen``), ``survey_draft.gone``, ``survey_draft.published``, and
    whatever ``change`` raises.
    """
    draft = _to_change(session, draft_id)
    _refuse_conflict(session, draft, set(subjects), seen_version)
    before = draft.document
    after = opened(change(Questionnaire.model_validate(before)))
    patch = patches.difference(before, after)
    if patch:
        _step(session, draft, after, patch, action, sorted(subjects), None, by, now, keys)
    return draft


def take_in(
    session: Session,
    draft_id: str,
    mine: Questionnaire,
    *,
    action: str,
    seen_version: int,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> int | None:
    """Takes into the draft what ``mine`` changes of the state ``seen_version``, and nothing else.

    What others changed meanwhile stays. Returns the step, None when nothing differs. Raises
    ``survey_draft.clash`` when both changed the same place (facts: ``clashes`` of :mod:`merging`, ``by``,
    ``at``), ``survey_draft.gone`` and ``survey_draft.published``; then nothing is changed.
    """
    draft = _to_change(session, draft_id)
    base = document_at(session, draft, seen_version)
    merged, clashes = merging.merge(opened(base), draft.document, opened(mine))
    if clashes:
        last = _last_on(session, draft, {one.subject for one in clashes}, seen_version)
        raise SurveysError("survey_draft.clash", field="file", clashes=clashes, by=last.by, at=last.at)
    after = closed(merged)
    patch = patches.difference(draft.document, opened(after))
    if not patch:
        return None
    touched = merging.subjects(document_of(draft), after)
    _step(session, draft, opened(after), patch, action, touched, None, by, now, keys)
    return draft.revision


def _last_on(session: Session, draft: SurveyDraft, subjects: set[str], seen: int) -> DraftEdit:
    """The newest step since then on one of these; the newest of all when none says so."""
    since = list(
        session.scalars(
            select(DraftEdit)
            .where(DraftEdit.draft_id == draft.id, DraftEdit.number > seen)
            .order_by(DraftEdit.number.desc())
        )
    )
    return next((step for step in since if subjects & set(step.subjects)), since[0])


def undo(
    session: Session, draft_id: str, *, seen_version: int, by: str, now: dt.datetime, keys: Keyring
) -> SurveyDraft:
    """Takes the newest step back. Raises ``survey_draft.moved_on``, ``survey_draft.nothing_to_undo``."""
    return _reverse(session, draft_id, "undo", seen_version, by, now, keys)


def redo(
    session: Session, draft_id: str, *, seen_version: int, by: str, now: dt.datetime, keys: Keyring
) -> SurveyDraft:
    """Brings the step taken back last. Raises ``survey_draft.moved_on``, ``survey_draft.nothing_to_redo``."""
    return _reverse(session, draft_id, "redo", seen_version, by, now, keys)


def _reverse(
    session: Session, draft_id: str, action: str, seen: int, by: str, now: dt.datetime, keys: Keyring
) -> SurveyDraft:
    draft = _to_change(session, draft_id)
    if draft.revision != seen:
        raise SurveysError("survey_draft.moved_on", seen=seen, now=draft.revision)
    can = reversible(session, draft)
    target = can.undo if action == "undo" else can.redo
    if target is None:
        raise SurveysError(f"survey_draft.nothing_to_{action}")
    patch = target.patch if action == "redo" else patches.reverse(target.patch)
    after = patches.apply(draft.document, patch)
    _step(session, draft, after, patch, action, target.subjects, target.number, by, now, keys)
    return draft


def _to_change(session: Session, draft_id: str) -> SurveyDraft:
    """The draft, its row locked while it changes."""
    draft = session.scalar(
        select(SurveyDraft)
        .where(SurveyDraft.id == draft_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if draft is None or draft.set_aside_at is not None:
        raise SurveysError("survey_draft.gone")
    if draft.published_version_id is not None:
        raise SurveysError("survey_draft.published")
    return draft


def _refuse_conflict(session: Session, draft: SurveyDraft, subjects: set[str], seen: int) -> None:
    since = session.scalars(
        select(DraftEdit)
        .where(DraftEdit.draft_id == draft.id, DraftEdit.number > seen)
        .order_by(DraftEdit.number.desc())
    )
    for step in since:
        if subjects & set(step.subjects):
            raise SurveysError(
                "survey_draft.conflict",
                by=step.by,
                at=step.at,
                subjects=sorted(subjects),
                seen=seen,
                step=step.number,
            )


def _step(
    session: Session,
    draft: SurveyDraft,
    after: JsonValue,
    patch: patches.Patch,
    action: str,
    subjects: Iterable[str],
    reverses: int | None,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> None:
    draft.document = after
    draft.key = after["key"]
    draft.revision += 1
    draft.changed_at, draft.changed_by = now, by
    touched = list(subjects)
    session.add(
        DraftEdit(
            draft_id=draft.id,
            number=draft.revision,
            at=now,
            by=by,
            action=action,
            subjects=touched,
            reverses=reverses,
            patch=patch,
        )
    )
    session.flush()
    facts = {"step": draft.revision, "what": action, "touched": touched[:20]}
    note(session, draft, "survey_draft.edit", by=by, now=now, keys=keys, **facts)


def set_aside(session: Session, draft_id: str, *, by: str, now: dt.datetime, keys: Keyring) -> None:
    """Takes the draft off the list; :func:`take_up` brings it back. Nothing is deleted."""
    draft = _to_change(session, draft_id)
    draft.set_aside_at = now
    session.flush()
    note(session, draft, "survey_draft.set_aside", by=by, now=now, keys=keys)


def take_up(session: Session, draft_id: str, *, by: str, now: dt.datetime, keys: Keyring) -> None:
    """Brings back a draft that was set aside. Raises ``survey_draft.gone``."""
    draft = session.get(SurveyDraft, draft_id)
    if draft is None:
        raise SurveysError("survey_draft.gone")
    draft.set_aside_at = None
    session.flush()
    note(session, draft, "survey_draft.take_up", by=by, now=now, keys=keys)


# Reading --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reversible:
    """The step that undo would take back, and the one that redo would bring back."""

    undo: DraftEdit | None
    redo: DraftEdit | None


def reversible(session: Session, draft: SurveyDraft) -> Reversible:
    done: list[int] = []
    undone: list[int] = []
    for number, action, reverses in session.execute(
        select(DraftEdit.number, DraftEdit.action, DraftEdit.reverses)
        .where(DraftEdit.draft_id == draft.id)
        .order_by(DraftEdit.number)
    ):
        if reverses is None:
            done.append(number)
            undone.clear()
        elif action == "undo":
            done.remove(reverses)
            undone.append(reverses)
        else:
            undone.remove(reverses)
            done.append(reverses)

    def step(numbers: list[int]) -> DraftEdit | None:
        return session.get(DraftEdit, (draft.id, numbers[-1])) if numbers else None

    return Reversible(step(done), step(undone))


def history(session: Session, draft: SurveyDraft, limit: int = 200) -> list[DraftEdit]:
    """The newest steps first."""
    query = select(DraftEdit).where(DraftEdit.draft_id == draft.id).order_by(DraftEdit.number.desc())
    return list(session.scalars(query.limit(limit)))


def authors(session: Session, draft: SurveyDraft) -> frozenset[str]:
    """Everybody who edited the draft since it was begun; whoever began it while nobody has."""
    wanted = select(DraftEdit.by).where(DraftEdit.draft_id == draft.id).distinct()
    return frozenset(session.scalars(wanted)) or frozenset({draft.created_by})


def document_of(draft: SurveyDraft) -> Questionnaire:
    return Questionnaire.model_validate(draft.document)


def step_of(session: Session, draft: SurveyDraft, number: int) -> DraftEdit | None:
    return session.get(DraftEdit, (draft.id, number))


def document_at(session: Session, draft: SurveyDraft, version: int) -> Questionnaire:
    """The document as it stood after that step: what an officer saw."""
    document = draft.document
    later = select(DraftEdit).where(DraftEdit.draft_id == draft.id, DraftEdit.number > version)
    for step in session.scalars(later.order_by(DraftEdit.number.desc())):
        document = patches.apply(document, patches.reverse(step.patch))
    return Questionnaire.model_validate(document)


def drafts(session: Session, *, set_aside: bool = False) -> list[SurveyDraft]:
    """The drafts being worked on (or those set aside), changed last first."""
    wanted = SurveyDraft.set_aside_at.is_not(None) if set_aside else SurveyDraft.set_aside_at.is_(None)
    query = select(SurveyDraft).where(wanted, SurveyDraft.published_version_id.is_(None))
    return list(session.scalars(query.order_by(SurveyDraft.changed_at.desc(), SurveyDraft.id)))


def base_of(session: Session, draft: SurveyDraft) -> Questionnaire | None:
    """The version a correction replaces."""
    version = session.get(SurveyVersion, draft.base_version_id) if draft.base_version_id else None
    return questionnaire_of(version) if version is not None else None


def faults_of(session: Session, draft: SurveyDraft) -> tuple[Fault, ...]:
    """Everything that keeps the draft from being published, but the places, which publishing freezes in."""
    return faults(document_of(draft), previous=base_of(session, draft))


@dataclass(frozen=True)
class Earlier:
    """A published survey of the same key, and what the draft asks otherwise."""

    survey: Survey
    differences: tuple[Difference, ...]
    asked: frozenset[str]
    """The draft's questions that it asked too."""


def earlier(session: Session, draft: SurveyDraft) -> Earlier | None:
    """The newest other survey of this key that has opened, compared with the draft."""
    document = document_of(draft)
    query = (
        select(Survey, SurveyVersion)
        .join(SurveyVersion, SurveyVersion.survey_id == Survey.id)
        .where(Survey.key == document.key, Survey.opens_at.is_not(None))
        .order_by(Survey.opens_at.desc(), SurveyVersion.number.desc())
    )
    for survey, version in session.execute(query):
        if survey.id != draft.survey_id:
            before = questionnaire_of(version)
            known = {question.identity for question in before.questions}
            asked = frozenset(q.id for q in document.questions if q.identity in known)
            return Earlier(survey, differences(before, document), asked)
    return None


def note(
    session: Session,
    draft: SurveyDraft,
    action: str,
    *,
    by: str,
    now: dt.datetime,
    keys: Keyring,
    **facts: object,
) -> None:
    audit.record(
        session, actor=by, action=action, subject=f"survey_draft:{draft.id}", facts=facts, now=now, keys=keys
    )

"""What the safeguarding role does with a concern, from raising it to releasing its hold. Each act is noted.

What was passed on, to whom and through which channel outside the portal is kept; what it said is not.
"""

from __future__ import annotations

import datetime as dt
import json

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from surveys import audit
from surveys.db import new_id
from surveys.errors import SurveysError
from surveys.moderation import log
from surveys.moderation.concerns import (
    CHANNELS,
    OUTCOMES,
    REFERENCE_LIMIT,
    RELEASES,
    REVEAL_REASONS,
    SOURCES,
    WHO_LIMIT,
    Circumstances,
    Concern,
    HeldText,
    Telling,
    Told,
    of_comment,
)
from surveys.moderation.policy import CATEGORIES
from surveys.records import Comment, Response
from surveys.sealing import Keyring
from surveys.surveys import SurveyVersion, london_day, questionnaire_of

# Raising and reading --------------------------------------------------------------------------------------


def refer(
    session: Session,
    comment: Comment,
    *,
    category: str,
    source: str,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> Concern:
    """Raises a concern about a comment and locks it from publication; again, it finds the one there is.

    ``source``: "moderator", who decided the comment "referred" already, or "phrases", a flag of the safety
    lists, which leaves its state as it is. A released concern is taken up anew under this category.
    Raises ``category.unknown``, ``concern.source``.
    """
    if category not in CATEGORIES:
        raise SurveysError("category.unknown", field="category")
    if source not in SOURCES:
        raise SurveysError("concern.source")
    concern = of_comment(session, comment.survey_id, comment.id)
    if concern is not None and (concern.held or source == "phrases"):
        return concern
    if concern is None:
        concern = Concern(
            survey_id=comment.survey_id,
            id=new_id(),
            comment_id=comment.id,
            item=comment.item,
            locale=comment.locale,
            submitted_on=comment.submitted_on,
            category=category,
            source=source,
            raised_by=by,
            raised_on=london_day(now),
            version=1,
        )
        try:
            with session.begin_nested():
                session.add(concern)
        except IntegrityError:  # the lists and a moderator at the same moment: one concern is enough
            found = of_comment(session, comment.survey_id, comment.id)
            assert found is not None  # noqa: S101 - the key that was met is its own
            return found
    else:
        concern.version += 1
        concern.released_on = concern.release_reason = None
        concern.outcome = concern.concluded_on = concern.announced_on = concern.alarmed_on = None
        concern.category, concern.source, concern.raised_by = category, source, by
        concern.raised_on = london_day(now)
        session.flush()
    if source != "phrases":  # an entry about a phrase found right after sending would say when that was
        facts = {"category": category, "source": source}
        _note(session, concern, "concern.raise", by=by, now=now, keys=keys, **facts)
    return concern


def read(session: Session, concern: Concern, *, by: str, now: dt.datetime, keys: Keyring) -> str:
    """The text, opened for an officer of the safeguarding role; the first reading stops its own clock.

    Raises ``concern.gone`` when neither the comment nor a held text is there any more.
    """
    sealed = session.get(HeldText, (concern.survey_id, concern.id)) or session.get(
        Comment, (concern.survey_id, concern.comment_id)
    )
    if sealed is None:
        raise SurveysError("concern.gone")
    if concern.read_on is None:
        concern.read_on = london_day(now)
        session.flush()
    _note(session, concern, "concern.read", by=by, now=now, keys=keys)
    return keys.open(sealed.key_id, sealed.sealed)


def reveal(
    session: Session, concern: Concern, *, reason: str, by: str, now: dt.datetime, keys: Keyring
) -> Circumstances:
    """Age band and place of the response a concern is about, for one of ``REVEAL_REASONS``, noted.

    Raises ``reason.unknown``, ``concern.withdrawn`` when the answers were taken back or erased.
    """
    if reason not in REVEAL_REASONS:
        raise SurveysError("reason.unknown", field="reason")
    comment = session.get(Comment, (concern.survey_id, concern.comment_id))
    if comment is None:
        raise SurveysError("concern.withdrawn")
    response = session.get_one(Response, (comment.survey_id, comment.response_id))
    document = questionnaire_of(session.get_one(SurveyVersion, response.version_id))
    asked = [
        question.id
        for question in document.questions
        if question.kind == "place"
        or (question.kind == "one" and any(option.min_age is not None for option in question.options))
    ]
    given = {id: response.answers[id] for id in asked if isinstance(response.answers.get(id), str)}
    _note(session, concern, "concern.reveal", by=by, now=now, keys=keys, reason=reason)
    return Circumstances(document, given)


# Passing on, concluding, releasing ------------------------------------------------------------------------


def tell(
    session: Session,
    concern: Concern,
    *,
    who: str,
    channel: str,
    reference: str,
    told_on: dt.date,
    seen_version: int,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> None:
    """Notes that somebody was told outside the portal; the first telling stops the clock.

    Raises ``concern.changed``, ``concern.released``, ``telling.who``, ``telling.channel``,
    ``telling.reference``, ``telling.day`` (before the answers were sent, or in the future).
    """
    _current(session, concern, seen_version)
    who, reference = who.strip(), reference.strip()
    if not who or len(who) > WHO_LIMIT:
        raise SurveysError("telling.who", field="who", most=WHO_LIMIT)
    if channel not in CHANNELS:
        raise SurveysError("telling.channel", field="channel")
    if len(reference) > REFERENCE_LIMIT:
        raise SurveysError("telling.reference", field="reference", most=REFERENCE_LIMIT)
    if not concern.submitted_on <= told_on <= london_day(now):
        raise SurveysError("telling.day", field="told_on")
    key_id, sealed = keys.seal(json.dumps({"who": who, "reference": reference}))
    number = len(tellings(session, concern, keys=keys)) + 1
    session.add(
        Telling(
            survey_id=concern.survey_id, concern_id=concern.id, number=number, channel=channel,
            told_on=told_on, noted_by=by, sealed=sealed, key_id=key_id,
        )
    )  # fmt: skip
    concern.told_on = min(told_on, concern.told_on or told_on)
    _keep_unpublished(session, concern, by=by, now=now, keys=keys)
    concern.version += 1
    session.flush()
    _note(session, concern, "concern.tell", by=by, now=now, keys=keys, channel=channel, number=number)


def tellings(session: Session, concern: Concern, *, keys: Keyring) -> list[Told]:
    """Everybody who was told, the first one first."""
    rows = session.scalars(
        select(Telling)
        .where(Telling.survey_id == concern.survey_id, Telling.concern_id == concern.id)
        .order_by(Telling.number)
    )
    found = []
    for row in rows:
        opened = json.loads(keys.open(row.key_id, row.sealed))
        found.append(
            Told(row.number, row.channel, row.told_on, row.noted_by, opened["who"], opened["reference"])
        )
    return found


def classify(
    session: Session,
    concern: Concern,
    *,
    category: str,
    seen_version: int,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> None:
    """Puts a concern into another category. Raises ``category.unknown``, ``concern.changed``."""
    _current(session, concern, seen_version)
    if category not in CATEGORIES:
        raise SurveysError("category.unknown", field="category")
    concern.category = category
    concern.version += 1
    session.flush()
    _note(session, concern, "concern.classify", by=by, now=now, keys=keys, category=category)


def conclude(
    session: Session,
    concern: Concern,
    *,
    outcome: str,
    seen_version: int,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> None:
    """Notes what came of it. Raises ``concern.changed``, ``concern.outcome``, ``concern.not_told``."""
    _current(session, concern, seen_version)
    if outcome not in OUTCOMES:
        raise SurveysError("concern.outcome", field="outcome")
    if outcome != "no-action" and concern.told_on is None:
        raise SurveysError("concern.not_told", field="outcome")
    concern.outcome, concern.concluded_on = outcome, london_day(now)
    concern.version += 1
    session.flush()
    _note(session, concern, "concern.conclude", by=by, now=now, keys=keys, outcome=outcome)


def release(
    session: Session,
    concern: Concern,
    *,
    reason: str,
    seen_version: int,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> None:
    """Ends the hold; called by :func:`surveys.erasure.release`, which deletes what was withdrawn meanwhile.

    Raises ``concern.changed``, ``reason.unknown``, ``concern.not_concluded``.
    """
    _current(session, concern, seen_version)
    if reason not in RELEASES:
        raise SurveysError("reason.unknown", field="reason")
    if reason == "finished" and concern.concluded_on is None:
        raise SurveysError("concern.not_concluded", field="reason")
    concern.released_on, concern.release_reason = london_day(now), reason
    concern.version += 1
    session.flush()
    if reason == "finished":
        _keep_unpublished(session, concern, by=by, now=now, keys=keys)
    else:
        comment = session.get(Comment, (concern.survey_id, concern.comment_id))
        if comment is not None and comment.state == "referred":
            log.unlock(session, comment, by=by, now=now, keys=keys)
    _note(session, concern, "concern.release", by=by, now=now, keys=keys, reason=reason)


def _keep_unpublished(
    session: Session, concern: Concern, *, by: str, now: dt.datetime, keys: Keyring
) -> None:
    """A comment that was passed on is never published, whatever raised the concern."""
    comment = session.get(Comment, (concern.survey_id, concern.comment_id))
    if comment is not None and comment.state != "referred":
        log.write(
            session, comment, outcome="referred", reason="safeguarding",
            by=by, now=now, keys=keys, seen_version=comment.version,
        )  # fmt: skip


def _current(session: Session, concern: Concern, seen_version: int) -> None:
    """Nobody else changes it before this is over. Raises ``concern.changed``, ``concern.released``."""
    session.refresh(concern, with_for_update=True)
    if concern.version != seen_version:
        raise SurveysError("concern.changed")
    if not concern.held:
        raise SurveysError("concern.released")


def _note(
    session: Session,
    concern: Concern,
    action: str,
    *,
    by: str,
    now: dt.datetime,
    keys: Keyring,
    **facts: object,
) -> None:
    audit.record(
        session, actor=by, action=action, subject=f"concern:{concern.id}", facts=facts, now=now, keys=keys
    )

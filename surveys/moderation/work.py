"""What a moderator leaves on a comment besides the decision: places settled so far, a translation, themes.

None of it changes a count; all of it goes when the comment goes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from surveys import audit
from surveys.errors import SurveysError
from surveys.moderation.policy import PLACEHOLDERS
from surveys.moderation.records import CommentTheme, Marks, OwnWord, Theme, Translation
from surveys.moderation.redaction import Redaction
from surveys.records import Comment
from surveys.sealing import Keyring

TRANSLATION_LIMIT = 10_000
OWN_WORD_LIMIT = 100


@dataclass(frozen=True, order=True)
class Mark:
    """A place a moderator has settled: its words give way to ``placeholder``, or stay (no placeholder)."""

    start: int
    end: int
    placeholder: str = ""


def marks_on(session: Session, comment: Comment) -> tuple[Mark, ...]:
    """The places settled so far, in reading order, whoever settled them."""
    stored = session.scalar(
        select(Marks.marks).where(Marks.survey_id == comment.survey_id, Marks.comment_id == comment.id)
    )
    return tuple(sorted(Mark(*each) for each in stored or ()))


def mark(
    session: Session, comment: Comment, settled: Sequence[Mark], *, length: int, by: str, now: dt.datetime
) -> tuple[Mark, ...]:
    """Settles these places besides the others; one that overlaps an earlier one takes its place.

    Kept between pages. Raises ``comment.locked``, ``redaction.outside``, ``redaction.unknown``.
    """
    if comment.state == "referred":
        raise SurveysError("comment.locked")
    for each in settled:
        if not 0 <= each.start < each.end <= length:
            raise SurveysError("redaction.outside")
        if each.placeholder and each.placeholder not in PLACEHOLDERS:
            raise SurveysError("redaction.unknown")
    kept = [
        old
        for old in marks_on(session, comment)
        if all(old.end <= new.start or new.end <= old.start for new in settled)
    ]
    return _keep(session, comment, [*kept, *settled], by, now)


def unmark(session: Session, comment: Comment, start: int, *, by: str, now: dt.datetime) -> tuple[Mark, ...]:
    """Opens the place that begins here again."""
    if comment.state == "referred":
        raise SurveysError("comment.locked")
    return _keep(session, comment, [m for m in marks_on(session, comment) if m.start != start], by, now)


def redactions_of(settled: Sequence[Mark]) -> tuple[Redaction, ...]:
    """What the settled places come to in the public version."""
    return tuple(Redaction(m.start, m.end, m.placeholder) for m in settled if m.placeholder)


def translate(
    session: Session,
    comment: Comment,
    *,
    locale: str,
    text: str,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> None:
    """Records a translation beside the original; an empty one takes it away. Raises ``translation.long``."""
    text = text.strip()
    if len(text) > TRANSLATION_LIMIT:
        raise SurveysError("translation.long", field="translation", most=TRANSLATION_LIMIT)
    key = (comment.survey_id, comment.id, locale)
    row = session.get(Translation, key)
    if not text:
        if row is None:
            return
        session.delete(row)
    elif row is not None and keys.open(row.key_id, row.sealed) == text:
        return
    else:
        key_id, sealed = keys.seal(text)
        session.merge(
            Translation(
                survey_id=comment.survey_id,
                comment_id=comment.id,
                locale=locale,
                sealed=sealed,
                key_id=key_id,
                by=by,
                at=now,
            )
        )
    session.flush()
    audit.record(
        session,
        actor=by,
        action="comment.translate",
        subject=f"comment:{comment.id}",
        facts={"survey": comment.survey_id, "locale": locale},
        now=now,
        keys=keys,
    )


def translation_of(session: Session, comment: Comment, locale: str, *, keys: Keyring) -> str:
    """The recorded translation into this language; nothing when there is none."""
    row = session.get(Translation, (comment.survey_id, comment.id, locale))
    return "" if row is None else keys.open(row.key_id, row.sealed)


def tick(
    session: Session, comment: Comment, theme_ids: Sequence[str], *, by: str, now: dt.datetime, keys: Keyring
) -> None:
    """These themes and no others are in the comment; again, it does nothing. Raises ``theme.unknown``."""
    wanted = set(theme_ids)
    before = set(themes_in(session, comment))
    if wanted == before:
        return
    known = session.scalars(
        select(Theme.id).where(Theme.survey_id == comment.survey_id, Theme.item == comment.item)
    )
    if not wanted <= set(known):
        raise SurveysError("theme.unknown", field="themes")
    mine = (CommentTheme.survey_id == comment.survey_id, CommentTheme.comment_id == comment.id)
    session.execute(delete(CommentTheme).where(*mine))
    for theme_id in sorted(wanted):
        session.add(CommentTheme(survey_id=comment.survey_id, comment_id=comment.id, theme_id=theme_id))
    session.flush()
    audit.record(
        session,
        actor=by,
        action="comment.themes",
        subject=f"comment:{comment.id}",
        facts={"survey": comment.survey_id, "themes": sorted(wanted)},
        now=now,
        keys=keys,
    )


def themes_in(session: Session, comment: Comment) -> tuple[str, ...]:
    """Ids of the themes ticked in this comment."""
    query = select(CommentTheme.theme_id).where(
        CommentTheme.survey_id == comment.survey_id, CommentTheme.comment_id == comment.id
    )
    return tuple(session.scalars(query.order_by(CommentTheme.theme_id)))


def own_words(session: Session, *, keys: Keyring) -> dict[str, str]:
    """The partnership's own list: id to words, in alphabetical order."""
    rows = {row.id: keys.open(row.key_id, row.sealed) for row in session.scalars(select(OwnWord))}
    return dict(sorted(rows.items(), key=lambda each: each[1].casefold()))


def add_own_word(session: Session, words: str, *, by: str, now: dt.datetime, keys: Keyring) -> None:
    """Adds words to the partnership's own list; those on it already stay. Raises ``own_word.length``."""
    words = " ".join(words.split())
    if not 2 <= len(words) <= OWN_WORD_LIMIT:
        raise SurveysError("own_word.length", field="words", most=OWN_WORD_LIMIT)
    if words.casefold() in {known.casefold() for known in own_words(session, keys=keys).values()}:
        return
    key_id, sealed = keys.seal(words)
    row = OwnWord(sealed=sealed, key_id=key_id, by=by, at=now)
    session.add(row)
    session.flush()
    audit.record(session, actor=by, action="own_word.add", subject=f"own_word:{row.id}", now=now, keys=keys)


def remove_own_word(session: Session, word_id: str, *, by: str, now: dt.datetime, keys: Keyring) -> None:
    """Takes words off the list again; those that are gone already are no fault."""
    row = session.get(OwnWord, word_id)
    if row is None:
        return
    session.delete(row)
    session.flush()
    audit.record(
        session, actor=by, action="own_word.remove", subject=f"own_word:{word_id}", now=now, keys=keys
    )


def _keep(
    session: Session, comment: Comment, marks: Sequence[Mark], by: str, now: dt.datetime
) -> tuple[Mark, ...]:
    kept = tuple(sorted(marks))
    stored = [[m.start, m.end, m.placeholder] for m in kept]
    session.merge(Marks(survey_id=comment.survey_id, comment_id=comment.id, marks=stored, by=by, at=now))
    session.flush()
    return kept

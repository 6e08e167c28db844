"""Is the coding of comments to be trusted? A second person codes a sample; a machine suggests, people decide.

The moderators' coding stays where it is. What a second coder said and what a machine suggested lie in tables
of their own, with who decided: neither changes a count until a person accepts it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from surveys import audit
from surveys.db import Base, Json, JsonValue, UTCDateTime
from surveys.errors import SurveysError
from surveys.moderation import PUBLISHES, themes, work
from surveys.moderation.concerns import held_comments
from surveys.moderation.decisions import public_text
from surveys.moderation.reading import written
from surveys.records import Comment, Response
from surveys.results.agreement import Agreement, cohen
from surveys.results.suggestions import Quality, Topic, suggest, topics
from surveys.results.tables import ALL, ExactTable, Group, Row
from surveys.sealing import Keyring

SAMPLE = 50
"""Comments a second person codes: the same ones whoever asks."""
MOST = 5_000
"""Comments a machine reads at a time."""


def _with_the_comment() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["survey_id", "comment_id"], ["comment.survey_id", "comment.id"], ondelete="CASCADE"
    )


class SecondCoding(Base):
    """What a second person found in a comment of the sample, without having seen the first coding."""

    __tablename__ = "theme_second_coding"
    __table_args__ = (_with_the_comment(), {"sqlite_with_rowid": False})

    survey_id: Mapped[str] = mapped_column(String(22), primary_key=True)
    comment_id: Mapped[str] = mapped_column(String(22), primary_key=True)
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    theme_ids: Mapped[JsonValue] = mapped_column(Json)


class Suggestion(Base):
    """A machine's suggestion, and what became of it. ``score``: how much the comment resembles the theme."""

    __tablename__ = "theme_suggestion"
    __table_args__ = (
        _with_the_comment(),
        ForeignKeyConstraint(["survey_id", "theme_id"], ["theme.survey_id", "theme.id"]),
        CheckConstraint("state IN ('open', 'accepted', 'rejected')", name="state"),
        CheckConstraint("(state = 'open') = (decided_by = '')", name="decided"),
        {"sqlite_with_rowid": False},
    )

    survey_id: Mapped[str] = mapped_column(String(22), primary_key=True)
    comment_id: Mapped[str] = mapped_column(String(22), primary_key=True)
    theme_id: Mapped[str] = mapped_column(String(22), primary_key=True)
    score: Mapped[float]
    precision: Mapped[float | None]
    recall: Mapped[float | None]
    """Quality of the theme's suggestions, measured when this one was made."""
    state: Mapped[str] = mapped_column(String(8), default="open")
    made_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    decided_by: Mapped[str] = mapped_column(String(80), default="")
    decided_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)


@dataclass(frozen=True)
class Waiting:
    """An open suggestion with the words it is about, as cleared."""

    comment_id: str
    theme_id: str
    theme: str
    text: str
    score: float
    precision: float | None
    recall: float | None


# The sample -----------------------------------------------------------------------------------------------


def readable(session: Session, survey_id: str, item: str) -> list[Comment]:
    """The cleared comments of one question, of responses that count, not held; in a fixed order."""
    query = (
        select(Comment)
        .join(Response, (Response.survey_id == Comment.survey_id) & (Response.id == Comment.response_id))
        .where(
            Comment.survey_id == survey_id,
            Comment.item == item,
            Comment.state.in_(PUBLISHES),
            Response.status == "counted",
            Comment.id.not_in(held_comments(survey_id)),
        )
    )
    return sorted(session.scalars(query), key=lambda one: hashlib.sha256(one.id.encode()).digest())


def next_to_code(session: Session, survey_id: str, item: str, *, keys: Keyring) -> tuple[Comment, str] | None:
    """The next comment of the sample that has no second coding, with its words as cleared; None when done."""
    done = set(session.scalars(select(SecondCoding.comment_id).where(SecondCoding.survey_id == survey_id)))
    for comment in readable(session, survey_id, item)[:SAMPLE]:
        text = public_text(session, comment, keys=keys) if comment.id not in done else None
        if text is not None:
            return comment, text
    return None


def code_again(
    session: Session,
    survey_id: str,
    comment_id: str,
    theme_ids: Sequence[str],
    *,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> None:
    """Keeps a second coding; the first stays as it is.

    Raises ``coding.unknown`` (no such comment to code), ``coding.done``, ``theme.unknown``.
    """
    comment = session.get(Comment, (survey_id, comment_id))
    if comment is None or comment.state not in PUBLISHES:
        raise SurveysError("coding.unknown")
    if session.get(SecondCoding, (survey_id, comment_id)) is not None:
        raise SurveysError("coding.done")
    known = {theme.id for theme in themes.frame(session, survey_id, comment.item)}
    if not set(theme_ids) <= known:
        raise SurveysError("theme.unknown", field="themes")
    session.add(
        SecondCoding(
            survey_id=survey_id, comment_id=comment_id, by=by, at=now, theme_ids=sorted(set(theme_ids))
        )
    )
    session.flush()
    audit.record(
        session, actor=by, action="coding.second", subject=f"comment:{comment_id}", now=now, keys=keys
    )


def themes_table(session: Session, survey_id: str, item: str) -> tuple[ExactTable, dict[str, str]]:
    """Themes in use as a table (the base is the people who wrote something), and their names by row key."""
    counted = [one for one in themes.found(session, survey_id, item) if not one.theme.retired]
    rows = tuple(Row(one.theme.id, one.people) for one in counted)
    wrote = max(written(session, survey_id).get(item, 0), max((row.people for row in rows), default=0))
    table = ExactTable(f"{item}.themes", item, "several", item, (Group(ALL, wrote, 0, rows),))
    return table, {one.theme.id: one.theme.name for one in counted}


def agreement(session: Session, survey_id: str, item: str) -> dict[str, Agreement]:
    """How far first and second coding agree, by theme id."""
    rows = session.execute(
        select(SecondCoding, Comment)
        .join(
            Comment,
            (Comment.survey_id == SecondCoding.survey_id) & (Comment.id == SecondCoding.comment_id),
        )
        .where(SecondCoding.survey_id == survey_id, Comment.item == item)
    ).all()
    coded = [(set(work.themes_in(session, comment)), set(again.theme_ids)) for again, comment in rows]
    return {
        theme.id: cohen([(theme.id in first, theme.id in second) for first, second in coded])
        for theme in themes.frame(session, survey_id, item)
    }


# Suggestions ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Learned:
    """What a machine made of the comments of one question. ``coded``: how many it learned from.

    ``suggested``: themes with scores by comment id. ``topics`` are only ideas for new themes.
    """

    coded: int
    suggested: dict[str, dict[str, float]]
    quality: dict[str, Quality]
    topics: tuple[Topic, ...]


def learn(session: Session, survey_id: str, item: str, *, keys: Keyring) -> Learned:
    """Reads the cleared comments and says what it would suggest, by comment id; only reads.

    Comments somebody gave a theme, or coded again, teach; the others are the ones suggested for.
    """
    comments = readable(session, survey_id, item)[:MOST]
    texts = [public_text(session, one, keys=keys) or "" for one in comments]
    again = set(session.scalars(select(SecondCoding.comment_id).where(SecondCoding.survey_id == survey_id)))
    frame = {theme.id for theme in themes.frame(session, survey_id, item)}
    coded = {}
    for place, comment in enumerate(comments):
        ticked = frozenset(work.themes_in(session, comment)) & frame
        if ticked or comment.id in again:
            coded[place] = ticked
    suggested, quality = suggest(texts, coded)
    named = {comments[place].id: found for place, found in suggested.items()}
    return Learned(len(coded), named, quality, topics(texts))


def keep(
    session: Session,
    survey_id: str,
    item: str,
    learned: Learned,
    *,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> int:
    """Keeps the suggestions in place of the question's open ones; decided ones stay. How many are open."""
    mine = select(Comment.id).where(Comment.survey_id == survey_id, Comment.item == item)
    session.execute(
        delete(Suggestion).where(
            Suggestion.survey_id == survey_id, Suggestion.state == "open", Suggestion.comment_id.in_(mine)
        )
    )
    query = select(Suggestion.comment_id, Suggestion.theme_id).where(Suggestion.survey_id == survey_id)
    decided = {(row.comment_id, row.theme_id) for row in session.execute(query)}
    number = 0
    for comment_id, found in learned.suggested.items():
        for theme_id, score in found.items():
            if (comment_id, theme_id) not in decided:
                number += 1
                session.add(
                    Suggestion(
                        survey_id=survey_id,
                        comment_id=comment_id,
                        theme_id=theme_id,
                        score=score,
                        precision=learned.quality[theme_id].precision,
                        recall=learned.quality[theme_id].recall,
                        made_at=now,
                    )
                )
    session.flush()
    facts = {"item": item, "suggestions": number}
    subject = f"survey:{survey_id}"
    audit.record(
        session, actor=by, action="suggestions.made", subject=subject, facts=facts, now=now, keys=keys
    )
    return number


def waiting(session: Session, survey_id: str, item: str, *, keys: Keyring, limit: int = 20) -> list[Waiting]:
    """Open suggestions of one question, the surest first."""
    names = {theme.id: theme.name for theme in themes.frame(session, survey_id, item)}
    rows = session.execute(
        select(Suggestion, Comment)
        .join(Comment, (Comment.survey_id == Suggestion.survey_id) & (Comment.id == Suggestion.comment_id))
        .where(
            Suggestion.survey_id == survey_id,
            Suggestion.state == "open",
            Comment.item == item,
            Comment.state.in_(PUBLISHES),
            Comment.id.not_in(held_comments(survey_id)),
        )
        .order_by(Suggestion.score.desc(), Suggestion.comment_id)
        .limit(limit)
    ).all()
    found = []
    for suggestion, comment in rows:
        text = public_text(session, comment, keys=keys)
        if text is not None and suggestion.theme_id in names:
            name = names[suggestion.theme_id]
            measured = suggestion.precision, suggestion.recall
            found.append(Waiting(comment.id, suggestion.theme_id, name, text, suggestion.score, *measured))
    return found


def decide(
    session: Session,
    survey_id: str,
    comment_id: str,
    theme_id: str,
    *,
    accept: bool,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> None:
    """Accepts a suggestion, which then counts as this person's coding, or turns it down.

    Raises ``coding.unknown``, ``coding.done``.
    """
    suggestion = session.get(Suggestion, (survey_id, comment_id, theme_id))
    comment = session.get(Comment, (survey_id, comment_id))
    if suggestion is None or comment is None:
        raise SurveysError("coding.unknown")
    if suggestion.state != "open":
        raise SurveysError("coding.done")
    suggestion.state = "accepted" if accept else "rejected"
    suggestion.decided_by, suggestion.decided_at = by, now
    if accept:
        ticked = {*work.themes_in(session, comment), theme_id}
        work.tick(session, comment, sorted(ticked), by=by, now=now, keys=keys)
    session.flush()
    facts = {"theme": theme_id, "state": suggestion.state}
    subject = f"comment:{comment_id}"
    audit.record(
        session, actor=by, action="suggestions.decided", subject=subject, facts=facts, now=now, keys=keys
    )


def decided(session: Session, survey_id: str, item: str) -> dict[str, int]:
    """How many suggestions of a question are open, accepted and rejected."""
    states = session.scalars(
        select(Suggestion.state)
        .join(Comment, (Comment.survey_id == Suggestion.survey_id) & (Comment.id == Suggestion.comment_id))
        .where(Suggestion.survey_id == survey_id, Comment.item == item)
    ).all()
    return {state: states.count(state) for state in ("open", "accepted", "rejected")}

"""What moderation keeps: the log of decisions, what officers made of a comment, themes, campaigns."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from surveys.db import Base, Json, JsonValue, UTCDateTime, append_only, new_id


def _with_the_comment() -> ForeignKeyConstraint:
    """Goes when the comment goes: erasing one leaves nothing that was made of its words."""
    return ForeignKeyConstraint(
        ["survey_id", "comment_id"], ["comment.survey_id", "comment.id"], ondelete="CASCADE"
    )


class Decision(Base):
    """One decision, for good: identifiers and codes only, so that it may outlive the words it was about."""

    __tablename__ = "comment_decision"
    __table_args__ = (
        CheckConstraint(
            "outcome IN ('waiting', 'publishable', 'redacted', 'withheld', 'spam', 'referred', 'read', "
            "'quote-cleared', 'quote-declined')",
            name="outcome",
        ),
        CheckConstraint(
            "reason <> '' OR outcome IN ('waiting', 'publishable', 'quote-cleared', 'quote-declined')",
            name="reasoned",
        ),
        CheckConstraint("NOT quote OR outcome IN ('publishable', 'redacted')", name="quote"),
        {"sqlite_with_rowid": False},
    )

    survey_id: Mapped[str] = mapped_column(String(22), primary_key=True)
    comment_id: Mapped[str] = mapped_column(String(22), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    """From 1, without gaps: the comment's version after this decision."""
    outcome: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(30), default="")
    quote: Mapped[bool] = mapped_column(default=False)
    """Proposed as a quote for reports; it is one when another officer has looked."""
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    policy: Mapped[str] = mapped_column(String(20))
    """The version of the published policy the reason is from."""


append_only(Decision.__table__)


class Appeal(Base):
    """A resident asks for a decision to be looked at again; ``number`` is that decision's. Days only."""

    __tablename__ = "comment_appeal"
    __table_args__ = (
        _with_the_comment(),
        UniqueConstraint("survey_id", "comment_id", "number"),
        CheckConstraint("outcome IN ('kept', 'changed')", name="outcome"),
        CheckConstraint("(outcome IS NULL) = (settled_on IS NULL)", name="settled"),
        CheckConstraint("(outcome IS NULL) = (settled_by IS NULL)", name="settler"),
        Index(None, "outcome", "made_on"),
        {"sqlite_with_rowid": False},
    )

    survey_id: Mapped[str] = mapped_column(String(22), primary_key=True)
    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=new_id)
    comment_id: Mapped[str] = mapped_column(String(22))
    number: Mapped[int] = mapped_column(Integer)
    made_on: Mapped[dt.date] = mapped_column(Date)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str] = mapped_column(String(16))
    outcome: Mapped[str | None] = mapped_column(String(10))
    settled_on: Mapped[dt.date | None] = mapped_column(Date)
    settled_by: Mapped[str | None] = mapped_column(String(80))


class PublicText(Base):
    """What the public reads of a comment decided "redacted": the words with their placeholders, sealed."""

    __tablename__ = "comment_public"
    __table_args__ = (_with_the_comment(), {"sqlite_with_rowid": False})

    survey_id: Mapped[str] = mapped_column(String(22), primary_key=True)
    comment_id: Mapped[str] = mapped_column(String(22), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    """The decision it belongs to; only the newest is ever shown."""
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str] = mapped_column(String(16))


class Translation(Base):
    """A moderator's translation, sealed, beside the original and never in its place."""

    __tablename__ = "comment_translation"
    __table_args__ = (_with_the_comment(), {"sqlite_with_rowid": False})

    survey_id: Mapped[str] = mapped_column(String(22), primary_key=True)
    comment_id: Mapped[str] = mapped_column(String(22), primary_key=True)
    locale: Mapped[str] = mapped_column(String(10), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str] = mapped_column(String(16))
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


class Marks(Base):
    """Places in a comment a moderator has settled so far: [start, end, kind, "replace" or "leave"], no words.

    It is kept between pages, so that a moderator who is signed out loses nothing.
    """

    __tablename__ = "comment_marks"
    __table_args__ = (_with_the_comment(), {"sqlite_with_rowid": False})

    survey_id: Mapped[str] = mapped_column(String(22), primary_key=True)
    comment_id: Mapped[str] = mapped_column(String(22), primary_key=True)
    marks: Mapped[JsonValue] = mapped_column(Json)
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


class CommentPlan(Base):
    """What a survey may publish of its comments: "quotes" (themes and cleared quotes) or "all" permitted."""

    __tablename__ = "comment_plan"
    __table_args__ = (CheckConstraint("mode IN ('quotes', 'all')", name="mode"),)

    survey_id: Mapped[str] = mapped_column(ForeignKey("survey.id"), primary_key=True)
    mode: Mapped[str] = mapped_column(String(6), default="quotes")
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


class PassedOn(Base):
    """A moderator asked not to read this comment; somebody else will. It says nothing about the comment."""

    __tablename__ = "comment_pass"
    __table_args__ = (_with_the_comment(), {"sqlite_with_rowid": False})

    survey_id: Mapped[str] = mapped_column(String(22), primary_key=True)
    comment_id: Mapped[str] = mapped_column(String(22), primary_key=True)
    by: Mapped[str] = mapped_column(String(80), primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


class OwnWord(Base):
    """Words the partnership wants pointed out (a block of flats, a name often named), sealed."""

    __tablename__ = "own_word"

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=new_id)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str] = mapped_column(String(16))
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)


class Theme(Base):
    """One entry of the officers' code frame for an open question. Retired ones keep what they counted."""

    __tablename__ = "theme"
    __table_args__ = (
        UniqueConstraint("survey_id", "item", "name"),
        CheckConstraint("name <> ''", name="named"),
    )

    survey_id: Mapped[str] = mapped_column(ForeignKey("survey.id"), primary_key=True)
    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=new_id)
    item: Mapped[str] = mapped_column(String(81))
    name: Mapped[str] = mapped_column(String(80))
    description: Mapped[str] = mapped_column(String(300), default="")
    position: Mapped[int] = mapped_column(Integer)
    retired: Mapped[bool] = mapped_column(default=False)


class CommentTheme(Base):
    """An officer found this theme in this comment."""

    __tablename__ = "comment_theme"
    __table_args__ = (
        _with_the_comment(),
        ForeignKeyConstraint(["survey_id", "theme_id"], ["theme.survey_id", "theme.id"]),
        Index(None, "survey_id", "theme_id"),
        {"sqlite_with_rowid": False},
    )

    survey_id: Mapped[str] = mapped_column(String(22), primary_key=True)
    comment_id: Mapped[str] = mapped_column(String(22), primary_key=True)
    theme_id: Mapped[str] = mapped_column(String(22), primary_key=True)


class Campaign(Base):
    """A group of comments in nearly the same words. Grouping them changes nothing about any of them."""

    __tablename__ = "campaign"
    __table_args__ = (CheckConstraint("size > 1", name="size"),)

    survey_id: Mapped[str] = mapped_column(ForeignKey("survey.id"), primary_key=True)
    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=new_id)
    item: Mapped[str] = mapped_column(String(81))
    size: Mapped[int]
    first_on: Mapped[dt.date] = mapped_column(Date)
    last_on: Mapped[dt.date] = mapped_column(Date)


class CampaignComment(Base):
    """A comment is in at most one campaign. ``exact``: its words are those of most others, to the letter."""

    __tablename__ = "campaign_comment"
    __table_args__ = (
        _with_the_comment(),
        ForeignKeyConstraint(
            ["survey_id", "campaign_id"], ["campaign.survey_id", "campaign.id"], ondelete="CASCADE"
        ),
        Index(None, "survey_id", "campaign_id"),
        {"sqlite_with_rowid": False},
    )

    survey_id: Mapped[str] = mapped_column(String(22), primary_key=True)
    comment_id: Mapped[str] = mapped_column(String(22), primary_key=True)
    campaign_id: Mapped[str] = mapped_column(String(22))
    exact: Mapped[bool] = mapped_column(default=False)

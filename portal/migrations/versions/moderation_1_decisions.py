"""Decisions about comments: what stands on the comment, the log, and the words officers made of it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "moderation_1"
down_revision = "otherways_outbox"
branch_labels = None
depends_on = None

STATE = "state IN ('waiting', 'publishable', 'redacted', 'withheld', 'spam', 'referred', 'read')"
CHECKS = {
    "quote": "quote IN ('', 'proposed', 'cleared', 'declined')",
    "quoted": "quote = '' OR state IN ('publishable', 'redacted')",
    "urgency": "urgency BETWEEN 0 AND 2",
    "version": "version >= 0",
    "claim": "(claimed_by IS NULL) = (claimed_until IS NULL)",
}
NEW: dict[str, sa.types.TypeEngine[Any]] = {
    "submitted_on": sa.Date(),
    "version": sa.Integer(),
    "urgency": sa.SmallInteger(),
    "screened": sa.String(length=20),
    "flags": sa.String(length=120),
    "quote": sa.String(length=10),
}
FILL = """
UPDATE comment SET version = 0, urgency = 1, screened = '', flags = '', quote = '', submitted_on = (
  SELECT response.submitted_on FROM response
  WHERE response.survey_id = comment.survey_id AND response.id = comment.response_id)
"""
QUEUE = ["survey_id", "state", "urgency", "submitted_on", "id", "item", "locale"]


def upgrade() -> None:
    for name, kind in NEW.items():
        op.add_column("comment", sa.Column(name, kind, nullable=True))
    op.add_column("comment", sa.Column("claimed_by", sa.String(length=80), nullable=True))
    op.add_column("comment", sa.Column("claimed_until", sa.DateTime(), nullable=True))
    op.execute(FILL)
    with op.batch_alter_table(
        "comment",
        table_args=(sa.CheckConstraint(STATE, name=op.f("ck_comment_state")),),
        table_kwargs={"sqlite_with_rowid": False},
    ) as batch_op:
        for name, kind in NEW.items():
            batch_op.alter_column(name, existing_type=kind, nullable=False)
        for name, rule in CHECKS.items():
            batch_op.create_check_constraint(op.f(f"ck_comment_{name}"), rule)
        batch_op.create_index("ix_comment_queue", QUEUE)
        batch_op.create_index(
            "ix_comment_unscreened",
            ["survey_id", "id"],
            sqlite_where=sa.text("screened = ''"),
            postgresql_where=sa.text("screened = ''"),
        )
    op.create_table(
        "comment_decision",
        sa.Column("survey_id", sa.String(length=22), nullable=False),
        sa.Column("comment_id", sa.String(length=22), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=False),
        sa.Column("quote", sa.Boolean(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("policy", sa.String(length=20), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('waiting', 'publishable', 'redacted', 'withheld', 'spam', 'referred', 'read', "
            "'quote-cleared', 'quote-declined')",
            name=op.f("ck_comment_decision_outcome"),
        ),
        sa.CheckConstraint(
            "reason <> '' OR outcome IN ('waiting', 'publishable', 'quote-cleared', 'quote-declined')",
            name=op.f("ck_comment_decision_reasoned"),
        ),
        sa.CheckConstraint(
            "NOT quote OR outcome IN ('publishable', 'redacted')", name=op.f("ck_comment_decision_quote")
        ),
        sa.PrimaryKeyConstraint("survey_id", "comment_id", "number", name=op.f("pk_comment_decision")),
        sqlite_with_rowid=False,
        info={"append_only": True},
    )
    op.create_table(
        "comment_public",
        sa.Column("survey_id", sa.String(length=22), nullable=False),
        sa.Column("comment_id", sa.String(length=22), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        _with_the_comment("comment_public"),
        sa.PrimaryKeyConstraint("survey_id", "comment_id", "number", name=op.f("pk_comment_public")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "comment_translation",
        sa.Column("survey_id", sa.String(length=22), nullable=False),
        sa.Column("comment_id", sa.String(length=22), nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        _with_the_comment("comment_translation"),
        sa.PrimaryKeyConstraint("survey_id", "comment_id", "locale", name=op.f("pk_comment_translation")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "comment_marks",
        sa.Column("survey_id", sa.String(length=22), nullable=False),
        sa.Column("comment_id", sa.String(length=22), nullable=False),
        sa.Column("marks", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        _with_the_comment("comment_marks"),
        sa.PrimaryKeyConstraint("survey_id", "comment_id", name=op.f("pk_comment_marks")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "comment_plan",
        sa.Column("survey_id", sa.String(length=22), nullable=False),
        sa.Column("mode", sa.String(length=6), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("mode IN ('quotes', 'all')", name=op.f("ck_comment_plan_mode")),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_comment_plan_survey_id_survey")),
        sa.PrimaryKeyConstraint("survey_id", name=op.f("pk_comment_plan")),
    )


def _with_the_comment(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["survey_id", "comment_id"],
        ["comment.survey_id", "comment.id"],
        name=op.f(f"fk_{table}_survey_id_comment_id_comment"),
        ondelete="CASCADE",
    )


def downgrade() -> None:
    for table in ("comment_plan", "comment_marks", "comment_translation", "comment_public"):
        op.drop_table(table)
    op.drop_table("comment_decision")
    with op.batch_alter_table(
        "comment",
        table_args=(sa.CheckConstraint(STATE, name=op.f("ck_comment_state")),),
        table_kwargs={"sqlite_with_rowid": False},
    ) as batch_op:
        batch_op.drop_index("ix_comment_unscreened")
        batch_op.drop_index("ix_comment_queue")
        for name in CHECKS:
            batch_op.drop_constraint(op.f(f"ck_comment_{name}"), type_="check")
        for name in (*NEW, "claimed_by", "claimed_until"):
            batch_op.drop_column(name)

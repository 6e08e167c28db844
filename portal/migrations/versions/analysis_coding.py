"""Second coding of a sample of comments, and what a machine suggested."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "analysis_coding"
down_revision = "otherways_reach"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "theme_second_coding",
        sa.Column("survey_id", sa.String(length=22), nullable=False),
        sa.Column("comment_id", sa.String(length=22), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("theme_ids", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["survey_id", "comment_id"],
            ["comment.survey_id", "comment.id"],
            name=op.f("fk_theme_second_coding_survey_id_comment_id_comment"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("survey_id", "comment_id", name=op.f("pk_theme_second_coding")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "theme_suggestion",
        sa.Column("survey_id", sa.String(length=22), nullable=False),
        sa.Column("comment_id", sa.String(length=22), nullable=False),
        sa.Column("theme_id", sa.String(length=22), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("precision", sa.Double(), nullable=True),
        sa.Column("recall", sa.Double(), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("decided_by", sa.String(length=80), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'accepted', 'rejected')", name=op.f("ck_theme_suggestion_state")
        ),
        sa.CheckConstraint("(state = 'open') = (decided_by = '')", name=op.f("ck_theme_suggestion_decided")),
        sa.ForeignKeyConstraint(
            ["survey_id", "comment_id"],
            ["comment.survey_id", "comment.id"],
            name=op.f("fk_theme_suggestion_survey_id_comment_id_comment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["survey_id", "theme_id"],
            ["theme.survey_id", "theme.id"],
            name=op.f("fk_theme_suggestion_survey_id_theme_id_theme"),
        ),
        sa.PrimaryKeyConstraint("survey_id", "comment_id", "theme_id", name=op.f("pk_theme_suggestion")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("theme_suggestion")
    op.drop_table("theme_second_coding")

"""What everybody in the office sees of a survey: one set of tables for all processes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "numbers_shown"
down_revision = "office_change_words"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "survey_shown",
        sa.Column("survey_id", sa.String(length=22), nullable=False),
        sa.Column("version_id", sa.String(length=22), nullable=False),
        sa.Column("responses", sa.Integer(), nullable=False),
        sa.Column("tables", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("settled_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_survey_shown_survey_id_survey")),
        sa.PrimaryKeyConstraint("survey_id", name=op.f("pk_survey_shown")),
    )


def downgrade() -> None:
    op.drop_table("survey_shown")

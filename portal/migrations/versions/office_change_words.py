"""The reason of a change in the other languages of a consultation's page."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "office_change_words"
down_revision = "erasing_soon"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "round_change_words",
        sa.Column("change_id", sa.String(length=22), nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("words <> ''", name=op.f("ck_round_change_words_words")),
        sa.ForeignKeyConstraint(
            ["change_id"], ["round_change.id"], name=op.f("fk_round_change_words_change_id_round_change")
        ),
        sa.PrimaryKeyConstraint("change_id", "locale", name=op.f("pk_round_change_words")),
    )

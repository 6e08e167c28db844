"""Erasures that ask for the files to be rewritten."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "erasing_soon"
down_revision = "numbers_weighted_release"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "scrub_due",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_scrub_due_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scrub_due")),
    )


def downgrade() -> None:
    op.drop_table("scrub_due")

"""Published figures about comments, a row a year."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "safeguarding_years"
down_revision = "otherways_weeks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "comment_year",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("figures", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("frozen_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_comment_year")),
        info={"append_only": True},
    )


def downgrade() -> None:
    op.drop_table("comment_year")

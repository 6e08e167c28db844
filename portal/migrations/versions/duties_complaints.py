"""A complaint knows the letter that acknowledges it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "duties_complaints"
down_revision = "law_links"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("data_complaint", sa.Column("letter", sa.String(length=22), nullable=True))


def downgrade() -> None:
    op.drop_column("data_complaint", "letter")

"""What was told already."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "otherways_reminders"
down_revision = "analysis_coding"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reminded",
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("about", sa.String(length=60), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("what", "about", name=op.f("pk_reminded")),
    )


def downgrade() -> None:
    op.drop_table("reminded")

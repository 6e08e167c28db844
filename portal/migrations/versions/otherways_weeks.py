"""An address that waits for its owner's word keeps the Sunday it is given up on, not the day it was left."""

from __future__ import annotations

from alembic import op

revision = "otherways_weeks"
down_revision = "analysis_views"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE outcome_contact RENAME COLUMN asked_on TO until")


def downgrade() -> None:
    op.execute("ALTER TABLE outcome_contact RENAME COLUMN until TO asked_on")

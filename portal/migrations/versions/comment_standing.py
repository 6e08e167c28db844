"""How much waits in each state and urgency is counted off an index of nothing else."""

from __future__ import annotations

from alembic import op

revision = "comment_standing"
down_revision = "numbers_shown"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_comment_standing", "comment", ["survey_id", "state", "urgency"])

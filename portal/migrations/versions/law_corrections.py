"""Approvals of corrections say the meaning agreed to; drafts keep why nobody could agree."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "law_corrections"
down_revision = "looking_back"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "survey_draft_approval",
        sa.Column("meaning", sa.String(length=10), server_default="changed", nullable=False),
    )
    op.add_column("survey_draft", sa.Column("unapproved", sa.String(length=22), nullable=True))


def downgrade() -> None:
    op.drop_column("survey_draft", "unapproved")
    op.drop_column("survey_draft_approval", "meaning")

"""Approvals of corrections."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "builder_approvals"
down_revision = "otherways_reminders"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "survey_draft_approval",
        sa.Column("draft_id", sa.String(length=22), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["survey_draft.id"], name=op.f("fk_survey_draft_approval_draft_id_survey_draft")
        ),
        sa.PrimaryKeyConstraint("draft_id", "revision", name=op.f("pk_survey_draft_approval")),
        info={"append_only": True},
    )


def downgrade() -> None:
    op.drop_table("survey_draft_approval")

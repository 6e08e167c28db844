"""Which of a partner's answers is its position."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "scoring_1"
down_revision = "releases_1"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "partner_position",
        sa.Column("survey_id", sa.String(length=22), nullable=False),
        sa.Column("response_id", sa.String(length=22), nullable=False),
        sa.Column("chosen_by", sa.String(length=80), nullable=False),
        sa.Column("chosen_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["survey_id", "response_id"],
            ["response.survey_id", "response.id"],
            name=op.f("fk_partner_position_survey_id_response_id_response"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("survey_id", "response_id", name=op.f("pk_partner_position")),
    )

"""Groups reached, and other consultations regarded."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "otherways_reach"
down_revision = "safeguarding_years"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "consulted_group",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("round_slug", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("affected", sa.Boolean(), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("reached", sa.Integer(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("noted_on", sa.Date(), nullable=False),
        sa.Column("noted_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("expected >= 0 AND reached >= 0", name=op.f("ck_consulted_group_counted")),
        sa.ForeignKeyConstraint(
            ["round_slug"], ["round.slug"], name=op.f("fk_consulted_group_round_slug_round")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consulted_group")),
        sa.UniqueConstraint("round_slug", "name", name=op.f("uq_consulted_group_round_slug_name")),
    )
    op.create_table(
        "regarded_consultation",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("round_slug", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("body", sa.String(length=120), nullable=False),
        sa.Column("taken", sa.Text(), nullable=False),
        sa.Column("noted_on", sa.Date(), nullable=False),
        sa.Column("noted_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["round_slug"], ["round.slug"], name=op.f("fk_regarded_consultation_round_slug_round")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regarded_consultation")),
    )
    with op.batch_alter_table("regarded_consultation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_regarded_consultation_round_slug"), ["round_slug"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("regarded_consultation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_regarded_consultation_round_slug"))

    op.drop_table("regarded_consultation")
    op.drop_table("consulted_group")

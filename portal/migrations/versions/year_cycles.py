"""The partnership's year."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "cycles_1"
down_revision = "accounts_1"
branch_labels = None
depends_on = None

STATES = "('scanning', 'consulting', 'analysing', 'deciding', 'published', 'in-delivery', 'closed')"


def upgrade() -> None:
    op.create_table(
        "cycle",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("round_slug", sa.String(length=60), nullable=True),
        sa.Column("meeting_on", sa.Date(), nullable=True),
        sa.Column("settings", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("carried_from", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint(
            f"state IN {STATES}",
            name=op.f("ck_cycle_state"),
        ),
        sa.CheckConstraint("carried_from IS NULL OR carried_from < year", name=op.f("ck_cycle_carried")),
        sa.CheckConstraint("year BETWEEN 1998 AND 2199", name=op.f("ck_cycle_year")),
        sa.ForeignKeyConstraint(["carried_from"], ["cycle.year"], name=op.f("fk_cycle_carried_from_cycle")),
        sa.ForeignKeyConstraint(["round_slug"], ["round.slug"], name=op.f("fk_cycle_round_slug_round")),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_cycle")),
    )
    op.create_table(
        "cycle_move",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("before", sa.String(length=12), nullable=False),
        sa.Column("after", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            f"before IN {STATES} AND after IN {STATES}",
            name=op.f("ck_cycle_move_states"),
        ),
        sa.CheckConstraint("before <> after", name=op.f("ck_cycle_move_moves")),
        sa.ForeignKeyConstraint(["year"], ["cycle.year"], name=op.f("fk_cycle_move_year_cycle")),
        sa.PrimaryKeyConstraint("year", "number", name=op.f("pk_cycle_move")),
        info={"append_only": True},
    )

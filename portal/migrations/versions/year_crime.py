"""Recorded crime by ward, month and type."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "evidence_1"
down_revision = "cycles_1"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "crime_month",
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("area_set", sa.String(length=20), nullable=False),
        sa.Column("file", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("rows_read", sa.Integer(), nullable=False),
        sa.Column("rows_kept", sa.Integer(), nullable=False),
        sa.Column("rows_without_place", sa.Integer(), nullable=False),
        sa.Column("imported_at", sa.DateTime(), nullable=False),
        sa.Column("imported_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("length(month) = 7", name=op.f("ck_crime_month_month")),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_crime_month")),
    )
    op.create_table(
        "crime_count",
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("ward_key", sa.String(length=60), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_crime_count_number")),
        sa.ForeignKeyConstraint(
            ["month"], ["crime_month.month"], name=op.f("fk_crime_count_month_crime_month")
        ),
        sa.PrimaryKeyConstraint("month", "ward_key", "type", name=op.f("pk_crime_count")),
    )

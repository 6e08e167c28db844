"""The partnership plan: items, their history, quarterly updates and public editions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "plan_1"
down_revision = "builder_approvals"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "plan",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("introduction", sa.Text(), nullable=False),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("year BETWEEN 1998 AND 2199", name=op.f("ck_plan_year")),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_plan")),
    )
    op.create_table(
        "plan_change",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["year"], ["plan.year"], name=op.f("fk_plan_change_year_plan")),
        sa.PrimaryKeyConstraint("year", "number", name=op.f("pk_plan_change")),
        info={"append_only": True},
    )
    op.create_table(
        "plan_edition",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("content", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["year"], ["plan.year"], name=op.f("fk_plan_edition_year_plan")),
        sa.PrimaryKeyConstraint("year", "number", name=op.f("pk_plan_edition")),
        info={"append_only": True},
    )
    op.create_table(
        "plan_item",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("parent", sa.String(length=12), nullable=True),
        sa.Column("owner", sa.String(length=80), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("changed_by", sa.String(length=80), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("(kind = 'objective') = (parent IS NULL)", name=op.f("ck_plan_item_parent")),
        sa.CheckConstraint("kind IN ('objective', 'target', 'action')", name=op.f("ck_plan_item_kind")),
        sa.CheckConstraint("version > 0 AND position > 0", name=op.f("ck_plan_item_counted")),
        sa.ForeignKeyConstraint(
            ["year", "parent"],
            ["plan_item.year", "plan_item.key"],
            name=op.f("fk_plan_item_year_parent_plan_item"),
        ),
        sa.ForeignKeyConstraint(["year"], ["plan.year"], name=op.f("fk_plan_item_year_plan")),
        sa.PrimaryKeyConstraint("year", "key", name=op.f("pk_plan_item")),
    )
    op.create_table(
        "plan_update",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=12), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("quarter", sa.Integer(), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "status IN ('on-track', 'attention', 'off-track', 'done', 'not-started')",
            name=op.f("ck_plan_update_status"),
        ),
        sa.CheckConstraint("quarter BETWEEN 1 AND 4", name=op.f("ck_plan_update_quarter")),
        sa.ForeignKeyConstraint(
            ["year", "key"],
            ["plan_item.year", "plan_item.key"],
            name=op.f("fk_plan_update_year_key_plan_item"),
        ),
        sa.PrimaryKeyConstraint("year", "key", "number", name=op.f("pk_plan_update")),
        info={"append_only": True},
    )

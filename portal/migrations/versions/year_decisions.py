"""The decision of the year, and what it leads to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "decisions_1"
down_revision = "scoring_1"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "decision",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("snapshot", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("adopted_on", sa.Date(), nullable=True),
        sa.Column("adopted_at", sa.DateTime(), nullable=True),
        sa.Column("adopted_by", sa.String(length=80), nullable=True),
        sa.Column("published_at", sa.DateTime(), nullable=True),
        sa.Column("published_by", sa.String(length=80), nullable=True),
        sa.CheckConstraint("(state = 'draft') = (adopted_at IS NULL)", name=op.f("ck_decision_adopted")),
        sa.CheckConstraint(
            "(state = 'published') = (published_at IS NOT NULL)", name=op.f("ck_decision_published")
        ),
        sa.CheckConstraint("state IN ('draft', 'adopted', 'published')", name=op.f("ck_decision_state")),
        sa.ForeignKeyConstraint(["year"], ["cycle.year"], name=op.f("fk_decision_year_cycle")),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_decision")),
    )
    op.create_table(
        "decision_change",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("body", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["year"], ["decision.year"], name=op.f("fk_decision_change_year_decision")),
        sa.PrimaryKeyConstraint("year", "number", name=op.f("pk_decision_change")),
        info={"append_only": True},
    )
    op.create_table(
        "decision_entry",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=5), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=True),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("dissent", sa.Text(), nullable=False),
        sa.Column("cites", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("about", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("changed_by", sa.String(length=80), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("kind IN ('topic', 'theme')", name=op.f("ck_decision_entry_kind")),
        sa.CheckConstraint(
            "outcome IS NULL OR outcome IN ('keep', 'change', 'add', 'drop', 'leave', 'taken-up', 'partly', 'not-taken-up')",
            name=op.f("ck_decision_entry_outcome"),
        ),
        sa.CheckConstraint("outcome IS NULL OR reasons <> ''", name=op.f("ck_decision_entry_reasons")),
        sa.ForeignKeyConstraint(["year"], ["decision.year"], name=op.f("fk_decision_entry_year_decision")),
        sa.PrimaryKeyConstraint("year", "kind", "key", name=op.f("pk_decision_entry")),
    )
    op.create_table(
        "decision_interest",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("who", sa.String(length=200), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["year"], ["decision.year"], name=op.f("fk_decision_interest_year_decision")),
        sa.PrimaryKeyConstraint("year", "number", name=op.f("pk_decision_interest")),
        info={"append_only": True},
    )
    op.create_table(
        "decision_priority",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("texts", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("areas", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("changed_by", sa.String(length=80), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("position > 0", name=op.f("ck_decision_priority_position")),
        sa.ForeignKeyConstraint(["year"], ["decision.year"], name=op.f("fk_decision_priority_year_decision")),
        sa.PrimaryKeyConstraint("year", "key", name=op.f("pk_decision_priority")),
    )
    op.create_table(
        "decision_reading",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reader", sa.String(length=80), nullable=False),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("read_on", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["year"], ["decision.year"], name=op.f("fk_decision_reading_year_decision")),
        sa.PrimaryKeyConstraint("year", "number", name=op.f("pk_decision_reading")),
        info={"append_only": True},
    )

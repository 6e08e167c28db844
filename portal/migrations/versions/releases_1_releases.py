"""Releases in the making, and results so far."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.migrations.append_only import guard, unguard

revision = "releases_1"
down_revision = "moderation_2"
branch_labels = None
depends_on = None


def _kinds(condition: str) -> None:
    unguard("survey_release")
    with op.batch_alter_table("survey_release", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_survey_release_kind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_survey_release_kind"), condition)
    guard("survey_release")


def upgrade() -> None:
    _kinds("kind IN ('interim', 'closing', 'correction')")
    op.create_table(
        "release_draft",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("survey_id", sa.String(length=22), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(length=80), nullable=False),
        sa.Column("changed_by", sa.String(length=80), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recount", sa.Boolean(), nullable=False),
        sa.Column("left_out", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("written", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("approved_by", sa.String(length=80), nullable=False),
        sa.Column("approved_at", sa.DateTime(), nullable=True),
        sa.Column("override_reason", sa.Text(), nullable=False),
        sa.Column("publish_at", sa.DateTime(), nullable=True),
        sa.Column("prepared", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(approved_by = '') = (approved_at IS NULL)", name=op.f("ck_release_draft_approved")
        ),
        sa.CheckConstraint(
            "approved_by = '' OR approved_by <> changed_by OR override_reason <> ''",
            name=op.f("ck_release_draft_two_people"),
        ),
        sa.CheckConstraint(
            "kind IN ('interim', 'closing', 'correction')", name=op.f("ck_release_draft_kind")
        ),
        sa.CheckConstraint(
            "state <> 'approved' OR (approved_by <> '' AND prepared IS NOT NULL)",
            name=op.f("ck_release_draft_prepared"),
        ),
        sa.CheckConstraint(
            "state IN ('composing', 'approved', 'published', 'abandoned')",
            name=op.f("ck_release_draft_state"),
        ),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_release_draft_survey_id_survey")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_draft")),
    )
    with op.batch_alter_table("release_draft", schema=None) as batch_op:
        batch_op.create_index(
            "uq_release_draft_open",
            ["survey_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('composing', 'approved')"),
            postgresql_where=sa.text("state IN ('composing', 'approved')"),
        )


def downgrade() -> None:
    _kinds("kind IN ('closing', 'correction')")
    with op.batch_alter_table("release_draft", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_release_draft_open",
            sqlite_where=sa.text("state IN ('composing', 'approved')"),
            postgresql_where=sa.text("state IN ('composing', 'approved')"),
        )

    op.drop_table("release_draft")

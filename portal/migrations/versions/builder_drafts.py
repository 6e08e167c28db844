"""Drafts of questionnaires."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "builder_drafts"
down_revision = "moderation_1"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "survey_draft",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("origin", sa.String(length=80), nullable=False),
        sa.Column("survey_id", sa.String(length=22), nullable=True),
        sa.Column("base_version_id", sa.String(length=22), nullable=True),
        sa.Column("document", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.Column("changed_by", sa.String(length=80), nullable=False),
        sa.Column("published_version_id", sa.String(length=22), nullable=True),
        sa.Column("set_aside_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "(survey_id IS NULL) = (base_version_id IS NULL)", name=op.f("ck_survey_draft_correction")
        ),
        sa.CheckConstraint("revision >= 0", name=op.f("ck_survey_draft_revision")),
        sa.ForeignKeyConstraint(
            ["base_version_id"],
            ["survey_version.id"],
            name=op.f("fk_survey_draft_base_version_id_survey_version"),
        ),
        sa.ForeignKeyConstraint(
            ["published_version_id"],
            ["survey_version.id"],
            name=op.f("fk_survey_draft_published_version_id_survey_version"),
        ),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_survey_draft_survey_id_survey")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_draft")),
    )
    op.create_table(
        "survey_draft_edit",
        sa.Column("draft_id", sa.String(length=22), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("subjects", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("reverses", sa.Integer(), nullable=True),
        sa.Column("patch", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.CheckConstraint(
            "(action IN ('undo', 'redo')) = (reverses IS NOT NULL)",
            name=op.f("ck_survey_draft_edit_reversing"),
        ),
        sa.CheckConstraint("number >= 1", name=op.f("ck_survey_draft_edit_number")),
        sa.CheckConstraint("reverses < number", name=op.f("ck_survey_draft_edit_reverses")),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["survey_draft.id"], name=op.f("fk_survey_draft_edit_draft_id_survey_draft")
        ),
        sa.PrimaryKeyConstraint("draft_id", "number", name=op.f("pk_survey_draft_edit")),
        info={"append_only": True},
    )
    op.create_table(
        "survey_draft_text",
        sa.Column("draft_id", sa.String(length=22), nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("text", sa.String(length=16), nullable=False),
        sa.Column("checked", sa.Boolean(), nullable=False),
        sa.Column("speaker", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("checked = (speaker <> '')", name=op.f("ck_survey_draft_text_speaker")),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["survey_draft.id"], name=op.f("fk_survey_draft_text_draft_id_survey_draft")
        ),
        sa.PrimaryKeyConstraint("draft_id", "locale", "name", name=op.f("pk_survey_draft_text")),
    )
    op.create_table(
        "survey_preview",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("draft_id", sa.String(length=22), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("expires_at > created_at", name=op.f("ck_survey_preview_window")),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["survey_draft.id"], name=op.f("fk_survey_preview_draft_id_survey_draft")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_preview")),
    )
    op.create_table(
        "survey_remark",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("draft_id", sa.String(length=22), nullable=False),
        sa.Column("question", sa.String(length=40), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        sa.Column("settled_by", sa.String(length=80), nullable=True),
        sa.CheckConstraint(
            "(settled_at IS NULL) = (settled_by IS NULL)", name=op.f("ck_survey_remark_settled")
        ),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["survey_draft.id"], name=op.f("fk_survey_remark_draft_id_survey_draft")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_remark")),
    )


def downgrade() -> None:
    op.drop_table("survey_remark")
    op.drop_table("survey_preview")
    op.drop_table("survey_draft_text")
    op.drop_table("survey_draft_edit")
    op.drop_table("survey_draft")

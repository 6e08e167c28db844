"""Publications and their files, scrutiny's recommendations, and what was sent to whom."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "plan_2"
down_revision = "plan_1"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "publication",
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("plan_year", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("quality_letter_on", sa.Date(), nullable=True),
        sa.Column("family_informed_on", sa.Date(), nullable=True),
        sa.Column("trial_ended_on", sa.Date(), nullable=True),
        sa.Column("pseudonyms", sa.Boolean(), nullable=False),
        sa.Column("metadata_removed", sa.Boolean(), nullable=False),
        sa.Column("changed_by", sa.String(length=80), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.Column("published_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "(state = 'draft') = (published_at IS NULL)", name=op.f("ck_publication_published")
        ),
        sa.CheckConstraint(
            "kind <> 'death-review' OR state <> 'published' OR (quality_letter_on IS NOT NULL AND family_informed_on IS NOT NULL AND trial_ended_on IS NOT NULL AND pseudonyms AND metadata_removed AND review_on IS NOT NULL)",
            name=op.f("ck_publication_gate"),
        ),
        sa.CheckConstraint(
            "kind IN ('assessment', 'plan', 'decision-paper', 'minutes', 'scrutiny', 'report', 'death-review')",
            name=op.f("ck_publication_kind"),
        ),
        sa.CheckConstraint("state IN ('draft', 'published', 'withdrawn')", name=op.f("ck_publication_state")),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_publication")),
    )
    op.create_table(
        "sent_to",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("recipient", sa.String(length=200), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sent_to")),
        info={"append_only": True},
    )
    op.create_index(op.f("ix_sent_to_year"), "sent_to", ["year"], unique=False)
    op.create_table(
        "publication_file",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("file_name", sa.String(length=120), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("added_by", sa.String(length=80), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("size > 0", name=op.f("ck_publication_file_size")),
        sa.ForeignKeyConstraint(
            ["slug"], ["publication.slug"], name=op.f("fk_publication_file_slug_publication")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication_file")),
    )
    op.create_index(op.f("ix_publication_file_slug"), "publication_file", ["slug"], unique=False)
    op.create_table(
        "recommendation",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("plan_year", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.String(length=200), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("reply_due", sa.Date(), nullable=False),
        sa.Column("owner", sa.String(length=80), nullable=True),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("replied_on", sa.Date(), nullable=True),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(reply = '') = (replied_on IS NULL)", name=op.f("ck_recommendation_replied")),
        sa.CheckConstraint("reply_due >= received_on", name=op.f("ck_recommendation_clock")),
        sa.ForeignKeyConstraint(["plan_year"], ["plan.year"], name=op.f("fk_recommendation_plan_year_plan")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendation")),
    )
    op.create_index(op.f("ix_recommendation_plan_year"), "recommendation", ["plan_year"], unique=False)

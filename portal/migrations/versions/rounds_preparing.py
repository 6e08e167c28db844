"""Preparing a consultation: its record, its checklist, its sign-off; drafts of texts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "rounds_1"
down_revision = "safeguarding_1"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pack_offer",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("body", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("origin", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("settled", sa.String(length=10), nullable=True),
        sa.Column("settled_by", sa.String(length=80), nullable=True),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("settled IN ('taken', 'left')", name=op.f("ck_pack_offer_settled")),
        sa.CheckConstraint("(settled IS NULL) = (settled_by IS NULL)", name=op.f("ck_pack_offer_settled_by")),
        sa.PrimaryKeyConstraint("kind", "key", "locale", name=op.f("pk_pack_offer")),
    )
    op.create_table(
        "site_picture",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("width > 0 AND height > 0", name=op.f("ck_site_picture_size")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_picture")),
        info={"append_only": True},
    )
    op.create_table(
        "approval_link",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("round_id", sa.String(length=22), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("post", sa.String(length=120), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=True),
        sa.Column("outcome", sa.String(length=10), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("outcome IN ('approved', 'sent-back')", name=op.f("ck_approval_link_outcome")),
        sa.CheckConstraint("(used_at IS NULL) = (outcome IS NULL)", name=op.f("ck_approval_link_used")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_approval_link_round_id_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_approval_link_token_hash")),
    )
    with op.batch_alter_table("approval_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_approval_link_round_id"), ["round_id"], unique=False)

    op.create_table(
        "cover_confirmation",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("round_id", sa.String(length=22), nullable=False),
        sa.Column("arrangement", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["round_id"], ["round.id"], name=op.f("fk_cover_confirmation_round_id_round")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cover_confirmation")),
        info={"append_only": True},
    )
    with op.batch_alter_table("cover_confirmation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cover_confirmation_round_id"), ["round_id"], unique=False)

    op.create_table(
        "equality_assessment",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("round_id", sa.String(length=22), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("author", sa.String(length=120), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("link", sa.String(length=500), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("words <> '' OR link <> ''", name=op.f("ck_equality_assessment_given")),
        sa.ForeignKeyConstraint(
            ["round_id"], ["round.id"], name=op.f("fk_equality_assessment_round_id_round")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_equality_assessment")),
        sa.UniqueConstraint("round_id", "number", name=op.f("uq_equality_assessment_round_id_number")),
        info={"append_only": True},
    )
    op.create_table(
        "gate_override",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.String(length=22), nullable=False),
        sa.Column("line", sa.String(length=20), nullable=False),
        sa.Column("holds", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("NOT holds OR reason <> ''", name=op.f("ck_gate_override_reason")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_gate_override_round_id_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_override")),
        info={"append_only": True},
    )
    with op.batch_alter_table("gate_override", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_gate_override_round_id"), ["round_id"], unique=False)

    op.create_table(
        "language_check",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("round_id", sa.String(length=22), nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("speaker", sa.String(length=120), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_language_check_round_id_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_language_check")),
        info={"append_only": True},
    )
    with op.batch_alter_table("language_check", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_language_check_round_id"), ["round_id"], unique=False)

    op.create_table(
        "publicity",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("round_id", sa.String(length=22), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("where", sa.String(length=200), nullable=False),
        sa.Column("link", sa.String(length=500), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_publicity_round_id_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publicity")),
        info={"append_only": True},
    )
    with op.batch_alter_table("publicity", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_publicity_round_id"), ["round_id"], unique=False)

    op.create_table(
        "round_approval",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("round_id", sa.String(length=22), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("way", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("post", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("way <> 'nobody' OR reason <> ''", name=op.f("ck_round_approval_reason")),
        sa.CheckConstraint("way IN ('account', 'senior', 'nobody')", name=op.f("ck_round_approval_way")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_round_approval_round_id_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_approval")),
        info={"append_only": True},
    )
    with op.batch_alter_table("round_approval", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_round_approval_round_id"), ["round_id"], unique=False)

    op.create_table(
        "round_change",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("round_id", sa.String(length=22), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("was", sa.Date(), nullable=True),
        sa.Column("becomes", sa.Date(), nullable=True),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_round_change_reason")),
        sa.CheckConstraint(
            "what IN ('extended', 'closed-early', 'paused', 'resumed', 'reopened', 'withdrawn', 'language')",
            name=op.f("ck_round_change_what"),
        ),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_round_change_round_id_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_change")),
        info={"append_only": True},
    )
    with op.batch_alter_table("round_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_round_change_round_id"), ["round_id"], unique=False)

    op.create_table(
        "round_document",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("round_id", sa.String(length=22), nullable=False),
        sa.Column("sort", sa.String(length=10), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("file_name", sa.String(length=120), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("added_by", sa.String(length=80), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.Column("removed_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("sort IN ('evidence', 'equality', 'paper')", name=op.f("ck_round_document_sort")),
        sa.CheckConstraint("size > 0", name=op.f("ck_round_document_size")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_round_document_round_id_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_document")),
    )
    with op.batch_alter_table("round_document", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_round_document_round_id"), ["round_id"], unique=False)

    op.create_table(
        "stakeholder",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("round_id", sa.String(length=22), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("speaks_for", sa.String(length=200), nullable=False),
        sa.Column("particularly_affected", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("key_id", sa.String(length=16), nullable=True),
        sa.Column("dropped_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("(sealed IS NULL) = (key_id IS NULL)", name=op.f("ck_stakeholder_sealed")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_stakeholder_round_id_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stakeholder")),
        sa.UniqueConstraint("round_id", "id", name=op.f("uq_stakeholder_round_id_id")),
        sa.UniqueConstraint("round_id", "name", name=op.f("uq_stakeholder_round_id_name")),
    )
    op.create_table(
        "stakeholder_sending",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("round_id", sa.String(length=22), nullable=False),
        sa.Column("stakeholder_id", sa.String(length=22), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("how", sa.String(length=80), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["round_id", "stakeholder_id"],
            ["stakeholder.round_id", "stakeholder.id"],
            name=op.f("fk_stakeholder_sending_round_id_stakeholder_id_stakeholder"),
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["round.id"], name=op.f("fk_stakeholder_sending_round_id_round")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stakeholder_sending")),
        info={"append_only": True},
    )
    with op.batch_alter_table("stakeholder_sending", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stakeholder_sending_round_id"), ["round_id"], unique=False)

    op.create_table(
        "planned_survey",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("round_id", sa.String(length=22), nullable=False),
        sa.Column("draft_id", sa.String(length=22), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("receipt_prefix", sa.String(length=2), nullable=False),
        sa.Column("audience", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["survey_draft.id"], name=op.f("fk_planned_survey_draft_id_survey_draft")
        ),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_planned_survey_round_id_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planned_survey")),
        sa.UniqueConstraint("draft_id", name=op.f("uq_planned_survey_draft_id")),
        sa.UniqueConstraint("receipt_prefix", name=op.f("uq_planned_survey_receipt_prefix")),
        sa.UniqueConstraint("round_id", "position", name=op.f("uq_planned_survey_round_id_position")),
        sa.UniqueConstraint("slug", name=op.f("uq_planned_survey_slug")),
    )
    with op.batch_alter_table("revision", schema=None) as batch_op:
        batch_op.add_column(sa.Column("shown_from", sa.DateTime(), nullable=True))
        batch_op.create_index(
            "uq_revision_draft",
            ["kind", "key", "locale"],
            unique=True,
            sqlite_where=sa.text("state = 'draft'"),
            postgresql_where=sa.text("state = 'draft'"),
        )

    op.execute("UPDATE revision SET shown_from = at")
    with op.batch_alter_table("round", schema=None) as batch_op:
        batch_op.add_column(sa.Column("launched_at", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("launched_by", sa.String(length=80), nullable=True))
        batch_op.create_check_constraint(
            batch_op.f("ck_round_launched"), "(launched_at IS NULL) = (launched_by IS NULL)"
        )


def downgrade() -> None:
    with op.batch_alter_table("round", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_round_launched"), type_="check")
        batch_op.drop_column("launched_by")
        batch_op.drop_column("launched_at")

    with op.batch_alter_table("revision", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_revision_draft",
            sqlite_where=sa.text("state = 'draft'"),
            postgresql_where=sa.text("state = 'draft'"),
        )
        batch_op.drop_column("shown_from")

    op.drop_table("planned_survey")
    with op.batch_alter_table("stakeholder_sending", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stakeholder_sending_round_id"))

    op.drop_table("stakeholder_sending")
    op.drop_table("stakeholder")
    with op.batch_alter_table("round_document", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_round_document_round_id"))

    op.drop_table("round_document")
    with op.batch_alter_table("round_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_round_change_round_id"))

    op.drop_table("round_change")
    with op.batch_alter_table("round_approval", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_round_approval_round_id"))

    op.drop_table("round_approval")
    with op.batch_alter_table("publicity", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_publicity_round_id"))

    op.drop_table("publicity")
    with op.batch_alter_table("language_check", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_language_check_round_id"))

    op.drop_table("language_check")
    with op.batch_alter_table("gate_override", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_gate_override_round_id"))

    op.drop_table("gate_override")
    op.drop_table("equality_assessment")
    with op.batch_alter_table("cover_confirmation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cover_confirmation_round_id"))

    op.drop_table("cover_confirmation")
    with op.batch_alter_table("approval_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_approval_link_round_id"))

    op.drop_table("approval_link")
    op.drop_table("site_picture")
    op.drop_table("pack_offer")

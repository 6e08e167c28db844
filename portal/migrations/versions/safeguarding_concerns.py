"""Concerns, appeals, retention and the register of requests."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "safeguarding_1"
down_revision = "otherways_channels"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "request_register",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("acknowledge_by", sa.Date(), nullable=True),
        sa.Column("acknowledged_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("extended", sa.Boolean(), nullable=False),
        sa.Column("decision", sa.String(length=20), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("pack_sent_on", sa.Date(), nullable=True),
        sa.Column("owner", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            "kind IN ('foi', 'access', 'erasure', 'objection', 'police', 'complaint')",
            name=op.f("ck_request_register_kind"),
        ),
        sa.CheckConstraint(
            "(decision IS NULL) = (decided_on IS NULL)", name=op.f("ck_request_register_decided")
        ),
        sa.CheckConstraint("due_on >= received_on", name=op.f("ck_request_register_due")),
        sa.CheckConstraint(
            "pack_sent_on IS NULL OR decided_on IS NOT NULL", name=op.f("ck_request_register_pack")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_register")),
        sa.UniqueConstraint("reference", name=op.f("uq_request_register_reference")),
    )
    with op.batch_alter_table("request_register", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_request_register_decided_on_due_on"), ["decided_on", "due_on"], unique=False
        )

    op.create_table(
        "retention_rule",
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("keep", sa.SmallInteger(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('drafts', 'text', 'answers', 'safeguarding', 'audit')",
            name=op.f("ck_retention_rule_kind"),
        ),
        sa.CheckConstraint("keep > 0", name=op.f("ck_retention_rule_keep")),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_retention_rule")),
    )
    op.create_table(
        "safeguarding_concern",
        sa.Column("survey_id", sa.String(length=22), nullable=False),
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("comment_id", sa.String(length=22), nullable=False),
        sa.Column("item", sa.String(length=81), nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("submitted_on", sa.Date(), nullable=False),
        sa.Column("category", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("raised_by", sa.String(length=80), nullable=False),
        sa.Column("raised_on", sa.Date(), nullable=False),
        sa.Column("announced_on", sa.Date(), nullable=True),
        sa.Column("alarmed_on", sa.Date(), nullable=True),
        sa.Column("read_on", sa.Date(), nullable=True),
        sa.Column("told_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("concluded_on", sa.Date(), nullable=True),
        sa.Column("release_reason", sa.String(length=20), nullable=True),
        sa.Column("released_on", sa.Date(), nullable=True),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint(
            "category IN ('danger', 'child', 'adult', 'domestic-abuse', 'slavery', 'terrorism', "
            "'crime', 'self-harm')",
            name=op.f("ck_safeguarding_concern_category"),
        ),
        sa.CheckConstraint(
            "outcome IN ('emergency-response', 'referral-accepted', 'already-known', 'advice-only', "
            "'no-action')",
            name=op.f("ck_safeguarding_concern_outcome"),
        ),
        sa.CheckConstraint(
            "release_reason IN ('finished', 'not-safeguarding')",
            name=op.f("ck_safeguarding_concern_release_reason"),
        ),
        sa.CheckConstraint("source IN ('moderator', 'phrases')", name=op.f("ck_safeguarding_concern_source")),
        sa.CheckConstraint(
            "(outcome IS NULL) = (concluded_on IS NULL)", name=op.f("ck_safeguarding_concern_concluded")
        ),
        sa.CheckConstraint(
            "(release_reason IS NULL) = (released_on IS NULL)", name=op.f("ck_safeguarding_concern_released")
        ),
        sa.PrimaryKeyConstraint("survey_id", "id", name=op.f("pk_safeguarding_concern")),
        sa.UniqueConstraint(
            "survey_id", "comment_id", name=op.f("uq_safeguarding_concern_survey_id_comment_id")
        ),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("safeguarding_concern", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_safeguarding_concern_released_on"), ["released_on"], unique=False
        )

    op.create_table(
        "retention_start",
        sa.Column("survey_id", sa.String(length=22), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["survey.id"], name=op.f("fk_retention_start_survey_id_survey")
        ),
        sa.PrimaryKeyConstraint("survey_id", name=op.f("pk_retention_start")),
    )
    op.create_table(
        "safeguarding_telling",
        sa.Column("survey_id", sa.String(length=22), nullable=False),
        sa.Column("concern_id", sa.String(length=22), nullable=False),
        sa.Column("number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=False),
        sa.Column("noted_by", sa.String(length=80), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            "channel IN ('emergency-call', 'phone', 'secure-email', 'online-form', 'in-person')",
            name=op.f("ck_safeguarding_telling_channel"),
        ),
        sa.ForeignKeyConstraint(
            ["survey_id", "concern_id"],
            ["safeguarding_concern.survey_id", "safeguarding_concern.id"],
            name=op.f("fk_safeguarding_telling_survey_id_concern_id_safeguarding_concern"),
        ),
        sa.PrimaryKeyConstraint("survey_id", "concern_id", "number", name=op.f("pk_safeguarding_telling")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "safeguarding_text",
        sa.Column("survey_id", sa.String(length=22), nullable=False),
        sa.Column("concern_id", sa.String(length=22), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["survey_id", "concern_id"],
            ["safeguarding_concern.survey_id", "safeguarding_concern.id"],
            name=op.f("fk_safeguarding_text_survey_id_concern_id_safeguarding_concern"),
        ),
        sa.PrimaryKeyConstraint("survey_id", "concern_id", name=op.f("pk_safeguarding_text")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "comment_appeal",
        sa.Column("survey_id", sa.String(length=22), nullable=False),
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("comment_id", sa.String(length=22), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=True),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("settled_by", sa.String(length=80), nullable=True),
        sa.CheckConstraint("outcome IN ('kept', 'changed')", name=op.f("ck_comment_appeal_outcome")),
        sa.CheckConstraint(
            "(outcome IS NULL) = (settled_by IS NULL)", name=op.f("ck_comment_appeal_settler")
        ),
        sa.CheckConstraint(
            "(outcome IS NULL) = (settled_on IS NULL)", name=op.f("ck_comment_appeal_settled")
        ),
        sa.ForeignKeyConstraint(
            ["survey_id", "comment_id"],
            ["comment.survey_id", "comment.id"],
            name=op.f("fk_comment_appeal_survey_id_comment_id_comment"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("survey_id", "id", name=op.f("pk_comment_appeal")),
        sa.UniqueConstraint(
            "survey_id", "comment_id", "number", name=op.f("uq_comment_appeal_survey_id_comment_id_number")
        ),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("comment_appeal", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_comment_appeal_outcome_made_on"), ["outcome", "made_on"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("comment_appeal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_comment_appeal_outcome_made_on"))

    op.drop_table("comment_appeal")
    op.drop_table("safeguarding_text")
    op.drop_table("safeguarding_telling")
    op.drop_table("retention_start")
    with op.batch_alter_table("safeguarding_concern", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_safeguarding_concern_released_on"))

    op.drop_table("safeguarding_concern")
    op.drop_table("retention_rule")
    with op.batch_alter_table("request_register", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_request_register_decided_on_due_on"))

    op.drop_table("request_register")

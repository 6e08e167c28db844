"""The queue's second looks and passings-on, themes, the own list, campaigns, signs, and exclusion in two steps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "moderation_2"
down_revision = "rounds_1"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "own_word",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_word")),
    )
    op.create_table(
        "campaign",
        sa.Column("survey_id", sa.String(length=22), nullable=False),
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("item", sa.String(length=81), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.CheckConstraint("size > 1", name=op.f("ck_campaign_size")),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_campaign_survey_id_survey")),
        sa.PrimaryKeyConstraint("survey_id", "id", name=op.f("pk_campaign")),
    )
    op.create_table(
        "exclusion",
        sa.Column("survey_id", sa.String(length=22), nullable=False),
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("rule", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("proposed_by", sa.String(length=80), nullable=False),
        sa.Column("proposed_at", sa.DateTime(), nullable=False),
        sa.Column("decided_by", sa.String(length=80), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("override", sa.String(length=20), nullable=False),
        sa.CheckConstraint("(state = 'proposed') = (decided_by IS NULL)", name=op.f("ck_exclusion_decided")),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by <> proposed_by OR override <> ''",
            name=op.f("ck_exclusion_two_people"),
        ),
        sa.CheckConstraint(
            "rule IN ('automated', 'repeated-by-one', 'campaign-copies', 'not-meant', 'out-of-scope')",
            name=op.f("ck_exclusion_rule"),
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'confirmed', 'refused', 'lifted')", name=op.f("ck_exclusion_state")
        ),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_exclusion_survey_id_survey")),
        sa.PrimaryKeyConstraint("survey_id", "id", name=op.f("pk_exclusion")),
    )
    op.create_table(
        "theme",
        sa.Column("survey_id", sa.String(length=22), nullable=False),
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("item", sa.String(length=81), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("description", sa.String(length=300), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_theme_named")),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_theme_survey_id_survey")),
        sa.PrimaryKeyConstraint("survey_id", "id", name=op.f("pk_theme")),
        sa.UniqueConstraint("survey_id", "item", "name", name=op.f("uq_theme_survey_id_item_name")),
    )
    op.create_table(
        "exclusion_response",
        sa.Column("survey_id", sa.String(length=22), nullable=False),
        sa.Column("response_id", sa.String(length=22), nullable=False),
        sa.Column("exclusion_id", sa.String(length=22), nullable=False),
        sa.ForeignKeyConstraint(
            ["survey_id", "exclusion_id"],
            ["exclusion.survey_id", "exclusion.id"],
            name=op.f("fk_exclusion_response_survey_id_exclusion_id_exclusion"),
        ),
        sa.ForeignKeyConstraint(
            ["survey_id", "response_id"],
            ["response.survey_id", "response.id"],
            name=op.f("fk_exclusion_response_survey_id_response_id_response"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "survey_id", "response_id", "exclusion_id", name=op.f("pk_exclusion_response")
        ),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("exclusion_response", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_exclusion_response_survey_id_exclusion_id"),
            ["survey_id", "exclusion_id"],
            unique=False,
        )

    op.create_table(
        "response_sign",
        sa.Column("survey_id", sa.String(length=22), nullable=False),
        sa.Column("response_id", sa.String(length=22), nullable=False),
        sa.Column("sign", sa.String(length=10), nullable=False),
        sa.CheckConstraint("sign IN ('identical', 'fast', 'trap')", name=op.f("ck_response_sign_sign")),
        sa.ForeignKeyConstraint(
            ["survey_id", "response_id"],
            ["response.survey_id", "response.id"],
            name=op.f("fk_response_sign_survey_id_response_id_response"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("survey_id", "response_id", "sign", name=op.f("pk_response_sign")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "campaign_comment",
        sa.Column("survey_id", sa.String(length=22), nullable=False),
        sa.Column("comment_id", sa.String(length=22), nullable=False),
        sa.Column("campaign_id", sa.String(length=22), nullable=False),
        sa.Column("exact", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["survey_id", "campaign_id"],
            ["campaign.survey_id", "campaign.id"],
            name=op.f("fk_campaign_comment_survey_id_campaign_id_campaign"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["survey_id", "comment_id"],
            ["comment.survey_id", "comment.id"],
            name=op.f("fk_campaign_comment_survey_id_comment_id_comment"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("survey_id", "comment_id", name=op.f("pk_campaign_comment")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("campaign_comment", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_campaign_comment_survey_id_campaign_id"),
            ["survey_id", "campaign_id"],
            unique=False,
        )

    op.create_table(
        "comment_pass",
        sa.Column("survey_id", sa.String(length=22), nullable=False),
        sa.Column("comment_id", sa.String(length=22), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["survey_id", "comment_id"],
            ["comment.survey_id", "comment.id"],
            name=op.f("fk_comment_pass_survey_id_comment_id_comment"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("survey_id", "comment_id", "by", name=op.f("pk_comment_pass")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "comment_theme",
        sa.Column("survey_id", sa.String(length=22), nullable=False),
        sa.Column("comment_id", sa.String(length=22), nullable=False),
        sa.Column("theme_id", sa.String(length=22), nullable=False),
        sa.ForeignKeyConstraint(
            ["survey_id", "comment_id"],
            ["comment.survey_id", "comment.id"],
            name=op.f("fk_comment_theme_survey_id_comment_id_comment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["survey_id", "theme_id"],
            ["theme.survey_id", "theme.id"],
            name=op.f("fk_comment_theme_survey_id_theme_id_theme"),
        ),
        sa.PrimaryKeyConstraint("survey_id", "comment_id", "theme_id", name=op.f("pk_comment_theme")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("comment_theme", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_comment_theme_survey_id_theme_id"), ["survey_id", "theme_id"], unique=False
        )

    with op.batch_alter_table("comment", schema=None) as batch_op:
        batch_op.create_index(
            "ix_comment_second_look",
            ["survey_id", "id"],
            unique=False,
            sqlite_where=sa.text("quote = 'proposed'"),
            postgresql_where=sa.text("quote = 'proposed'"),
        )


def downgrade() -> None:
    op.drop_index("ix_comment_second_look", table_name="comment")
    for table in (
        "comment_theme",
        "comment_pass",
        "campaign_comment",
        "response_sign",
        "exclusion_response",
        "theme",
        "exclusion",
        "campaign",
        "own_word",
    ):
        op.drop_table(table)

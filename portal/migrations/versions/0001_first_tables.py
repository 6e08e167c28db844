"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("follows", sa.String(length=24), nullable=False),
        sa.Column("mac", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("year", "number", name=op.f("pk_audit_entry")),
        info={"append_only": True},
    )
    op.create_table(
        "canary",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("proof", sa.LargeBinary(length=32), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_canary_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canary")),
    )
    op.create_table(
        "census_margin",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("variable", sa.String(length=60), nullable=False),
        sa.Column("category", sa.String(length=120), nullable=False),
        sa.Column("count", sa.Integer(), nullable=True),
        sa.Column("percent", sa.Numeric(precision=5, scale=2, asdecimal=False), nullable=True),
        sa.CheckConstraint("count IS NOT NULL OR percent IS NOT NULL", name=op.f("ck_census_margin_given")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_census_margin")),
        sa.UniqueConstraint(
            "as_of", "variable", "category", name=op.f("uq_census_margin_as_of_variable_category")
        ),
    )
    op.create_table(
        "change_horizon",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("xid", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_change_horizon_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_horizon")),
    )
    op.create_table(
        "change_log",
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("survey_id", sa.String(length=22), nullable=False),
        sa.Column("response_id", sa.String(length=22), nullable=False),
        sa.Column("op", sa.String(length=8), nullable=False),
        sa.Column("xid", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("op IN ('submit', 'withdraw', 'exclude', 'erase')", name=op.f("ck_change_log_op")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_change_log")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("change_log", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_change_log_survey_id_xid"), ["survey_id", "xid"], unique=False)

    op.create_table(
        "code_attempt",
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("who", sa.LargeBinary(length=32), nullable=False),
        sa.Column("slot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tally", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("purpose", "who", "slot", name=op.f("pk_code_attempt")),
    )
    op.create_table(
        "place",
        sa.Column("area_set", sa.String(length=20), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=9), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("label_lon", sa.Double(), nullable=True),
        sa.Column("label_lat", sa.Double(), nullable=True),
        sa.Column("geometry", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("ward_key", sa.String(length=60), nullable=True),
        sa.Column("checked", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint("level = 'parish' OR ward_key IS NULL", name=op.f("ck_place_ward")),
        sa.CheckConstraint("level IN ('parish', 'ward')", name=op.f("ck_place_level")),
        sa.PrimaryKeyConstraint("area_set", "level", "key", name=op.f("pk_place")),
        sa.UniqueConstraint("area_set", "number", name=op.f("uq_place_area_set_number")),
    )
    op.create_table(
        "revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("body", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("origin", sa.String(length=120), nullable=False),
        sa.CheckConstraint("state IN ('current', 'superseded', 'draft')", name=op.f("ck_revision_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
        sa.UniqueConstraint(
            "kind", "key", "locale", "number", name=op.f("uq_revision_kind_key_locale_number")
        ),
    )
    with op.batch_alter_table("revision", schema=None) as batch_op:
        batch_op.create_index(
            "uq_revision_current",
            ["kind", "key", "locale"],
            unique=True,
            sqlite_where=sa.text("state = 'current'"),
            postgresql_where=sa.text("state = 'current'"),
        )

    op.create_table(
        "round",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round")),
        sa.UniqueConstraint("slug", name=op.f("uq_round_slug")),
    )
    op.create_table(
        "survey",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("receipt_prefix", sa.String(length=2), nullable=False),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.Column("opens_at", sa.DateTime(), nullable=True),
        sa.Column("closes_at", sa.DateTime(), nullable=True),
        sa.Column("paused_at", sa.DateTime(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(), nullable=True),
        sa.Column("withdraw_until", sa.Date(), nullable=True),
        sa.CheckConstraint("kind IN ('anonymous', 'named')", name=op.f("ck_survey_kind")),
        sa.CheckConstraint("closes_at > opens_at", name=op.f("ck_survey_window")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey")),
        sa.UniqueConstraint("id", "kind", name=op.f("uq_survey_id_kind")),
        sa.UniqueConstraint("receipt_prefix", name=op.f("uq_survey_receipt_prefix")),
        sa.UniqueConstraint("slug", name=op.f("uq_survey_slug")),
    )
    op.create_table(
        "fieldwork_tick",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("survey_id", sa.String(length=22), nullable=False),
        sa.Column("page", sa.String(length=40), nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("tally", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["survey.id"], name=op.f("fk_fieldwork_tick_survey_id_survey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fieldwork_tick")),
    )
    with op.batch_alter_table("fieldwork_tick", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fieldwork_tick_survey_id_on"), ["survey_id", "on"], unique=False)

    op.create_table(
        "participant",
        sa.Column("survey_id", sa.String(length=22), nullable=False),
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("survey_kind", sa.String(length=10), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.CheckConstraint("survey_kind = 'named'", name=op.f("ck_participant_named")),
        sa.ForeignKeyConstraint(
            ["survey_id", "survey_kind"],
            ["survey.id", "survey.kind"],
            name=op.f("fk_participant_survey_id_survey_kind_survey"),
        ),
        sa.PrimaryKeyConstraint("survey_id", "id", name=op.f("pk_participant")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "round_survey",
        sa.Column("round_id", sa.String(length=22), nullable=False),
        sa.Column("survey_id", sa.String(length=22), nullable=False),
        sa.Column("audience", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_round_survey_round_id_round")),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_round_survey_survey_id_survey")),
        sa.PrimaryKeyConstraint("round_id", "survey_id", name=op.f("pk_round_survey")),
        sa.UniqueConstraint("round_id", "position", name=op.f("uq_round_survey_round_id_position")),
        sa.UniqueConstraint("survey_id", name=op.f("uq_round_survey_survey_id")),
    )
    op.create_table(
        "survey_release",
        sa.Column("survey_id", sa.String(length=22), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("content", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("figures", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.CheckConstraint("kind IN ('closing', 'correction')", name=op.f("ck_survey_release_kind")),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["survey.id"], name=op.f("fk_survey_release_survey_id_survey")
        ),
        sa.PrimaryKeyConstraint("survey_id", "number", name=op.f("pk_survey_release")),
        info={"append_only": True},
    )
    op.create_table(
        "survey_version",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("survey_id", sa.String(length=22), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("meaning", sa.String(length=10), nullable=False),
        sa.Column("document", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("published_at", sa.DateTime(), nullable=False),
        sa.Column("published_by", sa.String(length=80), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint("(number = 1) = (meaning = 'first')", name=op.f("ck_survey_version_first")),
        sa.CheckConstraint("meaning IN ('first', 'same', 'changed')", name=op.f("ck_survey_version_meaning")),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["survey.id"], name=op.f("fk_survey_version_survey_id_survey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_version")),
        sa.UniqueConstraint("survey_id", "number", name=op.f("uq_survey_version_survey_id_number")),
        info={"append_only": True},
    )
    op.create_table(
        "draft",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("survey_id", sa.String(length=22), nullable=False),
        sa.Column("version_id", sa.String(length=22), nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=4), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("return_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'sent')", name=op.f("ck_draft_state")),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_draft_survey_id_survey")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["survey_version.id"], name=op.f("fk_draft_version_id_survey_version")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_draft")),
        sa.UniqueConstraint("return_hash", name=op.f("uq_draft_return_hash")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_draft_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "response",
        sa.Column("survey_id", sa.String(length=22), nullable=False),
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("survey_kind", sa.String(length=10), nullable=False),
        sa.Column("version_id", sa.String(length=22), nullable=False),
        sa.Column("submission_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("receipt_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("participant_id", sa.String(length=22), nullable=True),
        sa.Column("answers", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.Column("record_key", sa.SmallInteger(), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("submitted_on", sa.Date(), nullable=False),
        sa.Column("may_publish", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.CheckConstraint("status IN ('counted', 'excluded')", name=op.f("ck_response_status")),
        sa.CheckConstraint(
            "survey_kind = 'named' OR participant_id IS NULL", name=op.f("ck_response_anonymous")
        ),
        sa.CheckConstraint("record_key BETWEEN 0 AND 255", name=op.f("ck_response_record_key")),
        sa.ForeignKeyConstraint(
            ["survey_id", "participant_id"],
            ["participant.survey_id", "participant.id"],
            name=op.f("fk_response_survey_id_participant_id_participant"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["survey_id", "survey_kind"],
            ["survey.id", "survey.kind"],
            name=op.f("fk_response_survey_id_survey_kind_survey"),
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["survey_version.id"], name=op.f("fk_response_version_id_survey_version")
        ),
        sa.PrimaryKeyConstraint("survey_id", "id", name=op.f("pk_response")),
        sa.UniqueConstraint("survey_id", "receipt_hash", name=op.f("uq_response_survey_id_receipt_hash")),
        sa.UniqueConstraint(
            "survey_id", "submission_hash", name=op.f("uq_response_survey_id_submission_hash")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "survey_release_exact",
        sa.Column("survey_id", sa.String(length=22), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("counts", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["survey_id", "number"],
            ["survey_release.survey_id", "survey_release.number"],
            name=op.f("fk_survey_release_exact_survey_id_number_survey_release"),
        ),
        sa.PrimaryKeyConstraint("survey_id", "number", name=op.f("pk_survey_release_exact")),
        info={"append_only": True},
    )
    op.create_table(
        "comment",
        sa.Column("survey_id", sa.String(length=22), nullable=False),
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("response_id", sa.String(length=22), nullable=False),
        sa.Column("item", sa.String(length=81), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'publishable', 'redacted', 'withheld', 'spam', 'referred', 'read')",
            name=op.f("ck_comment_state"),
        ),
        sa.ForeignKeyConstraint(
            ["survey_id", "response_id"],
            ["response.survey_id", "response.id"],
            name=op.f("fk_comment_survey_id_response_id_response"),
        ),
        sa.PrimaryKeyConstraint("survey_id", "id", name=op.f("pk_comment")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("comment", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_comment_survey_id_response_id"), ["survey_id", "response_id"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("comment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_comment_survey_id_response_id"))

    op.drop_table("comment")
    op.drop_table("survey_release_exact")
    op.drop_table("response")
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_draft_expires_at"))

    op.drop_table("draft")
    op.drop_table("survey_version")
    op.drop_table("survey_release")
    op.drop_table("round_survey")
    op.drop_table("participant")
    with op.batch_alter_table("fieldwork_tick", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_fieldwork_tick_survey_id_on"))

    op.drop_table("fieldwork_tick")
    op.drop_table("survey")
    op.drop_table("round")
    with op.batch_alter_table("revision", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_revision_current",
            sqlite_where=sa.text("state = 'current'"),
            postgresql_where=sa.text("state = 'current'"),
        )

    op.drop_table("revision")
    op.drop_table("place")
    op.drop_table("code_attempt")
    with op.batch_alter_table("change_log", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_change_log_survey_id_xid"))

    op.drop_table("change_log")
    op.drop_table("change_horizon")
    op.drop_table("census_margin")
    op.drop_table("canary")
    op.drop_table("audit_entry")

"""Batches and forms, invitations, contacts, meetings, submissions, complaints, short addresses."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "otherways_channels"
down_revision = "evidence_1"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "data_complaint",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("acknowledged_on", sa.Date(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            "(state = 'answered') = (answered_on IS NOT NULL)", name=op.f("ck_data_complaint_answered")
        ),
        sa.CheckConstraint(
            "(state = 'received') = (acknowledged_on IS NULL)", name=op.f("ck_data_complaint_acknowledged")
        ),
        sa.CheckConstraint(
            "state IN ('received', 'acknowledged', 'answered')", name=op.f("ck_data_complaint_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_complaint")),
        sa.UniqueConstraint("reference", name=op.f("uq_data_complaint_reference")),
    )
    with op.batch_alter_table("data_complaint", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_data_complaint_state_due_on"), ["state", "due_on"], unique=False)

    op.create_table(
        "form_batch",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("survey_id", sa.String(length=22), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("issued", sa.Integer(), nullable=False),
        sa.Column("returned", sa.Integer(), nullable=False),
        sa.Column("sample_every", sa.Integer(), nullable=False),
        sa.Column("twice", sa.Integer(), nullable=False),
        sa.Column("compared", sa.Integer(), nullable=False),
        sa.Column("differences", sa.Integer(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint(
            "channel IN ('paper', 'phone', 'face', 'sheet')", name=op.f("ck_form_batch_channel")
        ),
        sa.CheckConstraint(
            "0 <= differences AND differences <= compared", name=op.f("ck_form_batch_compared")
        ),
        sa.CheckConstraint(
            "issued >= 0 AND returned >= 0 AND returned <= issued", name=op.f("ck_form_batch_counted")
        ),
        sa.CheckConstraint("sample_every >= 1", name=op.f("ck_form_batch_sample")),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_form_batch_survey_id_survey")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_batch")),
        sa.UniqueConstraint("survey_id", "name", name=op.f("uq_form_batch_survey_id_name")),
    )
    op.create_table(
        "invitation",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("survey_id", sa.String(length=22), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("organisation_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.Column("used_on", sa.Date(), nullable=True),
        sa.Column("how", sa.String(length=8), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("(how = 'sheet') = (source <> '')", name=op.f("ck_invitation_source")),
        sa.CheckConstraint("(used_on IS NULL) = (how = '')", name=op.f("ck_invitation_used")),
        sa.CheckConstraint("how IN ('', 'link', 'sheet')", name=op.f("ck_invitation_how")),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_invitation_survey_id_survey")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint(
            "survey_id", "organisation_hash", name=op.f("uq_invitation_survey_id_organisation_hash")
        ),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )
    op.create_table(
        "outcome_contact",
        sa.Column("round_slug", sa.String(length=60), nullable=False),
        sa.Column("address_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.CheckConstraint("state IN ('asked', 'confirmed')", name=op.f("ck_outcome_contact_state")),
        sa.ForeignKeyConstraint(
            ["round_slug"], ["round.slug"], name=op.f("fk_outcome_contact_round_slug_round")
        ),
        sa.PrimaryKeyConstraint("round_slug", "address_hash", name=op.f("pk_outcome_contact")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_outcome_contact_token_hash")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "outside_submission",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("round_slug", sa.String(length=60), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("sender", sa.String(length=12), nullable=False),
        sa.Column("signatures", sa.Integer(), nullable=False),
        sa.Column("themes", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("considered_on", sa.Date(), nullable=True),
        sa.Column("considered_by", sa.String(length=80), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            "(state = 'considered') = (considered_on IS NOT NULL)",
            name=op.f("ck_outside_submission_considered"),
        ),
        sa.CheckConstraint(
            "kind IN ('letter', 'email', 'petition', 'report', 'call', 'other')",
            name=op.f("ck_outside_submission_kind"),
        ),
        sa.CheckConstraint(
            "sender IN ('resident', 'organisation', 'parish', 'councillor', 'business', 'school', 'other')",
            name=op.f("ck_outside_submission_sender"),
        ),
        sa.CheckConstraint(
            "state IN ('received', 'read', 'considered')", name=op.f("ck_outside_submission_state")
        ),
        sa.CheckConstraint("signatures >= 0", name=op.f("ck_outside_submission_signatures")),
        sa.ForeignKeyConstraint(
            ["round_slug"], ["round.slug"], name=op.f("fk_outside_submission_round_slug_round")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_submission")),
    )
    with op.batch_alter_table("outside_submission", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_outside_submission_round_slug_state"), ["round_slug", "state"], unique=False
        )

    op.create_table(
        "public_meeting",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("round_slug", sa.String(length=60), nullable=True),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("publicised", sa.Text(), nullable=False),
        sa.Column("attendance", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("public_came", sa.Integer(), nullable=False),
        sa.Column("questions", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("public_came >= 0", name=op.f("ck_public_meeting_public_came")),
        sa.ForeignKeyConstraint(
            ["round_slug"], ["round.slug"], name=op.f("fk_public_meeting_round_slug_round")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_meeting")),
    )
    with op.batch_alter_table("public_meeting", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_public_meeting_held_on"), ["held_on"], unique=False)

    op.create_table(
        "short_address",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("survey_id", sa.String(length=22), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("code = lower(code)", name=op.f("ck_short_address_lower")),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_short_address_survey_id_survey")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_short_address")),
    )
    with op.batch_alter_table("short_address", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_short_address_survey_id"), ["survey_id"], unique=False)

    op.create_table(
        "paper_form",
        sa.Column("survey_id", sa.String(length=22), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("batch_id", sa.String(length=22), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=12), nullable=False),
        sa.CheckConstraint("(state = 'spoiled') = (reason <> '')", name=op.f("ck_paper_form_reason")),
        sa.CheckConstraint("state IN ('keyed', 'spoiled')", name=op.f("ck_paper_form_state")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["form_batch.id"], name=op.f("fk_paper_form_batch_id_form_batch")
        ),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_paper_form_survey_id_survey")),
        sa.PrimaryKeyConstraint("survey_id", "number", name=op.f("pk_paper_form")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "first_typing",
        sa.Column("survey_id", sa.String(length=22), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("response_id", sa.String(length=22), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["survey_id", "number"],
            ["paper_form.survey_id", "paper_form.number"],
            name=op.f("fk_first_typing_survey_id_number_paper_form"),
        ),
        sa.ForeignKeyConstraint(
            ["survey_id", "response_id"],
            ["response.survey_id", "response.id"],
            name=op.f("fk_first_typing_survey_id_response_id_response"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("survey_id", "number", name=op.f("pk_first_typing")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "invited_draft",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("invitation_id", sa.String(length=22), nullable=False),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitation.id"], name=op.f("fk_invited_draft_invitation_id_invitation")
        ),
        sa.ForeignKeyConstraint(
            ["token_hash"],
            ["draft.token_hash"],
            name=op.f("fk_invited_draft_token_hash_draft"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_invited_draft")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("invited_draft", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invited_draft_invitation_id"), ["invitation_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("invited_draft", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invited_draft_invitation_id"))

    op.drop_table("invited_draft")
    op.drop_table("first_typing")
    op.drop_table("paper_form")
    with op.batch_alter_table("short_address", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_short_address_survey_id"))

    op.drop_table("short_address")
    with op.batch_alter_table("public_meeting", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_public_meeting_held_on"))

    op.drop_table("public_meeting")
    with op.batch_alter_table("outside_submission", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outside_submission_round_slug_state"))

    op.drop_table("outside_submission")
    op.drop_table("outcome_contact")
    op.drop_table("invitation")
    op.drop_table("form_batch")
    with op.batch_alter_table("data_complaint", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_data_complaint_state_due_on"))

    op.drop_table("data_complaint")

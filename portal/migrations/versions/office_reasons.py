"""Officers' reasons stand beside the audit log, where they can be erased."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "office_reasons"
down_revision = "numbers_approval_links"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_reason",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_reason")),
    )

"""Approval links about anything, not consultations alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "numbers_approval_links"
down_revision = "unsampled_1"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("approval_link", sa.Column("about", sa.String(length=80), nullable=True))
    op.execute(
        "UPDATE approval_link SET about = "
        "'round:' || (SELECT slug FROM round WHERE round.id = approval_link.round_id)"
    )
    with op.batch_alter_table("approval_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_approval_link_round_id"))
        batch_op.drop_constraint(batch_op.f("fk_approval_link_round_id_round"), type_="foreignkey")
        batch_op.drop_column("round_id")
        batch_op.alter_column("about", existing_type=sa.String(length=80), nullable=False)
        batch_op.create_index(batch_op.f("ix_approval_link_about"), ["about"], unique=False)


def downgrade() -> None:
    op.add_column("approval_link", sa.Column("round_id", sa.String(length=22), nullable=True))
    op.execute("DELETE FROM approval_link WHERE about NOT LIKE 'round:%'")
    op.execute(
        "UPDATE approval_link SET round_id = "
        "(SELECT id FROM round WHERE 'round:' || round.slug = approval_link.about)"
    )
    with op.batch_alter_table("approval_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_approval_link_about"))
        batch_op.drop_column("about")
        batch_op.alter_column("round_id", existing_type=sa.String(length=22), nullable=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_approval_link_round_id_round"), "round", ["round_id"], ["id"]
        )
        batch_op.create_index(batch_op.f("ix_approval_link_round_id"), ["round_id"], unique=False)

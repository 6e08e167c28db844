"""Whether a release in the making is weighted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "numbers_weighted_release"
down_revision = "office_reasons"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "release_draft", sa.Column("weighted", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    with op.batch_alter_table("release_draft", schema=None) as batch_op:
        batch_op.alter_column("weighted", existing_type=sa.Boolean(), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("release_draft", schema=None) as batch_op:
        batch_op.drop_column("weighted")

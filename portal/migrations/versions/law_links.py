"""Links say why they ended: used, replaced by a newer one, or taken back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "law_links"
down_revision = "law_corrections"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("officer_link", sa.Column("ending", sa.String(length=10), nullable=True))


def downgrade() -> None:
    op.drop_column("officer_link", "ending")

"""What was told of a consultation names its day, so that a day that is moved is told anew."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "duties_reminders"
down_revision = "duties_complaints"
branch_labels = None
depends_on = None

DATED = ("opening", "closing", "response-soon", "response")
REMINDED = sa.table(
    "reminded", sa.column("what", sa.String), sa.column("about", sa.String), sa.column("on", sa.Date)
)


def _longest(was: int, now: int) -> None:
    with op.batch_alter_table("reminded") as table:
        table.alter_column(
            "about", existing_type=sa.String(was), type_=sa.String(now), existing_nullable=False
        )


def upgrade() -> None:
    """The day it was told stands for the day it was due: the sweep runs every night."""
    _longest(60, 80)
    bind, dated = op.get_bind(), REMINDED.c.what.in_(DATED)
    for what, about, on in bind.execute(sa.select(REMINDED).where(dated)).all():
        this = (REMINDED.c.what == what) & (REMINDED.c.about == about)
        bind.execute(sa.update(REMINDED).where(this).values(about=f"{about} {on.isoformat()}"))


def downgrade() -> None:
    op.execute(sa.delete(REMINDED).where(REMINDED.c.what.in_(DATED)))
    _longest(80, 60)

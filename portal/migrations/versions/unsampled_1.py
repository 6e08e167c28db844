"""PostgreSQL keeps no samples of sealed or packed values in its statistics."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "unsampled_1"
down_revision = "plan_2"
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    inspector = sa.inspect(connection)
    for table in inspector.get_table_names():
        for column in inspector.get_columns(table):
            if isinstance(column["type"], sa.LargeBinary):
                name = f"ALTER TABLE {table} ALTER COLUMN {column['name']}"
                op.execute(f"{name} SET STATISTICS 0")
                # Naming the type anew throws the samples taken so far away; nothing is rewritten.
                op.execute(f"{name} TYPE bytea")

"""A write that waits for another one: an addition only."""

import sqlalchemy as sa
from alembic import op

revision = "0115"
down_revision = "0114"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema from revision 0114 to 0115."""
    op.add_column("outbox", sa.Column("after_write", sa.BigInteger(), nullable=True))
    follows = sa.text("after_write IS NOT NULL")
    op.create_index("ix_outbox_after", "outbox", ["after_write"], sqlite_where=follows, postgresql_where=follows)

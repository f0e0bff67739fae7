"""The unfinished writes, the newest first."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema from revision 0007 to 0008."""
    unfinished = sa.text("state IN ('proposed', 'queued', 'sending', 'in_doubt')")
    op.create_index("ix_outbox_unfinished", "outbox", ["id"], sqlite_where=unfinished, postgresql_where=unfinished)

"""Whose calendars could not be read: a column; an addition only."""

import sqlalchemy as sa
from alembic import op

revision = "0146"
down_revision = "0145"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema from revision 0145 to 0146."""
    op.add_column("calendar_reads", sa.Column("unread", sa.Text(), server_default="[]", nullable=False))

"""Clocks by when they ended: an index; an addition only."""

from alembic import op

revision = "0147"
down_revision = "0146"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema from revision 0146 to 0147."""
    op.create_index("ix_sla_clocks_stopped", "sla_clocks", ["stopped_at", "ticket_id"], unique=False)

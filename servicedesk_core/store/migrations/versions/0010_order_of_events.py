"""The events of a ticket in their order."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema from revision 0009 to 0010."""
    live = sa.text("gone_at IS NULL")
    columns = ["source_id", "ticket_ref", "effective_at", "source_seq", "gone_at"]
    op.drop_index("ix_ticket_events_ticket", "ticket_events")
    op.create_index("ix_ticket_events_ticket", "ticket_events", columns, sqlite_where=live, postgresql_where=live)

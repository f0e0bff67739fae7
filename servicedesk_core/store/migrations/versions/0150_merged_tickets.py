"""Events that tell of a merge: an index of them; an addition only."""

import sqlalchemy as sa
from alembic import op

revision = "0150"
down_revision = "0149"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema from revision 0149 to 0150."""
    merged = sa.text("type = 'merged' AND gone_at IS NULL")
    op.create_index(
        "ix_ticket_events_merged",
        "ticket_events",
        ["source_id", "ticket_ref", "type"],
        unique=False,
        sqlite_where=merged,
        postgresql_where=merged,
    )

"""On SQLite, indexes of tickets hold words too, so that searching reads no ticket, in place of two that do not."""

import sqlalchemy as sa
from alembic import op

revision = "0132"
down_revision = "0131"
branch_labels = None
depends_on = None

_OPEN = sa.text("is_open AND gone_at IS NULL")
_CREATED = ["created_at", "local_id", "title", "number", "gone_at"]
_LISTED = [
    "created_at",
    "local_id",
    "source_id",
    "queue_ref",
    "status_category",
    "assignee_ref",
    "company_ref",
    "priority",
    "due_at",
    "sla_due_at",
    "last_activity_at",
    "estimated_s",
    "external_id",
    "is_open",
    "gone_at",
    "number",
    "title",
    "status",
    "priority_name",
    "kind",
    "kind_name",
]


def upgrade() -> None:
    """Bring the schema from revision 0131 to 0132."""
    if op.get_bind().dialect.name != "sqlite":
        return
    op.drop_index("ix_tickets_created", "tickets")
    op.create_index("ix_tickets_found", "tickets", _CREATED)
    op.drop_index("ix_tickets_open", "tickets")
    op.create_index("ix_tickets_open_found", "tickets", _LISTED, sqlite_where=_OPEN)

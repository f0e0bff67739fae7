"""When open tickets are due next by the vendor's agreement."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_COLUMNS = (
    "created_at", "local_id", "source_id", "queue_ref", "status_category", "assignee_ref", "company_ref", "priority",
    "due_at", "sla_due_at", "last_activity_at", "estimated_s", "external_id", "is_open", "gone_at",
)  # fmt: skip


def upgrade() -> None:
    """Bring the schema from revision 0012 to 0013."""
    op.add_column("tickets", sa.Column("sla_due_at", sa.BigInteger()))
    op.execute(
        "UPDATE tickets SET sla_due_at = (SELECT MIN(due) FROM ("
        "SELECT CASE WHEN first_response_at IS NULL THEN first_response_due_at END AS due "
        "UNION ALL SELECT CASE WHEN resolution_plan_at IS NULL THEN resolution_plan_due_at END "
        "UNION ALL SELECT CASE WHEN resolved_at IS NULL THEN resolution_due_at END) AS dues) WHERE is_open"
    )
    still_open = sa.text("is_open AND gone_at IS NULL")
    op.drop_index("ix_tickets_open", "tickets")
    op.create_index("ix_tickets_open", "tickets", _COLUMNS, sqlite_where=still_open, postgresql_where=still_open)

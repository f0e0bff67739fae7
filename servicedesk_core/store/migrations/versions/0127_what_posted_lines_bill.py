"""Indexes of the lines that the PSA posted, by what they bill: an addition only."""

import sqlalchemy as sa
from alembic import op

revision = "0127"
down_revision = "0126"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema from revision 0126 to 0127."""
    for billed in ("time_entry", "charge", "contract_service"):
        named = sa.text(f"{billed}_ref IS NOT NULL AND gone_at IS NULL")
        op.create_index(
            f"ix_billing_items_{billed}",
            "billing_items",
            [f"{billed}_ref", "source_id"],
            unique=False,
            sqlite_where=named,
            postgresql_where=named,
        )

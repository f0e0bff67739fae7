"""Occurrences of recurring plans: a table; an addition only."""

import sqlalchemy as sa
from alembic import op

revision = "0148"
down_revision = "0147"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema from revision 0147 to 0148."""
    op.create_table(
        "recurring_occurrences",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("on_day", sa.Text(), nullable=False),
        sa.Column("asset", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("why", sa.Text()),
        sa.Column("write_id", sa.BigInteger()),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_recurring_occurrences")),
    )
    op.create_index("ix_recurring_occurrences_day", "recurring_occurrences", ["day"], unique=False)
    op.create_index("ix_recurring_occurrences_write_id", "recurring_occurrences", ["write_id"], unique=False)
    op.create_index("ix_recurring_occurrences_plan", "recurring_occurrences", ["plan"], unique=False)

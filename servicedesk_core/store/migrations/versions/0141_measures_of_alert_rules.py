"""How alert rules stand, attempts under way, and the words for statuses: a table and indexes; additions only."""

import sqlalchemy as sa
from alembic import op

revision = "0141"
down_revision = "0140"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema from revision 0140 to 0141."""
    op.create_table(
        "alert_measures",
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("rule", name=op.f("pk_alert_measures")),
    )
    sending = sa.text("fate = 'sending'")
    op.create_index(
        "ix_staff_attempts_sending",
        "staff_attempts",
        ["batch"],
        unique=False,
        sqlite_where=sending,
        postgresql_where=sending,
    )
    op.create_index("ix_tickets_status", "tickets", ["source_id", "status", "status_category"], unique=False)

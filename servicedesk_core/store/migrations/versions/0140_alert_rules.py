"""Alerts of rules, with who looks after them; what is bad and no alert yet: columns and a table; additions only."""

import sqlalchemy as sa
from alembic import op

revision = "0140"
down_revision = "0139"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema from revision 0139 to 0140."""
    for column in (
        sa.Column("rule", sa.Text()),
        sa.Column("acknowledged_by", sa.Text()),
        sa.Column("acknowledged_at", sa.BigInteger()),
        sa.Column("muted_until", sa.BigInteger()),
        sa.Column("told_at", sa.BigInteger()),
    ):
        op.add_column("alerts", column)
    op.create_table(
        "alert_waits",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_alert_waits")),
    )

"""What people decide about clocks, cards and samples: additions only."""

import sqlalchemy as sa
from alembic import op

revision = "0101"
down_revision = "0100"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema from revision 0100 to 0101."""
    op.create_table(
        "repeat_decisions",
        sa.Column("source_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_ref", sa.Text(), nullable=False),
        sa.Column("follow_up_ref", sa.Text(), nullable=False),
        sa.Column("is_repeat", sa.Boolean(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source_id", "ticket_ref", "follow_up_ref", name=op.f("pk_repeat_decisions")),
    )
    op.create_table(
        "kpi_months",
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_kpi_months")),
    )
    op.create_table(
        "kpi_figures",
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("month", "name", name=op.f("pk_kpi_figures")),
    )

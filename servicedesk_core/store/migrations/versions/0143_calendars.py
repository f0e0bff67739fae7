"""Busy times of technicians' calendars, and when they were read: two tables; additions only."""

import sqlalchemy as sa
from alembic import op

revision = "0143"
down_revision = "0142"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the schema from revision 0142 to 0143."""
    op.create_table(
        "busy_times",
        sa.Column("id", _ID, nullable=False),
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("technician", sa.Text(), nullable=False),
        sa.Column("start_at", sa.BigInteger(), nullable=False),
        sa.Column("end_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_busy_times")),
    )
    op.create_index(op.f("ix_busy_times_connection"), "busy_times", ["connection"], unique=False)
    op.create_index(op.f("ix_busy_times_start_at"), "busy_times", ["start_at"], unique=False)
    op.create_table(
        "calendar_reads",
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("technicians", sa.Text(), nullable=False),
        sa.Column("read_at", sa.BigInteger()),
        sa.Column("tried_at", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.Text()),
        sa.PrimaryKeyConstraint("connection", name=op.f("pk_calendar_reads")),
    )

"""Escalation: what clocks come to next, the steps that were taken, and hand-offs: three tables; an addition only."""

import sqlalchemy as sa
from alembic import op

revision = "0138"
down_revision = "0137"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema from revision 0137 to 0138."""
    op.create_table(
        "escalation_dues",
        sa.Column("ticket_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("clock", sa.Text(), nullable=False),
        sa.Column("cycle", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("calendar", sa.Text(), nullable=True),
        sa.Column("counts_from_us", sa.BigInteger(), nullable=False),
        sa.Column("target_us", sa.BigInteger(), nullable=False),
        sa.Column("judged_at", sa.BigInteger(), nullable=True),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("ticket_id", "clock", "cycle", name=op.f("pk_escalation_dues")),
    )
    op.create_index("ix_escalation_dues_next", "escalation_dues", ["next_at"], unique=False)
    op.create_table(
        "escalation_handoffs",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("from_queue_ref", sa.Text(), nullable=True),
        sa.Column("from_technician_ref", sa.Text(), nullable=True),
        sa.Column("tried", sa.Text(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("mood", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalation_handoffs")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_escalation_handoffs_ticket", "escalation_handoffs", ["ticket_id"], unique=False)
    op.create_table(
        "escalation_steps",
        sa.Column("ticket_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("clock", sa.Text(), nullable=False),
        sa.Column("cycle", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("ticket_id", "clock", "cycle", "step", name=op.f("pk_escalation_steps")),
    )
    op.create_index("ix_escalation_steps_at", "escalation_steps", ["at"], unique=False)

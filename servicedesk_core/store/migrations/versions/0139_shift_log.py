"""What one shift tells the next, and what clients were promised: two tables; an addition only."""

import sqlalchemy as sa
from alembic import op

revision = "0139"
down_revision = "0138"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the schema from revision 0138 to 0139."""
    op.create_table(
        "shift_log",
        sa.Column("id", _ID, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_log")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "client_promises",
        sa.Column("id", _ID, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kept_at", sa.BigInteger(), nullable=True),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_promises")),
        sqlite_autoincrement=True,
    )
    for table, columns in {"shift_log": ("ticket_id", "at"), "client_promises": ("ticket_id", "due_at")}.items():
        for column in columns:
            op.create_index(f"ix_{table}_{column}", table, [column])

"""What automatic acts proposed, and under which standing approval: a table; an addition only."""

import sqlalchemy as sa
from alembic import op

revision = "0134"
down_revision = "0133"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema from revision 0133 to 0134."""
    op.create_table(
        "outbox_automatic",
        sa.Column("write_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("rejected", sa.Text(), nullable=False),
        sa.Column("approval", sa.Text(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=True),
        sa.Column("run", sa.Text(), nullable=True),
        sa.Column("approved_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("write_id", name=op.f("pk_outbox_automatic")),
    )
    op.create_index("ix_outbox_automatic_approval", "outbox_automatic", ["approval", "approved_at"])

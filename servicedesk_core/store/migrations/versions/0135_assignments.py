"""Who was given which ticket, who else could have been, and why: a table; an addition only."""

import sqlalchemy as sa
from alembic import op

revision = "0135"
down_revision = "0134"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema from revision 0134 to 0135."""
    op.create_table(
        "assignments",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("write_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_ref", sa.Text(), nullable=False),
        sa.Column("queue", sa.Text()),
        sa.Column("technician_ref", sa.Text()),
        sa.Column("recommended_ref", sa.Text()),
        sa.Column("score", sa.BigInteger()),
        sa.Column("ranking", sa.Text(), nullable=False),
        sa.Column("refused", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignments")),
        sa.UniqueConstraint("write_id", name=op.f("uq_assignments_write_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_assignments_at", "assignments", ["at"], unique=False)
    op.create_index("ix_assignments_ticket", "assignments", ["source_id", "ticket_ref", "at"], unique=False)

"""What parts cost when they were taken: an addition only."""

import sqlalchemy as sa
from alembic import op

revision = "0113"
down_revision = "0112"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema from revision 0112 to 0113."""
    op.create_table(
        "part_costs",
        sa.Column("write_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("unit_cost", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("write_id", name=op.f("pk_part_costs")),
    )

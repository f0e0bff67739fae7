"""Which parts were taken for which claim, what a missing return costs, and whose money a credit is: additions only."""

import sqlalchemy as sa
from alembic import op

revision = "0119"
down_revision = "0118"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema from revision 0118 to 0119."""
    op.create_table(
        "part_claims",
        sa.Column("write_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("claim", sa.BigInteger(), nullable=False),
        sa.Column("linked_by", sa.Text(), nullable=False),
        sa.Column("linked_at", sa.BigInteger(), nullable=False),
        sa.Column("released_by", sa.Text(), nullable=True),
        sa.Column("released_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("write_id", name=op.f("pk_part_claims")),
    )
    op.create_index("ix_part_claims_claim", "part_claims", ["claim"])
    op.add_column("claim_returns", sa.Column("charge", sa.BigInteger(), nullable=True))
    op.add_column("claim_returns", sa.Column("currency", sa.Text(), nullable=True))
    op.add_column("claims", sa.Column("credits_to_client", sa.Boolean(), server_default=sa.false(), nullable=False))

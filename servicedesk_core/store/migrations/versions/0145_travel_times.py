"""How long ways take, as maps said: a table; an addition only."""

import sqlalchemy as sa
from alembic import op

revision = "0145"
down_revision = "0144"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema from revision 0144 to 0145."""
    op.create_table(
        "travel_times",
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("takes_s", sa.BigInteger()),
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("origin", "destination", name=op.f("pk_travel_times")),
    )

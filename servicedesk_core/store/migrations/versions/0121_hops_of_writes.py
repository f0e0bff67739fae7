"""How many writes one was made because of, each because of the one before: an addition only."""

import sqlalchemy as sa
from alembic import op

revision = "0121"
down_revision = "0120"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema from revision 0120 to 0121."""
    op.add_column("outbox", sa.Column("hops", sa.BigInteger(), server_default="0", nullable=False))

"""The changes feed says who changed a record by which write, and what it showed before."""

import sqlalchemy as sa
from alembic import op

revision = "0112"
down_revision = "0111"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema from revision 0111 to 0112."""
    op.add_column("changes", sa.Column("actor", sa.Text(), nullable=True))
    op.add_column("changes", sa.Column("write_id", sa.BigInteger(), nullable=True))
    op.add_column("changes", sa.Column("states", sa.Text(), nullable=True))

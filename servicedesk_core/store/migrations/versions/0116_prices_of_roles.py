"""What an hour in a role is sold at: an addition only."""

import sqlalchemy as sa
from alembic import op

revision = "0116"
down_revision = "0115"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema from revision 0115 to 0116."""
    op.add_column("roles", sa.Column("hourly_price", sa.BigInteger(), nullable=True))

"""What an hour in a role is sold at: an addition only."""

import sqlalchemy as sa
from alembic import op

revision = "0115"
down_revision = "0114"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema from revision 0114 to 0115."""
    op.add_column("roles", sa.Column("hourly_price", sa.BigInteger(), nullable=True))

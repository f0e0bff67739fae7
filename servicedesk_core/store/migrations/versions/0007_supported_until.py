"""The last day on which a maker supports a product."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema from revision 0006 to 0007."""
    op.add_column("cover_facts", sa.Column("supported_until", sa.Text()))

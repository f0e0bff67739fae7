"""The records behind the figures of a closed month: an addition only."""

import sqlalchemy as sa
from alembic import op

revision = "0105"
down_revision = "0101"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema from revision 0101 to 0105."""
    op.add_column("kpi_figures", sa.Column("cases", sa.LargeBinary(), nullable=True))

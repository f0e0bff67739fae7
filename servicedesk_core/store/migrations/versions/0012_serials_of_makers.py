"""Serial numbers that makers write in another way."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema from revision 0011 to 0012."""
    op.add_column("cover_devices", sa.Column("makers_serial", sa.Text()))
    op.create_index("ix_cover_devices_makers_serial", "cover_devices", ["makers_serial"])

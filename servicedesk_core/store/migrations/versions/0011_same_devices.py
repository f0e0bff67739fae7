"""Which names of devices mean the same one."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema from revision 0010 to 0011. Names are compared when a device is next asked about or imported."""
    op.add_column("cover_devices", sa.Column("same_as", sa.BigInteger()))
    op.execute("UPDATE cover_devices SET same_as = id")
    op.create_index("ix_cover_devices_same_as", "cover_devices", ["same_as"])

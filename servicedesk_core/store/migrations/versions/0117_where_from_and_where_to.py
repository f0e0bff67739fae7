"""Below which record something in quarantine was read, and which address of the desk subscriptions call."""

import sqlalchemy as sa
from alembic import op

revision = "0117"
down_revision = "0116"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema from revision 0116 to 0117."""
    op.add_column("quarantine", sa.Column("parent_ref", sa.Text(), nullable=True))
    op.add_column("webhook_endpoints", sa.Column("base_url", sa.Text(), nullable=True))
    # What is numbered within its parent says which one that is: all before the last colon.
    until_colon = "rtrim(external_id, replace(external_id, ':', ''))"
    parent = f"substr({until_colon}, 1, length({until_colon}) - 1)"
    op.execute(f"UPDATE quarantine SET parent_ref = {parent} WHERE external_id LIKE '%:%'")  # noqa: S608

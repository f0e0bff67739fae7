"""Time entries are found by the day on which somebody worked."""

import sqlalchemy as sa
from alembic import op

revision = "0106"
down_revision = "0105"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema from revision 0105 to 0106."""
    op.create_index(
        "ix_time_entries_worked",
        "time_entries",
        ["work_date", "start_at"],
        unique=False,
        sqlite_where=sa.text("gone_at IS NULL"),
        postgresql_where=sa.text("gone_at IS NULL"),
    )

"""What people decide about clocks, cards and samples: additions only."""

revision = "0101"
down_revision = "0100"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema from revision 0100 to 0101."""

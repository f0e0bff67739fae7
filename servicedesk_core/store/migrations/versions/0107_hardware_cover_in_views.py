"""The views of devices and covers tell where nothing is listed for the hardware; they are made anew, tables stay."""

revision = "0107"
down_revision = "0106"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema from revision 0106 to 0107."""

"""${message}."""
# ruff: noqa: PLR0915

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema from revision ${down_revision} to ${up_revision}."""
    ${upgrades if upgrades else "pass"}

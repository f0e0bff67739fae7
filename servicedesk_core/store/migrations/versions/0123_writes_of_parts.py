"""An index of the writes that move and order parts, which all others pay nothing for: an addition only."""

import sqlalchemy as sa
from alembic import op

revision = "0123"
down_revision = "0122"
branch_labels = None
depends_on = None

_OF_PARTS = sa.text(
    "kind IN ('stock_moves.take', 'stock_moves.return', 'purchase_orders.place', 'goods_receipts.create')"
)


def upgrade() -> None:
    """Bring the schema from revision 0122 to 0123."""
    op.create_index(
        "ix_outbox_parts", "outbox", ["kind", "id"], unique=False, sqlite_where=_OF_PARTS, postgresql_where=_OF_PARTS
    )

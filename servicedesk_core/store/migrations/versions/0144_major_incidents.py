"""Major incidents: their tickets, what clients are told, and each note of it: four tables; an addition only."""

import sqlalchemy as sa
from alembic import op

revision = "0144"
down_revision = "0143"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_INDEXES = {
    "incidents": ("closed_at",),
    "incident_links": ("incident_id", "ticket_id"),
    "incident_updates": ("incident_id",),
    "incident_notes": ("update_id", "ticket_id", "write_id"),
}


def upgrade() -> None:
    """Bring the schema from revision 0143 to 0144."""
    _create(
        "incidents",
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_ref", sa.Text(), nullable=True),
        sa.Column("write_id", sa.BigInteger(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("priority", sa.Text(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("every_s", sa.BigInteger(), nullable=False),
        sa.Column("declared_by", sa.Text(), nullable=False),
        sa.Column("declared_at", sa.BigInteger(), nullable=False),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("said", sa.Text(), nullable=True),
    )
    _create(
        "incident_links",
        sa.Column("incident_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("linked_by", sa.Text(), nullable=False),
        sa.Column("linked_at", sa.BigInteger(), nullable=False),
        sa.Column("unlinked_by", sa.Text(), nullable=True),
        sa.Column("unlinked_at", sa.BigInteger(), nullable=True),
        sa.Column("write_id", sa.BigInteger(), nullable=True),
    )
    _create(
        "incident_updates",
        sa.Column("incident_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    _create(
        "incident_notes",
        sa.Column("update_id", sa.BigInteger(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("write_id", sa.BigInteger(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
    )
    for table, columns in _INDEXES.items():
        for column in columns:
            op.create_index(f"ix_{table}_{column}", table, [column])


def _create(name: str, *columns: sa.Column[object]) -> None:
    key = sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}"))
    op.create_table(name, sa.Column("id", _ID, nullable=False), *columns, key, sqlite_autoincrement=True)

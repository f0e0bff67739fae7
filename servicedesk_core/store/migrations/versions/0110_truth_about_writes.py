"""Tokens of records' versions, what a vendor left out of a write, and where its record went."""

import sqlalchemy as sa
from alembic import op

revision = "0110"
down_revision = "0109"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema from revision 0109 to 0110."""
    op.create_table(
        "record_revisions",
        sa.Column("source_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source_id", "stream", "external_id", name=op.f("pk_record_revisions")),
    )
    for name in ("base_revision", "their_revision", "moved_to"):
        op.add_column("outbox", sa.Column(name, sa.Text(), nullable=True))
    op.add_column("outbox", sa.Column("unapplied", sa.Text(), server_default="{}", nullable=False))

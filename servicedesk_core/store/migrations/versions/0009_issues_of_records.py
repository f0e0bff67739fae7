"""Words without a meaning by the records that carry them."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema from revision 0008 to 0009.

    Which records carried the words that were counted before is not known: they are listed again as records are mapped.
    """
    op.drop_table("mapping_issues")
    op.create_table(
        "record_issues",
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "source_id", "stream", "external_id", "kind", "field", "value", name=op.f("pk_record_issues")
        ),
        sqlite_with_rowid=False,
    )

"""Forms of the console that were sent, so that one sent twice does nothing twice: a table; an addition only."""

import sqlalchemy as sa
from alembic import op

revision = "0130"
down_revision = "0129"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema from revision 0129 to 0130."""
    op.create_table(
        "form_requests",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("call", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        sa.Column("begun_by", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_requests")),
    )
    op.create_index(op.f("ix_form_requests_begun_at"), "form_requests", ["begun_at"], unique=False)

"""Documents that are carried into the books, and what each of them bills: additions only."""

import sqlalchemy as sa
from alembic import op

revision = "0125"
down_revision = "0124"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema from revision 0124 to 0125."""
    op.create_table(
        "billing_documents",
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ledger", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=True),
        sa.Column("psa", sa.Text(), nullable=False),
        sa.Column("company_ref", sa.Text(), nullable=False),
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("first_on", sa.Text(), nullable=False),
        sa.Column("last_on", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("batch", sa.Text(), nullable=False),
        sa.Column("draft", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("credits", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("write_id", sa.BigInteger(), nullable=True),
        sa.Column("linked_ref", sa.Text(), nullable=True),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("shown_net", sa.BigInteger(), nullable=True),
        sa.Column("shown_tax", sa.BigInteger(), nullable=True),
        sa.Column("shown_total", sa.BigInteger(), nullable=True),
        sa.Column("differences", sa.Text(), server_default="[]", nullable=False),
        sa.Column("compared_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_billing_documents")),
        sa.UniqueConstraint("ledger", "kind", "number", name=op.f("uq_billing_documents_ledger_kind_number")),
        sa.UniqueConstraint("write_id", name=op.f("uq_billing_documents_write_id")),
    )
    op.create_index("ix_billing_documents_batch", "billing_documents", ["batch"], unique=False)
    op.create_table(
        "billing_sources",
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("mark", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("connection", "stream", "ref", "part", name=op.f("pk_billing_sources")),
    )
    op.create_index("ix_billing_sources_document", "billing_sources", ["document_id"], unique=False)
    op.create_table(
        "billing_trusts",
        sa.Column("trust_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ledger", sa.Text(), nullable=False),
        sa.Column("psa", sa.Text(), nullable=False),
        sa.Column("company_ref", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("trusted_by", sa.Text(), nullable=False),
        sa.Column("trusted_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_by", sa.Text(), nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_because", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("trust_id", name=op.f("pk_billing_trusts")),
    )
    op.create_index("ix_billing_trusts_company", "billing_trusts", ["psa", "company_ref"], unique=False)

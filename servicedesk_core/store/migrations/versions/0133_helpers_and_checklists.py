"""Who helps with tickets, their checklists, and how far projects and their tasks are; an addition only."""

import sqlalchemy as sa
from alembic import op

revision = "0133"
down_revision = "0132"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema from revision 0132 to 0133."""
    op.create_table(
        "checklist_items",
        sa.Column("local_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("raw_hash", sa.LargeBinary(), nullable=True),
        sa.Column("row_hash", sa.LargeBinary(), nullable=False),
        sa.Column("mapping_version", sa.Text(), nullable=False),
        sa.Column("gone_at", sa.BigInteger(), nullable=True),
        sa.Column("gone_reason", sa.Text(), nullable=True),
        sa.Column("first_seen_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("ticket_ref", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.Column("is_important", sa.Boolean(), nullable=True),
        sa.Column("is_completed", sa.Boolean(), nullable=True),
        sa.Column("completed_at", sa.BigInteger(), nullable=True),
        sa.Column("completed_by_ref", sa.Text(), nullable=True),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("local_id", name=op.f("pk_checklist_items")),
        sa.UniqueConstraint("source_id", "external_id", name=op.f("uq_checklist_items_source_id_external_id")),
    )
    op.create_index(
        "ix_checklist_items_gone",
        "checklist_items",
        ["source_id"],
        unique=False,
        sqlite_where=sa.text("gone_at IS NOT NULL"),
        postgresql_where=sa.text("gone_at IS NOT NULL"),
    )
    op.create_index(
        "ix_checklist_items_ticket",
        "checklist_items",
        ["source_id", "ticket_ref"],
        unique=False,
        sqlite_where=sa.text("gone_at IS NULL"),
        postgresql_where=sa.text("gone_at IS NULL"),
    )
    op.create_table(
        "secondary_resources",
        sa.Column("local_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("raw_hash", sa.LargeBinary(), nullable=True),
        sa.Column("row_hash", sa.LargeBinary(), nullable=False),
        sa.Column("mapping_version", sa.Text(), nullable=False),
        sa.Column("gone_at", sa.BigInteger(), nullable=True),
        sa.Column("gone_reason", sa.Text(), nullable=True),
        sa.Column("first_seen_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("ticket_ref", sa.Text(), nullable=False),
        sa.Column("technician_ref", sa.Text(), nullable=True),
        sa.Column("role_ref", sa.Text(), nullable=True),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("local_id", name=op.f("pk_secondary_resources")),
        sa.UniqueConstraint("source_id", "external_id", name=op.f("uq_secondary_resources_source_id_external_id")),
    )
    op.create_index(
        "ix_secondary_resources_gone",
        "secondary_resources",
        ["source_id"],
        unique=False,
        sqlite_where=sa.text("gone_at IS NOT NULL"),
        postgresql_where=sa.text("gone_at IS NOT NULL"),
    )
    op.create_index(
        "ix_secondary_resources_ticket",
        "secondary_resources",
        ["source_id", "ticket_ref"],
        unique=False,
        sqlite_where=sa.text("gone_at IS NULL"),
        postgresql_where=sa.text("gone_at IS NULL"),
    )
    op.add_column("projects", sa.Column("state", sa.Text(), nullable=True))
    op.add_column("tasks", sa.Column("assignee_role_ref", sa.Text(), nullable=True))
    op.add_column("tasks", sa.Column("secondary_assignee_refs", sa.Text(), nullable=True))
    op.add_column("tasks", sa.Column("status_category", sa.Text(), nullable=True))
    op.add_column("tasks", sa.Column("remaining_s", sa.BigInteger(), nullable=True))

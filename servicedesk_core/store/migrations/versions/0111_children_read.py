"""Which parents were asked for their children, and what each said of itself then."""

import sqlalchemy as sa
from alembic import op

revision = "0111"
down_revision = "0110"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema from revision 0110 to 0111."""
    op.create_table(
        "children_read",
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("parent_ref", sa.Text(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=True),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("source_id", "stream", "parent_ref", name=op.f("pk_children_read")),
        sqlite_with_rowid=False,
    )
    _move_marks()


def _move_marks() -> None:
    """Keep which tickets were asked for their history: it cost a request each."""
    store = op.get_bind()
    passes = store.execute(sa.text("SELECT pass_id, source_id, started_at FROM progress WHERE mode = 'history'")).all()
    newest: dict[tuple[int, str], tuple[int, int]] = {}  # a source has a pass for each scope that it was read in
    for pass_id, source_id, at in passes:
        marks = store.execute(sa.text("SELECT external_id FROM seen WHERE pass_id = :id"), {"id": pass_id}).scalars()
        for mark in marks:
            ref, _, changed_at = mark.rpartition("@")
            newest[source_id, ref] = max(newest.get((source_id, ref), (0, 0)), (int(changed_at), at))
        for table in ("seen", "progress"):
            store.execute(sa.text(f"DELETE FROM {table} WHERE pass_id = :id"), {"id": pass_id})  # noqa: S608
    rows = [
        {"source_id": source_id, "ref": ref, "mark": f",{changed_at}", "at": at}
        for (source_id, ref), (changed_at, at) in newest.items()
    ]
    if rows:
        put = sa.text(
            "INSERT INTO children_read (source_id, stream, parent_ref, mark, asked_at, outcome) "
            "VALUES (:source_id, 'ticket_events', :ref, :mark, :at, 'found')"
        )
        store.execute(put, rows)

"""Which definitions there are, before anybody reads what they say."""

from sqlalchemy import Connection as Tx
from sqlalchemy import func, select

from servicedesk_core.store.schema import definitions


def newest_of(tx: Tx, kind: str) -> int | None:
    """Return the version that last changed a definition of a kind; ``None`` = there never was one."""
    found: int | None = tx.execute(select(func.max(definitions.c.version)).where(definitions.c.kind == kind)).scalar()
    return found

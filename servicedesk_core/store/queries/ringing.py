"""Whether somebody is rung just now: asked on every page and before every command, it is one look into an index."""

from sqlalchemy import Connection, select

from servicedesk_core.store.schema import pages

_RINGING = select(pages.c.id).where(pages.c.state == "ringing").limit(1)


def is_ringing(tx: Connection) -> bool:
    """Whether some page rings."""
    return tx.execute(_RINGING).first() is not None

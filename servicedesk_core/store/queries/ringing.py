"""Whether somebody is rung just now: asked on every page and before every command, it is one look into an index."""

from sqlalchemy import Connection


def is_ringing(tx: Connection) -> bool:
    """Whether some page rings."""
    return tx.exec_driver_sql("SELECT id FROM pages WHERE state = 'ringing' LIMIT 1").first() is not None

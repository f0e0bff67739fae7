"""A desk whose one connection, ``log``, reads files, and what its database holds."""

import sqlite3

from servicedesk_core.desk import ServiceDesk

DESK = """
[desk]
store = "sqlite:///desk.db"

[connections.log]
connector = "tabular"
"""


async def sync(folder, **options):
    """Sync the desk of a folder; return the report on its one stream."""
    async with ServiceDesk.open(folder / "servicedesk.toml") as desk:
        (stream,) = (await desk.sync("log", **options)).streams
    assert stream.error is None
    return stream


def ask(folder, query):
    """Return the rows of a query."""
    db = sqlite3.connect(folder / "desk.db")
    try:
        return db.execute(query).fetchall()
    finally:
        db.close()

"""Files that go with writes: kept beside them from the proposal until their fate is known."""

from typing import Final

from sqlalchemy import Connection, bindparam, delete, insert, select

from servicedesk_core.domain.writing import WriteState
from servicedesk_core.store.schema import outbox_files

KNOWN_FATE: Final = frozenset({WriteState.CONFIRMED, WriteState.DISCARDED})
"""States after which nobody will send a write again. One that was refused can still be tried anew."""

_FORGET: Final = delete(outbox_files).where(outbox_files.c.write_id == bindparam("number"))


def keep(tx: Connection, number: int, content: bytes) -> None:
    """Keep the file of a write that was proposed in this transaction."""
    tx.execute(insert(outbox_files).values(write_id=number, content=content))


def content(tx: Connection, number: int) -> bytes | None:
    """Return the file of a write, while it is kept."""
    found = tx.execute(select(outbox_files.c.content).where(outbox_files.c.write_id == number)).scalar_one_or_none()
    return None if found is None else bytes(found)


def forget(tx: Connection, number: int) -> None:
    """Delete the file of a write; its name, size and digest stay with the write."""
    tx.execute(_FORGET, {"number": number})

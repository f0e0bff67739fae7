"""Facts that a store keeps about itself."""

from typing import Final

from sqlalchemy import Connection, select

from servicedesk_core.store import upserting
from servicedesk_core.store.schema import store_meta

STORE_ID: Final = "store_id"


def get(tx: Connection, key: str) -> str | None:
    """Return a fact that the store keeps about itself."""
    return tx.execute(select(store_meta.c.value).where(store_meta.c.key == key)).scalar_one_or_none()


def put(tx: Connection, key: str, value: str) -> None:
    """Keep a fact about the store itself."""
    upserting.put(tx, store_meta, {"key": key, "value": value})


def store_id(tx: Connection) -> str | None:
    """Return the store's own id, common to it and all its copies; ``None`` before it was first opened for writing."""
    return get(tx, STORE_ID)

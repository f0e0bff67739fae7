"""The one text of a record, and its hash."""

import hashlib
import json
from datetime import datetime
from typing import Any

from servicedesk_core.store.fields import from_us, to_us


def canonical(value: Any) -> str:
    """Return the one text of a value: keys sorted, no spaces, nothing escaped that need not be.

    Raises:
        TypeError: It holds something else than texts, whole numbers, truth values, nothing, lists and maps of them.
    """
    _refuse_strange(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _refuse_strange(value: Any) -> None:
    if value is None or isinstance(value, str | bool | int):
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str):
                message = f"a key of an audit record is {type(key).__name__}, not text"
                raise TypeError(message)
            _refuse_strange(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _refuse_strange(inner)
    else:
        message = f"an audit record cannot hold {type(value).__name__}; give decimals and instants as text"
        raise TypeError(message)


def stamp(at: datetime) -> str:
    """Return an instant as the chain writes it: six decimals and ``Z``."""
    return from_us(to_us(at)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def hash_of(
    *, seq: int, at: datetime, actor: str, action: str, entity: str, before: Any, after: Any, reason: str, prev: str
) -> str:
    """Return the hash of a record."""
    body = {
        "action": action,
        "actor": actor,
        "after": after,
        "at": stamp(at),
        "before": before,
        "entity": entity,
        "prev_hash": prev,
        "reason": reason,
        "seq": seq,
    }
    return hashlib.sha256(canonical(body).encode()).hexdigest()

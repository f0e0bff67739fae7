"""Values about people and devices as keyed digests: an erasure leaves the chain valid, and equality still shows."""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, select

from servicedesk_core.store.audit.hashing import canonical
from servicedesk_core.store.schema import store_meta
from servicedesk_core.store.upserting import insert_into

SENSITIVE: Final = frozenset(
    {
        "title", "description", "resolution", "body", "summary", "internal_notes", "custom_fields", "text",
        "contact_ref", "name", "email", "phone", "serial", "serial_number", "address",
        "symptom", "troubleshooting", "contact_name", "contact_email", "contact_phone", "failed_serial_number",
        "ship_to", "ship_to_name", "ship_to_lines", "ship_to_city", "ship_to_region", "ship_to_postal_code",
    }
)  # fmt: skip
"""Fields whose values the chain holds only as keyed digests, so that an erasure leaves it valid."""

DIGEST: Final = "hmac-sha256:"
"""Before such a digest."""

Key = Callable[[], bytes]
"""Returns the desk's key; it is read when the first value is sealed."""

_KEY = "audit_key"


def sealed(tx: Connection, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values for the chain: those of :data:`SENSITIVE` fields as keyed digests, so that equality still shows.

    Fields inside of fields count as well: a claim holds a person, a device, and parts.

    Args:
        tx: A write transaction; the desk's key is made with its first use.
        values: Field to value.
    """
    return _sealed(values, cache(lambda: _key(tx)))


def _sealed(values: Mapping[str, Any], key: Key) -> dict[str, Any]:
    return {
        name: _seal(value, key) if name in SENSITIVE and value else _inside(value, key)
        for name, value in values.items()
    }


def _inside(value: Any, key: Key) -> Any:
    if isinstance(value, Mapping):
        return _sealed(value, key)
    return [_inside(one, key) for one in value] if isinstance(value, list | tuple) else value


def _seal(value: Any, key: Key) -> str:
    text = value if isinstance(value, str) else canonical(value)
    return DIGEST + hmac.new(key(), text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def _key(tx: Connection) -> bytes:
    query = select(store_meta.c.value).where(store_meta.c.key == _KEY)
    if (there := tx.execute(query).scalar_one_or_none()) is None:
        tx.execute(insert_into(tx, store_meta).values(key=_KEY, value=secrets.token_hex(32)).on_conflict_do_nothing())
        there = tx.execute(query).scalar_one()
    return bytes.fromhex(there)

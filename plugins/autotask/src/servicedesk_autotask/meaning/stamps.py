"""What a row says of its own age, without the rest of it."""

from collections.abc import Sequence
from datetime import datetime

from servicedesk_autotask.meaning.shapes import BY_ENTITY
from servicedesk_autotask.meaning.values import Raw, UnusableValueError, instant


def stamps_of(entity: str, row: Raw, fields: Sequence[str]) -> dict[str, datetime]:
    """Return the instants of some of a row's fields by domain field, as mapping the whole row would; only usable ones.

    Args:
        entity: The vendor's plural name.
        row: The row.
        fields: The vendor's fields.
    """
    found: dict[str, datetime] = {}
    for name in fields:
        ours = BY_ENTITY[entity].instants[name]
        try:
            value = instant(row.get(name), ours, [])
        except UnusableValueError:
            continue
        if value is not None:
            found[ours] = value
    return found

"""Whether two values of a field are the same, and what somebody changed meanwhile."""

import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from servicedesk_core.domain import Entity
from servicedesk_core.domain.comparing import between
from servicedesk_core.errors import WriteConflictError


def same(one: Any, other: Any) -> bool:
    """Return whether two typed values say the same; the vendor trims texts, changes line ends and cuts fractions."""
    return bool(_plain(one) == _plain(other))


def differing(wanted: Mapping[str, Any], record: Entity) -> tuple[str, ...]:
    """Return the fields in which a record does not show what is wanted."""
    return tuple(name for name, value in wanted.items() if not same(value, shown(record, name, value)))


def shown(record: Entity, name: str, like: Any = None) -> Any:
    """Return what a record shows in a field; of user-defined fields only those that are asked about."""
    value = getattr(record, name)
    return {key: value.get(key) for key in like} if isinstance(like, Mapping) and isinstance(value, Mapping) else value


def refuse_conflict(
    base: Mapping[str, Any], wanted: Mapping[str, Any], record: Entity, *, modified_at: datetime | None
) -> None:
    """Refuse a write over a newer edit.

    A field that already shows what is wanted, or rows between what was and what is wanted, is no conflict: a change
    that broke off left it so.

    Raises:
        WriteConflictError: The record no longer shows what the write was based on.
    """
    changed = [
        name
        for name in differing(base, record)
        if name not in wanted or not _is_reached(base[name], wanted[name], shown(record, name, wanted[name]))
    ]
    if changed:
        names = dict.fromkeys((*wanted, *changed))
        raise WriteConflictError(
            f"Not sent: somebody changed {', '.join(changed)} at Autotask since it was read.",
            theirs={name: shown(record, name, wanted.get(name, base.get(name))) for name in names},
            their_modified_at=modified_at,
            hint="Look at both versions, then send it again on top of the new one, or discard it.",
        )


def _is_reached(was: Any, wanted: Any, now: Any) -> bool:
    return same(wanted, now) or between(was, now, wanted)


def _plain(value: Any) -> Any:
    if value is None or value in ("", {}, ()):
        return None
    if isinstance(value, str):
        lines = unicodedata.normalize("NFC", value).replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
        return lines.strip() or None
    if isinstance(value, datetime):
        return int(value.timestamp())
    if isinstance(value, tuple):  # the ids of several records, in no order
        return frozenset(value)
    if isinstance(value, Mapping):
        return {name: _plain(content) for name, content in value.items()}
    return value

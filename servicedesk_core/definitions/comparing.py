"""What differs between two versions of a definition, field by field."""

from collections.abc import Iterator, Mapping
from datetime import timedelta, tzinfo
from typing import Any

from pydantic import BaseModel

from servicedesk_core.config.problems import key_path
from servicedesk_core.definitions.writing import duration, literal


def differences(before: Any, after: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[str, Any, Any]]:
    """Yield where something differs, what was and what is there, as deep as it can be told; ``None`` = nothing.

    Entries that have names are compared by name, and their order for itself.

    Args:
        before: What was.
        after: What is.
        path: Keys that lead there.
    """
    if before == after:
        return
    old, new = _parts(before), _parts(after)
    if old is None or new is None or type(before) is not type(after):
        yield key_path(*path), before, after
        return
    for name in (*old, *(name for name in new if name not in old)):
        yield from differences(old.get(name), new.get(name), (*path, name))
    if isinstance(before, tuple) and (order := [name for name in new if name in old]) != [n for n in old if n in new]:
        yield key_path(*path, "order"), [name for name in old if name in new], order


def shown(value: Any, zone: tzinfo) -> str | None:
    """Return a value for people: as it is written, a text without its quotes.

    Args:
        value: The value; of a model what is not the default.
        zone: In which zone instants are shown.
    """
    match value:
        case None:
            return None
        case str():
            return str(value)
        case timedelta():
            return duration(value)
    return literal(value, zone)


def _parts(value: Any) -> dict[Any, Any] | None:
    match value:
        case BaseModel():
            return {name: getattr(value, name) for name in type(value).model_fields}
        case Mapping():
            return {str(key): one for key, one in value.items()}
        case tuple() if value and all(isinstance(one, BaseModel) and hasattr(one, "name") for one in value):
            return {one.name: one for one in value}
    return None

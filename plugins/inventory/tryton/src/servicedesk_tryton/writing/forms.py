"""What the server's own forms fill in, as a record is made of it."""

from collections.abc import Mapping
from typing import Any


def filled(own: Any, names: tuple[str, ...]) -> dict[str, Any]:
    """Return what a form filled in; links to several come as changes of a list, and are turned.

    Args:
        own: The form's answer.
        names: The fields that are taken from it.
    """
    found = {name: own[name] for name in names if own.get(name) is not None} if isinstance(own, Mapping) else {}
    return {name: [["add", _added(value)]] if isinstance(value, Mapping) else value for name, value in found.items()}


def _added(change: Mapping[str, Any]) -> list[Any]:
    """Return the ids that a form adds to a list: each comes with its place, within a record."""
    return [row["id"] for _, row in change.get("add") or ()]

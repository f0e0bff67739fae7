"""What is made of a read's snapshot once, however many parts of an answer are made from it."""

from collections.abc import Callable, Hashable
from typing import Any, Final, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Connection

from servicedesk_core.store.connecting import READS_ONLY

T = TypeVar("T")

_MADE: Final[WeakKeyDictionary[Connection, dict[Hashable, Any]]] = WeakKeyDictionary()


def once(tx: Connection, key: Hashable, make: Callable[[], T]) -> T:
    """Return what was made in this transaction before, else make it; where the transaction may write, it is made anew.

    Args:
        tx: Any transaction.
        key: What it is.
        make: Makes it.
    """
    if not tx.get_execution_options().get(READS_ONLY):
        return make()
    made = _MADE.setdefault(tx, {})
    if key not in made:
        made[key] = make()
    found: T = made[key]
    return found

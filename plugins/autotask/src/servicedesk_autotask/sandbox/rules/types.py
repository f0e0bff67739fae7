"""The shape of a rule."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from servicedesk_autotask.sandbox.desk import Act

Prepare = Callable[[Act], None]
Check = Callable[[Act, dict[str, Any]], list[str]]


@dataclass(frozen=True)
class Rules:
    """Rules of one entity.

    Attributes:
        prepare: Fill in what the server fills in.
        check: Messages about what is wrong; also gets the body as sent, keys in lower case.
        effects: Changes of other rows, inside the same transaction.
    """

    prepare: tuple[Prepare, ...] = ()
    check: tuple[Check, ...] = ()
    effects: tuple[Prepare, ...] = ()

"""The query language: what is asked, written so that no value can be more than a value. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

LISTS: Final = frozenset({"Customer", "Vendor", "Item", "Account", "TaxCode", "TaxRate"})
"""Entities whose inactive records are left out unless they are asked for."""


@dataclass(frozen=True, slots=True)
class Query:
    """A query.

    Attributes:
        entity: Of what.
        conditions: As :func:`equals` and its like write them; all must hold.
        order: By what the records come.
        start: Place of the first one, from 1.
        most: Most records; 1,000 is the interface's own limit, and 100 what it gives unasked.
        counts: Whether only their number is asked for.
    """

    entity: str
    conditions: tuple[str, ...] = ()
    order: str | None = None
    start: int = 1
    most: int = 1000
    counts: bool = False

    def counting(self) -> "Query":
        """Return the query for the number of records."""
        return replace(self, counts=True, order=None)

    def text(self) -> str:
        """Return it as the interface reads it; inactive records are asked for too."""
        conditions = self.conditions + (("Active in (true, false)",) if self.entity in LISTS else ())
        words = ["select", "count(*)" if self.counts else "*", "from", self.entity]
        words += ["where", " and ".join(conditions)] if conditions else []
        words += ["orderby", self.order] if self.order else []
        if not self.counts:
            words += ["startposition", str(self.start), "maxresults", str(self.most)]
        return " ".join(words)


def equals(field: str, value: str) -> str:
    """Return the condition that a property has this very value."""
    return f"{field} = {quoted(value)}"


def not_before(field: str, value: str) -> str:
    """Return the condition that a property is this value or a later one."""
    return f"{field} >= {quoted(value)}"


def among(field: str, values: Iterable[str]) -> str:
    """Return the condition that a property has one of these values."""
    return f"{field} in ({', '.join(map(quoted, values))})"


def quoted(value: str) -> str:
    """Return a value between quotation marks, which its own cannot end."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"

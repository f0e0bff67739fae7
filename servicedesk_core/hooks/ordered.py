"""An order that was found again, with what its lost answer would have said."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from typing import Any, Final, Protocol

from servicedesk_core.domain.parts import OrderRequest, PurchaseOrderLine
from servicedesk_core.errors import MappingError
from servicedesk_core.hooks.pulling import FetchOutcome, Mapped
from servicedesk_core.hooks.writing import FindResult, Found, Write

_ORDERS: Final = "purchase_orders"


class ReadsOrders(Protocol):
    """A connector that reads orders back; each hook is as its specification says."""

    def fetch_records(self, stream: str, refs: Sequence[str]) -> AsyncIterator[FetchOutcome]:
        """Read named records."""

    def map_record(self, stream: str, raw: Mapping[str, Any]) -> Mapped:
        """Say what a record means."""


async def as_ordered(connector: ReadsOrders, write: Write, found: FindResult) -> FindResult:
    """Add to an order that was found its record, and which lines it shows not as they were ordered.

    For connectors whose ``map_record`` brings lines with their order; where the order cannot be read, nothing is added.

    Args:
        connector: Reads the order.
        write: What was looked for; of another kind than an order, ``found`` is returned as it is.
        found: What became of it.

    Raises:
        ConnectorError: The vendor could not be asked.
    """
    if not isinstance(found, Found) or write.kind != f"{_ORDERS}.place":
        return found
    async with aclosing(connector.fetch_records(_ORDERS, [found.ref])) as outcomes:  # type: ignore[type-var]
        records = [record async for outcome in outcomes for record in outcome.records]
    if len(records) != 1:
        return found
    try:
        also = connector.map_record(_ORDERS, records[0].raw or {}).also
    except MappingError:
        return found
    lines = (line for line in also if isinstance(line, PurchaseOrderLine))
    return Found(found.ref, records[0], OrderRequest.of(write.values).left_out(lines))

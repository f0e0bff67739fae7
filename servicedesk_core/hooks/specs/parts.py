"""Hooks of connectors to distributors and to stocks of our own (provisional)."""

from collections.abc import AsyncIterator, Sequence

from servicedesk_core.domain.parts import (
    Availability,
    Offer,
    OrderLine,
    OrderReceipt,
    OrderReport,
    PartQuery,
    PurchaseOrder,
    StockMove,
    StockReceipt,
)
from servicedesk_core.hooks.markers import hookspec
from servicedesk_core.hooks.outcomes import ItemOutcome
from servicedesk_core.hooks.writing import FindResult


class PartsSpecs:
    """How parts are found, ordered, and taken from a shelf.

    Provisional: no compatibility promise until two real connectors pass its suite.
    """

    @hookspec
    async def find_parts(self, query: PartQuery) -> tuple[Offer, ...]:
        """Look for parts in the source's catalogue.

        Args:
            query: What is looked for.

        Returns:
            At most ``query.limit`` offers, the source's best match first; empty when it has none. A price that the
            source does not state is ``None``, never zero.

        Raises:
            ConnectorError: The source could not be asked.

        Added in 1.0, provisional.
        """

    @hookspec
    async def check_availability(self, lines: Sequence[OrderLine]) -> tuple[Availability, ...]:
        """Ask for today's price and stock of what is about to be ordered.

        Args:
            lines: The wanted lines; numbers are unique.

        Returns:
            Exactly one answer for each line, in any order. A part that the source does not know is an answer with
            ``is_orderable`` false and a reason.

        Raises:
            ConnectorError: The source could not be asked.

        Added in 1.0, provisional.
        """

    @hookspec
    async def place_order(self, order: PurchaseOrder) -> OrderReceipt:
        """Order, once.

        Called after the order was approved and its intent was stored. ``order.id`` must travel in the source's
        reference field. The connector refuses a line that costs more than ``highest_unit_price``.

        Args:
            order: The order.

        Returns:
            The source's confirmation.

        Raises:
            RejectedError: The source refused it, or a price is above its limit; nothing was ordered.
            OutcomeUnknownError: The request may have reached the source; ``find_order`` is asked before anything else.
            TransientError: The request certainly did not reach the source.

        Added in 1.0, provisional.
        """

    @hookspec
    async def find_order(self, order: PurchaseOrder) -> FindResult:
        """Look for an order whose fate is unknown.

        Args:
            order: The order that may have been placed.

        Returns:
            ``Found``, or ``ProvenAbsent`` only when the way of looking proves it, else ``Inconclusive``. ``None`` and
            an exception count as ``Inconclusive``.

        Added in 1.0, provisional.
        """

    @hookspec
    def fetch_orders(self, refs: Sequence[str]) -> AsyncIterator[ItemOutcome[OrderReport]]:
        """Read how orders stand; implement it as an async generator.

        Args:
            refs: The source's ids, without duplicates.

        Yields:
            Exactly one outcome for each id, in any order.

        Raises:
            ConnectorError: Nothing could be asked at all.

        Added in 1.0, provisional.
        """
        raise AssertionError  # pragma: no cover

    @hookspec
    async def take_stock(self, move: StockMove) -> StockReceipt:
        """Take something from a shelf of our own, once.

        Args:
            move: What, how much, from where, and for which ticket.

        Returns:
            The source's confirmation.

        Raises:
            RejectedError: There is not enough, or a serial number is not there; nothing was taken.
            OutcomeUnknownError: The request may have reached the source; a person must look.
            TransientError: The request certainly did not reach the source.

        Added in 1.0, provisional.
        """

    @hookspec
    async def return_stock(self, move: StockMove) -> StockReceipt:
        """Put something back on a shelf of our own, once.

        Args:
            move: What, how much, and where to.

        Returns:
            The source's confirmation.

        Raises:
            RejectedError: The source refused it; nothing was put back.
            OutcomeUnknownError: The request may have reached the source; a person must look.
            TransientError: The request certainly did not reach the source.

        Added in 1.0, provisional.
        """

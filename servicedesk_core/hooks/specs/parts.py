"""Hooks of connectors to whoever has parts: own stock, distributors."""

from servicedesk_core.domain.parts import PartOffer, PartQuery
from servicedesk_core.hooks.markers import hookspec


class PartsSpecs:
    """How a source of parts is asked what it has.

    That is the only hook of the family. What a stock keeps is pulled as the streams ``parts`` and ``stock_levels``;
    what is taken and given back are writes of the kinds ``stock_moves.take`` and ``stock_moves.return``, sent and found
    again like all others.

    Orders are pulled as ``purchase_orders`` with ``purchase_order_lines``, which are ``part_of`` them. They are placed
    by a write ``purchase_orders.place``, whose values are an :class:`~servicedesk_core.domain.parts.OrderRequest`: send
    :func:`~servicedesk_core.domain.parts.order_number` of its id as our number, show it in ``PurchaseOrder.reference``,
    and find the order by it. A line that the source does not take while it takes others is told in
    ``WriteReceipt.refused["lines"]``, one with another quantity or price too. ``purchase_orders.cancel`` changes
    ``status`` of an order, and ``goods_receipts.create`` books what has come, where the source keeps a stock.
    """

    @hookspec
    async def find_parts(self, query: PartQuery) -> tuple[PartOffer, ...]:
        """Look for a part, and answer with what is offered now.

        Several sources are asked side by side, each within a time limit, while somebody waits at a screen: a few
        requests at most. Called only with what :attr:`PartsCapability.finds_by` names. Must not change anything at the
        source.

        Args:
            query: What is looked for; all that it says must fit, as far as the source can tell.

        Returns:
            The offers, in any order; none when the source has no such part, also when it cannot be had now but is
            known: then ``available`` is zero. A price that the source does not state is empty, never zero, and one
            that it states is exact: read JSON numbers with :func:`servicedesk_core.domain.parts.decimal_of`.

        Raises:
            AuthenticationError: The source rejected the credentials.
            ConnectorError: It could not be asked, or refused a part of the question that it had to answer.

        Added in 1.0.
        """

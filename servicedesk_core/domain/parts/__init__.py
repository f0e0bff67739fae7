"""Parts: what is on the shelf, what a source offers, and when two sources speak of the same thing."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from servicedesk_core.domain.parts.amounts import decimal_of as decimal_of
    from servicedesk_core.domain.parts.identity import fits as fits
    from servicedesk_core.domain.parts.identity import merged as merged
    from servicedesk_core.domain.parts.identity import plain_number as plain_number
    from servicedesk_core.domain.parts.identity import plain_upc as plain_upc
    from servicedesk_core.domain.parts.identity import same_number as same_number
    from servicedesk_core.domain.parts.offers import PartOffer as PartOffer
    from servicedesk_core.domain.parts.offers import PartQuery as PartQuery
    from servicedesk_core.domain.parts.offers import PartSource as PartSource
    from servicedesk_core.domain.parts.offers import Place as Place
    from servicedesk_core.domain.parts.orders import GoodsReceipt as GoodsReceipt
    from servicedesk_core.domain.parts.orders import OrderRequest as OrderRequest
    from servicedesk_core.domain.parts.orders import OrderStatus as OrderStatus
    from servicedesk_core.domain.parts.orders import PurchaseOrder as PurchaseOrder
    from servicedesk_core.domain.parts.orders import PurchaseOrderLine as PurchaseOrderLine
    from servicedesk_core.domain.parts.orders import ReceiptRequest as ReceiptRequest
    from servicedesk_core.domain.parts.orders import ReceivedLine as ReceivedLine
    from servicedesk_core.domain.parts.orders import RequestedLine as RequestedLine
    from servicedesk_core.domain.parts.orders import TicketLink as TicketLink
    from servicedesk_core.domain.parts.orders import number_in as number_in
    from servicedesk_core.domain.parts.orders import order_number as order_number
    from servicedesk_core.domain.parts.ranking import Offered as Offered
    from servicedesk_core.domain.parts.ranking import ranked as ranked
    from servicedesk_core.domain.parts.records import Part as Part
    from servicedesk_core.domain.parts.records import StockLevel as StockLevel
    from servicedesk_core.domain.parts.records import StockMove as StockMove
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)

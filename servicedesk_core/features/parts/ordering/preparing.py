"""What an order is made of: the offer that is meant, what it costs, for which ticket, and where it goes."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from servicedesk_core.domain import Company, Site
from servicedesk_core.domain.currencies import in_cents, unit_price
from servicedesk_core.domain.logistics import Address
from servicedesk_core.domain.parts import (
    OrderRequest,
    OrderStatus,
    PartOffer,
    PartQuery,
    PurchaseOrder,
    RequestedLine,
    TicketLink,
)
from servicedesk_core.domain.writing import Intent
from servicedesk_core.errors import NotFoundLocallyError, SettingsError, WriteError
from servicedesk_core.features.parts.asking import Asking
from servicedesk_core.features.parts.model import Answered
from servicedesk_core.features.parts.ordering import tables
from servicedesk_core.features.parts.ordering.model import OfferedLine
from servicedesk_core.features.parts.ordering.receiving import lines_meant
from servicedesk_core.features.parts.ordering.rows import orders
from servicedesk_core.features.parts.ordering.rules import Cost, approved_cost
from servicedesk_core.features.tickets import TicketDetail
from servicedesk_core.outbox.changing import change_of
from servicedesk_core.plugins.host import Host
from servicedesk_core.store import Tx, records, sources

_COUNTRY: Final = re.compile("[A-Za-z]{2}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A line that somebody wants.

    Attributes:
        offer: The part, as the source offers it now.
        quantity: How many.
        ticket: For which ticket; ``None`` = for the shelf.
        highest: The most that one may cost; ``None`` = what it costs now.
        without_price: Whether it is ordered although nobody states a price.
    """

    offer: PartOffer
    quantity: Decimal
    ticket: TicketLink | None = None
    highest: Decimal | None = None
    without_price: bool = False


@dataclass(frozen=True, slots=True)
class Prepared:
    """An order that can be proposed.

    Attributes:
        request: What it asks for.
        costs: What is approved of the lines, by number.
        offers: What is ordered, by the source's number.
    """

    request: OrderRequest
    costs: Mapping[int, Cost]
    offers: Mapping[str, PartOffer]

    def intent(self, source: str, *, reason: str, request_id: str | None, key: str) -> Intent:
        """Return the write that places it.

        Args:
            source: Connection that it is ordered over.
            reason: Why.
            request_id: The caller's own id of the act.
            key: Tells it apart from others: orders do not wait for each other.
        """
        values: dict[str, Any] = self.request.model_dump(mode="json", exclude_none=True)
        first, *others = self.request.lines
        more = f" and {len(others)} more" if others else ""
        ticket = f" for {first.ticket.number}" if first.ticket else " for the shelf"
        label = f"{first.quantity:f} of {first.name or first.part_number}{more}{ticket}"
        aggregate = f"purchase_orders:new:{key}"
        return Intent(
            source,
            tables.PLACE,
            aggregate,
            label,
            values,
            visibility="internal",
            reason=reason,
            request_id=request_id,
        )


def prepared(
    wanted: Sequence[Wanted],
    *,
    supplier: str | None = None,
    ship_to: Address | None = None,
    back_orders: bool = True,
    note: str | None = None,
) -> Prepared:
    """Return an order of what is wanted.

    Args:
        wanted: Its lines.
        supplier: Of whom, where the source buys from several.
        ship_to: Where it goes; ``None`` = where the source always sends.
        back_orders: Whether what is not there now may come later.
        note: For the supplier.

    Raises:
        WriteError: A part cannot be had there, nobody states its price, it costs more than it may, or there are too few
            and nothing may come later.
    """
    costs: dict[int, Cost] = {}
    lines: list[RequestedLine] = []
    for number, one in enumerate(wanted, 1):
        offer = one.offer
        cost = approved_cost(offer, highest=one.highest, without_price=one.without_price)
        if not back_orders and offer.available is not None and offer.available < one.quantity:
            raise WriteError(
                f"Only {offer.available:f} of {offer.number} can be sent now.",
                hint="Without --no-back-orders the rest comes later.",
            )
        if cost is not None:
            costs[number] = cost
        lines.append(
            RequestedLine(
                number=number,
                part_number=offer.number,
                manufacturer_part_number=offer.manufacturer_part_number,
                name=offer.name or offer.number,
                quantity=one.quantity,
                ticket=one.ticket,
            )
        )
    request = OrderRequest(
        lines=tuple(lines), supplier=supplier, ship_to=ship_to, takes_back_orders=back_orders, note=note
    )
    return Prepared(request, costs, {one.offer.number: one.offer for one in wanted})


def offered_lines(
    request: OrderRequest, costs: Mapping[int, Cost], offers: Mapping[str, PartOffer]
) -> tuple[OfferedLine, ...]:
    """Return the lines of an order as they are shown.

    Args:
        request: The order.
        costs: What is approved of its lines, by number; empty = it is not to be seen.
        offers: What the source offers, as far as it was asked just now.
    """

    def shown(line: RequestedLine) -> OfferedLine:
        cost, offer = costs.get(line.number), offers.get(line.part_number)
        unit, currency = (None, None) if cost is None else (cost.unit, cost.currency)
        available, arrives_on = (None, None) if offer is None else (offer.available, offer.arrives_on)
        return OfferedLine(
            line=line.number,
            name=line.name,
            part_number=line.part_number,
            quantity=line.quantity,
            unit_cost=None if unit is None else unit_price(unit, currency),
            cost=None if unit is None else in_cents(unit * line.quantity, currency),
            currency=currency,
            available=available,
            arrives_on=arrives_on,
            ticket=None if line.ticket is None else line.ticket.number,
        )

    return tuple(map(shown, request.lines))


async def offers_of(
    host: Host, source: str, said: Sequence[dict[str, str]], quantity: Decimal, limit_s: float
) -> list[PartOffer]:
    """Return what one source offers of a part now.

    Args:
        host: Opens connections.
        source: The connection.
        said: By what it is looked for, as fields of queries.
        quantity: How many are needed.
        limit_s: Seconds that it has.

    Raises:
        SettingsError: The connection does not find parts, or not by that.
        WriteError: It did not answer.
    """
    if source not in host.offering("find_parts"):
        known = ", ".join(host.offering("find_parts")) or "none"
        raise SettingsError(f'No connection "{source}" finds parts.', hint=f"Connections that do: {known}.")
    wanted = [PartQuery(**one, quantity=quantity) for one in said]
    answer = (await Asking(host, limit_s).all(wanted, (source,), None, ()))[0]
    if answer.asked.answer is not Answered.ANSWERED:
        message = f"{source} was asked what it offers. {answer.asked.problem or ''}".rstrip()
        raise WriteError(message, hint=answer.asked.hint or "Name the part by its number.", connection=source)
    return [one.offer for one in answer.offers]


def cancellation(tx: Tx, order: str, *, reason: str, request_id: str | None) -> Intent:
    """Return the write that cancels an order.

    Args:
        tx: Any transaction.
        order: The source's number or id of the order, or our own.
        reason: Why.
        request_id: The caller's own id of the act.

    Raises:
        NotFoundLocallyError: There is no such order, or several.
        WriteError: The source does not show it, or nothing of it is to come.
    """
    meant = lines_meant(orders(tx, date.min, money=False), order)
    row = next((one for one in meant if one.line_ref is not None and one.state.is_open), None)
    if row is None or row.order_ref is None:
        waiting = next((one.write for one in meant if one.state.is_open and one.write is not None), None)
        hint = f"`servicedesk writes discard {waiting}` drops the proposal." if waiting else "Nothing of it is to come."
        raise WriteError(f"{order} is no open order of the source.", hint=hint)
    source, ref = sources.get(tx, row.connection).id, row.order_ref
    record = records.load(tx, source, PurchaseOrder.stream, [ref])[ref]
    revision = records.revision_of(tx, source, PurchaseOrder.stream, ref)
    change = change_of(row.order, record, {"status": OrderStatus.CANCELLED.value}, revision)
    return Intent(
        row.connection,
        tables.CANCEL,
        f"purchase_orders:{ref}",
        row.order,
        change.values,
        target=ref,
        base=change.base,
        base_modified_at=change.base_modified_at,
        base_revision=change.base_revision,
        visibility="internal",
        reason=reason,
        request_id=request_id,
    )


def link_of(found: TicketDetail) -> TicketLink:
    """Return how an order names a ticket."""
    return TicketLink(connection=found.row.connection, ref=found.row.external_id, number=found.row.ticket)


def site_of(tx: Tx, found: TicketDetail) -> Address:
    """Return where the client of a ticket is.

    Raises:
        NotFoundLocallyError: The ticket names no place, or not the whole address of one is known.
    """
    source, ticket = sources.get(tx, found.row.connection), found.ticket
    place: Any = _record(tx, source.id, "sites", getattr(ticket, "site_ref", None))
    company: Any = _record(tx, source.id, "companies", ticket.company_ref)
    where: Site | Company | None = place or company
    if where is not None and where.address and where.city and _COUNTRY.fullmatch(where.country or ""):
        return Address(
            name=(company or place).name,
            lines=tuple(filter(None, map(str.strip, where.address.splitlines()))),
            city=where.city,
            region=where.region,
            postal_code=where.postal_code,
            country=(where.country or "").upper(),
        )
    message = f"Where the client of {found.row.ticket} is, is not known as a whole."
    hint = "The PSA's record needs street, town and the ISO code of the country; or order without --to-client."
    raise NotFoundLocallyError(message, hint=hint)


def _record(tx: Tx, source_id: int, stream: str, ref: str | None) -> Any:
    return None if ref is None else records.load(tx, source_id, stream, [ref]).get(ref)

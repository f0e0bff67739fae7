"""What is ordered, and what has come."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Annotated, Final
from uuid import uuid4

from servicedesk_core.domain.parts import Offered, PartOffer
from servicedesk_core.domain.writing import Intent
from servicedesk_core.errors import SettingsError, UnsupportedError, WriteError
from servicedesk_core.faces import Awaited, Capability, Help, Manner, action, proposal
from servicedesk_core.features.claims import claim_of
from servicedesk_core.features.parts.asking import Asking
from servicedesk_core.features.parts.ordering import receiving, tables
from servicedesk_core.features.parts.ordering.model import Ordered, Received, Reordered
from servicedesk_core.features.parts.ordering.pages import order_told, order_warning, receipt_told, receipt_warning
from servicedesk_core.features.parts.ordering.preparing import (
    Prepared,
    Wanted,
    cancellation,
    link_of,
    offered_lines,
    offers_of,
    prepared,
    site_of,
)
from servicedesk_core.features.parts.ordering.queries import OrderQueries
from servicedesk_core.features.parts.ordering.reordering import Lacking, best_offer, needs, reorder_row, unheard
from servicedesk_core.features.parts.ordering.rows import orders
from servicedesk_core.features.parts.ordering.rules import offer_meant
from servicedesk_core.features.parts.ordering.tables import Placed
from servicedesk_core.features.parts.ordering.waiting import undelivered
from servicedesk_core.features.parts.rules import read
from servicedesk_core.features.tickets import ticket_of
from servicedesk_core.features.warranty import ConnectedDesk
from servicedesk_core.features.writes import exit_code, proposed, told, warning
from servicedesk_core.outbox.views import WriteView, asked_before
from servicedesk_core.store import Tx, outbox
from servicedesk_core.store.outbox import StoredWrite
from servicedesk_core.store.queries.taken import link

OURS: Final = "orders are the desk's own and belong to no client"
LIMIT_S: Final = 10
PARTS_AT_ONCE: Final = 4
"""Of how many parts sources are asked at the same time."""

PIECES = Annotated[int, Help("How many.", between=(1, 1_000_000))]
REASON = Annotated[str, Help("Why; kept in the audit trail.")]
REQUEST_ID = Annotated[str | None, Help("Your own id: a second call changes nothing.")]


class Orders(OrderQueries[Manner]):
    """What is ordered, and what has come."""

    desk: ConnectedDesk

    @proposal(
        "parts.order",
        about="What is ordered, at which price.",
        needs=Capability.PARTS_ORDER,
        unscoped=OURS,
        page="servicedesk_core.features.parts.ordering.pages:ordered",
        warns=order_warning,
        tells=order_told,
        fails=lambda found: exit_code([found.write]),
    )
    async def order(
        self: "Orders[Awaited]",
        ticket: Annotated[str, Help("Ticket number, or the vendor's id.", names="tickets.show")] = "",
        part: Annotated[str, Help("A part number, a bar code, or words of its name.")] = "",
        *,
        source: Annotated[str, Help("Connection that it is ordered over.", name="from")],
        quantity: PIECES = 1,
        stock: Annotated[
            str | None, Help("In place of ticket and part: this part, for the shelf.", names="parts.stock")
        ] = None,
        max_price: Annotated[Decimal | None, Help("The most that one may cost, in the offer's currency.")] = None,
        without_price: Annotated[bool, Help("Order although nobody states the price.")] = False,
        no_back_orders: Annotated[bool, Help("Nothing may come later: only what can be sent now.")] = False,
        supplier: Annotated[str | None, Help("Of whom, where the source buys from several.")] = None,
        claim: Annotated[
            str | None, Help("The claim that it is for: nobody is invoiced while it is open.", names="claims.list")
        ] = None,
        to_client: Annotated[bool, Help("Send it to the client of the ticket, not to us.")] = False,
        note: Annotated[str | None, Help("For the supplier.")] = None,
        connection: Annotated[str | None, Help("Where the ticket is, if several have it.")] = None,
        limit_seconds: Annotated[int, Help("Seconds that the source has.", name="limit", between=(1, 300))] = LIMIT_S,
        reason: REASON = "",
        request_id: REQUEST_ID = None,
        send: bool = False,
    ) -> Ordered:
        """Propose to order a part. With --yes this changes an outside system: it is ordered, and has to be paid for.

        The source is asked what it offers now: what it costs is shown, and directly before the order is sent the source
        is asked once more. Costs it more then than was approved, nothing is ordered. An order whose answer got lost is
        looked for by our own number before anything is repeated.

        Raises:
            NotFoundLocallyError: There is no such ticket or claim, or the source offers no such part, or several.
            SettingsError: The connection does not find parts, or what was said is no ticket and part.
            WriteError: It cannot be had there, nobody states its price, or it costs more than it may.
            WriteNotGrantedError: The configuration does not grant it.
        """
        made: list[Prepared] = []
        key = request_id or uuid4().hex
        word = stock or part
        if not word or bool(stock) is bool(ticket and part):
            hint = "servicedesk parts order TICKET PART --from CONNECTION, or --stock PART in place of both."
            raise SettingsError("It was not said what is to be ordered for which ticket.", hint=hint)

        async def intent() -> Intent:
            found = None if stock else await self.desk.store.read(lambda tx: ticket_of(tx, connection, ticket))
            if claim is not None:
                await self.desk.store.read(lambda tx: claim_of(tx, claim))
            if to_client and found is None:
                raise SettingsError("What is for the shelf is for no client.", hint="Leave --to-client out.")
            offers = await offers_of(self.desk.host, source, read(word), Decimal(quantity), limit_seconds)
            wanted = Wanted(
                offer_meant(offers, word, source),
                Decimal(quantity),
                None if found is None else link_of(found),
                max_price,
                without_price,
            )
            ship_to = await self.desk.store.read(lambda tx: site_of(tx, found)) if to_client and found else None
            made.append(
                prepared([wanted], supplier=supplier, ship_to=ship_to, back_orders=not no_back_orders, note=note)
            )
            return made[0].intent(source, reason=reason, request_id=request_id, key=key)

        def also(tx: Tx, write: StoredWrite) -> None:
            _keep(made[0], tx, write)
            if claim is not None:
                by, now = self.desk.outbox.actor, self.desk.clock.now()
                link(tx, write.id, claim_of(tx, claim), actor=by, at=now)

        view = await proposed(self.desk, intent, request_id, None, send=send, also=also)
        return await self._ordered(view, made[0] if made else None)

    @proposal(
        "parts.cancel",
        about="What is proposed to the source.",
        needs=Capability.PARTS_ORDER,
        unscoped=OURS,
        page="servicedesk_core.features.writes.pages:write",
        warns=warning,
        tells=told,
        fails=lambda found: exit_code([found]),
    )
    async def cancel(
        self: "Orders[Awaited]",
        order: Annotated[
            str, Help("The source's number of the order, its id there, or our own number.", names="parts.orders")
        ],
        *,
        reason: REASON = "",
        request_id: REQUEST_ID = None,
        send: bool = False,
    ) -> WriteView:
        """Propose to cancel an order, where its source can. With --yes this changes an outside system.

        Where the order has moved on since it was read, such as on its way, nothing is cancelled.

        Raises:
            NotFoundLocallyError: There is no such order, or several.
            WriteError: The source does not show it, nothing of it is to come, or the source cannot cancel.
            WriteNotGrantedError: The configuration does not grant it.
        """

        async def intent() -> Intent:
            read = partial(cancellation, order=order, reason=reason, request_id=request_id)
            return await self.desk.store.read(read)

        return await proposed(self.desk, intent, request_id, None, send=send)

    @proposal(
        "parts.receive",
        about="What came of an order.",
        needs=Capability.PARTS_TAKE,
        unscoped=OURS,
        page="servicedesk_core.features.parts.ordering.pages:received",
        warns=receipt_warning,
        tells=receipt_told,
        fails=lambda found: exit_code([found.write] if found.write else []),
    )
    async def receive(
        self: "Orders[Awaited]",
        order: Annotated[
            str, Help("The source's number of the order, its id there, or our own number.", names="parts.orders")
        ],
        *,
        line: Annotated[str | None, Help("Only this line.")] = None,
        quantity: Annotated[int | None, Help("How many came; else all that are still to come.")] = None,
        serials: Annotated[tuple[str, ...], Help("Serial number of a piece; may be repeated.", name="serial")] = (),
        place: Annotated[str | None, Help("Where it is put, by the source's id or name of the place.")] = None,
        note: Annotated[str | None, Help("What else shall stand in the source's record.")] = None,
        reason: REASON = "",
        request_id: REQUEST_ID = None,
        send: bool = False,
    ) -> Received:
        """Book what came of an order. Where the source keeps a stock, with --yes this changes an outside system.

        A source that keeps none, such as a distributor, is told nothing: that it came is kept here.

        Raises:
            NotFoundLocallyError: There is no such order or line, or several.
            WriteError: Nothing of it is to come, or not so many.
            WriteNotGrantedError: The configuration does not grant it.
        """
        if quantity is not None and quantity < 1:
            raise WriteError("Something has to have come.", hint="Say how many: --quantity 2.")
        known, is_booked = await self.desk.store.read(
            lambda tx: (asked_before(tx, request_id), receiving.is_booked(tx, request_id))
        )
        if is_booked:
            return Received((), None)
        rows, booking = await self.desk.store.read(
            lambda tx: (orders(tx, date.min, money=False), receiving.being_booked(tx))
        )
        arrived: list[receiving.Arrival] = []
        if known is None:
            arrived = receiving.arrivals_of(rows, order, line=line, quantity=quantity, serials=serials, booking=booking)
            if not await self._keeps_stock(arrived[0].row.connection):
                now, by = self.desk.clock.now(), self.desk.outbox.actor
                await self.desk.store.write(
                    lambda tx: receiving.book(tx, arrived, by=by, now=now, request_id=request_id)
                )
                return Received(tuple(one.shown() for one in arrived), None)

        async def intent() -> Intent:
            return receiving.receipt(arrived, place=place, note=note, reason=reason, request_id=request_id)

        view = await proposed(self.desk, intent, request_id, None, send=send)
        write = await self.desk.store.read(lambda tx: outbox.get(tx, view.id))
        return Received(tuple(one.shown() for one in receiving.booked_by(rows, write)), view)

    @action(
        "parts.reorder",
        about="What the shelf lacks and tickets wait for, and who has it.",
        needs=Capability.PARTS_ORDER,
        unscoped=OURS,
        page="servicedesk_core.features.parts.ordering.pages:reordered",
    )
    async def reorder(
        self: "Orders[Awaited]",
        *,
        dry_run: Annotated[bool, Help("Only show what is lacking, and propose nothing.")] = False,
        limit_seconds: Annotated[int, Help("Seconds that each source has.", name="limit", between=(1, 300))] = LIMIT_S,
        reason: REASON = "",
    ) -> Reordered:
        """Propose to order what the shelf lacks to its minimum, one order for each source.

        What was ordered for a ticket that waits for a part, and was not taken, is ordered from another source. What is
        just being taken for tickets counts as gone, what is on order for the shelf as there. Who has a price for it is
        asked among the connections that may order; the best offer is taken. Nothing is ordered before it is approved,
        and called again it proposes nothing twice.

        Raises:
            SettingsError: No connection may order.
        """
        may = [name for name, one in self.desk.settings.connections.items() if tables.PLACE in one.writes]
        able = tuple(name for name in self.desk.host.offering("find_parts", "send_write") if name in may)
        if not able:
            hint = f'Grant "{tables.PLACE}" in `writes` of a connection that takes orders.'
            raise SettingsError("No connection may order parts.", hint=hint)
        lacking: list[Lacking] = await self.desk.store.read(lambda tx: [*needs(tx), *undelivered(tx)])
        asking, slots = Asking(self.desk.host, limit_seconds), asyncio.Semaphore(PARTS_AT_ONCE)

        async def looked(need: Lacking) -> tuple[Lacking, Offered | None, str | None]:
            if need.query is None:
                return need, None, "It has no number by which others know it."
            asked = tuple(name for name in able if name != need.refused_by)
            if not asked:
                return need, None, f"{need.refused_by} did not deliver it, and nobody else may be ordered from."
            async with slots:
                answers = await asking.all((need.query,), asked, None, ())
            best = best_offer(answers, need.lacking)
            return need, best, None if best is not None else unheard(answers)

        found = await asyncio.gather(*map(looked, lacking))
        written = {} if dry_run else await self._proposed(found, reason)
        money = self.desk.may(Capability.MONEY)
        rows = tuple(reorder_row(*one, written, money=money) for one in found)
        return Reordered(rows, tuple(sorted(set(written.values()))))

    async def _proposed(
        self: "Orders[Awaited]", found: Sequence[tuple[Lacking, Offered | None, str | None]], reason: str
    ) -> dict[tuple[str, str], int]:
        """Propose one order for each source; return their numbers by source and its number of the part."""
        by_source: defaultdict[str, list[Wanted]] = defaultdict(list)
        for need, best, _ in found:
            if best is not None:
                by_source[best.connection].append(Wanted(_known_as(best.offer, need), need.lacking, need.ticket))
        written: dict[tuple[str, str], int] = {}
        for source, wanted in by_source.items():
            made = prepared(wanted)
            intent = made.intent(source, reason=reason, request_id=None, key=uuid4().hex)
            view = await self.desk.outbox.propose(intent, also=partial(_keep, made))
            written |= {(source, one.offer.number): view.id for one in wanted}
        return written

    async def _keeps_stock(self: "Orders[Awaited]", connection: str) -> bool:
        try:
            await self.desk.outbox.capability(connection, tables.RECEIVE)
        except UnsupportedError:
            return False
        return True

    async def _ordered(self: "Orders[Awaited]", view: WriteView, made: Prepared | None) -> Ordered:
        def look(tx: Tx) -> tuple[Placed, str | None]:
            write = outbox.get(tx, view.id)
            return tables.placed_of(tx, write), self.desk.outbox.another_person(tx, write)

        placed, another = await self.desk.store.read(look)
        money = self.desk.may(Capability.MONEY)
        amount, currency = (placed.total() if money else None) or (None, None)
        lines = offered_lines(placed.request, placed.costs if money else {}, made.offers if made else {})
        return Ordered(placed.number, lines, amount, currency, another, view)


def _keep(made: Prepared, tx: Tx, write: StoredWrite) -> None:
    tables.keep_costs(tx, write.id, made.costs)


def _known_as(offer: PartOffer, need: Lacking) -> PartOffer:
    """Return an offer with the number by which it was asked for, where its source states none: it is known again."""
    number = need.query.part_number if need.query else None
    named = offer.manufacturer_part_number or number
    return offer.model_copy(update={"manufacturer_part_number": named})

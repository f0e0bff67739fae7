"""What is asked of sources of parts, and what is proposed to a stock."""

from collections.abc import Collection
from decimal import Decimal
from typing import Annotated, Any, Final

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.domain import StockMove
from servicedesk_core.domain.parts import PartQuery, ranked
from servicedesk_core.domain.parts.ranking import Rank, common_currency
from servicedesk_core.domain.warranty import DeviceRef
from servicedesk_core.domain.writing import AT_VENDOR, Intent
from servicedesk_core.errors import NotFoundLocallyError, SettingsError, WriteError
from servicedesk_core.faces import Awaited, Capability, Help, Manner, action
from servicedesk_core.features.parts.asking import Asking
from servicedesk_core.features.parts.charging.actions import PRICE, REASON, REQUEST_ID, Charging
from servicedesk_core.features.parts.charging.following import Following
from servicedesk_core.features.parts.charging.guard import is_credit_of_billed
from servicedesk_core.features.parts.model import Answered, FoundParts
from servicedesk_core.features.parts.ordering.actions import Orders
from servicedesk_core.features.parts.queries import PartsQueries
from servicedesk_core.features.parts.ranking import in_order
from servicedesk_core.features.parts.rules import currency_of, pieces, read, rows_of
from servicedesk_core.features.parts.tables import moves
from servicedesk_core.features.parts.taking import source_of
from servicedesk_core.features.tickets import TicketDetail, ticket_of
from servicedesk_core.features.warranty import ConnectedDesk, OfAssets
from servicedesk_core.features.writes import proposed, proposes
from servicedesk_core.outbox.values import known
from servicedesk_core.outbox.views import WriteView
from servicedesk_core.store import Tx
from servicedesk_core.store.cover.assets import AssetFilter, asset_pages
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.queries.taken import RETURN, TAKE

LIMIT_S: Final = 10

TICKET = Annotated[str, Help("Ticket number, or the vendor's id.", names="tickets.show")]


def _fails(answer: FoundParts) -> int:
    """Return the first problem's code where nobody answered; that others did is no failure."""
    if any(one.answer is Answered.ANSWERED for one in answer.asked):
        return 0
    return next((one.exit_code for one in answer.asked if one.exit_code), 0)


class Parts(Charging[Manner], Orders[Manner], PartsQueries[Manner]):
    """Who has a part, what is on the shelf, and what tickets take from it."""

    desk: ConnectedDesk

    @action(
        "parts.find",
        needs=Capability.PARTS_READ,
        about="Offers of a part.",
        page="servicedesk_core.features.parts.pages:found",
        fails=_fails,
    )
    async def find(
        self: "Parts[Awaited]",
        text: Annotated[str, Help("A part number, a bar code, or words of its name.", name="PART")] = "",
        *,
        part_number: Annotated[str | None, Help("Exactly this part number, the maker's or the source's own.")] = None,
        serial: Annotated[
            str | None, Help("Serial number of a piece in stock, or of the device that it is for.")
        ] = None,
        for_asset: Annotated[str | None, Help("For this device, by name, serial number or id.")] = None,
        for_ticket: Annotated[str | None, Help("For the device of this ticket.")] = None,
        quantity: Annotated[
            Decimal | int, Help("How many are needed, such as 3, or 2.5 of what is kept by the metre.")
        ] = 1,
        currency: Annotated[str | None, Help("Compare prices in this one, such as EUR; else in that of most.")] = None,
        limit_seconds: Annotated[int, Help("Seconds that each source has.", name="limit", between=(1, 300))] = LIMIT_S,
        connections: Annotated[tuple[str, ...], Help("Ask only this source; may be repeated.", name="connection")] = (),
        rank: Rank | None = None,
        scope: Scope | None = None,
    ) -> FoundParts:
        """Ask our stock, distributors and makers side by side who has a part, and show the best offer first.

        Only reads, and stores nothing. A source that is slow or fails is named, and the others' offers are shown.
        Offers of one part stand together, whatever each source calls it: known by bar code and maker's part number.
        First comes what is on our own shelf, then what others can send now, then what arrives; among equals the
        cheaper one.

        Args:
            text: A part number, a bar code, or words.
            part_number: Exactly this one.
            serial: Of a piece in stock, or of a device.
            for_asset: A device that the desk knows.
            for_ticket: The ticket whose device it is for.
            quantity: How many are needed.
            currency: In which prices are compared.
            limit_seconds: How long each source may take.
            connections: Ask only these; empty = all.
            rank: Another rule for the order; ``None`` = that of an installed feature, else the usual one.
            scope: Whose devices and tickets may be named; what is offered, and our own shelf, belong to no client.

        Raises:
            SettingsError: Nothing was said to look for, no connection finds parts, or it is no quantity or currency.
            NotFoundLocallyError: There is no such asset or ticket, or the ticket names no device.
        """
        said, needed, wanted_in = (
            read(text, part_number=part_number, serial=serial),
            pieces(quantity),
            currency_of(currency),
        )
        device = await self._device(serial, for_asset, for_ticket, scope)
        if not said and device is None:
            raise SettingsError(
                "Nothing was said to look for.", hint="Name a part, or the device with --for-asset or --for-ticket."
            )
        sources, makers = self._chosen(connections, with_makers=device is not None)
        wanted = tuple(PartQuery(**one, quantity=needed) for one in said)
        answers = await Asking(self.desk.host, limit_seconds).all(wanted, sources, device, makers)
        offers = [one for answer in answers for one in answer.offers]
        compared = wanted_in or common_currency(offers)
        if rank is None:
            groups, order = in_order(self.desk.features, offers, needed, compared)
        else:
            groups, order = ranked(offers, needed, compared, rank), None
        rows = rows_of(groups, needed, self.desk.clock.now(), prices=self.desk.may(Capability.MONEY))
        return FoundParts(
            offers=tuple(rows),
            asked=tuple(answer.asked for answer in answers),
            parts=len(groups),
            quantity=needed,
            currency=compared,
            device=device.serial_number if device else None,
            order=order,
        )

    @proposes("parts.take", about="What is proposed to the stock.", needs=Capability.PARTS_TAKE)
    async def take(
        self: "Parts[Awaited]",
        ticket: TICKET,
        part: Annotated[str, Help("A number, the bar code, the name or the id of the part.", names="parts.stock")],
        *,
        quantity: Annotated[Decimal | int, Help("How many, such as 3, or 2.5 of what is kept by the metre.")] = 1,
        place: Annotated[str | None, Help("From where, if it lies in several places.")] = None,
        serial: Annotated[str | None, Help("Which piece, by its serial number.")] = None,
        holder: Annotated[
            str | None,
            Help("Who or what gets it, as the stock knows them: asset:7, user:3; else the device.", name="to"),
        ] = None,
        stock: Annotated[str | None, Help("Connection of the stock, if several have it.")] = None,
        connection: Annotated[str | None, Help("Where the ticket is, if several have it.")] = None,
        note: Annotated[str | None, Help("What else shall stand in the stock's record.")] = None,
        claim: Annotated[
            str | None, Help("The claim that it is for: nobody is invoiced while it is open.", names="claims.list")
        ] = None,
        price: PRICE = None,
        no_charge: Annotated[bool, Help("Do not charge it now; servicedesk parts charge does later.")] = False,
        reason: REASON = "",
        request_id: REQUEST_ID = None,
        send: bool = False,
        scope: Scope | None = None,
    ) -> WriteView:
        """Propose to take a part from our stock for a ticket. With --yes this changes an outside system: the stock.

        It goes to the ticket's device, where the stock knows one with its serial number. What others are just taking
        counts as gone, and the stock has the last word. What it cost is kept as it is now. Where the PSA bills parts,
        its charge is proposed with it and sent once the stock has confirmed it; where the PSA itself keeps the stock,
        its charge is all that is written.

        Raises:
            NotFoundLocallyError: There is no such ticket or claim, or no stock has such a part.
            SettingsError: It is no quantity, or the price is below 0.
            WriteError: There are not so many, it is not clear which is meant, or nobody says what the client pays.
            WriteNotGrantedError: The configuration does not grant it, or not its charge.
        """
        wanted = pieces(quantity)
        following = Following(self.desk, price=price, is_charged=not no_charge, claim=claim, scope=scope)

        def intent(tx: Tx) -> Intent:
            found = ticket_of(tx, connection, ticket, scope=scope)
            source = source_of(tx, part, wanted, connection=stock, place=place, serial=serial)
            values = {
                "stock_level_ref": source.level.external_id,
                "part_name": source.shelf.part.name,
                "quantity": wanted,
                "serial_number": source.level.serial_number,
                "ticket_number": found.row.ticket,
                "ticket_connection": found.row.connection,
                "ticket_id": found.row.external_id,
                "device_serial": _serial_of(tx, found),
                "holder": holder,
                "note": note,
            }
            if following.is_kept_by_psa(source.shelf.connection, found.row.connection):
                return following.instead(values, wanted, source.shelf.part, reason=reason, request_id=request_id)
            following.charge(tx, values, wanted, source.shelf.part)
            return _intent(
                TAKE,
                source.shelf.connection,
                source.level.external_id,
                values,
                reason=reason,
                request_id=request_id,
            )

        await following.look()
        return await proposed(
            self.desk,
            lambda: self.desk.store.read(intent),
            request_id,
            scope,
            send=send,
            proposing=following.proposing,
        )

    @proposes("parts.return", about="What is proposed to the stock.", needs=Capability.PARTS_TAKE)
    async def give_back(
        self: "Parts[Awaited]",
        number: Annotated[int, Help('Its number in "parts taken".', name="TAKEN", names="parts.taken")],
        *,
        quantity: Annotated[Decimal | int | None, Help("How many [default: all that are not back yet].")] = None,
        note: Annotated[str | None, Help("What else shall stand in the stock's record.")] = None,
        reason: REASON = "",
        request_id: REQUEST_ID = None,
        send: bool = False,
        scope: Scope | None = None,
    ) -> WriteView:
        """Propose to give a part back that was taken. With --yes this changes an outside system: the stock.

        What was charged of it is taken back by a charge of its own, sent once the stock has it again; where the client
        was billed already it is a credit, which waits for an approval of its own. A charge that was not sent yet is
        dropped for one of what stays.

        Raises:
            NotFoundLocallyError: Nothing was taken under this number.
            SettingsError: It is no quantity.
            WriteError: It was not taken yet, not so many are left to be given back, or its charge is in doubt.
            WriteNotGrantedError: The configuration does not grant it.
        """
        following = Following(self.desk)

        def intent(tx: Tx) -> Intent:
            write = moves.take_of(tx, number, scope)
            if write is None:
                raise NotFoundLocallyError(f"Nothing was taken as {number}.", hint="servicedesk parts taken lists it.")
            if write.state not in AT_VENDOR or write.ref is None or write.parent is None:
                hint = f"servicedesk writes show {number} says where it stands."
                raise WriteError(f"It is {write.state}: only what was taken can be given back.", hint=hint)
            left = moves.quantity_of(write) - moves.given_back(tx, write)
            if left <= 0:
                raise WriteError(
                    "All of it is back, or on its way.", hint="servicedesk parts taken lists what is left."
                )
            back = left if quantity is None else pieces(quantity)
            if back > left:
                raise moves.too_many(left)
            same = ("stock_level_ref", "part_name", "serial_number", "ticket_number", "ticket_connection", "ticket_id")
            values = {name: write.values.get(name) for name in same}
            values |= {"quantity": back, "move_ref": write.ref, "note": note}
            following.credit(tx, number, back)
            return _intent(RETURN, write.connection, write.parent, values, reason=reason, request_id=request_id)

        return await proposed(
            self.desk,
            lambda: self.desk.store.read(intent),
            request_id,
            scope,
            send=send,
            proposing=following.proposing,
            sends_following=lambda tx, number: not is_credit_of_billed(tx, number),
        )

    async def _device(
        self: "Parts[Awaited]", serial: str | None, asset: str | None, ticket: str | None, scope: Scope | None
    ) -> DeviceRef | None:
        """Return the device that a part is for, as the desk knows it."""
        if ticket is not None:
            found = await self.desk.store.read(lambda tx: ticket_of(tx, None, ticket, scope=scope))
            if found.ticket.asset_ref is None:
                message = f"{found.row.ticket} names no device."
                raise NotFoundLocallyError(message, hint="Name it: --for-asset or --serial.")
            chosen = AssetFilter(assets=(found.ticket.asset_ref,), connection=found.row.connection, scope=scope)
        elif asset is not None:
            chosen = AssetFilter(assets=(asset,), scope=scope)
        elif serial is not None:
            chosen = AssetFilter(serials=(serial,), scope=scope)
        else:
            return None
        devices = [
            one.device
            async for page in OfAssets(chosen).pages(self.desk.store)
            for one in page
            if one.device is not None
        ]
        if chosen.serials:  # a device that no record has is looked for too; of one that has, its maker is known
            return next(iter(devices), DeviceRef(manufacturer="", serial_number=chosen.serials[0]))
        if len(devices) != 1:
            what = f"{len(devices):,} devices are" if devices else "No device with a serial number is"
            raise NotFoundLocallyError(f"{what} meant.", hint="Name its serial number or the PSA's id: --for-asset.")
        return devices[0]

    def _chosen(
        self: "Parts[Awaited]", wanted: Collection[str], *, with_makers: bool
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return whom to ask for parts, and whom for what fits a device."""
        host = self.desk.host
        finding, listing = host.offering("find_parts"), host.offering("recognise", "find_service_parts")
        able = (*finding, *listing) if with_makers else finding
        hint = f"Connections that do: {', '.join(able) or 'none'}."
        if not able:
            raise SettingsError("No connection finds parts.", hint=hint)
        for name in wanted:
            if name not in self.desk.settings.connections:
                near = did_you_mean(name, self.desk.settings.connections)
                raise SettingsError(f'There is no connection "{name}".{near}', hint=hint)
            if name not in able:
                told = "lists parts of a device: name one with --for-asset" if name in listing else "finds no parts"
                raise SettingsError(f'"{name}" {told}.', hint=hint)
        return tuple(name for name in finding if not wanted or name in wanted), tuple(
            name for name in listing if with_makers and (not wanted or name in wanted)
        )


def _serial_of(tx: Tx, found: TicketDetail) -> str | None:
    """Return the serial number of a ticket's device."""
    if found.ticket.asset_ref is None:
        return None
    chosen = AssetFilter(assets=(found.ticket.asset_ref,), connection=found.row.connection)
    return next((one.serial_number for one in asset_pages(tx, chosen, size=1)), None)


def _intent(kind: str, connection: str, level: str, values: dict[str, Any], **by: Any) -> Intent:
    said = known({name: value for name, value in values.items() if value is not None}, StockMove)
    label = f"{values['part_name']} for {values['ticket_number']}"
    return Intent(connection, kind, moves.aggregate_of(level), label, said, parent=level, visibility="internal", **by)

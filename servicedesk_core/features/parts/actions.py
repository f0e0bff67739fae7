"""What is asked of sources of parts, and what is proposed to a stock."""

from collections.abc import Collection
from decimal import Decimal
from typing import Annotated, Final

from servicedesk_core.domain.parts import PartQuery, ranked
from servicedesk_core.domain.parts.ranking import Rank, common_currency, usual_rank
from servicedesk_core.domain.warranty import DeviceRef
from servicedesk_core.errors import NotFoundLocallyError, SettingsError
from servicedesk_core.faces import Awaited, Capability, Help, Manner, action
from servicedesk_core.features.parts.asking import Asking
from servicedesk_core.features.parts.model import Answered, FoundParts
from servicedesk_core.features.parts.queries import PartsQueries
from servicedesk_core.features.parts.rules import read, rows_of
from servicedesk_core.features.tickets import ticket_of
from servicedesk_core.features.warranty import ConnectedDesk, Named, OfAssets
from servicedesk_core.store.cover.assets import AssetFilter

LIMIT_S: Final = 10


def _fails(answer: FoundParts) -> int:
    """Return the first problem's code where nobody answered; that others did is no failure."""
    if any(one.answer is Answered.ANSWERED for one in answer.asked):
        return 0
    return next((one.exit_code for one in answer.asked if one.exit_code), 0)


class Parts(PartsQueries[Manner]):
    """Who has a part, what is on the shelf, and what tickets take from it."""

    desk: ConnectedDesk

    @action(
        "parts.find",
        needs=Capability.PARTS_READ,
        about="Offers of a part.",
        unscoped="what others offer, and our own shelf, belong to no client",
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
        quantity: Annotated[int, Help("How many are needed.", between=(1, 1_000_000))] = 1,
        currency: Annotated[str | None, Help("Compare prices in this one, such as EUR; else in that of most.")] = None,
        limit_seconds: Annotated[int, Help("Seconds that each source has.", name="limit", between=(1, 300))] = LIMIT_S,
        connections: Annotated[tuple[str, ...], Help("Ask only this source; may be repeated.", name="connection")] = (),
        rank: Rank = usual_rank,
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
            rank: Another rule for the order.

        Raises:
            SettingsError: Nothing was said to look for, or no connection finds parts.
            NotFoundLocallyError: There is no such asset or ticket, or the ticket names no device.
        """
        said = read(text, part_number=part_number, serial=serial)
        device = await self._device(serial, for_asset, for_ticket)
        if not said and device is None:
            raise SettingsError(
                "Nothing was said to look for.", hint="Name a part, or the device with --for-asset or --for-ticket."
            )
        sources = self._chosen(self.desk.host.offering("find_parts"), connections)
        makers = self._chosen(self.desk.host.offering("recognise", "find_service_parts"), connections)
        if not (sources if device is None else (*sources, *makers)):
            known = (*self.desk.host.offering("find_parts"), *self.desk.host.offering("find_service_parts"))
            raise SettingsError(
                "No such connection finds parts." if connections else "No connection finds parts.",
                hint=f"Connections that do: {', '.join(known) or 'none'}.",
            )
        needed = Decimal(quantity)
        wanted = PartQuery(**said, quantity=needed) if said else None
        answers = await Asking(self.desk.host, limit_seconds).all(wanted, sources, device, makers)
        offers = [one for answer in answers for one in answer.offers]
        compared = (currency or "").upper() or common_currency(offers)
        groups = ranked(offers, needed, compared, rank)
        rows = rows_of(groups, needed, self.desk.clock.now(), prices=self.desk.may(Capability.MONEY))
        return FoundParts(
            offers=tuple(rows),
            asked=tuple(answer.asked for answer in answers),
            parts=len(groups),
            quantity=needed,
            currency=compared,
            device=device.serial_number if device else None,
        )

    async def _device(
        self: "Parts[Awaited]", serial: str | None, asset: str | None, ticket: str | None
    ) -> DeviceRef | None:
        """Return the device that a part is for, as the desk knows it."""
        if ticket is not None:
            found = await self.desk.store.read(lambda tx: ticket_of(tx, None, ticket))
            if found.ticket.asset_ref is None:
                message = f"{found.row.ticket} names no device."
                raise NotFoundLocallyError(message, hint="Name it: --for-asset or --serial.")
            chosen = AssetFilter(assets=(found.ticket.asset_ref,), connection=found.row.connection)
        elif asset is not None:
            chosen = AssetFilter(assets=(asset,))
        elif serial is not None:
            bare = DeviceRef(manufacturer="", serial_number=serial)
            async for page in Named((bare,)).pages(self.desk.store):  # the maker that an asset record names
                return next((one.device for one in page if one.device is not None), bare)
            return bare
        else:
            return None
        devices = [
            one.device
            async for page in OfAssets(chosen).pages(self.desk.store)
            for one in page
            if one.device is not None
        ]
        if len(devices) != 1:
            what = f"{len(devices):,} devices are" if devices else "No device with a serial number is"
            raise NotFoundLocallyError(f"{what} meant.", hint="Name its serial number or the PSA's id: --for-asset.")
        return devices[0]

    @staticmethod
    def _chosen(offering: Collection[str], wanted: Collection[str]) -> tuple[str, ...]:
        return tuple(name for name in offering if not wanted or name in wanted)

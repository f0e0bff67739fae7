"""What stands between a stored claim and an act on it: its connector, its cover, what it lacks."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from sqlalchemy import Connection as Tx

from servicedesk_core.config import DeskSettings
from servicedesk_core.domain.warranty import NO_RULES, ClaimDraft, ClaimRules, DeviceRef
from servicedesk_core.domain.warranty.makers import maker_name
from servicedesk_core.errors import ClaimIncompleteError, ServiceDeskError
from servicedesk_core.features.claims import makers
from servicedesk_core.features.claims.checking import Checked, check, rules_of
from servicedesk_core.features.claims.cover import with_cover
from servicedesk_core.features.claims.drafting import Prefilled, prefill, prefill_device
from servicedesk_core.features.claims.tables import files, reading
from servicedesk_core.features.claims.tables.stored import Origin, StoredAttachment, StoredClaim
from servicedesk_core.features.claims.writes import results
from servicedesk_core.plugins.host import Host
from servicedesk_core.ports import Clock
from servicedesk_core.store import Store


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft that can be stored.

    Attributes:
        draft: The draft.
        origin: What it came from.
        connection: Connection that it goes through, if there is one.
        maker: The manufacturer.
        by_hand: Whether a person sends it.
        filing_due_on: Last day on which it may arrive.
    """

    draft: ClaimDraft
    origin: Origin
    connection: str | None
    maker: str
    by_hand: bool
    filing_due_on: date | None


class Preparing:
    """Prepares acts on claims. Nothing here needs a network: a manufacturer that is down stops no draft.

    Args:
        store: The desk's store.
        clock: The time.
        settings: The configuration.
        host: Lends connectors.
    """

    def __init__(self, store: Store, clock: Clock, settings: DeskSettings, host: Host) -> None:
        self._store = store
        self._clock = clock
        self._settings = settings
        self._host = host

    async def drafted(
        self,
        ticket: str | None,
        device: DeviceRef | None,
        *,
        connection: str | None,
        through: str | None,
        by_hand: bool,
        changes: Mapping[str, Any],
    ) -> Drafted:
        """Fill in a draft from what the desk knows; see :meth:`servicedesk_core.features.claims.actions.Claims.new`."""
        filled = await self._filled(ticket, connection, device)
        async with AsyncExitStack() as lent:
            carrier = await self._carrier(filled.draft.device, lent, through=through, by_hand=by_hand)
            rules = rules_of(carrier.opened.calls) if carrier.opened else NO_RULES
            name = carrier.opened.name if carrier.opened else None
        draft = changed(filled.draft.model_copy(update={"device": carrier.device}), changes)
        return Drafted(
            draft=await self._store.read(lambda tx: with_cover(tx, draft, filled.origin)),
            origin=filled.origin,
            connection=name,
            maker=maker_name(carrier.maker or filled.manufacturer) or "unknown",
            by_hand=carrier.by_hand or by_hand,
            filing_due_on=rules.filing_due_on(draft.failed_on),
        )

    async def rules(self, stored: StoredClaim) -> ClaimRules:
        """Return what the manufacturer of a claim accepts.

        Raises:
            ServiceDeskError: Its connector cannot be used.
        """
        if not self._has_connection(stored):
            return NO_RULES
        async with self._host.unplugged(stored.connection or "") as lent:
            return rules_of(lent.calls)

    async def checked(self, claim: str) -> tuple[StoredClaim, Checked, tuple[StoredAttachment, ...]]:
        """Return a claim with the cover that is known now, what a check of it comes to, and its files.

        Raises:
            NotFoundLocallyError: There is no such claim.
        """
        stored = await self.stored(claim)

        def work(tx: Tx) -> tuple[ClaimDraft, tuple[StoredAttachment, ...]]:
            loaded = files.load(tx, [one.id for one in files.of(tx, stored.id)])
            return with_cover(tx, stored.draft, stored.origin), tuple(loaded)

        draft, found = await self._store.read(work)
        stored = replace(stored, draft=draft)
        today = self.today()
        if not self._has_connection(stored):
            return stored, check(stored, found, None, today), found
        try:
            async with self._host.unplugged(stored.connection or "") as lent:
                return stored, check(stored, found, lent.calls, today), found
        except ServiceDeskError as error:  # what needs no connector is still worth to know
            return stored, check(stored, found, None, today, unchecked=error.message), found

    async def stored(self, claim: str) -> StoredClaim:
        """Return a claim, after what persons decided about its write has reached it.

        Raises:
            NotFoundLocallyError: There is no such claim.
        """
        late = await self._store.read(reading.unapplied)
        if late:
            now = self._clock.now()
            await self._store.write(lambda tx: results.catch_up(tx, now))
        return await self._store.read(lambda tx: reading.get(tx, claim))

    def connections(self, *hooks: str) -> tuple[str, ...]:
        """Return the connections whose connectors implement one of the hooks, without opening any."""
        found: dict[str, None] = {}
        for hook in hooks:
            found |= dict.fromkeys(self._host.offering(hook))
        return tuple(name for name in self._settings.connections if name in found)

    def today(self) -> date:
        """Return the date where the desk is."""
        return self._clock.now().astimezone(ZoneInfo(self._settings.desk.timezone)).date()

    def _has_connection(self, stored: StoredClaim) -> bool:
        return stored.connection is not None and stored.connection in self._settings.connections

    async def _filled(self, ticket: str | None, connection: str | None, device: DeviceRef | None) -> Prefilled:
        own, zone = self._settings.claims, self._settings.desk.timezone
        if ticket is not None:
            return await self._store.read(
                lambda tx: prefill(tx, ticket, connection=connection, settings=own, timezone=zone)
            )
        if device is None:
            raise ClaimIncompleteError("A claim needs a ticket or a device.", hint="Say --ticket, or --serial.")
        return await self._store.read(lambda tx: prefill_device(tx, device, settings=own, timezone=zone))

    async def _carrier(
        self, device: DeviceRef, lent: AsyncExitStack, *, through: str | None, by_hand: bool
    ) -> makers.Carrier:
        if through is not None:
            return makers.through(device, await lent.enter_async_context(self._host.unplugged(through)))
        try:
            return await makers.carrier_of(
                device,
                self.connections("recognise"),
                lambda name: lent.enter_async_context(self._host.unplugged(name)),
            )
        except ServiceDeskError:
            if not by_hand:
                raise
            return makers.Carrier(device.manufacturer, device, None, by_hand=True)


def changed(draft: ClaimDraft, changes: Mapping[str, Any]) -> ClaimDraft:
    """Return a draft with other values.

    Raises:
        ClaimIncompleteError: A value does not fit its field.
    """
    try:
        return draft.changed(changes)
    except ValidationError as error:
        told = sorted({f"{_place(one['loc'])}: {one['msg'].removeprefix('Value error, ')}" for one in error.errors()})
        raise ClaimIncompleteError(
            f"A value does not fit its field ({'; '.join(told)}).",
            hint="Dates are written as 2026-01-31, countries as US, quantities as a number above 0.",
        ) from error


def _place(loc: tuple[int | str, ...]) -> str:
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in loc) or "claim"

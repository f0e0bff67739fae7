"""What stands between a claim and an act on it: the connector that carries it, what it lacks."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol, TypeVar

from pydantic import ValidationError
from sqlalchemy import Connection as Tx

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.domain.warranty import NO_RULES, ClaimDraft, ClaimProblem, ClaimRules, DeviceRef
from servicedesk_core.domain.warranty.makers import maker_name
from servicedesk_core.errors import ClaimIncompleteError, ServiceDeskError, UnsupportedError
from servicedesk_core.features.claims.drafting.filling import Prefilled, Prefilling
from servicedesk_core.features.claims.model import Proposal, Proposals
from servicedesk_core.features.claims.queries import today
from servicedesk_core.features.claims.rules import Checked, check, rules_of
from servicedesk_core.features.claims.tables import files, reading
from servicedesk_core.features.claims.tables.cover import with_cover
from servicedesk_core.features.claims.tables.stored import Drafted, LoadedFile, StoredClaim
from servicedesk_core.features.claims.writes import results
from servicedesk_core.features.claims.writes.content import ClaimWrite
from servicedesk_core.outbox.writes import Writes
from servicedesk_core.plugins.connection import OpenConnection
from servicedesk_core.plugins.host import Host
from servicedesk_core.store import Store
from servicedesk_core.store.queries.scope import Scope

Opener = Callable[[str], Awaitable[OpenConnection]]


@dataclass(frozen=True, slots=True)
class Carrier:
    """How claims for a device reach its manufacturer.

    Attributes:
        manufacturer: The manufacturer, as the connector writes it, else as the device's record does.
        device: The device, likewise.
        opened: The connection; ``None`` = there is none for this manufacturer.
        by_hand: Whether a person sends claims.
    """

    manufacturer: str
    device: DeviceRef
    opened: OpenConnection | None
    by_hand: bool


def of_claims(opened: OpenConnection) -> bool:
    """Whether a connection takes part in claims: it sends or follows them."""
    return opened.calls.implements("submit_claim") or opened.calls.implements("fetch_claims")


async def carrier_of(device: DeviceRef, connections: Sequence[str], opener: Opener) -> Carrier:
    """Return how claims for a device are sent: through the first connection that recognises it.

    A serial number without a manufacturer may be several makers' own; which of them is never guessed.

    Args:
        device: The device as another source states it.
        connections: Names of the connections to manufacturers.
        opener: Opens a connection.

    Raises:
        ClaimIncompleteError: Several manufacturers may have made it.
        ServiceDeskError: A connection cannot be opened.
    """
    found: list[Carrier] = []
    for name in connections:
        opened = await opener(name)
        known = opened.calls.recognise(device)
        if known is not None and of_claims(opened):
            by_hand = not opened.calls.implements(ClaimWrite.SUBMIT.hook)
            found.append(Carrier(known.manufacturer, known, opened, by_hand))
    candidates = sorted({carrier.manufacturer for carrier in found})
    if len(candidates) > 1:
        raise ClaimIncompleteError(
            f"This serial number may be one of {' or '.join(candidates)}.", hint="Say who made the device."
        )
    return found[0] if found else Carrier(device.manufacturer, device, None, by_hand=True)


async def carried(desk: "ClaimsDesk", found: Proposals) -> Proposals:
    """Return proposals with how claims for them would reach their manufacturers; nothing is asked there."""
    opened: dict[str, OpenConnection] = {}

    async def lend(name: str) -> OpenConnection:
        return opened[name]

    async def with_way(one: Proposal) -> Proposal:
        if not one.serial_number:
            return one
        device = DeviceRef(manufacturer=one.manufacturer or "", serial_number=one.serial_number)
        try:
            way = await carrier_of(device, tuple(opened), lend)
        except ClaimIncompleteError:  # several manufacturers may have made it
            return one
        return replace(one, through=way.opened.name if way.opened else None, by_hand=way.by_hand)

    async with AsyncExitStack() as lent:
        for name in connections_with(desk, "recognise") if found.tickets or found.unknown_cover else ():
            with suppress(ServiceDeskError):  # what cannot be used carries nothing now
                opened[name] = await lent.enter_async_context(desk.host.unplugged(name))
        return replace(
            found,
            tickets=tuple([await with_way(one) for one in found.tickets]),
            unknown_cover=tuple([await with_way(one) for one in found.unknown_cover]),
        )


def carried_through(device: DeviceRef, opened: OpenConnection) -> Carrier:
    """Return how claims for a device are sent through a connection that somebody named.

    Raises:
        UnsupportedError: It takes no part in claims.
    """
    if not of_claims(opened):
        raise UnsupportedError(
            "This connection neither sends nor follows claims.",
            hint="Name another one, or leave --through out.",
            connection=opened.name,
        )
    return Carrier(device.manufacturer, device, opened, not opened.calls.implements(ClaimWrite.SUBMIT.hook))


T = TypeVar("T")


class ClaimsDesk(ConfiguredDesk, Protocol):
    """A desk that sends claims."""

    @property
    def store(self) -> Store:
        """The desk's own database."""
        ...

    @property
    def host(self) -> Host:
        """Opens and lends connections."""
        ...

    @property
    def outbox(self) -> Writes:
        """The outbox."""
        ...


async def drafted(
    desk: ClaimsDesk,
    ticket: str | None,
    device: DeviceRef | None,
    *,
    connection: str | None,
    through: str | None,
    by_hand: bool,
    changes: Mapping[str, Any],
    scope: Scope | None,
) -> Drafted:
    """Fill in a draft from what the desk knows; see :meth:`servicedesk_core.features.claims.actions.Claims.new`."""
    filled = await _filled(desk, ticket, connection, device, scope)
    async with AsyncExitStack() as lent:
        carrier = await _carrier(desk, filled.draft.device, lent, through=through, by_hand=by_hand)
        rules = rules_of(carrier.opened.calls) if carrier.opened else NO_RULES
        name = carrier.opened.name if carrier.opened else None
    draft = changed(filled.draft.model_copy(update={"device": carrier.device}), changes)
    return Drafted(
        draft=await desk.store.read(lambda tx: with_cover(tx, draft, filled.origin)),
        origin=filled.origin,
        connection=name,
        manufacturer=maker_name(carrier.manufacturer or filled.manufacturer) or "unknown",
        by_hand=carrier.by_hand or by_hand,
        filing_due_on=rules.filing_due_on(draft.failed_on),
    )


async def rules(desk: ClaimsDesk, stored: StoredClaim) -> ClaimRules:
    """Return what the manufacturer of a claim accepts.

    Raises:
        ServiceDeskError: Its connector cannot be used.
    """
    if not _has_connection(desk, stored):
        return NO_RULES
    async with desk.host.unplugged(stored.connection or "") as lent:
        return rules_of(lent.calls)


async def checked_claim(
    desk: ClaimsDesk, claim: str, scope: Scope | None
) -> tuple[StoredClaim, Checked, tuple[LoadedFile, ...]]:
    """Return a claim with the cover that is known now, what a check of it comes to, and its files.

    Raises:
        NotFoundLocallyError: There is no such claim, or the scope does not let it through.
    """

    def work(tx: Tx, found: StoredClaim) -> tuple[StoredClaim, tuple[LoadedFile, ...]]:
        loaded = files.load(tx, [one.id for one in files.of(tx, found.id)])
        return replace(found, draft=with_cover(tx, found.draft, found.origin)), tuple(loaded)

    stored, loaded = await _after_decisions(desk, claim, scope, work)
    day = today(desk)
    if not _has_connection(desk, stored):
        return stored, check(stored, loaded, None, day), loaded
    try:
        async with desk.host.unplugged(stored.connection or "") as lent:
            return stored, check(stored, loaded, lent.calls, day), loaded
    except ServiceDeskError as error:  # what needs no connector is still worth to know
        return stored, check(stored, loaded, None, day, unchecked=error.message), loaded


async def unlisted_parts(desk: ClaimsDesk, stored: StoredClaim) -> tuple[ClaimProblem, ...]:
    """Return which parts of a claim its manufacturer does not list for the device; it is asked for its list.

    None of them blocks the claim: a list may lack what a technician holds in the hand.
    """
    name = stored.connection or ""
    if not stored.draft.lines or name not in desk.host.offering("find_service_parts"):
        return ()
    try:
        listed = await (await desk.host.open(name)).calls.find_service_parts(stored.draft.device)
    except ServiceDeskError as error:
        reason = f"were not held against the list of {name}: {error.message}"
        return (ClaimProblem(field="lines", reason=reason, is_blocking=False),)
    known = {number.casefold() for part in listed for number in (part.number, *part.substitutes)}
    return tuple(
        ClaimProblem(
            field=f"lines.{line.number}",
            reason=f"{line.part_number} is not among the {len(listed)} parts that {name} lists for the device: "
            f"servicedesk warranty parts {stored.draft.device.serial_number}",
            is_blocking=False,
        )
        for line in stored.draft.lines
        if known and line.part_number.casefold() not in known
    )


async def stored_claim(desk: ClaimsDesk, claim: str, scope: Scope | None) -> StoredClaim:
    """Return a claim, after what persons decided about its write has reached it; raises like :func:`checked_claim`."""
    return await _after_decisions(desk, claim, scope, lambda _, found: found)


async def _after_decisions(
    desk: ClaimsDesk, claim: str, scope: Scope | None, work: Callable[[Tx, StoredClaim], T]
) -> T:
    def look(tx: Tx) -> T | None:
        stored = reading.get(tx, claim, scope)
        return None if stored.write_state in reading.FINISHED else work(tx, stored)

    if (found := await desk.store.read(look)) is None:
        now = desk.clock.now()
        await desk.store.write(lambda tx: results.catch_up(tx, now))
        return await desk.store.read(lambda tx: work(tx, reading.get(tx, claim, scope)))
    return found


def connections_with(desk: ClaimsDesk, *hooks: str) -> tuple[str, ...]:
    """Return the connections whose connectors implement one of the hooks, without opening any."""
    found: dict[str, None] = {}
    for hook in hooks:
        found |= dict.fromkeys(desk.host.offering(hook))
    return tuple(name for name in desk.settings.connections if name in found)


def _has_connection(desk: ClaimsDesk, stored: StoredClaim) -> bool:
    return stored.connection is not None and stored.connection in desk.settings.connections


async def _filled(
    desk: ClaimsDesk, ticket: str | None, connection: str | None, device: DeviceRef | None, scope: Scope | None
) -> Prefilled:
    fill = partial(Prefilling, settings=desk.settings.claims, timezone=desk.settings.desk.timezone, scope=scope)
    if ticket is not None:
        return await desk.store.read(lambda tx: fill(tx).of_ticket(ticket, connection))
    if device is None:
        raise ClaimIncompleteError(
            "A claim needs a ticket or a device.", hint="Name the ticket, or the device by its serial number."
        )
    return await desk.store.read(lambda tx: fill(tx).of_device(device))


async def _carrier(
    desk: ClaimsDesk, device: DeviceRef, lent: AsyncExitStack, *, through: str | None, by_hand: bool
) -> Carrier:
    if through is not None:
        return carried_through(device, await lent.enter_async_context(desk.host.unplugged(through)))
    try:
        return await carrier_of(
            device,
            connections_with(desk, "recognise"),
            lambda name: lent.enter_async_context(desk.host.unplugged(name)),
        )
    except ServiceDeskError:
        if not by_hand:
            raise
        return Carrier(device.manufacturer, device, None, by_hand=True)


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

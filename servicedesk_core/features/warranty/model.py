"""Devices with their cover, and what was never claimed, as lists show them."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Final

from servicedesk_core.domain.warranty import Entitlement
from servicedesk_core.domain.warranty.facts import CoverState
from servicedesk_core.domain.warranty.spans import Span
from servicedesk_core.faces import Column, Opens, Page
from servicedesk_core.features.claims import ClaimRow

TOLD = frozenset({CoverState.COVERED, CoverState.EXPIRED, CoverState.UPCOMING, CoverState.NO_HARDWARE_COVER})
"""How devices stand of which somebody knows."""

_UNKNOWN: Final = tuple(("state", one.value) for one in CoverState if one not in TOLD)


@dataclass(frozen=True, slots=True)
class CoverRow:
    """A device and its cover."""

    serial_number: Annotated[str | None, Column("As the record states it.", cut=14, leads="warranty.show")]
    manufacturer: Annotated[str | None, Column("Its one name, however sources write it.")]
    model: Annotated[str | None, Column("What it is.")]
    name: Annotated[str | None, Column("What people call it.")]
    asset_ref: Annotated[str | None, Column("The PSA's id of the asset; nothing = no asset record.")]
    connection: Annotated[str | None, Column("Connection that the asset record comes from.")]
    company: Annotated[str | None, Column("Name of the client.", "Client", cut=12, leads="tickets.list:company")]
    site: Annotated[str | None, Column("Name of the site.")]
    is_retired: Annotated[bool, Column("Whether the PSA calls it retired.", "Retired")]
    state: Annotated[CoverState, Column("How it stands.")]
    until: Annotated[
        date | None,
        Column(
            "Last covered day in the maker's zone: of the cover that holds, else of the last one; nothing when nobody "
            "can tell whether one holds."
        ),
    ]
    is_lifetime: Annotated[bool, Column("Whether that cover never ends.", "For life")]
    days_left: Annotated[int | None, Column("Days from the list's day to the last one; negative = over.")]
    level: Annotated[str | None, Column("What the best cover is called.", cut=12)]
    source: Annotated[str | None, Column("Whose word it is.")]
    origin: Annotated[str | None, Column("Connection that said so, or where it was imported from.")]
    answered_at: Annotated[datetime | None, Column("When it said so.")]
    asked_at: Annotated[datetime | None, Column("When it was last asked.")]
    reason: Annotated[str | None, Column("Why there is no answer, for people.", wraps=True)]
    supply: Annotated[tuple[str, ...], Column("What to supply, when the serial number alone is ambiguous.")]
    psa_until: Annotated[date | None, Column("The last covered day as the PSA states it.", "Until by the PSA")]
    shipped_on: Annotated[date | None, Column("The day on which the maker shipped it.")]
    purchased_on: Annotated[date | None, Column("The day on which it was bought, where the maker knows.")]
    supported_until: Annotated[
        date | None, Column("The last day on which the maker supports the product at all, whatever its cover.")
    ]
    gaps: Annotated[tuple[Span, ...], Column("Uncovered days between covers.")]
    covers: Annotated[
        tuple[Entitlement, ...],
        Column("Everything that the believed source lists, also what is not for the hardware."),
    ]


@dataclass(frozen=True, slots=True)
class SourceRow:
    """What one source says of a device."""

    source: Annotated[str, Column("Whose word it is.")]
    origin: Annotated[str, Column("Connection that said so, or where it was imported from.")]
    outcome: Annotated[str, Column("What it came to when it was last asked.")]
    until: Annotated[date | None, Column("The last covered day by it; nothing = it tells none.")]
    answered_at: Annotated[datetime | None, Column("When it last knew the device.", "Answered")]
    asked_at: Annotated[datetime, Column("When it was last asked.", "Asked")]
    reason: Annotated[str | None, Column("Why there is no answer, for people.", wraps=True)]


@dataclass(frozen=True, slots=True)
class DeviceDetail:
    """A device with its cover, and what hangs on it."""

    device: Annotated[CoverRow, Column("The device, by the word that is believed.")]
    sources: Annotated[tuple[SourceRow, ...], Column("What each source says; the one that is believed comes first.")]
    claims: Annotated[tuple[ClaimRow, ...], Column("Claims for it, the newest first; only for who may see them.")]
    others: Annotated[tuple[CoverRow, ...], Column("Other devices with this serial number.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpiringList(Page[CoverRow]):
    """Devices whose cover ends soon."""

    items: Annotated[tuple[CoverRow, ...], Column("The devices, the first to end first.")]
    day: Annotated[date, Column("The day of the list.")]
    within_days: Annotated[int, Column("How many days ahead it looks.")]
    ending: Annotated[int, Column("How many devices that are, on all pages.")]
    states: Annotated[
        dict[str, int], Column("How many of all devices stand how: what is unknown cannot be in the list.")
    ]
    retired: Annotated[int, Column("How many devices were left out because the PSA calls them retired.")] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceList(Page[CoverRow]):
    """Devices by how they stand."""

    items: Annotated[tuple[CoverRow, ...], Column("The devices, the first to end first.")]
    day: Annotated[date, Column("The day of the list.")]
    states: Annotated[dict[str, int], Column("How many devices stand how, on all pages and in every state.")]


@dataclass(frozen=True, slots=True)
class MissedClaim:
    """Hardware work on a covered device for which nothing was claimed."""

    ticket: Annotated[str, Column("Number of the ticket, else the vendor's id.", leads="tickets.show")]
    title: Annotated[str, Column("Its title.", cut=16)]
    is_open: Annotated[bool, Column("Whether it still needs work.", "Open", shown=False)]
    connection: Annotated[str, Column("Connection that it comes from.", shown=False)]
    company: Annotated[
        str | None, Column("Name of the client.", "Client", cut=12, spare=4, leads="tickets.list:company")
    ]
    asset: Annotated[str | None, Column("What people call the device.", "Device", cut=7, spare=3)]
    serial_number: Annotated[str | None, Column("Its serial number.", leads="warranty.show")]
    manufacturer: Annotated[str | None, Column("Who made it, by its one name.", shown=False)]
    failed_on: Annotated[date, Column("The day on which the ticket was opened, in the desk's zone.", spare=2)]
    until: Annotated[date | None, Column("Last covered day.", "Covered until")]
    source: Annotated[str, Column("Whose word the cover is.", spare=1)]
    origin: Annotated[str, Column("Connection that said so.", shown=False)]


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedList(Page[MissedClaim]):
    """Claims that were missed, and how the number comes about."""

    items: Annotated[tuple[MissedClaim, ...], Column("The missed claims, the newest first.")]
    since: Annotated[datetime | None, Column("Tickets opened at or after; nothing = all.")]
    missed: Annotated[int, Column("How many that are, on all pages.")]
    claimed: Annotated[int, Column("Hardware tickets with a claim.")]
    not_covered: Annotated[int, Column("Hardware tickets whose device was not covered on the day.")]
    unknown: Annotated[int, Column("Hardware tickets of whose device nobody can tell.")]
    not_hardware: Annotated[int, Column("Incidents in no category of hardware.")]
    without_device: Annotated[int, Column("Incidents that name no device.")]
    retired: Annotated[int, Column("Incidents of devices that the PSA calls retired.")] = 0


@dataclass(frozen=True, slots=True)
class MakerRow:
    """What a manufacturer answered, and what it decided."""

    manufacturer: Annotated[str, Column("The manufacturer.")]
    answered: Annotated[int, Column("Devices of which it told the cover.")]
    not_found: Annotated[int, Column("Devices that it does not know.", spare=2)]
    ambiguous: Annotated[int, Column("Devices of which it needs to know more than the serial number.", spare=3)]
    denied: Annotated[int, Column("Devices of which it tells us nothing.", "Not told", spare=3)]
    errors: Annotated[int, Column("Devices of which the last look-up failed.")]
    asked_at: Annotated[datetime | None, Column("When it was last asked.", "Last asked", spare=1)]
    claims: Annotated[int, Column("Claims that it has or had.")]
    agreed: Annotated[int, Column("Of these, how many it agreed to, also in part.")]
    refused: Annotated[int, Column("Of these, how many it refused.")]
    agreed_percent: Annotated[
        int | None, Column("Agreed in percent of what was decided; nothing = nothing was decided.", "Agreed %", spare=4)
    ]


@dataclass(frozen=True, slots=True)
class RenewalRow:
    """A client with devices whose cover ends soon or has ended."""

    client: Annotated[str, Column("The client.", cut=12, leads="tickets.list:company")]
    connection: Annotated[str, Column("Connection of its devices.", shown=False)]
    ref: Annotated[str | None, Column("The vendor's id of the client.", "Id", shown=False)]
    devices: Annotated[int, Column("How many devices it has.", spare=2, by="has")]
    ending: Annotated[int, Column("Of these, how many have a cover that ends soon.", "Ending soon", by="has_ending")]
    first_on: Annotated[date | None, Column("When the first of them ends.", "First ends")]
    expired: Annotated[
        int, Column("How many covers have ended.", by="has", given=(("state", CoverState.EXPIRED.value),))
    ]
    unknown: Annotated[int, Column("Of how many nobody knows.", spare=1, by="has", given=_UNKNOWN)]
    has: Annotated[Opens | None, Column("Where its devices are; nothing = they are no client's.", shown=False)] = None
    has_ending: Annotated[Opens | None, Column("Where those are whose cover ends soon.", shown=False)] = None


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A model of devices that broke."""

    model: Annotated[str, Column("The model.", cut=12)]
    manufacturer: Annotated[str | None, Column("Who made it.", cut=8)]
    failures: Annotated[int, Column("Hardware work on such devices.")]
    broken: Annotated[int, Column("On how many of them.", "Devices broken", spare=2)]
    devices: Annotated[int, Column("How many there are.", "Of devices")]
    per_hundred: Annotated[
        Decimal | None, Column("Failures for a hundred devices; nothing = none is there any more.", "Per 100")
    ]
    clients: Annotated[int, Column("At how many clients.", spare=1)]
    last_on: Annotated[datetime | None, Column("When it happened last.", "Last", spare=3)]

"""What follows from the covers: what ends soon, and what was never claimed."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from servicedesk_core.domain.warranty import covered_on
from servicedesk_core.domain.warranty.facts import CoverFact, CoverState, best
from servicedesk_core.domain.warranty.makers import maker_name
from servicedesk_core.features.warranty.tables.rows import CoverRow, row_of
from servicedesk_core.store.cover import facts_of_assets, psa_fact
from servicedesk_core.store.cover.assets import AssetFilter, count_assets, devices_without_asset, every_asset
from servicedesk_core.store.fields import from_us
from servicedesk_core.store.queries.eligible import EligibleTicket, eligible
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.schema import RECORDS, sources

_PAGE = 500


@dataclass(frozen=True, slots=True)
class ExpiringList:
    """Devices whose cover ends soon.

    Attributes:
        day: The day of the list.
        within_days: How many days ahead it looks.
        rows: The devices, the first to end first.
        states: How many of all devices stand how: what is unknown cannot be in the list.
        retired: How many devices were left out because the PSA calls them retired.
    """

    day: date
    within_days: int
    rows: tuple[CoverRow, ...]
    states: dict[str, int]
    retired: int = 0


@dataclass(frozen=True, slots=True)
class MissedClaim:
    """Hardware work on a covered device for which nothing was claimed.

    Attributes:
        ticket: Number of the ticket, else the vendor's id.
        title: Its title.
        is_open: Whether it still needs work.
        connection: Connection that it comes from.
        company: Name of the client.
        asset: What people call the device.
        serial_number: Its serial number.
        manufacturer: Who made it, by its one name.
        failed_on: The day on which the ticket was opened, in the desk's zone.
        until: Last covered day.
        source: Whose word the cover is.
        origin: Connection that said so.
    """

    ticket: str
    title: str
    is_open: bool
    connection: str
    company: str | None
    asset: str | None
    serial_number: str | None
    manufacturer: str | None
    failed_on: date
    until: date | None
    source: str
    origin: str


@dataclass(frozen=True, slots=True)
class MissedList:
    """Claims that were missed, and how the number comes about.

    Attributes:
        since: Tickets opened at or after; ``None`` = all.
        rows: The missed claims, the newest first.
        claimed: Hardware tickets with a claim.
        not_covered: Hardware tickets whose device was not covered on the day.
        unknown: Hardware tickets of whose device nobody can tell.
        not_hardware: Incidents in no category of hardware.
        without_device: Incidents that name no device.
        retired: Incidents of devices that the PSA calls retired.
    """

    since: datetime | None
    rows: tuple[MissedClaim, ...]
    claimed: int
    not_covered: int
    unknown: int
    not_hardware: int
    without_device: int
    retired: int = 0


def cover_rows(tx: Connection, chosen: AssetFilter, day: date) -> Iterator[CoverRow]:
    """Iterate over all devices with their cover: assets, and without a filter also devices that no asset record has.

    Args:
        tx: A read transaction.
        chosen: Which assets.
        day: The day to tell states for.
    """
    for record in every_asset(tx, chosen):
        yield row_of(record, day)
    if chosen.is_everything:
        for record in devices_without_asset(tx):
            yield row_of(record, day)


def without_retired(tx: Connection, chosen: AssetFilter) -> tuple[AssetFilter, int]:
    """Return a filter that leaves out what the PSA calls retired, and how many devices that are.

    Args:
        tx: A read transaction.
        chosen: Which assets.
    """
    return replace(chosen, retired=False), count_assets(tx, replace(chosen, retired=True))


def expiring(
    tx: Connection, *, day: date, within_days: int, chosen: AssetFilter | None = None, retired: bool = False
) -> ExpiringList:
    """Return devices that are covered today and will not be for long.

    Args:
        tx: A read transaction.
        day: Today.
        within_days: How many days ahead to look; a cover that ends today is in the list.
        chosen: Which assets.
        retired: Whether devices are among them that the PSA calls retired.
    """
    chosen, left_out = chosen or AssetFilter(), 0
    if not retired:
        chosen, left_out = without_retired(tx, chosen)
    states: Counter[CoverState] = Counter()
    rows: list[CoverRow] = []
    for row in cover_rows(tx, chosen, day):
        states[row.state] += 1
        if row.state is CoverState.COVERED and row.days_left is not None and row.days_left <= within_days:
            rows.append(row)
    rows.sort(key=lambda row: (row.until or date.max, row.company or "", row.serial_number or ""))
    told = {state.value: states[state] for state in CoverState if states[state]}
    return ExpiringList(day, within_days, tuple(rows), told, left_out)


def missed(
    tx: Connection,
    *,
    hardware: Collection[str],
    timezone: str,
    since: datetime | None = None,
    company: str | None = None,
    scope: Scope | None = None,
    retired: bool = False,
) -> MissedList:
    """Return hardware work on covered devices for which nothing was claimed.

    Args:
        tx: A read transaction.
        hardware: Words of which one must stand in a ticket's category.
        timezone: The desk's zone, in which the day of a failure is told.
        since: Tickets opened at or after.
        company: Only of this client, by id or name.
        scope: Only what it lets through; one of queues alone lets no device through.
        retired: Whether devices count that the PSA calls retired.
    """
    found = eligible(tx, hardware=hardware, only_open=False, since=since, company=company, scope=scope)
    counts: Counter[str] = Counter()
    rows: list[MissedClaim] = []
    tickets = [ticket for ticket in found.tickets if retired or not ticket.is_retired]
    for start in range(0, len(tickets), _PAGE):
        page = tickets[start : start + _PAGE]
        facts = _facts(tx, [ticket.asset_id for ticket in page])
        for ticket in page:
            counts[_verdict(ticket, facts.get(ticket.asset_id, ()), ZoneInfo(timezone), rows)] += 1
    return MissedList(
        since=since,
        rows=tuple(rows),
        claimed=counts["claimed"],
        not_covered=counts["not_covered"],
        unknown=counts["unknown"],
        not_hardware=found.not_hardware,
        without_device=found.without_device,
        retired=len(found.tickets) - len(tickets),
    )


def _verdict(ticket: EligibleTicket, facts: tuple[CoverFact, ...], zone: ZoneInfo, rows: list[MissedClaim]) -> str:
    if ticket.claims:
        return "claimed"
    fact = best(facts)
    if fact is None or ticket.created_at is None:
        return "unknown"
    day = ticket.created_at.astimezone(zone).date()
    covered = covered_on(fact.entitlements, day)
    if not covered:
        return "unknown" if covered is None else "not_covered"
    rows.append(
        MissedClaim(
            ticket=ticket.number or ticket.external_id,
            title=ticket.title,
            is_open=ticket.is_open,
            connection=ticket.connection,
            company=ticket.company,
            asset=ticket.asset,
            serial_number=ticket.serial_number,
            manufacturer=maker_name(ticket.manufacturer) or None,
            failed_on=day,
            until=fact.until(day),
            source=fact.source.value,
            origin=fact.origin,
        )
    )
    return "missed"


def _facts(tx: Connection, asset_ids: list[int]) -> dict[int, tuple[CoverFact, ...]]:
    """Return what is known of assets, the PSA's own word included."""
    found = facts_of_assets(tx, asset_ids)
    c = RECORDS["assets"].c
    query = (
        select(sources.c.name, c.local_id, c.warranty_until, c.changed_at)
        .join(sources, sources.c.id == c.source_id)
        .where(c.local_id.in_(asset_ids), c.warranty_until.is_not(None))
    )
    for connection, asset_id, until, changed_at in tx.execute(query):
        own = psa_fact(connection, date.fromisoformat(until), from_us(changed_at))
        if own is not None:
            found[asset_id] = (*found.get(asset_id, ()), own)
    return found


LONGEST_DAYS: Final = 36_500
"""No cover lasts so long, and the calendar of a computer begins with the year 1."""


def span_of(text: str) -> timedelta:
    """Read "90d", "12w", "6m" (30 days each) or "1y" (365 days).

    Raises:
        ValueError: It is none of these.
    """
    number, unit = text[:-1].strip(), text[-1:].lower()
    days = {"d": 1, "w": 7, "m": 30, "y": 365}
    if not number.isdecimal() or unit not in days:
        msg = f'"{text}" is no span of time; write for example 90d, 12w or 1y'
        raise ValueError(msg)
    if len(number) > len(str(LONGEST_DAYS)) or int(number) * days[unit] > LONGEST_DAYS:
        msg = f'"{text}" is longer than a hundred years; write for example 90d, 12w or 1y'
        raise ValueError(msg)
    return timedelta(days=int(number) * days[unit])

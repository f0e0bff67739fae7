"""What follows from the covers: what ends soon, and what was never claimed."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from servicedesk_core.domain.warranty import covered_on
from servicedesk_core.domain.warranty.facts import CoverFact, CoverState, best
from servicedesk_core.domain.warranty.makers import is_called, maker_name
from servicedesk_core.features.claims import EligibleTicket, eligible
from servicedesk_core.features.warranty.model import CoverRow, ExpiringList, MissedClaim, MissedList
from servicedesk_core.features.warranty.tables.rows import row_of
from servicedesk_core.store import Tx
from servicedesk_core.store.cover import facts_of_assets, psa_fact
from servicedesk_core.store.cover.assets import AssetFilter, count_assets, devices_without_asset, every_asset
from servicedesk_core.store.fields import from_us
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.schema import RECORDS, sources

_PAGE = 500


def cover_rows(tx: Tx, chosen: AssetFilter, day: date) -> Iterator[CoverRow]:
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
            if not chosen.manufacturer or any(is_called(record.maker, one) for one in chosen.manufacturer):
                yield row_of(record, day)


def without_retired(tx: Tx, chosen: AssetFilter) -> tuple[AssetFilter, int]:
    """Return a filter that leaves out what the PSA calls retired, and how many devices that are.

    Args:
        tx: A read transaction.
        chosen: Which assets.
    """
    return replace(chosen, retired=False), count_assets(tx, replace(chosen, retired=True))


def expiring(tx: Tx, *, day: date, within_days: int, chosen: AssetFilter, retired: bool) -> ExpiringList:
    """Return devices that are covered today and will not be for long, in no order.

    Args:
        tx: A read transaction.
        day: Today.
        within_days: How many days ahead to look; a cover that ends today is in the list.
        chosen: Which assets.
        retired: Whether devices are among them that the PSA calls retired.
    """
    left_out = 0
    if not retired:
        chosen, left_out = without_retired(tx, chosen)
    states: Counter[CoverState] = Counter()
    rows: list[CoverRow] = []
    for row in cover_rows(tx, chosen, day):
        states[row.state] += 1
        if row.state is CoverState.COVERED and row.days_left is not None and row.days_left <= within_days:
            rows.append(row)
    return ExpiringList(
        items=tuple(rows),
        day=day,
        within_days=within_days,
        ending=len(rows),
        states={state.value: states[state] for state in CoverState if states[state]},
        retired=left_out,
    )


def missed(
    tx: Tx,
    *,
    hardware: Collection[str],
    timezone: str,
    since: datetime | None = None,
    company: Collection[str] = (),
    manufacturer: Collection[str] = (),
    scope: Scope | None = None,
    retired: bool = False,
) -> MissedList:
    """Return hardware work on covered devices for which nothing was claimed.

    Args:
        tx: A read transaction.
        hardware: Words of which one must stand in a ticket's category.
        timezone: The desk's zone, in which the day of a failure is told.
        since: Tickets opened at or after.
        company: Only of these clients, by id or name; empty = of any.
        manufacturer: Only devices of these; empty = of any.
        scope: Only what it lets through; one of queues alone lets no device through.
        retired: Whether devices count that the PSA calls retired.
    """
    found = eligible(tx, hardware=hardware, only_open=False, since=since, company=company, scope=scope)
    counts: Counter[str] = Counter()
    rows: list[MissedClaim] = []
    of_maker = [
        one for one in found.tickets if not manufacturer or any(is_called(one.manufacturer, it) for it in manufacturer)
    ]
    tickets = [ticket for ticket in of_maker if retired or not ticket.is_retired]
    for start in range(0, len(tickets), _PAGE):
        page = tickets[start : start + _PAGE]
        facts = _facts(tx, [ticket.asset_id for ticket in page])
        for ticket in page:
            counts[_verdict(ticket, facts.get(ticket.asset_id, ()), ZoneInfo(timezone), rows)] += 1
    return MissedList(
        items=tuple(rows),
        since=since,
        missed=len(rows),
        claimed=counts["claimed"],
        not_covered=counts["not_covered"],
        unknown=counts["unknown"],
        not_hardware=found.not_hardware,
        without_device=found.without_device,
        retired=len(of_maker) - len(tickets),
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


def _facts(tx: Tx, asset_ids: list[int]) -> dict[int, tuple[CoverFact, ...]]:
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

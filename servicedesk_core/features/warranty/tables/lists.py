"""What follows from the covers: what ends soon, and what was never claimed."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from operator import itemgetter
from zoneinfo import ZoneInfo

from sqlalchemy import select

from servicedesk_core.domain.warranty import covered_on
from servicedesk_core.domain.warranty.facts import CoverFact, CoverState, best
from servicedesk_core.domain.warranty.makers import is_called, maker_name
from servicedesk_core.domain.warranty.serials import normalise_serial
from servicedesk_core.errors import CursorError, NotFoundLocallyError
from servicedesk_core.faces.order import Key, Order, ensure_a_page
from servicedesk_core.features.claims import ClaimFilter, EligibleTicket, eligible, rows
from servicedesk_core.features.warranty.model import (
    CoverRow,
    DeviceDetail,
    DeviceList,
    ExpiringList,
    MissedClaim,
    MissedList,
    SourceRow,
)
from servicedesk_core.features.warranty.tables.rows import row_of
from servicedesk_core.features.warranty.tables.standing import Standing, place_of, rows_of, standings
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
    ending: list[Standing] = []
    for one in standings(tx, chosen, day):
        states[one.state] += 1
        if one.ends_within(day, within_days):
            ending.append(one)
    return ExpiringList(
        items=tuple(rows_of(tx, chosen, ending, day)),
        day=day,
        within_days=within_days,
        ending=len(ending),
        states={state.value: states[state] for state in CoverState if states[state]},
        retired=left_out,
    )


def devices(
    tx: Tx,
    *,
    day: date,
    states: Collection[CoverState],
    chosen: AssetFilter,
    retired: bool,
    sort: str | None,
    after: str | None,
    limit: int,
) -> DeviceList:
    """Return a page of devices by how they stand, by the last covered day; what has none comes last.

    Args:
        tx: A read transaction.
        day: Today.
        states: Only those that stand so; empty = all.
        chosen: Which assets.
        retired: Whether devices are among them that the PSA calls retired.
        sort: ``until``, or ``-until`` for the latest first; ``None`` = the first.
        after: ``next`` of the page before.
        limit: At most so many.

    Raises:
        SettingsError: It cannot be sorted by that, or the limit is below 1.
        CursorError: ``after`` is not ``next`` of a page of this list in this order.
    """
    ensure_a_page(limit)
    order = Order.of(sort, "until,number", ("until",))
    falls = order.terms[0].falls
    if not retired:
        chosen, _ = without_retired(tx, chosen)
    counts: Counter[CoverState] = Counter()
    found = []
    for one in standings(tx, chosen, day):
        counts[one.state] += 1
        if not states or one.state in states:
            found.append((one.place(falls=falls), one))
    found.sort(key=itemgetter(0))
    if (keys := order.place(after)) is not None:
        behind = _place(keys, falls=falls)
        found = [(place, one) for place, one in found if place > behind]
    kept = [one for _, one in found[:limit]]
    more = None
    if len(found) > limit:
        until = kept[-1].until
        more = order.cursor((None if until is None else until.isoformat(), kept[-1].number))
    told = {state.value: counts[state] for state in CoverState if counts[state]}
    return DeviceList(items=tuple(rows_of(tx, chosen, kept, day)), next=more, day=day, states=told)


def _place(keys: Sequence[Key], *, falls: bool) -> tuple[bool, int, int]:
    until, number = keys
    try:
        day = None if until is None else date.fromisoformat(str(until))
        return place_of(day, int(number or 0), falls=falls)
    except ValueError:
        raise CursorError('That is not "next" of a page of this list.', hint="Start again at the first page.") from None


def device(tx: Tx, serial: str, day: date, scope: Scope | None, *, claims: bool) -> DeviceDetail:
    """Return a device with its cover, and what hangs on it.

    Args:
        tx: A read transaction.
        serial: Its serial number, in any spelling.
        day: Today.
        scope: Only what it lets through.
        claims: Whether its claims may be seen.

    Raises:
        NotFoundLocallyError: There is none.
    """
    chosen = AssetFilter(serials=(serial,), scope=scope)
    records = list(every_asset(tx, chosen))
    if scope is None and not records:
        same = normalise_serial(serial)
        records = [one for one in devices_without_asset(tx) if normalise_serial(one.serial_number or "") == same]
    if not records:
        message = f'There is no device with the serial number "{serial}".'
        raise NotFoundLocallyError(message, hint='"servicedesk warranty devices" lists those that there are.')
    first, *others = sorted(records, key=lambda one: one.is_retired)
    made = rows(tx, ClaimFilter(serials=(serial,), everything=True), day, scope=scope) if claims else ()
    facts = sorted(first.facts, key=lambda one: one is not best(first.facts))
    return DeviceDetail(
        device=row_of(first, day),
        sources=tuple(
            SourceRow(
                one.source.value,
                one.origin,
                one.outcome.value,
                one.until(day),
                one.answered_at,
                one.asked_at,
                one.reason,
            )
            for one in facts
        ),
        claims=tuple(made),
        others=tuple(row_of(one, day) for one in others),
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
